"""Putting a question to the vote: what is frozen, who votes, and what is refused."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from ballots.board import BallotEntry, Opened
from ballots.errors import Rejected
from ballots.manifest import roll_sha256
from ballots.receipt import verify_receipt
from governance import polls, presiding, roll
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.associations import Association
from governance.errors import Invalid, NotFound, Refused, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting
from governance.polls import (
    AlreadyDecided,
    AlreadyPut,
    BallotOpen,
    InformationOnly,
    NoRoll,
    PollKind,
    PollState,
    PollVoter,
)
from governance.presiding import NotPresiding, VoteUnderWay

MINUTE = dt.timedelta(minutes=1)
QUESTION = {"sv": "Ska vi köpa cyklar?", "en": "Shall we buy bicycles?"}


def slots(hall, poll):
    wanted = sa.select(PollVoter.member_id, PollVoter.slot).where(PollVoter.poll_id == poll.id)
    return dict(hall.db.execute(wanted).all())


def test_opening_a_ballot_freezes_what_is_voted_on_and_by_whom(hall):
    poll = hall.open_ballot(hall.item(), question=QUESTION)
    manifest = hall.board.manifest(hall.db.connection(), poll.election)
    assert manifest.election == poll.election
    assert (manifest.origin, manifest.meeting) == (hall.board.origin, str(hall.meeting.id))
    assert (manifest.question, manifest.method) == (QUESTION, "majority")
    assert manifest.option_ids == ["adopt", "reject", "abstain"]
    assert manifest.options[0]["label"] == {"sv": "Bifall", "en": "Adopt"}
    assert (manifest.rule["base"], manifest.rule["paragraph"]) == ("cast_valid", "6:33")
    assert (manifest.rule, manifest.options) == (poll.rule, poll.options)
    assert manifest.roll_sha256 == roll_sha256(slots(hall, poll).values())
    [opened] = hall.entries(Opened)
    assert (opened.election, opened.roll_sha256, opened.voters) == (
        poll.election,
        manifest.roll_sha256,
        5,
    )


def test_everybody_on_the_roll_has_a_slot_that_no_other_poll_knows(hall):
    first = hall.open_ballot(hall.item())
    hall.declare(hall.close(first))
    second = hall.open_ballot(hall.item())
    assert set(slots(hall, first)) == set(slots(hall, second)) == {each.id for each in hall.people}
    assert not set(slots(hall, first).values()) & set(slots(hall, second).values())


def test_the_poll_keeps_its_roll_and_its_rule_whatever_is_changed_afterwards(hall, make_member):
    item = hall.item(majority="ordinary")
    poll = hall.open_ballot(item)
    late = make_late(hall, make_member)
    item.title, item.majority = {"sv": "Annat"}, "bylaws"
    hall.approve_roll()
    hall.db.flush()
    assert hall.db.get(roll.Roll, poll.roll_id).version == 1
    assert polls.voter_slot(hall.db, poll.id, late.id) is None
    manifest = hall.board.manifest(hall.db.connection(), poll.election)
    assert (manifest.question, manifest.rule["key"]) == (
        {"sv": "Ansvarsfrihet", "en": "Discharge"},
        "ordinary",
    )


def make_late(hall, make_member):
    hall.db.commit()  # SQLite has one writer at a time
    late = make_member("77")
    hall.arrive(late)
    return late


def test_who_came_after_the_roll_was_approved_votes_on_its_next_version(hall, make_member):
    hall.approve_roll()
    late = make_late(hall, make_member)
    assert len(slots(hall, hall.open_ballot(hall.item()))) == 5
    hall.void(polls.open_now(hall.db, hall.meeting.id))
    hall.approve_roll()
    assert late.id in slots(hall, hall.open_ballot(hall.item()))


def test_the_item_of_a_vote_is_taken_up(hall):
    before, item = hall.item(), hall.item()
    presiding.take_up(hall.db, hall.meeting, before, by_id=hall.chair.id, now=hall.now)
    hall.open_ballot(item)
    assert (before.state, item.state) == (ItemState.DONE, ItemState.CURRENT)


def test_a_clause_is_asked_in_the_words_and_the_language_of_its_motion(hall):
    item = hall.motion("att köpa cyklar", "att sälja bilen")
    poll = hall.open_ballot(item, clause=2)
    assert (poll.question, poll.clause) == ({"sv": "att sälja bilen"}, 2)


def test_one_candidate_is_elected_by_most_votes(hall):
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av revisor"})
    poll = hall.open_ballot(item, candidates=["  Eva  Ek ", "Ali Al"])
    assert poll.method == "plurality"
    assert [(each["id"], each["label"]["sv"]) for each in poll.options] == [
        ("candidate-1", "Eva Ek"),
        ("candidate-2", "Ali Al"),
        ("abstain", "Avstår"),
    ]
    assert (poll.rule["seats"], poll.rule["tie"], poll.rule["paragraph"]) == (1, "lot", "6:34")


def test_an_election_by_yes_and_no_breaks_ties_by_lot(hall):
    """The chair's vote is for decisions only (6:33, 6:34)."""
    assert hall.open_ballot(hall.item(ItemKind.ELECTION)).rule["tie"] == "lot"


def test_the_journal_knows_who_opened_and_not_who_votes(hall):
    poll = hall.open_ballot(hall.item())
    entry = hall.db.scalars(sa.select(JournalEntry).filter_by(act="poll.opened")).one()
    assert (entry.by_id, entry.subject, entry.details) == (
        hall.chair.id,
        f"poll:{poll.id}",
        {"voters": 5},
    )


# What is refused.


def test_only_who_presides_puts_a_question(hall, anna):
    hall.approve_roll()
    item = hall.item()
    for put in (hall.open_ballot, hall.acclaim, lambda item, **by: hall.hands(item, 1, **by)):
        with pytest.raises(NotPresiding):
            put(item, by_id=anna.id)
    assert item.state is ItemState.AHEAD


def test_a_meeting_that_rests_decides_nothing(hall):
    hall.approve_roll()
    presiding.adjourn(hall.db, hall.meeting, by_id=hall.chair.id, now=hall.now)
    for put in (hall.open_ballot, hall.acclaim, lambda item: hall.hands(item, 1)):
        with pytest.raises(WrongState):
            put(hall.item())


def test_an_information_item_decides_nothing(hall):
    for put in (hall.open_ballot, hall.acclaim, lambda item: hall.hands(item, 1)):
        with pytest.raises(InformationOnly):
            put(hall.item(ItemKind.INFORMATION))


def test_a_ballot_needs_an_approved_roll(hall):
    given = {"by_id": hall.chair.id, "now": hall.now, "chance": hall.chance}
    with pytest.raises(NoRoll):
        polls.open_ballot(hall.db, hall.board, hall.meeting, hall.item(), **given)


def test_one_ballot_is_open_at_a_time(hall):
    item = hall.motion("att köpa cyklar", "att sälja bilen")
    first = hall.open_ballot(item, clause=1)
    with pytest.raises(BallotOpen):
        hall.open_ballot(item, clause=2)
    with pytest.raises(VoteUnderWay):
        hall.open_ballot(hall.item())
    hall.close(first)
    hall.open_ballot(item, clause=2)


def test_a_ballot_closes_in_the_future(hall):
    for past in (hall.now, hall.now - MINUTE):
        with pytest.raises(Invalid) as refused:
            hall.open_ballot(hall.item(), closes_at=past)
        assert refused.value.field == "closes_at"


@pytest.mark.parametrize("clause", [0, 3, -1])
def test_a_clause_that_the_motion_does_not_have_is_not_put(hall, clause):
    item = hall.motion("att köpa cyklar", "att sälja bilen")
    with pytest.raises(Invalid) as refused:
        hall.open_ballot(item, clause=clause)
    assert refused.value.field == "clause"


def test_an_item_without_a_motion_has_no_clauses(hall):
    with pytest.raises(Invalid):
        hall.acclaim(hall.item(), clause=1)


def test_a_question_is_asked_in_the_authentic_language(hall):
    for question in ({}, {"sv": " "}, {"en": "Shall we?"}):
        with pytest.raises(Invalid):
            hall.open_ballot(hall.item(), question=question)


def test_a_question_is_not_longer_than_a_page(hall):
    with pytest.raises(Invalid):
        hall.acclaim(hall.item(), question={"sv": "x" * 4_001})
    hall.acclaim(hall.item(), question={"sv": "x" * 4_000})


@pytest.mark.parametrize(
    "names", [[], [" "], ["Eva Ek", "eva  ek"], [f"Nr {n}" for n in range(40)], ["x" * 201]]
)
def test_candidates_are_named_each_once(hall, names):
    with pytest.raises(Invalid) as refused:
        hall.open_ballot(hall.item(ItemKind.ELECTION), candidates=names)
    assert refused.value.field == "candidates"


def test_candidates_stand_in_elections_only(hall):
    with pytest.raises(Invalid):
        hall.open_ballot(hall.item(ItemKind.DECISION), candidates=["Eva Ek"])


def test_what_does_not_fit_into_a_manifest_is_refused_before_anything_is_written(hall):
    item = hall.item(ItemKind.ELECTION)
    hall.meeting.association.languages = ["sv", "en", "fi", "fr", "nl", "es", "de", "it", "hu"]
    with pytest.raises(Invalid):
        hall.open_ballot(item, candidates=[f"{n}" + "å" * 190 for n in range(39)])
    assert hall.entries(Opened) == []


def test_two_clicks_at_once_open_one_ballot(database, hall):
    item = hall.item()
    hall.approve_roll()
    hall.db.commit()

    def click(_):
        with database.writing() as db:
            try:
                polls.open_ballot(
                    db,
                    hall.board,
                    db.get_one(Meeting, hall.meeting.id),
                    db.get_one(AgendaItem, item.id),
                    by_id=hall.chair.id,
                    now=hall.now,
                    chance=hall.chance,
                )
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(click, range(4))) == [False, False, False, True]
    assert len(hall.entries(Opened)) == 1


# Acclamation and show of hands.


def test_an_acclamation_is_declared_at_once(hall):
    poll = hall.acclaim(hall.item(), question=QUESTION)
    assert (poll.kind, poll.state) == (PollKind.ACCLAMATION, PollState.DECLARED)
    assert (poll.outcome, poll.present, poll.declared_at) == ("adopt", 5, hall.now)
    assert (poll.result, poll.election) == (None, None)
    assert poll.decision == {
        "sv": "Stämman beslutade att bifalla: Ska vi köpa cyklar?",
        "en": "The meeting decided to adopt: Shall we buy bicycles?",
    }


def test_an_acclamation_needs_no_roll_and_names_the_one_there_is(hall):
    assert hall.acclaim(hall.item()).roll_id is None
    approved = hall.approve_roll()
    assert hall.acclaim(hall.item()).roll_id == approved.id


@pytest.mark.parametrize("outcome", ["", "abstain", "yes"])
def test_an_acclamation_adopts_or_rejects(hall, outcome):
    with pytest.raises(Invalid):
        hall.acclaim(hall.item(), outcome)


def test_hands_are_counted_and_wait_to_be_declared(hall):
    hall.approve_roll()
    poll = hall.hands(hall.item(), 2, 1, 1)
    assert (poll.kind, poll.state, poll.present) == (PollKind.SHOW_OF_HANDS, PollState.CLOSED, 5)
    assert poll.result["votes"] == {"adopt": 2, "reject": 1, "abstain": 1}
    assert (poll.result["outcome"], poll.result["base"]) == ("adopt", 3)
    assert hall.declare(poll).outcome == "adopt"
    assert hall.board.size(hall.db.connection()) == 1  # the roll: no ballot, so no entry of one


def test_no_more_hands_than_people_on_the_roll_who_are_here(hall, make_member):
    hall.approve_roll()
    make_late(hall, make_member)
    hall.leave(hall.people[0])
    with pytest.raises(Invalid) as refused:
        hall.hands(hall.item(), 3, 2)
    assert refused.value.facts == {"votes": 5, "voters": 4}
    hall.hands(hall.item(), 3, 1)


def test_before_there_is_a_roll_no_more_hands_than_people_here(hall):
    with pytest.raises(Invalid):
        hall.hands(hall.item(), 4, 1, 1)
    hall.hands(hall.item(), 4, 1)


@pytest.mark.parametrize(
    "votes", [{}, {"adopt": 0}, {"adopt": -1}, {"adopt": True}, {"adopt": 1, "maybe": 1}]
)
def test_hands_are_whole_numbers_for_against_and_abstaining(hall, votes):
    with pytest.raises(Invalid) as refused:
        hall.hands(hall.item(), votes=votes)
    assert refused.value.field == "votes"


# The same question again.


def test_an_acclamation_that_somebody_doubts_is_counted(hall):
    item = hall.item()
    hall.acclaim(item, "adopt")
    assert hall.declare(hall.hands(item, 1, 3)).outcome == "reject"
    assert hall.decide(item, "adopt", "adopt", "reject").outcome == "adopt"


def test_what_has_been_counted_is_not_decided_less_exactly(hall):
    item = hall.item()
    hall.decide(item, "adopt")
    for put in (hall.open_ballot, hall.acclaim, lambda item: hall.hands(item, 1)):
        with pytest.raises(AlreadyDecided):
            put(item)


def test_a_second_click_records_no_second_acclamation(hall):
    item = hall.item()
    hall.acclaim(item)
    with pytest.raises(AlreadyDecided):
        hall.acclaim(item)


def test_a_question_is_not_put_twice_at_once(hall):
    item = hall.item()
    hall.open_ballot(item)
    with pytest.raises(AlreadyPut):
        hall.acclaim(item)
    with pytest.raises(AlreadyPut):
        hall.hands(item, 1)


def test_another_question_under_the_same_item_is_another_vote(hall):
    item = hall.item()
    hall.acclaim(item)
    hall.acclaim(item, "reject", question=QUESTION)
    assert [poll.outcome for poll in polls.of_item(hall.db, item.id)] == ["adopt", "reject"]


def test_after_a_void_vote_the_question_is_put_again(hall):
    item = hall.item()
    hall.void(hall.open_ballot(item))
    hall.open_ballot(item)


# The box.


def test_the_turnout_is_the_number_of_ballots_and_nothing_more(hall):
    poll = hall.open_ballot(hall.item())
    assert polls.turnout(hall.db, hall.board, poll) == 0
    hall.vote(poll, "adopt", "reject")
    assert polls.turnout(hall.db, hall.board, poll) == len(hall.entries(BallotEntry)) == 2
    assert poll.result is None


def test_the_turnout_of_a_show_of_hands_is_the_hands(hall):
    assert polls.turnout(hall.db, hall.board, hall.acclaim(hall.item())) == 0
    assert polls.turnout(hall.db, hall.board, hall.hands(hall.item(), 2, 1, 1)) == 4


def test_a_voter_has_one_receipt_and_it_holds(hall, anna, bo):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt")
    hall.db.commit()
    receipt = polls.receipt(hall.db, hall.board, poll, anna.id)
    proved = verify_receipt(receipt, hall.board.signer.key.verifier)
    assert proved.entry == hall.entries(BallotEntry)[0].encode()
    assert polls.receipt(hall.db, hall.board, poll, anna.id) == receipt
    assert polls.receipt(hall.db, hall.board, poll, bo.id) is None
    assert polls.receipt(hall.db, hall.board, poll, hall.chair.id) is None


def test_a_vote_without_ballots_gives_no_receipt(hall, anna):
    assert polls.receipt(hall.db, hall.board, hall.acclaim(hall.item()), anna.id) is None


def test_a_second_ballot_of_the_same_member_is_refused(hall, anna):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt")
    refused = hall.cast(poll, anna, "reject")
    assert isinstance(refused, Rejected)
    assert refused.code == "already-voted"


def test_what_has_been_asked_is_found_again(hall):
    first, second = hall.item(), hall.item()
    acclaimed, opened = hall.acclaim(first), hall.open_ballot(second)
    meeting_id = hall.meeting.id
    assert list(polls.of_meeting(hall.db, meeting_id)) == [acclaimed, opened]
    assert list(polls.of_item(hall.db, second.id)) == [opened]
    assert polls.open_now(hall.db, meeting_id) is polls.unfinished(hall.db, meeting_id) is opened
    hall.close(opened)
    assert polls.open_now(hall.db, meeting_id) is None
    assert polls.unfinished(hall.db, meeting_id) is opened
    hall.declare(opened)
    assert polls.unfinished(hall.db, meeting_id) is None


def test_another_associations_poll_is_not_there(hall):
    poll = hall.acclaim(hall.item())
    other = Association(slug="other", name="Other", origin="other.example/board")
    hall.db.add(other)
    hall.db.flush()
    assert polls.get(hall.db, hall.meeting.association_id, poll.id) is poll
    for association_id, poll_id in ((other.id, poll.id), (hall.meeting.association_id, 999)):
        with pytest.raises(NotFound):
            polls.get(hall.db, association_id, poll_id)


def test_an_acclaimed_election_reads_as_one_in_the_minutes(hall):
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av ordförande", "en": "Chair"})
    poll = polls.acclaim(
        hall.db, hall.meeting, item, outcome="adopt", by_id=hall.chair.id, now=hall.now
    )
    assert poll.decision == {
        "sv": "Stämman valde enligt förslaget: Val av ordförande",
        "en": "The meeting elected as proposed: Chair",
    }
