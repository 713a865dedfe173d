"""The chair opens a ballot counted in any way, it is cast and declared, and its count is told."""

from __future__ import annotations

import re

import pytest

from governance.agenda import ItemKind
from governance.members import Member
from governance.polls import Poll, PollKind
from web import ways_of_counting


@pytest.fixture
def chairing(client, log_in, floor, make_member, database):
    """The chair is logged in and reads English; two more are here, and the roll is approved."""
    with database.writing() as db:
        db.get_one(Member, floor.chair.id).language = "en"
    voters = [make_member(str(each), language="en", family_name=f"V{each}") for each in (11, 12)]
    floor.come(*voters)
    floor.approve_roll()
    log_in(client, floor.chair)
    return voters


def put(client, floor, kind, **fields):
    item = floor.item(kind, title={"sv": "Val", "en": "Election"})
    floor.take_up(item)
    asked = {"seen": "0", "question_sv": "Vilka?", "question_en": "Who?", **fields}
    path = f"/meetings/{floor.meeting.id}/items/{item.id}/ballot"
    return client.post(path, data=asked), f"/meetings/{floor.meeting.id}/chair"


def opened(database):
    with database.reading() as db:
        return db.query(Poll).order_by(Poll.id.desc()).first()


def page(client, floor, way="ballot"):
    return client.get(f"/meetings/{floor.meeting.id}/chair?panel=decide&way={way}").text


NEEDS = {"cumulative": {"cumulative_points": "10"}}


@pytest.mark.parametrize("method", [m for m in ways_of_counting.METHODS if m != "equal-shares"])
def test_an_election_is_opened_counted_declared_and_explained_in_every_way(
    client, floor, database, chairing, method
):
    names = "Anna Berg\nBo Dal\nCilla Ek"
    answer, _ = put(
        client,
        floor,
        ItemKind.ELECTION,
        candidates=names,
        method=method,
        seats="1",
        **NEEDS.get(method, {}),
    )
    assert answer.headers["location"].endswith("notice=vote-opened")
    poll = opened(database)
    assert (poll.method, poll.rule["seats"]) == (method, 1)
    first = poll.options[0]["id"]
    choice = f"{first}:5" if poll.asked.form == "marks" else first
    for voter in chairing:
        floor.cast(poll, voter, choice)
    client.post(f"/polls/{poll.id}/close")
    panel = client.get(f"/meetings/{floor.meeting.id}/chair").text
    assert "Anna Berg" in panel.split("To be declared:")[1]
    client.post(f"/polls/{poll.id}/declare")
    shown = client.get(f"/polls/{poll.id}").text
    assert f'href="/polls/{poll.id}/count"' in shown
    assert "Anna Berg" in shown
    assert client.get(f"/polls/{poll.id}/count").status_code == 200


def test_proposals_compete_for_a_budget(client, floor, database, chairing):
    answer, _ = put(
        client,
        floor,
        ItemKind.DECISION,
        candidates="Bastu | 40\nSpeaker | 1 000",
        method="equal-shares",
        equal_shares_budget="100",
        equal_shares_most="1",
        equal_shares_highest="3",
        equal_shares_greedy="yes",
    )
    assert answer.headers["location"].endswith("notice=vote-opened")
    poll = opened(database)
    assert list(poll.rule["costs"].values()) == [40, 1000]
    assert poll.rule["budget"] == 100
    assert (poll.asked.most, poll.asked.highest) == (1, 3)
    assert poll.rule["greedy"] is True


def test_a_pseudonymous_ballot_with_deputies_is_one(client, floor, database, chairing):
    put(
        client,
        floor,
        ItemKind.ELECTION,
        candidates="Anna\nBo\nCilla",
        method="scottish-stv",
        seats="1",
        deputies="1",
        naming="pseudonymous",
        order="per-voter",
    )
    poll = opened(database)
    assert poll.kind is PollKind.PSEUDONYMOUS_BALLOT
    assert (poll.rule["deputies"], poll.rule["order"]) == (1, "per-voter")


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        (ItemKind.ELECTION, {"method": "guess"}, "method"),
        (ItemKind.ELECTION, {"method": "irv", "seats": "2"}, "seats"),
        (ItemKind.ELECTION, {"method": "approval", "approval_most": "3"}, "approval_most"),
        (ItemKind.ELECTION, {"method": "approval", "approval_most": "0"}, "approval_most"),
        (ItemKind.ELECTION, {"method": "irv", "irv_most": "x"}, "irv_most"),
        (ItemKind.ELECTION, {"method": "score", "score_highest": "many"}, "score_highest"),
        (ItemKind.ELECTION, {"method": "score", "score_lowest": "5"}, "score_highest"),
        (ItemKind.ELECTION, {"method": "cumulative"}, "cumulative_points"),
        (
            ItemKind.ELECTION,
            {"method": "cumulative", "cumulative_points": "5", "cumulative_highest": "6"},
            "cumulative_highest",
        ),
        (ItemKind.ELECTION, {"method": "schulze", "deputies": "-1"}, "deputies"),
        (ItemKind.DECISION, {"method": "approval", "seats": "none"}, "seats"),
        (ItemKind.DECISION, {"method": "equal-shares", "equal_shares_budget": "9"}, "candidates"),
        (
            ItemKind.DECISION,
            {"method": "equal-shares", "candidates": "A | 3\nB | 4"},
            "equal_shares_budget",
        ),
    ],
)
def test_what_cannot_be_counted_is_said_beside_its_field_and_nothing_is_lost(
    client, floor, database, chairing, kind, fields, wrong
):
    given = {"candidates": "Anna Berg\nBo Dal", "seats": "1", **fields}
    answer, _ = put(client, floor, kind, **given)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert given["candidates"].splitlines()[0] in answer.text
    assert opened(database) is None


def test_each_way_says_when_it_fits_and_why_some_are_not_secret(client, floor, chairing):
    floor.take_up(floor.item(ItemKind.ELECTION))
    shown = page(client, floor)
    for name, when in ways_of_counting.offered(elects=True).values():
        assert name in shown
        assert when in shown
    assert "cannot be added up without being read" in shown
    assert 'value="equal-shares"' not in shown


GRADES = {
    "majority_judgment_grades_sv": "Gärna\nHelst inte\nNej",
    "majority_judgment_grades_en": "Gladly\nRather not\nNo",
}


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({"majority_judgment_grades_sv": "Ja"}, "sv"),
        ({"majority_judgment_grades_sv": "Ja\nNej\nja"}, "sv"),
        ({"majority_judgment_grades_en": "Yes\nNo"}, "en"),
        ({**GRADES, "majority_judgment_grades_en": "Yes\nNo"}, "en"),
        ({"majority_judgment_grades_sv": "\n".join(map(str, range(13)))}, "sv"),
        ({"majority_judgment_grades_sv": "Ja\n" + "N" * 61}, "sv"),
    ],
)
def test_grades_that_are_none_are_refused_beside_the_field_of_their_language(
    client, floor, database, chairing, written, wrong
):
    asked = {"candidates": "Anna\nBo", "method": "majority-judgment", "seats": "1", **written}
    answer, _ = put(client, floor, ItemKind.ELECTION, **asked)
    assert answer.status_code == 422
    assert f'id="majority_judgment_grades_{wrong}-error"' in answer.text
    assert opened(database) is None


def test_own_grades_are_written_best_first_in_each_language(client, floor, database, chairing):
    asked = {"candidates": "Anna\nBo", "method": "majority-judgment", "seats": "1"}
    put(client, floor, ItemKind.ELECTION, **asked, **GRADES)
    rule = opened(database).rule
    assert rule["grades"] == [
        {"sv": "Nej", "en": "No"},
        {"sv": "Helst inte", "en": "Rather not"},
        {"sv": "Gärna", "en": "Gladly"},
    ]
    assert rule["highest"] == 2


@pytest.mark.parametrize(
    ("method", "fields", "asked"),
    [
        ("schulze", {"schulze_equal": "yes"}, {"equal": True, "most": 3}),
        ("ranked-pairs", {}, {"equal": False}),
        ("scottish-stv", {"scottish_stv_most": "2"}, {"most": 2}),
        ("approval", {"approval_most": "2"}, {"most": 2}),
        ("score", {"score_lowest": "1", "score_highest": "10"}, {"lowest": 1, "highest": 10}),
        (
            "cumulative",
            {"cumulative_points": "9", "cumulative_highest": "4", "cumulative_most": "2"},
            {"points": 9, "highest": 4, "most": 2},
        ),
    ],
)
def test_what_a_ballot_may_say_is_set_with_its_method(
    client, floor, database, chairing, method, fields, asked
):
    names = "Anna\nBo\nCilla"
    put(client, floor, ItemKind.ELECTION, candidates=names, method=method, seats="1", **fields)
    found = opened(database).asked
    assert {key: getattr(found, key) for key in asked} == asked


def test_what_stands_at_a_method_that_is_not_chosen_is_not_looked_at(
    client, floor, database, chairing
):
    nonsense = dict.fromkeys(ways_of_counting.fields(["sv", "en"]), "nonsense")
    for name in ways_of_counting.WRITTEN:
        del nonsense[name]
    chosen = {name: "" for name in nonsense if name.startswith("score_")}
    asked = {**nonsense, **chosen, "candidates": "Anna\nBo", "method": "score", "seats": "1"}
    answer, _ = put(client, floor, ItemKind.ELECTION, **asked)
    assert answer.headers["location"].endswith("notice=vote-opened")
    assert (opened(database).rule["lowest"], opened(database).rule["highest"]) == (0, 5)


def test_several_proposals_can_be_chosen(client, floor, database, chairing):
    put(client, floor, ItemKind.DECISION, candidates="Bastu\nKök\nTak", seats="2")
    poll = opened(database)
    assert (poll.method, poll.rule["seats"]) == ("approval", 2)


def test_each_setting_stands_below_its_method_and_is_named_after_it(client, floor, chairing):
    floor.take_up(floor.item(ItemKind.ELECTION))
    ways = page(client, floor).split('<div class="way">')[1:]
    by_method = {each.split('value="')[1].split('"')[0]: each for each in ways}
    assert "Settings: Majority judgement" in by_method["majority-judgment"]
    assert 'name="majority_judgment_grades_sv"' in by_method["majority-judgment"]
    assert 'name="schulze_equal"' in by_method["schulze"]
    assert "settings" not in by_method["plurality"]


@pytest.mark.parametrize(
    ("kind", "fields", "lot", "declared", "outcome"),
    [
        (ItemKind.ELECTION, {}, "in an election the lot decides (6:34)", "Elected", "Election"),
        (ItemKind.DECISION, {}, "among several the lot decides", "Chosen", "Chosen: "),
        (
            ItemKind.DECISION,
            {"seats": "2"},
            "among several the lot decides",
            "Chosen",
            "Priorities decided",
        ),
        (
            ItemKind.DECISION,
            {
                "candidates": "Bastu | 60\nKök | 60\nTak | 60",
                "method": "equal-shares",
                "equal_shares_budget": "60",
                "equal_shares_greedy": "yes",
            },
            "the lot decides which of them is paid for",
            "To be paid for",
            "Budget decided",
        ),
    ],
)
def test_lot_and_result_say_who_or_what_is_chosen(
    client, floor, database, chairing, kind, fields, lot, declared, outcome
):
    asked = {"candidates": "Bastu\nKök\nTak", "method": "approval", **fields}
    put(client, floor, kind, **asked)
    poll = opened(database)
    mark = ":1" if asked["method"] == "equal-shares" else ""
    ids = [each["id"] for each in poll.options][:3]
    for voter in chairing:
        floor.cast(poll, voter, "+".join(each + mark for each in ids))
    client.post(f"/polls/{poll.id}/close")
    room = f"/meetings/{floor.meeting.id}/chair"
    assert lot in client.get(room).text
    assert ("in an election" in client.get(room).text) is (kind is ItemKind.ELECTION)
    client.post(f"/polls/{poll.id}/lot", data={"seed": "5e" * 32})
    panel = client.get(room).text.split("To be declared:")[1]
    assert declared in panel.split("</p>")[0]
    client.post(f"/polls/{poll.id}/declare")
    shown = client.get(f"/polls/{poll.id}").text
    assert outcome in shown
    for page in (shown, client.get(f"/polls/{poll.id}/count").text):
        told = re.sub(r"<[^>]+>", " ", page).casefold()
        assert ("elected" in told) is (kind is ItemKind.ELECTION)


@pytest.mark.parametrize(
    ("kind", "method", "said"),
    [
        (ItemKind.ELECTION, "plurality", "Nobody elected"),
        (ItemKind.DECISION, "approval", "Nothing chosen"),
        (ItemKind.DECISION, "equal-shares", "Nothing is paid for"),
    ],
)
def test_where_nothing_comes_in_that_is_said_of_what_stood(
    client, floor, database, chairing, kind, method, said
):
    names = "Bastu | 60\nKök | 60" if method == "equal-shares" else "Bastu\nKök"
    put(client, floor, kind, candidates=names, method=method, equal_shares_budget="90")
    poll = opened(database)
    client.post(f"/polls/{poll.id}/close")
    panel = client.get(f"/meetings/{floor.meeting.id}/chair").text
    assert said in panel.split("To be declared:")[1]
    client.post(f"/polls/{poll.id}/declare")
    assert said in client.get(f"/polls/{poll.id}").text
    assert said in client.get(f"/polls/{poll.id}/count").text


@pytest.mark.parametrize("method", ways_of_counting.offered(elects=False))
def test_a_count_of_proposals_is_explained_without_a_word_of_people(
    client, floor, database, chairing, method
):
    names = "Bastu | 60\nKök | 60" if method == "equal-shares" else "Bastu\nKök"
    settings = {"equal_shares_budget": "90", **NEEDS.get(method, {})}
    put(client, floor, ItemKind.DECISION, candidates=names, method=method, **settings)
    poll = opened(database)
    first = poll.options[0]["id"]
    for voter in chairing:
        floor.cast(poll, voter, f"{first}:1" if poll.asked.form == "marks" else first)
    client.post(f"/polls/{poll.id}/close")
    shown = client.get(f"/polls/{poll.id}/count").text
    told = re.sub(r"<[^>]+>", " ", shown).casefold()
    assert re.findall(r".*(?:elected|somebody|everyone|with nobody|to nobody).*", told) == []
