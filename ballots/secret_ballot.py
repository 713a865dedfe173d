"""Secret ballots on their way in: parsed and proven by several processes, before they wait.

Checking a ballot's proofs takes ten times as long as placing it, and holds the interpreter; so it
happens in processes of its own, and only what holds comes to the ballot box.
"""

from __future__ import annotations

import os
from collections.abc import Callable
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
    """A pool of processes that check ballots; they are started when the first one comes."""

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def check(self, election_raw: bytes, body: bytes) -> Future[Checked]:
        """The future raises Malformed or Rejected where the ballot does not hold, and the Fault
        "unavailable" where its process was killed: then the same ballot can be sent again."""
        answered: Future[Checked] = Future()
        try:
            asked = self._started().submit(_check_raw, election_raw, body)
        except BrokenProcessPool:  # a process was killed: the others have ended with it
            self._pool = None
            asked = self._started().submit(_check_raw, election_raw, body)
        asked.add_done_callback(_handed_to(answered))
        return answered

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: the server's threads and connections stay where they are.
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, mp_context=context)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


# A fault crosses between processes as its two words: exceptions of two arguments do not unpickle.
_Answer = Checked | tuple[str, str]


def _check_raw(election_raw: bytes, body: bytes) -> _Answer:
    try:
        return check(_election(election_raw), body)
    except Fault as fault:
        return (fault.code, fault.message)


@lru_cache(maxsize=32)
def _election(raw: bytes) -> Election:
    return parse_election(raw)


def _handed_to(answered: Future[Checked]) -> Callable[[Future[_Answer]], None]:
    def hand_over(asked: Future[_Answer]) -> None:
        if not answered.set_running_or_notify_cancel():
            return
        try:
            answer = asked.result()
        except BrokenProcessPool:
            answered.set_exception(Fault("unavailable", "the ballot could not be checked"))
            return
        except Exception as error:
            answered.set_exception(error)
            return
        if isinstance(answer, Checked):
            answered.set_result(answer)
        else:
            code, message = answer
            fault = Malformed(message) if code == "malformed" else Rejected(code, message)
            answered.set_exception(fault)

    return hand_over
