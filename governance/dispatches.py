"""Dispatch of a notice: one letter to each member, tried until it left, with the proof that it did.
Whoever has had one is written to again where the meeting is cancelled.

A letter is claimed, sent, and then recorded as sent. Whoever dies between the last two leaves a
claim that runs out, and the letter goes again under the same Message-ID: at least once, and where
the member's mail program knows doubles, exactly once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import journal, meetings, notices, roles
from governance.errors import N_, NotFound, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.notices import About, Channel, Dispatch, DispatchState, Notice
from governance.roles import Role

CLAIM_LIVES = dt.timedelta(minutes=15)  # longer than any conversation with a mail server
# How long to wait after each temporary refusal; after the last the member needs post. Together
# two days: a notice has weeks, but the post takes its own.
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440, 480))

FAILED_MAIL = sa.and_(Dispatch.channel == Channel.EMAIL, Dispatch.state == DispatchState.FAILED)
WAITING_POST = sa.and_(Dispatch.channel == Channel.POST, Dispatch.state == DispatchState.DUE)
NEEDS_POST = FAILED_MAIL | WAITING_POST


def call_off(db: Session, meeting: Meeting, reason: str, *, by_id: int, now: dt.datetime) -> None:
    """Cancel the meeting, and write to each who has its notice by the way in which they got it.

    Raises what `meetings.cancel` does. Letters that have not left stay where they are.
    """
    meetings.cancel(db, meeting, reason, by_id=by_id, now=now)
    notice = notices.of(db, meeting.id)
    if notice is None or notice.issued_at is None:
        return
    # One that has been tried may have left: rather a letter too many than somebody who travels.
    tried = (Dispatch.state == DispatchState.DUE) & (Dispatch.attempts > 0)
    left = sa.select(Dispatch).where(
        Dispatch.notice_id == notice.id, (Dispatch.state == DispatchState.SENT) | tried
    )
    had = db.scalars(left.order_by(Dispatch.id)).all()
    if had:
        db.execute(sa.insert(Dispatch), [_cancellation(each, now) for each in had])


def _cancellation(had: Dispatch, now: dt.datetime) -> dict[str, object]:
    return {
        "notice_id": had.notice_id,
        "member_id": had.member_id,
        "channel": had.channel,
        "about": About.CANCELLATION,
        "language": had.language,
        "address": had.address,
        "state": DispatchState.DUE,
        "attempts": 0,
        "next_try_at": now,
        "message_id": had.message_id.replace("<notice.", "<cancelled.", 1),
        "reply": "",
    }


def due(db: Session, now: dt.datetime, limit: int) -> Sequence[Dispatch]:
    """Claim e-mails whose time has come; another worker leaves them alone while the claim lives."""
    wanted = (
        sa.select(Dispatch)
        .join(Notice, Notice.id == Dispatch.notice_id)
        .join(Meeting, Meeting.id == Notice.meeting_id)
        .where(
            Dispatch.channel == Channel.EMAIL,
            Dispatch.state == DispatchState.DUE,
            Dispatch.next_try_at <= now,
            # Nobody is called any more to a meeting that is cancelled.
            (Dispatch.about == About.CANCELLATION) | (Meeting.state != MeetingState.CANCELLED),
        )
        .order_by(Dispatch.next_try_at, Dispatch.id)
        .limit(limit)
        .with_for_update(of=Dispatch, skip_locked=True)
    )
    claimed = db.scalars(wanted).all()
    for each in claimed:
        each.next_try_at = now + CLAIM_LIVES
        each.attempts += 1
    db.flush()
    return claimed


def sent(db: Session, dispatch_id: int, reply: str, *, now: dt.datetime) -> None:
    """The mail server has taken the letter over; its reply is the proof."""
    dispatch = db.get_one(Dispatch, dispatch_id)
    dispatch.state = DispatchState.SENT
    dispatch.sent_at = now
    dispatch.reply = reply[:400]


def failed(db: Session, dispatch_id: int, reply: str, *, permanent: bool, now: dt.datetime) -> None:
    """Refused: tried again later, or for good, and then this member needs post."""
    dispatch = db.get_one(Dispatch, dispatch_id)
    dispatch.reply = reply[:400]
    if permanent or dispatch.attempts > len(WAITS):
        dispatch.state = DispatchState.FAILED
    else:
        dispatch.next_try_at = now + WAITS[dispatch.attempts - 1]


@dataclass(frozen=True, kw_only=True)
class Counts:
    members: int
    sent: int  # by e-mail or post
    waiting: int  # e-mails that will be tried, or tried again
    post: int  # members whose letter has to be put in the post


def counts(db: Session, notice_id: int, about: About = About.NOTICE) -> Counts:
    rows = db.execute(
        sa.select(Dispatch.channel, Dispatch.state, sa.func.count())
        .where(Dispatch.notice_id == notice_id, Dispatch.about == about)
        .group_by(Dispatch.channel, Dispatch.state)
    ).all()
    by = {(channel, state): count for channel, state, count in rows}
    replaced = by.get((Channel.EMAIL, DispatchState.REPLACED), 0)
    return Counts(
        members=sum(by.values()) - replaced,
        sent=sum(count for (_, state), count in by.items() if state is DispatchState.SENT),
        waiting=by.get((Channel.EMAIL, DispatchState.DUE), 0),
        post=by.get((Channel.EMAIL, DispatchState.FAILED), 0)
        + by.get((Channel.POST, DispatchState.DUE), 0),
    )


FILTERS = {
    "all": sa.true(),
    "sent": Dispatch.state == DispatchState.SENT,
    "waiting": sa.and_(Dispatch.channel == Channel.EMAIL, Dispatch.state == DispatchState.DUE),
    "post": NEEDS_POST,
}


def listed(
    db: Session,
    notice_id: int,
    which: str = "all",
    about: About = About.NOTICE,
    *,
    start: int = 0,
    limit: int | None = None,
) -> Sequence[tuple[Dispatch, Member]]:
    """Letters with their members, by name."""
    rows = (
        sa.select(Dispatch, Member)
        .join(Member, Member.id == Dispatch.member_id)
        .where(Dispatch.notice_id == notice_id, Dispatch.about == about, FILTERS[which])
        .order_by(Member.family_name, Member.given_name, Dispatch.id)
        .offset(start)
        .limit(limit)
    )
    return [(dispatch, member) for dispatch, member in db.execute(rows)]


def how_many(db: Session, notice_id: int, which: str, about: About = About.NOTICE) -> int:
    rows = sa.select(sa.func.count(Dispatch.id))
    wanted = rows.where(Dispatch.notice_id == notice_id, Dispatch.about == about, FILTERS[which])
    return db.scalar(wanted) or 0


def posted(
    db: Session, association_id: int, dispatch_id: int, *, by_id: int, now: dt.datetime
) -> Dispatch:
    """Put in the post by hand: a letter that was to go that way, or in place of a failed mail."""
    roles.require(db, by_id, Role.DIRECTOR, Role.ADMINISTRATOR)
    found = db.execute(
        sa.select(Dispatch, Meeting)
        .join(Notice, Notice.id == Dispatch.notice_id)
        .join(Meeting, Meeting.id == Notice.meeting_id)
        .where(Dispatch.id == dispatch_id, Meeting.association_id == association_id)
        .with_for_update(of=Dispatch)
    ).one_or_none()
    if found is None:
        raise NotFound
    dispatch, meeting = found
    if (dispatch.channel, dispatch.state) == (Channel.EMAIL, DispatchState.FAILED):
        dispatch.state = DispatchState.REPLACED
        dispatch = _letter(db, dispatch, now)
    elif (dispatch.channel, dispatch.state) != (Channel.POST, DispatchState.DUE):
        raise WrongState(N_("This letter does not wait for the post."))
    dispatch.state = DispatchState.SENT
    dispatch.sent_at = now
    db.flush()
    journal.record(
        db,
        "dispatch.posted",
        association_id=association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"dispatch:{dispatch.id}",
        now=now,
    )
    return dispatch


def _letter(db: Session, mail: Dispatch, now: dt.datetime) -> Dispatch:
    made = Dispatch(
        notice_id=mail.notice_id,
        member_id=mail.member_id,
        channel=Channel.POST,
        about=mail.about,
        language=mail.language,
        next_try_at=now,
    )
    db.add(made)
    return made
