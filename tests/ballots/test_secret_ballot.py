"""Secret ballots are checked in other processes, and their faults come back as they were."""

from __future__ import annotations

import base64
import multiprocessing
import os
import signal
from hashlib import sha256

import pytest

from ballots.belenios.credential import public_of, slot_of
from ballots.belenios.encoding import fingerprint
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Fault, Malformed, Rejected
from ballots.secret_ballot import Checker
from tests.ballots.belenios.conftest import YES_NO, make  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def checker():
    made = Checker(2)
    yield made
    made.close()


def test_a_ballot_that_holds_says_its_slot_and_its_tracker(checker, make):  # noqa: F811
    made = make(YES_NO)
    body = made.vote(0, [[1, 0, 0]]).encode()
    checked = checker.check(made.election.raw, body).result(timeout=30)
    assert checked.slot == slot_of(public_of(made.secrets[0], GROUP))
    assert base64.b64decode(checked.tracker + "=") == sha256(body).digest()
    assert checked.election == sha256(made.election.raw).hexdigest()


def test_faults_keep_their_class_and_code(checker, make):  # noqa: F811
    made, other = make(YES_NO), make(YES_NO)
    ballot = other.vote(0, [[1, 0, 0]]).encode()
    with pytest.raises(Rejected) as refused:
        checker.check(made.election.raw, ballot).result(timeout=30)
    assert refused.value.code == "wrong-poll"
    with pytest.raises(Malformed):
        checker.check(made.election.raw, ballot[:-1]).result(timeout=30)


def test_a_closed_checker_starts_again_when_it_is_asked(make):  # noqa: F811
    made = make(YES_NO)
    body = made.vote(0, [[0, 1, 0]]).encode()
    checker = Checker(1)
    checker.close()
    assert checker.check(made.election.raw, body).result(timeout=30).slot
    checker.close()


def test_a_ballot_whose_process_was_killed_is_checked_again(make):  # noqa: F811
    made = make(YES_NO)
    body = made.vote(0, [[0, 1, 0]]).encode()
    others = set(multiprocessing.active_children())
    checker = Checker(1)
    assert checker.check(made.election.raw, body).result(timeout=30).slot
    for _ in range(3):
        [process] = set(multiprocessing.active_children()) - others
        held = [checker.check(made.election.raw, body) for _ in range(20)]
        process.kill()
        for each in held:
            assert each.result(timeout=30).tracker == fingerprint(body)
    checker.close()


def test_who_waits_for_processes_that_are_killed_again_is_told_to_send_again(make, monkeypatch):  # noqa: F811
    made = make(YES_NO)
    body = made.vote(0, [[0, 1, 0]]).encode()
    checker = Checker(1)
    monkeypatch.setattr("ballots.secret_ballot._check_raw", _end_the_process)
    with pytest.raises(Fault) as lost:
        checker.check(made.election.raw, body).result(timeout=60)
    assert lost.value.code == "unavailable"
    monkeypatch.undo()
    assert checker.check(made.election.raw, body).result(timeout=30).slot
    checker.close()


def _end_the_process(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
