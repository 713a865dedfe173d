"""The signer signs one history and no other."""

from __future__ import annotations

import pytest

from ballots.board import MemoryBoard
from ballots.checkpoint import SigningKey, open_note
from ballots.signer import GuardBroken, RollbackRefused, Signer

ORIGIN = "stamma.example/board"


@pytest.fixture
def signer(tmp_path):
    return Signer(SigningKey.generate(ORIGIN, seed=bytes(32)), tmp_path / "guard")


@pytest.fixture
def log():
    return MemoryBoard(ORIGIN, [b"a", b"b", b"c"])


def test_a_growing_log_is_signed(signer, log):
    for entry in (b"d", b"e"):
        note = signer.sign(log.checkpoint(), log.consistency)
        assert open_note(note, signer.key.verifier) == log.checkpoint()
        log.append([entry])


def test_an_earlier_state_of_the_same_log_is_signed_again_and_moves_nothing(signer, log):
    earlier = log.checkpoint()
    first = signer.sign(earlier, log.consistency)
    log.append([b"d"])
    signer.sign(log.checkpoint(), log.consistency)
    assert signer.sign(earlier, log.consistency) == first
    assert signer.last_signed() == log.checkpoint()


def test_a_shorter_log_that_cannot_show_the_rest_is_refused(signer, log):
    signer.sign(log.checkpoint(), log.consistency)
    restored = MemoryBoard(ORIGIN, [b"a", b"b"])
    with pytest.raises(RollbackRefused):
        signer.sign(restored.checkpoint(), restored.consistency)


@pytest.mark.parametrize("entries", [[b"a", b"b", b"x"], [b"a", b"x", b"c", b"d"]])
def test_another_history_is_refused_at_any_size(signer, log, entries):
    signer.sign(log.checkpoint(), log.consistency)
    forked = MemoryBoard(ORIGIN, entries)
    with pytest.raises(RollbackRefused):
        signer.sign(forked.checkpoint(), forked.consistency)


def test_a_new_start_of_the_process_remembers_what_was_signed(signer, log):
    signer.sign(log.checkpoint(), log.consistency)
    started = Signer(signer.key, signer.guard)
    restored = MemoryBoard(ORIGIN)
    with pytest.raises(RollbackRefused):
        started.sign(restored.checkpoint(), restored.consistency)


def test_what_is_remembered_is_one_page_that_people_can_read(signer, log):
    signer.sign(log.checkpoint(), log.consistency)
    written = signer.guard.read_text()
    assert written.startswith(log.checkpoint().text())
    assert written.strip().count("\n") == 2
    assert len(written) == 4096
    log.append([b"d"] * 200)
    signer.sign(log.checkpoint(), log.consistency)
    assert signer.last_signed() == log.checkpoint()


@pytest.mark.parametrize("written", ["once", "stamma.example/board\nmany\nxx\n", "\0" * 4096])
def test_a_guard_that_cannot_be_read_stops_every_signature(signer, log, written):
    signer.guard.write_text(written)
    with pytest.raises(GuardBroken):
        signer.sign(log.checkpoint(), log.consistency)
    with pytest.raises(GuardBroken):
        signer.last_signed()
    assert signer.guard.read_text() == written


def test_who_was_killed_before_the_first_signature_left_an_empty_guard(signer, log):
    signer.guard.touch()
    assert signer.last_signed() is None
    assert signer.sign(log.checkpoint(), log.consistency)
