"""What the chair's page shows: the meeting as it stands, and the one thing that comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from governance import agenda, attendance, members, polls, presiding, roll, rulebook
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.attendance import Counts
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.motions import Motion
from governance.polls import Poll, PollState
from governance.roles import Role
from governance.roll import Draft, Roll

# The offices that the meeting fills under these items of the rulebook; the first is needed.
OFFICES_OF = {
    "chair": (Role.CHAIR,),
    "secretary": (Role.SECRETARY,),
    "checkers": (Role.CHECKER, Role.TELLER),
}
NOTHING_TO_DECIDE = ("opening", "closing")


class Step(StrEnum):
    """What can stand in the middle of the page, each with the filled button that takes it."""

    NOT_CALLED = "not-called"
    WAIT = "wait"  # called, and its time has not come
    OPEN = "open"
    RESUME = "resume"
    VOTE = "vote"  # a ballot is open
    CLOSE_VOTE = "close-vote"  # is it to be closed?
    COUNTED = "counted"  # a tie to be broken, or the result to be declared
    OFFICERS = "officers"
    ROLL = "roll"
    DECIDE = "decide"
    NEXT = "next"  # item, or the close
    CLOSE_MEETING = "close-meeting"
    OVER = "over"


@dataclass(frozen=True)
class Quorum:
    needed: int
    met: bool


@dataclass(frozen=True)
class Clause:
    """What one vote can be taken on: a clause of the motion, or the proposal (number None)."""

    number: int | None
    text: dict[str, str]
    polls: tuple[Poll, ...]

    @property
    def decided(self) -> bool:
        return any(poll.state is PollState.DECLARED for poll in self.polls)


@dataclass(frozen=True, kw_only=True)
class Rostrum:
    meeting: Meeting
    presides: bool
    officers: dict[Role, list[Member]]
    counts: Counts
    members: int  # of the association, today
    quorum: Quorum | None  # None: none is asked for
    roll: Roll | None
    drawn: Draft
    items: Sequence[AgendaItem]
    current: AgendaItem | None
    motion: Motion | None  # of the current item
    polls: Sequence[Poll]  # of the current item
    vote: Poll | None  # neither declared nor void
    now: dt.datetime

    @property
    def is_open(self) -> bool:
        return self.meeting.state is MeetingState.OPEN

    @property
    def following(self) -> AgendaItem | None:
        """The next item that has not been taken up; past the end, the first that was left out."""
        here = self.current.position if self.current else 0
        later = [each for each in self.ahead if each.position > here]
        return next(iter(later or self.ahead), None)

    @property
    def ahead(self) -> list[AgendaItem]:
        return [each for each in self.items if each.state is ItemState.AHEAD]

    @property
    def clauses(self) -> list[Clause]:
        if self.current is None:
            return []
        if self.motion is None:
            whole = tuple(self.polls)
            return [Clause(None, proposal(self.current), whole)]
        return [
            Clause(
                number,
                {self.motion.language: text},
                tuple(each for each in self.polls if each.clause == number),
            )
            for number, text in enumerate(self.motion.clauses, 1)
        ]

    @property
    def undecided(self) -> Clause | None:
        return next((each for each in self.clauses if not each.decided), None)

    @property
    def decidable(self) -> bool:
        return (
            self.current is not None
            and self.current.kind is not ItemKind.INFORMATION
            and self.current.key not in NOTHING_TO_DECIDE
        )

    @property
    def office_to_fill(self) -> Role | None:
        """The office that the current item is about, as long as nobody holds it."""
        offices = OFFICES_OF.get(self.current.key, ()) if self.current else ()
        return offices[0] if offices and not self.officers[offices[0]] else None

    @property
    def roll_to_approve(self) -> bool:
        return bool(
            self.current and self.current.key == "roll" and (self.roll is None or self.roll_differs)
        )

    @property
    def roll_differs(self) -> bool:
        return self.drawn.differs

    @property
    def step(self) -> Step:
        """The next thing to do, from how things stand alone."""
        if self.meeting.state is not MeetingState.OPEN:
            return _outside(self.meeting, self.now)
        if self.vote is not None:
            return Step.VOTE if self.vote.state is PollState.OPEN else Step.COUNTED
        if self.office_to_fill:
            return Step.OFFICERS
        if self.roll_to_approve:
            return Step.ROLL
        return Step.DECIDE if self.decidable and self.undecided else Step.NEXT

    def may_show(self, panel: str) -> Step | None:
        """The panel that was asked for, where it makes sense as things stand."""
        possible = {
            Step.OFFICERS: self.is_open,
            Step.ROLL: self.is_open,
            Step.DECIDE: self.is_open and self.vote is None and self.decidable,
            Step.CLOSE_VOTE: self.step is Step.VOTE,
            Step.CLOSE_MEETING: self.vote is None
            and self.meeting.state in (MeetingState.OPEN, MeetingState.ADJOURNED),
        }
        return next((step for step in possible if step == panel and possible[step]), None)


def _outside(meeting: Meeting, now: dt.datetime) -> Step:
    match meeting.state:
        case MeetingState.CALLED:
            return Step.OPEN if now >= meeting.starts_at else Step.WAIT
        case MeetingState.ADJOURNED:
            return Step.RESUME
        case MeetingState.CLOSED | MeetingState.CANCELLED:
            return Step.OVER
        case _:
            return Step.NOT_CALLED


def proposal(item: AgendaItem) -> dict[str, str]:
    """What a vote on the item is about: its text where that is short, else its title."""
    short = {code: " ".join(text.split()) for code, text in item.text.items()}
    return {
        code: short[code] if 0 < len(short.get(code, "")) <= LONGEST_PROPOSAL else title
        for code, title in item.title.items()
    }


LONGEST_PROPOSAL = 300  # characters; a longer text is read beside the question


def stand(db: Session, meeting: Meeting, member_id: int, now: dt.datetime) -> Rostrum:
    """The meeting as it stands now, as this member sees it from the chair."""
    current = _current(db, meeting)
    counts = attendance.count(db, meeting.id)
    total = members.count(db, meeting.association_id, meeting.association.today(now))
    return Rostrum(
        meeting=meeting,
        presides=presiding.presides(db, meeting.id, member_id),
        officers=presiding.officers(db, meeting.id),
        counts=counts,
        members=total,
        quorum=_quorum(meeting, current, counts.total, total),
        roll=roll.latest(db, meeting.id),
        drawn=roll.draw(db, meeting, now=now),
        items=agenda.items(db, meeting.id),
        current=current,
        motion=db.get(Motion, current.motion_id) if current and current.motion_id else None,
        polls=polls.of_item(db, current.id) if current else [],
        vote=polls.unfinished(db, meeting.id),
        now=now,
    )


def _current(db: Session, meeting: Meeting) -> AgendaItem | None:
    return db.get(AgendaItem, meeting.current_item_id) if meeting.current_item_id else None


def _quorum(meeting: Meeting, item: AgendaItem | None, present: int, total: int) -> Quorum | None:
    """What the current item's majority asks for; the rulebook may ask for none."""
    majorities = rulebook.of(meeting.association).majorities
    majority = majorities.get(item.majority if item else "ordinary")
    if majority is None or majority.rule.quorum is None:
        return None
    numerator, denominator = majority.rule.quorum
    needed = -(-total * numerator // denominator)
    return Quorum(needed, present >= needed)
