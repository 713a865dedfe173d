"""A new e-mail address: it waits, the old one is told, and it stands still while a vote is open.

Who reads a member's mail can log in as that member and vote. So whoever owns the old address has
three days to object, and nobody becomes somebody else in the middle of a poll.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import journal, roles
from governance.database import Base, Instant
from governance.errors import N_, Invalid
from governance.members import Member, is_address
from governance.polling import Poll, PollState, PollVoter
from governance.roles import Role

WAITS = dt.timedelta(hours=72)
CLAIM_LIVES = dt.timedelta(minutes=15)  # longer than any conversation with a mail server
TOLD_WITHIN = dt.timedelta(days=7)  # after that a mail server that is away has been away too long


class AddressChange(Base):
    """A new address; asked for by the member or an administrator, or come with a register."""

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))  # None: a register took it away
    old_email: Mapped[str | None] = mapped_column(sa.String(254))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    requested_at: Mapped[dt.datetime] = mapped_column(Instant)
    due_at: Mapped[dt.datetime] = mapped_column(Instant)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # taken into use or withdrawn
    # When the old address is to be told, or tried again; None: it has been, or there is none.
    tell_at: Mapped[dt.datetime | None] = mapped_column(Instant, index=True)

    @property
    def at_once(self) -> bool:
        """It came with a register and did not wait."""
        return self.due_at == self.requested_at


class AddressInUse(Invalid):
    code = "address-in-use"
    message = N_("Another member has this address.")


def request(
    db: Session, member: Member, email: str, *, by_id: int, now: dt.datetime
) -> AddressChange:
    """Ask for a new address; an earlier wish falls. Raises Invalid, AddressInUse, NotAllowed."""
    if by_id != member.id:
        roles.require(db, by_id, Role.DIRECTOR, Role.ADMINISTRATOR)
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid(N_("This is not an e-mail address."), field="email")
    if email == member.email:
        raise Invalid(N_("This is the address already."), field="email")
    if _owner(db, member.association_id, email) is not None:
        raise AddressInUse(field="email")
    withdraw(db, member, by_id=by_id, now=now)
    change = AddressChange(
        member_id=member.id,
        email=email,
        old_email=member.email,
        by_id=by_id,
        requested_at=now,
        due_at=now + WAITS,
        tell_at=now if member.email else None,
    )
    db.add(change)
    db.flush()
    _record(db, "address.requested", member, by_id=by_id, now=now)
    return change


def waiting(db: Session, member_id: int) -> AddressChange | None:
    return db.scalar(
        sa.select(AddressChange).where(
            AddressChange.member_id == member_id, AddressChange.settled_at.is_(None)
        )
    )


def withdraw(db: Session, member: Member, *, by_id: int, now: dt.datetime) -> None:
    """Let the address be as it is; nothing happens where no change waits."""
    if by_id != member.id:
        roles.require(db, by_id, Role.DIRECTOR, Role.ADMINISTRATOR)
    if (change := waiting(db, member.id)) is not None:
        change.settled_at = now
        db.flush()
        _record(db, "address.withdrawn", member, by_id=by_id, now=now)


def voting() -> sa.Select[int]:
    """Who may vote in a poll that is open: their addresses stay as they are until it is closed."""
    return (
        sa.select(PollVoter.member_id)
        .join(Poll, Poll.id == PollVoter.poll_id)
        .where(Poll.state == PollState.OPEN)
    )


def is_frozen(db: Session, member_id: int) -> bool:
    return db.scalar(voting().where(PollVoter.member_id == member_id).limit(1)) is not None


def take_due(db: Session, now: dt.datetime) -> int:
    """Take into use what has waited long enough; returns how many members have a new address."""
    due = sa.select(AddressChange).where(
        AddressChange.settled_at.is_(None),
        AddressChange.due_at <= now,
        AddressChange.member_id.not_in(voting()),
    )
    taken = 0
    for change in db.scalars(due.with_for_update(skip_locked=True)).all():
        member = db.get_one(Member, change.member_id)
        change.settled_at = now
        # Somebody else may have got it meanwhile, by an import: then the old one stays.
        if change.email and _owner(db, member.association_id, change.email) is None:
            member.email = change.email
            db.flush()
            taken += 1
            _record(db, "address.changed", member, by_id=change.by_id, now=now)
    return taken


def to_tell(db: Session, now: dt.datetime, limit: int) -> Sequence[AddressChange]:
    """Claim changes whose old address has not been told; a claim that comes to nothing runs out."""
    untold = (
        sa.select(AddressChange)
        .where(AddressChange.tell_at <= now, AddressChange.requested_at > now - TOLD_WITHIN)
        .order_by(AddressChange.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = db.scalars(untold).all()
    for change in claimed:
        change.tell_at = now + CLAIM_LIVES
    db.flush()
    return claimed


def told(db: Session, change_id: int) -> None:
    """The old address has been written to, or takes no mail any more."""
    db.get_one(AddressChange, change_id).tell_at = None


def _owner(db: Session, association_id: int, email: str) -> int | None:
    return db.scalar(
        sa.select(Member.id).where(Member.association_id == association_id, Member.email == email)
    )


def _record(db: Session, act: str, member: Member, *, by_id: int | None, now: dt.datetime) -> None:
    journal.record(
        db,
        act,
        association_id=member.association_id,
        by_id=by_id,
        subject=f"member:{member.id}",
        now=now,
    )
