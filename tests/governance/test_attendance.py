"""Who is in the meeting: stays that begin and end, by the member or at the desk."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from governance import attendance
from governance.attendance import Attendance, Counts, NoVote, Presence
from governance.errors import NotAllowed, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState

LATER = dt.timedelta(minutes=20)


@pytest.fixture
def db(database, open_meeting, anna, bo, chair):
    """Begun when everybody is registered: SQLite has one writer at a time."""
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, open_meeting):
    return db.get_one(Meeting, open_meeting.id)


def arrive(db, meeting, member, now, presence=Presence.ROOM, by=None):
    return attendance.arrive(db, meeting, member, presence, by_id=(by or member).id, now=now)


def stays(db):
    return db.scalars(sa.select(Attendance).order_by(Attendance.id)).all()


def test_a_member_checks_in(db, meeting, anna, now):
    arrive(db, meeting, anna, now)
    assert [(each.id, here.arrived_at) for each, here in attendance.present(db, meeting.id)] == [
        (anna.id, now)
    ]


def test_checking_in_again_changes_nothing(db, meeting, anna, now):
    first = arrive(db, meeting, anna, now)
    assert arrive(db, meeting, anna, now + LATER) is first
    assert len(stays(db)) == 1


def test_coming_back_is_another_stay(db, meeting, anna, now):
    arrive(db, meeting, anna, now)
    attendance.leave(db, meeting, anna, by_id=anna.id, now=now + LATER)
    arrive(db, meeting, anna, now + 2 * LATER)
    assert [(each.arrived_at, each.left_at) for each in stays(db)] == [
        (now, now + LATER),
        (now + 2 * LATER, None),
    ]


def test_going_home_to_the_screen_is_another_stay(db, meeting, anna, now):
    arrive(db, meeting, anna, now)
    arrive(db, meeting, anna, now + LATER, Presence.ONLINE)
    assert attendance.count(db, meeting.id) == Counts(room=0, online=1)
    assert [each.left_at for each in stays(db)] == [now + LATER, None]


def test_leaving_twice_is_leaving_once(db, meeting, anna, now):
    arrive(db, meeting, anna, now)
    attendance.leave(db, meeting, anna, by_id=anna.id, now=now + LATER)
    assert attendance.leave(db, meeting, anna, by_id=anna.id, now=now + 2 * LATER) is None
    assert stays(db)[0].left_at == now + LATER


def test_room_and_link_are_counted_apart(db, meeting, anna, bo, chair, now):
    arrive(db, meeting, anna, now)
    arrive(db, meeting, bo, now, Presence.ONLINE)
    arrive(db, meeting, chair, now)
    counts = attendance.count(db, meeting.id)
    assert (counts.room, counts.online, counts.total) == (2, 1, 3)


def test_the_desk_checks_members_in(db, meeting, anna, chair, now):
    assert arrive(db, meeting, anna, now, by=chair).by_id == chair.id


def test_members_do_not_check_each_other_in(db, meeting, anna, bo, now):
    with pytest.raises(NotAllowed):
        arrive(db, meeting, anna, now, by=bo)


def test_who_has_left_the_association_is_refused(db, meeting, bo, chair, now):
    bo.left = now.date() - dt.timedelta(days=1)
    with pytest.raises(NoVote):
        arrive(db, meeting, bo, now, by=chair)


def test_who_has_resigned_comes_until_the_membership_ends(db, meeting, bo, now):
    bo.left = now.date()
    assert arrive(db, meeting, bo, now).left_at is None


def test_the_doors_are_shut_before_the_call_and_after_the_end(db, meeting, anna, now):
    for state in (MeetingState.APPROVED, MeetingState.CLOSED):
        meeting.state = state
        with pytest.raises(WrongState):
            arrive(db, meeting, anna, now)


def test_the_doors_open_before_the_meeting(db, meeting, anna, now):
    meeting.state = MeetingState.CALLED
    arrive(db, meeting, anna, now)
    assert attendance.count(db, meeting.id).total == 1


def test_the_desk_and_the_member_at_once_make_one_stay(database, open_meeting, anna, chair, now):
    def check_in(by):
        with database.writing() as db:
            meeting = db.get_one(Meeting, open_meeting.id)
            return arrive(db, meeting, anna, now, by=by).id

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(check_in, [anna, chair] * 8))
    assert len(ids) == 1


def test_the_journal_keeps_who_checked_whom_in(db, meeting, anna, chair, now):
    arrive(db, meeting, anna, now, by=chair)
    entry = db.scalars(sa.select(JournalEntry).where(JournalEntry.meeting_id == meeting.id)).one()
    assert (entry.act, entry.by_id, entry.subject) == (
        "attendance.arrived",
        chair.id,
        f"member:{anna.id}",
    )


def test_the_latest_to_arrive_comes_first_a_page_at_a_time(db, meeting, anna, bo, chair, now):
    for member in (bo, chair, anna):
        arrive(db, meeting, member, now)
    attendance.leave(db, meeting, chair, by_id=chair.id, now=now)
    pages = [attendance.arrivals(db, meeting.id, offset=at, limit=1) for at in range(3)]
    assert [[member.id for member, _ in page] for page in pages] == [[anna.id], [bo.id], []]


def test_of_some_members_those_here_are_known(db, meeting, anna, bo, now):
    here = arrive(db, meeting, anna, now)
    assert attendance.stays(db, meeting.id, [anna.id, bo.id]) == {anna.id: here}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2", ["Bo"]),
        (" 2 ", ["Bo"]),
        ("ÖST", ["Bo"]),
        ("öst bo", ["Bo"]),
        ("å", ["Anna"]),
        ("", ["Anna", "Bo"]),
        ("cleo", []),
        ("öst anna", []),
    ],
)
def test_somebody_present_is_found_by_number_or_by_the_words_of_the_name(
    db, meeting, anna, bo, now, words, found
):
    for member in (anna, bo):
        arrive(db, meeting, member, now)
    assert [each.given_name for each in attendance.find(db, meeting.id, words)] == found


def test_a_whole_name_is_found_before_its_beginning_and_that_before_its_middle(
    database, open_meeting, make_member, now
):
    people = [
        make_member(str(number), family_name=name)
        for number, name in enumerate(("Bergqvist-Lind", "Lindström", "Lind"))
    ]
    with database.writing() as db:
        meeting = db.get_one(Meeting, open_meeting.id)
        for member in people:
            arrive(db, meeting, member, now)
        found = [each.family_name for each in attendance.find(db, meeting.id, "lind")]
    assert found == ["Lind", "Lindström", "Bergqvist-Lind"]
