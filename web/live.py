"""Live news: who watches a meeting hears, after a commit, that something there has changed.

News is a meeting's number and that of the vote that is open, never content: the browser fetches its
page again, with its own rights, within a time that lets everybody's be made.
On SQLite one process serves everybody; on PostgreSQL every process listens, by LISTEN/NOTIFY.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator

import psycopg
import sqlalchemy as sa

from governance import polls
from governance.database import Database
from web import logs

CHANNEL = "stamma_live"
HEARTBEAT = 15.0  # seconds; proxies close connections that stay silent for longer
GATHER = 0.05  # seconds in which many acts become one piece of news
RECONNECT = 2.0  # seconds
A_PAGE = 0.008  # seconds that one page takes to make; a thousand of them are asked for in eight
MOST_WATCHERS = 5_000  # per process: a stranger must not fill its memory with open connections


class News(asyncio.Event):
    """Shared by all who wait for the next news of one meeting, and replaced when it is told."""

    said = b""


class Hub:
    """The watchers of one process. `publish` may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.watchers = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: dict[int, News] = {}
        self._gathering: set[int] = set()
        self._closing = threading.Event()
        self._listener: threading.Thread | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        if not self.database.is_sqlite:
            self._listener = threading.Thread(target=self._listen, name="live", daemon=True)
            self._listener.start()

    def close(self) -> None:
        """End every watcher's connection, so that the server can stop."""
        self._closing.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)
        if self._listener is not None:
            self._listener.join()

    def publish(self, meeting_id: int) -> None:
        """Tell everybody who watches the meeting. Call it after the commit."""
        if self.database.is_sqlite:
            self._wake_soon(meeting_id)
            return
        try:
            with self.database.engine.connect() as connection:
                notify = sa.select(sa.func.pg_notify(CHANNEL, str(meeting_id)))
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(notify)
        except sa.exc.SQLAlchemyError as error:
            # The act itself is committed; pages that miss the news are right after a reload.
            logs.failed("live.publish", error)

    @property
    def is_full(self) -> bool:
        return self.watchers >= MOST_WATCHERS

    async def watch(self, meeting_id: int) -> AsyncIterator[bytes]:
        """A stream of server-sent events (HTML standard §9.2) about one meeting."""
        self.watchers += 1
        try:
            # Always listening before anything is sent: what happens meanwhile is heard, too.
            news = self._next(meeting_id)
            yield b"retry: 2000\n\n"
            while not self._closing.is_set():
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT)
                    told, news = news.said, self._next(meeting_id)
                    yield b"event: news\ndata: %s\n\n" % told
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self.watchers -= 1

    def _next(self, meeting_id: int) -> News:
        return self._news.setdefault(meeting_id, News())

    def _wake_soon(self, meeting_id: int) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gather, meeting_id)

    def _gather(self, meeting_id: int) -> None:
        if meeting_id not in self._gathering and self._loop is not None:
            self._gathering.add(meeting_id)
            self._loop.call_later(GATHER, self._look, meeting_id)

    def _look(self, meeting_id: int) -> None:
        """Ask once, for everybody who waits, which vote is open."""
        self._gathering.discard(meeting_id)
        if self._loop is not None and meeting_id in self._news:
            found = self._loop.run_in_executor(None, self._open_now, meeting_id)
            found.add_done_callback(lambda found: self._wake(meeting_id, found.result()))

    def _open_now(self, meeting_id: int) -> int | None:
        try:
            with self.database.reading() as db:
                poll = polls.open_now(db, meeting_id)
                return None if poll is None else poll.id
        except sa.exc.SQLAlchemyError as error:
            logs.failed("live.look", error)
            return None

    def _wake(self, meeting_id: int, poll_id: int | None = None) -> None:
        news = self._news.pop(meeting_id, None)
        if news is None:
            return
        within = round(1000 * A_PAGE * self.watchers)
        told = {"meeting": meeting_id, "poll": poll_id, "within": within}
        news.said = json.dumps(told).encode()
        news.set()

    def _wake_all(self) -> None:
        for meeting_id in list(self._news):
            self._wake(meeting_id)

    def _listen(self) -> None:
        """Hear PostgreSQL's notifications on a connection of our own, for as long as we serve."""
        while not self._closing.is_set():
            try:
                self._hear()
            except psycopg.Error as error:
                logs.failed("live.listen", error)
                self._closing.wait(RECONNECT)

    def _hear(self) -> None:
        url = self.database.url.set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            # What was said while nobody listened is lost: let every page look for itself.
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake_all)
            while not self._closing.is_set():
                for notice in connection.notifies(timeout=0.5):
                    if notice.payload.isdecimal():
                        self._wake_soon(int(notice.payload))
