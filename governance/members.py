"""A member of an association: the register, and what members may correct themselves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from governance import countries, journal
from governance.associations import Association
from governance.database import Base
from governance.errors import N_, Invalid, NotFound
from governance.languages import LANGUAGES

ADDRESS = re.compile(r"[^@\s\"<>(),;:\\]{1,64}@(?:[^@\s.\"<>(),;:\\]{1,63}\.)+[^@\s.\d]{2,63}")
LONGEST = {"number": 40, "given_name": 120, "family_name": 120, "place": 120, "skills": 400}
NEEDED = ("given_name", "family_name")
SEARCHED = ("given_name", "family_name", "number", "email")


class Member(Base):
    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "number"),
        sa.UniqueConstraint("association_id", "email"),
        # With what a search looks in, so that it reads the index alone, in the order it shows.
        sa.Index("ix_member_names", "association_id", "family_name", "given_name", "id", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"))
    number: Mapped[str] = mapped_column(sa.String(40))  # text: leading zeros are part of it
    given_name: Mapped[str] = mapped_column(sa.String(120))
    family_name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str | None] = mapped_column(sa.String(254))  # lower case; None gets post
    country: Mapped[str] = mapped_column(sa.String(2))
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    language: Mapped[str] = mapped_column(sa.String(8))
    skills: Mapped[str] = mapped_column(sa.String(400), default="")
    joined: Mapped[dt.date]
    # Someone who has resigned votes until this day has passed; None while a member.
    left: Mapped[dt.date | None]
    # Notices go by post to those who have asked for it (1:16: consent to electronic channels).
    by_post: Mapped[bool] = mapped_column(default=False)
    # What a search looks in; kept, for SQLite folds only ASCII.
    folded: Mapped[str] = mapped_column(
        sa.String(300), default=lambda context: folded(context.get_current_parameters())
    )

    association: Mapped[Association] = relationship()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def is_member_on(self, day: dt.date) -> bool:
        return self.joined <= day and (self.left is None or day <= self.left)


def folded(values: Mapping[str, Any]) -> str:
    """Name, number and address as they are searched: in one case."""
    whole = " ".join(values.get(name) or "" for name in SEARCHED).casefold()
    return whole[:300]  # PostgreSQL's index takes 2,700 bytes in all


@event.listens_for(Member, "before_update")
def _fold(mapper: Any, connection: Any, member: Member) -> None:
    member.folded = folded({name: getattr(member, name) for name in SEARCHED})


def get(db: Session, association_id: int, member_id: int) -> Member:
    """Raises NotFound, also for another association's member."""
    found = db.get(Member, member_id)
    if found is None or found.association_id != association_id:
        raise NotFound
    return found


def named(db: Session, association_id: int, who: str) -> Member | None:
    """By e-mail address or member number."""
    is_who = Member.email == who.lower() if "@" in who else Member.number == who
    return db.scalar(sa.select(Member).where(Member.association_id == association_id, is_who))


def on_register(association_id: int, day: dt.date) -> sa.Select[Member]:
    """Who is a member on that day, and so has a vote, by name."""
    return (
        sa.select(Member)
        .where(Member.association_id == association_id, Member.joined <= day)
        .where(sa.or_(Member.left.is_(None), Member.left >= day))
        .order_by(Member.family_name, Member.given_name, Member.id)
    )


def count(db: Session, association_id: int, day: dt.date) -> int:
    members = on_register(association_id, day).order_by(None).subquery()
    return db.scalars(sa.select(sa.func.count()).select_from(members)).one()


def matching(found: sa.Select[Member], words: str) -> sa.Select[Member]:
    """Those of them who match every word."""
    for word in words.split()[:5]:
        found = found.where(Member.folded.contains(word.casefold(), autoescape=True))
    return found


def search(
    db: Session, association_id: int, words: str, *, offset: int = 0, limit: int = 50
) -> tuple[list[Member], int]:
    """A page of the register whose members match every word, and how many there are in all."""
    found = matching(sa.select(Member).where(Member.association_id == association_id), words)
    by_name = found.order_by(Member.family_name, Member.given_name, Member.id)
    page = list(db.scalars(by_name.offset(offset).limit(limit)))
    if page and len(page) < limit:  # the last page: a long register is not read twice
        return page, offset + len(page)
    if not page and not offset:
        return page, 0
    return page, db.scalars(sa.select(sa.func.count()).select_from(found.subquery())).one()


def correct(
    db: Session,
    member: Member,
    *,
    given_name: str,
    family_name: str,
    country: str,
    place: str,
    language: str,
    skills: str,
    by_post: bool,
    by_id: int,
    now: dt.datetime,
) -> None:
    """What members correct themselves; the address goes another way. Raises Invalid."""
    written = {
        "given_name": given_name,
        "family_name": family_name,
        "place": place,
        "skills": skills,
    }
    for name, text in written.items():
        setattr(member, name, _line(name, text))
    if country not in countries.codes():
        raise Invalid(N_("Choose a country."), field="country")
    if language not in LANGUAGES:
        raise Invalid(N_("Choose a language."), field="language")
    member.country, member.language, member.by_post = country, language, by_post
    db.flush()
    _record(db, "member.corrected", member, by_id=by_id, now=now)


def _line(name: str, text: str) -> str:
    text = " ".join(text.split())
    if not text and name in NEEDED:
        raise Invalid(N_("This must not be empty."), field=name)
    if len(text) > LONGEST[name]:
        raise Invalid(
            N_("This is longer than %(most)s characters."), field=name, most=LONGEST[name]
        )
    return text


def note_leaving(
    db: Session, member: Member, left: dt.date | None, *, by_id: int, now: dt.datetime
) -> None:
    """The last day of the membership, on which the member still votes; None: they stay."""
    if left is not None and left < member.joined:
        raise Invalid(N_("The member left before joining. Mend the date."), field="left")
    member.left = left
    db.flush()
    _record(db, "member.leaving" if left else "member.stays", member, by_id=by_id, now=now)


def is_address(text: str) -> bool:
    return len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def _record(db: Session, act: str, member: Member, *, by_id: int, now: dt.datetime) -> None:
    journal.record(
        db,
        act,
        association_id=member.association_id,
        by_id=by_id,
        subject=f"member:{member.id}",
        now=now,
    )
