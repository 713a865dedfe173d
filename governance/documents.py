"""Documents as they were on the day: notice, accounts, minutes. Bytes that never change."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from governance import journal
from governance.database import Base, Instant
from governance.errors import N_, Invalid, NotFound
from governance.languages import LANGUAGES
from governance.meetings import Meeting

LARGEST = 18_000_000  # bytes; an annual report with its pictures

KINDS: dict[str, str] = {
    "accounts": N_("Annual report"),
    "audit": N_("Auditor's report"),
    "bylaws": N_("Bylaws"),
    "proposal": N_("Proposal"),
    "nominations": N_("Nomination committee's report"),
    "other": N_("Other document"),
    # Made by the house itself, never uploaded:
    "notice": N_("Notice"),
    "minutes": N_("Minutes"),
}
OWN = frozenset({"notice", "minutes"})

# What may be handed in, and how such a file begins: a name and a label alone prove nothing.
ZIPPED = b"PK\x03\x04"
MEDIA: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".odt": ("application/vnd.oasis.opendocument.text", ZIPPED),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", ZIPPED),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIPPED),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIPPED),
    ".txt": ("text/plain", b""),
    ".md": ("text/markdown", b""),
    ".csv": ("text/csv", b""),
}


class Document(Base):
    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))  # notice, accounts, audit, bylaws, minutes…
    language: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(200))  # as a file: kallelse-2027.pdf
    media: Mapped[str] = mapped_column(sa.String(80))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    public: Mapped[bool] = mapped_column(default=False)  # else for members only
    added_at: Mapped[dt.datetime] = mapped_column(Instant)
    body: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))


def add(
    db: Session,
    meeting_id: int,
    kind: str,
    language: str,
    name: str,
    media: str,
    body: bytes,
    *,
    public: bool,
    now: dt.datetime,
    by_id: int | None = None,
) -> Document:
    """Keep a document. The same bytes added again, of one kind and language, are the same one."""
    _check(kind, language, body)
    sha256 = hashlib.sha256(body).hexdigest()
    same = sa.select(Document).filter_by(
        meeting_id=meeting_id, kind=kind, language=language, sha256=sha256
    )
    if (kept := db.scalar(same)) is not None:
        return kept
    added = Document(
        meeting_id=meeting_id,
        kind=kind,
        language=language,
        name=file_name(name),
        media=media,
        sha256=sha256,
        size=len(body),
        public=public,
        added_at=now,
        body=body,
    )
    db.add(added)
    db.flush()
    journal.record(
        db,
        "document.added",
        association_id=db.get_one(Meeting, meeting_id).association_id,
        meeting_id=meeting_id,
        by_id=by_id,
        subject=f"document:{added.id}",
        now=now,
        sha256=sha256,
    )
    return added


def _check(kind: str, language: str, body: bytes) -> None:
    if kind not in KINDS:
        raise Invalid(N_("Choose what kind of document this is."), field="kind")
    if language not in LANGUAGES:
        raise Invalid(N_("Choose a language."), field="language")
    if not body:
        raise Invalid(N_("The file is empty."), field="file")
    if len(body) > LARGEST:
        most = LARGEST // 1_000_000
        raise Invalid(N_("The file is larger than %(most)s megabytes."), field="file", most=most)


def media_of(name: str, body: bytes) -> str:
    """The media type by name and content together. Raises Invalid for anything not taken."""
    suffix = "." + name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    media, start = MEDIA.get(suffix, ("", b""))
    if not media:
        kinds = ", ".join(sorted(each.lstrip(".") for each in MEDIA))
        raise Invalid(
            N_("This kind of file is not taken. Taken are: %(kinds)s."), field="file", kinds=kinds
        )
    if not body.startswith(start) or (media.startswith("text/") and b"\0" in body):
        raise Invalid(N_("The file is not what its name says."), field="file")
    return media


def file_name(name: str) -> str:
    """The last part of a path, printable, without what file systems read as more than a name."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in last if each.isprintable() and each not in '"<>:|?*')
    stem, dot, suffix = kept.strip(" .").rpartition(".")
    return f"{stem[:180]}{dot}{suffix[: 10 if stem else 180]}" or "document"


def get(db: Session, association_id: int, document_id: int) -> Document:
    found = db.scalar(
        sa.select(Document)
        .join(Meeting, Meeting.id == Document.meeting_id)
        .where(Document.id == document_id, Meeting.association_id == association_id)
    )
    if found is None:
        raise NotFound
    return found


def of(db: Session, meeting_id: int) -> Sequence[Document]:
    """The meeting's documents, without their bytes, in the order they came."""
    rows = sa.select(Document).where(Document.meeting_id == meeting_id)
    return db.scalars(rows.order_by(Document.id)).all()
