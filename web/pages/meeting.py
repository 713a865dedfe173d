"""The meeting as a member follows it: what happens now, the vote, who is here, the agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from sqlalchemy.orm import Session

from governance import (
    agenda,
    attendance,
    documents,
    elections,
    electoral_boards,
    members,
    minutes,
    polls,
    presiding,
    problems,
    roll,
    rulebook,
    secret,
)
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.attendance import DOORS_OPEN, Attendance, Presence
from governance.errors import N_, Invalid
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.minutes import MinutesState
from governance.motions import Motion
from governance.polls import Poll, PollKind, PollState
from governance.presiding import AT_THE_DOOR
from governance.problems import READERS
from governance.roles import Role
from web import results
from web.auth import Visitor
from web.house import House
from web.pages.documents import is_board, may_read, meeting_for
from web.pages.polls import Box, Own, box, own
from web.render import page, see

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

GOING_ON = (MeetingState.OPEN, MeetingState.ADJOURNED)


@dataclass(frozen=True)
class Line:
    """An item of the agenda and the votes that were taken on it."""

    item: AgendaItem
    polls: list[Poll]


@dataclass(frozen=True, kw_only=True)
class Now:
    """What the meeting is doing at this moment."""

    item: AgendaItem | None
    motion: Motion | None
    poll: Poll | None  # the one that is open, else the last one on this item
    own: Own | None  # the same, as it lies before the visitor
    box: Box | None  # of the one that is open


@dataclass(frozen=True, kw_only=True)
class Here:
    """Who is in the meeting, and whether the visitor is."""

    counts: attendance.Counts
    roll: roll.Roll | None
    stay: Attendance | None
    doors_open: bool
    quorum: int | None  # how many have to be present; None: however few decide
    members: int | None  # of whom


@dataclass(frozen=True)
class Duty:
    """What the visitor, a trustee of the meeting's electoral board, is to do for it."""

    board_id: int
    makes_key: bool  # their device has to make or check its part
    opens: bool  # a closed secret vote waits for their part


@get("/meetings/{meeting_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    now = house.clock()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        # Whoever is no member reads what was decided, and does not follow a meeting that goes on:
        # outsiders need everybody's leave (6:8).
        inside = visitor.member is not None or meeting.state is MeetingState.CLOSED
        taken = polls.of_meeting(db, meeting_id) if inside else []
        lines = _agenda(db, meeting_id, taken) if inside else []
        here = _here(db, visitor, meeting, lines, now) if visitor.member else None
        happening = _now(db, house, visitor, meeting, lines) if here else None
        facts = _links(db, visitor, meeting)
    return page(
        visitor,
        "meetings/show.html",
        meeting=meeting,
        lines=lines,
        here=here,
        now=happening,
        result=results.of(happening.poll, visitor.language)
        if happening and happening.poll
        else None,
        needed=results.NEEDED,
        kinds=documents.KINDS,
        today=visitor.association.today(now),
        starts_on=visitor.association.today(meeting.starts_at),
        **facts,
    )


def _agenda(db: Session, meeting_id: int, taken: Sequence[Poll]) -> list[Line]:
    return [
        Line(item, [poll for poll in taken if poll.item_id == item.id])
        for item in agenda.items(db, meeting_id)
    ]


def _now(
    db: Session, house: House, visitor: Visitor, meeting: Meeting, lines: list[Line]
) -> Now | None:
    if meeting.state not in GOING_ON:
        return None
    opened = [poll for line in lines for poll in line.polls if poll.state is PollState.OPEN]
    current = next((line for line in lines if line.item.id == meeting.current_item_id), None)
    last = current.polls[-1:] if current else []
    poll = next(iter(opened or last), None)
    item = current.item if current else None
    return Now(
        item=item,
        motion=db.get(Motion, item.motion_id) if item and item.motion_id else None,
        poll=poll,
        own=own(db, visitor, poll) if poll else None,
        box=box(db, house, opened[0]) if opened else None,
    )


def _here(
    db: Session, visitor: Visitor, meeting: Meeting, lines: list[Line], now: dt.datetime
) -> Here:
    member = visitor.require()
    asked = _quorum(visitor.association, meeting, lines)
    total = None
    if asked is not None:
        total = members.count(db, meeting.association_id, visitor.association.today(now))
    return Here(
        counts=attendance.count(db, meeting.id),
        roll=roll.latest(db, meeting.id),
        stay=attendance.stay(db, meeting.id, member.id),
        doors_open=_doors_open(visitor.association, meeting, now),
        quorum=-(-total * asked[0] // asked[1]) if asked and total is not None else None,
        members=total,
    )


def _quorum(
    association: Association, meeting: Meeting, lines: list[Line]
) -> tuple[int, int] | None:
    """What share of the members the current item's majority asks to be present, if any."""
    items = (line.item for line in lines)
    current = next((each for each in items if each.id == meeting.current_item_id), None)
    majorities = rulebook.of(association).majorities
    majority = majorities.get(current.majority if current else "ordinary")
    return majority.rule.quorum if majority else None


def _doors_open(association: Association, meeting: Meeting, now: dt.datetime) -> bool:
    """A meeting is called weeks ahead; its page offers to check in on its day."""
    on_its_day = association.today(now) >= association.today(meeting.starts_at)
    return meeting.state in DOORS_OPEN and (on_its_day or meeting.state is not MeetingState.CALLED)


def _links(db: Session, visitor: Visitor, meeting: Meeting) -> dict[str, Any]:
    """What else there is about the meeting, and the pages that go with the visitor's roles."""
    held = visitor.roles_in(meeting.id)
    member = visitor.member
    written = minutes.of_meeting(db, meeting.id)
    readable = [each for each in documents.of(db, meeting.id) if may_read(db, visitor, each)]
    return {
        "documents": readable,
        "elections": {item.id: made for made, item in elections.of_meeting(db, meeting.id)},
        "minutes": written,
        "published": written is not None and written.state is MinutesState.PUBLISHED,
        "secretary": bool(held & {Role.SECRETARY, Role.CHAIR, Role.CHECKER}),
        "chairs": presiding.leads(db, meeting.id, held),
        "duty": _duty(db, meeting, member) if member is not None else None,
        "at_the_door": bool(held & set(AT_THE_DOOR)),
        "board": is_board(visitor),
        "reads_reports": bool(held & set(READERS)),
        "reports": problems.count(db, meeting.id) if held & set(READERS) else 0,
    }


def _duty(db: Session, meeting: Meeting, member: Member) -> Duty | None:
    board = electoral_boards.standing(db, meeting.id)
    trustee = electoral_boards.trustee_of(db, board.id, member.id) if board else None
    if board is None or trustee is None:
        return None
    poll = polls.unfinished(db, meeting.id)
    opens = poll is not None and poll.kind is PollKind.SECRET_BALLOT
    if poll is not None and opens:
        given = {each.number for each in secret.openings(db, poll)}
        waits = poll.state is PollState.CLOSED and poll.result is None
        opens = waits and trustee.number not in given and trustee.lost_at is None
    return Duty(board.id, trustee.checked_at is None, opens)


@post("/meetings/{meeting_id:int}/check-in", sync_to_thread=True)
def check_in(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Redirect:
    presence = _presence(str(data.get("presence") or ""))
    member = visitor.require()
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        myself = db.get_one(Member, member.id)
        attendance.arrive(db, meeting, myself, presence, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}", notice="checked-in")


def _presence(word: str) -> Presence:
    if word not in list(Presence):
        raise Invalid(N_("Say whether you are in the room or online."), field="presence")
    return Presence(word)


@post("/meetings/{meeting_id:int}/check-out", sync_to_thread=True)
def check_out(house: House, visitor: Visitor, meeting_id: int) -> Redirect:
    member = visitor.require()
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        myself = db.get_one(Member, member.id)
        attendance.leave(db, meeting, myself, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}", notice="checked-out")


handlers = [show, check_in, check_out]
