"""The sequencer: many at once, one ballot each, and a receipt only for what is committed."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from dataclasses import replace

import pytest

from ballots.board import BallotEntry, Closed, parse_entry
from ballots.checkpoint import VerifierKey
from ballots.errors import Rejected
from ballots.receipt import verify_receipt
from ballots.sequencer import Sequencer, Unavailable
from ballots.signer import RollbackRefused
from tests.ballots.test_store import ballot_of, manifest_for


@pytest.fixture
def manifest(database, board):
    made = manifest_for(board)
    with database.writing() as db:
        board.open_election(db.connection(), made)
    return made


@pytest.fixture
def sequencer(database, board):
    made = Sequencer(database.engine, board, lambda conn, casts: casts)
    yield made
    made.close()


def entries_of(database, board):
    with database.reading() as db:
        return [parse_entry(entry) for entry in board.entries(db.connection())]


def test_the_same_submit_a_hundred_times_gives_one_entry_and_one_receipt(
    database, board, manifest, sequencer
):
    ballot = ballot_of(manifest)
    receipts = {future.result() for future in [sequencer.cast(ballot) for _ in range(100)]}
    assert len(receipts) == 1
    assert [entry.kind for entry in entries_of(database, board)] == ["open", "ballot"]


def test_ballots_from_many_threads_each_get_their_own_receipt(database, board, manifest, sequencer):
    key = VerifierKey.parse(board.signer.verifier_key)
    got: list[tuple[str, str]] = []

    def vote() -> None:
        for _ in range(20):
            ballot = ballot_of(manifest)
            got.append((ballot.slot, sequencer.cast(ballot).result()))

    threads = [threading.Thread(target=vote) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 400
    for slot, receipt in got:
        assert parse_entry(verify_receipt(receipt, key).entry).slot == slot
    placed = [entry for entry in entries_of(database, board) if isinstance(entry, BallotEntry)]
    assert len(placed) == len({entry.slot for entry in placed}) == 400


def test_a_close_amid_casting_leaves_no_ballot_after_it(database, board, manifest, sequencer):
    futures = []
    go_on = threading.Event()

    def vote() -> None:
        for number in range(600):
            futures.append(sequencer.cast(ballot_of(manifest)))
            if number == 100:
                go_on.set()

    voter = threading.Thread(target=vote)
    voter.start()
    go_on.wait()
    with database.writing() as db:
        counted = board.close_election(db.connection(), manifest.election)
    voter.join()
    failures = [future.exception() for future in futures]
    acknowledged = failures.count(None)
    entries = entries_of(database, board)
    at = next(i for i, entry in enumerate(entries) if isinstance(entry, Closed))
    assert not any(isinstance(entry, BallotEntry) for entry in entries[at:])
    assert counted == acknowledged == at - 1
    assert {fault.code for fault in failures if fault} <= {"poll-closed"}


def test_what_admit_refuses_is_answered_and_the_others_are_placed(database, board, manifest):
    def admit(conn, tickets):
        return [ballot or PermissionError("not on the roll") for ballot in tickets]

    sequencer = Sequencer(database.engine, board, admit)
    good, bad = sequencer.cast(ballot_of(manifest)), sequencer.cast(None)
    assert good.result()
    assert isinstance(bad.exception(), PermissionError)
    sequencer.close()


def test_one_ballot_that_breaks_the_batch_does_not_take_the_others_down(database, board, manifest):
    poison = ballot_of(manifest)

    def admit(conn, tickets):
        if poison in tickets:
            raise ArithmeticError("a fault nobody thought of")
        return tickets

    sequencer = Sequencer(database.engine, board, admit)
    futures = [sequencer.cast(ballot_of(manifest)) for _ in range(10)]
    broken = sequencer.cast(poison)
    futures += [sequencer.cast(ballot_of(manifest)) for _ in range(10)]
    assert all(future.result() for future in futures)
    assert isinstance(broken.exception(), Unavailable)
    sequencer.close()


def test_an_admission_that_forgets_somebody_places_nobody_and_the_next_are_served(
    database, board, manifest
):
    forgets = [True]

    def admit(conn, tickets):
        return tickets[1:] if forgets else tickets

    sequencer = Sequencer(database.engine, board, admit)
    failed = sequencer.cast(ballot_of(manifest)).exception()
    assert isinstance(failed, Unavailable)
    assert isinstance(failed.__cause__, ValueError)
    forgets.clear()
    assert sequencer.cast(ballot_of(manifest)).result()
    sequencer.close()
    assert [entry.kind for entry in entries_of(database, board)] == ["open", "ballot"]


def test_on_an_event_loop_each_waits_for_its_own_answer(database, board, manifest, sequencer):
    key = VerifierKey.parse(board.signer.verifier_key)
    good = [ballot_of(manifest) for _ in range(30)]
    bad = replace(ballot_of(manifest), body=b"adopt")

    async def vote():
        return await asyncio.gather(
            *(sequencer.cast_soon(each) for each in [*good, bad]), return_exceptions=True
        )

    *receipts, fault = asyncio.run(vote())
    slots = [parse_entry(verify_receipt(receipt, key).entry).slot for receipt in receipts]
    assert slots == [each.slot for each in good]
    assert fault.code == "malformed"


def test_who_stops_waiting_on_a_loop_that_is_gone_harms_nobody(board, manifest, sequencer):
    async def leave():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await sequencer.cast_soon(ballot_of(manifest))

    for _ in range(20):
        asyncio.run(leave())
    assert sequencer.cast(ballot_of(manifest)).result()


def test_a_sequencer_that_has_closed_takes_nothing_and_says_so(board, manifest, sequencer):
    sequencer.close()
    with pytest.raises(Unavailable):
        sequencer.cast(ballot_of(manifest))


def test_a_client_that_has_gone_does_not_stop_the_sequencer(board, manifest, sequencer):
    futures = [sequencer.cast(ballot_of(manifest)) for _ in range(50)]
    for future in futures[::2]:
        future.cancel()
    assert all(future.result() for future in futures[1::2])


def test_a_ballot_of_another_poll_or_key_is_rejected_for_what_it_is(board, manifest, sequencer):
    ballot = ballot_of(manifest)
    sequencer.cast(ballot).result()
    second = sequencer.cast(replace(ballot, key=secrets.token_hex(16))).exception()
    assert isinstance(second, Rejected)
    assert second.code == "already-voted"


def test_where_the_signer_refuses_the_voter_gets_no_receipt(database, board, manifest, sequencer):
    sequencer.cast(ballot_of(manifest)).result()
    board.signer.guard.write_text(f"{board.origin}\n99\n{'A' * 43}=\n")
    assert isinstance(sequencer.cast(ballot_of(manifest)).exception(), RollbackRefused)
    assert [entry.kind for entry in entries_of(database, board)] == ["open", "ballot"]


def test_what_waits_at_the_close_of_the_sequencer_is_still_placed(database, board, manifest):
    sequencer = Sequencer(database.engine, board, lambda conn, casts: casts)
    futures = [sequencer.cast(ballot_of(manifest)) for _ in range(300)]
    sequencer.close()
    assert all(future.done() and future.result() for future in futures)
