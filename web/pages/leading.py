"""The chair's steps with the meeting: opening, breaks, items, officers, the roll, the close."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from litestar import Response, post
from sqlalchemy.orm import Session

from governance import agenda, members, presiding, roll
from governance.errors import N_, Invalid, NotFound
from governance.meetings import Meeting, MeetingState
from web.auth import Visitor
from web.forms import Form, numbers
from web.house import House
from web.pages.chair import Asked, office_of, take
from web.rostrum import Step


@post("/meetings/{meeting_id:int}/open", sync_to_thread=True)
def open_meeting(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        if meeting.state is not MeetingState.OPEN:
            presiding.open_meeting(db, meeting, by_id=by_id, now=now)
        return "meeting-opened"

    return take(house, visitor, meeting_id, act)


@post("/meetings/{meeting_id:int}/adjourn", sync_to_thread=True)
def adjourn(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        if meeting.state is not MeetingState.ADJOURNED:
            presiding.adjourn(db, meeting, by_id=by_id, now=now)
        return "meeting-adjourned"

    return take(house, visitor, meeting_id, act)


@post("/meetings/{meeting_id:int}/resume", sync_to_thread=True)
def resume(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        if meeting.state is not MeetingState.OPEN:
            presiding.resume(db, meeting, by_id=by_id, now=now)
        return "meeting-resumed"

    # After too long a break the close is what is left to do.
    return take(house, visitor, meeting_id, act, asked=Asked(panel=Step.CLOSE_MEETING))


@post("/meetings/{meeting_id:int}/close-meeting", sync_to_thread=True)
def close_meeting(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        if meeting.state is not MeetingState.CLOSED:
            presiding.close_meeting(db, meeting, by_id=by_id, now=now)
        return "meeting-closed"

    return take(house, visitor, meeting_id, act)


@post("/meetings/{meeting_id:int}/items/{item_id:int}/take-up", sync_to_thread=True)
def take_up(house: House, visitor: Visitor, meeting_id: int, item_id: int) -> Response[Any]:
    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        item = agenda.get(db, meeting.id, item_id)
        presiding.take_up(db, meeting, item, by_id=by_id, now=now)
        return ""

    return take(house, visitor, meeting_id, act)


@post("/meetings/{meeting_id:int}/officers", sync_to_thread=True)
def elect(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    office = office_of(str(data.get("office", "")))
    if office is None:
        raise NotFound
    chosen = numbers(data.get("chosen"))

    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        if not chosen:
            raise Invalid(N_("Choose at least one person."), field="q")
        elected = [members.get(db, meeting.association_id, each) for each in chosen]
        presiding.elect(db, meeting, office, elected, by_id=by_id, now=now)
        return "officers-recorded"

    asked = Asked(panel=Step.OFFICERS, office=office, chosen=chosen)
    return take(house, visitor, meeting_id, act, asked=asked)


@post("/meetings/{meeting_id:int}/roll", sync_to_thread=True)
def approve_roll(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    seen = str(data.get("seen", ""))

    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        standing = roll.latest(db, meeting.id)
        # Sent twice, the form approves one version: the one after that which was on the page.
        if str(standing.version if standing else 0) != seen:
            return ""
        roll.approve(db, house.board, meeting, by_id=by_id, now=now, chance=secrets.token_bytes)
        return "roll-approved"

    asked = Asked(panel=Step.ROLL)
    return take(house, visitor, meeting_id, act, asked=asked)


handlers: list[Any] = [
    open_meeting,
    adjourn,
    resume,
    close_meeting,
    take_up,
    elect,
    approve_roll,
]
