"""The board's room: everything between a draft and an issued notice on one page."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import agenda, dispatches, documents, meetings, motions, notices, readiness
from governance.errors import N_, Invalid, WrongState
from governance.meetings import NEXT, Meeting, MeetingState
from web import steps
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.documents import BOARD, meeting_for
from web.pages.meetings import CHANGEABLE, KINDS
from web.pages.motions import OPINIONS
from web.render import entered, page, see
from web.steps import Standing

MOST_MOTIONS = 10  # shown here; the others stand on the page of motions


@get("/meetings/{meeting_id:int}/board", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        standing = _standing(db, house, visitor, meeting)
        papers = documents.of(db, meeting_id)
    return page(
        visitor,
        "meetings/board.html",
        meeting=meeting,
        standing=standing,
        step=steps.next_step(standing),
        deadlines=[(each, *steps.mark(each, standing)) for each in standing.deadlines],
        documents=papers,
        document_kinds=documents.KINDS,
        kinds=KINDS,
        opinions=OPINIONS,
        most_motions=MOST_MOTIONS,
        changeable=meeting.state in CHANGEABLE,
        cancellable=MeetingState.CANCELLED in NEXT[meeting.state],
    )


def _standing(db: Session, house: House, visitor: Visitor, meeting: Meeting) -> Standing:
    now = house.clock()
    notice = notices.of(db, meeting.id)
    items = agenda.items(db, meeting.id)
    return Standing(
        meeting=meeting,
        items=items,
        deadlines=meetings.deadlines(meeting, visitor.association, items),
        motions=motions.of_meeting(db, meeting.id),
        missing=readiness.missing(db, meeting, now=now),
        notice=notice,
        letters=dispatches.counts(db, notice.id) if notice and notice.issued_at else None,
        starts=visitor.association.today(meeting.starts_at),
        today=visitor.association.today(now),
        now=now,
    )


@post("/meetings/{meeting_id:int}/announce", sync_to_thread=True)
def announce(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        meetings.announce(db, meeting, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/board", notice="meeting-announced")


@get("/meetings/{meeting_id:int}/cancel", sync_to_thread=True)
def ask(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    """Cancelling cannot be taken back, so it has a page of its own and asks for the reason."""
    visitor.must_be(*BOARD)
    return _cancel_page(house, visitor, meeting_id, {"reason": ""})


def _cancel_page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    form: dict[str, str],
    error: Invalid | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        if MeetingState.CANCELLED not in NEXT[meeting.state]:
            raise WrongState(N_("A meeting that has begun is not cancelled, but closed."))
        notice = notices.of(db, meeting_id)
    return page(
        visitor,
        "meetings/cancel.html",
        status=422 if error else 200,
        meeting=meeting,
        issued=notice is not None and notice.issued_at is not None,
        form=form,
        error=error,
    )


@post("/meetings/{meeting_id:int}/cancel", sync_to_thread=True)
def cancel(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, "reason")
    try:
        if not form["reason"]:
            raise Invalid(N_("Write down why the meeting is cancelled."), field="reason")
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            dispatches.call_off(db, meeting, form["reason"], by_id=member.id, now=house.clock())
    except Invalid as error:
        return _cancel_page(house, visitor, meeting_id, form, error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/board", notice="meeting-cancelled")


handlers = [show, announce, ask, cancel]
