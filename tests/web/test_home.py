from __future__ import annotations

import datetime as dt
import html
import re

import pytest

from governance import meetings, minutes, motions, notices
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.motions import Motion
from tests import held_meeting


@pytest.fixture
def draft(database, announced, anna, now) -> Motion:
    with database.writing() as db:
        return motions.draft(
            db,
            db.get_one(Meeting, announced.id),
            anna,
            title="Cykelställ",
            text="Det saknas.",
            clauses=["att ställ köps in"],
            language="sv",
            now=now,
        )


def home(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def button(text: str) -> tuple[str, str]:
    """The page's filled button: where it leads and its words; it is the only one."""
    (found,) = re.findall(r'class="button primary" href="([^"]+)">([^<]+)<', text)
    return found


def test_a_stranger_reads_what_this_is_and_may_log_in(client, association):
    text = home(client)
    assert "minutes that anyone can check" in text
    assert "No meeting has been announced. The board announces the next one here." in text
    assert button(text) == ("/login", "Log in")


def test_a_draft_is_no_strangers_nor_members_business(client, log_in, anna, annual):
    assert "Annual meeting 2027" not in home(client)
    log_in(client, anna)
    assert "Årsstämma 2027" not in home(client)


def test_the_board_goes_on_where_it_left_off(client, log_in, director, annual):
    log_in(client, director)
    text = home(client)
    assert "Being prepared" in text
    assert button(text) == (f"/meetings/{annual.id}/board", "Go on preparing the meeting")


def test_a_board_without_a_meeting_begins_one(client, log_in, director):
    log_in(client, director)
    assert button(home(client)) == ("/meetings/new", "New meeting")


def test_until_the_last_day_a_member_may_write_a_motion(client, log_in, clock, anna, announced):
    log_in(client, anna)
    text = home(client)
    assert "29 april 2027" in text
    assert button(text)[0] == f"/meetings/{announced.id}/motions/new"
    clock.now = dt.datetime(2027, 4, 30, tzinfo=dt.UTC)
    log_in(client, anna)
    text = home(client)
    assert "Årsstämma 2027" in text
    assert "/motions/new" not in text


def test_what_a_member_has_begun_waits_for_them_alone(client, log_in, anna, bo, draft):
    log_in(client, anna)
    assert f'href="/motions/{draft.id}"' in home(client)
    log_in(client, bo)
    assert "Cykelställ" not in home(client)


def test_what_was_sent_waits_for_the_board_and_what_comes_back_for_its_author(
    client, log_in, database, anna, director, announced, draft, now
):
    with database.writing() as db:
        motion = db.get_one(Motion, draft.id)
        motions.submit(db, motion, by_id=anna.id, now=now)
    log_in(client, director)
    text = home(client)
    assert f'href="/meetings/{announced.id}/motions"' in text
    assert "Motions that wait for the board, Annual meeting 2027: 1." in text
    log_in(client, anna)
    assert "Waits for you" not in home(client)
    with database.writing() as db:
        motion = db.get_one(Motion, draft.id)
        motions.send_back(db, motion, "Say where.", by_id=director.id, now=now)
    text = home(client)
    assert f'href="/motions/{draft.id}"' in text


def test_once_called_a_member_is_led_to_the_notice(
    client, log_in, database, board, clock, bo, director, announced
):
    clock.now = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.approve(db, found, by_id=director.id, now=clock.now)
        notices.issue(db, board, found, by_id=director.id, now=clock.now)
    log_in(client, bo)
    assert button(home(client)) == (f"/meetings/{announced.id}/notice", "Read the notice")
    clock.now = dt.datetime(2027, 6, 10, 4, tzinfo=dt.UTC)  # the day has come, at the seat
    for member in (bo, director):
        log_in(client, member)
        assert button(home(client)) == (f"/meetings/{announced.id}", "Check in to the meeting")


def test_a_meeting_under_way_comes_before_everything(
    client, log_in, director, open_meeting, annual
):
    path = f"/meetings/{open_meeting.id}"
    assert button(home(client)) == (path, "Go to the meeting")
    log_in(client, director)
    assert button(home(client)) == (path, "Go to the meeting")


def test_a_meeting_called_off_is_still_told_of(client, database, director, announced, now):
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        meetings.cancel(db, found, "No room.", by_id=director.id, now=now)
    text = home(client)
    assert "Annual meeting 2027" in text
    assert "Cancelled" in text


def test_of_the_meetings_held_the_latest_stand_here_and_lead_to_the_rest(
    client, database, association, now
):
    held = [
        Meeting(
            association_id=association.id,
            kind=MeetingKind.ANNUAL,
            state=MeetingState.CLOSED,
            title={"sv": f"Stämma {year}"},
            starts_at=now.replace(year=year),
            motions_close=now.date(),
        )
        for year in range(2020, 2027)
    ]
    with database.writing() as db:
        db.add_all(held)
    text = home(client)
    assert "Stämma 2026" in text
    assert "Stämma 2021" not in text
    assert '<a href="/meetings">All meetings</a>' in text


def test_the_start_page_picks_the_readers_language(client, announced):
    assert "Annual meeting 2027" in home(client)
    client.headers["accept-language"] = "sv"
    text = home(client)
    assert '<html lang="sv">' in text
    assert "Årsstämma 2027" in text


def test_minutes_wait_for_whoever_has_them_in_hand(
    client, log_in, database, board, association, now
):
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
    there, path = hall.people, f"/meetings/{hall.meeting.id}/minutes"

    def told(member) -> list[str]:
        log_in(client, member)
        return re.findall(rf'<a href="{path}">([^<]+)</a>', home(client))

    assert [len(told(each)) for each in there.all] == [0, 1, 0, 0, 0, 0]
    with database.writing() as db:
        written = minutes.draft(
            db, board, db.get_one(Meeting, hall.meeting.id), by_id=there.secretary.id, now=now
        )
        minutes.sign(db, board, written, by_id=there.secretary.id, now=now)
    assert [len(told(each)) for each in there.all] == [1, 0, 1, 0, 0, 0]
    with database.writing() as db:
        written = minutes.of_meeting(db, hall.meeting.id)
        minutes.approve(db, written, written.sha256, by_id=there.chair.id, now=now)
    assert [len(told(each)) for each in there.all] == [0, 0, 1, 0, 0, 0]
    with database.writing() as db:
        written = minutes.of_meeting(db, hall.meeting.id)
        minutes.approve(db, written, written.sha256, by_id=there.checker.id, now=now)
    assert [len(told(each)) for each in there.all] == [0, 1, 0, 0, 0, 0]
