from __future__ import annotations

import datetime as dt
import html
import re

import pytest

from governance import documents, meetings, motions, notices, roles
from governance.meetings import Meeting, MeetingState
from governance.motions import Motion, Opinion
from governance.roles import Role

AFTER_MOTIONS = dt.datetime(2027, 4, 30, 10, tzinfo=dt.UTC)


@pytest.fixture
def motion(database, announced, anna, now) -> Motion:
    with database.writing() as db:
        made = motions.draft(
            db,
            db.get_one(Meeting, announced.id),
            anna,
            title="Cykelställ",
            text="Det saknas.",
            clauses=["att ställ köps in"],
            language="sv",
            now=now,
        )
        motions.submit(db, made, by_id=anna.id, now=now)
    return made


@pytest.fixture
def room(client, log_in, director, annual):
    """The room's page as a director finds it."""

    def room() -> str:
        log_in(client, director)
        answer = client.get(f"/meetings/{annual.id}/board")
        assert answer.status_code == 200
        return html.unescape(answer.text)

    return room


def step(text: str) -> tuple[str, str]:
    """The next step: where its button leads, and its words."""
    part = text.split('data-live-part="step"')[1].split("</section>")[0]
    path = re.search(r'(?:action|href)="([^"]+)"', part)[1]
    words = re.search(r'class="(?:button )?primary"[^>]*>([^<]+)<', part)[1]
    return path, words


def state_of(database, meeting) -> Meeting:
    with database.reading() as db:
        return db.get_one(Meeting, meeting.id)


def add_reports(database, meeting, now) -> None:
    with database.writing() as db:
        for kind in ("accounts", "audit"):
            body = f"%PDF-1.7 {kind}".encode()
            media, name = "application/pdf", f"{kind}.pdf"
            documents.add(db, meeting.id, kind, "sv", name, media, body, public=False, now=now)


def test_the_room_is_the_boards_own(client, log_in, anna, announced):
    path = f"/meetings/{announced.id}/board"
    assert (
        client.get(path).headers["location"] == f"/login?next=%2Fmeetings%2F{announced.id}%2Fboard"
    )
    log_in(client, anna)
    assert client.get(path).status_code == 403


def test_there_is_no_room_of_a_meeting_that_is_not(client, log_in, director):
    log_in(client, director)
    assert client.get("/meetings/77/board").status_code == 404


def test_every_deadline_is_a_date_with_its_paragraph(room):
    text = room().split('id="deadlines"')[1]
    for paragraph, day in [
        ("6:15", "29 April 2027"),
        ("6:17", "13 May 2027"),
        ("6:23", "27 May 2027"),
        ("6:9", "30 June 2027"),
        ("6:40", "1 July 2027"),
        ("6:47", "10 September 2027"),
    ]:
        assert paragraph in text
        assert day in text
    assert "Check against your bylaws." in text  # of the day for motions, which is practice


def test_what_is_missing_leads_to_where_it_is_mended(room, database, annual):
    with database.writing() as db:
        found = db.get_one(Meeting, annual.id)
        found.place, found.title = "", {"sv": "Årsstämma"}
    text = room().split('data-live-part="missing"')[1].split("</section>")[0]
    path = f'href="/meetings/{annual.id}/edit"'
    assert f"{path}>The meeting has neither a place nor a link (6:22).<" in text
    assert f"{path}>The meeting has no title in English.<" in text
    assert f'href="/meetings/{annual.id}/documents">The annual report is not there' in text


def test_the_way_from_a_draft_to_the_notice_is_one_button_at_a_time(
    room, client, database, clock, annual, director, motion
):
    base = f"/meetings/{annual.id}"
    assert step(room()) == (f"/motions/{motion.id}", "Treat the first motion")
    with database.writing() as db:
        found = db.get_one(Motion, motion.id)
        motions.admit(db, found, by_id=director.id, now=clock.now)
    assert step(room()) == (f"/motions/{motion.id}", "Write the opinion")
    with database.writing() as db:
        found = db.get_one(Motion, motion.id)
        motions.give_opinion(db, found, Opinion.ADOPT, "", by_id=director.id, now=clock.now)
    assert step(room()) == (f"{base}/documents", "See to this")
    add_reports(database, annual, clock.now)
    assert step(room()) == (f"{base}/notice", "Read the draft of the notice")
    clock.now = AFTER_MOTIONS
    assert step(room()) == (f"{base}/notice", "Approve the notice")
    assert client.post(f"{base}/notice/approve").status_code == 303
    assert step(room()) == (f"{base}/notice", "Issue the notice")
    assert client.post(f"{base}/notice/issue").status_code == 303
    text = room()
    assert step(text) == (f"{base}/chair", "See the chair's page")
    assert text.count('class="button primary"') + text.count('class="primary"') == 1


def test_papers_that_come_later_do_not_hold_up_the_notice(room, clock, announced):
    clock.now = AFTER_MOTIONS
    text = room()
    assert step(text)[1] == "Approve the notice"
    assert "The annual report is not there" in text


def test_papers_that_are_still_to_come_follow_upon_the_letters(
    room, database, board, clock, director, announced
):
    clock.now = AFTER_MOTIONS
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.approve(db, found, by_id=director.id, now=clock.now)
        notices.issue(db, board, found, by_id=director.id, now=clock.now)
    assert step(room()) == (f"/meetings/{announced.id}/documents", "See to this")


def test_letters_for_the_post_come_before_the_meeting(
    room, database, board, clock, director, announced, make_member
):
    make_member("5", email=None, by_post=True)
    clock.now = AFTER_MOTIONS
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.approve(db, found, by_id=director.id, now=clock.now)
        notices.issue(db, board, found, by_id=director.id, now=clock.now)
    text = room()
    assert step(text) == (f"/meetings/{announced.id}/dispatches?which=post", "See the letters")
    assert "Members whose letter has to go by post: 1." in text


@pytest.mark.parametrize(
    ("state", "page", "words"),
    [
        (MeetingState.OPEN, "chair", "Go to the chair's page"),
        (MeetingState.ADJOURNED, "chair", "Go to the chair's page"),
        (MeetingState.CLOSED, "minutes", "See the minutes"),
    ],
)
def test_afterwards_the_room_leads_to_chair_and_minutes(room, database, annual, state, page, words):
    with database.writing() as db:
        db.get_one(Meeting, annual.id).state = state
    assert step(room()) == (f"/meetings/{annual.id}/{page}", words)


def test_a_director_announces_and_members_see_it(client, log_in, room, database, director, annual):
    assert step(room()) == (f"/meetings/{annual.id}/announce", "Announce the meeting")
    answer = client.post(f"/meetings/{annual.id}/announce")
    assert answer.headers["location"] == f"/meetings/{annual.id}/board?notice=meeting-announced"
    assert "The meeting is announced." in client.get(answer.headers["location"]).text
    client.cookies.clear()
    assert "Annual meeting 2027" in client.get("/meetings").text


def test_announcing_twice_changes_nothing(client, log_in, database, director, announced):
    log_in(client, director)
    assert client.post(f"/meetings/{announced.id}/announce").status_code == 409
    assert state_of(database, announced).state is MeetingState.ANNOUNCED


def test_only_the_board_announces(client, log_in, database, anna, annual):
    path = f"/meetings/{annual.id}/announce"
    assert client.post(path).headers["location"].startswith("/login")
    log_in(client, anna)
    assert client.post(path).status_code == 403
    assert state_of(database, annual).state is MeetingState.DRAFT


def test_a_draft_whose_day_for_motions_has_passed_gets_a_new_one_first(
    client, room, database, clock, annual
):
    clock.now = AFTER_MOTIONS
    assert step(room()) == (f"/meetings/{annual.id}/edit", "Change the day")
    answer = client.post(f"/meetings/{annual.id}/announce")
    assert answer.status_code == 409
    assert "Choose a later one" in answer.text


def test_calling_off_is_asked_once_more_with_the_reason(
    client, log_in, database, director, announced
):
    path = f"/meetings/{announced.id}/cancel"
    log_in(client, director)
    assert f'href="{path}"' in client.get(f"/meetings/{announced.id}/board").text
    assert "This cannot be undone." in client.get(path).text
    assert state_of(database, announced).state is MeetingState.ANNOUNCED
    answer = client.post(path, data={"reason": "The hall has burnt down."})
    assert answer.headers["location"].startswith(f"/meetings/{announced.id}/board")
    kept = state_of(database, announced)
    assert (kept.state, kept.reason) == (MeetingState.CANCELLED, "The hall has burnt down.")
    text = client.get(f"/meetings/{announced.id}/board").text
    assert "The hall has burnt down." in text
    assert "/edit" not in text


def test_without_a_reason_the_meeting_stays(client, log_in, database, director, announced):
    log_in(client, director)
    answer = client.post(f"/meetings/{announced.id}/cancel", data={"reason": "  "})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert state_of(database, announced).state is MeetingState.ANNOUNCED


def test_a_reason_that_is_too_long_is_given_back(client, log_in, database, director, announced):
    log_in(client, director)
    long = "x" * (meetings.LONGEST_REASON + 1)
    answer = client.post(f"/meetings/{announced.id}/cancel", data={"reason": long})
    assert answer.status_code == 422
    assert long in answer.text


def test_a_meeting_under_way_is_not_called_off(client, log_in, database, director, announced):
    with database.writing() as db:
        db.get_one(Meeting, announced.id).state = MeetingState.OPEN
    log_in(client, director)
    path = f"/meetings/{announced.id}/cancel"
    assert client.get(path).status_code == 409
    assert client.post(path, data={"reason": "Late."}).status_code == 409
    assert state_of(database, announced).state is MeetingState.OPEN


def test_only_the_board_calls_off(client, log_in, database, anna, announced):
    log_in(client, anna)
    path = f"/meetings/{announced.id}/cancel"
    assert client.get(path).status_code == 403
    assert client.post(path, data={"reason": "Mine."}).status_code == 403
    assert state_of(database, announced).state is MeetingState.ANNOUNCED


def test_a_room_with_many_motions_shows_the_first_and_leads_to_the_rest(
    room, database, announced, anna, now
):
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        for number in range(1, 13):
            made = motions.draft(
                db,
                meeting,
                anna,
                title=f"Nummer {number}",
                text="Text.",
                clauses=["att det sker"],
                language="sv",
                now=now,
            )
            motions.submit(db, made, by_id=anna.id, now=now)
    text = room()
    assert "10. Nummer 10" in text
    assert "11. Nummer 11" not in text
    assert f'href="/meetings/{announced.id}/motions">All motions (12)' in text


def test_the_room_reads_in_swedish_dates_too(client, log_in, make_member, database, annual, now):
    made = make_member("71", language="sv")
    with database.writing() as db:
        roles.grant(db, made, Role.ADMINISTRATOR, now=now, by_id=None)
    log_in(client, made)
    text = client.get(f"/meetings/{annual.id}/board").text
    assert "29 april 2027" in text
    assert "Årsstämma 2027" in text
