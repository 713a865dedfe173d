"""Roles: what a member may do in the association or in one meeting."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import journal
from governance.database import Base, Instant, Word
from governance.errors import N_, NotAllowed, NotFound, WrongState
from governance.members import Member


class Role(StrEnum):
    # Held in the association.
    ADMINISTRATOR = "administrator"
    DIRECTOR = "director"
    NOMINATOR = "nominator"  # of the nomination committee
    # Held in one meeting, given by that meeting.
    CHAIR = "chair"
    SECRETARY = "secretary"
    CHECKER = "checker"
    TELLER = "teller"


class Grant(Base):
    """A role given to a member; ended, never deleted, so that it stays known who could do what."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    granted_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class LastAdministrator(WrongState):
    code = "last-administrator"
    message = N_("Somebody has to be administrator: appoint another one first.")


def held(db: Session, member_id: int, meeting_id: int | None = None) -> frozenset[Role]:
    """The member's roles in the association and, where one is named, in that meeting."""
    standing = sa.select(Grant.role).where(
        Grant.member_id == member_id,
        Grant.ended_at.is_(None),
        sa.or_(Grant.meeting_id.is_(None), Grant.meeting_id == meeting_id),
    )
    return frozenset(db.scalars(standing))


def all_held(db: Session, member_id: int) -> frozenset[tuple[Role, int | None]]:
    """Each of the member's roles with the meeting in which it is held; None: in the association."""
    standing = sa.select(Grant.role, Grant.meeting_id)
    standing = standing.where(Grant.member_id == member_id, Grant.ended_at.is_(None))
    return frozenset((role, meeting_id) for role, meeting_id in db.execute(standing))


def require(db: Session, member_id: int, *wanted: Role, meeting_id: int | None = None) -> None:
    """Raises NotAllowed unless the member holds one of these roles."""
    if not held(db, member_id, meeting_id) & set(wanted):
        raise NotAllowed


def holders(
    db: Session, role: Role, *, association_id: int | None = None, meeting_id: int | None = None
) -> list[Member]:
    """Who holds the role in that association, or in that meeting, in the order it was given."""
    rows = sa.select(Member).join(Grant, Grant.member_id == Member.id)
    rows = rows.where(Grant.role == role, Grant.ended_at.is_(None))
    if meeting_id is not None:
        rows = rows.where(Grant.meeting_id == meeting_id)
    else:
        rows = rows.where(Grant.meeting_id.is_(None), Member.association_id == association_id)
    return list(db.scalars(rows.order_by(Grant.id)))


def standing(db: Session, association_id: int) -> list[tuple[Grant, Member]]:
    """Who holds a role in the association now, administrators first, by name."""
    rows = (
        sa.select(Grant, Member)
        .join(Member, Member.id == Grant.member_id)
        .where(
            Member.association_id == association_id,
            Grant.meeting_id.is_(None),
            Grant.ended_at.is_(None),
        )
        .order_by(Grant.role, Member.family_name, Member.given_name, Grant.id)
    )
    return [(given, member) for given, member in db.execute(rows)]


def get(db: Session, association_id: int, grant_id: int) -> Grant:
    """A role held in the association. Raises NotFound."""
    found = db.get(Grant, grant_id)
    if found is None or found.meeting_id is not None:
        raise NotFound
    if db.get_one(Member, found.member_id).association_id != association_id:
        raise NotFound
    return found


def grant(
    db: Session,
    member: Member,
    role: Role,
    *,
    now: dt.datetime,
    by_id: int | None,
    meeting_id: int | None = None,
) -> Grant:
    """Give a role. Given again it is the same grant."""
    same = sa.select(Grant).where(
        Grant.member_id == member.id,
        Grant.role == role,
        Grant.ended_at.is_(None),
        Grant.meeting_id.is_(None) if meeting_id is None else Grant.meeting_id == meeting_id,
    )
    if (standing := db.scalar(same)) is not None:
        return standing
    given = Grant(member_id=member.id, role=role, meeting_id=meeting_id, granted_at=now)
    db.add(given)
    db.flush()
    _journal(db, "role.granted", given, member, now=now, by_id=by_id)
    return given


def end(db: Session, grant: Grant, *, now: dt.datetime, by_id: int | None) -> None:
    """Take a role back. That it was held stays known."""
    if grant.ended_at is not None:
        return
    member = db.get_one(Member, grant.member_id)
    if grant.role is Role.ADMINISTRATOR and len(_administrators(db, member)) == 1:
        raise LastAdministrator
    grant.ended_at = now
    _journal(db, "role.ended", grant, member, now=now, by_id=by_id)


def _administrators(db: Session, member: Member) -> list[Member]:
    return holders(db, Role.ADMINISTRATOR, association_id=member.association_id)


def _journal(
    db: Session, act: str, given: Grant, member: Member, *, now: dt.datetime, by_id: int | None
) -> None:
    journal.record(
        db,
        act,
        association_id=member.association_id,
        meeting_id=given.meeting_id,
        by_id=by_id,
        subject=f"member:{member.id}",
        now=now,
        role=given.role.value,
    )
