"""The demonstration's story, told on any day of the year, holds what it promises."""

from __future__ import annotations

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from ballots import record
from ballots.verify import verify
from governance import demo, electoral_boards, minutes, notices, polls, records, roles
from governance.candidates import Candidate
from governance.deadlines import Deadline
from governance.meetings import Meeting, MeetingState, deadlines
from governance.minutes import MinutesState
from governance.motions import MotionState, of_meeting
from governance.polls import PollState
from governance.readiness import missing
from governance.roles import Role

DAYS = [
    dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 1, 0, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC),  # the clocks are changed
    dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 8, 31, 22, 30, tzinfo=dt.UTC),  # tomorrow already at the seat
]


def tell(database, board, now) -> demo.Tour:
    with database.writing() as db:
        made = demo.association(now, board.origin)
        db.add(made)
        db.flush()
    chance = random.Random(7).randbytes  # noqa: S311 - the same story each time
    return demo.build(
        database,
        board,
        association_id=made.id,
        now=now,
        chance=chance,
        base_url="http://localhost:8000",
    )


@pytest.fixture
def tour(database, board) -> demo.Tour:
    return tell(database, board, DAYS[0])


def test_candidates_have_portraits_that_the_upload_takes_and_that_are_described(database, tour):
    with database.reading() as db:
        shown = db.scalars(sa.select(Candidate).where(Candidate.picture_media != "")).all()
        assert len(shown) > 3
        for each in shown:
            assert each.picture.startswith(b"\xff\xd8"), "a JPEG, as every upload is kept"
            assert set(each.picture_alt) >= {"sv", "en"}
        assert len({each.picture for each in shown}) > 3, "each has one of their own"


@pytest.mark.parametrize("now", DAYS, ids=lambda day: day.date().isoformat())
def test_on_any_day_there_is_a_meeting_of_each_kind(database, board, now):
    tour = tell(database, board, now)
    with database.reading() as db:
        states = [db.get_one(Meeting, each).state for each in (tour.held, tour.under_way)]
        assert states == [MeetingState.CLOSED, MeetingState.OPEN]
        states = [db.get_one(Meeting, each).state for each in (tour.called, tour.ahead)]
        assert states == [MeetingState.ANNOUNCED, MeetingState.ANNOUNCED]
        assert in_time(db.get_one(Meeting, tour.called), now, "notice")
        assert in_time(db.get_one(Meeting, tour.called), now, "annual")
        assert not in_time(db.get_one(Meeting, tour.called), now, "motions")
        assert in_time(db.get_one(Meeting, tour.ahead), now, "motions")


def in_time(meeting: Meeting, now: dt.datetime, key: str) -> bool:
    association = meeting.association
    today = association.today(meeting.starts_at if key == "annual" else now)
    [found] = [each for each in deadlines(meeting, association) if each.key == key]
    assert isinstance(found, Deadline)
    return (found.first or today) <= today <= (found.last or today)


def test_both_notices_went_out_in_their_window(database, board, tour):
    with database.reading() as db:
        for meeting_id in (tour.held, tour.under_way):
            assert notices.of(db, meeting_id).deviation == ""


def test_the_record_of_the_held_meeting_holds(database, board, tour, tmp_path):
    with database.reading() as db:
        meeting = db.get_one(Meeting, tour.held)
        assert minutes.of_meeting(db, tour.held).state is MinutesState.PUBLISHED
        files = records.of_meeting(db, board, meeting)
        taken = [poll for poll in polls.of_meeting(db, tour.held) if poll.election]
    record.write_directory(tmp_path / "record", files)
    assert verify(tmp_path / "record") == []
    assert len(taken) == 5
    assert any(name == "addenda/1.md" for name, _ in files)


def _flip(files, end: str, old: bytes, new: bytes) -> None:
    name = next(each for each in files if each.endswith(end) and old in files[each])
    files[name] = files[name].replace(old, new, 1)


def _without(files, end: str, lines: slice) -> None:
    name = next(each for each in files if each.endswith(end))
    kept = files[name].splitlines(keepends=True)
    del kept[lines]
    files[name] = b"".join(kept)


TAMPERING = {
    "a choice": lambda files: _flip(files, "ballots.txt", b"choice adopt", b"choice reject"),
    "a ballot less": lambda files: _without(files, "ballots.txt", slice(0, 5)),
    "a slot less": lambda files: _without(files, "roll.txt", slice(1, 2)),
    "a result": lambda files: _flip(files, "result.json", b'"adopt":', b'"adopt":1'),
    "the question": lambda files: _flip(files, "manifest.json", b"kooperativet", b"styrelsen"),
    "a majority": lambda files: _flip(files, "manifest.json", b'"share":[2,3]', b'"share":[1,2]'),
    "the minutes": lambda files: _flip(files, "minutes.md", b"Protokoll", b"Utkast"),
    "the correction": lambda files: _flip(files, "addenda/1.md", b"mars", b"april"),
    "the last entry": lambda files: _without(files, "board.txt", slice(-1, None)),
    "the first entries' order": lambda files: _swap(files),
    "the signature": lambda files: _flip(files, "checkpoint.txt", b"example/", b"exempel/"),
    "a whole file": lambda files: files.pop(next(n for n in files if n.endswith("roll.txt"))),
}


def _swap(files) -> None:
    first, second, *rest = files["board.txt"].splitlines(keepends=True)
    files["board.txt"] = b"".join([second, first, *rest])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_tampering_with_the_held_meetings_record_is_found(database, board, tour, tmp_path):
    with database.reading() as db:
        whole = dict(records.of_meeting(db, board, db.get_one(Meeting, tour.held)))
    for number, (what, tamper) in enumerate(TAMPERING.items()):
        files = dict(whole)
        tamper(files)
        assert files != whole, what
        record.write_directory(tmp_path / str(number), files.items())
        assert verify(tmp_path / str(number)), what
    assert len(TAMPERING) >= 10


def test_a_vote_is_open_and_the_visitor_has_not_voted(database, board, tour):
    with database.reading() as db:
        poll = polls.open_now(db, tour.under_way)
        assert poll.state is PollState.OPEN
        assert polls.voter_slot(db, poll.id, tour.member.id) is not None
        assert polls.receipt(db, board, poll, tour.member.id) is None
        assert polls.turnout(db, board, poll) > 20


def test_an_electoral_board_stands_for_the_secret_vote_that_the_chair_may_put(database, tour):
    with database.reading() as db:
        standing = electoral_boards.require_ready(db, tour.under_way)
        trustees = electoral_boards.trustees(db, standing.id)
        assert {each.member_id for each in trustees} == tour.seeds.keys()
        assert not any(tour.chair.id == each.member_id for each in trustees)


def test_the_visitor_holds_no_office_and_the_named_ones_hold_theirs(database, tour):
    with database.reading() as db:
        assert not roles.held(db, tour.member.id, tour.under_way)
        assert Role.CHAIR in roles.held(db, tour.chair.id, tour.under_way)
        assert Role.DIRECTOR in roles.held(db, tour.director.id)


def test_the_board_has_a_motion_to_answer_before_the_notice(database, tour):
    with database.reading() as db:
        [waiting] = of_meeting(db, tour.called, MotionState.SUBMITTED)
        assert waiting.opinion is None
        found = missing(db, db.get_one(Meeting, tour.called), now=DAYS[0])
        assert any(not each.warning for each in found)
