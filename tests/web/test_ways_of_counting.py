"""The chair opens a ballot counted in any way, it is cast and declared, and its count is told."""

from __future__ import annotations

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


NEEDS = {"cumulative": {"points": "10"}, "equal-shares": {"budget": "100"}}


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
        budget="100",
    )
    assert answer.headers["location"].endswith("notice=vote-opened")
    poll = opened(database)
    assert list(poll.rule["costs"].values()) == [40, 1000]
    assert poll.rule["budget"] == 100


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
        (ItemKind.ELECTION, {"method": "score", "highest": "many"}, "highest"),
        (ItemKind.ELECTION, {"method": "cumulative"}, "points"),
        (ItemKind.ELECTION, {"method": "schulze", "deputies": "-1"}, "deputies"),
        (ItemKind.DECISION, {"method": "equal-shares", "budget": "9"}, "candidates"),
        (ItemKind.DECISION, {"method": "equal-shares", "candidates": "A | 3\nB | 4"}, "budget"),
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
