"""Who has been elected: the vote's result, acceptance, the next deputy for one who declines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.counting import majority
from ballots.store import SqlBoard
from governance import (
    candidates,
    electing,
    eligibility,
    late_recounts,
    nomination_letters,
    offices,
    presiding,
    recounts,
)
from governance.agenda import AgendaItem
from governance.candidates import Acceptance, Candidate
from governance.electing import Election
from governance.errors import N_, NotAllowed, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.nomination_letters import About
from governance.offices import Office, Seats, Term
from governance.polling import Poll, PollState

ORDER = list(Office)  # in which they are shown


class NotElected(WrongState):
    code = "not-elected"
    message = N_("The meeting has not elected this candidate.")


def take_results(db: Session, *, now: dt.datetime) -> int:
    """Enter the results of votes that have been declared since; returns of how many elections."""
    rows = (
        sa.select(Election, Poll)
        .join(Poll, Poll.item_id == Election.item_id)
        .where(
            Poll.state == PollState.DECLARED,
            sa.or_(Election.poll_id.is_(None), Election.poll_id < Poll.id),
        )
        .order_by(Poll.id)
        .with_for_update(of=Election, skip_locked=True)
    )
    declared = db.execute(rows).all()
    return sum(take_result(db, election, poll, now=now) for election, poll in declared)


def follow(db: Session, poll: Poll, *, now: dt.datetime) -> None:
    """A vote has been declared: where it elects to an office, its seats are filled."""
    election = electing.of_item(db, poll.item_id)
    if election is not None:
        take_result(db, election, poll, now=now)


def take_result(db: Session, election: Election, poll: Poll, *, now: dt.datetime) -> bool:
    """Whether this vote has elected candidates of the election; entered once."""
    if election.poll_id is not None and election.poll_id >= poll.id:
        return False
    chosen, deputies = _chosen(db, election, poll)
    known = {each.key for each in candidates.of_election(db, election.id)}
    if not chosen or not {*chosen, *deputies} <= known:
        return False
    seat(db, election, chosen, deputies, poll, now=now)
    return True


def _chosen(db: Session, election: Election, poll: Poll) -> tuple[list[str], list[str]]:
    """The ids that the count has elected, and those of deputies; those proposed, where the meeting
    took the proposal."""
    if poll.method != "majority":
        return _of_count(recounts.in_force(db, poll))
    asked = db.get_one(AgendaItem, election.item_id).title
    if poll.outcome != majority.ADOPT or poll.question != asked:
        return [], []
    standing = eligibility.standing(db, election)
    return [each.key for each in standing if each.rank is not None], []


def _of_count(result: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    chosen = result.get("elected_ids", result.get("elected", []))
    deputies = result.get("deputy_ids", result.get("deputies", []))
    return list(chosen), list(deputies)


def seat(
    db: Session,
    election: Election,
    chosen: Sequence[str],
    deputies: Sequence[str],
    poll: Poll,
    *,
    now: dt.datetime,
) -> list[Candidate]:
    """Fill the seats that nobody has with those chosen, in order; who is left over is a deputy.

    Whoever sits stays: a later vote or a recount fills what is vacant.
    """
    if election.seats is None:
        election.seats = election.proposed_seats
    people = {each.key: each for each in candidates.of_election(db, election.id)}
    named = [people[key] for key in (*chosen, *deputies) if people[key].acceptance is None]
    free = min(vacant(db, election), sum(each.key in chosen for each in named))
    # A recount makes no deputies: those there are were elected by the first count.
    new = named if election.poll_id != poll.id else named[:free]
    last = max((each.place or 0 for each in people.values()), default=0)
    for at, each in enumerate(new, 1):
        each.place, each.deputy = last + at, at > free
        each.acceptance = Acceptance.WAITING
    election.poll_id = poll.id
    db.flush()
    meeting = db.get_one(Meeting, election.meeting_id)
    for each in new:
        nomination_letters.write(db, meeting, About.ELECTED, each, now=now)
    return new


def vacant(db: Session, election: Election) -> int:
    """How many ordinary seats nobody has been elected to, or has declined."""
    return max(0, election.filled - len(sitting(db, election.id)))


def recount(
    db: Session,
    board: SqlBoard,
    election: Election,
    *,
    seed: str | None = None,
    by_id: int,
    now: dt.datetime,
) -> list[Candidate]:
    """Fill what is vacant from the same ballots, counted without those who have declined.

    After the minutes it is an addendum to them. Returns who has been elected so. Raises what
    `recounts.recount_without` does, and MinutesInSigning.
    """
    if not may_recount(db, election):
        raise WrongState
    late_recounts.check(db, db.get_one(Meeting, election.meeting_id))
    poll = db.get_one(Poll, election.poll_id)
    out = _declined(db, election)
    made = recounts.recount_without(db, board, poll, withdrawn=out, seed=seed, by_id=by_id, now=now)
    late_recounts.enter(db, board, poll, made, by_id=by_id, now=now)
    chosen, _ = _of_count(made.result)
    return seat(db, election, chosen, [], poll, now=now)


def may_recount(db: Session, election: Election) -> bool:
    """Whether ballots are there to be counted without somebody who has declined."""
    poll = db.get(Poll, election.poll_id) if election.poll_id is not None else None
    if poll is None or poll.election is None or poll.method == "majority":
        return False
    earlier = recounts.of_poll(db, poll.id)
    before = set(earlier[-1].withdrawn) if earlier else set()
    return bool(_declined(db, election) - before) and vacant(db, election) > 0


def _declined(db: Session, election: Election) -> set[str]:
    found = candidates.of_election(db, election.id)
    return {each.key for each in found if each.acceptance is Acceptance.DECLINED}


def elected(db: Session, election_id: int) -> Sequence[Candidate]:
    """In their order, those who have declined among them."""
    rows = sa.select(Candidate).where(
        Candidate.election_id == election_id, Candidate.place.is_not(None)
    )
    return db.scalars(rows.order_by(Candidate.deputy, Candidate.place)).all()


def sitting(db: Session, election_id: int) -> list[Candidate]:
    """Those elected to ordinary seats who have not declined."""
    found = elected(db, election_id)
    return [
        each for each in found if not each.deputy and each.acceptance is not Acceptance.DECLINED
    ]


def accept(db: Session, candidate: Candidate, *, by_id: int, now: dt.datetime) -> Term | None:
    """Take the seat, and with it the term of office; None where the office has no term."""
    election, meeting = _answering(db, candidate, by_id)
    if candidate.acceptance is Acceptance.DECLINED:
        raise WrongState(N_("The seat was declined, and the next one has been asked."))
    candidate.acceptance = Acceptance.ACCEPTED
    db.flush()
    electing.record(db, "seat.accepted", election, by_id=by_id, now=now, place=candidate.place)
    if not election.years:
        return None
    starts = election.starts_on or meeting.association.today(meeting.starts_at)
    title = election.title or db.get_one(AgendaItem, election.item_id).title
    return offices.begin(
        db,
        meeting.association,
        election,
        candidate,
        dict(title),
        starts=starts,
        by_id=by_id,
        now=now,
    )


def decline(db: Session, candidate: Candidate, *, by_id: int, now: dt.datetime) -> Candidate | None:
    """Leave the seat; the first deputy who has not declined takes it, and is returned.

    None where no deputy is left: the seat is vacant until a meeting fills it.
    """
    election, meeting = _answering(db, candidate, by_id)
    if candidate.acceptance is not Acceptance.WAITING:
        raise WrongState
    candidate.acceptance = Acceptance.DECLINED
    db.flush()
    electing.record(db, "seat.declined", election, by_id=by_id, now=now, place=candidate.place)
    if candidate.deputy:
        return None
    return move_up(db, election, meeting, now=now)


def move_up(
    db: Session, election: Election, meeting: Meeting, *, now: dt.datetime
) -> Candidate | None:
    """The next deputy in order takes an ordinary seat; what they have accepted as deputy ends."""
    for each in elected(db, election.id):
        if not each.deputy or each.acceptance is Acceptance.DECLINED:
            continue
        had_accepted = each.acceptance is Acceptance.ACCEPTED
        _end_as_deputy(db, election, each, now)
        each.deputy, each.acceptance = False, Acceptance.WAITING
        db.flush()
        electing.record(db, "seat.moved-up", election, by_id=None, now=now, place=each.place)
        if not had_accepted:
            nomination_letters.write(db, meeting, About.ELECTED, each, now=now)
        return each
    return None


def _end_as_deputy(db: Session, election: Election, candidate: Candidate, now: dt.datetime) -> None:
    terms = sa.select(Term).where(
        Term.election_id == election.id,
        Term.name == candidate.name,
        Term.deputy.is_(True),
        Term.ended_on.is_(None),
    )
    for term in db.scalars(terms).all():
        offices.leave(db, term, by_id=None, now=now)


def _answering(db: Session, candidate: Candidate, by_id: int) -> tuple[Election, Meeting]:
    """Locks. Whose answer it is: their own; the chair's while the meeting goes on; afterwards the
    committee's, for somebody who has answered on paper."""
    db.flush()
    db.refresh(candidate, with_for_update={"key_share": True})
    election = db.get_one(Election, candidate.election_id)
    meeting = db.get_one(Meeting, election.meeting_id)
    if candidate.place is None:
        raise NotElected
    if candidate.member_id == by_id:
        return election, meeting
    chairs = meeting.state is MeetingState.OPEN and presiding.presides(db, meeting.id, by_id)
    if not chairs and not electing.works_here(db, meeting.association_id, by_id):
        raise NotAllowed
    return election, meeting


def seats(db: Session, association_id: int) -> list[Seats]:
    """Each election whose terms run, with who sits by it and what is vacant."""
    running = offices.running(db, association_id)
    ids = {each.election_id for each in running} | _still_vacant(db, association_id)
    rows = sa.select(Election, Meeting).join(Meeting, Meeting.id == Election.meeting_id)
    found = []
    for election, meeting in db.execute(rows.where(Election.id.in_(ids))).all():
        terms = [each for each in running if each.election_id == election.id]
        starts = election.starts_on or meeting.association.today(meeting.starts_at)
        found.append(Seats(election, meeting, terms, starts.year + election.years))
    return sorted(found, key=lambda each: (ORDER.index(each.election.office), each.until_year))


def _still_vacant(db: Session, association_id: int) -> set[int]:
    """Elections held whose term has not ended, whoever sits by them."""
    rows = sa.select(Election, Meeting).join(Meeting, Meeting.id == Election.meeting_id)
    held = rows.where(
        Meeting.association_id == association_id,
        Election.poll_id.is_not(None),
        Election.years > 0,
        Meeting.state != MeetingState.CANCELLED,
    )
    last = _last_annual_year(db, association_id)
    return {
        election.id
        for election, meeting in db.execute(held).all()
        if last is None
        or meeting.closed_at is None
        or meeting.association.today(meeting.starts_at).year + election.years > last
    }


def _last_annual_year(db: Session, association_id: int) -> int | None:
    rows = sa.select(Meeting).where(
        Meeting.association_id == association_id,
        Meeting.kind == MeetingKind.ANNUAL,
        Meeting.state == MeetingState.CLOSED,
        Meeting.unit_id.is_(None),
    )
    last = db.scalar(rows.order_by(Meeting.starts_at.desc()).limit(1))
    return None if last is None else last.association.today(last.starts_at).year
