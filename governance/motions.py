"""Motions: sent by members, answered by the board, taken up in the notice, decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from governance import agenda, journal, meetings, roles, rulebook, texts, wording
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.database import Base, Instant, Word
from governance.errors import N_, Invalid, NotAllowed, NotFound, Refused, WrongState
from governance.languages import LANGUAGES
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.roles import Role

LONGEST_TITLE, LONGEST_TEXT, LONGEST_CLAUSE, MOST_CLAUSES = 200, 20_000, 2_000, 20
LONGEST_REASON = 2_000


class MotionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMISSIBLE = "admissible"
    RETURNED = "returned"  # with a reason; the member may mend it and send it again
    IN_NOTICE = "in-notice"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Opinion(StrEnum):
    ADOPT = "adopt"
    REJECT = "reject"
    ANSWERED = "answered"
    OTHER = "other"


NEXT: dict[MotionState, frozenset[MotionState]] = {
    MotionState.DRAFT: frozenset({MotionState.SUBMITTED, MotionState.WITHDRAWN}),
    MotionState.SUBMITTED: frozenset(
        {MotionState.ADMISSIBLE, MotionState.RETURNED, MotionState.WITHDRAWN}
    ),
    MotionState.RETURNED: frozenset({MotionState.SUBMITTED, MotionState.WITHDRAWN}),
    MotionState.ADMISSIBLE: frozenset({MotionState.IN_NOTICE, MotionState.WITHDRAWN}),
    # Back to admissible when the board withdraws a notice that is approved but not issued.
    MotionState.IN_NOTICE: frozenset(
        {MotionState.DECIDED, MotionState.ADMISSIBLE, MotionState.WITHDRAWN}
    ),
    MotionState.DECIDED: frozenset(),
    MotionState.WITHDRAWN: frozenset(),
}


# The author's to write in, and the board's to answer.
WRITABLE = frozenset({MotionState.DRAFT, MotionState.RETURNED})
ANSWERABLE = frozenset({MotionState.SUBMITTED, MotionState.ADMISSIBLE})
# While members know of the meeting and it has not begun.
AHEAD = frozenset({MeetingState.ANNOUNCED, MeetingState.APPROVED, MeetingState.CALLED})


class Motion(Base):
    __tablename__ = "motion"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    number: Mapped[int | None]  # given when it is submitted, in that order, per meeting
    state: Mapped[MotionState] = mapped_column(Word(MotionState), default=MotionState.DRAFT)
    language: Mapped[str] = mapped_column(sa.String(8))
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)  # Markdown: the background
    clauses: Mapped[list[str]] = mapped_column(sa.JSON)  # what the meeting is asked to decide
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # for the first time
    reason: Mapped[str] = mapped_column(sa.Text, default="")  # why it was returned
    opinion: Mapped[Opinion | None] = mapped_column(Word(Opinion))
    opinion_text: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    # The rulebook's key; set by the board, where what is asked needs more than the ordinary one.
    majority: Mapped[str] = mapped_column(sa.String(40), default="ordinary")

    author: Mapped[Member] = relationship()


class MotionsClosed(Refused):
    code = "motions-closed"
    message = N_("Motions were to be sent by %(date)s. Drafts are kept.")


class NotTheAuthor(NotAllowed):
    message = N_("Only the motion's author can do this.")


def get(db: Session, association_id: int, motion_id: int) -> Motion:
    """Raises NotFound, also for another association's motion."""
    found = db.scalar(
        sa.select(Motion)
        .join(Meeting, Meeting.id == Motion.meeting_id)
        .where(Motion.id == motion_id, Meeting.association_id == association_id)
    )
    if found is None:
        raise NotFound
    return found


def of_meeting(db: Session, meeting_id: int, *states: MotionState) -> Sequence[Motion]:
    """Those in these states, or else all that have been sent, in the order in which they came."""
    rows = sa.select(Motion).where(Motion.meeting_id == meeting_id)
    rows = rows.where(Motion.state.in_(states) if states else Motion.number.is_not(None))
    return db.scalars(rows.order_by(Motion.number, Motion.id)).all()


def of_author(db: Session, meeting_id: int, member_id: int) -> Sequence[Motion]:
    """A member's own, drafts among them, in the order in which they were begun."""
    rows = sa.select(Motion).where(Motion.meeting_id == meeting_id, Motion.author_id == member_id)
    return db.scalars(rows.order_by(Motion.id)).all()


def draft(
    db: Session,
    meeting: Meeting,
    author: Member,
    *,
    title: str,
    text: str,
    clauses: list[str],
    language: str,
    now: dt.datetime,
) -> Motion:
    """Begin a motion, to be read by its author alone until it is submitted.

    After the last day too: who wrote past midnight shall not lose the text.
    """
    _check_author(meeting, author, now)
    if meeting.state not in AHEAD:
        raise WrongState(N_("This meeting takes no motions now."))
    if language not in LANGUAGES:
        raise Invalid(N_("Choose a language."), field="language")
    begun = Motion(meeting_id=meeting.id, author=author, language=language, state=MotionState.DRAFT)
    _write(begun, title, text, clauses)
    db.add(begun)
    db.flush()
    _record(db, "motion.drafted", begun, by_id=author.id, now=now)
    return begun


def _check_author(meeting: Meeting, author: Member, now: dt.datetime) -> None:
    """Who has resigned has the right until the membership ends; who was excluded has it no more."""
    if author.association_id != meeting.association_id:
        raise NotAllowed
    if not author.is_member_on(meeting.association.today(now)):
        raise NotAllowed(N_("Only members can send motions."))


def change(
    db: Session,
    motion: Motion,
    *,
    title: str,
    text: str,
    clauses: list[str],
    by_id: int,
    now: dt.datetime,
) -> None:
    """The author's own, before it is sent or when it has come back. Raises Invalid."""
    _require_author(motion, by_id)
    _lock(db, motion)
    if motion.state not in WRITABLE:
        raise WrongState(N_("The motion has been sent and can no longer be changed."))
    _write(motion, title, text, clauses)
    db.flush()
    _record(db, "motion.changed", motion, by_id=by_id, now=now)


def _write(motion: Motion, title: str, text: str, clauses: list[str]) -> None:
    motion.title = texts.line(title, LONGEST_TITLE, field="title")
    motion.text = texts.trimmed(text, LONGEST_TEXT, field="text")
    lines = [texts.line(each, LONGEST_CLAUSE, field="clauses") for each in clauses]
    motion.clauses = [each for each in lines if each]
    for field, given in (("title", motion.title), ("text", motion.text)):
        if not given:
            raise Invalid(N_("This must not be empty."), field=field)
    if not motion.clauses:
        raise Invalid(
            N_("Write at least one thing that the meeting is to decide."), field="clauses"
        )
    if len(motion.clauses) > MOST_CLAUSES:
        raise Invalid(
            N_("A motion has at most %(most)s clauses."), field="clauses", most=MOST_CLAUSES
        )


def submit(db: Session, motion: Motion, *, by_id: int, now: dt.datetime) -> None:
    """Send it to the board, with a number and the time.

    Raises MotionsClosed after the last day at the seat. One that came in time and was returned
    may come again until the notice is approved: else returning it late would be refusing it (6:15).
    """
    _require_author(motion, by_id)
    meeting = _meeting(db, motion)
    _check_author(meeting, motion.author, now)
    # Nobody else gets a number, and the notice is not approved, until this one is in.
    meetings.lock(db, meeting)
    if meeting.state not in AHEAD:
        raise WrongState(N_("This meeting takes no motions now."))
    in_time = meeting.association.today(now) <= meeting.motions_close
    if motion.submitted_at is not None:
        in_time = meeting.state is MeetingState.ANNOUNCED
    if not in_time:
        raise MotionsClosed(date=meeting.motions_close)
    _move(db, motion, MotionState.SUBMITTED)
    motion.reason = ""
    if motion.submitted_at is None:
        motion.submitted_at = now
        motion.number = _next_number(db, motion.meeting_id)
    db.flush()
    _record(db, "motion.submitted", motion, by_id=by_id, now=now)


def _next_number(db: Session, meeting_id: int) -> int:
    highest = sa.select(sa.func.max(Motion.number)).where(Motion.meeting_id == meeting_id)
    return (db.scalar(highest) or 0) + 1


def withdraw(db: Session, motion: Motion, *, by_id: int, now: dt.datetime) -> None:
    """The author's right until the meeting takes it up. In a frozen notice its item remains."""
    _require_author(motion, by_id)
    taken_up = sa.select(AgendaItem.id).where(
        AgendaItem.motion_id == motion.id, AgendaItem.state != ItemState.AHEAD
    )
    if db.scalar(taken_up) is not None:
        raise WrongState(N_("The meeting has taken the motion up, so it is the meeting's now."))
    _move(db, motion, MotionState.WITHDRAWN)
    _record(db, "motion.withdrawn", motion, by_id=by_id, now=now)


def admit(
    db: Session, motion: Motion, *, majority: str = "ordinary", by_id: int, now: dt.datetime
) -> None:
    """It goes into the notice. `majority`: the rulebook's key of the one its decision needs;
    until the notice is approved the board may admit it again with another."""
    roles.require(db, by_id, Role.DIRECTOR)
    rulebook.of(_meeting(db, motion).association).majority(majority)
    _lock(db, motion)
    if motion.state not in ANSWERABLE:
        raise WrongState
    motion.state = MotionState.ADMISSIBLE
    motion.majority = majority
    db.flush()
    _record(db, "motion.admitted", motion, by_id=by_id, now=now, majority=majority)


def send_back(db: Session, motion: Motion, reason: str, *, by_id: int, now: dt.datetime) -> None:
    """For a fault of form that the author can mend; a timely motion is not refused (6:15)."""
    roles.require(db, by_id, Role.DIRECTOR)
    reason = texts.trimmed(reason, LONGEST_REASON, field="reason")
    if not reason:
        raise Invalid(N_("Say what must be mended."), field="reason")
    _move(db, motion, MotionState.RETURNED)
    motion.reason = reason
    db.flush()
    _record(db, "motion.returned", motion, by_id=by_id, now=now)


def give_opinion(
    db: Session, motion: Motion, opinion: Opinion, text: str, *, by_id: int, now: dt.datetime
) -> None:
    """What the board proposes to the meeting, until the notice is approved. Raises Invalid."""
    roles.require(db, by_id, Role.DIRECTOR)
    text = texts.trimmed(text, LONGEST_TEXT, field="text")
    if opinion in (Opinion.ANSWERED, Opinion.OTHER) and not text:
        raise Invalid(N_("Write what the board answers or proposes instead."), field="text")
    _lock(db, motion)
    if motion.state not in ANSWERABLE:
        raise WrongState(N_("The board's opinion stands in the notice and is frozen with it."))
    motion.opinion, motion.opinion_text = opinion, text
    db.flush()
    _record(db, "motion.answered", motion, by_id=by_id, now=now, opinion=opinion.value)


def take_into_notice(db: Session, meeting: Meeting, *, now: dt.datetime) -> None:
    """Each admitted motion becomes an item, before other matters and the closing."""
    admitted = of_meeting(db, meeting.id, MotionState.ADMISSIBLE)
    for motion in admitted:
        _move(db, motion, MotionState.IN_NOTICE)
        _record(db, "motion.in-notice", motion, by_id=None, now=now)
    standing = list(agenda.items(db, meeting.id))
    agenda.insert(db, standing, [_item(meeting, motion) for motion in admitted])


def _item(meeting: Meeting, motion: Motion) -> AgendaItem:
    languages = meeting.association.languages
    return AgendaItem(
        meeting_id=meeting.id,
        key="motion",
        kind=ItemKind.MOTION,
        title=wording.motion(motion.number or 0, motion.title, languages),
        majority=motion.majority,
        motion_id=motion.id,
    )


def leave_notice(db: Session, meeting: Meeting, *, now: dt.datetime) -> None:
    """Undo it: the motions are admitted again, and their items are gone."""
    for motion in of_meeting(db, meeting.id, MotionState.IN_NOTICE):
        _move(db, motion, MotionState.ADMISSIBLE)
        _record(db, "motion.out-of-notice", motion, by_id=None, now=now)
    standing = list(agenda.items(db, meeting.id))
    agenda.take_off(db, standing, [each for each in standing if each.motion_id is not None])


def decide(db: Session, motion: Motion, *, now: dt.datetime) -> None:
    """The meeting has decided on every clause."""
    _move(db, motion, MotionState.DECIDED)
    _record(db, "motion.decided", motion, by_id=None, now=now)


def _require_author(motion: Motion, by_id: int) -> None:
    if motion.author_id != by_id:
        raise NotTheAuthor


def _move(db: Session, motion: Motion, to: MotionState) -> None:
    _lock(db, motion)
    if to not in NEXT[motion.state]:
        raise WrongState
    motion.state = to
    db.flush()


def _lock(db: Session, motion: Motion) -> None:
    """Author and board at once come one after the other, and the later sees what has changed."""
    db.flush()
    db.refresh(motion, with_for_update=meetings.LOCK)


def _meeting(db: Session, motion: Motion) -> Meeting:
    return db.get_one(Meeting, motion.meeting_id)


def _record(
    db: Session,
    act: str,
    motion: Motion,
    *,
    by_id: int | None,
    now: dt.datetime,
    **details: object,
) -> None:
    journal.record(
        db,
        act,
        association_id=_meeting(db, motion).association_id,
        meeting_id=motion.meeting_id,
        by_id=by_id,
        subject=f"motion:{motion.id}",
        now=now,
        **details,
    )
