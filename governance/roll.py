"""The electoral roll: drawn from attendance and members, approved by the meeting, then frozen.

Every change makes a new version; a poll names the version it was taken on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.board import RollEntry as RollOnBoard
from ballots.store import SqlBoard
from governance import attendance, journal, presiding
from governance.database import Base, Instant
from governance.errors import N_, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member

FORMAT = "stamma-electoral-roll/v1"


class Roll(Base):
    __tablename__ = "roll"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    version: Mapped[int]  # from 1
    voters: Mapped[int]  # how many stand on it
    # Of the roll as it is annexed to the minutes. Salted: who came to a small meeting could be
    # guessed from the bare hash on the board.
    salt: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    approved_at: Mapped[dt.datetime] = mapped_column(Instant)
    approved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))


class RollEntry(Base):
    __tablename__ = "roll_entry"

    roll_id: Mapped[int] = mapped_column(sa.ForeignKey("roll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)


class NobodyHere(Refused):
    code = "nobody-here"
    message = N_("Nobody has checked in, so there is no roll to approve.")


@dataclass(frozen=True)
class Draft:
    """Who would stand on the next version, and how that differs from the latest one."""

    members: list[Member]  # by name
    added: list[Member]
    gone: list[Member]

    @property
    def differs(self) -> bool:
        return bool(self.added or self.gone)


def draw(db: Session, meeting: Meeting, *, now: dt.datetime) -> Draft:
    """Everybody present who is a member today, against the latest approved version."""
    today = meeting.association.today(now)
    here = [each for each, _ in attendance.present(db, meeting.id) if each.is_member_on(today)]
    standing = latest(db, meeting.id)
    before = members(db, standing.id) if standing else []
    ids, ids_before = {each.id for each in here}, {each.id for each in before}
    return Draft(
        members=here,
        added=[each for each in here if each.id not in ids_before],
        gone=[each for each in before if each.id not in ids],
    )


def approve(
    db: Session,
    board: SqlBoard,
    meeting: Meeting,
    *,
    by_id: int,
    now: dt.datetime,
    chance: Callable[[int], bytes],
) -> Roll:
    """Freeze the roll that the meeting has approved, as its next version (6:27)."""
    presiding.require(db, meeting.id, by_id)
    if meeting.state is not MeetingState.OPEN:
        raise WrongState(N_("The meeting is not open."))
    board.lock(db.connection())  # two approvals at once get two versions
    drawn = draw(db, meeting, now=now).members
    if not drawn:
        raise NobodyHere
    standing = latest(db, meeting.id)
    version = standing.version + 1 if standing else 1
    salt = chance(32).hex()
    approved = Roll(
        meeting_id=meeting.id,
        version=version,
        voters=len(drawn),
        salt=salt,
        sha256=hashed(meeting.id, version, salt, (each.number for each in drawn)),
        approved_at=now,
        approved_by_id=by_id,
    )
    db.add(approved)
    db.flush()
    rows = [{"roll_id": approved.id, "member_id": each.id} for each in drawn]
    db.execute(sa.insert(RollEntry), rows)
    entry = RollOnBoard(str(meeting.id), version, approved.sha256, approved.voters)
    board.append(db.connection(), [entry.encode()])
    _record(db, meeting, approved, by_id, now)
    return approved


def latest(db: Session, meeting_id: int) -> Roll | None:
    return db.scalar(
        sa.select(Roll).where(Roll.meeting_id == meeting_id).order_by(Roll.version.desc()).limit(1)
    )


def members(db: Session, roll_id: int) -> list[Member]:
    """Who stands on it, by name."""
    return list(
        db.scalars(
            sa.select(Member)
            .join(RollEntry, RollEntry.member_id == Member.id)
            .where(RollEntry.roll_id == roll_id)
            .order_by(Member.family_name, Member.given_name, Member.id)
        )
    )


def hashed(meeting_id: int, version: int, salt: str, numbers: Iterable[str]) -> str:
    """SHA-256 of the roll as text: a tag, what it is the roll of, one sorted line per voter."""
    head = (FORMAT, f"meeting {meeting_id}", f"version {version}", f"salt {salt}")
    lines = (*head, *(f"voter {number}" for number in sorted(numbers)))
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _record(db: Session, meeting: Meeting, approved: Roll, by_id: int, now: dt.datetime) -> None:
    journal.record(
        db,
        "roll.approved",
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"roll:{approved.id}",
        now=now,
        version=approved.version,
        voters=approved.voters,
    )
