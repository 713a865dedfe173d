from __future__ import annotations

import datetime as dt
import hashlib
import html

import icalendar
import pytest
import sqlalchemy as sa

from governance import meetings, motions, notices, roles
from governance.meetings import Meeting, MeetingState
from governance.motions import Motion
from governance.notices import Dispatch, Notice
from governance.roles import Role

# The window is 29 April to 13 May; motions come until 29 April.
WITHIN = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(2027, 5, 20, 10, tzinfo=dt.UTC)


@pytest.fixture
def path(announced) -> str:
    return f"/meetings/{announced.id}/notice"


@pytest.fixture
def approved(database, announced, director) -> Meeting:
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.approve(db, found, by_id=director.id, now=WITHIN)
    return announced


@pytest.fixture
def issued(database, board, approved, director, bo) -> Notice:
    with database.writing() as db:
        found = db.get_one(Meeting, approved.id)
        return notices.issue(db, board, found, by_id=director.id, now=WITHIN)


@pytest.fixture
def at(client, log_in, clock, director):
    """A director at this hour."""

    def at(now: dt.datetime) -> None:
        clock.now = now
        log_in(client, director)

    return at


def state_of(database, meeting) -> MeetingState:
    with database.reading() as db:
        return db.get_one(Meeting, meeting.id).state


def primaries(text: str) -> int:
    return text.count('class="primary"') + text.count('class="button primary"')


def test_a_draft_is_the_boards_to_read_in_each_language(client, log_in, bo, at, path):
    assert client.get(path).headers["location"].startswith("/login")
    log_in(client, bo)
    assert client.get(path).status_code == 404
    for page in (".pdf", ".json"):
        assert client.get(path + page).status_code == 404
    at(WITHIN)
    assert "Notice: Annual meeting 2027" in client.get(path).text
    text = client.get(f"{path}?language=sv").text
    assert "Kallelse: Årsstämma 2027" in text
    assert '<article class="document" lang="sv">' in text
    assert client.get(f"{path}.pdf").content.startswith(b"%PDF")
    assert client.get(f"{path}.json").status_code == 404  # nothing is frozen yet


def test_while_members_may_send_motions_nothing_is_approved(
    client, database, at, now, path, annual
):
    at(now)
    page = client.get(path).text
    assert "It cannot be approved yet:" in page
    assert f"{path}/approve" not in page
    assert primaries(page) == 1
    answer = client.post(f"{path}/approve")
    assert answer.status_code == 409
    assert "29 April 2027" in answer.text
    assert state_of(database, annual) is MeetingState.ANNOUNCED


def test_a_motion_that_waits_holds_the_approval_up_and_is_named(
    client, database, at, now, anna, announced, path
):
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        made = motions.draft(
            db,
            meeting,
            anna,
            title="Cykelställ",
            text="Det saknas.",
            clauses=["att ställ köps in"],
            language="sv",
            now=now,
        )
        motions.submit(db, made, by_id=anna.id, now=now)
    at(WITHIN)
    page = client.get(path).text
    assert f'href="/meetings/{announced.id}/motions"' in page
    assert f"{path}/approve" not in page
    assert client.post(f"{path}/approve").status_code == 409
    with database.reading() as db:
        assert db.get_one(Motion, made.id).state == "submitted"


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"place": ""}, "The meeting has neither a place nor a link (6:22)."),
        ({"title": {"sv": "Årsstämma"}}, "The meeting has no title in English."),
    ],
)
def test_what_the_law_asks_of_a_notice_is_there_before_it_is_approved(
    client, database, at, announced, path, lacking, said
):
    with database.writing() as db:
        for name, value in lacking.items():
            setattr(db.get_one(Meeting, announced.id), name, value)
    at(WITHIN)
    page = client.get(path).text
    assert said in page
    assert f"{path}/approve" not in page
    answer = client.post(f"{path}/approve")
    assert answer.status_code == 409
    assert said in answer.text
    assert state_of(database, announced) is MeetingState.ANNOUNCED


def test_a_draft_of_a_meeting_is_announced_before_its_notice(client, at, database, annual):
    at(WITHIN)
    page = client.get(f"/meetings/{annual.id}/notice").text
    assert "The meeting is not announced yet." in page
    assert client.post(f"/meetings/{annual.id}/notice/approve").status_code == 409


def test_a_director_approves_withdraws_and_approves_again(client, database, at, path, announced):
    at(WITHIN)
    assert primaries(client.get(path).text) == 1
    answer = client.post(f"{path}/approve")
    assert answer.headers["location"] == f"{path}?notice=notice-approved"
    page = client.get(path).text
    assert f'action="{path}/issue"' in page
    assert primaries(page) == 1
    assert client.post(f"{path}/approve").status_code == 409
    assert client.post(f"{path}/withdraw").status_code == 303
    assert state_of(database, announced) is MeetingState.ANNOUNCED
    assert client.post(f"{path}/approve").status_code == 303


def test_what_is_approved_is_nobodys_to_read_until_it_is_issued(client, log_in, bo, approved, path):
    log_in(client, bo)
    for page in ("", ".pdf", ".json"):
        assert client.get(path + page).status_code == 404


def test_issuing_writes_to_the_members_and_leads_to_the_letters(
    client, database, at, bo, approved, path, director
):
    at(WITHIN)
    answer = client.post(f"{path}/issue")
    assert answer.headers["location"] == f"/meetings/{approved.id}/dispatches?notice=notice-issued"
    assert state_of(database, approved) is MeetingState.CALLED
    with database.reading() as db:
        assert set(db.scalars(sa.select(Dispatch.member_id))) == {bo.id, director.id}
    assert client.post(f"{path}/issue").status_code == 409
    assert client.post(f"{path}/withdraw").status_code == 409
    page = client.get(path).text
    assert "0 of 2 letters have left" in page
    assert primaries(page) == 1


def test_outside_the_window_it_is_refused_with_the_dates_and_asks_for_a_reason(
    client, database, at, approved, path
):
    at(TOO_LATE)
    assert "Today is outside the window." in client.get(path).text
    answer = client.post(f"{path}/issue")
    assert answer.status_code == 409
    text = html.unescape(answer.text)
    assert "The notice is to be issued from 29 April 2027 to 13 May 2027 (6:17)." in text
    assert 'name="deviation"' in text
    assert "deviation-error" not in text
    assert state_of(database, approved) is MeetingState.APPROVED


def test_an_empty_reason_is_told_beside_its_field(client, database, at, approved, path):
    at(TOO_LATE)
    answer = client.post(f"{path}/issue", data={"deviation": "  "})
    assert answer.status_code == 422
    assert 'id="deviation-error"' in answer.text
    assert state_of(database, approved) is MeetingState.APPROVED


def test_with_a_reason_it_goes_out_and_the_reason_stands_with_it(
    client, database, at, approved, path
):
    at(TOO_LATE)
    assert client.post(f"{path}/issue", data={"deviation": "The mail was down."}).status_code == 303
    assert "The mail was down." in client.get(path).text
    assert state_of(database, approved) is MeetingState.CALLED


def test_only_directors_approve_withdraw_and_issue(
    client, log_in, database, clock, anna, make_member, now, approved, path
):
    clerk = make_member("72", given_name="Kim", family_name="Lund")
    with database.writing() as db:
        roles.grant(db, clerk, Role.ADMINISTRATOR, now=now, by_id=None)
    clock.now = WITHIN
    for person in (anna, clerk):
        log_in(client, person)
        for step in ("approve", "withdraw", "issue"):
            assert client.post(f"{path}/{step}").status_code == 403
    page = client.get(path).text
    assert f"{path}/issue" not in page
    assert state_of(database, approved) is MeetingState.APPROVED
    client.cookies.clear()
    assert client.post(f"{path}/issue").headers["location"].startswith("/login")


def test_members_read_what_was_frozen_in_their_own_language(
    client, log_in, clock, anna, bo, issued, path, database
):
    clock.now = WITHIN
    log_in(client, bo)
    page = client.get(path).text
    assert "Notice: Annual meeting 2027" in page
    assert "/withdraw" not in page
    log_in(client, anna)
    assert "Kallelse: Årsstämma 2027" in client.get(path).text
    with database.writing() as db:
        db.get_one(Meeting, issued.meeting_id).place = "Elsewhere"
    assert "Folkets hus, Umeå" in client.get(path).text
    pdf = client.get(f"{path}.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert "sv.pdf" in pdf.headers["content-disposition"]


def test_the_hash_on_the_board_is_that_of_the_file_to_download(
    client, log_in, clock, bo, issued, path
):
    clock.now = WITHIN
    log_in(client, bo)
    body = client.get(f"{path}.json").content
    assert hashlib.sha256(body).hexdigest() == issued.sha256


def test_the_calendar_has_the_day_for_everyone_and_the_link_for_members(
    client, log_in, clock, database, bo, issued, path
):
    with database.writing() as db:
        db.get_one(Meeting, issued.meeting_id).link = "https://meet.example/stamma"
    clock.now = WITHIN
    entry = client.get(f"{path}.ics")
    (event,) = icalendar.Calendar.from_ical(entry.content).walk("VEVENT")
    assert event.decoded("dtstart") == dt.datetime(2027, 6, 10, 16, tzinfo=dt.UTC)
    assert b"meet.example" not in entry.content
    log_in(client, bo)
    assert b"meet.example" in client.get(f"{path}.ics").content


def test_a_cancelled_meetings_notice_has_nothing_left_to_do(
    client, database, at, approved, director, path
):
    with database.writing() as db:
        found = db.get_one(Meeting, approved.id)
        meetings.cancel(db, found, "No room.", by_id=director.id, now=WITHIN)
    at(WITHIN)
    page = client.get(path).text
    assert f"{path}/issue" not in page
    assert f"{path}/withdraw" not in page
    assert client.post(f"{path}/issue").status_code == 409
