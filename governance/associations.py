"""An association: a cooperative with its seat, its languages, its rulebook and its log."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.database import Base
from governance.errors import NotFound


class Association(Base):
    __tablename__ = "association"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    registration_number: Mapped[str] = mapped_column(sa.String(40), default="")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Stockholm")
    # The first language is the authentic one: it decides where translations differ.
    languages: Mapped[list[str]] = mapped_column(sa.JSON, default=lambda: ["sv", "en"])
    rulebook: Mapped[str] = mapped_column(sa.String(60), default="se-ekonomisk-forening")
    # What this association's bylaws set differently from the rulebook: {rule key: value}.
    bylaws: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    financial_year_end: Mapped[str] = mapped_column(sa.String(5), default="12-31")  # MM-DD
    origin: Mapped[str] = mapped_column(sa.String(200))  # the name of its log, ballots/board.py

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: dt.datetime) -> dt.date:
        """The date at the seat: deadlines are local dates, never UTC ones."""
        return now.astimezone(self.zone).date()


def by_slug(db: Session, slug: str) -> Association:
    found = db.scalar(sa.select(Association).where(Association.slug == slug))
    if found is None:
        raise NotFound
    return found
