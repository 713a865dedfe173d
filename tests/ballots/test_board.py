"""The board's entries say one thing in one way, and the log in memory proves what it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import board, merkle
from ballots.board import BallotEntry, Closed, MemoryBoard, NoticeEntry, Opened, parse_entry
from ballots.errors import Malformed

ELECTION = "37" * 32
SLOT = "fe" * 16

# The entry of the worked receipt, tests/vectors/receipt/worked.tlog-proof.
WORKED = b"""coop-board/v1 ballot
election 3771fff6730d92a5eed115031c769a6547d4b4c11298bbe606c4d014388355b7
slot fe792fe4839acac0ad04a83944f20c80
revision 1
ballot sha256:971a91e02be4d8e06a54be702740462db138c107c556764b283deb022670ef06
"""


def test_a_ballots_entry_is_written_as_in_the_worked_receipt():
    entry = parse_entry(WORKED)
    assert isinstance(entry, BallotEntry)
    assert (entry.slot, entry.revision) == ("fe792fe4839acac0ad04a83944f20c80", 1)
    assert entry.encode() == WORKED


@pytest.mark.parametrize(
    "entry",
    [
        Opened(ELECTION, "ab" * 32, 1191),
        BallotEntry(ELECTION, SLOT, 2, "cd" * 32),
        Closed(ELECTION, 0),
        board.ResultEntry(ELECTION, "00" * 32),
        board.VoidEntry(ELECTION, "00" * 32),
        NoticeEntry("17", "12" * 32),
        board.RollEntry("17", 2, "34" * 32, 640),
        board.MinutesEntry("17", "56" * 32),
        board.AddendumEntry("17", "78" * 32),
        board.ClientEntry("9a" * 32),
        board.KeyEntry("vote.coop.example/board+caf0cc61+ATc5eVbd6VuZ6Dwl5NldDoFXPF7ix1m"),
    ],
    ids=lambda entry: entry.kind,
)
def test_every_kind_of_entry_is_read_back_as_it_was_written(entry):
    assert parse_entry(entry.encode()) == entry


@pytest.mark.parametrize(
    "changed",
    [
        WORKED[:-1],
        WORKED + b"\n",
        WORKED.replace(b"\n", b"\r\n"),
        WORKED.replace(b"revision 1", b"revision 01"),
        WORKED.replace(b"revision 1", b"revision  1"),
        WORKED.replace(b"revision 1", b"revision -1"),
        WORKED.replace(b"revision 1\n", b""),
        WORKED.replace(b"fe792", b"FE792"),
        WORKED.replace(b"sha256:", b""),
        WORKED.replace(b"coop-board/v1", b"coop-board/v2"),
        WORKED.replace(b" ballot\n", b" receipt\n", 1),
        WORKED.replace(b"slot", "slöt".encode()),
        b"",
        b"coop-board/v1 close\n" * 4_000,
    ],
)
def test_an_entry_written_in_any_other_way_is_refused(changed):
    with pytest.raises(Malformed):
        parse_entry(changed)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_fail_otherwise_than_by_malformed(data):
    try:
        entry = parse_entry(data)
    except Malformed:
        return
    assert entry.encode() == data


def test_an_entry_that_would_not_be_read_again_is_not_written():
    with pytest.raises(Malformed):
        NoticeEntry("17\nslot", "12" * 32).encode()


def test_the_log_in_memory_proves_every_entry_and_every_earlier_size():
    log = MemoryBoard("stamma.example/board")
    roots = []
    for number in range(20):
        assert log.append([b"%d" % number]) == [number]
        roots.append(log.checkpoint().root)
    for index in range(20):
        proof = log.inclusion(index, 20)
        merkle.verify_inclusion(merkle.leaf_hash(b"%d" % index), index, 20, proof, roots[-1])
        earlier = log.consistency(index + 1, 20)
        merkle.verify_consistency(index + 1, 20, roots[index], roots[-1], earlier)
