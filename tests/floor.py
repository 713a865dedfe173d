"""The floor of a meeting, for tests of pages: each act of the chair in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from ballots.open_ballot import OpenBallot
from ballots.store import Cast, SqlBoard
from governance import attendance, polls, presiding, roles, roll
from governance.agenda import AgendaItem, ItemKind
from governance.attendance import Presence
from governance.database import Database
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Poll
from governance.roles import Role


@dataclass
class Floor:
    database: Database
    board: SqlBoard
    meeting: Meeting
    chair: Member
    now: dt.datetime

    def item(self, kind: ItemKind = ItemKind.DECISION, **fields: Any) -> AgendaItem:
        with self.database.writing() as db:
            standing = db.query(AgendaItem).filter_by(meeting_id=self.meeting.id).count()
            given = {"title": {"sv": "Ansvarsfrihet", "en": "Discharge"}, **fields}
            made = AgendaItem(meeting_id=self.meeting.id, position=standing + 1, kind=kind, **given)
            db.add(made)
        return made

    def come(self, *members: Member, presence: Presence = Presence.ROOM) -> None:
        with self.database.writing() as db:
            meeting = db.get_one(Meeting, self.meeting.id)
            for each in members:
                attendance.arrive(db, meeting, each, presence, by_id=each.id, now=self.now)

    def approve_roll(self) -> None:
        with self.database.writing() as db:
            meeting = db.get_one(Meeting, self.meeting.id)
            by, chance = self.chair.id, secrets.token_bytes
            roll.approve(db, self.board, meeting, by_id=by, now=self.now, chance=chance)

    def take_up(self, item: AgendaItem) -> None:
        with self.database.writing() as db:
            meeting, item = db.get_one(Meeting, self.meeting.id), db.get_one(AgendaItem, item.id)
            presiding.take_up(db, meeting, item, by_id=self.chair.id, now=self.now)

    def open_ballot(self, item: AgendaItem, **asked: Any) -> Poll:
        with self.database.writing() as db:
            return polls.open_ballot(
                db,
                self.board,
                db.get_one(Meeting, self.meeting.id),
                db.get_one(AgendaItem, item.id),
                by_id=self.chair.id,
                now=self.now,
                chance=secrets.token_bytes,
                **asked,
            )

    def acclaim(self, item: AgendaItem, outcome: str = "adopt") -> Poll:
        with self.database.writing() as db:
            meeting, item = db.get_one(Meeting, self.meeting.id), db.get_one(AgendaItem, item.id)
            by = self.chair.id
            return polls.acclaim(db, meeting, item, outcome=outcome, by_id=by, now=self.now)

    def cast(self, poll: Poll, member: Member, choice: str) -> None:
        """The member's ballot, as another device of theirs would have cast it."""
        with self.database.writing() as db:
            slot = polls.voter_slot(db, poll.id, member.id)
            assert slot is not None
            assert poll.election is not None
            body = OpenBallot(poll.election, slot, secrets.token_hex(32), choice).encode()
            self.board.cast(
                db.connection(), [Cast(poll.election, slot, body, secrets.token_hex(16))]
            )

    def close(self, poll: Poll) -> Poll:
        with self.database.writing() as db:
            found = db.get_one(Poll, poll.id)
            return polls.close(db, self.board, found, by_id=self.chair.id, now=self.now)

    def declare(self, poll: Poll) -> Poll:
        with self.database.writing() as db:
            found = db.get_one(Poll, poll.id)
            return polls.declare(db, self.board, found, by_id=self.chair.id, now=self.now)

    def decide(self, poll: Poll) -> Poll:
        self.close(poll)
        return self.declare(poll)

    def void(self, poll: Poll, reason: str) -> Poll:
        with self.database.writing() as db:
            found = db.get_one(Poll, poll.id)
            by = self.chair.id
            return polls.void(db, self.board, found, reason, by_id=by, now=self.now)

    def elect(self, office: Role, member: Member) -> None:
        with self.database.writing() as db:
            roles.grant(db, member, office, now=self.now, by_id=None, meeting_id=self.meeting.id)

    def slot(self, poll: Poll, member: Member) -> str | None:
        with self.database.reading() as db:
            return polls.voter_slot(db, poll.id, member.id)

    def ballots(self, poll: Poll) -> dict[str, str]:
        """The choice in each slot, as the box holds it."""
        assert poll.election is not None
        with self.database.reading() as db:
            held = self.board.ballots(db.connection(), poll.election)
        return {slot: body.decode().split("choice ")[1].strip() for slot, body in held}
