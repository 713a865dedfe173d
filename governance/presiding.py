"""Presiding: who leads a meeting, opens, adjourns and closes it, and takes up its items.

Also who may stand at its door, and whom it elects to office.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import journal, meetings, polling, roles, rulebook
from governance.agenda import AgendaItem, ItemState
from governance.errors import N_, NotAllowed, NotFound, Refused, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.roles import Grant, Role

OFFICES = (Role.CHAIR, Role.SECRETARY, Role.CHECKER, Role.TELLER)  # given by the meeting itself
SINGLE = (Role.CHAIR, Role.SECRETARY)  # held by one at a time
AT_THE_DOOR = (Role.CHAIR, Role.SECRETARY, Role.TELLER, Role.DIRECTOR, Role.ADMINISTRATOR)


class NotPresiding(NotAllowed):
    message = N_("Only the meeting's chair can do this.")


class TooEarly(WrongState):
    code = "too-early"
    message = N_("The meeting is called for %(starts_at)s; it cannot be opened before.")


class NeedsNotice(Refused):
    code = "needs-notice"
    message = N_(
        "The meeting was adjourned on %(day)s. After %(weeks)s weeks it does not go on without a "
        "notice (%(paragraph)s): close it, and call a continued meeting."
    )


class VoteUnderWay(WrongState):
    code = "vote-under-way"
    message = N_("A vote is not finished. Close and declare it first, or declare it void.")


def presides(db: Session, meeting_id: int, member_id: int) -> bool:
    """The chair; until the meeting has elected one, whoever of the board opens it (6:26, 6:28)."""
    return leads(db, meeting_id, roles.held(db, member_id, meeting_id))


def leads(db: Session, meeting_id: int, held: Set[Role]) -> bool:
    """Whether somebody with these roles presides."""
    if Role.CHAIR in held:
        return True
    return Role.DIRECTOR in held and not roles.holders(db, Role.CHAIR, meeting_id=meeting_id)


def require(db: Session, meeting_id: int, member_id: int) -> None:
    if not presides(db, meeting_id, member_id):
        raise NotPresiding


def require_at_the_door(db: Session, meeting_id: int, member_id: int) -> None:
    roles.require(db, member_id, *AT_THE_DOOR, meeting_id=meeting_id)


def officers(db: Session, meeting_id: int) -> dict[Role, list[Member]]:
    """Who holds each of the meeting's offices; an office without anybody has an empty list."""
    return {office: roles.holders(db, office, meeting_id=meeting_id) for office in OFFICES}


def open_meeting(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """Open a meeting that has been called, at the time that the notice gives or later (6:26)."""
    require(db, meeting.id, by_id)
    hold(db, meeting)
    _must_be(meeting, MeetingState.CALLED)
    if now < meeting.starts_at:
        raise TooEarly(starts_at=meeting.starts_at)
    meetings.move(db, meeting, MeetingState.OPEN, now=now, by_id=by_id)
    meeting.opened_at = now
    db.flush()


def adjourn(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """Break off for a while. Refused while a vote is unfinished: after too long a break nobody
    could declare it any more."""
    require(db, meeting.id, by_id)
    hold(db, meeting)
    if polling.unfinished(db, meeting.id) is not None:
        raise VoteUnderWay
    meetings.move(db, meeting, MeetingState.ADJOURNED, now=now, by_id=by_id)
    db.flush()


def resume(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """Go on after a break. Raises NeedsNotice after four weeks (6:13)."""
    require(db, meeting.id, by_id)
    hold(db, meeting)
    _must_be(meeting, MeetingState.ADJOURNED)
    _check_break(db, meeting, now)
    meetings.move(db, meeting, MeetingState.OPEN, now=now, by_id=by_id)
    db.flush()


def _check_break(db: Session, meeting: Meeting, now: dt.datetime) -> None:
    breaks = sa.select(JournalEntry.at).where(
        JournalEntry.meeting_id == meeting.id, JournalEntry.act == "meeting.adjourned"
    )
    adjourned = db.scalar(breaks.order_by(JournalEntry.id.desc()).limit(1))
    if adjourned is None:
        return
    limit = rulebook.of(meeting.association).adjournment
    day = meeting.association.today(adjourned)
    if meeting.association.today(now) >= day + dt.timedelta(weeks=limit.length):
        raise NeedsNotice(day=day, weeks=limit.length, paragraph=limit.paragraph)


def close_meeting(db: Session, meeting: Meeting, *, by_id: int, now: dt.datetime) -> None:
    """End it for good. Refused while a vote is open or not declared."""
    require(db, meeting.id, by_id)
    hold(db, meeting)
    if polling.unfinished(db, meeting.id) is not None:
        raise VoteUnderWay
    meetings.move(db, meeting, MeetingState.CLOSED, now=now, by_id=by_id)
    _finish_current(db, meeting)
    meeting.current_item_id = None
    meeting.closed_at = now
    db.flush()


def take_up(
    db: Session, meeting: Meeting, item: AgendaItem, *, by_id: int, now: dt.datetime
) -> None:
    """Make it the item that everybody's page shows; the one before it is done.

    An item that is done can be taken up again. Refused while a vote of another item is unfinished.
    """
    require(db, meeting.id, by_id)
    hold(db, meeting)
    if item.meeting_id != meeting.id:
        raise NotFound
    if meeting.state is not MeetingState.OPEN:
        raise WrongState(N_("The meeting is not open."))
    if meeting.current_item_id == item.id:
        return
    if polling.unfinished(db, meeting.id) is not None:
        raise VoteUnderWay
    _finish_current(db, meeting)
    item.state = ItemState.CURRENT
    meeting.current_item_id = item.id
    db.flush()
    journal.record(
        db,
        "item.taken-up",
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"item:{item.id}",
        now=now,
    )


def hold(db: Session, meeting: Meeting) -> None:
    """Until the transaction ends nobody else moves this meeting; what it says is read anew."""
    db.flush()
    # Not against those who refer to it: they hold the log, which this transaction may want next.
    db.refresh(meeting, with_for_update={"key_share": True})


def _must_be(meeting: Meeting, state: MeetingState) -> None:
    if meeting.state is not state:
        raise WrongState


def _finish_current(db: Session, meeting: Meeting) -> None:
    if meeting.current_item_id is not None:
        db.get_one(AgendaItem, meeting.current_item_id).state = ItemState.DONE


def elect(
    db: Session,
    meeting: Meeting,
    office: Role,
    elected: Sequence[Member],
    *,
    by_id: int,
    now: dt.datetime,
) -> None:
    """Record whom the meeting has elected; whoever held the office and is not among them leaves.

    A checker may not be the chair: the minutes are signed by the chair and somebody else (6:39).
    """
    require(db, meeting.id, by_id)
    if meeting.state is not MeetingState.OPEN:
        raise WrongState(N_("The meeting is not open."))
    if office not in OFFICES:
        raise NotAllowed
    if office in SINGLE and len(elected) != 1:
        raise WrongState(N_("Choose one person."))
    _check_checkers(db, meeting, office, elected)
    chosen = {member.id for member in elected}
    standing = sa.select(Grant).where(
        Grant.meeting_id == meeting.id, Grant.role == office, Grant.ended_at.is_(None)
    )
    for grant in db.scalars(standing).all():
        if grant.member_id not in chosen:
            roles.end(db, grant, now=now, by_id=by_id)
    db.flush()
    for member in elected:
        roles.grant(db, member, office, now=now, by_id=by_id, meeting_id=meeting.id)


def _check_checkers(db: Session, meeting: Meeting, office: Role, elected: Sequence[Member]) -> None:
    other = {Role.CHAIR: Role.CHECKER, Role.CHECKER: Role.CHAIR}.get(office)
    if other is None:
        return
    holders = {member.id for member in roles.holders(db, other, meeting_id=meeting.id)}
    if holders & {member.id for member in elected}:
        raise WrongState(N_("The chair cannot be a checker of the minutes as well (6:39)."))
