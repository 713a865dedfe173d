"""Documents of a meeting: the list, the board's upload, the download."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.orm import Session

from governance import documents, meetings, notices
from governance.documents import KINDS, LARGEST, OWN, Document
from governance.errors import N_, Invalid, NotFound
from governance.languages import LANGUAGES
from governance.meetings import Meeting, MeetingState
from governance.roles import Role
from web.auth import Visitor
from web.house import House
from web.render import entered, page, see
from web.security import MOST_UPLOAD

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]

BOARD = (Role.DIRECTOR, Role.ADMINISTRATOR)
# What a browser shows without running it; anything else is saved.
SHOWN = ("application/pdf", "image/png", "image/jpeg")


def is_board(visitor: Visitor) -> bool:
    return bool(visitor.roles & set(BOARD))


def meeting_for(db: Session, visitor: Visitor, meeting_id: int) -> Meeting:
    """The meeting as this visitor may see it: until it is announced, the board alone."""
    meeting = db.get(Meeting, meeting_id)
    if meeting is None or meeting.association_id != visitor.association.id:
        raise NotFound
    if not is_board(visitor) and _is_the_boards_own(db, meeting):
        raise NotFound
    return meeting


def _is_the_boards_own(db: Session, meeting: Meeting) -> bool:
    """A draft, and what was one when it was cancelled."""
    if meeting.state is not MeetingState.CANCELLED:
        return meeting.state is MeetingState.DRAFT
    cancelled = sa.select(Meeting.id).where(Meeting.id == meeting.id)
    return db.scalar(cancelled.where(meetings.never_announced())) is not None


def may_read(db: Session, visitor: Visitor, document: Document) -> bool:
    if is_board(visitor):
        return True
    if document.kind == "notice":
        # Approved it is frozen, but nobody's yet; it may still be withdrawn.
        notice = notices.of(db, document.meeting_id)
        if notice is None or notice.issued_at is None:
            return False
    return document.public or visitor.member is not None


@get("/meetings/{meeting_id:int}/documents", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    authentic = visitor.association.languages[0]
    form = {"kind": "accounts", "language": authentic, "public": ""}
    return _page(house, visitor, meeting_id, form=form)


def _page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    *,
    form: dict[str, Any],
    error: Invalid | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        found = [each for each in documents.of(db, meeting_id) if may_read(db, visitor, each)]
    return page(
        visitor,
        "documents/list.html",
        status=422 if error else 200,
        meeting=meeting,
        documents=found,
        kinds=KINDS,
        choices=[kind for kind in KINDS if kind not in OWN],
        languages_=[(code, LANGUAGES[code]) for code in visitor.association.languages],
        megabytes=LARGEST // 1_000_000,
        board=is_board(visitor),
        form=form,
        error=error,
    )


@post(
    "/meetings/{meeting_id:int}/documents", sync_to_thread=True, request_max_body_size=MOST_UPLOAD
)
def add(house: House, visitor: Visitor, meeting_id: int, data: Upload) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, "kind", "language", "public")
    try:
        name, body = _file(data)
        media = documents.media_of(name, body)
        if form["kind"] in OWN:
            raise Invalid(N_("Choose what kind of document this is."), field="kind")
        with house.database.writing() as db:
            documents.add(
                db,
                meeting_for(db, visitor, meeting_id).id,
                form["kind"],
                form["language"],
                name,
                media,
                body,
                public=form["public"] == "yes",
                now=house.clock(),
                by_id=member.id,
            )
    except Invalid as error:
        return _page(house, visitor, meeting_id, form=form, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/documents", notice="document-added")


def _file(data: dict[str, Any]) -> tuple[str, bytes]:
    file = data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file."), field="file")
    return documents.file_name(file.filename), file.file.read()


@get("/documents/{document_id:int}", sync_to_thread=True)
def download(house: House, visitor: Visitor, document_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        document = documents.get(db, house.association_id, document_id)
        meeting_for(db, visitor, document.meeting_id)
        if not may_read(db, visitor, document):
            visitor.require()
            raise NotFound
        return file(document.body, document.name, document.media)


def file(body: bytes, name: str, media: str) -> Response[bytes]:
    """An answer that is a file: shown where a browser only draws it, else saved under its name."""
    way = "inline" if media in SHOWN else "attachment"
    written = quote(name, safe="")  # RFC 6266, RFC 8187
    return Response(
        body,
        media_type=media,
        headers={"content-disposition": f"{way}; filename*=UTF-8''{written}"},
    )


handlers = [show, add, download]
