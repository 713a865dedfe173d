"""Minutes made available: the papers that are kept, the hash on the board, the corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.board import AddendumEntry, MinutesEntry
from ballots.store import SqlBoard
from governance import (
    documents,
    markdown,
    minutes,
    minutes_prose,
    minutes_text,
    naming,
    roles,
    typeset,
)
from governance.database import Base, Instant
from governance.documents import Document
from governance.errors import N_, Invalid
from governance.meetings import Meeting
from governance.minutes import Minutes, MinutesState
from governance.roles import Role

PUBLISHERS = (Role.SECRETARY, Role.CHAIR, Role.DIRECTOR)


class Addendum(Base):
    """A dated correction beside approved minutes, which themselves never change."""

    __tablename__ = "minutes_addendum"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(sa.Text)  # for members
    public_text: Mapped[str] = mapped_column(sa.Text)  # names nobody; its hash is on the board


def latest(
    db: Session, association_id: int, *, start: int = 0, limit: int = 50
) -> tuple[list[tuple[Minutes, Meeting]], int]:
    """A page of all published minutes, the latest meeting first, and how many there are."""
    found = (
        sa.select(Minutes, Meeting)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(Meeting.association_id == association_id)
        .where(Minutes.state == MinutesState.PUBLISHED)
    )
    total = db.scalars(sa.select(sa.func.count()).select_from(found.subquery())).one()
    page = found.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).offset(start).limit(limit)
    return [(each, meeting) for each, meeting in db.execute(page)], total


def publish(
    db: Session, board: SqlBoard, written: Minutes, *, by_id: int, now: dt.datetime
) -> None:
    """Make approved minutes available (6:40); the public text's hash goes on the board."""
    roles.require(db, by_id, *PUBLISHERS, meeting_id=written.meeting_id)
    minutes.hold(db, written, MinutesState.APPROVED)
    for public in (False, True):
        _keep_as_pdf(db, board, written, public=public, by_id=by_id, now=now)
    minutes.move(db, written, MinutesState.PUBLISHED)
    written.published_at = now
    sha256 = minutes.hashed(written.public_text)
    board.append(db.connection(), [MinutesEntry(str(written.meeting_id), sha256).encode()])
    minutes.record(db, "minutes.published", written, by_id=by_id, now=now, sha256=sha256)


def _keep_as_pdf(
    db: Session,
    board: SqlBoard,
    written: Minutes,
    *,
    public: bool,
    by_id: int,
    now: dt.datetime,
) -> None:
    which = "-public" if public else ""
    documents.add(
        db,
        written.meeting_id,
        "minutes",
        written.language,
        f"minutes-{written.meeting_id}{which}.pdf",
        "application/pdf",
        as_pdf(db, board, written, public=public),
        public=public,
        now=now,
        by_id=by_id,
    )


def kept_pdf(db: Session, written: Minutes, *, public: bool) -> Document | None:
    """The paper as it was when the minutes were published; None before."""
    for document in documents.of(db, written.meeting_id):
        if document.kind == "minutes" and document.public == public:
            return document
    return None


def as_pdf(db: Session, board: SqlBoard, written: Minutes, *, public: bool) -> bytes:
    """The text and its signatures, as they stand, on paper."""
    w = minutes.writer(db, board, written, public=public)
    full, public_text = minutes.texts(db, board, written)
    text = public_text if public else full
    signed = minutes.signatures(db, written)
    parts = [minutes_text.body(text), minutes_text.signatures(w, signed) if signed else ""]
    draft = written.state is MinutesState.DRAFT
    return typeset.pdf(
        "\n\n".join(parts),
        title=markdown.plain(minutes_text.title(w)),
        language=written.language,
        association=w.meeting.association.name,
        date=w.date(w.meeting.opened_at or w.meeting.starts_at),
        # On every page, by what it can be told from any other text.
        foot=w.say("draft") if draft else f"SHA-256 {minutes.hashed(text)}",
    )


def correct(
    db: Session,
    board: SqlBoard,
    written: Minutes,
    text: str,
    public_text: str,
    *,
    by_id: int,
    now: dt.datetime,
) -> Addendum:
    """Correct approved minutes by a dated addendum, for members and, naming nobody, for all."""
    roles.require(db, by_id, Role.SECRETARY, Role.CHAIR, meeting_id=written.meeting_id)
    minutes.hold(db, written, MinutesState.APPROVED, MinutesState.PUBLISHED)
    text = _required(text, "text")
    public_text = _required(public_text, "public_text")
    association_id = db.get_one(Meeting, written.meeting_id).association_id
    naming.refuse(db, association_id, public_text, field="public_text")
    return append(db, board, written, text, public_text, by_id=by_id, now=now)


def append(
    db: Session,
    board: SqlBoard,
    written: Minutes,
    text: str,
    public_text: str,
    *,
    by_id: int,
    now: dt.datetime,
) -> Addendum:
    """The next addendum, its hash on the board. `public_text` names nobody."""
    w, to_public = (minutes.writer(db, board, written, public=public) for public in (False, True))
    number = len(addenda(db, written)) + 1
    full = minutes_text.addendum(w, number, text, now)
    public = minutes_text.addendum(
        to_public, number, public_text, now, full_sha256=minutes.hashed(full)
    )
    added = Addendum(minutes_id=written.id, at=now, by_id=by_id, text=full, public_text=public)
    db.add(added)
    db.flush()
    sha256 = minutes.hashed(public)
    board.append(db.connection(), [AddendumEntry(str(written.meeting_id), sha256).encode()])
    minutes.record(db, "minutes.corrected", written, by_id=by_id, now=now, sha256=sha256)
    return added


def _required(text: str, field: str) -> str:
    text = minutes_prose.checked(text, field)
    if not text:
        raise Invalid(N_("Write the correction."), field=field)
    return text


def addenda(db: Session, written: Minutes) -> Sequence[Addendum]:
    return db.scalars(
        sa.select(Addendum).where(Addendum.minutes_id == written.id).order_by(Addendum.id)
    ).all()
