"""The journal: who did what in the association, and when. Appended to, never changed.

It holds acts and identifiers, never an address, a token or the content of a vote.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.database import Base, Instant


class JournalEntry(Base):
    __tablename__ = "journal_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))  # None: the system
    act: Mapped[str] = mapped_column(sa.String(60))  # "notice.approved"
    subject: Mapped[str] = mapped_column(sa.String(120), default="")  # "motion:17"
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


def record(
    db: Session,
    act: str,
    *,
    association_id: int,
    now: dt.datetime,
    by_id: int | None = None,
    meeting_id: int | None = None,
    subject: str = "",
    **details: Any,
) -> None:
    db.add(
        JournalEntry(
            association_id=association_id,
            meeting_id=meeting_id,
            at=now,
            by_id=by_id,
            act=act,
            subject=subject,
            details=details,
        )
    )
