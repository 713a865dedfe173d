"""The meeting elects: the floor, the seats, who may, the vote, acceptance, and terms of office."""

from __future__ import annotations

import datetime as dt
import secrets

import pytest
import sqlalchemy as sa

from ballots import record
from ballots.open_ballot import OpenBallot
from ballots.store import Cast, Placed
from ballots.verify import verify
from governance import (
    candidates,
    elections,
    eligibility,
    floor_nominations,
    minutes,
    minutes_published,
    nominations,
    offices,
    polls,
    records,
    roles,
    seating,
)
from governance.candidates import Acceptance, CandidateState, VoteBegun
from governance.electing import usual_seats
from governance.errors import Invalid, NotAllowed, WrongState
from governance.floor_nominations import (
    ConditionsUnmet,
    FloorClosed,
    MoreThanSeats,
    NotItsTurn,
    SeatsNotDecided,
)
from governance.late_recounts import MinutesInSigning
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.nomination_letters import About, NominationLetter
from governance.offices import Office, Term
from governance.presiding import NotPresiding
from governance.roles import Role
from governance.seating import NotElected
from governance.units import Unit, UnitKind


@pytest.fixture
def held(committee):
    """The board's election has come: three people stand, in the order proposed."""
    board = committee.election(seats=2, deputies=1)
    people = [committee.stands(board, each) for each in committee.people[:3]]
    committee.propose(board, *people)
    committee.begin(*committee.people, committee.nominator)
    committee.adopt("seats")
    committee.take_up()
    return board, people


def close_floor(committee, election) -> None:
    by = committee.nominator.id
    floor_nominations.close(committee.db, election, by_id=by, now=committee.now)


def decide_seats(committee, election, seats=2, deputies=1) -> None:
    by = committee.nominator.id
    floor_nominations.decide_seats(
        committee.db, election, seats, deputies, by_id=by, now=committee.now
    )


def acclaim(committee, election):
    by = committee.nominator.id
    return floor_nominations.acclaim(committee.db, election, by_id=by, now=committee.now)


def elected(committee, election):
    close_floor(committee, election)
    decide_seats(committee, election)
    acclaim(committee, election)
    return seating.elected(committee.db, election.id)


def accept(committee, candidate, by=None):
    by_id = by.id if by is not None else candidate.member_id
    return seating.accept(committee.db, candidate, by_id=by_id, now=committee.now)


def name(committee, election, whom, by, consents=False):
    return floor_nominations.nominate(
        committee.db, election, whom, consents=consents, by=by, now=committee.now
    )


def test_the_floor_names_people_while_the_election_is_before_it(committee, held):
    board, _ = held
    per, anna, chair = committee.people[3], committee.anna, committee.nominator
    made = name(committee, board, per, anna, consents=True)
    assert (made.state, made.from_floor) == (CandidateState.NOMINATED, True)
    assert made.key not in dict(elections.standing(committee.db, board))
    candidates.answer(committee.db, made, True, by_id=chair.id, now=committee.now)
    assert made.state is CandidateState.STANDING, "the chair records what is said in the room"
    said = name(committee, board, committee.people[4], chair, consents=True)
    assert said.state is CandidateState.STANDING
    assert len(elections.standing(committee.db, board)) == 5


def test_the_floor_is_those_who_are_here(committee, held):
    board, _ = held
    with pytest.raises(NotAllowed):
        name(committee, board, committee.people[3], committee.director)


def test_before_its_turn_and_after_the_chair_has_closed_nobody_is_named(committee, held):
    board, _ = held
    per, anna = committee.people[3], committee.anna
    with pytest.raises(NotPresiding):
        floor_nominations.close(committee.db, board, by_id=anna.id, now=committee.now)
    close_floor(committee, board)
    with pytest.raises(FloorClosed):
        name(committee, board, per, anna)
    by = committee.nominator.id
    floor_nominations.reopen(committee.db, board, by_id=by, now=committee.now)
    assert name(committee, board, per, anna).from_floor
    committee.take_up("discharge")
    with pytest.raises(NotItsTurn):
        name(committee, board, committee.people[4], anna)


def test_the_number_of_directors_comes_from_the_meetings_decision(committee):
    board = committee.election(seats=2)
    committee.begin(committee.anna)
    committee.take_up()
    with pytest.raises(SeatsNotDecided) as refused:
        decide_seats(committee, board)
    assert refused.value.facts == {"position": committee.item("seats").position}
    decision = committee.adopt("seats")
    decide_seats(committee, board, 3, 0)
    assert (board.seats, board.deputies, board.seats_poll_id) == (3, 0, decision.id)


def test_other_offices_have_their_number_from_the_chair(committee):
    auditor = committee.election("auditor")
    committee.begin(committee.anna)
    committee.take_up("auditor")
    decide_seats(committee, auditor, 1, 1)
    assert (auditor.filled, auditor.filled_deputies, auditor.seats_poll_id) == (1, 1, None)
    with pytest.raises(Invalid):
        decide_seats(committee, auditor, 0, 0)


def test_who_is_no_member_on_the_day_cannot_stand_unless_the_bylaws_say_so(committee, held):
    board, people = held
    member = committee.db.get_one(Member, committee.bo.id)
    member.left = committee.meeting.starts_at.date() - dt.timedelta(days=1)
    committee.db.flush()
    (hindrance,) = eligibility.hindrances(committee.db, people[1], board)
    assert (hindrance.code, hindrance.bylaws) == ("not-a-member", True)
    assert hindrance.facts["paragraph"] == "7:7"
    assert "bo-ost" not in dict(elections.standing(committee.db, board))
    for by, reason, refusal in (
        (committee.anna, "§ 12", NotAllowed),
        (committee.nominator, " ", Invalid),
    ):
        with pytest.raises(refusal):
            eligibility.override(committee.db, people[1], reason, by_id=by.id, now=committee.now)
    by = committee.nominator.id
    eligibility.override(committee.db, people[1], "§ 12", by_id=by, now=committee.now)
    assert (people[1].override, people[1].overridden_by_id) == ("§ 12", by)
    assert "bo-ost" in dict(elections.standing(committee.db, board))


def test_nobody_audits_what_they_manage_whatever_the_bylaws_say(committee):
    auditor = committee.election("auditor")
    board = committee.election(seats=1)
    director, firm = (
        committee.stands(board, committee.anna),
        committee.stands(auditor, committee.bo),
    )
    both = committee.stands(auditor, committee.anna)
    committee.begin(committee.anna)
    committee.adopt("seats")
    committee.take_up()
    close_floor(committee, board)
    decide_seats(committee, board, 1, 0)
    acclaim(committee, board)
    accept(committee, director)
    (hindrance,) = eligibility.hindrances(committee.db, both, auditor)
    assert (hindrance.code, hindrance.bylaws) == ("also-board", False)
    by = committee.nominator.id
    with pytest.raises(WrongState):
        eligibility.override(committee.db, both, "§ 12", by_id=by, now=committee.now)
    assert elections.standing(committee.db, auditor) == [(firm.key, firm.name)]


def test_more_candidates_than_seats_are_voted_on(committee, held):
    board, _ = held
    with pytest.raises(WrongState):
        acclaim(committee, board)
    close_floor(committee, board)
    with pytest.raises(SeatsNotDecided):
        acclaim(committee, board)
    decide_seats(committee, board, 2, 0)
    with pytest.raises(MoreThanSeats):
        acclaim(committee, board)


def test_no_more_than_the_seats_are_elected_as_proposed(committee, held):
    board, people = held
    found = elected(committee, board)
    assert [(each.name, each.deputy) for each in found] == [
        ("Anna Åberg", False),
        ("Bo Öst", False),
        ("Per3 Åberg", True),
    ]
    assert {each.acceptance for each in found} == {Acceptance.WAITING}
    (poll,) = polls.of_item(committee.db, board.item_id)
    assert poll.decision["sv"].startswith("Stämman valde enligt förslaget: ")
    assert "Anna Åberg, Bo Öst, Per3 Åberg" in poll.decision["sv"]
    letters = sa.select(NominationLetter).filter_by(about=About.ELECTED)
    assert len(committee.db.scalars(letters).all()) == 3
    with pytest.raises(VoteBegun):
        candidates.withdraw(committee.db, people[0], by_id=committee.anna.id, now=committee.now)


def test_as_proposed_is_refused_where_a_condition_is_not_met(committee):
    db = committee.db
    north = Unit(
        association_id=committee.meeting.association_id, kind=UnitKind.SECTION, name="Norr"
    )
    db.add(north)
    db.flush()
    group = committee.election("nominators", seats=1, conditions=[{"unit": north.id, "least": 1}])
    committee.stands(group, committee.anna)
    committee.begin(committee.anna)
    committee.take_up("nominators")
    close_floor(committee, group)
    with pytest.raises(ConditionsUnmet):
        acclaim(committee, group)


def test_the_chairs_own_acclamation_of_the_proposal_elects_those_proposed(committee, held):
    _, people = held
    committee.adopt("board")
    assert [each.place for each in people] == [1, 2, 3]
    assert elections.take_results(committee.db, now=committee.now) == 0


def test_who_accepts_has_a_term_and_the_role_that_goes_with_it(committee, held):
    board, _ = held
    first, second, third = elected(committee, board)
    term = accept(committee, first)
    assert (term.name, term.starts, term.until_year) == (
        "Anna Åberg",
        dt.date(2027, 6, 10),
        2028,
    )
    assert Role.DIRECTOR in roles.held(committee.db, committee.anna.id)
    assert accept(committee, first) is term
    deputy = accept(committee, third)
    assert deputy.deputy
    assert Role.DIRECTOR not in roles.held(committee.db, third.member_id)
    with pytest.raises(NotAllowed):
        accept(committee, second, by=committee.people[4])
    accept(committee, second, by=committee.nominator)


def test_for_who_declines_the_next_deputy_is_asked(committee, held):
    board, _ = held
    first, second, third = elected(committee, board)
    accept(committee, third)
    moved = seating.decline(committee.db, first, by_id=first.member_id, now=committee.now)
    assert moved is third
    assert (third.deputy, third.acceptance) == (False, Acceptance.WAITING)
    assert not offices.running(committee.db, committee.meeting.association_id)
    accept(committee, third)
    (term,) = offices.running(committee.db, committee.meeting.association_id)
    assert (term.name, term.deputy) == ("Per3 Åberg", False)
    assert seating.decline(committee.db, second, by_id=second.member_id, now=committee.now) is None
    (seats,) = seating.seats(committee.db, committee.meeting.association_id)
    assert (seats.vacant, seats.until_year) == (1, 2028)
    with pytest.raises(WrongState):
        accept(committee, second)


def test_who_was_not_elected_has_nothing_to_accept(committee, held):
    _, people = held
    with pytest.raises(NotElected):
        accept(committee, people[0])


def voted(committee, election, *choices, **settings):
    """A ballot on those who stand, cast by the first members, counted and declared."""
    by = committee.nominator.id
    poll = polls.open_ballot(
        committee.db,
        committee.board,
        committee.meeting,
        committee.item(),
        candidates=elections.standing(committee.db, election),
        by_id=by,
        now=committee.now,
        chance=secrets.token_bytes,
        **settings,
    )
    for member, choice in zip(committee.people, choices, strict=False):
        slot = polls.voter_slot(committee.db, poll.id, member.id)
        body = OpenBallot(poll.election, slot, secrets.token_hex(32), choice).encode()
        cast = Cast(poll.election, slot, body, secrets.token_hex(16))
        assert isinstance(committee.board.cast(committee.db.connection(), [cast])[0], Placed)
    polls.close(committee.db, committee.board, poll, by_id=by, now=committee.now)
    return polls.declare(committee.db, committee.board, poll, by_id=by, now=committee.now)


def test_a_ballots_result_seats_those_elected_in_the_order_of_the_count(committee, held):
    board, people = held
    close_floor(committee, board)
    decide_seats(committee, board, 1, 1)
    choices = ["bo-ost", "bo-ost", "bo-ost", "anna-aberg", "anna-aberg"]
    voted(committee, board, *choices, settings=elections.settings(committee.db, board))
    assert [(each.name, each.deputy) for each in seating.elected(committee.db, board.id)] == [
        ("Bo Öst", False),
        ("Anna Åberg", True),
    ], "at once, when it is declared"
    assert people[2].acceptance is None


def test_without_deputies_the_ballots_are_counted_again_for_who_declines(committee, held):
    board, people = held
    close_floor(committee, board)
    decide_seats(committee, board, 1, 0)
    voted(committee, board, "bo-ost", "bo-ost", "bo-ost", "anna-aberg", "anna-aberg")
    assert not seating.may_recount(committee.db, board)
    by = committee.nominator.id
    assert (
        seating.decline(committee.db, people[1], by_id=committee.bo.id, now=committee.now) is None
    )
    assert seating.may_recount(committee.db, board)
    (anna,) = seating.recount(committee.db, committee.board, board, by_id=by, now=committee.now)
    assert (anna.name, anna.acceptance, anna.deputy) == ("Anna Åberg", Acceptance.WAITING, False)
    assert not seating.may_recount(committee.db, board)
    with pytest.raises(WrongState):
        seating.recount(committee.db, committee.board, board, by_id=by, now=committee.now)


def minuted(committee, *steps):
    """The minutes of the meeting, taken so far."""
    db, now = committee.db, committee.now
    meeting, chair, checker = committee.meeting, committee.nominator, committee.people[3]
    given = {"now": now, "by_id": None, "meeting_id": meeting.id}
    roles.grant(db, checker, Role.CHECKER, **given)
    committee.close()
    written = minutes.draft(db, committee.board, meeting, by_id=chair.id, now=committee.now)
    minutes.sign(db, committee.board, written, by_id=chair.id, now=committee.now)
    if "approved" in steps:
        for each in (chair, checker):
            minutes.approve(db, written, written.sha256, by_id=each.id, now=committee.now)
    if "published" in steps:
        by = chair.id
        minutes_published.publish(db, committee.board, written, by_id=by, now=committee.now)
    return written


def test_after_the_minutes_a_recount_is_a_dated_addendum_to_them(committee, held, tmp_path):
    board, people = held
    close_floor(committee, board)
    decide_seats(committee, board, 1, 0)
    voted(committee, board, "bo-ost", "bo-ost", "bo-ost", "anna-aberg", "anna-aberg")
    written = minuted(committee, "approved", "published")
    frozen = written.text, written.public_text
    seating.decline(committee.db, people[1], by_id=committee.bo.id, now=committee.now)
    by = committee.nominator.id
    (anna,) = seating.recount(committee.db, committee.board, board, by_id=by, now=committee.now)
    assert anna.name == "Anna Åberg"
    assert (written.text, written.public_text) == frozen
    (added,) = minutes_published.addenda(committee.db, written)
    assert added.at == committee.now
    for told in ("Tidigare beslut", "Bo Öst", "Omräkning 1", "Anna Åberg"):
        assert told in added.text
    assert "Anna Åberg" not in added.public_text
    assert "Bo Öst" not in added.public_text
    assert "Omräkning 1" in added.public_text
    committee.db.commit()
    files = records.of_meeting(committee.db, committee.board, committee.meeting)
    record.write_directory(tmp_path / "record", files)
    assert verify(tmp_path / "record") == []
    assert "addenda/1.md" in dict(files)


def test_while_the_minutes_are_signed_nothing_is_counted_again(committee, held):
    board, people = held
    close_floor(committee, board)
    decide_seats(committee, board, 1, 0)
    voted(committee, board, "bo-ost", "bo-ost", "bo-ost", "anna-aberg", "anna-aberg")
    minuted(committee)
    seating.decline(committee.db, people[1], by_id=committee.bo.id, now=committee.now)
    by = committee.nominator.id
    with pytest.raises(MinutesInSigning):
        seating.recount(committee.db, committee.board, board, by_id=by, now=committee.now)


def test_a_vacant_seat_is_filled_by_a_second_vote_and_whoever_sits_stays(committee, held):
    board, _ = held
    first, _, _ = elected(committee, board)
    term = accept(committee, first)
    for each in (*seating.elected(committee.db, board.id)[1:],):
        seating.decline(committee.db, each, by_id=each.member_id, now=committee.now)
    assert seating.vacant(committee.db, board) == 1
    by = committee.nominator.id
    floor_nominations.reopen(committee.db, board, by_id=by, now=committee.now)
    name(committee, board, committee.people[3], committee.nominator, consents=True)
    assert elections.standing(committee.db, board) == [("per4-aberg", "Per4 Åberg")]
    close_floor(committee, board)
    acclaim(committee, board)
    sits = seating.sitting(committee.db, board.id)
    assert [each.name for each in sits] == ["Anna Åberg", "Per4 Åberg"]
    assert accept(committee, first) is term


def next_annual(committee, year: int = 2028) -> Meeting:
    made = Meeting(
        association_id=committee.meeting.association_id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.CALLED,
        title={"sv": "Årsstämma"},
        starts_at=dt.datetime(year, 6, 8, 16, tzinfo=dt.UTC),
        motions_close=dt.date(year, 4, 1),
    )
    committee.db.add(made)
    committee.db.flush()
    return made


def closed(committee, meeting) -> dt.datetime:
    meeting.state, meeting.closed_at = (
        MeetingState.CLOSED,
        meeting.starts_at + dt.timedelta(hours=3),
    )
    committee.db.flush()
    return meeting.closed_at


def test_a_term_ends_with_the_annual_meeting_of_its_last_year_and_so_does_the_role(committee, held):
    board, _ = held
    for each in elected(committee, board)[:2]:
        accept(committee, each)
    committee.close()
    assert offices.advance(committee.db, now=committee.now) == 0, "not by the meeting that elected"
    later = next_annual(committee)
    assert usual_seats(committee.db, later, Office.BOARD) == 2, "so many run out"
    at = closed(committee, later)
    assert offices.advance(committee.db, now=at) == 2
    assert {each.ended_on for each in committee.db.scalars(sa.select(Term))} == {
        dt.date(2028, 6, 8)
    }
    assert Role.DIRECTOR not in roles.held(committee.db, committee.anna.id)
    assert Role.DIRECTOR in roles.held(committee.db, committee.director.id), "granted otherwise"
    assert offices.advance(committee.db, now=at) == 0


def test_the_last_director_keeps_the_role_until_somebody_can_call_a_meeting(committee, held):
    board, _ = held
    grant = committee.db.scalars(sa.select(roles.Grant).filter_by(role=Role.DIRECTOR)).one()
    roles.end(committee.db, grant, now=committee.now, by_id=None)
    for each in elected(committee, board)[:2]:
        accept(committee, each)
    at = closed(committee, next_annual(committee))
    assert offices.advance(committee.db, now=at) == 1
    (left,) = roles.holders(
        committee.db, Role.DIRECTOR, association_id=committee.meeting.association_id
    )
    roles.grant(committee.db, committee.director, Role.DIRECTOR, now=at, by_id=None)
    assert offices.advance(committee.db, now=at) == 1
    assert Role.DIRECTOR not in roles.held(committee.db, left.id)


def test_who_is_elected_again_keeps_the_role_through(committee, held):
    board, _ = held
    first = elected(committee, board)[0]
    term = accept(committee, first)
    again = Term(
        association_id=term.association_id,
        office=Office.BOARD,
        title={},
        member_id=term.member_id,
        name=term.name,
        place=1,
        election_id=board.id,
        meeting_id=board.meeting_id,
        starts=dt.date(2028, 6, 8),
        until_year=2029,
    )
    committee.db.add(again)
    at = closed(committee, next_annual(committee))
    assert offices.advance(committee.db, now=at) == 1
    assert Role.DIRECTOR in roles.held(committee.db, committee.anna.id)
    assert again.grant_id is not None


def test_a_term_that_begins_later_gives_its_role_on_its_day(committee):
    group = committee.election("nominators", seats=1, starts_on=dt.date(2027, 7, 1))
    committee.stands(group, committee.anna)
    committee.begin(committee.anna)
    committee.take_up("nominators")
    close_floor(committee, group)
    acclaim(committee, group)
    accept(committee, seating.elected(committee.db, group.id)[0])
    assert Role.NOMINATOR not in roles.held(committee.db, committee.anna.id)
    offices.advance(committee.db, now=dt.datetime(2027, 7, 1, 6, tzinfo=dt.UTC))
    assert Role.NOMINATOR in roles.held(committee.db, committee.anna.id)


def test_what_is_forgotten_leaves_who_sits(committee, held):
    board, _ = held
    accept(committee, elected(committee, board)[0])
    committee.close()
    nominations.forget(committee.db, now=committee.now + dt.timedelta(days=31))
    (seats,) = seating.seats(committee.db, committee.meeting.association_id)
    assert [each.name for each in seats.terms] == ["Anna Åberg"]
    assert seats.vacant == 1
