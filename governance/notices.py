"""The notice: drafted from the meeting, approved, frozen, sent to each member, with proof."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.board import NoticeEntry
from ballots.store import SqlBoard
from governance import (
    agenda,
    documents,
    journal,
    meetings,
    members,
    motions,
    notice_text,
    proposals,
    readiness,
    roles,
    typeset,
)
from governance.associations import Association
from governance.database import Base, Instant, Word
from governance.documents import Document
from governance.errors import N_, NotFound, Refused
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.motions import MotionState
from governance.notice_text import Matter
from governance.roles import Role
from governance.units import UnitMember

FORMAT = "stamma-notice/v1"


class Channel(StrEnum):
    EMAIL = "email"
    POST = "post"


class About(StrEnum):
    NOTICE = "notice"
    CANCELLATION = "cancellation"  # that the meeting of which somebody has the notice is off


class DispatchState(StrEnum):
    DUE = "due"
    SENT = "sent"  # the mail server has taken it over, or it was put in the post
    FAILED = "failed"  # refused for good: this member needs post
    REPLACED = "replaced"  # a failed e-mail for which post was arranged


class Notice(Base):
    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # {language: Markdown}, frozen
    sha256: Mapped[str] = mapped_column(sa.String(64))
    approved_at: Mapped[dt.datetime] = mapped_column(Instant)
    approved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    issued_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # Why it was issued although a rule was broken: recorded, never overlooked.
    deviation: Mapped[str] = mapped_column(sa.Text, default="")


class Dispatch(Base):
    """One letter of a notice, or of its meeting's end, to one member, and proof that it left."""

    __tablename__ = "dispatch"
    __table_args__ = (
        sa.UniqueConstraint("notice_id", "member_id", "channel", "about"),
        sa.Index("ix_dispatch_due", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    about: Mapped[About] = mapped_column(Word(About), default=About.NOTICE)
    language: Mapped[str] = mapped_column(sa.String(8))
    address: Mapped[str] = mapped_column(sa.String(254), default="")  # as it was on the day
    state: Mapped[DispatchState] = mapped_column(Word(DispatchState), default=DispatchState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(Instant)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    message_id: Mapped[str] = mapped_column(sa.String(200), default="")
    reply: Mapped[str] = mapped_column(sa.String(400), default="")  # what the mail server said


class MotionsStillOpen(Refused):
    code = "motions-still-open"
    message = N_("Members may send motions until %(date)s; they have a right to be in the notice.")


class MotionsWaiting(Refused):
    code = "motions-waiting"
    message = N_("Motions that the board has neither admitted nor returned: %(count)s.")


class NoticeLacks(Refused):
    """What the law asks of a notice is not there; the message is readiness.py's own."""

    code = "notice-lacks"


class OutsideWindow(Refused):
    code = "outside-window"
    message = N_("The notice is to be issued from %(first)s to %(last)s (%(paragraph)s).")


class TooLate(Refused):
    code = "too-late"
    message = N_("The meeting has begun: its notice can no longer be issued.")


def of(db: Session, meeting_id: int) -> Notice | None:
    """The meeting's notice, once it is approved."""
    return db.scalar(sa.select(Notice).where(Notice.meeting_id == meeting_id))


def draft(db: Session, meeting: Meeting, *, now: dt.datetime, page: str = "") -> dict[str, str]:
    """What the notice says as things stand, in each of the association's languages."""
    association = db.get_one(Association, meeting.association_id)
    matter = Matter(
        association=association,
        meeting=meeting,
        items=agenda.items(db, meeting.id),
        elections=proposals.for_notice(db, meeting),
        motions=motions.of_meeting(db, meeting.id, *notice_text.IN_IT),
        documents=[each for each in documents.of(db, meeting.id) if each.kind != "notice"],
        page=page,
        today=association.today(now),
    )
    return {code: notice_text.compose(matter, code) for code in association.languages}


def approve(
    db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime, page: str = ""
) -> Notice:
    """Freeze the notice and take the motions into it. `page` is the meeting's address, to print.

    Raises `MotionsStillOpen`, `MotionsWaiting`, `NoticeLacks`, and what `meetings.move` does.
    """
    roles.require(db, by_id, Role.DIRECTOR)
    meeting.require_preparation(db)
    _check_motions(db, meeting, now)
    for lacking in readiness.missing(db, meeting, now=now):
        if lacking.path and not lacking.warning:
            raise NoticeLacks(lacking.message, **lacking.facts)
    meetings.move(db, meeting, MeetingState.APPROVED, now=now, by_id=by_id)
    motions.take_into_notice(db, meeting, now=now)
    texts = draft(db, meeting, now=now, page=page)
    notice = Notice(
        meeting_id=meeting.id,
        texts=texts,
        sha256=hashlib.sha256(canonical(meeting.id, texts)).hexdigest(),
        approved_at=now,
        approved_by_id=by_id,
    )
    db.add(notice)
    db.flush()
    for language in texts:
        _keep_as_pdf(db, meeting, notice, language, by_id=by_id, now=now)
    _record(db, "notice.approved", meeting, by_id=by_id, now=now, sha256=notice.sha256)
    return notice


def _check_motions(db: Session, meeting: Meeting, now: dt.datetime) -> None:
    """The board may not pass over an item that came in time (6:15)."""
    association = db.get_one(Association, meeting.association_id)
    if association.today(now) <= meeting.motions_close:
        raise MotionsStillOpen(date=meeting.motions_close)
    if waiting := motions.of_meeting(db, meeting.id, MotionState.SUBMITTED):
        raise MotionsWaiting(count=len(waiting))


def canonical(meeting_id: int, texts: dict[str, str]) -> bytes:
    """The bytes whose SHA-256 stands on the board: canonical JSON of all languages together."""
    whole = {"format": FORMAT, "meeting": str(meeting_id), "texts": texts}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _keep_as_pdf(
    db: Session, meeting: Meeting, notice: Notice, language: str, *, by_id: int, now: dt.datetime
) -> None:
    documents.add(
        db,
        meeting.id,
        "notice",
        language,
        f"notice-{meeting.id}-{language}.pdf",
        "application/pdf",
        as_pdf(db, meeting, notice.texts[language], language, notice.approved_at),
        public=False,
        now=now,
        by_id=by_id,
    )


def as_pdf(db: Session, meeting: Meeting, text: str, language: str, day: dt.datetime) -> bytes:
    association = db.get_one(Association, meeting.association_id)
    return typeset.pdf(
        text,
        title=notice_text.title(meeting, language),
        language=language,
        association=association.name,
        date=notice_text.date(association.today(day), language),
        foot=association.registration_number,
    )


def withdraw(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """Take back a notice that is approved and not issued; its motions are admissible again."""
    roles.require(db, by_id, Role.DIRECTOR)
    notice = _approved(db, meeting)
    meetings.move(db, meeting, MeetingState.ANNOUNCED, now=now, by_id=by_id)
    motions.leave_notice(db, meeting, now=now)
    db.execute(
        sa.delete(Document).where(Document.meeting_id == meeting.id, Document.kind == "notice")
    )
    db.delete(notice)
    db.flush()
    _record(db, "notice.withdrawn", meeting, by_id=by_id, now=now, sha256=notice.sha256)


def _approved(db: Session, meeting: Meeting) -> Notice:
    notice = of(db, meeting.id)
    if notice is None:
        raise NotFound
    return notice


def issue(
    db: Session,
    board: SqlBoard,
    meeting: Meeting,
    *,
    by_id: int,
    now: dt.datetime,
    deviation: str = "",
) -> Notice:
    """Send the notice to each member and put its hash on the board.

    Outside the rulebook's window it is refused (`OutsideWindow`) unless the board writes down why
    it does so nevertheless: a notice too early or too late is a defect, which those affected may
    consent to or challenge (6:25, 6:47).
    """
    roles.require(db, by_id, Role.DIRECTOR)
    notice = _approved(db, meeting)
    if now >= meeting.starts_at:
        raise TooLate
    outside = _outside_window(db, meeting, now)
    if outside is not None and not deviation.strip():
        raise outside
    meetings.move(db, meeting, MeetingState.CALLED, now=now, by_id=by_id)
    notice.issued_at = now
    notice.deviation = deviation.strip() if outside is not None else ""
    count = _address_letters(db, meeting, notice, now)
    board.append(db.connection(), [NoticeEntry(str(meeting.id), notice.sha256).encode()])
    _record(
        db,
        "notice.issued",
        meeting,
        by_id=by_id,
        now=now,
        sha256=notice.sha256,
        letters=count,
        deviation=bool(notice.deviation),
    )
    return notice


def _outside_window(db: Session, meeting: Meeting, now: dt.datetime) -> OutsideWindow | None:
    association = db.get_one(Association, meeting.association_id)
    today = association.today(now)
    items = agenda.items(db, meeting.id)
    for deadline in meetings.deadlines(meeting, association, items):
        if deadline.key != "notice":
            continue
        first, last = deadline.first or today, deadline.last or today
        if not first <= today <= last:
            return OutsideWindow(first=first, last=last, paragraph=deadline.paragraph)
    return None


def _address_letters(db: Session, meeting: Meeting, notice: Notice, now: dt.datetime) -> int:
    """A dispatch for each member who has a vote on the day of the meeting."""
    association = db.get_one(Association, meeting.association_id)
    voters = members.on_register(association.id, association.today(meeting.starts_at))
    if meeting.unit_id is not None:
        in_unit = sa.select(UnitMember.member_id).where(UnitMember.unit_id == meeting.unit_id)
        voters = voters.where(Member.id.in_(in_unit))
    letters = [_letter(association, notice, member, now) for member in db.scalars(voters)]
    if letters:
        db.execute(sa.insert(Dispatch), letters)
    return len(letters)


def _letter(
    association: Association, notice: Notice, member: Member, now: dt.datetime
) -> dict[str, object]:
    by_mail = bool(member.email) and not member.by_post
    languages = (member.language, "en", *association.languages)
    # The Message-ID is fixed beforehand: a letter that has to go twice is the same letter.
    host = association.origin.partition("/")[0]
    return {
        "notice_id": notice.id,
        "member_id": member.id,
        "channel": Channel.EMAIL if by_mail else Channel.POST,
        "about": About.NOTICE,
        "language": next(code for code in languages if code in notice.texts),
        "address": member.email if by_mail else "",
        "state": DispatchState.DUE,
        "attempts": 0,
        "next_try_at": now,
        "message_id": f"<notice.{notice.id}.{member.id}.{notice.sha256[:16]}@{host}>",
        "reply": "",
    }


def _record(
    db: Session, act: str, meeting: Meeting, *, by_id: int, now: dt.datetime, **details: object
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
