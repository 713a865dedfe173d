"""Offices that meetings elect to, and their terms: who sits, since when, until which meeting.

An office of directors or of the nomination committee carries its role: given when the term begins,
ended when it ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import journal, roles
from governance.associations import Association
from governance.database import Base, Word
from governance.errors import N_, NotFound, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.roles import Grant, Role

if TYPE_CHECKING:
    from governance.candidates import Candidate
    from governance.electing import Election


class Office(StrEnum):
    BOARD = "board"
    AUDITOR = "auditor"
    NOMINATORS = "nominators"
    OTHER = "other"  # named by the item that elects to it
    # Held in the meeting alone: no term, and the chair's page records who it is.
    CHAIR = "chair"
    CHECKERS = "checkers"


NAMES = {
    Office.BOARD: N_("Board"),
    Office.AUDITOR: N_("Auditor"),
    Office.NOMINATORS: N_("Nomination committee"),
    Office.OTHER: N_("Another office"),
    Office.CHAIR: N_("Chair of the meeting"),
    Office.CHECKERS: N_("Checkers of the minutes and tellers"),
}
# Of an election in which only deputies are elected.
DEPUTIES = {
    Office.BOARD: N_("Deputies on the board"),
    Office.AUDITOR: N_("Deputy auditors"),
    Office.NOMINATORS: N_("Deputies in the nomination committee"),
}
OF_THE_MEETING = frozenset({Office.CHAIR, Office.CHECKERS})
CARRIES = {Office.BOARD: Role.DIRECTOR, Office.NOMINATORS: Role.NOMINATOR}


class Term(Base):
    """One person in one office, from a day until the annual meeting of a year."""

    __tablename__ = "term_of_office"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"), index=True)
    office: Mapped[Office] = mapped_column(Word(Office))
    title: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # of the item that elected
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(250))  # as it was on the day; a firm has no member
    deputy: Mapped[bool] = mapped_column(default=False)
    place: Mapped[int]  # in the order of the election
    election_id: Mapped[int] = mapped_column(sa.ForeignKey("election.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    starts: Mapped[dt.date]
    until_year: Mapped[int]  # until that year's annual meeting
    ended_on: Mapped[dt.date | None]
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("role_grant.id"))


@dataclass(frozen=True)
class Seats:
    """An election's share of an office: who sits by it, and how many of its seats nobody has."""

    election: Election
    meeting: Meeting
    terms: Sequence[Term]
    until_year: int

    @property
    def sitting(self) -> list[Term]:
        """By its ordinary seats; where only deputies were elected, by theirs."""
        return [each for each in self.terms if self.election.of_deputies or not each.deputy]

    @property
    def vacant(self) -> int:
        return max(0, self.election.filled - len(self.sitting))


def begin(
    db: Session,
    association: Association,
    election: Election,
    candidate: Candidate,
    title: dict[str, str],
    *,
    starts: dt.date,
    by_id: int | None,
    now: dt.datetime,
) -> Term:
    """The term of somebody who has accepted; the same for the same candidate asked again."""
    deputy = candidate.deputy or election.of_deputies
    same = sa.select(Term).where(
        Term.election_id == election.id,
        Term.ended_on.is_(None),
        Term.name == candidate.name,
        Term.deputy == deputy,
    )
    if (standing := db.scalar(same)) is not None:
        return standing
    term = Term(
        association_id=association.id,
        office=election.office,
        title=title,
        member_id=candidate.member_id,
        name=candidate.name,
        deputy=deputy,
        place=candidate.place or 0,
        election_id=election.id,
        meeting_id=election.meeting_id,
        starts=starts,
        until_year=starts.year + election.years,
    )
    db.add(term)
    db.flush()
    _record(db, "term.begun", term, by_id=by_id, now=now)
    empower(db, term, today=association.today(now), now=now)
    return term


def empower(db: Session, term: Term, *, today: dt.date, now: dt.datetime) -> None:
    """Give the role that the office carries, once the term has begun. A deputy has none."""
    role = CARRIES.get(term.office)
    if role is None or term.deputy or term.member_id is None or term.grant_id is not None:
        return
    if term.starts > today or term.ended_on is not None:
        return
    member = db.get_one(Member, term.member_id)
    term.grant_id = roles.grant(db, member, role, now=now, by_id=None).id
    db.flush()


def leave(db: Session, term: Term, *, by_id: int | None, now: dt.datetime) -> None:
    """Before its time: who sits has resigned, or has been removed by a meeting."""
    if term.ended_on is not None:
        raise WrongState
    association = db.get_one(Association, term.association_id)
    _end(db, term, association.today(now), by_id=by_id, now=now)


def advance(db: Session, *, now: dt.datetime) -> int:
    """End what an annual meeting has ended and give the roles that are due; returns how many ended.

    A term until a year's annual meeting ends when that meeting closes.
    """
    ended = 0
    for term, association, meeting in db.execute(_over().with_for_update(of=Term)).all():
        closed = meeting.closed_at or meeting.starts_at
        if term.ended_on is None and association.today(closed).year >= term.until_year:
            _end(db, term, association.today(closed), by_id=None, now=now)
            ended += term.ended_on is not None
    waiting = sa.select(Term, Association).join(Association, Association.id == Term.association_id)
    waiting = waiting.where(
        Term.ended_on.is_(None), Term.grant_id.is_(None), Term.deputy.is_(False)
    ).where(Term.office.in_(list(CARRIES)), Term.member_id.is_not(None))
    for term, association in db.execute(waiting).all():
        empower(db, term, today=association.today(now), now=now)
    return ended


def _over() -> sa.Select[Term, Association, Meeting]:
    """Terms with each annual meeting that has closed since the one that elected them."""
    later = sa.and_(
        Meeting.association_id == Term.association_id,
        Meeting.kind == MeetingKind.ANNUAL,
        Meeting.state == MeetingState.CLOSED,
        Meeting.unit_id.is_(None),
        Meeting.id != Term.meeting_id,
    )
    rows = sa.select(Term, Association, Meeting)
    rows = rows.join(Association, Association.id == Term.association_id).join(Meeting, later)
    return rows.where(Term.ended_on.is_(None)).order_by(Meeting.closed_at)


def _end(db: Session, term: Term, day: dt.date, *, by_id: int | None, now: dt.datetime) -> None:
    role = CARRIES.get(term.office)
    if term.grant_id is not None and role is not None and not _sits_on(db, term):
        holders = roles.holders(db, role, association_id=term.association_id)
        # Somebody has to be able to call the next meeting: the last director keeps the role.
        if role is Role.DIRECTOR and len(holders) == 1 and by_id is None:
            return
        roles.end(db, db.get_one(Grant, term.grant_id), now=now, by_id=by_id)
    term.ended_on = day
    db.flush()
    _record(db, "term.ended", term, by_id=by_id, now=now)


def _sits_on(db: Session, term: Term) -> bool:
    """Whether the same member has another term in the office, so that the role stays."""
    others = sa.select(Term.id).where(
        Term.id != term.id,
        Term.member_id == term.member_id,
        Term.office == term.office,
        Term.deputy.is_(False),
        Term.ended_on.is_(None),
    )
    return db.scalar(others.limit(1)) is not None


def running(db: Session, association_id: int, office: Office | None = None) -> Sequence[Term]:
    """Who sits now: ordinary seats before deputies, in the order of their election."""
    rows = sa.select(Term).where(Term.association_id == association_id, Term.ended_on.is_(None))
    if office is not None:
        rows = rows.where(Term.office == office)
    return db.scalars(rows.order_by(Term.office, Term.deputy, Term.until_year, Term.place)).all()


def earlier(db: Session, association_id: int, limit: int = 100) -> Sequence[Term]:
    """Terms that have ended, the latest first."""
    rows = sa.select(Term).where(Term.association_id == association_id, Term.ended_on.is_not(None))
    return db.scalars(rows.order_by(Term.ended_on.desc(), Term.id).limit(limit)).all()


def get(db: Session, association_id: int, term_id: int) -> Term:
    found = db.get(Term, term_id)
    if found is None or found.association_id != association_id:
        raise NotFound
    return found


def _record(db: Session, act: str, term: Term, *, by_id: int | None, now: dt.datetime) -> None:
    journal.record(
        db,
        act,
        association_id=term.association_id,
        meeting_id=term.meeting_id,
        by_id=by_id,
        subject=f"term:{term.id}",
        now=now,
        office=term.office.value,
    )
