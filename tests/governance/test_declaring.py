"""From the closed box to the decision: the count, the tie, the declaration, the void vote."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
import sqlalchemy as sa

from ballots.board import BallotEntry, Closed, ResultEntry, VoidEntry
from ballots.counting import lot
from ballots.errors import Rejected
from governance import polls, presiding, roles
from governance.agenda import ItemKind
from governance.errors import Invalid, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import MeetingState
from governance.motions import Motion, MotionState
from governance.polls import (
    Dissent,
    NotCounted,
    NoTie,
    NotOpen,
    Poll,
    PollState,
    TieWaits,
    TookNoPart,
)
from governance.presiding import NotPresiding
from governance.roles import Role

MINUTE = dt.timedelta(minutes=1)
SEED = "5e" * 32


# Closing.


def test_closing_counts_every_ballot(hall):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt", "adopt", "reject", "abstain")
    hall.close(poll)
    assert (poll.state, poll.closed_at, poll.present) == (PollState.CLOSED, hall.now, 5)
    assert poll.result["votes"] == {"adopt": 2, "reject": 1, "abstain": 1}
    assert (poll.result["base"], poll.result["needed"]) == (3, 2)
    assert (poll.result["outcome"], poll.result["tied"]) == ("adopt", False)
    assert (poll.result["present"], poll.result["members"]) == (5, 6)  # the chair is a member, too
    [closed] = hall.entries(Closed)
    assert (closed.election, closed.ballots) == (poll.election, 4)


def test_who_voted_and_left_was_present(hall):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt", "reject")
    hall.leave(*hall.people[:3])
    assert hall.close(poll).present == 4  # two are here, two have voted and left, one only left


def test_no_ballot_follows_the_close(hall, anna):
    poll = hall.open_ballot(hall.item())
    hall.close(poll)
    refused = hall.cast(poll, anna, "adopt")
    assert isinstance(refused, Rejected)
    assert refused.code == "poll-closed"
    assert hall.entries(BallotEntry) == []


def test_a_ballot_without_votes_carries_nothing(hall):
    poll = hall.close(hall.open_ballot(hall.item()))
    assert (poll.result["outcome"], poll.result["base"]) == ("reject", 0)


def test_only_who_presides_closes(hall, anna):
    poll = hall.open_ballot(hall.item())
    with pytest.raises(NotPresiding):
        polls.close(hall.db, hall.board, poll, by_id=anna.id, now=hall.now)
    assert poll.state is PollState.OPEN


def test_what_is_closed_is_not_closed_again(hall):
    poll = hall.close(hall.open_ballot(hall.item()))
    with pytest.raises(NotOpen):
        hall.close(poll)
    assert len(hall.entries(Closed)) == 1


def test_the_clock_closes_a_poll_whose_time_has_passed(hall):
    closes_at = hall.now + MINUTE
    poll = hall.open_ballot(hall.item(), closes_at=closes_at)
    early = closes_at - dt.timedelta(seconds=1)
    assert list(polls.due(hall.db, early)) == []
    with pytest.raises(WrongState):
        polls.close(hall.db, hall.board, poll, by_id=None, now=early)
    assert list(polls.due(hall.db, closes_at)) == [poll]
    polls.close(hall.db, hall.board, poll, by_id=None, now=closes_at)
    assert list(polls.due(hall.db, closes_at)) == []
    entry = hall.db.scalars(sa.select(JournalEntry).filter_by(act="poll.closed")).one()
    assert (poll.state, entry.by_id) == (PollState.CLOSED, None)


def test_the_clock_leaves_a_poll_without_a_time_open(hall):
    poll = hall.open_ballot(hall.item())
    assert list(polls.due(hall.db, hall.now + 999 * MINUTE)) == []
    with pytest.raises(WrongState):
        polls.close(hall.db, hall.board, poll, by_id=None, now=hall.now + 999 * MINUTE)


def test_the_chair_closes_before_the_time(hall):
    poll = hall.open_ballot(hall.item(), closes_at=hall.now + MINUTE)
    assert hall.close(poll).state is PollState.CLOSED


def test_chair_and_clock_at_once_close_once(database, hall):
    poll = hall.open_ballot(hall.item(), closes_at=hall.now + MINUTE)
    hall.db.commit()

    def close(by_id):
        with database.writing() as db:
            found = db.get_one(Poll, poll.id)
            try:
                polls.close(db, hall.board, found, by_id=by_id, now=hall.now + MINUTE)
            except WrongState:
                return False
            return True

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(close, [None, hall.chair.id] * 2))
    assert sorted(done) == [False, False, False, True]
    assert len(hall.entries(Closed)) == 1


# Rules.


@pytest.mark.parametrize(
    ("majority", "choices", "outcome"),
    [
        ("ordinary", "aar", "adopt"),
        ("ordinary", "arr", "reject"),
        ("ordinary", "abbbb", "adopt"),  # abstentions are no votes cast
        ("bylaws", "aaaar", "adopt"),
        ("bylaws", "aab", "adopt"),  # two of three who vote, the blank one among them
        ("bylaws", "aabb", "reject"),
        ("bylaws", "ar", "reject"),  # a tie that nobody breaks
        ("dues", "aaab", "adopt"),
        ("dues", "aaabb", "reject"),
        ("all-voting", "aaaa", "adopt"),
        ("all-voting", "aaab", "reject"),
    ],
)
def test_the_rule_of_the_item_decides(hall, majority, choices, outcome):
    names = {"a": "adopt", "r": "reject", "b": "abstain"}
    poll = hall.decide(hall.item(majority=majority), *(names[each] for each in choices))
    assert (poll.outcome, poll.result["paragraph"]) == (outcome, poll.rule["paragraph"])


# The chair's vote.


@pytest.fixture
def tied(hall):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt", "reject", "abstain")
    return hall.close(poll)


def cast_it(hall, poll, choice, by=None):
    by_id = (by or hall.chair).id
    return polls.casting_vote(hall.db, poll, choice, by_id=by_id, now=hall.now)


@pytest.mark.parametrize("choice", ["adopt", "reject"])
def test_the_chairs_vote_breaks_a_tie(hall, tied, choice):
    assert (tied.tie_waits_for, tied.result["outcome"]) == ("chair", None)
    cast_it(hall, tied, choice)
    assert tied.tie_waits_for is None
    assert (tied.result["casting_vote"], tied.result["tied"]) == (choice, True)
    assert hall.declare(tied).outcome == choice


def test_a_tie_is_not_declared_before_it_is_broken(hall, tied):
    with pytest.raises(TieWaits):
        hall.declare(tied)
    assert (tied.state, tied.outcome) == (PollState.CLOSED, "")


def test_only_the_chair_in_person_breaks_it(hall, tied, anna, now):
    roles.grant(hall.db, anna, Role.SECRETARY, now=now, by_id=None, meeting_id=hall.meeting.id)
    roles.grant(hall.db, anna, Role.DIRECTOR, now=now, by_id=None)
    with pytest.raises(NotPresiding):
        cast_it(hall, tied, "adopt", by=anna)


def test_a_director_who_presides_has_no_casting_vote(hall, anna, now):
    """Before the meeting has elected its chair there is none."""
    roles.grant(hall.db, anna, Role.DIRECTOR, now=now, by_id=None)
    grant = hall.db.scalars(sa.select(roles.Grant).where(roles.Grant.role == Role.CHAIR)).one()
    roles.end(hall.db, grant, now=now, by_id=None)
    hall.db.flush()
    poll = hall.hands(hall.item(), 2, 2, by_id=anna.id)
    with pytest.raises(NotPresiding):
        cast_it(hall, poll, "adopt", by=anna)
    with pytest.raises(TieWaits):
        polls.declare(hall.db, hall.board, poll, by_id=anna.id, now=now)


@pytest.mark.parametrize("choice", ["abstain", "", "yes"])
def test_the_chairs_vote_is_for_or_against(hall, tied, choice):
    with pytest.raises(Invalid):
        cast_it(hall, tied, choice)


def test_the_chairs_vote_is_given_once(hall, tied):
    cast_it(hall, tied, "adopt")
    with pytest.raises(NoTie):
        cast_it(hall, tied, "reject")


def test_where_there_is_no_tie_the_chair_has_no_second_vote(hall):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt")
    with pytest.raises(NoTie):
        cast_it(hall, poll, "reject")
    hall.close(poll)
    with pytest.raises(NoTie):
        cast_it(hall, poll, "reject")


def test_a_tie_of_hands_is_broken_like_one_of_ballots(hall):
    poll = hall.hands(hall.item(), 2, 2)
    cast_it(hall, poll, "reject")
    assert hall.declare(poll).outcome == "reject"


# The lot.


def draw(hall, poll, seed=SEED, by=None):
    return polls.lot(hall.db, poll, seed=seed, by_id=(by or hall.chair).id, now=hall.now)


@pytest.fixture
def tied_election(hall):
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av revisor"})
    poll = hall.open_ballot(item, candidates=["Eva Ek", "Ali Al", "Ida Id"])
    hall.vote(poll, "candidate-1", "candidate-2", "abstain")
    return hall.close(poll)


def test_the_lot_decides_an_election(hall, tied_election):
    poll = tied_election
    assert (poll.tie_waits_for, poll.result["elected"]) == ("lot", [])
    draw(hall, poll)
    drawn = lot.draw(["candidate-1", "candidate-2"], SEED)
    assert (poll.result["elected"], poll.result["seed"]) == ([drawn], SEED)
    assert hall.declare(poll).outcome == drawn
    name = {"candidate-1": "Eva Ek", "candidate-2": "Ali Al"}[drawn]
    assert poll.decision["sv"] == f"Stämman valde {name}: Val av revisor"


def test_the_chair_has_no_casting_vote_in_an_election(hall, tied_election):
    for choice in ("adopt", "candidate-1"):
        with pytest.raises((NoTie, Invalid)):
            cast_it(hall, tied_election, choice)
    with pytest.raises(TieWaits):
        hall.declare(tied_election)


def test_an_election_by_yes_and_no_goes_to_the_lot(hall):
    poll = hall.hands(hall.item(ItemKind.ELECTION), 2, 2)
    with pytest.raises(NoTie):
        cast_it(hall, poll, "adopt")
    draw(hall, poll)
    drawn = lot.draw(["adopt", "reject"], SEED)
    assert (poll.result["casting_vote"], poll.result["seed"]) == (drawn, SEED)
    assert hall.declare(poll).outcome == drawn


def test_a_decision_is_not_left_to_the_lot(hall, tied):
    with pytest.raises(NoTie):
        draw(hall, tied)


@pytest.mark.parametrize("seed", ["", "5e", "5E" * 32, "zz" * 32, "5e" * 33])
def test_a_seed_is_32_bytes_in_hexadecimal(hall, tied_election, seed):
    with pytest.raises(Invalid) as refused:
        draw(hall, tied_election, seed)
    assert refused.value.field == "seed"
    assert tied_election.tie_waits_for == "lot"


def test_the_lot_is_drawn_once(hall, tied_election):
    draw(hall, tied_election)
    with pytest.raises(NoTie):
        draw(hall, tied_election, "77" * 32)


def test_only_who_presides_draws_the_lot(hall, tied_election, anna):
    with pytest.raises(NotPresiding):
        draw(hall, tied_election, by=anna)


def test_most_votes_need_no_lot(hall):
    poll = hall.open_ballot(hall.item(ItemKind.ELECTION), candidates=["Eva Ek", "Ali Al"])
    hall.vote(poll, "candidate-2", "candidate-2", "candidate-1", "abstain")
    hall.close(poll)
    with pytest.raises(NoTie):
        draw(hall, poll)
    assert hall.declare(poll).outcome == "candidate-2"


def test_blank_votes_elect_nobody(hall):
    poll = hall.open_ballot(hall.item(ItemKind.ELECTION), candidates=["Eva Ek"])
    hall.vote(poll, "abstain", "abstain")
    hall.declare(hall.close(poll))
    assert poll.outcome == ""
    assert poll.decision["en"] == "Nobody was elected: Discharge"


# Declaring.


def test_the_decision_is_written_in_every_language(hall):
    poll = hall.decide(hall.item(), "adopt", "reject", "reject")
    assert (poll.state, poll.outcome, poll.declared_at) == (
        PollState.DECLARED,
        "reject",
        hall.now,
    )
    assert poll.decision == {
        "sv": "Stämman beslutade att avslå: Ansvarsfrihet",
        "en": "The meeting decided to reject: Discharge",
    }


def test_a_percent_sign_in_a_question_stays_one(hall):
    poll = hall.acclaim(hall.item(), question={"sv": "Höja till 5 %(question)s %"})
    assert poll.decision["sv"] == "Stämman beslutade att bifalla: Höja till 5 %(question)s %"


def test_the_hash_of_the_result_is_on_the_board(hall):
    poll = hall.decide(hall.item(), "adopt")
    [entry] = hall.entries(ResultEntry)
    assert (entry.election, entry.result_sha256) == (
        poll.election,
        sha256(polls.public_result(poll)).hexdigest(),
    )


def test_a_result_read_again_from_the_database_is_the_same_bytes(database, hall):
    poll = hall.decide(hall.item(), "adopt", "reject", "reject")
    hall.db.commit()
    with database.reading() as db:
        assert polls.public_result(db.get_one(Poll, poll.id)) == polls.public_result(poll)


def test_only_a_counted_ballot_has_a_public_result(hall):
    for poll in (hall.acclaim(hall.item()), hall.open_ballot(hall.item())):
        with pytest.raises(NotFound):
            polls.public_result(poll)


def test_what_is_open_or_declared_is_not_declared(hall):
    poll = hall.open_ballot(hall.item())
    with pytest.raises(NotCounted):
        hall.declare(poll)
    hall.declare(hall.close(poll))
    with pytest.raises(NotCounted):
        hall.declare(poll)
    assert len(hall.entries(ResultEntry)) == 1


def test_only_who_presides_declares(hall, anna):
    poll = hall.close(hall.open_ballot(hall.item()))
    with pytest.raises(NotPresiding):
        polls.declare(hall.db, hall.board, poll, by_id=anna.id, now=hall.now)


def test_nothing_is_declared_or_broken_while_the_meeting_rests(hall, tied):
    hall.meeting.state = MeetingState.ADJOURNED  # which the chair cannot do while a vote waits
    for act in (hall.declare, hall.void, lambda poll: cast_it(hall, poll, "adopt")):
        with pytest.raises(WrongState):
            act(tied)


def motion_of(hall, item):
    return hall.db.get_one(Motion, item.motion_id)


def test_a_motion_is_decided_when_every_clause_is(hall):
    item = hall.motion("att köpa cyklar", "att sälja bilen", "att gå")
    hall.acclaim(item, clause=3)
    hall.decide(item, "adopt", clause=1)
    hall.void(hall.open_ballot(item, clause=2))
    assert motion_of(hall, item).state is MotionState.IN_NOTICE
    poll = hall.hands(item, 1, 2, clause=2)
    assert motion_of(hall, item).state is MotionState.IN_NOTICE
    hall.declare(poll)
    assert motion_of(hall, item).state is MotionState.DECIDED


def test_a_motion_is_decided_as_a_whole(hall):
    item = hall.motion("att köpa cyklar", "att sälja bilen")
    hall.acclaim(item, "reject")
    assert motion_of(hall, item).state is MotionState.DECIDED


def test_a_count_after_the_acclamation_finds_the_motion_decided(hall):
    item = hall.motion("att köpa cyklar")
    hall.acclaim(item, clause=1)
    assert hall.declare(hall.hands(item, 1, 3, clause=1)).outcome == "reject"
    assert motion_of(hall, item).state is MotionState.DECIDED


# Void.


def test_a_void_vote_closes_its_box_and_stays_on_the_board(hall, anna, bo):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt")
    hall.void(poll, "Fel fråga ställdes.")
    assert (poll.state, poll.reason, poll.result) == (
        PollState.VOID,
        "Fel fråga ställdes.",
        None,
    )
    assert hall.cast(poll, bo, "adopt").code == "poll-closed"
    assert [entry.ballots for entry in hall.entries(Closed)] == [1]
    [entry] = hall.entries(VoidEntry)
    assert entry.reason_sha256 == sha256("Fel fråga ställdes.".encode()).hexdigest()


def test_a_counted_vote_can_be_void_until_it_is_declared(hall, tied):
    hall.void(tied)
    assert tied.tie_waits_for is None
    assert (len(hall.entries(Closed)), len(hall.entries(VoidEntry))) == (1, 1)
    with pytest.raises(NotCounted):
        hall.declare(tied)


def test_a_show_of_hands_that_is_void_leaves_the_board_alone(hall):
    hall.void(hall.hands(hall.item(), 1))
    assert hall.entries(VoidEntry) == []


def test_a_void_vote_has_a_reason(hall, tied):
    for reason in ("", "  \n ", "x" * 2_001):
        with pytest.raises(Invalid) as refused:
            hall.void(tied, reason)
        assert refused.value.field == "reason"


def test_a_declared_result_is_never_void(hall):
    for poll in (hall.decide(hall.item(), "adopt"), hall.acclaim(hall.item())):
        with pytest.raises(WrongState):
            hall.void(poll)
        assert (poll.state, poll.reason) == (PollState.DECLARED, "")


def test_only_who_presides_declares_a_vote_void(hall, tied, anna):
    with pytest.raises(NotPresiding):
        polls.void(hall.db, hall.board, tied, "Fel.", by_id=anna.id, now=hall.now)


# Dissent.


def dissent(hall, poll, member, text="", **given):
    return polls.dissent(hall.db, poll, member, text, **{"now": hall.now, **given})


def test_dissent_is_recorded_on_the_decision(hall, anna):
    poll = hall.acclaim(hall.item())
    dissent(hall, poll, anna, " För dyrt. ")
    [said] = polls.dissents(hall.db, poll.id)
    assert (said.member_id, said.text, said.at) == (anna.id, "För dyrt.", hall.now)


def test_dissent_needs_no_reason_and_is_said_anew(hall, anna):
    poll = hall.acclaim(hall.item())
    dissent(hall, poll, anna)
    dissent(hall, poll, anna, "För dyrt.")
    assert [said.text for said in hall.db.scalars(sa.select(Dissent))] == ["För dyrt."]


def test_the_chair_writes_down_the_dissent_of_somebody_in_the_room(hall, anna, bo):
    poll = hall.acclaim(hall.item())
    with pytest.raises(NotPresiding):
        dissent(hall, poll, anna, by_id=bo.id)
    dissent(hall, poll, anna, by_id=hall.chair.id)
    entry = hall.db.scalars(sa.select(JournalEntry).filter_by(act="dissent.recorded")).one()
    assert (entry.by_id, entry.details) == (hall.chair.id, {})


def test_nobody_dissents_from_what_is_not_decided(hall, tied, anna):
    with pytest.raises(WrongState):
        dissent(hall, tied, anna)


def test_who_was_elsewhere_does_not_dissent(hall, anna, bo):
    hall.leave(anna)
    later = hall.now + MINUTE
    item = hall.item()
    poll = hall.acclaim(item, now=later)
    hall.now = later + MINUTE
    hall.arrive(anna)
    for absent in (anna, hall.chair):
        with pytest.raises(TookNoPart):
            dissent(hall, poll, absent)
    hall.leave(bo)
    dissent(hall, poll, bo)


def test_who_had_a_ballot_dissents_from_outside(hall, anna):
    poll = hall.open_ballot(hall.item())
    hall.leave(anna)
    hall.declare(hall.close(poll))
    dissent(hall, poll, anna)


def test_after_the_meeting_it_is_too_late_to_dissent(hall, anna):
    poll = hall.acclaim(hall.item())
    presiding.adjourn(hall.db, hall.meeting, by_id=hall.chair.id, now=hall.now)
    dissent(hall, poll, anna)
    presiding.close_meeting(hall.db, hall.meeting, by_id=hall.chair.id, now=hall.now)
    with pytest.raises(WrongState):
        dissent(hall, poll, anna, "Nej.")


def test_a_dissent_is_not_longer_than_a_page(hall, anna):
    with pytest.raises(Invalid):
        dissent(hall, hall.acclaim(hall.item()), anna, "x" * 2_001)
