"""The notice: its draft, its approval, its issue; as a page, as a PDF, for the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import (
    agenda,
    dispatches,
    documents,
    invitation,
    meetings,
    notice_text,
    notices,
    readiness,
)
from governance.errors import N_, Invalid, NotFound
from governance.languages import LANGUAGES
from governance.meetings import Deadline, Meeting
from governance.notices import Notice, OutsideWindow
from governance.roles import Role
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.documents import BOARD, file, is_board, meeting_for
from web.render import entered, page, see

# Not what is missing before an approval, but the approval and the issue themselves.
OWN_STEPS = ("notice-not-approved", "notice-not-issued")


@dataclass(frozen=True)
class Frozen:
    """A notice as this visitor may read it; without a `notice` it is the board's draft."""

    meeting: Meeting
    notice: Notice | None
    texts: dict[str, str]


def _notice_for(db: Session, house: House, visitor: Visitor, meeting_id: int) -> Frozen:
    """What the members have been sent; what they are to be sent, for the board."""
    visitor.require()
    meeting = meeting_for(db, visitor, meeting_id)
    notice = notices.of(db, meeting_id)
    if notice is not None and (notice.issued_at or is_board(visitor)):
        return Frozen(meeting, notice, notice.texts)
    if notice is not None or not is_board(visitor):
        raise NotFound(N_("The notice has not been issued yet."))
    address = _address(visitor, meeting_id)
    texts = notices.draft(db, meeting, now=house.clock(), page=address)
    return Frozen(meeting, None, texts)


def _address(visitor: Visitor, meeting_id: int) -> str:
    return f"{visitor.base_url}/meetings/{meeting_id}"


def _chosen(texts: dict[str, str], *wishes: str) -> str:
    return next((wish for wish in wishes if wish in texts), next(iter(texts)))


@get("/meetings/{meeting_id:int}/notice", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int, language: str = "") -> Response[str]:
    return _page(house, visitor, meeting_id, language)


def _page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    language: str = "",
    *,
    form: dict[str, str] | None = None,
    error: Invalid | None = None,
    outside: OutsideWindow | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        found = _notice_for(db, house, visitor, meeting_id)
        steps = _for_the_board(db, house, visitor, found) if is_board(visitor) else {}
    chosen = _chosen(found.texts, language, visitor.language, "en")
    return page(
        visitor,
        "notices/show.html",
        status=422 if error else 409 if outside else 200,
        meeting=found.meeting,
        issue=found.notice,
        title=notice_text.title(found.meeting, chosen),
        text=found.texts[chosen],
        chosen=chosen,
        codes=list(found.texts),
        language_names=LANGUAGES,
        board=is_board(visitor),
        outside=outside,
        form=form or {"deviation": ""},
        error=error,
        **steps,
    )


def _for_the_board(db: Session, house: House, visitor: Visitor, found: Frozen) -> dict[str, Any]:
    """What the next step with the notice depends on."""
    now, items = house.clock(), agenda.items(db, found.meeting.id)
    deadlines = meetings.deadlines(found.meeting, visitor.association, items)
    lacks = readiness.missing(db, found.meeting, now=now)
    return {
        "counts": dispatches.counts(db, found.notice.id) if found.notice else None,
        "deadlines": [each for each in deadlines if each.key in ("notice", "documents")],
        "lacks": [each for each in lacks if not each.warning and each.code not in OWN_STEPS],
        "in_window": _in_window(deadlines, visitor.association.today(now)),
        "director": Role.DIRECTOR in visitor.roles,
    }


def _in_window(deadlines: Sequence[Deadline], today: dt.date) -> bool:
    windows = [each for each in deadlines if each.key == "notice"]
    return all((each.first or today) <= today <= (each.last or today) for each in windows)


@post("/meetings/{meeting_id:int}/notice/approve", sync_to_thread=True)
def approve(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        address = _address(visitor, meeting_id)
        notices.approve(db, meeting, by_id=member.id, now=house.clock(), page=address)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/notice", notice="notice-approved")


@post("/meetings/{meeting_id:int}/notice/withdraw", sync_to_thread=True)
def withdraw(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        notices.withdraw(db, meeting, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/notice", notice="notice-withdrawn")


@post("/meetings/{meeting_id:int}/notice/issue", sync_to_thread=True)
def issue(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    """Outside the window the page comes back with the reason, and asks for the board's own."""
    member = visitor.must_be(*BOARD)
    form = entered(data, "deviation")
    try:
        with house.database.writing() as db:
            notices.issue(
                db,
                house.board,
                meeting_for(db, visitor, meeting_id),
                by_id=member.id,
                now=house.clock(),
                deviation=form["deviation"],
            )
    except OutsideWindow as outside:
        # Asked for its reason already, and none was given.
        error = Invalid(N_("Write down why."), field="deviation") if "deviation" in data else None
        return _page(house, visitor, meeting_id, form=form, error=error, outside=outside)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/dispatches", notice="notice-issued")


@get("/meetings/{meeting_id:int}/notice.pdf", sync_to_thread=True)
def pdf(house: House, visitor: Visitor, meeting_id: int, language: str = "") -> Response[bytes]:
    with house.database.reading() as db:
        found = _notice_for(db, house, visitor, meeting_id)
        chosen = _chosen(found.texts, language, visitor.language, "en")
        if found.notice is None:
            text = found.texts[chosen]
            body = notices.as_pdf(db, found.meeting, text, chosen, house.clock())
            return file(body, f"draft-{meeting_id}-{chosen}.pdf", "application/pdf")
        for document in documents.of(db, meeting_id):
            if (document.kind, document.language) == ("notice", chosen):
                return file(document.body, document.name, document.media)
    raise NotFound


@get("/meetings/{meeting_id:int}/notice.json", sync_to_thread=True)
def frozen(house: House, visitor: Visitor, meeting_id: int) -> Response[bytes]:
    """The bytes whose SHA-256 stands on the board."""
    with house.database.reading() as db:
        found = _notice_for(db, house, visitor, meeting_id)
    if found.notice is None:
        raise NotFound
    body = notices.canonical(meeting_id, found.texts)
    return file(body, f"notice-{meeting_id}.json", "application/json")


@get("/meetings/{meeting_id:int}/notice.ics", sync_to_thread=True)
def calendar(house: House, visitor: Visitor, meeting_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
    entry = invitation.calendar(
        visitor.association,
        meeting,
        visitor.language,
        page=_address(visitor, meeting_id),
        # The way into the room is the members' own.
        link=meeting.link if visitor.member else "",
        now=house.clock(),
    )
    return file(entry, f"meeting-{meeting_id}.ics", "text/calendar")


handlers = [show, approve, withdraw, issue, pdf, frozen, calendar]
