"""Minutes: drafted from what happened, edited in prose, approved, immutable, published.

Results come from the polls alone; the secretary writes beside them. What approvals approve is the
full text; the public one names nobody (`governance/minutes_text.py` composes both).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.store import SqlBoard
from governance import (
    agenda,
    journal,
    minutes_facts,
    minutes_prose,
    minutes_text,
    naming,
    polling,
    presiding,
    roles,
)
from governance.agenda import AgendaItem
from governance.database import Base, Instant, Word
from governance.errors import N_, Invalid, NotAllowed, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.minutes_prose import ChangedMeanwhile, Paragraph, Typed
from governance.minutes_text import Signature
from governance.minutes_writer import Writer
from governance.roles import Grant, Role


class MinutesState(StrEnum):
    DRAFT = "draft"
    SIGNING = "signing"  # the secretary has signed: the text is frozen, chair and checkers approve
    APPROVED = "approved"
    PUBLISHED = "published"


NEXT: dict[MinutesState, frozenset[MinutesState]] = {
    MinutesState.DRAFT: frozenset({MinutesState.SIGNING}),
    # Back to draft: a checker found a fault; every signature given so far falls.
    MinutesState.SIGNING: frozenset({MinutesState.DRAFT, MinutesState.APPROVED}),
    MinutesState.APPROVED: frozenset({MinutesState.PUBLISHED}),
    MinutesState.PUBLISHED: frozenset(),
}


class Minutes(Base):
    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), unique=True)
    state: Mapped[MinutesState] = mapped_column(Word(MinutesState), default=MinutesState.DRAFT)
    language: Mapped[str] = mapped_column(sa.String(8))  # the authentic language
    drafted_at: Mapped[dt.datetime] = mapped_column(Instant)
    # Both texts freeze when the secretary signs. Approvals approve the full one; its hash stands
    # in the public one, whose hash goes on the board: one entry vouches for both.
    text: Mapped[str] = mapped_column(sa.Text, default="")
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    public_text: Mapped[str] = mapped_column(sa.Text, default="")
    fault: Mapped[str] = mapped_column(sa.Text, default="")  # why it was sent back
    approved_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    published_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class Approval(Base):
    __tablename__ = "minutes_approval"
    __table_args__ = (sa.UniqueConstraint("minutes_id", "member_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the text that was approved
    at: Mapped[dt.datetime] = mapped_column(Instant)


class UnfinishedPoll(Refused):
    code = "poll-unfinished"
    message = N_("A vote is not declared yet. Minutes are drafted when every vote is decided.")


class NoChecker(WrongState):
    code = "no-checker"
    message = N_("The meeting needs a chair and at least one checker of the minutes (6:39).")


class AnotherText(WrongState):
    code = "another-text"
    message = N_("The text has changed since you opened it. Read it again before you approve it.")


def of_meeting(db: Session, meeting_id: int) -> Minutes | None:
    return db.scalar(sa.select(Minutes).where(Minutes.meeting_id == meeting_id))


def writes(db: Session, meeting_id: int, member_id: int) -> bool:
    """The secretary; where none is recorded whoever presided, who answers for them (6:39)."""
    if secretaries := roles.holders(db, Role.SECRETARY, meeting_id=meeting_id):
        return member_id in {each.id for each in secretaries}
    return presiding.presides(db, meeting_id, member_id)


def draft(
    db: Session, board: SqlBoard, meeting: Meeting, *, by_id: int, now: dt.datetime
) -> Minutes:
    """Begin the minutes of a closed meeting: complete as they are, a paragraph for each item."""
    _require_writer(db, meeting.id, by_id)
    db.refresh(meeting, with_for_update=True)  # begun twice at once they are the same minutes
    if (begun := of_meeting(db, meeting.id)) is not None:
        return begun
    if meeting.state is not MeetingState.CLOSED:
        raise WrongState(N_("Minutes are drafted when the meeting is closed."))
    if polling.unfinished(db, meeting.id) is not None:
        raise UnfinishedPoll
    minutes = Minutes(
        meeting_id=meeting.id, language=meeting.association.languages[0], drafted_at=now
    )
    db.add(minutes)
    db.flush()
    w = writer(db, board, minutes, public=False)
    for item in agenda.items(db, meeting.id):
        prose = minutes_facts.first_prose(w, item)
        db.add(Paragraph(minutes_id=minutes.id, item_id=item.id, prose=prose, public_prose=prose))
    db.flush()
    record(db, "minutes.drafted", minutes, by_id=by_id, now=now)
    return minutes


def _require_writer(db: Session, meeting_id: int, member_id: int) -> None:
    if not writes(db, meeting_id, member_id):
        raise NotAllowed


def edit(
    db: Session, minutes: Minutes, typed: Mapping[str, Typed], *, by_id: int, now: dt.datetime
) -> None:
    """Change the secretary's words; results are not among them. All is saved, or nothing.

    `typed` is by the names of `Paragraph.fields`. Raises Invalid; `ChangedMeanwhile`
    where somebody has saved another text since the form was opened.
    """
    _require_writer(db, minutes.meeting_id, by_id)
    hold(db, minutes, MinutesState.DRAFT)
    for _item, paragraph in minutes_prose.paragraphs(db, minutes.id):
        paragraph.prose, paragraph.public_prose = (
            _edited(field, saved, typed) for field, saved in paragraph.fields.items()
        )
    db.flush()
    record(db, "minutes.edited", minutes, by_id=by_id, now=now)


def _edited(field: str, saved: str, typed: Mapping[str, Typed]) -> str:
    if field not in typed:
        return saved
    merged = minutes_prose.merge(saved, typed[field])
    if merged.theirs is not None:
        raise ChangedMeanwhile(field=field)
    return saved if merged.text == saved else minutes_prose.checked(merged.text, field)


def writer(db: Session, board: SqlBoard, minutes: Minutes, *, public: bool) -> Writer:
    meeting = db.get_one(Meeting, minutes.meeting_id)
    return Writer(db, board, meeting, minutes.language, public)


def prose(db: Session, minutes: Minutes, *, public: bool) -> list[tuple[AgendaItem, str]]:
    return [
        (item, paragraph.public_prose if public else paragraph.prose)
        for item, paragraph in minutes_prose.paragraphs(db, minutes.id)
    ]


def texts(db: Session, board: SqlBoard, minutes: Minutes) -> tuple[str, str]:
    """The full text and the public one: frozen, or as they would be if they were signed now."""
    if minutes.state is not MinutesState.DRAFT:
        return minutes.text, minutes.public_text
    note = board.checkpoint(db.connection())
    w, to_public = (writer(db, board, minutes, public=public) for public in (False, True))
    full = minutes_text.compose(w, prose(db, minutes, public=False), note=note)
    return full, minutes_text.compose(
        to_public, prose(db, minutes, public=True), note=note, full_sha256=hashed(full)
    )


def missing(db: Session, minutes: Minutes) -> list[Role]:
    """The offices without which nobody could approve, and that nobody is recorded to hold."""
    held = {role for _member, role in _approvers(db, minutes)}
    return [role for role in (Role.CHAIR, Role.CHECKER) if role not in held]


def record_late(
    db: Session, minutes: Minutes, office: Role, number: str, *, by_id: int, now: dt.datetime
) -> None:
    """Record an office that the meeting filled and nobody noted before it closed.

    By whoever presided, as long as nobody has signed. `number` is the member's. Raises Invalid.
    """
    presiding.require(db, minutes.meeting_id, by_id)
    hold(db, minutes, MinutesState.DRAFT)
    if office not in missing(db, minutes):
        raise WrongState
    association_id = db.get_one(Meeting, minutes.meeting_id).association_id
    elected = db.scalar(
        sa.select(Member).filter_by(association_id=association_id, number=number.strip())
    )
    if elected is None:
        raise Invalid(N_("There is no member with this number."), field="number")
    if elected.id in {member.id for member, _role in _approvers(db, minutes)}:
        message = N_("The chair cannot be a checker of the minutes as well (6:39).")
        raise Invalid(message, field="number")
    roles.grant(db, elected, office, now=now, by_id=by_id, meeting_id=minutes.meeting_id)
    db.flush()


def sign(db: Session, board: SqlBoard, minutes: Minutes, *, by_id: int, now: dt.datetime) -> None:
    """The secretary signs (6:39): both texts are composed and freeze.

    Raises `NamesSomeone` where the public prose does, and `NoChecker`.
    """
    _require_writer(db, minutes.meeting_id, by_id)
    hold(db, minutes, MinutesState.DRAFT)
    association_id = db.get_one(Meeting, minutes.meeting_id).association_id
    for _item, paragraph in minutes_prose.paragraphs(db, minutes.id):
        field = f"public-{paragraph.id}"
        naming.refuse(db, association_id, paragraph.public_prose, field=field)
    if missing(db, minutes):
        raise NoChecker
    minutes.text, minutes.public_text = texts(db, board, minutes)
    minutes.sha256 = hashed(minutes.text)
    minutes.fault = ""
    move(db, minutes, MinutesState.SIGNING)
    _approve(db, minutes, Role.SECRETARY, by_id=by_id, now=now)
    record(db, "minutes.signed", minutes, by_id=by_id, now=now, sha256=minutes.sha256)


def approve(db: Session, minutes: Minutes, sha256: str, *, by_id: int, now: dt.datetime) -> None:
    """Chair or checker approves the text of that hash; the last one needed makes it approved."""
    roles.require(db, by_id, Role.CHAIR, Role.CHECKER, meeting_id=minutes.meeting_id)
    hold(db, minutes, MinutesState.SIGNING)
    if sha256 != minutes.sha256:
        raise AnotherText
    for member, role in awaited(db, minutes):
        if member.id == by_id:
            _approve(db, minutes, role, by_id=by_id, now=now)
    record(db, "minutes.checked", minutes, by_id=by_id, now=now, sha256=sha256)
    if not awaited(db, minutes):
        move(db, minutes, MinutesState.APPROVED)
        minutes.approved_at = now
        db.flush()


def send_back(db: Session, minutes: Minutes, fault: str, *, by_id: int, now: dt.datetime) -> None:
    """Somebody found a fault: back to the draft, and every signature falls."""
    signatories = (Role.SECRETARY, Role.CHAIR, Role.CHECKER)
    roles.require(db, by_id, *signatories, meeting_id=minutes.meeting_id)
    hold(db, minutes, MinutesState.SIGNING)
    fault = minutes_prose.checked(fault, "fault")
    if not fault:
        raise Invalid(N_("Say what must be mended."), field="fault")
    move(db, minutes, MinutesState.DRAFT)
    minutes.text = minutes.public_text = minutes.sha256 = ""
    minutes.fault = fault
    db.execute(sa.delete(Approval).where(Approval.minutes_id == minutes.id))
    db.flush()
    record(db, "minutes.sent-back", minutes, by_id=by_id, now=now)


def signatures(db: Session, minutes: Minutes) -> list[Signature]:
    """Who has signed and approved, in that order."""
    rows = db.execute(
        sa.select(Approval.role, Member, Approval.at)
        .join(Member, Member.id == Approval.member_id)
        .where(Approval.minutes_id == minutes.id)
        .order_by(Approval.id)
    )
    return [Signature(role, member, at) for role, member, at in rows]


def awaited(db: Session, minutes: Minutes) -> list[tuple[Member, Role]]:
    """Whose approval is missing: the chair's and every checker's."""
    given = {(each.member.id, each.role) for each in signatures(db, minutes)}
    return [
        (member, role) for member, role in _approvers(db, minutes) if (member.id, role) not in given
    ]


def _approvers(db: Session, minutes: Minutes) -> list[tuple[Member, Role]]:
    rows = db.execute(
        sa.select(Member, Grant.role)
        .join(Grant, Grant.member_id == Member.id)
        .where(Grant.meeting_id == minutes.meeting_id, Grant.ended_at.is_(None))
        .where(Grant.role.in_([Role.CHAIR, Role.CHECKER]))
        .order_by(Grant.role, Grant.id)
    )
    return [(member, role) for member, role in rows]


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hold(db: Session, minutes: Minutes, *states: MinutesState) -> None:
    """Until the transaction ends nobody else moves these minutes. Raises WrongState."""
    db.flush()
    db.refresh(minutes, with_for_update=True)
    if minutes.state not in states:
        raise WrongState


def move(db: Session, minutes: Minutes, to: MinutesState) -> None:
    if to not in NEXT[minutes.state]:
        raise WrongState
    minutes.state = to
    db.flush()


def _approve(db: Session, minutes: Minutes, role: Role, *, by_id: int, now: dt.datetime) -> None:
    db.add(
        Approval(minutes_id=minutes.id, member_id=by_id, role=role, sha256=minutes.sha256, at=now)
    )
    db.flush()


def record(
    db: Session, act: str, minutes: Minutes, *, by_id: int, now: dt.datetime, **details: str
) -> None:
    journal.record(
        db,
        act,
        association_id=db.get_one(Meeting, minutes.meeting_id).association_id,
        meeting_id=minutes.meeting_id,
        by_id=by_id,
        subject=f"minutes:{minutes.id}",
        now=now,
        **details,
    )
