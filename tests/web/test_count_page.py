"""How it was counted: a real small election of each method, as its page explains it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ballots.counting import formats, methods
from ballots.counting.methods import METHODS
from governance import polls
from governance.agenda import ItemKind
from tests.governance.test_choosing import ELECTIONS, NAMES, PROPOSALS, SEED

COSTS = {"costs": [40, 70, 10], "budget": 100}
BUDGET = ["proposal-1:1+proposal-3:1", "proposal-1:1+proposal-3:1", "proposal-2:1", "proposal-3:1"]

# What each page says of those elections besides who was elected.
SAID = {
    "plurality": ["Anna Berg", "3"],
    "approval": ["Whoever", "approves"][1:],
    "scottish-stv": [
        "Elected: Anna Berg, with 3; needed: 2.",
        "From Anna Berg, who has more than needed, go on: 1; each ballot at 0.33333. "
        "To: Bo Dal 0.99999. Going no further, for want of a name or in rounding: 0.00001.",
        "valid ballots ÷ (seats + 1), rounded down, plus 1",
    ],
    "ers97-stv": ["needed: 1.67", "rounded up at two decimals"],
    "meek-stv": ["≈ 1.667", "rounded; exactly 1.666666667"],
    "irv": [
        "Out, without any vote: Dan Falk.",
        "No votes move.",
        "From Bo Dal, who left, go on: 1. To: Cilla Ek 1.",
        "Elected: Cilla Ek, with 3; needed: 3.",
    ],
    "schulze": ["a win", "Chain there", "Cilla Ek"],
    "ranked-pairs": ["The wins that stand, the strongest first", "Bo Dal before Anna Berg"],
    "score": ["15", "Points"],
    "majority-judgment": ["Very good", "Middle grade"],
    "cumulative": ["10", "Points"],
    "equal-shares": ["What was bought, in order", "Each voter's share"],
}


@pytest.fixture
def hold(client, log_in, floor, make_member):
    """Hold an election with those choices; the first of the voters is logged in."""
    voters = [
        make_member(str(number), given_name="Voter", family_name=str(number), language="en")
        for number in range(10, 17)
    ]
    floor.come(*voters)
    floor.approve_roll()
    log_in(client, voters[0])

    def hold(method, choices, seats=1, settings=None, *, declare=True, candidates=NAMES):
        kind = ItemKind.DECISION if candidates is PROPOSALS else ItemKind.ELECTION
        item = floor.item(kind, title={"sv": "Val av styrelse", "en": "Board"})
        given = {"method": method, "seats": seats, "settings": settings or {}}
        poll = floor.open_ballot(item, candidates=candidates, **given)
        for voter, choice in zip(voters, choices, strict=False):
            floor.cast(poll, voter, choice)
        return floor.decide(poll) if declare else floor.close(poll)

    return hold


def read(client, poll, **headers):
    answer = client.get(f"/polls/{poll.id}/count", headers=headers)
    assert answer.status_code == 200
    return unescape(answer.text)


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize("method", METHODS)
def test_the_count_of_each_method_explains_itself(client, hold, method):
    if method == "equal-shares":
        poll = hold(method, BUDGET, settings=COSTS, candidates=PROPOSALS)
    else:
        seats, settings, choices, _ = ELECTIONS[method]
        poll = hold(method, choices, seats, settings)
    text = read(client, poll)
    labels = {each["id"]: each["label"]["en"] for each in poll.options}
    large = text.split('<ol class="elected')[1].split("</ol>")[0]
    assert re.findall("<li>(.*?)</li>", large) == [labels[each] for each in poll.result["elected"]]
    for said in SAID[method]:
        assert said in text or said in plain(text), said
    assert f"stamma count record-vote-{poll.id}.zip --poll {poll.election[:8]}" in text
    assert f'href="/polls/{poll.id}/record.zip"' in text
    assert 'style="' not in text


def test_every_round_has_a_cell_for_every_candidate_and_a_column_in_the_picture(client, hold):
    poll = hold("irv", ELECTIONS["irv"][2])
    text = read(client, poll)
    rounds = poll.result["rounds"]
    body = text.split('class="grid rounds"')[1].split("</table>")[0]
    rows = body.split("<tbody>")[1].split("</tbody>")[0].split("<tr")[1:]
    assert len(rows) == len(NAMES) + 1
    assert {row.count("<td") for row in rows} == {len(rounds)}
    picture = text.split('<svg class="flow-picture"')[1].split("</svg>")[0]
    assert picture.count('class="column"') == len(rounds)
    assert 'role="img"' in picture
    assert "<desc" in picture
    region = text.split('class="scroll')[1].split(">")[0]
    assert 'tabindex="0"' in region


def test_a_lot_that_waits_and_a_lot_that_was_drawn_are_said(client, hold, floor, database):
    poll = hold("scottish-stv", ["anna", "bo", "blank"], declare=False)
    text = plain(read(client, poll))
    assert "A lot is still to be drawn" in text
    assert "The lot has not been drawn yet." in text
    assert "stamma count" not in text
    with database.writing() as db:
        found = db.get_one(polls.Poll, poll.id)
        polls.lot(db, found, seed=SEED, by_id=floor.chair.id, now=floor.now)
    floor.declare(poll)
    text = plain(read(client, poll))
    assert "The lot fell on" in text
    assert SEED in text
    assert "anna (Anna Berg), bo (Bo Dal)" in text


@pytest.mark.parametrize("method", ["plurality", "approval"])
def test_of_several_lots_each_is_told(client, hold, floor, database, method):
    poll = hold(method, ["anna", "bo", "cilla", "dan"], settings={"deputies": 1}, declare=False)
    with database.writing() as db:
        found = db.get_one(polls.Poll, poll.id)
        polls.lot(db, found, seed=SEED, by_id=floor.chair.id, now=floor.now)
    told = plain(read(client, floor.declare(poll)))
    assert "Anna Berg, Bo Dal, Cilla Ek and Dan Falk are equal at the last seat." in told
    assert told.count("are equal as deputies. The lot fell on") == 1
    assert told.count("The lot fell on") == 2


def test_deputies_vacant_seats_and_who_was_passed_over_are_told(client, hold):
    conditions = [
        {"options": ["cilla", "dan"], "least": 1, "name": {"sv": "Uppsala", "en": "Uppsala"}}
    ]
    settings = {"deputies": 2, "conditions": conditions}
    votes = ["anna+bo", "anna+bo", "anna+bo", "anna+cilla", "anna"]
    text = plain(read(client, hold("plurality", votes, 2, settings)))
    assert "Deputies, in order: Bo Dal" in text
    assert "Passed over: Bo Dal, because of a condition on the seats (Uppsala: at least 1)." in text
    few = plain(read(client, hold("plurality", ["anna", "anna"], 3)))
    assert "2 seats stay vacant" in few


def test_the_deputies_of_a_transferable_vote_have_a_count_of_their_own(client, hold):
    votes = ["anna>bo", "anna>bo", "anna>bo", "cilla"]
    text = plain(read(client, hold("scottish-stv", votes, 1, {"deputies": 1})))
    assert "How the deputies were found" in text
    assert "Deputies, in order: Bo Dal" in text


def test_a_recount_without_somebody_who_declined_stands_below(client, hold, floor, database):
    poll = hold("scottish-stv", ["anna>bo", "anna>bo", "anna>bo", "cilla", "blank"], 2)
    with database.writing() as db:
        polls.recount_without(
            db,
            floor.board,
            db.get_one(polls.Poll, poll.id),
            withdrawn=["anna"],
            by_id=floor.chair.id,
            now=floor.now,
        )
    text = read(client, poll)
    assert "Count 2, without Anna Berg" in text
    again = text.split("Count 2, without Anna Berg")[1]
    assert "<li>Bo Dal</li>" in again
    assert "--withdrawn anna" in again


def test_what_could_not_be_bought_says_why(client, hold):
    poll = hold("equal-shares", [*BUDGET, "blank"], settings=COSTS, candidates=PROPOSALS)
    text = plain(read(client, poll))
    assert "Bastu , cost 70, votes 1: it costs more than is left of the budget." in text


def test_the_page_is_in_swedish_too_with_swedish_decimals(client, hold, database):
    poll = hold("scottish-stv", ELECTIONS["scottish-stv"][2], 2)
    client.cookies.clear()
    text = plain(read(client, poll, **{"accept-language": "sv"}))
    assert "0,99999" in text
    assert "Så räknades rösterna" in text


def test_a_decision_by_majority_and_an_open_vote_have_no_such_page(client, hold, floor):
    decided = floor.decide(floor.open_ballot(floor.item()))
    assert client.get(f"/polls/{decided.id}/count").status_code == 404
    item = floor.item(ItemKind.ELECTION)
    opened = floor.open_ballot(item, candidates=NAMES, method="irv")
    assert client.get(f"/polls/{opened.id}/count").status_code == 404


def test_what_is_not_declared_is_for_members(client, hold):
    poll = hold("irv", ELECTIONS["irv"][2], declare=False)
    client.cookies.clear()
    assert client.get(f"/polls/{poll.id}/count").headers["location"].startswith("/login")


def test_another_program_gets_the_ballots_in_a_format_that_it_reads(client, hold):
    poll = hold("scottish-stv", ["anna>bo", "anna>bo", "cilla"], 1)
    text = read(client, poll)
    for ending in ("blt", "json"):
        at = f"/polls/{poll.id}/ballots.{ending}"
        assert f'href="{at}"' in text
        profile = formats.parse(client.get(at).content, ending=ending)
        assert sum(profile.ballots.values()) == 3
        counted = methods.count("scottish-stv", profile, seats=1)
        assert [counted.name(each) for each in counted.elected] == ["Anna Berg"]


def test_equal_ranks_are_no_blt_and_unfinished_votes_give_no_ballots(client, hold):
    poll = hold("schulze", ["anna=bo>cilla", "bo>anna"], settings={"equal": True})
    text = read(client, poll)
    assert "ballots.blt" not in text
    assert f"/polls/{poll.id}/ballots.json" in text
    waiting = hold("irv", ["anna"], declare=False)
    assert client.get(f"/polls/{waiting.id}/ballots.json").status_code == 404


def test_the_page_says_which_conditions_leave_seats_vacant(client, hold):
    conditions = [{"options": ["dan"], "least": 2, "name": {"sv": "Uppsala", "en": "Uppsala"}}]
    poll = hold("plurality", ["anna", "anna", "dan"], 3, {"conditions": conditions})
    text = plain(read(client, poll))
    assert "The conditions could not all be met" in text
    assert "From Uppsala at least 2 are to be elected; elected: 1." in text
