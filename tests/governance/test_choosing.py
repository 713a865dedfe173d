"""Whole small elections of every method, from the manifest to the record that anybody recounts."""

from __future__ import annotations

import json
import secrets

import pytest

from ballots import record
from ballots.board import ResultEntry
from ballots.counting import methods
from ballots.errors import Fault
from ballots.verify import verify
from governance import polls, records
from governance.agenda import ItemKind
from governance.errors import Invalid
from governance.polls import PollKind, PollState, TieWaits
from governance.recounts import NoNumbers, RecountTied

NAMES = [("anna", "Anna Berg"), ("bo", "Bo Dal"), ("cilla", "Cilla Ek"), ("dan", "Dan Falk")]
PROPOSALS = ["Cyklar", "Bastu", "Odling"]
SEED = "5e" * 32

# What five members choose, in what settings, and who is elected in what order.
ELECTIONS = {
    "plurality": (2, {}, ["anna+bo", "anna+bo", "anna", "cilla", "abstain"], ["anna", "bo"]),
    "approval": (1, {}, ["anna+bo", "bo+cilla", "bo", "dan", "blank"], ["bo"]),
    "scottish-stv": (
        2,
        {},
        ["anna>bo", "anna>bo", "anna>bo", "bo>cilla", "blank"],
        ["anna", "bo"],
    ),
    "ers97-stv": (2, {}, ["anna>bo", "anna>bo", "anna>bo", "cilla", "cilla"], ["anna", "cilla"]),
    "meek-stv": (2, {}, ["anna>bo", "anna>bo", "anna>bo", "cilla", "cilla"], ["anna", "cilla"]),
    "irv": (1, {}, ["anna", "anna", "bo>cilla", "cilla>bo", "cilla>bo"], ["cilla"]),
    "schulze": (
        1,
        {"equal": True},
        ["anna=bo>cilla", "bo>anna", "cilla>bo", "bo", "blank"],
        ["bo"],
    ),
    "ranked-pairs": (1, {}, ["anna>bo", "bo>anna", "cilla>bo", "bo", "blank"], ["bo"]),
    "score": (
        1,
        {"highest": 10},
        ["anna:10+bo:0", "anna:3+bo:9", "bo:6", "cilla:1", "blank"],
        ["bo"],
    ),
    "majority-judgment": (
        1,
        {},
        ["anna:5+bo:4+cilla:0+dan:0", "anna:0+bo:4+cilla:1+dan:0", "anna:0+bo:3+cilla:5+dan:0"],
        ["bo"],
    ),
    "cumulative": (
        2,
        {"points": 10},
        ["anna:10", "bo:6+cilla:4", "bo:3", "blank"],
        ["anna", "bo"],
    ),
}


def counts_by(method):
    return method in methods.METHODS


def ready(*names):
    """Those methods alone that the counting knows."""
    return [name for name in names if name in ("plurality", "approval") or counts_by(name)]


def elect(hall, method, seats=1, settings=None, **given):
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av styrelse", "en": "Board"})
    given = {"candidates": NAMES, **given}
    return hall.open_ballot(item, method=method, seats=seats, settings=settings or {}, **given)


def published(hall, poll, tmp_path):
    """The record's directory, once what it proves is committed."""
    hall.db.commit()
    directory = tmp_path / secrets.token_hex(4)
    record.write_directory(directory, records.of_poll(hall.db, hall.board, poll))
    return directory


@pytest.mark.parametrize("method", ELECTIONS)
def test_a_small_election_of_each_method_is_counted_declared_and_recounted(hall, tmp_path, method):
    seats, settings, choices, elected = ELECTIONS[method]
    poll = elect(hall, method, seats, settings)
    hall.vote(poll, *choices)
    hall.declare(hall.close(poll))
    assert (poll.method, poll.state) == (method, PollState.DECLARED)
    assert poll.result["elected"] == elected
    assert poll.outcome == elected[0]
    names = dict(NAMES)
    assert ", ".join(names[each] for each in elected) in poll.decision["sv"]
    assert verify(published(hall, poll, tmp_path)) == []
