"""The steps of the minutes: drafted, signed, approved or sent back, published, corrected."""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from governance import minutes, minutes_published
from governance.errors import Invalid, NotFound
from governance.minutes import MinutesState
from governance.naming import NamesSomeone
from governance.roles import Role
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.documents import meeting_for
from web.pages.minutes import begun, minutes_page
from web.render import entered, see


@post("/meetings/{meeting_id:int}/minutes/draft", sync_to_thread=True)
def draft(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        minutes.draft(db, house.board, meeting, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes/edit", notice="minutes-drafted")


@post("/meetings/{meeting_id:int}/minutes/sign", sync_to_thread=True)
def sign(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    """Where the public version names somebody the page says whom, and leads to the paragraph."""
    member = visitor.require()
    try:
        with house.database.writing() as db:
            written = begun(db, visitor, meeting_id)
            minutes.sign(db, house.board, written, by_id=member.id, now=house.clock())
    except (NamesSomeone, minutes.NoChecker) as error:
        return minutes_page(house, visitor, meeting_id, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes", notice="minutes-signed")


@post("/meetings/{meeting_id:int}/minutes/officers", sync_to_thread=True)
def record_late(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    """The chair or a checker whom the meeting elected and nobody recorded."""
    member = visitor.require()
    form = entered(data, "office", "number")
    try:
        with house.database.writing() as db:
            written = begun(db, visitor, meeting_id)
            if form["office"] not in list(Role):
                raise NotFound
            minutes.record_late(
                db,
                written,
                Role(form["office"]),
                form["number"],
                by_id=member.id,
                now=house.clock(),
            )
    except Invalid as error:
        return minutes_page(house, visitor, meeting_id, form=form, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes", notice="officers-recorded")


@post("/meetings/{meeting_id:int}/minutes/approve", sync_to_thread=True)
def approve(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    read = entered(data, "sha256")["sha256"]
    with house.database.writing() as db:
        written = begun(db, visitor, meeting_id)
        minutes.approve(db, written, read, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    last = written.state is MinutesState.APPROVED
    notice = "minutes-approved" if last else "minutes-checked"
    return see(f"/meetings/{meeting_id}/minutes", notice=notice)


@post("/meetings/{meeting_id:int}/minutes/send-back", sync_to_thread=True)
def send_back(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    form = entered(data, "fault")
    try:
        with house.database.writing() as db:
            written = begun(db, visitor, meeting_id)
            minutes.send_back(db, written, form["fault"], by_id=member.id, now=house.clock())
    except Invalid as error:
        return minutes_page(house, visitor, meeting_id, form=form, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes", notice="minutes-sent-back")


@post("/meetings/{meeting_id:int}/minutes/publish", sync_to_thread=True)
def publish(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        written = begun(db, visitor, meeting_id)
        minutes_published.publish(db, house.board, written, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes", notice="minutes-published")


@post("/meetings/{meeting_id:int}/minutes/addenda", sync_to_thread=True)
def correct(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    form = entered(data, "text", "public_text")
    try:
        with house.database.writing() as db:
            written = begun(db, visitor, meeting_id)
            minutes_published.correct(
                db,
                house.board,
                written,
                form["text"],
                form["public_text"],
                by_id=member.id,
                now=house.clock(),
            )
    except Invalid as error:
        return minutes_page(house, visitor, meeting_id, form=form, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/minutes", notice="minutes-corrected")


handlers = [draft, sign, record_late, approve, send_back, publish, correct]
