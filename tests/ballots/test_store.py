"""The board in SQL does what the board in memory does, on both databases, and holds its lock."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ballots import merkle
from ballots.board import MemoryBoard, NoticeEntry, parse_entry
from ballots.checkpoint import VerifierKey, open_note
from ballots.errors import Fault, Rejected
from ballots.manifest import Secrecy
from ballots.open_ballot import OpenBallot
from ballots.receipt import verify_receipt
from ballots.signer import RollbackRefused
from ballots.store import Cast, Placed
from ballots.tables import board_ballot, board_entry, board_log
from tests.ballots.test_manifest import MANIFEST

ENTRIES = [NoticeEntry(str(number), "12" * 32).encode() for number in range(40)]


def manifest_for(board, **changes):
    return replace(MANIFEST, origin=board.origin, **changes)


def ballot_of(manifest, slot=None, choice="adopt"):
    slot = slot or secrets.token_hex(16)
    body = OpenBallot(manifest.election, slot, secrets.token_hex(32), choice).encode()
    return Cast(manifest.election, slot, body, secrets.token_hex(16))


@pytest.fixture
def manifest(database, board):
    made = manifest_for(board)
    with database.writing() as db:
        board.open_election(db.connection(), made)
    return made


@pytest.fixture
def cast(database, board):
    def cast(*casts):
        with database.writing() as db:
            return board.cast(db.connection(), casts)

    return cast


@pytest.fixture
def read(database):
    def read(ask):
        with database.reading() as db:
            return ask(db.connection())

    return read


def test_appended_in_any_batches_the_log_equals_the_one_in_memory(database, board, read):
    model = MemoryBoard(board.origin)
    key = VerifierKey.parse(board.signer.verifier_key)
    at = 0
    for batch in (1, 2, 7, 1, 13, 0, 16):
        entries = ENTRIES[at : at + batch]
        with database.writing() as db:
            assert board.append(db.connection(), entries) == model.append(entries)
        at += batch
        assert open_note(read(board.checkpoint), key) == model.checkpoint()
    assert read(lambda conn: list(board.entries(conn))) == model.entries
    assert read(lambda conn: list(board.entries(conn, 5, 9))) == model.entries[5:9]
    for old in range(1, at + 1):
        proof = read(lambda conn, old=old: board.consistency(conn, old, at))
        assert proof == model.consistency(old, at)


def test_every_receipt_of_every_batch_holds(database, board, manifest, cast, read):
    key = VerifierKey.parse(board.signer.verifier_key)
    casts = [ballot_of(manifest) for _ in range(30)]
    for start, end in ((0, 1), (1, 4), (4, 20), (20, 30)):
        placed = cast(*casts[start:end])
        assert all(isinstance(place, Placed) for place in placed)
    for each in casts:
        receipt = read(lambda conn, each=each: board.receipt(conn, each.election, each.slot))
        proved = verify_receipt(receipt, key)
        assert parse_entry(proved.entry).slot == each.slot
        again = read(lambda conn, each=each: board.receipt(conn, each.election, each.slot))
        assert again == receipt


def test_a_retry_finds_its_place_and_another_ballot_of_the_voter_does_not(board, manifest, cast):
    first = ballot_of(manifest)
    other = ballot_of(manifest, first.slot, "reject")
    [place] = cast(first)
    assert cast(first) == [place]
    [refused] = cast(other)
    assert isinstance(refused, Rejected)
    assert refused.code == "already-voted"
    # The key alone does not make a changed ballot the same one.
    [altered] = cast(replace(other, key=first.key))
    assert altered.code == "already-voted"


def test_a_batch_that_holds_a_voter_twice_places_one_ballot(database, board, manifest, cast, read):
    first = ballot_of(manifest)
    other = ballot_of(manifest, first.slot, "reject")
    placed = cast(first, first, other)
    assert placed[0] == placed[1]
    assert placed[2].code == "already-voted"
    assert read(lambda conn: board.ballots(conn, manifest.election)) == [(first.slot, first.body)]


def test_what_does_not_belong_to_the_poll_is_rejected_and_the_rest_placed(board, manifest, cast):
    good = ballot_of(manifest)
    elsewhere = replace(ballot_of(manifest), election="00" * 32)
    foreign_slot = replace(ballot_of(manifest), slot="00" * 16)
    option = ballot_of(manifest, choice="postpone")
    malformed = replace(ballot_of(manifest), body=b"adopt")
    outcomes = cast(elsewhere, foreign_slot, good, option, malformed)
    codes = [each.code if isinstance(each, Fault) else "placed" for each in outcomes]
    assert codes == ["unknown-poll", "wrong-slot", "placed", "wrong-option", "malformed"]


def test_after_the_close_nothing_is_placed_but_a_receipt_can_still_be_had(
    database, board, manifest, cast, read
):
    before = ballot_of(manifest)
    [place] = cast(before)
    with database.writing() as db:
        assert board.close_election(db.connection(), manifest.election) == 1
    [late] = cast(ballot_of(manifest))
    assert late.code == "poll-closed"
    assert cast(before) == [place]
    kinds = [parse_entry(entry).kind for entry in read(lambda c: list(board.entries(c)))]
    assert kinds == ["open", "ballot", "close"]
    with database.writing() as db, pytest.raises(Rejected, match="poll-closed"):
        board.close_election(db.connection(), manifest.election)


def test_a_poll_is_opened_once(database, board, manifest):
    with database.writing() as db, pytest.raises(Rejected, match="already-open"):
        board.open_election(db.connection(), manifest)


def test_a_transaction_that_fails_leaves_no_trace_and_nothing_of_it_is_signed(
    database, board, manifest, read
):
    before = read(board.checkpoint)

    class Interrupted(Exception):
        pass

    def interrupted() -> None:
        with database.writing() as db:
            board.cast(db.connection(), [ballot_of(manifest)])
            # Asked for inside the transaction: what is not committed is not signed.
            assert board.checkpoint(db.connection()) == before
            raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()
    assert read(board.checkpoint) == before
    assert read(lambda conn: conn.scalar(sa.select(sa.func.count()).select_from(board_ballot))) == 0


def test_rows_changed_behind_the_boards_back_get_no_signature(
    database, board, manifest, cast, read
):
    cast(*[ballot_of(manifest) for _ in range(5)])
    read(board.checkpoint)
    with database.writing() as db:
        peaks = merkle.root([merkle.leaf_hash(entry) for entry in ENTRIES[:8]])
        db.execute(sa.update(board_log).values(size=8, peaks=peaks))
        db.execute(
            sa.insert(board_entry),
            [
                {"log_id": 1, "index": index, "entry": b"x", "nodes": b"\0" * 96, "batch_size": 8}
                for index in (6, 7)
            ],
        )
    with pytest.raises(RollbackRefused):
        read(board.checkpoint)


def test_an_old_backup_takes_no_ballot(database, board, manifest, cast, read, tmp_path):
    """The guard stands outside the database, so a restored one is behind it."""
    cast(ballot_of(manifest))
    guard = board.signer.guard
    read(board.checkpoint)
    ahead = tmp_path / "guard-of-later"
    for _ in range(3):
        cast(ballot_of(manifest))
    read(board.checkpoint)
    shutil.copy(guard, ahead)
    with database.writing() as db:
        # As the backup had it: the last three ballots are gone.
        db.execute(sa.delete(board_ballot).where(board_ballot.c.index > 1))
        db.execute(sa.delete(board_entry).where(board_entry.c.index > 1))
        two = [merkle.leaf_hash(entry) for entry in board.entries(db.connection())]
        db.execute(sa.update(board_log).values(size=2, peaks=merkle.root(two)))
    with pytest.raises(RollbackRefused):
        cast(ballot_of(manifest))
    with pytest.raises(RollbackRefused):
        read(board.checkpoint)
    assert read(board.size) == 2


SECRET = Secrecy(
    election="ab" * 32,
    trustees="cd" * 32,
    credentials="ef" * 32,
    needed=2,
    holders=3,
    server_alone=False,
    revote=True,
)


@pytest.fixture
def secret_poll(database, board):
    """Opened as a secret poll, in which one may vote again or not."""

    def secret_poll(*, revote):
        secret = replace(SECRET, revote=revote)
        made = manifest_for(board, ballots="secret", secret=secret)
        with database.writing() as db:
            board.open_election(db.connection(), made)
        return made

    return secret_poll


def secret_ballot(manifest, slot="12" * 16, body=b"ciphertext", proven_in="ab" * 32):
    return Cast(manifest.election, slot, body, secrets.token_hex(16), proven_in)


def test_a_secret_ballot_is_placed_when_its_proofs_were_checked_for_this_election(
    secret_poll, cast
):
    poll = secret_poll(revote=False)
    [unproven] = cast(secret_ballot(poll, proven_in=""))
    [elsewhere] = cast(secret_ballot(poll, proven_in="99" * 32))
    assert [unproven.code, elsewhere.code] == ["wrong-poll", "wrong-poll"]
    [placed] = cast(secret_ballot(poll))
    assert parse_entry(placed.entry).revision == 1


def test_where_one_may_vote_again_the_last_ballot_stands_and_every_one_is_on_the_board(
    secret_poll, cast, read, board
):
    poll = secret_poll(revote=True)
    first, second = secret_ballot(poll, body=b"first"), secret_ballot(poll, body=b"second")
    third = secret_ballot(poll, body=b"third")
    [one] = cast(first)
    two, three, again = cast(second, third, first)
    revisions = [parse_entry(each.entry).revision for each in (one, two, three)]
    assert revisions == [1, 2, 3]
    assert again == one
    assert read(lambda conn: board.ballots(conn, poll.election)) == [("12" * 16, b"third")]
    every = read(lambda conn: board.every_ballot(conn, poll.election))
    assert every == [b"first", b"second", b"third"]
    assert read(lambda conn: board.turnout(conn, poll.election)) == 1
    receipt = read(lambda conn: board.receipt(conn, poll.election, "12" * 16))
    assert verify_receipt(receipt, board.signer.key.verifier).entry == three.entry


def test_where_one_may_not_vote_again_the_second_ballot_is_refused(secret_poll, cast):
    poll = secret_poll(revote=False)
    first, second = secret_ballot(poll, body=b"first"), secret_ballot(poll, body=b"second")
    placed, refused = cast(first, second)
    assert isinstance(placed, Placed)
    assert refused.code == "already-voted"
    [refused] = cast(second)
    assert refused.code == "already-voted"
    assert cast(first) == [placed]


def test_a_key_is_used_for_one_ballot_only(secret_poll, cast):
    poll = secret_poll(revote=True)
    first = secret_ballot(poll, body=b"first")
    cast(first)
    [refused] = cast(replace(first, body=b"second"))
    assert refused.code == "already-voted"
