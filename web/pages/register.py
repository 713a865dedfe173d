"""Importing the register: upload, look at what would happen, confirm."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from governance import documents, register_upload
from governance.errors import N_, Invalid
from governance.register_file import HEADING, NEEDED
from governance.register_report import MESSAGES
from governance.register_upload import PreviewOutdated
from web.auth import Visitor
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import BOARD
from web.render import page, see
from web.security import MOST_UPLOAD

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]

ON_A_PAGE = 50
FIELDS = {
    "": N_("The whole row"),
    "number": N_("Member number"),
    "given_name": N_("First name"),
    "family_name": N_("Last name"),
    "email": N_("E-mail address"),
    "country": N_("Country"),
    "place": N_("Town"),
    "language": N_("Language"),
    "joined": N_("Member from"),
    "left": N_("Member until"),
    "skills": N_("Skills"),
    "by_post": N_("By post"),
}
SHOWN = {
    "refused": N_("Refused"),
    "warnings": N_("Noted"),
    "new": N_("New"),
    "changed": N_("Changed"),
}


@get("/members/import", sync_to_thread=True)
def show(visitor: Visitor) -> Response[str]:
    visitor.must_be(*BOARD)
    return _form(visitor)


def _form(visitor: Visitor, error: Invalid | None = None) -> Response[str]:
    return page(
        visitor,
        "members/import.html",
        status=422 if error else 200,
        headings=_headings(),
        fields=FIELDS,
        megabytes=MOST_UPLOAD // 1_000_000,
        error=error,
    )


def _headings() -> list[tuple[str, str]]:
    """Field and heading of each column that is read, those that are needed first."""
    return sorted(HEADING.items(), key=lambda pair: pair[0] not in NEEDED)


@post("/members/import", sync_to_thread=True, request_max_body_size=MOST_UPLOAD)
def upload(house: House, visitor: Visitor, data: Upload) -> Response[Any]:
    """Read the file and keep it with what it would do. Nothing of the register is written."""
    member = visitor.must_be(*BOARD)
    now = house.clock()
    try:
        name, body = _file(data)
        # Read apart from the transaction that keeps it: a large file would hold up a vote.
        with house.database.reading() as db:
            preview = register_upload.judge(db, visitor.association, body, now=now)
    except Invalid as error:
        return _form(visitor, error)
    with house.database.writing() as db:
        kept = register_upload.keep(
            db, visitor.association, name, body, preview, by_id=member.id, now=now
        )
    return see(f"/members/import/{kept.id}")


def _file(data: dict[str, Any]) -> tuple[str, bytes]:
    file = data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file."), field="file")
    return documents.file_name(file.filename), file.file.read()


@get("/members/import/{upload_id:int}", sync_to_thread=True)
def preview(
    house: House, visitor: Visitor, upload_id: int, which: str = "", number: int = 1
) -> Response[str]:
    return _preview(house, visitor, upload_id, which=which, number=number)


def _preview(
    house: House,
    visitor: Visitor,
    upload_id: int,
    *,
    which: str = "",
    number: int = 1,
    outdated: PreviewOutdated | None = None,
) -> Response[str]:
    member = visitor.must_be(*BOARD)
    with house.database.reading() as db:
        kept = register_upload.get(
            db, house.association_id, upload_id, by_id=member.id, now=house.clock()
        )
    listed = kept.preview["listed"]
    if which not in SHOWN:
        # What asks for a hand first.
        which = next((kind for kind in SHOWN if listed[kind]), "new")
    rows, start = listed[which], (min(max(number, 1), 1_000) - 1) * ON_A_PAGE
    path = f"/members/import/{upload_id}?which={which}"
    return page(
        visitor,
        "members/preview.html",
        status=409 if outdated else 200,
        kept=kept,
        counts=kept.preview,
        rows=rows[start : start + ON_A_PAGE],
        listed=len(rows),
        which=which,
        shown=SHOWN,
        fields=FIELDS,
        messages=MESSAGES,
        pages=Pages(number, -(-len(rows) // ON_A_PAGE), path),
        error=outdated,
    )


@post("/members/import/{upload_id:int}", sync_to_thread=True)
def confirm(house: House, visitor: Visitor, upload_id: int) -> Response[Any]:
    """Import what was looked at; where something else would happen now, show that first."""
    member = visitor.must_be(*BOARD)
    now = house.clock()
    try:
        with house.database.writing() as db:
            kept = register_upload.get(
                db, house.association_id, upload_id, by_id=member.id, now=now
            )
            register_upload.confirm(db, visitor.association, kept, now=now)
    except PreviewOutdated as outdated:
        with house.database.writing() as db:
            kept = register_upload.get(
                db, house.association_id, upload_id, by_id=member.id, now=now
            )
            kept.preview = register_upload.judge(db, visitor.association, kept.body, now=now)
        return _preview(house, visitor, upload_id, outdated=outdated)
    return see(f"/members/import/{upload_id}", notice="members-imported")


handlers = [show, upload, preview, confirm]
