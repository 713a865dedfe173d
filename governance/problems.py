"""Problems that members report with a vote: read by the meeting's tellers and checkers alone.

Not by the administrator: who runs the house may be what the report is about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from governance import journal, roles
from governance.database import Base, Instant
from governance.errors import N_, Invalid, Refused
from governance.meetings import Meeting
from governance.members import Member
from governance.polling import Poll
from governance.roles import Role

READERS = (Role.TELLER, Role.CHECKER)
LONGEST = 4_000  # characters of what a member writes
LARGEST = 20_000  # characters of a receipt; on a log of a thousand million entries it has 3,000
MOST = 10  # reports of one member about one vote


class Problem(Base):
    __tablename__ = "problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    receipt: Mapped[str] = mapped_column(sa.Text, default="")  # as handed in, whatever it is
    at: Mapped[dt.datetime] = mapped_column(Instant)

    member: Mapped[Member] = relationship(lazy="joined")


class ReportedOften(Refused):
    code = "too-many"
    message = N_("You have reported this vote several times. Talk to a teller or a checker.")


def report(
    db: Session, poll: Poll, member: Member, text: str, receipt: str, *, now: dt.datetime
) -> Problem:
    """Put a report before the tellers and checkers. Raises Invalid, ReportedOften."""
    if not text.strip():
        raise Invalid(N_("Say what happened."), field="text")
    if len(text) > LONGEST:
        raise Invalid(N_("This is longer than %(most)s characters."), field="text", most=LONGEST)
    if len(receipt) > LARGEST:
        raise Invalid(N_("This is too long for a receipt."), field="receipt")
    mine = sa.select(sa.func.count()).where(
        Problem.poll_id == poll.id, Problem.member_id == member.id
    )
    if db.scalars(mine).one() >= MOST:
        raise ReportedOften
    told = Problem(poll_id=poll.id, member_id=member.id, text=text.strip(), receipt=receipt, at=now)
    db.add(told)
    db.flush()
    journal.record(
        db,
        "problem.reported",
        association_id=db.get_one(Meeting, poll.meeting_id).association_id,
        meeting_id=poll.meeting_id,
        by_id=member.id,
        subject=f"poll:{poll.id}",
        now=now,
    )
    return told


def of_meeting(db: Session, meeting_id: int) -> Sequence[Problem]:
    """Every report about a vote of the meeting, the latest first."""
    return db.scalars(
        sa.select(Problem)
        .join(Poll, Poll.id == Problem.poll_id)
        .where(Poll.meeting_id == meeting_id)
        .order_by(Problem.id.desc())
    ).all()


def count(db: Session, meeting_id: int) -> int:
    reported = sa.select(sa.func.count(Problem.id)).join(Poll, Poll.id == Problem.poll_id)
    return db.scalars(reported.where(Poll.meeting_id == meeting_id)).one()


def readers(db: Session, meeting_id: int) -> list[Member]:
    """Who is to be told: each teller and checker once."""
    found = {
        member.id: member
        for role in READERS
        for member in roles.holders(db, role, meeting_id=meeting_id)
    }
    return list(found.values())
