"""Dissent: a member's reservation against a decision, recorded on request."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import polling, presiding, texts
from governance.attendance import Attendance
from governance.errors import N_, NotAllowed, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.polling import Dissent, Poll, PollState, PollVoter

LONGEST = 2_000  # characters


class TookNoPart(NotAllowed):
    message = N_("Only who took part in a decision can dissent from it.")


def dissent(
    db: Session,
    poll: Poll,
    member: Member,
    text: str,
    *,
    now: dt.datetime,
    by_id: int | None = None,
) -> Dissent:
    """Record that the member dissents, before the meeting ends; said again it is said anew.

    `by_id` is the chair's, who writes it down for somebody in the room; else the member does.
    """
    by_id = member.id if by_id is None else by_id
    if by_id != member.id:
        presiding.require(db, poll.meeting_id, by_id)
    polling.hold(db, poll)
    if poll.state is not PollState.DECLARED:
        raise WrongState(N_("Nothing has been decided yet."))
    meeting = db.get_one(Meeting, poll.meeting_id)
    if meeting.state not in (MeetingState.OPEN, MeetingState.ADJOURNED):
        raise WrongState(N_("The meeting is over: a dissent is recorded before it ends."))
    if member.id not in _took_part(db, poll):
        raise TookNoPart
    found = db.scalar(
        sa.select(Dissent).where(Dissent.poll_id == poll.id, Dissent.member_id == member.id)
    )
    said = found or Dissent(poll_id=poll.id, member_id=member.id)
    said.text, said.at = texts.trimmed(text, LONGEST, field="text"), now
    db.add(said)
    db.flush()
    polling.record(db, "dissent.recorded", poll, by_id=by_id, now=now)
    return said


def _took_part(db: Session, poll: Poll) -> set[int]:
    """Who was in the meeting while the vote was taken, or had a ballot."""
    stays = sa.select(Attendance.member_id).where(
        Attendance.meeting_id == poll.meeting_id,
        Attendance.arrived_at <= poll.closed_at,
        sa.or_(Attendance.left_at.is_(None), Attendance.left_at >= poll.opened_at),
    )
    voters = sa.select(PollVoter.member_id).where(PollVoter.poll_id == poll.id)
    return {*db.scalars(stays), *db.scalars(voters)}
