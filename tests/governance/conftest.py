"""A meeting in progress, with people in the room, on which votes are taken."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ballots.board import Entry, parse_entry
from ballots.errors import Fault
from ballots.open_ballot import OpenBallot
from ballots.store import Cast, Placed, SqlBoard
from governance import attendance, meetings, polls, roles, roll
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.attendance import Presence
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.motions import Motion, MotionState
from governance.polls import Poll
from governance.roles import Role
from governance.roll import Roll
from tests.governance.nominating import Committee


@dataclass
class Hall:
    """The meeting, its chair, and five members who are here; the chair is the sixth."""

    db: Session
    board: SqlBoard
    meeting: Meeting
    chair: Member
    people: list[Member]
    now: dt.datetime
    chance: Callable[[int], bytes] = field(default=secrets.token_bytes)

    def arrive(self, *members: Member) -> None:
        for each in members:
            attendance.arrive(
                self.db, self.meeting, each, Presence.ROOM, by_id=each.id, now=self.now
            )

    def leave(self, *members: Member) -> None:
        for each in members:
            attendance.leave(self.db, self.meeting, each, by_id=each.id, now=self.now)

    def approve_roll(self) -> Roll:
        by, chance = self.chair.id, self.chance
        return roll.approve(
            self.db, self.board, self.meeting, by_id=by, now=self.now, chance=chance
        )

    def item(self, kind: ItemKind = ItemKind.DECISION, **fields: Any) -> AgendaItem:
        last = self.db.query(AgendaItem).filter_by(meeting_id=self.meeting.id).count()
        given = {"title": {"sv": "Ansvarsfrihet", "en": "Discharge"}, **fields}
        made = AgendaItem(meeting_id=self.meeting.id, position=last + 1, kind=kind, **given)
        self.db.add(made)
        self.db.flush()
        return made

    def motion(self, *clauses: str) -> AgendaItem:
        """The item of a motion that is in the notice."""
        made = Motion(
            meeting_id=self.meeting.id,
            author_id=self.people[0].id,
            number=1,
            state=MotionState.IN_NOTICE,
            language="sv",
            title="Cyklar",
            text="",
            clauses=list(clauses),
        )
        self.db.add(made)
        self.db.flush()
        title = {"sv": "Motion 1: Cyklar", "en": "Motion 1: Bicycles"}
        return self.item(ItemKind.MOTION, title=title, motion_id=made.id)

    def open_ballot(self, item: AgendaItem, **given: Any) -> Poll:
        if roll.latest(self.db, self.meeting.id) is None:
            self.approve_roll()
        return polls.open_ballot(
            self.db,
            self.board,
            self.meeting,
            item,
            **{"by_id": self.chair.id, "now": self.now, "chance": self.chance, **given},
        )

    def cast(self, poll: Poll, member: Member, choice: str) -> Placed | Fault:
        slot = polls.voter_slot(self.db, poll.id, member.id)
        assert slot is not None
        body = OpenBallot(str(poll.election), slot, secrets.token_hex(32), choice).encode()
        cast = Cast(str(poll.election), slot, body, secrets.token_hex(16))
        return self.board.cast(self.db.connection(), [cast])[0]

    def vote(self, poll: Poll, *choices: str) -> None:
        """The first members cast these choices, in turn."""
        for member, choice in zip(self.people, choices, strict=False):
            assert isinstance(self.cast(poll, member, choice), Placed)

    def close(self, poll: Poll) -> Poll:
        return polls.close(self.db, self.board, poll, by_id=self.chair.id, now=self.now)

    def declare(self, poll: Poll) -> Poll:
        return polls.declare(self.db, self.board, poll, by_id=self.chair.id, now=self.now)

    def void(self, poll: Poll, reason: str = "Fel fråga ställdes.") -> Poll:
        return polls.void(self.db, self.board, poll, reason, by_id=self.chair.id, now=self.now)

    def acclaim(self, item: AgendaItem, outcome: str = "adopt", **given: Any) -> Poll:
        given = {"by_id": self.chair.id, "now": self.now, **given}
        return polls.acclaim(self.db, self.meeting, item, outcome=outcome, **given)

    def hands(
        self, item: AgendaItem, adopt: int = 0, reject: int = 0, abstain: int = 0, **given: Any
    ) -> Poll:
        votes = {"adopt": adopt, "reject": reject, "abstain": abstain}
        given = {"votes": votes, "by_id": self.chair.id, "now": self.now, **given}
        return polls.show_of_hands(self.db, self.meeting, item, **given)

    def decide(self, item: AgendaItem, *choices: str, **given: Any) -> Poll:
        """A ballot from its opening to its declared result."""
        poll = self.open_ballot(item, **given)
        self.vote(poll, *choices)
        return self.declare(self.close(poll))

    def entries(self, kind: type[Entry]) -> list[Any]:
        """What of that kind is on the board."""
        found = map(parse_entry, self.board.entries(self.db.connection()))
        return [entry for entry in found if isinstance(entry, kind)]


@pytest.fixture
def hall(database, board, open_meeting, chair, anna, bo, make_member, now) -> Iterator[Hall]:
    people = [anna, bo, *(make_member(number) for number in "345")]
    # A session of its own, not `database.writing()`: a test may commit on the way.
    with Session(database.engine, expire_on_commit=False) as db:
        meeting = db.get_one(Meeting, open_meeting.id)
        made = Hall(db, board, meeting, chair, people, now)
        made.arrive(*people)
        db.commit()  # SQLite has one writer at a time, and fixtures that come later write, too
        yield made


@pytest.fixture
def committee(database, board, association, make_member, anna, bo, now):
    director = make_member("9", given_name="Disa", family_name="Ek")
    nominator = make_member("8", given_name="Nils", family_name="Val")
    others = [make_member(number, given_name=f"Per{number}") for number in "345"]
    with Session(database.engine, expire_on_commit=False) as db:
        for member, role in ((director, Role.DIRECTOR), (nominator, Role.NOMINATOR)):
            roles.grant(db, member, role, now=now, by_id=None)
        meeting = meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma", "en": "Annual meeting"},
            starts_at=dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC),
            place="Umeå",
            link="",
            by_id=director.id,
            now=now,
        )
        meetings.announce(db, meeting, by_id=director.id, now=now)
        yield Committee(db, board, meeting, nominator, director, [anna, bo, *others], now)
