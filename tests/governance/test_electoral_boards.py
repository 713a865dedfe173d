"""Who holds the key of a meeting's secret votes: naming them, replacing them, losing some."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from governance import electoral_boards, opening, polls, presiding, roles, secret, trustees
from governance.electoral_boards import (
    BoardNotReady,
    NoSuchBoard,
    OnTheBoard,
    Step,
    TooFewTrustees,
)
from governance.errors import Invalid, NotAllowed, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import MeetingState
from governance.polls import PollState
from governance.roles import Role
from tests.governance.booth import Booth


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


def elect(hall, office, *elected):
    presiding.elect(hall.db, hall.meeting, office, elected, by_id=hall.chair.id, now=hall.now)


def test_tellers_and_checkers_are_proposed_three_at_most(hall):
    anna, bo, cia, dan, _ = hall.people
    assert electoral_boards.proposed(hall.db, hall.meeting.id) == []
    elect(hall, Role.CHECKER, anna, bo)
    elect(hall, Role.TELLER, cia, anna, dan)
    asked = electoral_boards.proposed(hall.db, hall.meeting.id)
    assert [each.id for each in asked] == [cia.id, anna.id, dan.id]


def test_the_chair_the_secretary_and_the_directors_set_up_a_board(hall, booth):
    secretary, director, nobody = hall.people[:3]
    elect(hall, Role.SECRETARY, secretary)
    roles.grant(hall.db, director, Role.DIRECTOR, now=hall.now, by_id=None)
    for member in (hall.chair, secretary, director):
        assert electoral_boards.may_set_up(hall.db, hall.meeting.id, member.id)
    assert not electoral_boards.may_set_up(hall.db, hall.meeting.id, nobody.id)
    booth.set_up(hall.people[:3])
    with pytest.raises(NotAllowed):
        electoral_boards.set_up(hall.db, hall.meeting, hall.people, by_id=nobody.id, now=hall.now)


def test_a_board_may_stand_before_the_meeting_opens_and_not_after_it_is_over(hall, booth):
    roles.grant(hall.db, hall.chair, Role.DIRECTOR, now=hall.now, by_id=None)
    hall.meeting.state = MeetingState.ANNOUNCED
    assert booth.set_up(hall.people[:3]).needed == 2
    hall.meeting.state = MeetingState.CLOSED
    with pytest.raises(WrongState):
        booth.set_up(hall.people[:3])


@pytest.mark.parametrize(("number", "needed"), [(1, 1), (0, 2), (3, 1), (3, 4), (2, 0)])
def test_one_alone_never_holds_the_key_and_more_than_all_are_never_needed(
    hall, booth, number, needed
):
    with pytest.raises(Invalid):
        booth.set_up(hall.people[:number], needed)


def test_trustees_are_members_each_once(hall, booth, make_member):
    hall.db.commit()
    gone = make_member("66", left=dt.date(2021, 1, 1))
    for members in ([hall.people[0], hall.people[0]], [hall.people[0], gone]):
        with pytest.raises(Invalid) as refused:
            booth.set_up(members)
        assert refused.value.field == "trustees"


def test_a_new_board_replaces_the_one_before(hall, booth):
    first = booth.set_up(hall.people[:3])
    second = booth.set_up(hall.people[1:4])
    assert electoral_boards.standing(hall.db, hall.meeting.id) is second
    assert first.ended_at == hall.now
    [once] = trustees.of_member(hall.db, hall.people[1].id)
    assert once.board_id == second.id
    assert trustees.of_member(hall.db, hall.people[0].id) == []


def test_a_board_that_is_to_open_a_vote_is_not_replaced(hall, booth):
    booth.board()
    poll = booth.put(hall.item())
    with pytest.raises(OnTheBoard):
        booth.set_up(hall.people[1:4])
    hall.close(poll)
    with pytest.raises(OnTheBoard):
        booth.set_up(hall.people[1:4])
    hall.void(poll)
    booth.set_up(hall.people[1:4])


def test_another_associations_board_is_not_found(hall, booth):
    made = booth.set_up(hall.people[:3])
    assert electoral_boards.get(hall.db, hall.meeting.association_id, made.id) is made
    with pytest.raises(NotFound):
        electoral_boards.get(hall.db, hall.meeting.association_id + 1, made.id)


def test_no_secret_vote_opens_without_a_board_whose_keys_are_all_checked(hall, booth):
    with pytest.raises(NoSuchBoard):
        booth.put(hall.item())
    standing = booth.set_up(hall.people[:3])
    for step in Step:
        if step is Step.READY:
            break
        with pytest.raises(BoardNotReady):
            booth.put(hall.item())
        booth.take(standing, step)
    assert booth.put(hall.item()).state is PollState.OPEN


def test_two_of_three_open_when_the_third_has_lost_the_key(hall, booth):
    standing = booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt", "adopt", "adopt", "reject")
    hall.close(poll)
    lost = electoral_boards.trustees(hall.db, standing.id)[0]
    part = booth.part(poll, 1)
    left = electoral_boards.lose(hall.db, lost, by_id=lost.member_id, now=hall.now)
    assert left == 2
    with pytest.raises(opening.EnoughAreLeft):
        opening.void_unopenable(hall.db, hall.board, poll, by_id=hall.chair.id, now=hall.now)
    with pytest.raises(opening.TrusteeLost) as refused:
        opening.take_part(hall.db, poll, lost, part, now=hall.now)
    assert refused.value.facts["name"] == lost.member.name
    booth.open_part(poll, 2)
    booth.open_part(poll, 3)
    assert hall.declare(poll).outcome == "adopt"


def test_a_vote_that_too_few_can_open_is_void_with_that_reason_and_rerun_on_a_new_board(
    hall, booth
):
    standing = booth.board()
    item = hall.item()
    poll = booth.put(item)
    booth.vote(poll, "adopt", "adopt")
    hall.close(poll)
    for lost in electoral_boards.trustees(hall.db, standing.id)[:2]:
        electoral_boards.lose(hall.db, lost, by_id=hall.chair.id, now=hall.now)
    opening.void_unopenable(hall.db, hall.board, poll, by_id=hall.chair.id, now=hall.now)
    assert (poll.state, poll.result) == (PollState.VOID, None)
    assert poll.reason.startswith("För få nyckelhållare")
    with pytest.raises(TooFewTrustees):
        booth.put(item)
    booth.board(hall.people[2:5])
    assert booth.put(item).state is PollState.OPEN


def test_what_is_lost_may_be_found(hall, booth):
    standing = booth.board()
    one, two, _ = electoral_boards.trustees(hall.db, standing.id)
    for each in (one, two):
        electoral_boards.lose(hall.db, each, by_id=hall.chair.id, now=hall.now)
    with pytest.raises(NotAllowed):
        electoral_boards.find(hall.db, one, by_id=two.member_id, now=hall.now)
    assert electoral_boards.find(hall.db, one, by_id=hall.chair.id, now=hall.now) == 2
    booth.put(hall.item())


def test_the_journal_tells_the_boards_steps(hall, booth):
    standing = booth.board()
    electoral_boards.lose(
        hall.db,
        electoral_boards.trustees(hall.db, standing.id)[0],
        by_id=hall.chair.id,
        now=hall.now,
    )
    acts = sa.select(JournalEntry.act).where(
        JournalEntry.subject == f"electoral-board:{standing.id}"
    )
    assert hall.db.scalars(acts.order_by(JournalEntry.id)).all() == [
        "electoral-board.set-up",
        *["trustee.checked"] * 3,
        "trustee.lost",
    ]


def test_everybody_reads_before_voting_who_could_learn_what(hall, booth):
    booth.board()
    trust = secret.trust(hall.db, booth.put(hall.item()))
    assert (trust.server_alone, trust.needed) == (False, 2)
    assert [each.member_id for each in trust.trustees] == [each.id for each in hall.people[:3]]
    assert polls.open_now(hall.db, hall.meeting.id) is not None
