"""Secret ballots on their way in: parsed and proven by several processes, before they wait.

Checking a ballot's proofs takes ten times as long as placing it, and holds the interpreter; so it
happens in processes of its own, and only what holds comes to the ballot box.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from multiprocessing import get_context

from ballots.belenios.ballot import check_ballot, parse_ballot
from ballots.belenios.credential import slot_of
from ballots.belenios.election import Election, parse_election
from ballots.errors import Fault, Malformed, Rejected


@dataclass(frozen=True)
class Checked:
    """What a ballot says of itself, once its proofs hold. Of the vote it says nothing."""

    election: str  # SHA-256, hex, of the Belenios election that it was made for
    slot: str
    tracker: str  # base64 of the ballot's SHA-256


def check(election: Election, body: bytes) -> Checked:
    """Raises Malformed, Rejected."""
    ballot = parse_ballot(body, election)
    check_ballot(ballot, election)
    return Checked(sha256(election.raw).hexdigest(), slot_of(ballot.credential), ballot.tracker)


class Checker:
    """A pool of processes that check ballots; they are started when the first one comes.

    Where one of them is killed the others end with it: the pool is made anew, and what they held is
    checked again, once. A ballot that kills its processes must not go on doing so.
    """

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._making = threading.Lock()

    def check(self, election_raw: bytes, body: bytes) -> Future[Checked]:
        """The future raises Malformed or Rejected where the ballot does not hold, and the Fault
        "unavailable" where its processes were killed twice: then it can be sent again."""
        answered: Future[Checked] = Future()
        self._ask(_Asked(election_raw, body, answered), TRIES)
        return answered

    def _ask(self, asked: _Asked, tries: int) -> None:
        pool = self._started()
        try:
            answer = pool.submit(_check_raw, asked.election, asked.body)
        except RuntimeError:  # it has broken, or was closed, since we were given it
            self._bury(pool)
            self._ask_again(asked, tries - 1)
            return
        answer.add_done_callback(lambda done: self._hand_over(done, asked, pool, tries))

    def _ask_again(self, asked: _Asked, tries: int) -> None:
        if tries:
            self._ask(asked, tries)
        elif asked.answered.set_running_or_notify_cancel():
            asked.answered.set_exception(Fault("unavailable", "the ballot could not be checked"))

    def _hand_over(
        self, done: Future[_Answer], asked: _Asked, pool: ProcessPoolExecutor, tries: int
    ) -> None:
        if not done.cancelled() and isinstance(done.exception(), BrokenProcessPool):
            self._bury(pool)
            self._ask_again(asked, tries - 1)
            return
        answered = asked.answered
        if not answered.set_running_or_notify_cancel():
            return
        try:
            answered.set_result(_found(done.result()))
        except Exception as error:
            answered.set_exception(error)

    def _started(self) -> ProcessPoolExecutor:
        with self._making:
            if self._pool is None:
                # Not forked: the server's threads and connections stay where they are.
                context = get_context("spawn")
                self._pool = ProcessPoolExecutor(self.processes, mp_context=context)
            return self._pool

    def _bury(self, pool: ProcessPoolExecutor) -> None:
        """Nobody is given this pool any more; another may be in its place already."""
        with self._making:
            if self._pool is pool:
                self._pool = None

    def close(self) -> None:
        with self._making:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


TRIES = 2


@dataclass(frozen=True)
class _Asked:
    election: bytes
    body: bytes
    answered: Future[Checked]


# A fault crosses between processes as its two words: exceptions of two arguments do not unpickle.
_Answer = Checked | tuple[str, str]


def _check_raw(election_raw: bytes, body: bytes) -> _Answer:
    try:
        return check(election_of(election_raw), body)
    except Fault as fault:
        return (fault.code, fault.message)


@lru_cache(maxsize=32)
def election_of(raw: bytes) -> Election:
    return parse_election(raw)


def _found(answer: _Answer) -> Checked:
    if isinstance(answer, Checked):
        return answer
    code, message = answer
    raise Malformed(message) if code == "malformed" else Rejected(code, message)
