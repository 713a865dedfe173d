"""Casting a ranking or marks over HTTP: taken as they stand, or refused and nothing changed."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

import pytest

from governance.agenda import ItemKind

NAMES = [("anna", "Anna Berg"), ("bo", "Bo Dal"), ("cilla", "Cilla Ek")]


@pytest.fixture
def ann(make_member):
    return make_member("1", given_name="Ann", family_name="Åberg", language="en")


@pytest.fixture
def put(client, log_in, floor, ann, bo):
    """Open an election by that method; Ann is logged in, and has a vote."""

    def put(method, **settings):
        floor.come(ann, bo)
        floor.approve_roll()
        log_in(client, ann)
        item = floor.item(ItemKind.ELECTION)
        return floor.open_ballot(item, candidates=NAMES, method=method, settings=settings)

    return put


def ballot(choice):
    return {"choice": choice, "salt": secrets.token_hex(32), "key": secrets.token_hex(16)}


def cast(client, poll, choice):
    return client.post(f"/polls/{poll.id}/cast", json=ballot(choice))


@pytest.mark.parametrize(
    ("method", "rule", "choice"),
    [
        ("approval", {}, "anna+cilla"),
        ("irv", {}, "cilla>anna>bo"),
        ("schulze", {"equal": True}, "anna=bo>cilla"),
        ("cumulative", {"points": 5}, "anna:2+bo:3"),
        ("meek-stv", {}, "blank"),
    ],
)
def test_a_choice_of_any_form_is_cast_from_a_script(client, floor, ann, put, method, rule, choice):
    poll = put(method, **rule)
    assert cast(client, poll, choice).status_code == 200
    assert floor.ballots(poll) == {floor.slot(poll, ann): choice}


def test_a_ranking_is_cast_from_a_form_as_well(client, floor, put):
    poll = put("irv")
    answer = client.post(
        f"/polls/{poll.id}/vote",
        content=urlencode(ballot("bo>anna")),
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "text/html"},
    )
    assert answer.status_code == 303
    assert list(floor.ballots(poll).values()) == ["bo>anna"]


@pytest.mark.parametrize(
    ("choice", "status", "code"),
    [
        ("anna:9+bo:9", 422, "overspent"),
        ("anna:11", 422, "mark-range"),
        ("eva:1", 422, "wrong-option"),
        ("bo:1+anna:1", 400, "malformed"),
        ("anna>bo", 400, "malformed"),
        ("anna:1\nchoice bo:1", 400, "malformed"),
    ],
)
def test_a_choice_that_the_rule_does_not_allow_is_refused_and_can_be_made_anew(
    client, floor, put, choice, status, code
):
    poll = put("cumulative", points=10)
    answer = cast(client, poll, choice)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert floor.ballots(poll) == {}
    assert cast(client, poll, "anna:10").status_code == 200
