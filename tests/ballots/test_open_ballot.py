"""Open ballots are bound to one poll and one slot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.errors import Malformed, Rejected
from ballots.open_ballot import OpenBallot, check, parse_open_ballot
from tests.ballots.test_manifest import MANIFEST, SLOTS

BALLOT = OpenBallot(MANIFEST.election, SLOTS[0], "5a" * 32, "adopt")


def test_a_ballot_is_read_back_as_it_was_written():
    assert parse_open_ballot(BALLOT.encode()) == BALLOT
    check(BALLOT, MANIFEST, SLOTS[0])


@pytest.mark.parametrize(
    ("ballot", "code"),
    [
        (OpenBallot("00" * 32, SLOTS[0], "5a" * 32, "adopt"), "wrong-poll"),
        (OpenBallot(MANIFEST.election, SLOTS[1], "5a" * 32, "adopt"), "wrong-slot"),
        (OpenBallot(MANIFEST.election, SLOTS[0], "5a" * 32, "postpone"), "wrong-option"),
    ],
)
def test_a_ballot_for_something_else_is_rejected_for_what_it_is(ballot, code):
    with pytest.raises(Rejected) as rejected:
        check(ballot, MANIFEST, SLOTS[0])
    assert rejected.value.code == code


@pytest.mark.parametrize("field", ["election", "slot", "salt", "choice"])
def test_a_ballot_is_not_written_with_a_field_that_breaks_its_lines(field):
    broken = {**BALLOT.__dict__, field: BALLOT.__dict__[field] + "\nchoice reject"}
    with pytest.raises(Malformed):
        OpenBallot(**broken).encode()


@given(st.binary(max_size=500))
def test_no_bytes_make_the_parser_fail_otherwise_than_by_malformed(data):
    try:
        ballot = parse_open_ballot(data)
    except Malformed:
        return
    assert ballot.encode() == data


@given(st.integers(0, len(BALLOT.encode()) - 1), st.integers(0, 255))
def test_one_changed_byte_makes_another_ballot_or_none(at, byte):
    encoded = bytearray(BALLOT.encode())
    if encoded[at] == byte:
        return
    encoded[at] = byte
    try:
        assert parse_open_ballot(bytes(encoded)) != BALLOT
    except Malformed:
        return
