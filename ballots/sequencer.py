"""The sequencer: ballots that wait at the same time share one transaction and one signature.

One thread per process takes what is waiting, up to `MOST` ballots, commits them together and only
then signs. Several processes and hosts meet at the log's row lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa

from ballots.errors import Fault
from ballots.signer import RollbackRefused
from ballots.store import Cast, Placed, SqlBoard

MOST = 128  # ballots in one transaction
GATHER = 0.002  # seconds that a batch waits for more where many cast; a lone ballot never waits

Ticket = TypeVar("Ticket")
_Answered = tuple[Future[str] | asyncio.Future[str], str | Exception]
# Runs in the ballots' transaction: from what a caller handed in to the ballot, or why it may not
# be cast. It holds what `ballots` knows nothing of: members and the roll.
Admit = Callable[[sa.Connection, Sequence[Ticket]], Sequence[Cast | Exception]]


class Unavailable(Fault):
    """The database did not answer. Nothing is lost: the same key leads to the same receipt."""

    def __init__(self) -> None:
        super().__init__("unavailable", "the ballot box does not answer; try again")


@dataclass
class _Waiting(Generic[Ticket]):
    ticket: Ticket
    answer: Future[str] | asyncio.Future[str]

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        return self.answer.get_loop() if isinstance(self.answer, asyncio.Future) else None

    def is_wanted(self) -> bool:
        """Whether anybody still waits for the answer; asked once, when the turn has come."""
        if isinstance(self.answer, Future):
            return self.answer.set_running_or_notify_cancel()
        return not self.answer.cancelled()


class Sequencer(Generic[Ticket]):
    def __init__(self, engine: sa.Engine, board: SqlBoard, admit: Admit[Ticket]) -> None:
        self.engine = engine
        self.board = board
        self.admit = admit
        self._queue: queue.SimpleQueue[_Waiting[Ticket] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._many = False  # whether the last batch held more than one
        self._closed = False
        self._closing = threading.Lock()
        self._thread.start()

    def cast(self, ticket: Ticket) -> Future[str]:
        """The receipt's text, once the ballot is committed and signed.

        Otherwise the future raises what `admit` gave, a `Fault` of the board, or `Unavailable`:
        then the ballot may have been placed or not, and a retry with the same key settles it.
        """
        answer: Future[str] = Future()
        self._put(_Waiting(ticket, answer))
        return answer

    async def cast_soon(self, ticket: Ticket) -> str:
        """As `cast`, on an event loop; a whole batch wakes the loop once."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._put(_Waiting(ticket, answer))
        return await answer

    def close(self) -> None:
        """Finish what is waiting and end."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, waiting: _Waiting[Ticket]) -> None:
        with self._closing:
            if self._closed:
                raise Unavailable
            self._queue.put(waiting)

    def _run(self) -> None:
        while batch := self._take():
            # Who has gone away before the turn came is not waited for; a retry is a new turn.
            waiting = [each for each in batch if each and each.is_wanted()]
            if waiting:
                _answer(waiting, self._outcomes([each.ticket for each in waiting]))
            if None in batch:
                return

    def _take(self) -> list[_Waiting[Ticket] | None]:
        batch = [self._queue.get()]
        if self._many and self._queue.qsize() < MOST:
            # More are on their way, and a batch costs as much as ten ballots in it.
            time.sleep(GATHER)
        while len(batch) < MOST and batch[-1] is not None:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        self._many = len(batch) > 1
        return batch

    # Raises nothing: whatever happens to one batch, the thread goes on for the next.
    def _outcomes(self, tickets: Sequence[Ticket]) -> list[str | Exception]:
        try:
            outcomes = self._place(tickets)
        except RollbackRefused as refused:
            return [refused] * len(tickets)
        except Exception as error:
            if len(tickets) == 1 or _is_disconnected(error):
                return [_unavailable(error) for _ in tickets]
            # One ballot must not take the others down with it.
            return [self._outcomes([each])[0] for each in tickets]
        return self._signed(outcomes)

    def _place(self, tickets: Sequence[Ticket]) -> list[Placed | Exception]:
        with self.engine.begin() as conn:
            log = self.board.lock(conn)
            admitted = self.admit(conn, tickets)
            if len(admitted) != len(tickets):
                raise ValueError("admit has to answer every ticket")
            casts = [each for each in admitted if isinstance(each, Cast)]
            placed = iter(self.board.cast(conn, casts, log))
            return [next(placed) if isinstance(each, Cast) else each for each in admitted]

    def _signed(self, outcomes: Sequence[Placed | Exception]) -> list[str | Exception]:
        placed = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
        try:
            receipts = iter(self.board.receipts(self.engine, placed) if placed else [])
        except Exception as error:
            refused = isinstance(error, RollbackRefused)
            return [
                (error if refused else _unavailable(error)) if isinstance(each, Placed) else each
                for each in outcomes
            ]
        return [next(receipts) if isinstance(each, Placed) else each for each in outcomes]


def _answer(batch: Sequence[_Waiting[Ticket]], outcomes: Sequence[str | Exception]) -> None:
    answers: dict[asyncio.AbstractEventLoop | None, list[_Answered]] = {}
    for each, outcome in zip(batch, outcomes, strict=True):
        answers.setdefault(each.loop, []).append((each.answer, outcome))
    for loop, answered in answers.items():
        if loop is None:
            _set(answered)
            continue
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_set, answered)


def _set(answered: Sequence[_Answered]) -> None:
    for answer, outcome in answered:
        if answer.cancelled():
            continue
        if isinstance(outcome, str):
            answer.set_result(outcome)
        else:
            answer.set_exception(outcome)


def _unavailable(error: Exception) -> Unavailable:
    unavailable = Unavailable()
    unavailable.__cause__ = error
    return unavailable


def _is_disconnected(error: Exception) -> bool:
    return isinstance(error, sa.exc.OperationalError) or (
        isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    )
