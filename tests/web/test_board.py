"""The public log gives out what a stranger needs to check it, and nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from ballots import merkle
from ballots.board import NoticeEntry, parse_entry
from ballots.checkpoint import VerifierKey, open_note
from ballots.manifest import Manifest
from tests.ballots.test_manifest import MANIFEST
from tests.ballots.test_store import ballot_of

ENTRIES = [NoticeEntry(str(number), "12" * 32).encode() for number in range(12)]


@pytest.fixture
def grown(database, board):
    with database.writing() as db:
        board.append(db.connection(), ENTRIES[:5])
    with database.writing() as db:
        board.append(db.connection(), ENTRIES[5:])
    return board


def decoded(answer):
    return [base64.b64decode(line) for line in answer.text.splitlines()]


def test_a_stranger_rebuilds_the_log_and_its_signature_holds(client, grown):
    key = VerifierKey.parse(client.get("/board/key").text)
    checkpoint = open_note(client.get("/board/checkpoint").text, key)
    entries = decoded(client.get("/board/entries"))
    assert entries == ENTRIES
    assert merkle.root(map(merkle.leaf_hash, entries)) == checkpoint.root
    assert decoded(client.get("/board/entries?start=3&end=5")) == ENTRIES[3:5]


def test_the_log_proves_that_it_has_only_grown(client, grown):
    roots = [merkle.root(map(merkle.leaf_hash, ENTRIES[:size])) for size in range(13)]
    proof = decoded(client.get("/board/proof/consistency?old=5&new=12"))
    merkle.verify_consistency(5, 12, roots[5], roots[12], proof)


@pytest.mark.parametrize("sizes", ["old=0&new=5", "old=6&new=5", "old=5&new=99"])
def test_a_proof_of_sizes_that_are_not_there_is_not_found(client, grown, sizes):
    assert client.get(f"/board/proof/consistency?{sizes}").status_code == 404


@pytest.mark.parametrize("query", ["start=-1", "start=x", "start=99999999999999999999"])
def test_a_number_that_is_none_is_told_and_nothing_breaks(client, grown, query):
    assert client.get(f"/board/entries?{query}").status_code == 400


def test_a_slots_place_is_told_and_a_strangers_is_none(client, database, board):
    manifest: Manifest = replace(MANIFEST, origin=board.origin)
    ballot = ballot_of(manifest)
    with database.writing() as db:
        board.open_election(db.connection(), manifest)
        board.cast(db.connection(), [ballot])
    path = f"/board/slots/{ballot.election}/{ballot.slot}"
    assert client.get(path).json() == {"index": 1}
    assert client.get(f"/board/slots/{ballot.election}/{'0' * 32}").json() == {"index": None}


def test_the_page_says_what_the_log_is_when_it_is_empty_and_when_it_is_not(client, database, board):
    assert "Nothing has been logged yet" in client.get("/board").text
    with database.writing() as db:
        board.append(db.connection(), ENTRIES)
    page = client.get("/board").text
    assert parse_entry(ENTRIES[0]).kind == "notice"
    assert page.count("<td>Notice</td>") == len(ENTRIES)
