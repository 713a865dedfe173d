"""From the open ballot box to the declared decision: closing, counting, breaking a tie."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.board import ResultEntry, VoidEntry
from ballots.counting import lot as lots
from ballots.counting import majority, plurality
from ballots.errors import Malformed
from ballots.open_ballot import parse_open_ballot
from ballots.store import SqlBoard
from governance import (
    credentials,
    members,
    motions,
    polling,
    presiding,
    roles,
    secret,
    texts,
    wording,
)
from governance.agenda import AgendaItem, ItemKind
from governance.attendance import Attendance
from governance.errors import N_, Invalid, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.motions import Motion, MotionState
from governance.polling import NotOpen, Poll, PollKind, PollState, PollVoter
from governance.roles import Role
from governance.roll import Roll, RollEntry
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
        poll.result = counted(db, poll, _chosen(poll, ballots), members=members)
    db.flush()
    polling.record(db, "poll.closed", poll, by_id=by_id, now=now, ballots=len(ballots))
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
    settle(db, poll, _outcome(poll.result), by_id=by_id, now=now)
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
    languages = db.get_one(Meeting, poll.meeting_id).association.languages
    if poll.method == "plurality":
        labels = {each["id"]: each["label"] for each in poll.options}
        chosen = (poll.result or {})["elected"]
        elected = [labels[each][languages[0]] for each in chosen]
        poll.decision = wording.election(elected, poll.question, languages)
    else:
        elects = db.get_one(AgendaItem, poll.item_id).kind is ItemKind.ELECTION
        said = wording.AS_PROPOSED if elects and outcome == majority.ADOPT else outcome
        poll.decision = wording.decision(said, poll.question, languages)
    db.flush()
    _settle_motion(db, poll, now)
    polling.record(db, "poll.declared", poll, by_id=by_id, now=now)


def counted(
    db: Session,
    poll: Poll,
    votes: Mapping[str, int],
    *,
    members: int,
    casting_vote: str | None = None,
    seed: str | None = None,
) -> dict[str, Any]:
    """The count, with the numbers that no ballot holds and that a recount needs beside them."""
    beside: dict[str, Any] = {"present": poll.present, "members": members}
    if poll.method == "plurality":
        among = plurality.count(votes, seats=poll.rule["seats"], seed=seed)
        return {**among.as_dict(), **beside}
    rule = majority.MajorityRule.parse(poll.rule)
    decided = majority.count(
        votes,
        rule,
        present=poll.present,
        eligible=db.get_one(Roll, poll.roll_id).voters if poll.roll_id else poll.present,
        members=members,
        casting_vote=casting_vote,
    )
    if seed is not None:
        beside["seed"] = seed
    return {**decided.as_dict(), **beside}


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


def _empty_box(db: Session, board: SqlBoard, poll: Poll, now: dt.datetime) -> list[bytes]:
    """Close the poll on the board; returns each voter's ballot.

    Who has voted was in the meeting, also if they left before the close.
    """
    election = str(poll.election)
    board.close_election(db.connection(), election)
    ballots = board.ballots(db.connection(), election)
    slots = {slot for slot, _ in ballots}
    voters = sa.select(PollVoter.member_id, PollVoter.slot).where(PollVoter.poll_id == poll.id)
    voted = {member_id for member_id, slot in db.execute(voters) if slot in slots}
    poll.present = len(_here(db, poll) | voted)
    poll.closed_at = now
    credentials.forget(db, poll.id)
    return [body for _, body in ballots]


def _chosen(poll: Poll, ballots: Sequence[bytes]) -> dict[str, int]:
    chosen = Counter(parse_open_ballot(body).choice for body in ballots)
    return {option["id"]: chosen[option["id"]] for option in poll.options}


def _recount(
    db: Session, poll: Poll, *, casting_vote: str | None = None, seed: str | None = None
) -> None:
    """Count with what broke the tie; of a secret vote, from what its trustees have opened."""
    broken = {"casting_vote": casting_vote, "seed": seed}
    if poll.kind is PollKind.SECRET_BALLOT:
        kept = secret.of(db, poll)
        result = counted(db, poll, secret.votes(db, poll), members=kept.members or 0, **broken)
        poll.result = secret.told(db, poll, result)
    else:
        result = poll.result or {}
        poll.result = counted(db, poll, result["votes"], members=result["members"], **broken)
    db.flush()


def _outcome(result: Mapping[str, Any]) -> str:
    if result["method"] == "plurality":
        return str(result["elected"][0]) if result["elected"] else ""
    return str(result["outcome"])


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
