"""The call for nominations, and the letters that elections send: the call, and what is asked.

A letter is claimed, sent and recorded as a notice's is (`dispatches.py`): one whose sender dies on
the way goes again under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from governance.database import Base, Instant, Word
from governance.notices import DispatchState


class About(StrEnum):
    CALL = "call"  # members may nominate
    CONSENT = "consent"  # you have been nominated
    ELECTED = "elected"  # you have been elected


class NominationCall(Base):
    __tablename__ = "nomination_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), unique=True)
    closes_on: Mapped[dt.date]  # the last day, at the seat
    text: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # the committee's words, Markdown
    opened_at: Mapped[dt.datetime] = mapped_column(Instant)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))


class NominationLetter(Base):
    """One mail to one member."""

    __tablename__ = "nomination_letter"
    __table_args__ = (sa.Index("ix_nomination_letter_due", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    about: Mapped[About] = mapped_column(Word(About))
    candidate_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE")
    )
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    # Fixed beforehand, and the guard against writing twice about one thing.
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    state: Mapped[DispatchState] = mapped_column(Word(DispatchState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(Instant)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Instant)
