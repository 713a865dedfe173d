"""The check-in desk: find a member, one tap as they come, one as they leave; who is here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.orm import Session

from governance import attendance, members, presiding
from governance.attendance import DOORS_OPEN, Attendance, Presence
from governance.meetings import Meeting
from governance.members import Member
from web.auth import Visitor
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import meeting_for
from web.render import page, see

ON_A_PAGE = 30
MOST_NUMBER = 100_000


@dataclass(frozen=True)
class Line:
    """A member as the desk sees them."""

    member: Member
    here: Attendance | None
    may_come: bool  # a member on this day

    @property
    def online(self) -> bool:
        return self.here is not None and self.here.presence is Presence.ONLINE


def _at_the_door(db: Session, visitor: Visitor, meeting_id: int) -> tuple[Meeting, Member]:
    member = visitor.require()
    meeting = meeting_for(db, visitor, meeting_id)
    presiding.require_at_the_door(db, meeting_id, member.id)
    return meeting, member


@get("/meetings/{meeting_id:int}/desk", sync_to_thread=True)
def show(
    house: House, visitor: Visitor, meeting_id: int, q: str = "", number: int = 1, last: int = 0
) -> Response[str]:
    q, number = q.strip(), min(max(number, 1), MOST_NUMBER)
    today = visitor.association.today(house.clock())
    with house.database.reading() as db:
        meeting, _ = _at_the_door(db, visitor, meeting_id)
        counts = attendance.count(db, meeting_id)
        found, matches = _found(db, meeting, q, number)
        lines = _lines(db, meeting, found, today)
        just_now = _lines(db, meeting, _one(db, meeting, last), today)
        total = members.count(db, meeting.association_id, today)
    return page(
        visitor,
        "desk/show.html",
        meeting=meeting,
        doors_open=meeting.state in DOORS_OPEN,
        counts=counts,
        members=total,
        q=q,
        matches=matches,
        lines=lines,
        just_now=just_now,
        pages=Pages(
            number,
            -(-matches // ON_A_PAGE),
            f"/meetings/{meeting_id}/desk?{urlencode({'q': q})}",
        ),
    )


def _found(db: Session, meeting: Meeting, q: str, number: int) -> tuple[list[Member], int]:
    """A page of whoever matches the words; without words, of who is here. And how many in all."""
    start = (number - 1) * ON_A_PAGE
    if q:
        return members.search(db, meeting.association_id, q, offset=start, limit=ON_A_PAGE)
    arrived = attendance.arrivals(db, meeting.id, offset=start, limit=ON_A_PAGE)
    return [member for member, _ in arrived], attendance.count(db, meeting.id).total


def _one(db: Session, meeting: Meeting, member_id: int) -> list[Member]:
    """Whom the desk has just checked in or out."""
    member = db.get(Member, member_id) if member_id else None
    return [member] if member and member.association_id == meeting.association_id else []


def _lines(db: Session, meeting: Meeting, found: list[Member], today: dt.date) -> list[Line]:
    here = attendance.stays(db, meeting.id, [each.id for each in found])
    return [Line(each, here.get(each.id), each.is_member_on(today)) for each in found]


@post("/meetings/{meeting_id:int}/desk/{member_id:int}/check-in", sync_to_thread=True)
def check_in(house: House, visitor: Visitor, meeting_id: int, member_id: int) -> Redirect:
    with house.database.writing() as db:
        meeting, by = _at_the_door(db, visitor, meeting_id)
        member = members.get(db, house.association_id, member_id)
        attendance.arrive(db, meeting, member, Presence.ROOM, by_id=by.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/desk?last={member_id}")


@post("/meetings/{meeting_id:int}/desk/{member_id:int}/check-out", sync_to_thread=True)
def check_out(house: House, visitor: Visitor, meeting_id: int, member_id: int) -> Redirect:
    with house.database.writing() as db:
        meeting, by = _at_the_door(db, visitor, meeting_id)
        member = members.get(db, house.association_id, member_id)
        attendance.leave(db, meeting, member, by_id=by.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/desk?last={member_id}")


handlers: list[Any] = [show, check_in, check_out]
