"""Turnout on the live pages: told every few seconds while ballots come in, not for each of them.

Of a secret vote the pages are told only when few have become many: when somebody votes is nobody
else's to see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.store import SqlBoard
from governance import polls
from governance.database import Database
from governance.polls import Poll, PollKind
from web import logs
from web.live import Hub

SOONEST = 2.0  # seconds
# Seconds for each page that watches: every one of them looks again, and casting comes first.
FOR_EACH = 0.01


class Turnout:
    def __init__(self, database: Database, board: SqlBoard, live: Hub) -> None:
        self.database = database
        self.board = board
        self.live = live
        self._many: set[int] = set()  # secret polls of which that has been told
        self._polls: set[int] = set()  # with ballots since the last news

    def note(self, poll_id: int) -> None:
        """A ballot has been cast. To be called on the event loop, and cheap."""
        if not self._polls:
            wait = max(SOONEST, self.live.watchers * FOR_EACH)
            asyncio.get_running_loop().call_later(wait, self._tell_in_thread)
        self._polls.add(poll_id)

    def _tell_in_thread(self) -> None:
        noted, self._polls = self._polls, set()
        asyncio.get_running_loop().run_in_executor(None, self.tell, noted)

    def tell(self, noted: Collection[int]) -> None:
        try:
            with self.database.reading() as db:
                found = db.scalars(sa.select(Poll).where(Poll.id.in_(noted))).all()
                meetings = {each.meeting_id for each in found if self._is_news(db, each)}
        except sa.exc.SQLAlchemyError as error:
            # The ballots are cast; their number is right when somebody looks again.
            logs.failed("turnout", error)
            return
        for meeting_id in meetings:
            self.live.publish(meeting_id)

    def _is_news(self, db: Session, poll: Poll) -> bool:
        if poll.kind is not PollKind.SECRET_BALLOT:
            return True
        if poll.id in self._many or polls.crowd(db, self.board, poll) == "few":
            return False
        self._many.add(poll.id)
        return True
