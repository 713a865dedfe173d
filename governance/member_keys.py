"""Members' own keys for secret votes: made on their device, known here by the public half alone.

Each vote uses the key with a tweak of its own, so that nobody outside can link a member's votes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Malformed
from governance import journal
from governance.database import Base, Instant
from governance.members import Member

SHARED_BYTES = 32


class MemberKey(Base):
    """Kept when it has ended: the votes that it was used in name it."""

    __tablename__ = "member_key"
    __table_args__ = (
        sa.Index(
            "uq_member_key_standing",
            "member_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    public: Mapped[str] = mapped_column(sa.Text)  # an element of the group, in base 10
    # Known to the server and the member alone: the tweaks are made of it.
    shared: Mapped[bytes] = mapped_column(sa.LargeBinary)
    registered_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)


def of(db: Session, member_id: int) -> MemberKey | None:
    """The one that votes opened now will use."""
    return db.scalar(
        sa.select(MemberKey).where(MemberKey.member_id == member_id, MemberKey.ended_at.is_(None))
    )


def of_all(db: Session, member_ids: Collection[int]) -> dict[int, MemberKey]:
    """The same for those who have one, by member."""
    standing = db.scalars(sa.select(MemberKey).where(MemberKey.ended_at.is_(None)))
    return {key.member_id: key for key in standing if key.member_id in member_ids}


def register(
    db: Session, member: Member, public: str, *, now: dt.datetime, chance: Callable[[int], bytes]
) -> MemberKey:
    """Take the public half, in base 10, of a key that the member's device has made.

    It replaces another; votes that are open already go on with that. Raises Malformed.
    """
    if GROUP.parse_element(public) == 1:
        raise Malformed("this key is none")  # anybody could sign with it
    standing = of(db, member.id)
    if standing is not None and standing.public == public:
        return standing
    if standing is not None:
        standing.ended_at = now
        db.flush()
    made = MemberKey(
        member_id=member.id, public=public, shared=chance(SHARED_BYTES), registered_at=now
    )
    db.add(made)
    db.flush()
    _record(db, "member-key.registered", member, now)
    return made


def end(db: Session, member: Member, *, now: dt.datetime) -> None:
    """The device is gone or the member no longer wants it: credentials are handed over again."""
    standing = of(db, member.id)
    if standing is None:
        return
    standing.ended_at = now
    db.flush()
    _record(db, "member-key.ended", member, now)


def _record(db: Session, act: str, member: Member, now: dt.datetime) -> None:
    journal.record(
        db,
        act,
        association_id=member.association_id,
        by_id=member.id,
        subject=f"member:{member.id}",
        now=now,
    )
