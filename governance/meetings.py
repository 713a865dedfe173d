"""A meeting: convened, called, opened, adjourned, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from governance import agenda, journal, roles, rulebook, texts
from governance import deadlines as dates
from governance.agenda import PREPARERS, AgendaItem
from governance.associations import Association
from governance.database import Base, Instant, Word
from governance.deadlines import Deadline as Deadline
from governance.errors import N_, Invalid, NotFound, WrongState
from governance.journal import JournalEntry
from governance.rulebook import MeetingKind as MeetingKind

LONGEST_TITLE, LONGEST_PLACE, LONGEST_LINK, LONGEST_REASON = 200, 300, 500, 2_000


class MeetingState(StrEnum):
    DRAFT = "draft"  # the board alone sees it
    ANNOUNCED = "announced"  # members see the date and may send motions until their deadline
    APPROVED = "approved"  # the notice is approved and frozen
    CALLED = "called"  # the notice is issued
    OPEN = "open"
    ADJOURNED = "adjourned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


NEXT: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.DRAFT: frozenset({MeetingState.ANNOUNCED, MeetingState.CANCELLED}),
    MeetingState.ANNOUNCED: frozenset({MeetingState.APPROVED, MeetingState.CANCELLED}),
    # Back to announced: the board may withdraw an approved notice as long as it is not issued.
    MeetingState.APPROVED: frozenset(
        {MeetingState.CALLED, MeetingState.ANNOUNCED, MeetingState.CANCELLED}
    ),
    MeetingState.CALLED: frozenset({MeetingState.OPEN, MeetingState.CANCELLED}),
    MeetingState.OPEN: frozenset({MeetingState.ADJOURNED, MeetingState.CLOSED}),
    MeetingState.ADJOURNED: frozenset({MeetingState.OPEN, MeetingState.CLOSED}),
    MeetingState.CLOSED: frozenset(),
    MeetingState.CANCELLED: frozenset(),
}


# FOR NO KEY UPDATE: whoever only writes a row that names the meeting (a check-in) need not wait.
LOCK: Any = {"key_share": True}
PREPARATION = frozenset({MeetingState.DRAFT, MeetingState.ANNOUNCED})


class Meeting(Base):
    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    kind: Mapped[MeetingKind] = mapped_column(Word(MeetingKind))
    state: Mapped[MeetingState] = mapped_column(Word(MeetingState), default=MeetingState.DRAFT)
    title: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # {language: title}
    starts_at: Mapped[dt.datetime] = mapped_column(Instant)
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    link: Mapped[str] = mapped_column(sa.String(500), default="")  # where those online meet
    # Last day on which a motion is in time (6:15); set by the board, proposed by the rulebook.
    motions_close: Mapped[dt.date]
    opened_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    closed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # No foreign key: the agenda belongs to the meeting, and a cycle would tie their creation.
    current_item_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")  # why it was cancelled

    association: Mapped[Association] = relationship()

    def require_preparation(self, db: Session) -> None:
        """Raises WrongState once the notice is approved; until the commit nobody else gets on."""
        lock(db, self)
        if self.state not in PREPARATION:
            raise WrongState(N_("The notice is approved: what stands in it is frozen."))


def get(db: Session, association_id: int, meeting_id: int) -> Meeting:
    """Raises NotFound, also for another association's meeting."""
    found = db.get(Meeting, meeting_id)
    if found is None or found.association_id != association_id:
        raise NotFound
    return found


def never_announced() -> sa.Exists:
    """Of a meeting in a query: cancelled as a draft, so that the board alone has known of it."""
    return sa.exists().where(
        JournalEntry.meeting_id == Meeting.id,
        JournalEntry.act == f"meeting.{MeetingState.CANCELLED.value}",
        JournalEntry.details["was"].as_string() == MeetingState.DRAFT.value,
    )


def create(
    db: Session,
    association: Association,
    *,
    kind: MeetingKind,
    title: Mapping[str, str],
    starts_at: dt.datetime,
    place: str,
    link: str,
    by_id: int,
    now: dt.datetime,
) -> Meeting:
    """A meeting that the board alone sees, with the agenda and the day for motions that the
    rulebook gives it. Raises Invalid."""
    roles.require(db, by_id, *PREPARERS)
    _check_start(starts_at, now)
    meeting = Meeting(
        association=association,
        kind=kind,
        motions_close=_motions_close(association, kind, starts_at, now),
    )
    _write(meeting, title, starts_at, place, link)
    db.add(meeting)
    db.flush()
    agenda.lay_out(db, meeting)
    _record(db, "meeting.created", meeting, by_id=by_id, now=now)
    return meeting


def _motions_close(
    association: Association, kind: MeetingKind, starts_at: dt.datetime, now: dt.datetime
) -> dt.date:
    today = association.today(now)
    # A continued meeting goes on with the items that it has; nothing is added to them.
    if kind is MeetingKind.CONTINUED:
        return today - dt.timedelta(days=1)
    book, starts = rulebook.of(association), association.today(starts_at)
    return max(today, dates.motions_close(book, kind, starts))


def change(
    db: Session,
    meeting: Meeting,
    *,
    title: Mapping[str, str],
    starts_at: dt.datetime,
    place: str,
    link: str,
    motions_close: dt.date,
    by_id: int,
    now: dt.datetime,
) -> None:
    """Raises Invalid, and WrongState once the notice is approved."""
    roles.require(db, by_id, *PREPARERS)
    meeting.require_preparation(db)
    if starts_at != meeting.starts_at:
        _check_start(starts_at, now)
    if motions_close != meeting.motions_close:
        _check_motions_close(meeting.association, motions_close, starts_at, now)
    meeting.motions_close = motions_close
    _write(meeting, title, starts_at, place, link)
    db.flush()
    _record(db, "meeting.changed", meeting, by_id=by_id, now=now)


def _check_start(starts_at: dt.datetime, now: dt.datetime) -> None:
    if starts_at <= now:
        raise Invalid(N_("Choose a day and a time that are still to come."), field="starts_at")


def _check_motions_close(
    association: Association, day: dt.date, starts_at: dt.datetime, now: dt.datetime
) -> None:
    if day < association.today(now):
        # Members must be able to know of the day before it has passed.
        raise Invalid(N_("Choose today or a later day."), field="motions_close")
    if day >= association.today(starts_at):
        raise Invalid(N_("Choose a day before the meeting."), field="motions_close")


def _write(
    meeting: Meeting, title: Mapping[str, str], starts_at: dt.datetime, place: str, link: str
) -> None:
    languages = meeting.association.languages
    meeting.title = texts.required(title, languages, LONGEST_TITLE, field="title")
    meeting.starts_at = starts_at
    meeting.place = texts.line(place, LONGEST_PLACE, field="place")
    meeting.link = texts.line(link, LONGEST_LINK, field="link")
    if meeting.link and not meeting.link.startswith(("https://", "http://")):
        raise Invalid(N_("A link begins with https://."), field="link")


def announce(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """Let members know the day, and send motions until the last day for them."""
    roles.require(db, by_id, *PREPARERS)
    passed = meeting.motions_close < meeting.association.today(now)
    if passed and meeting.kind is not MeetingKind.CONTINUED:
        raise WrongState(
            N_("The last day for motions has passed. Choose a later one, so that members have it.")
        )
    move(db, meeting, MeetingState.ANNOUNCED, now=now, by_id=by_id)


def cancel(db: Session, meeting: Meeting, reason: str, *, by_id: int, now: dt.datetime) -> None:
    """Call it off before it is opened. Raises Invalid without a reason for the members."""
    roles.require(db, by_id, *PREPARERS)
    reason = texts.trimmed(reason, LONGEST_REASON, field="reason")
    if not reason:
        raise Invalid(N_("Say why, so that members know."), field="reason")
    move(db, meeting, MeetingState.CANCELLED, now=now, by_id=by_id)
    meeting.reason = reason
    db.flush()


def move(
    db: Session, meeting: Meeting, to: MeetingState, *, now: dt.datetime, by_id: int | None
) -> None:
    """Raises WrongState where the meeting's life has no such step from where it is now."""
    lock(db, meeting)
    if to not in NEXT[meeting.state]:
        raise WrongState
    was, meeting.state = meeting.state, to
    db.flush()
    _record(db, f"meeting.{to.value}", meeting, by_id=by_id, now=now, was=was.value)


def lock(db: Session, meeting: Meeting) -> None:
    """Two who take a step at once come one after the other, and the later sees what has changed."""
    db.flush()  # what this transaction has changed itself shall not be read over
    db.refresh(meeting, with_for_update=LOCK)


def deadlines(
    meeting: Meeting, association: Association, items: Iterable[AgendaItem] = ()
) -> list[Deadline]:
    """The dates around it; what `items` it has matters for an extra meeting's notice (6:18)."""
    occasion = dates.Occasion(
        kind=meeting.kind,
        starts=association.today(meeting.starts_at),
        ends=association.today(meeting.closed_at or meeting.starts_at),
        motions_close=meeting.motions_close,
        year_end=association.financial_year_end,
        majorities=frozenset(item.majority for item in items),
    )
    return dates.of(rulebook.of(association), occasion)


def _record(
    db: Session,
    act: str,
    meeting: Meeting,
    *,
    by_id: int | None,
    now: dt.datetime,
    **details: object,
) -> None:
    journal.record(
        db,
        act,
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"meeting:{meeting.id}",
        now=now,
        **details,
    )
