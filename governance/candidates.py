"""Candidates: nominated by members, asked for their consent, shown with a page of their own.

Who was nominated, by whom and what they answered is the committee's alone to see. Nobody is
proposed, and no page is shown, without consent.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from governance.database import Base, Instant, Word

LONGEST_NAME, LONGEST_REASON, LONGEST_TEXT, LONGEST_ALT = 200, 2_000, 10_000, 300
KEY = 40  # characters of an option's id
RESERVED = frozenset({"", "blank", "abstain", "adopt", "reject"})


class CandidateState(StrEnum):
    NOMINATED = "nominated"  # asked, and has not answered
    STANDING = "standing"  # has consented
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # had consented; the page says so


class Acceptance(StrEnum):
    WAITING = "waiting"  # elected, and has not answered
    ACCEPTED = "accepted"
    DECLINED = "declined"


NEXT: dict[CandidateState, frozenset[CandidateState]] = {
    CandidateState.NOMINATED: frozenset({CandidateState.STANDING, CandidateState.DECLINED}),
    CandidateState.STANDING: frozenset({CandidateState.WITHDRAWN}),
    # Who said no may think again until the vote.
    CandidateState.DECLINED: frozenset({CandidateState.STANDING}),
    CandidateState.WITHDRAWN: frozenset(),
}


class Candidate(Base):
    __tablename__ = "candidate"
    __table_args__ = (
        sa.UniqueConstraint("election_id", "key"),
        sa.UniqueConstraint("election_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    election_id: Mapped[int] = mapped_column(sa.ForeignKey("election.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(250))  # as it was when they were nominated
    key: Mapped[str] = mapped_column(sa.String(KEY))  # the option's id in the vote
    state: Mapped[CandidateState] = mapped_column(Word(CandidateState))
    from_floor: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int | None]  # in the committee's proposal, from 1; the last ones are deputies
    nominated_at: Mapped[dt.datetime] = mapped_column(Instant)
    answered_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    texts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # Markdown, by language
    speaks: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # codes of languages
    picture: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    picture_media: Mapped[str] = mapped_column(sa.String(40), default="")
    picture_alt: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    # Why they may stand although a rule speaks against it, and who has answered for that.
    override: Mapped[str] = mapped_column(sa.Text, default="")
    overridden_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    # What the meeting has decided: their place among those elected, and their answer to it.
    place: Mapped[int | None]
    deputy: Mapped[bool] = mapped_column(default=False)
    acceptance: Mapped[Acceptance | None] = mapped_column(Word(Acceptance))


class Nomination(Base):
    """One member's proposal of a candidate, and why."""

    __tablename__ = "nomination"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[dt.datetime] = mapped_column(Instant)
