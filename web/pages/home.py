"""The start page: which meeting is next, and what there is to do for the one who looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from litestar import Response, get
from sqlalchemy.orm import Session

from governance import minutes, motions
from governance.errors import N_
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.minutes import Minutes, MinutesState
from governance.motions import MotionState
from governance.roles import Grant, Role
from web.auth import Visitor
from web.house import House
from web.pages import meetings
from web.pages.documents import is_board
from web.pages.elections import waiting_for
from web.render import page

BEFORE_CALLED = (MeetingState.ANNOUNCED, MeetingState.APPROVED)
NEW = N_("New meeting"), "/meetings/new"
HELD = 5  # shown here; the others stand on the page of meetings


OWN = {
    MotionState.DRAFT: N_("Your motion “%(title)s” is not sent in yet."),
    MotionState.RETURNED: N_("Your motion “%(title)s” has come back from the board."),
}


@dataclass(frozen=True)
class Task:
    """Something that waits for this visitor; a msgid, its fields in `facts`."""

    message: str
    path: str
    facts: dict[str, Any] = field(default_factory=dict)


@get("/", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    now = house.clock()
    today = visitor.association.today(now)
    with house.database.reading() as db:
        ahead = meetings.coming(db, house.association_id, now)
        held, total = meetings.earlier(db, house.association_id, now, limit=HELD)
        drafts = meetings.being_prepared(db, house.association_id) if is_board(visitor) else []
        tasks = list(_tasks(db, visitor, ahead))
    return page(
        visitor,
        "home/show.html",
        under_way=[each for each in ahead if each.state in meetings.NOW],
        coming=[each for each in ahead if each.state not in meetings.NOW],
        drafts=drafts,
        tasks=tasks,
        held=held,
        more=total > HELD,
        board=is_board(visitor),
        next=_next(visitor, ahead, drafts, today),
        today=today,
    )


def _tasks(db: Session, visitor: Visitor, ahead: Sequence[Meeting]) -> Iterator[Task]:
    """Minutes in the visitor's hands, own motions that are not sent, what waits for the board."""
    if visitor.member is None:
        return
    for message, asked, path in waiting_for(db, visitor.member):
        yield Task(message, path, asked)
    yield from _writing(db, visitor.member)
    for meeting in ahead:
        if meeting.state is not MeetingState.ANNOUNCED:
            continue
        for motion in motions.of_author(db, meeting.id, visitor.member.id):
            if motion.state in OWN:
                facts: dict[str, Any] = {"title": motion.title}
                yield Task(OWN[motion.state], f"/motions/{motion.id}", facts)
        waiting = motions.of_meeting(db, meeting.id, MotionState.SUBMITTED)
        if waiting and is_board(visitor):
            facts = {"meeting": meeting.title, "count": len(waiting)}
            message = N_("Motions that wait for the board, %(meeting)s: %(count)s.")
            yield Task(message, f"/meetings/{meeting.id}/motions", facts)


def _writing(db: Session, member: Member) -> Iterator[Task]:
    """The minutes that this member is to write, to approve or to publish."""
    offices = (Role.SECRETARY, Role.CHAIR, Role.CHECKER)
    held = sa.select(Grant.meeting_id).where(
        Grant.member_id == member.id, Grant.role.in_(offices), Grant.ended_at.is_(None)
    )
    rows = sa.select(Meeting, Minutes).outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
    closed = rows.where(Meeting.id.in_(held), Meeting.state == MeetingState.CLOSED)
    for meeting, written in db.execute(closed.order_by(Meeting.starts_at, Meeting.id)):
        if message := _with_minutes(db, meeting, written, member):
            yield Task(message, f"/meetings/{meeting.id}/minutes", {"meeting": meeting.title})


def _with_minutes(
    db: Session, meeting: Meeting, written: Minutes | None, member: Member
) -> str | None:
    state = written.state if written else MinutesState.DRAFT
    if state is MinutesState.SIGNING and written:
        awaited = [each.id for each, _role in minutes.awaited(db, written)]
        return (
            N_("The minutes wait for your approval: %(meeting)s.") if member.id in awaited else None
        )
    if not minutes.writes(db, meeting.id, member.id):
        return None
    return {
        MinutesState.DRAFT: N_("The minutes are yours to write: %(meeting)s."),
        MinutesState.APPROVED: N_("The minutes are approved and can be published: %(meeting)s."),
    }.get(state)


def _next(
    visitor: Visitor, ahead: Sequence[Meeting], drafts: Sequence[Meeting], today: dt.date
) -> tuple[str, str] | None:
    """The page's one filled button: its words, and where it leads."""
    for meeting in ahead:
        if meeting.state in meetings.NOW:
            return N_("Go to the meeting"), f"/meetings/{meeting.id}"
    if visitor.member is None:
        return N_("Log in"), "/login"
    for meeting in ahead:
        starts = visitor.association.today(meeting.starts_at)
        if meeting.state is MeetingState.CALLED and starts <= today:
            return N_("Check in to the meeting"), f"/meetings/{meeting.id}"
    if is_board(visitor):
        return _of_the_board(ahead, drafts) or _of_a_member(ahead, today) or NEW
    return _of_a_member(ahead, today)


def _of_the_board(ahead: Sequence[Meeting], drafts: Sequence[Meeting]) -> tuple[str, str] | None:
    preparing = [each for each in ahead if each.state in BEFORE_CALLED]
    for meeting in (*drafts, *preparing):
        return N_("Go on preparing the meeting"), f"/meetings/{meeting.id}/board"
    return None


def _of_a_member(ahead: Sequence[Meeting], today: dt.date) -> tuple[str, str] | None:
    for meeting in ahead:
        if meeting.state is MeetingState.CALLED:
            return N_("Read the notice"), f"/meetings/{meeting.id}/notice"
        if meeting.state is MeetingState.ANNOUNCED and today <= meeting.motions_close:
            return N_("Write a motion"), f"/meetings/{meeting.id}/motions/new"
    return None


handlers = [show]
