"""Attendance: who is in the meeting, from when to when, in the room or online."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import journal, presiding
from governance.database import Base, Instant, Word
from governance.errors import N_, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member


class Presence(StrEnum):
    ROOM = "room"
    ONLINE = "online"


class Attendance(Base):
    """One stay of one member; coming back begins another, so that each vote's quorum is known."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.Index(
            "uq_attendance_present",
            "meeting_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    presence: Mapped[Presence] = mapped_column(Word(Presence))
    arrived_at: Mapped[dt.datetime] = mapped_column(Instant)
    left_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))  # the member, or the desk


# The doors open before the meeting does, and stay open while it is adjourned.
DOORS_OPEN = (MeetingState.CALLED, MeetingState.OPEN, MeetingState.ADJOURNED)


class NoVote(Refused):
    code = "no-vote"
    message = N_("%(name)s is not a member on this day.")


@dataclass(frozen=True)
class Counts:
    room: int
    online: int

    @property
    def total(self) -> int:
        return self.room + self.online


def arrive(
    db: Session,
    meeting: Meeting,
    member: Member,
    presence: Presence,
    *,
    by_id: int,
    now: dt.datetime,
) -> Attendance:
    """Begin a stay. Who is here already stays; moving between room and link begins a new stay."""
    _check_door(db, meeting, member, by_id)
    if not member.is_member_on(meeting.association.today(now)):
        raise NoVote(name=member.name)
    here = stay(db, meeting.id, member.id)
    if here is not None and here.presence is presence:
        return here
    if here is not None:
        here.left_at = now
        db.flush()
    come = Attendance(
        meeting_id=meeting.id,
        member_id=member.id,
        presence=presence,
        arrived_at=now,
        by_id=by_id,
    )
    try:
        with db.begin_nested():
            db.add(come)
    except IntegrityError:
        # The desk and the member at the same moment: the other one's stay is as good.
        return db.scalars(_stays(meeting.id).where(Attendance.member_id == member.id)).one()
    _record(db, "attendance.arrived", meeting, member, by_id, now)
    return come


def leave(
    db: Session, meeting: Meeting, member: Member, *, by_id: int, now: dt.datetime
) -> Attendance | None:
    """End the stay; None if there is none."""
    _check_door(db, meeting, member, by_id)
    here = stay(db, meeting.id, member.id)
    if here is not None:
        here.left_at = now
        db.flush()
        _record(db, "attendance.left", meeting, member, by_id, now)
    return here


def stay(db: Session, meeting_id: int, member_id: int) -> Attendance | None:
    """The member's stay that has not ended."""
    return db.scalar(_stays(meeting_id).where(Attendance.member_id == member_id))


def present(db: Session, meeting_id: int) -> list[tuple[Member, Attendance]]:
    """Everybody here, by name."""
    rows = db.execute(
        sa.select(Member, Attendance)
        .join(Attendance, Attendance.member_id == Member.id)
        .where(Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None))
        .order_by(Member.family_name, Member.given_name, Member.id)
    )
    return [(member, here) for member, here in rows]


def arrivals(
    db: Session, meeting_id: int, *, offset: int = 0, limit: int = 50
) -> list[tuple[Member, Attendance]]:
    """A page of who is here, the latest arrival first."""
    rows = db.execute(
        sa.select(Member, Attendance)
        .join(Attendance, Attendance.member_id == Member.id)
        .where(Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None))
        .order_by(Attendance.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [(member, here) for member, here in rows]


def stays(db: Session, meeting_id: int, member_ids: Iterable[int]) -> dict[int, Attendance]:
    """The stays of those among these members who are here, by member."""
    found = _stays(meeting_id).where(Attendance.member_id.in_(list(member_ids)))
    return {here.member_id: here for here in db.scalars(found)}


def find(db: Session, meeting_id: int, words: str) -> list[Member]:
    """Who of those present bears this number, or else has every word in their name.

    Whole names come first, then beginnings of names; those alike stand by name.
    """
    here = [member for member, _ in present(db, meeting_id)]
    if numbered := [each for each in here if each.number == words.strip()]:
        return numbered
    wanted = words.casefold().split()
    found = [each for each in here if all(word in each.name.casefold() for word in wanted)]
    return sorted(found, key=lambda member: _far(member, wanted))


def _far(member: Member, wanted: list[str]) -> int:
    names = member.name.casefold().split()
    begun = [any(name.startswith(word) for name in names) for word in wanted]
    whole = [word in names for word in wanted]
    return 2 * len(wanted) - sum(begun) - sum(whole)


def count(db: Session, meeting_id: int) -> Counts:
    rows = db.execute(
        sa.select(Attendance.presence, sa.func.count())
        .where(Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None))
        .group_by(Attendance.presence)
    )
    by_presence = dict(rows.all())
    return Counts(by_presence.get(Presence.ROOM, 0), by_presence.get(Presence.ONLINE, 0))


def _stays(meeting_id: int) -> sa.Select[Attendance]:
    return sa.select(Attendance).where(
        Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None)
    )


def _check_door(db: Session, meeting: Meeting, member: Member, by_id: int) -> None:
    if by_id != member.id:
        presiding.require_at_the_door(db, meeting.id, by_id)
    if meeting.state not in DOORS_OPEN:
        raise WrongState(N_("The meeting's doors are not open."))


def _record(
    db: Session, act: str, meeting: Meeting, member: Member, by_id: int, now: dt.datetime
) -> None:
    journal.record(
        db,
        act,
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"member:{member.id}",
        now=now,
    )
