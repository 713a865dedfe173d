"""The vote's page and the screen show the figures that decided, of each way of counting."""

from __future__ import annotations

import re
from html import unescape

import pytest

from governance.agenda import ItemKind
from tests.governance.test_choosing import NAMES, PROPOSALS

RANKED = ["anna>bo", "anna>bo", "anna", "bo>cilla", "cilla>bo"]
GIVEN = ["anna:5+bo:1", "anna:4+bo:2", "anna:5+cilla:3", "bo:4", "cilla:2"]


@pytest.fixture
def hold(client, log_in, floor, make_member):
    """Hold a vote with those ballots; the first of the voters is logged in and reads English."""
    voters = [make_member(str(number), language="en") for number in range(10, 15)]
    floor.come(*voters)
    floor.approve_roll()
    log_in(client, voters[0])

    def hold(method, choices, seats=1, candidates=NAMES, **settings):
        kind = ItemKind.DECISION if candidates is PROPOSALS else ItemKind.ELECTION
        given = {"method": method, "seats": seats, "settings": settings}
        poll = floor.open_ballot(floor.item(kind), candidates=candidates, **given)
        for voter, choice in zip(voters, choices, strict=False):
            floor.cast(poll, voter, choice)
        return floor.decide(poll)

    return hold


def shown(client, path):
    text = unescape(client.get(path).text)
    [table] = re.findall(
        r'<table class="grid figures.*?</table>\s*(?:<p class="fine beside">.*?</p>)?',
        text,
        re.DOTALL,
    )
    return " ".join(re.sub(r"<[^>]+>", " ", table).split())


@pytest.mark.parametrize(
    ("method", "choices", "seats", "asks", "told"),
    [
        (
            "irv",
            ["anna", "anna", "bo>cilla", "cilla", "cilla"],
            1,
            {},
            "Candidate Votes in the last round Result Cilla Ek 3 elected Anna Berg 2 "
            "Round 3, the last; needed: 3. And 2 more.",
        ),
        (
            "scottish-stv",
            RANKED,
            2,
            {"deputies": 1},
            "Candidate Votes in the last round Result Anna Berg 2 elected Bo Dal 2.66666 elected "
            "Cilla Ek \u2013 deputy 1 Round 4, the last; needed: 2. And 1 more.",
        ),
        (
            "schulze",
            RANKED,
            1,
            {},
            "Candidate Wins over others Result Anna Berg 3 elected Bo Dal 2 Cilla Ek 1 Dan Falk 0",
        ),
        (
            "ranked-pairs",
            RANKED,
            1,
            {},
            "Candidate Wins over others Result Anna Berg 3 elected Bo Dal 2 Cilla Ek 1 Dan Falk 0",
        ),
        (
            "score",
            GIVEN,
            1,
            {},
            "Candidate Points Result Anna Berg 14 elected Bo Dal 7 Cilla Ek 5 Dan Falk 0",
        ),
        (
            "cumulative",
            GIVEN,
            1,
            {"points": 10},
            "Candidate Points Result Anna Berg 14 elected Bo Dal 7 Cilla Ek 5 Dan Falk 0",
        ),
        (
            "majority-judgment",
            GIVEN,
            1,
            {},
            "Candidate Middle grade Result Anna Berg Very good elected Bo Dal Poor "
            "Cilla Ek To reject Dan Falk To reject",
        ),
    ],
)
def test_the_votes_page_and_the_screen_show_what_decided(
    client, hold, method, choices, seats, asks, told
):
    poll = hold(method, choices, seats, **asks)
    assert shown(client, f"/polls/{poll.id}") == told
    assert shown(client, f"/meetings/{poll.meeting_id}/screen") == told
    assert f'href="/polls/{poll.id}/count"' in client.get(f"/polls/{poll.id}").text


def test_of_a_budget_the_spent_money_is_shown(client, hold):
    ballots = ["proposal-1:1+proposal-3:1"] * 4 + ["proposal-2:1"]
    poll = hold("equal-shares", ballots, 1, PROPOSALS, costs=[40, 70, 10], budget=100)
    assert shown(client, f"/polls/{poll.id}") == (
        "Proposal Votes Result Odling 4 chosen Cyklar 4 chosen Bastu 1 Spent: 50 of 100."
    )


def test_among_many_those_who_came_closest_are_shown(client, hold):
    names = [(f"c{number}", f"Candidate {number}") for number in range(9)]
    marks = "+".join(f"c{number}:{5 - number // 2}" for number in range(9))
    poll = hold("score", [marks, "c0:5"], 1, names)
    assert shown(client, f"/polls/{poll.id}") == (
        "Candidate Points Result Candidate 0 10 elected Candidate 1 5 Candidate 2 4 Candidate 3 4 "
        "And 5 more."
    )
