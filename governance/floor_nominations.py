"""An election when the meeting has taken it up: names from the floor, seats, acclamation."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from governance import (
    agenda,
    attendance,
    candidates,
    electing,
    eligibility,
    nominations,
    polls,
    presiding,
    proposals,
    seating,
)
from governance.agenda import AgendaItem, ItemState
from governance.candidates import Candidate
from governance.electing import Election
from governance.errors import N_, Invalid, NotAllowed, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.offices import OF_THE_MEETING
from governance.polls import Poll, PollState

SEATS = "seats"  # the agenda's item on the number of directors


class FloorClosed(WrongState):
    code = "floor-closed"
    message = N_("Nominations are closed.")


class NotItsTurn(WrongState):
    code = "not-its-turn"
    message = N_("The floor nominates when the chair has taken the election up.")


class SeatsNotDecided(Refused):
    code = "seats-not-decided"
    message = N_("The meeting decides the number first, under § %(position)s.")


class MoreThanSeats(Refused):
    code = "more-than-seats"
    message = N_("More stand than are elected: the meeting has to vote.")


class ConditionsUnmet(Refused):
    code = "conditions-unmet"
    message = N_("Elected as proposed, they would not meet the condition on %(unit)s.")


def may_nominate(db: Session, election: Election, meeting: Meeting) -> bool:
    """Whether the floor is open: the item is current and the chair has not closed nominations."""
    item = db.get_one(AgendaItem, election.item_id)
    current = meeting.state is MeetingState.OPEN and item.state is ItemState.CURRENT
    return current and election.floor_closed_at is None


def nominate(
    db: Session,
    election: Election,
    whom: Member | str,
    *,
    consents: bool,
    by: Member,
    now: dt.datetime,
) -> Candidate:
    """By somebody present, or by the chair, who also records a consent said aloud."""
    meeting = _held(db, election)
    chairs = presiding.presides(db, meeting.id, by.id)
    if not chairs and attendance.stay(db, meeting.id, by.id) is None:
        raise NotAllowed(N_("Check in first: the floor is those who are here."))
    if not may_nominate(db, election, meeting):
        raise FloorClosed if election.floor_closed_at else NotItsTurn
    if isinstance(whom, str) and (election.members_only or not chairs):
        raise Invalid(N_("No member has this number or name."), field="who")
    made = candidates.put_forward(db, election, whom, "", by_id=by.id, now=now, from_floor=True)
    if consents and chairs:
        candidates.answer(db, made, True, by_id=by.id, now=now)
    nominations.ask(db, meeting, made, now=now)
    return made


def close(db: Session, election: Election, *, by_id: int, now: dt.datetime) -> None:
    """No more names: the meeting goes over to the vote."""
    meeting = _held(db, election)
    presiding.require(db, meeting.id, by_id)
    if not may_nominate(db, election, meeting):
        raise FloorClosed if election.floor_closed_at else NotItsTurn
    election.floor_closed_at = now
    db.flush()
    electing.record(db, "nominations.closed", election, by_id=by_id, now=now)


def reopen(db: Session, election: Election, *, by_id: int, now: dt.datetime) -> None:
    """As long as no vote has begun."""
    presiding.require(db, _held(db, election).id, by_id)
    candidates.check_open(db, election)
    election.floor_closed_at = None
    db.flush()
    electing.record(db, "nominations.reopened", election, by_id=by_id, now=now)


def decide_seats(
    db: Session, election: Election, seats: int, deputies: int, *, by_id: int, now: dt.datetime
) -> None:
    """Enter how many the meeting has decided to elect: for the board from the decision under the
    agenda's own item, where it has one. Raises SeatsNotDecided, Invalid."""
    meeting = _held(db, election)
    presiding.require(db, meeting.id, by_id)
    candidates.check_open(db, election)
    electing.check_number(seats, 1, electing.MOST_SEATS, "seats")
    electing.check_number(deputies, 0, election.most_deputies, "deputies")
    decided = _decision(db, meeting) if election.of_directors else None
    election.seats, election.deputies = seats, deputies
    election.seats_poll_id = decided.id if decided is not None else None
    db.flush()
    electing.record(
        db, "election.seats-decided", election, by_id=by_id, now=now, seats=seats, deputies=deputies
    )


def _decision(db: Session, meeting: Meeting) -> Poll | None:
    """What the meeting has adopted under the item on the number; None where it has no such item."""
    item = next((each for each in agenda.items(db, meeting.id) if each.key == SEATS), None)
    if item is None:
        return None
    taken = [each for each in polls.of_item(db, item.id) if each.state is PollState.DECLARED]
    adopted = [each for each in taken if each.outcome == "adopt" or each.method != "majority"]
    if not adopted:
        raise SeatsNotDecided(position=item.position)
    return adopted[-1]


def acclaim(db: Session, election: Election, *, by_id: int, now: dt.datetime) -> Poll:
    """Elect those who stand as proposed, where they are no more than there are seats.

    Raises SeatsNotDecided, MoreThanSeats, ConditionsUnmet, and what `polls.acclaim` does.
    """
    meeting = _held(db, election)
    presiding.require(db, meeting.id, by_id)
    if election.floor_closed_at is None and election.office not in OF_THE_MEETING:
        raise WrongState(N_("Close the nominations first."))
    if election.of_directors and election.seats is None:
        item = next((each for each in agenda.items(db, meeting.id) if each.key == SEATS), None)
        if item is not None:
            raise SeatsNotDecided(position=item.position)
    people = eligibility.standing(db, election)
    if not people:
        raise WrongState(N_("Nobody stands."))
    if len(people) > places(db, election):
        raise MoreThanSeats
    ordinary = people[: seating.vacant(db, election)]
    for lacking in proposals.unmet(db, election, [*seating.sitting(db, election.id), *ordinary]):
        raise ConditionsUnmet(unit=lacking.unit)
    item = db.get_one(AgendaItem, election.item_id)
    names = ", ".join(each.name for each in people)
    question = {code: f"{text}: {names}" for code, text in item.title.items()}
    poll = polls.acclaim(
        db, meeting, item, outcome="adopt", question=question, by_id=by_id, now=now
    )
    seating.seat(db, election, [each.key for each in people], [], poll, now=now)
    return poll


def places(db: Session, election: Election) -> int:
    """How many can still be elected; deputies in the first vote alone."""
    deputies = election.filled_deputies if election.poll_id is None else 0
    return seating.vacant(db, election) + deputies


def _held(db: Session, election: Election) -> Meeting:
    meeting = db.get_one(Meeting, election.meeting_id)
    if meeting.state is not MeetingState.OPEN:
        raise WrongState(N_("The meeting is not open."))
    return meeting
