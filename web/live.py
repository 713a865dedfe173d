"""Live news: who watches a meeting hears, after a commit, that something there has changed.

News is a meeting's number, never content: the browser fetches its page again, with its own rights.
On SQLite one process serves everybody; on PostgreSQL every process listens, by LISTEN/NOTIFY.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import psycopg
import sqlalchemy as sa

from governance.database import Database
from web import logs

CHANNEL = "stamma_live"
HEARTBEAT = 15.0  # seconds; proxies close connections that stay silent for longer
GATHER = 0.05  # seconds in which many acts become one piece of news
RECONNECT = 2.0  # seconds
MOST_WATCHERS = 5_000  # per process: a stranger must not fill its memory with open connections


class Hub:
    """The watchers of one process. `publish` may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.watchers = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        # One event per meeting, shared by all its watchers and replaced when it is set.
        self._news: dict[int, asyncio.Event] = {}
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
            yield b"retry: 2000\n\n"
            while not self._closing.is_set():
                event = self._news.setdefault(meeting_id, asyncio.Event())
                try:
                    await asyncio.wait_for(event.wait(), HEARTBEAT)
                    yield b"event: news\ndata: %d\n\n" % meeting_id
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self.watchers -= 1

    def _wake_soon(self, meeting_id: int) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gather, meeting_id)

    def _gather(self, meeting_id: int) -> None:
        if meeting_id not in self._gathering and self._loop is not None:
            self._gathering.add(meeting_id)
            self._loop.call_later(GATHER, self._wake, meeting_id)

    def _wake(self, meeting_id: int) -> None:
        self._gathering.discard(meeting_id)
        event = self._news.pop(meeting_id, None)
        if event is not None:
            event.set()

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
