"""The electoral roll: drawn from who is present, approved in versions, hashed on the board."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from ballots.board import parse_entry
from governance import attendance, roll
from governance.attendance import Presence
from governance.errors import NotAllowed, WrongState
from governance.meetings import Meeting, MeetingState


@pytest.fixture
def carl(make_member):
    return make_member("3")


@pytest.fixture
def db(database, board, open_meeting, anna, bo, carl, chair):
    """Begun when everybody is registered: SQLite has one writer at a time."""
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, open_meeting, anna, bo, now):
    """Anna and Bo are here."""
    meeting = db.get_one(Meeting, open_meeting.id)
    for member in (anna, bo):
        attendance.arrive(db, meeting, member, Presence.ROOM, by_id=member.id, now=now)
    return meeting


def salt(size):
    return bytes(range(size))


def approve(db, board, meeting, chair, now):
    return roll.approve(db, board, meeting, by_id=chair.id, now=now, chance=salt)


def numbers(members):
    return [each.number for each in members]


def test_the_roll_is_drawn_from_who_is_present(db, meeting, carl, now):
    assert numbers(roll.draw(db, meeting, now=now).members) == ["1", "2"]


def test_whose_membership_has_ended_overnight_is_not_on_it(db, meeting, bo, now):
    db.get_one(type(bo), bo.id).left = now.date()
    tomorrow = now + dt.timedelta(days=1)
    assert numbers(roll.draw(db, meeting, now=tomorrow).members) == ["1"]


def test_the_approved_roll_stays_when_people_leave(db, board, meeting, chair, bo, now):
    approved = approve(db, board, meeting, chair, now)
    attendance.leave(db, meeting, bo, by_id=bo.id, now=now)
    assert numbers(roll.members(db, approved.id)) == ["1", "2"]
    assert roll.latest(db, meeting.id) is approved


def test_the_draft_says_what_the_next_version_would_change(
    db, board, meeting, chair, bo, carl, now
):
    approve(db, board, meeting, chair, now)
    assert not roll.draw(db, meeting, now=now).differs
    attendance.leave(db, meeting, bo, by_id=bo.id, now=now)
    attendance.arrive(db, meeting, carl, Presence.ONLINE, by_id=carl.id, now=now)
    draft = roll.draw(db, meeting, now=now)
    assert (numbers(draft.added), numbers(draft.gone)) == (["3"], ["2"])


def test_each_approval_is_a_version(db, board, meeting, chair, now):
    versions = [approve(db, board, meeting, chair, now).version for _ in range(3)]
    assert versions == [1, 2, 3]


def test_two_approvals_at_once_are_two_versions(database, board, open_meeting, anna, chair, now):
    with database.writing() as db:
        meeting = db.get_one(Meeting, open_meeting.id)
        attendance.arrive(db, meeting, anna, Presence.ROOM, by_id=anna.id, now=now)

    def once(_):
        with database.writing() as db:
            return approve(db, board, db.get_one(Meeting, open_meeting.id), chair, now).version

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(once, range(6))) == [1, 2, 3, 4, 5, 6]


def test_the_board_holds_the_hash_of_the_annexed_roll(db, board, meeting, chair, now):
    approved = approve(db, board, meeting, chair, now)
    annexed = (
        "stamma-electoral-roll/v1\n"
        f"meeting {meeting.id}\n"
        "version 1\n"
        f"salt {approved.salt}\n"
        "voter 1\n"
        "voter 2\n"
    )
    (encoded,) = board.entries(db.connection())
    entry = parse_entry(encoded)
    assert (entry.meeting, entry.version, entry.voters) == (str(meeting.id), 1, 2)
    assert entry.sha256 == sha256(annexed.encode()).hexdigest() == approved.sha256


def test_an_empty_hall_has_no_roll(db, board, meeting, anna, bo, chair, now):
    for member in (anna, bo):
        attendance.leave(db, meeting, member, by_id=member.id, now=now)
    with pytest.raises(roll.NobodyHere):
        approve(db, board, meeting, chair, now)


def test_only_who_presides_approves_it(db, board, meeting, anna, now):
    with pytest.raises(NotAllowed):
        approve(db, board, meeting, anna, now)


def test_an_adjourned_meeting_approves_nothing(db, board, meeting, chair, now):
    meeting.state = MeetingState.ADJOURNED
    with pytest.raises(WrongState):
        approve(db, board, meeting, chair, now)
