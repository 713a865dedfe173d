"""Who leads a meeting, and the steps it is led through."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from governance import polls, presiding, roles
from governance.agenda import AgendaItem, ItemState
from governance.errors import NotAllowed, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState
from governance.presiding import NeedsNotice, NotPresiding, TooEarly, VoteUnderWay
from governance.roles import Grant, Role

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def meeting(hall):
    return hall.meeting


@pytest.fixture
def director(database, make_member, now):
    made = make_member("80", given_name="Dora")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def called(director, hall, meeting, now):
    """The meeting as it is before anybody has opened it: called, without a chair."""
    grant = hall.db.scalars(sa.select(Grant).where(Grant.role == Role.CHAIR)).one()
    roles.end(hall.db, grant, now=now, by_id=None)
    meeting.state = MeetingState.CALLED
    meeting.opened_at = None
    hall.db.flush()
    return meeting


def acts(db):
    return list(db.scalars(sa.select(JournalEntry.act).order_by(JournalEntry.id)))


def test_a_director_opens_the_meeting_at_its_time(hall, called, director, now):
    presiding.open_meeting(hall.db, called, by_id=director.id, now=now)
    assert (called.state, called.opened_at) == (MeetingState.OPEN, now)
    assert "meeting.open" in acts(hall.db)


def test_nobody_opens_it_before_its_time(hall, called, director, now):
    with pytest.raises(TooEarly) as refused:
        presiding.open_meeting(hall.db, called, by_id=director.id, now=now - SECOND)
    assert refused.value.facts == {"starts_at": called.starts_at}
    assert called.state is MeetingState.CALLED


def test_a_member_does_not_open_it(hall, called, anna, now):
    with pytest.raises(NotPresiding):
        presiding.open_meeting(hall.db, called, by_id=anna.id, now=now)


@pytest.mark.parametrize(
    "state", [each for each in MeetingState if each is not MeetingState.CALLED]
)
def test_only_a_meeting_that_has_been_called_is_opened(hall, called, director, now, state):
    called.state = state
    with pytest.raises(WrongState):
        presiding.open_meeting(hall.db, called, by_id=director.id, now=now)
    assert called.state is state


def test_once_there_is_a_chair_the_board_presides_no_longer(director, hall, chair, now):
    assert presiding.presides(hall.db, hall.meeting.id, chair.id)
    assert not presiding.presides(hall.db, hall.meeting.id, director.id)
    with pytest.raises(NotPresiding):
        presiding.adjourn(hall.db, hall.meeting, by_id=director.id, now=now)


def test_the_chair_of_another_meeting_does_not_preside(hall, called, chair):
    assert not presiding.presides(hall.db, called.id + 1, chair.id)


def test_a_meeting_is_adjourned_and_resumed(hall, meeting, chair, now):
    presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)
    assert meeting.state is MeetingState.ADJOURNED
    presiding.resume(hall.db, meeting, by_id=chair.id, now=now)
    assert meeting.state is MeetingState.OPEN


def test_what_goes_on_is_not_resumed(hall, meeting, chair, now):
    with pytest.raises(WrongState):
        presiding.resume(hall.db, meeting, by_id=chair.id, now=now)


def test_after_four_weeks_a_meeting_needs_a_notice_to_go_on(hall, meeting, chair, now):
    """By the days at the seat: 29 March 2027 is a day of summer time, 1 March is not."""
    assert now == dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)
    midnight = dt.datetime(2027, 3, 28, 22, tzinfo=dt.UTC)
    with pytest.raises(NeedsNotice) as refused:
        presiding.resume(hall.db, meeting, by_id=chair.id, now=midnight)
    assert refused.value.facts == {"day": now.date(), "weeks": 4, "paragraph": "6:13"}
    presiding.resume(hall.db, meeting, by_id=chair.id, now=midnight - SECOND)
    presiding.adjourn(hall.db, meeting, by_id=chair.id, now=midnight)
    presiding.resume(hall.db, meeting, by_id=chair.id, now=midnight + dt.timedelta(days=27))


def test_a_meeting_with_an_unfinished_vote_is_not_adjourned(hall, meeting, chair, now):
    poll = hall.open_ballot(hall.item())
    with pytest.raises(VoteUnderWay):
        presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)
    hall.close(poll)
    with pytest.raises(VoteUnderWay):
        presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)
    polls.declare(hall.db, hall.board, poll, by_id=chair.id, now=now)
    presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)


def test_a_meeting_is_not_closed_before_every_vote_is_declared(hall, meeting, chair, now):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt")
    with pytest.raises(VoteUnderWay):
        presiding.close_meeting(hall.db, meeting, by_id=chair.id, now=now)
    hall.close(poll)
    with pytest.raises(VoteUnderWay):
        presiding.close_meeting(hall.db, meeting, by_id=chair.id, now=now)
    hall.declare(poll)
    presiding.close_meeting(hall.db, meeting, by_id=chair.id, now=now)
    assert (meeting.state, meeting.closed_at) == (MeetingState.CLOSED, now)


def test_a_void_vote_keeps_no_meeting_from_closing(hall, meeting, chair, now):
    hall.void(hall.open_ballot(hall.item()))
    presiding.close_meeting(hall.db, meeting, by_id=chair.id, now=now)


def test_closing_finishes_the_current_item(hall, meeting, chair, now):
    item = hall.item()
    presiding.take_up(hall.db, meeting, item, by_id=chair.id, now=now)
    presiding.close_meeting(hall.db, meeting, by_id=chair.id, now=now)
    assert (item.state, meeting.current_item_id) == (ItemState.DONE, None)


def test_a_member_closes_nothing(hall, meeting, anna, now):
    for step in (presiding.adjourn, presiding.resume, presiding.close_meeting):
        with pytest.raises(NotPresiding):
            step(hall.db, meeting, by_id=anna.id, now=now)


def test_taking_up_an_item_finishes_the_one_before(hall, meeting, chair, now):
    first, second = hall.item(), hall.item()
    presiding.take_up(hall.db, meeting, first, by_id=chair.id, now=now)
    presiding.take_up(hall.db, meeting, second, by_id=chair.id, now=now)
    assert (first.state, second.state) == (ItemState.DONE, ItemState.CURRENT)
    assert meeting.current_item_id == second.id


def test_an_item_can_be_taken_up_again(hall, meeting, chair, now):
    first, second = hall.item(), hall.item()
    for item in (first, second, first):
        presiding.take_up(hall.db, meeting, item, by_id=chair.id, now=now)
    assert (first.state, second.state) == (ItemState.CURRENT, ItemState.DONE)


def test_taking_up_the_current_item_changes_nothing(hall, meeting, chair, now):
    item = hall.item()
    for _ in range(2):
        presiding.take_up(hall.db, meeting, item, by_id=chair.id, now=now)
    assert acts(hall.db).count("item.taken-up") == 1


def test_an_item_of_another_meeting_is_not_there(hall, meeting, chair, now):
    other = Meeting(
        association_id=meeting.association_id,
        kind=meeting.kind,
        state=MeetingState.OPEN,
        title=meeting.title,
        starts_at=now,
        motions_close=now.date(),
    )
    hall.db.add(other)
    hall.db.flush()
    roles.grant(hall.db, chair, Role.CHAIR, now=now, by_id=None, meeting_id=other.id)
    with pytest.raises(NotFound):
        presiding.take_up(hall.db, other, hall.item(), by_id=chair.id, now=now)


def test_nothing_is_taken_up_while_the_meeting_rests(hall, meeting, chair, now):
    item = hall.item()
    presiding.adjourn(hall.db, meeting, by_id=chair.id, now=now)
    with pytest.raises(WrongState):
        presiding.take_up(hall.db, meeting, item, by_id=chair.id, now=now)
    assert item.state is ItemState.AHEAD


def test_the_meeting_stays_with_an_item_whose_vote_is_unfinished(hall, meeting, chair, now):
    poll, next_ = hall.open_ballot(hall.item()), hall.item()
    with pytest.raises(VoteUnderWay):
        presiding.take_up(hall.db, meeting, next_, by_id=chair.id, now=now)
    hall.declare(hall.close(poll))
    presiding.take_up(hall.db, meeting, next_, by_id=chair.id, now=now)


def test_only_who_presides_takes_up_an_item(hall, meeting, anna, now):
    with pytest.raises(NotPresiding):
        presiding.take_up(hall.db, meeting, hall.item(), by_id=anna.id, now=now)


def elect(hall, office, *members, by=None):
    by_id = (by or hall.chair).id
    presiding.elect(hall.db, hall.meeting, office, members, by_id=by_id, now=hall.now)


def holders(hall, office):
    return [each.id for each in presiding.officers(hall.db, hall.meeting.id)[office]]


def test_the_meeting_elects_its_officers(hall, anna, bo):
    elect(hall, Role.SECRETARY, anna)
    elect(hall, Role.CHECKER, anna, bo)
    assert holders(hall, Role.SECRETARY) == [anna.id]
    assert holders(hall, Role.CHECKER) == [anna.id, bo.id]
    assert holders(hall, Role.TELLER) == []


def test_who_is_not_elected_again_leaves_the_office(hall, anna, bo):
    elect(hall, Role.CHECKER, anna)
    elect(hall, Role.CHECKER, bo)
    assert holders(hall, Role.CHECKER) == [bo.id]


def test_the_board_hands_over_to_the_chair_whom_the_meeting_elects(
    hall, called, director, anna, now
):
    presiding.open_meeting(hall.db, called, by_id=director.id, now=now)
    elect(hall, Role.CHAIR, anna, by=director)
    assert presiding.presides(hall.db, called.id, anna.id)
    with pytest.raises(NotPresiding):
        elect(hall, Role.CHAIR, director, by=director)


def test_the_chair_is_no_checker_of_the_minutes(hall, anna, chair):
    with pytest.raises(WrongState):
        elect(hall, Role.CHECKER, anna, chair)
    elect(hall, Role.CHECKER, anna)
    with pytest.raises(WrongState):
        elect(hall, Role.CHAIR, anna)
    assert holders(hall, Role.CHAIR) == [chair.id]


@pytest.mark.parametrize("office", [Role.CHAIR, Role.SECRETARY])
def test_one_person_holds_the_chair_and_one_the_pen(hall, anna, bo, office):
    for nobody_or_two in ((), (anna, bo)):
        with pytest.raises(WrongState):
            elect(hall, office, *nobody_or_two)


def test_a_meeting_makes_nobody_a_director(hall, anna):
    with pytest.raises(NotAllowed):
        elect(hall, Role.DIRECTOR, anna)


def test_members_elect_nobody_by_themselves(hall, anna):
    with pytest.raises(NotPresiding):
        elect(hall, Role.CHAIR, anna, by=anna)


def test_nobody_is_elected_while_the_meeting_rests(hall, chair, anna, now):
    presiding.adjourn(hall.db, hall.meeting, by_id=chair.id, now=now)
    with pytest.raises(WrongState):
        elect(hall, Role.SECRETARY, anna)


def test_two_clicks_at_once_never_close_a_meeting_with_a_ballot_open(database, hall, chair, now):
    """One of the two steps comes first, and the other finds it done."""
    item = hall.item()
    hall.approve_roll()
    hall.db.commit()

    def act(step):
        with database.writing() as db:
            meeting = db.get_one(Meeting, hall.meeting.id)
            try:
                step(db, meeting)
            except WrongState:
                return False
            return True

    def close(db, meeting):
        presiding.close_meeting(db, meeting, by_id=chair.id, now=now)

    def open_(db, meeting):
        given = {"by_id": chair.id, "now": now, "chance": hall.chance}
        polls.open_ballot(db, hall.board, meeting, db.get_one(AgendaItem, item.id), **given)

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(act, (close, open_))) == [False, True]
