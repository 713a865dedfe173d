"""Letters that elections send: the call for nominations, to the nominated, to the elected.

A letter is claimed, sent and recorded as a notice's is (`dispatches.py`): one whose sender dies on
the way goes again under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import members
from governance.candidates import Candidate
from governance.database import Base, Instant, Word
from governance.dispatches import CLAIM_LIVES, WAITS
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.notices import DispatchState


class About(StrEnum):
    CALL = "call"  # members may nominate
    CONSENT = "consent"  # you have been nominated
    ELECTED = "elected"  # you have been elected


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


def call(db: Session, meeting: Meeting, *, now: dt.datetime) -> int:
    """A letter to each member with an address; returns to how many."""
    today = meeting.association.today(now)
    everybody = db.scalars(members.on_register(meeting.association_id, today))
    letters = [_row(meeting, About.CALL, each, None, now) for each in everybody if each.email]
    if letters:
        db.execute(sa.insert(NominationLetter), letters)
    return len(letters)


def only_by_post(meeting: Meeting, words: str = "", *, now: dt.datetime) -> sa.Select[Member]:
    """Members who match every word and whom no mail reaches: without an address, or with one from
    which the call came back."""
    came_back = sa.exists().where(
        NominationLetter.meeting_id == meeting.id,
        NominationLetter.about == About.CALL,
        NominationLetter.member_id == Member.id,
        NominationLetter.state == DispatchState.FAILED,
    )
    found = members.on_register(meeting.association_id, meeting.association.today(now))
    return members.matching(found, words).where(sa.or_(Member.email.is_(None), came_back))


def how_many_by_post(db: Session, meeting: Meeting, words: str = "", *, now: dt.datetime) -> int:
    found = only_by_post(meeting, words, now=now).order_by(None).subquery()
    return db.scalars(sa.select(sa.func.count()).select_from(found)).one()


def write(
    db: Session, meeting: Meeting, about: About, candidate: Candidate, *, now: dt.datetime
) -> bool:
    """One letter to the candidate, once for each thing; False where no mail reaches them."""
    member = db.get(Member, candidate.member_id) if candidate.member_id else None
    if member is None or not member.email:
        return False
    row = _row(meeting, about, member, candidate.id, now)
    written = sa.select(NominationLetter.id).filter_by(message_id=row["message_id"])
    if db.scalar(written) is None:
        db.execute(sa.insert(NominationLetter), [row])
    return True


def _row(
    meeting: Meeting, about: About, member: Member, candidate_id: int | None, now: dt.datetime
) -> dict[str, object]:
    host = meeting.association.origin.partition("/")[0]
    subject = f"{meeting.id}.{member.id}" if candidate_id is None else str(candidate_id)
    return {
        "meeting_id": meeting.id,
        "about": about,
        "candidate_id": candidate_id,
        "member_id": member.id,
        "message_id": f"<{about.value}.{subject}@{host}>",
        "address": member.email,
        "state": DispatchState.DUE,
        "attempts": 0,
        "next_try_at": now,
    }


def due(db: Session, now: dt.datetime, limit: int) -> Sequence[NominationLetter]:
    """Claim letters whose time has come; another worker leaves them alone while the claim lives."""
    wanted = (
        sa.select(NominationLetter)
        .join(Meeting, Meeting.id == NominationLetter.meeting_id)
        .where(
            NominationLetter.state == DispatchState.DUE,
            NominationLetter.next_try_at <= now,
            Meeting.state != MeetingState.CANCELLED,
        )
        .order_by(NominationLetter.next_try_at, NominationLetter.id)
        .limit(limit)
        .with_for_update(of=NominationLetter, skip_locked=True)
    )
    claimed = db.scalars(wanted).all()
    for each in claimed:
        each.next_try_at = now + CLAIM_LIVES
        each.attempts += 1
    db.flush()
    return claimed


def sent(db: Session, letter_id: int, *, now: dt.datetime) -> None:
    if (letter := db.get(NominationLetter, letter_id)) is not None:
        letter.state, letter.sent_at = DispatchState.SENT, now


def failed(db: Session, letter_id: int, *, permanent: bool, now: dt.datetime) -> None:
    """Refused: tried again later, or given up; who is to answer has their page as well."""
    letter = db.get(NominationLetter, letter_id)
    if letter is None:  # deleted meanwhile, with what it was about
        return
    if permanent or letter.attempts > len(WAITS):
        letter.state = DispatchState.FAILED
    else:
        letter.next_try_at = now + WAITS[letter.attempts - 1]


def counts(db: Session, meeting_id: int) -> dict[DispatchState, int]:
    """How many letters of the call are in each state."""
    rows = (
        sa.select(NominationLetter.state, sa.func.count())
        .where(NominationLetter.meeting_id == meeting_id, NominationLetter.about == About.CALL)
        .group_by(NominationLetter.state)
    )
    return dict(db.execute(rows).all())
