"""An uploaded register between its preview and its confirmation: the bytes and what they would do.

Kept in the database, so that the two steps survive a restart and any process can take the second;
for one day, and only for whoever uploaded it.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import roles
from governance.associations import Association
from governance.database import Base, Instant
from governance.errors import N_, NotFound, WrongState
from governance.register import import_register
from governance.roles import Role

LIVES = dt.timedelta(hours=24)


class RegisterUpload(Base):
    __tablename__ = "register_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("association.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    uploaded_at: Mapped[dt.datetime] = mapped_column(Instant)
    imported_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    preview: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # Report.as_preview
    # The last column, for what follows a long value is slow to read; fetched when it is imported,
    # not with every page of the preview, and emptied then.
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class PreviewOutdated(WrongState):
    code = "preview-outdated"
    message = N_("The register has changed since this preview. Look at what would happen now.")


def judge(
    db: Session, association: Association, body: bytes, *, now: dt.datetime
) -> dict[str, Any]:
    """What importing these bytes would do; nothing is written. Raises Unreadable."""
    return import_register(db, association, body, now=now, dry_run=True).as_preview()


def keep(
    db: Session,
    association: Association,
    name: str,
    body: bytes,
    preview: dict[str, Any],
    *,
    by_id: int,
    now: dt.datetime,
) -> RegisterUpload:
    """Keep an upload for its confirmation; an earlier one of the same member goes."""
    roles.require(db, by_id, Role.DIRECTOR, Role.ADMINISTRATOR)
    db.execute(sa.delete(RegisterUpload).where(RegisterUpload.by_id == by_id))
    forget(db, now=now)
    kept = RegisterUpload(
        association_id=association.id,
        by_id=by_id,
        name=name,
        sha256=sha256(body).hexdigest(),
        body=body,
        preview=preview,
        uploaded_at=now,
    )
    db.add(kept)
    db.flush()
    return kept


def get(
    db: Session, association_id: int, upload_id: int, *, by_id: int, now: dt.datetime
) -> RegisterUpload:
    """Raises NotFound also where it is somebody else's, or older than a day."""
    found = db.get(RegisterUpload, upload_id)
    whose = (found.association_id, found.by_id) if found else None
    if found is None or whose != (association_id, by_id) or found.uploaded_at <= now - LIVES:
        raise NotFound(N_("This upload is gone. Choose the file again."))
    return found


def confirm(
    db: Session, association: Association, kept: RegisterUpload, *, now: dt.datetime
) -> None:
    """Import what was looked at. Raises PreviewOutdated where something else would happen now."""
    roles.require(db, kept.by_id, Role.DIRECTOR, Role.ADMINISTRATOR)
    if kept.imported_at is not None:
        return  # confirmed twice: it is done
    report = import_register(db, association, kept.body, now=now, by_id=kept.by_id)
    if report.as_preview() != kept.preview:
        raise PreviewOutdated
    db.refresh(kept)
    kept.imported_at, kept.body = now, b""
    db.flush()


def forget(db: Session, *, now: dt.datetime) -> None:
    """Delete what nobody confirmed within a day, and what was confirmed before that."""
    db.execute(sa.delete(RegisterUpload).where(RegisterUpload.uploaded_at <= now - LIVES))
