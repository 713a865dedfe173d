"""From the open ballot box to the declared decision: closing, counting, breaking a tie."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.board import ResultEntry, VoidEntry
from ballots.counting import lot as lots
from ballots.counting import majority
from ballots.errors import Malformed
from ballots.store import SqlBoard
from governance import (
    counts,
    credentials,
    members,
    motions,
    polling,
    presiding,
    roles,
    seating,
    secret,
    texts,
)
from governance.agenda import AgendaItem
from governance.attendance import Attendance
from governance.errors import N_, Invalid, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.motions import Motion, MotionState
from governance.polling import NotOpen, Poll, PollKind, PollState, PollVoter
from governance.roles import Role
from governance.roll import RollEntry
from governance.units import UnitMember

LONGEST = 2_000  # characters of a reason


class NotCounted(WrongState):
    message = N_("This vote is not waiting to be declared.")


class WaitsForTrustees(WrongState):
    message = N_("The result waits for the trustees to open it.")


class TieWaits(Refused):
    code = "tie-waits"
    message = N_("The votes are equal. The tie must be broken before the result is declared.")


class NoTie(Refused):
    code = "no-tie"
    message = N_("There is no tie that can be broken in this way.")


def close(db: Session, board: SqlBoard, poll: Poll, *, by_id: int | None, now: dt.datetime) -> Poll:
    """Close the ballot box and count. `by_id` is None when its time has passed by the clock."""
    meeting = _held(db, poll, by_id)
    if by_id is None and (poll.closes_at is None or now < poll.closes_at):
        raise WrongState
    if poll.state is not PollState.OPEN:
        raise NotOpen
    ballots = _empty_box(db, board, poll, now)
    polling.move(poll, PollState.CLOSED)
    members = members_of(db, meeting, poll, now)
    if poll.kind is PollKind.SECRET_BALLOT:
        secret.add_up(db, board, poll, members=members)  # its trustees are to open it
    else:
        poll.result = counts.counted(db, poll, counts.cast(db, poll), members=members)
    db.flush()
    polling.record(db, "poll.closed", poll, by_id=by_id, now=now, ballots=ballots)
    return poll


def count_secret(db: Session, poll: Poll) -> None:
    """The result of a secret vote, once enough of its trustees have opened it."""
    _recount(db, poll)


def casting_vote(db: Session, poll: Poll, choice: str, *, by_id: int, now: dt.datetime) -> Poll:
    """The chair's vote where a decision's votes are equal (6:33): in person, never in elections."""
    if Role.CHAIR not in roles.held(db, by_id, poll.meeting_id):
        raise presiding.NotPresiding
    _held(db, poll, by_id)
    if choice not in (majority.ADOPT, majority.REJECT):
        raise Invalid(N_("Choose to adopt or to reject."), field="choice")
    if poll.tie_waits_for != "chair":
        raise NoTie
    _recount(db, poll, casting_vote=choice)
    polling.record(db, "poll.tie-broken", poll, by_id=by_id, now=now, by="chair")
    return poll


def lot(db: Session, poll: Poll, *, seed: str, by_id: int, now: dt.datetime) -> Poll:
    """Draw the lot in an election whose votes are equal (6:34), from a seed that is published."""
    _held(db, poll, by_id)
    if poll.tie_waits_for != "lot":
        raise NoTie
    try:
        drawn = lots.draw([majority.ADOPT, majority.REJECT], seed)
    except Malformed as error:
        raise Invalid(
            N_("A seed is 64 characters, each 0 to 9 or a to f."), field="seed"
        ) from error
    _recount(db, poll, casting_vote=drawn, seed=seed)
    polling.record(db, "poll.tie-broken", poll, by_id=by_id, now=now, by="lot")
    return poll


def declare(db: Session, board: SqlBoard, poll: Poll, *, by_id: int, now: dt.datetime) -> Poll:
    """Make the count the meeting's decision; a ballot's count goes on the board by its hash."""
    _held(db, poll, by_id)
    if poll.state is not PollState.CLOSED:
        raise NotCounted
    if poll.result is None:
        raise WaitsForTrustees
    if poll.tie_waits_for is not None:
        raise TieWaits
    if poll.election is not None:
        hashed = sha256(polling.public_result(poll)).hexdigest()
        board.append(db.connection(), [ResultEntry(poll.election, hashed).encode()])
    if poll.kind is PollKind.SECRET_BALLOT:
        secret.forget_numbers(db, poll)
    settle(db, poll, counts.outcome(poll.result), by_id=by_id, now=now)
    return poll


def void(
    db: Session, board: SqlBoard, poll: Poll, reason: str, *, by_id: int, now: dt.datetime
) -> Poll:
    """Annul a poll that is not declared. What was cast stays on the board and in the record."""
    _held(db, poll, by_id)
    reason = texts.trimmed(reason, LONGEST, field="reason")
    if not reason:
        raise Invalid(N_("Say why the vote is void."), field="reason")
    was_open = poll.state is PollState.OPEN
    polling.move(poll, PollState.VOID)
    if poll.election is not None:
        if was_open:
            _empty_box(db, board, poll, now)
        hashed = sha256(reason.encode()).hexdigest()
        board.append(db.connection(), [VoidEntry(poll.election, hashed).encode()])
    if poll.kind is PollKind.SECRET_BALLOT:
        secret.forget_opening(db, poll)
    poll.reason = reason
    db.flush()
    polling.record(db, "poll.voided", poll, by_id=by_id, now=now)
    return poll


def settle(db: Session, poll: Poll, outcome: str, *, by_id: int, now: dt.datetime) -> None:
    """The decision as the minutes give it; a motion whose clauses are all decided is decided."""
    polling.move(poll, PollState.DECLARED)
    poll.declared_at = now
    poll.outcome = outcome
    poll.decision = counts.decision(db, poll, outcome, poll.result or {"elected": []})
    db.flush()
    _settle_motion(db, poll, now)
    seating.follow(db, poll, now=now)
    polling.record(db, "poll.declared", poll, by_id=by_id, now=now)


def on_roll(db: Session, poll: Poll) -> set[int]:
    """Who stands on the version of the roll that the poll is taken on."""
    return set(db.scalars(sa.select(RollEntry.member_id).where(RollEntry.roll_id == poll.roll_id)))


def voters_here(db: Session, poll: Poll) -> set[int]:
    """Who is in the meeting and on the poll's roll; everybody in it before there is a roll."""
    here = _here(db, poll)
    return here & on_roll(db, poll) if poll.roll_id else here


def members_of(db: Session, meeting: Meeting, poll: Poll, now: dt.datetime) -> int:
    """All members of the association, or of the unit that meets, those on the roll among them.

    Somebody whose membership has ended since the roll was approved has kept the vote.
    """
    today = meeting.association.today(now)
    registered = members.on_register(meeting.association_id, today).order_by(None)
    if meeting.unit_id is not None:
        in_unit = sa.select(UnitMember.member_id).where(UnitMember.unit_id == meeting.unit_id)
        registered = registered.where(Member.id.in_(in_unit))
    everybody = set(db.scalars(registered.with_only_columns(Member.id)))
    return len(everybody | on_roll(db, poll) | _here(db, poll))


def _held(db: Session, poll: Poll, by_id: int | None) -> Meeting:
    """The poll's meeting, which is open, and led by that member; None stands for the clock."""
    if by_id is not None:
        presiding.require(db, poll.meeting_id, by_id)
    polling.hold(db, poll)
    meeting = db.get_one(Meeting, poll.meeting_id)
    if meeting.state is not MeetingState.OPEN:
        raise WrongState(N_("The meeting is not open."))
    return meeting


def _empty_box(db: Session, board: SqlBoard, poll: Poll, now: dt.datetime) -> int:
    """Close the poll on the board; returns how many have voted.

    Who has voted was in the meeting, also if they left before the close.
    """
    election = str(poll.election)
    board.close_election(db.connection(), election)
    slots = {slot for slot, _ in board.ballots(db.connection(), election)}
    voters = sa.select(PollVoter.member_id, PollVoter.slot).where(PollVoter.poll_id == poll.id)
    voted = {member_id for member_id, slot in db.execute(voters) if slot in slots}
    poll.present = len(_here(db, poll) | voted)
    poll.closed_at = now
    credentials.forget(db, poll.id)
    return len(slots)


def _recount(
    db: Session, poll: Poll, *, casting_vote: str | None = None, seed: str | None = None
) -> None:
    """Count with what broke the tie; of a secret vote, from what its trustees have opened."""
    is_secret = poll.kind is PollKind.SECRET_BALLOT
    if is_secret:
        members, choices = secret.of(db, poll).members or 0, secret.votes(db, poll)
    else:
        members, choices = (poll.result or {})["members"], counts.kept(db, poll) or {}
    result = counts.counted(
        db, poll, choices, members=members, casting_vote=casting_vote, seed=seed
    )
    poll.result = secret.told(db, poll, result) if is_secret else result
    db.flush()


def _settle_motion(db: Session, poll: Poll, now: dt.datetime) -> None:
    item = db.get_one(AgendaItem, poll.item_id)
    if item.motion_id is None:
        return
    motion = db.get_one(Motion, item.motion_id)
    decided = {
        each.clause for each in polling.of_item(db, item.id) if each.state is PollState.DECLARED
    }
    whole = None in decided or decided >= set(range(1, len(motion.clauses) + 1))
    if whole and motion.state is MotionState.IN_NOTICE:
        motions.decide(db, motion, now=now)


def _here(db: Session, poll: Poll) -> set[int]:
    stays = sa.select(Attendance.member_id).where(
        Attendance.meeting_id == poll.meeting_id, Attendance.left_at.is_(None)
    )
    return set(db.scalars(stays))
