"""The meeting's page: what is happening, for whom, and what there is to do next."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from governance import attendance, documents, rulebook
from governance.agenda import ItemKind
from governance.attendance import Attendance, Presence
from governance.meetings import Meeting, MeetingState
from governance.roles import Role


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def path(open_meeting) -> str:
    return f"/meetings/{open_meeting.id}"


def put(database, meeting, **facts) -> None:
    with database.writing() as db:
        found = db.get_one(Meeting, meeting.id)
        for name, value in facts.items():
            setattr(found, name, value)


def filled(page) -> list[str]:
    """The words on the filled buttons: there is at most one thing to do next."""
    found = re.findall(r'<(?:button|a) class="(?:button )?primary"[^>]*>([^<]*)<', page.text)
    return [words.strip() for words in found]


def news(page) -> str:
    return page.text.split('data-live-part="news">')[1].split("</p>")[0].strip()


def test_a_member_checks_in_and_out_and_the_numbers_follow(client, log_in, floor, anna, path):
    log_in(client, anna)
    assert filled(client.get(path)) == ["Check in: I am in the room"]
    answer = client.post(f"{path}/check-in", data={"presence": "room"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?notice=checked-in")
    page = client.get(path)
    assert "You are checked in" in page.text
    assert "<strong>1</strong> present" in page.text
    assert filled(page) == []
    client.post(f"{path}/check-out")
    page = client.get(path)
    assert "<strong>0</strong> present" in page.text
    assert filled(page) == ["Check in: I am in the room"]


def test_who_takes_part_online_is_shown_the_way_in_and_who_is_in_the_room_is_not(
    client, log_in, database, floor, anna, open_meeting, path
):
    put(database, open_meeting, link="https://meet.example/42", place="Folkets hus")
    log_in(client, anna)
    assert "https://meet.example/42" not in client.get(path).text
    client.post(f"{path}/check-in", data={"presence": "online"})
    assert 'href="https://meet.example/42"' in client.get(path).text
    client.post(f"{path}/check-in", data={"presence": "room"})
    assert "https://meet.example/42" not in client.get(path).text
    with database.reading() as db:
        assert attendance.count(db, open_meeting.id) == attendance.Counts(room=1, online=0)


@pytest.mark.parametrize("presence", ["", "here", "ROOM", "\x00"])
def test_a_presence_that_there_is_not_is_refused(
    client, log_in, database, floor, anna, path, presence
):
    log_in(client, anna)
    assert client.post(f"{path}/check-in", data={"presence": presence}).status_code == 422
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count(Attendance.id))) == 0


def test_a_stranger_does_not_follow_a_meeting_that_goes_on(client, floor, anna, path):
    floor.come(anna)
    item = floor.item(title={"sv": "Ny lokal", "en": "New premises"})
    floor.take_up(item)
    page = client.get(path)
    assert page.status_code == 200
    assert filled(page) == ["Log in"]
    assert "New premises" not in page.text
    assert "present" not in page.text
    assert (
        client.post(f"{path}/check-in", data={"presence": "room"})
        .headers["location"]
        .startswith("/login")
    )


def test_the_item_that_is_taken_up_is_what_happens_now(client, log_in, floor, anna, path):
    log_in(client, anna)
    first = floor.item(ItemKind.PROCEDURE, title={"sv": "Öppnande", "en": "Opening"})
    second = floor.item(title={"sv": "Ny lokal", "en": "New premises"})
    floor.take_up(first)
    assert news(client.get(path)) == "§ 1 Opening"
    floor.take_up(second)
    page = client.get(path)
    assert news(page) == "§ 2 New premises"
    assert page.text.count('aria-current="step"') == 1


def test_an_open_vote_comes_first_and_its_choices_are_equal(client, log_in, floor, anna, bo, path):
    floor.come(anna)
    floor.approve_roll()
    floor.open_ballot(floor.item())
    log_in(client, anna)
    page = client.get(path)
    assert news(page) == "A vote is open: Discharge"
    assert filled(page) == ["Review my vote"]
    choices = re.findall(r'<input type="radio" name="choice" [^>]*value="([^"]*)"[^>]*>', page.text)
    assert choices == ["adopt", "reject", "abstain"]
    assert "checked>" not in page.text
    assert "<fieldset>\n    <legend>Discharge</legend>" in page.text


def test_who_is_not_on_the_roll_is_told_why_and_has_no_ballot(
    client, log_in, floor, anna, bo, path
):
    floor.come(anna)
    floor.approve_roll()
    floor.open_ballot(floor.item())
    log_in(client, bo)
    page = client.get(path)
    assert "You were not checked in when the roll for this vote was approved" in page.text
    assert 'name="choice"' not in page.text
    floor.come(bo)
    page = client.get(path)
    assert "You came after the roll for this vote was approved" in page.text


def test_after_casting_the_page_says_received_and_shows_who_many_have_voted(
    client, log_in, floor, anna, bo, path
):
    floor.come(anna, bo)
    floor.approve_roll()
    poll = floor.open_ballot(floor.item())
    floor.cast(poll, anna, "adopt")
    log_in(client, anna)
    page = client.get(path)
    assert "Your ballot has been received" in page.text
    assert "You have voted" not in page.text  # only a verified receipt says that
    assert 'name="choice"' not in page.text
    assert "<strong>1</strong> have voted" in page.text
    assert "<strong>2</strong> on the roll" in page.text


def test_the_result_is_shown_with_its_rule_and_stands_on_the_agenda(
    client, log_in, floor, anna, bo, path
):
    floor.come(anna, bo)
    floor.approve_roll()
    poll = floor.open_ballot(floor.item())
    floor.cast(poll, anna, "adopt")
    floor.close(poll)
    log_in(client, anna)
    page = client.get(path)
    assert news(page) == "The vote is closed and counted: Discharge"
    assert "Counted, not yet declared" in page.text
    floor.declare(poll)
    page = client.get(path)
    assert "The meeting decided to adopt: Discharge" in news(page)
    assert "1 of 1 votes for and against" in page.text
    assert "6:33" in page.text
    assert page.text.count("Adopted") == 2  # now, and on the agenda


def test_texts_are_shown_in_the_readers_language(client, log_in, floor, make_member, path):
    floor.take_up(floor.item(title={"sv": "Ny lokal", "en": "New premises"}))
    log_in(client, make_member("5", language="sv"))
    assert news(client.get(path)) == "§ 1 Ny lokal"


def test_a_called_meeting_offers_the_notice_and_on_its_day_the_door(
    client, log_in, database, floor, anna, open_meeting, path, now
):
    log_in(client, anna)
    put(database, open_meeting, state=MeetingState.CALLED, starts_at=now + dt.timedelta(days=20))
    page = client.get(path)
    assert filled(page) == ["Read the notice"]
    assert "/check-in" not in page.text
    put(database, open_meeting, starts_at=now + dt.timedelta(hours=3))
    assert filled(client.get(path)) == ["Check in: I am in the room"]


def test_an_announced_meeting_takes_motions_until_their_day(
    client, log_in, database, floor, anna, open_meeting, path, now
):
    log_in(client, anna)
    put(database, open_meeting, state=MeetingState.ANNOUNCED, motions_close=now.date())
    assert filled(client.get(path)) == ["Write a motion"]
    put(database, open_meeting, motions_close=now.date() - dt.timedelta(days=1))
    assert filled(client.get(path)) == []


def test_a_draft_is_the_boards_own(client, log_in, database, floor, anna, open_meeting, path):
    put(database, open_meeting, state=MeetingState.DRAFT)
    log_in(client, anna)
    assert client.get(path).status_code == 404


def test_a_closed_meeting_shows_everybody_what_was_decided(
    client, database, floor, anna, open_meeting, path
):
    floor.come(anna)
    floor.acclaim(floor.item())
    put(database, open_meeting, state=MeetingState.CLOSED, current_item_id=None)
    page = client.get(path)
    assert "Adopted" in page.text
    assert "present" not in page.text


def test_each_office_finds_its_page(client, log_in, floor, chair, anna, bo, path):
    log_in(client, anna)
    assert f"{path}/chair" not in client.get(path).text
    assert f"{path}/desk" not in client.get(path).text
    floor.elect(Role.TELLER, anna)
    page = client.get(path)
    assert f"{path}/desk" in page.text
    assert "Reports of problems (0)" in page.text
    log_in(client, chair)
    page = client.get(path)
    assert f"{path}/chair" in page.text
    assert f"{path}/reports" not in page.text


def test_papers_for_members_are_not_named_to_strangers(
    client, log_in, database, floor, anna, open_meeting, path, now
):
    with database.writing() as db:
        for name, public in (("open.pdf", True), ("closed.pdf", False)):
            body = b"%PDF-1.7 " + name.encode()
            documents.add(
                db, open_meeting.id, "other", "sv", name, "application/pdf", body,
                public=public, now=now,
            )  # fmt: skip
    assert "closed.pdf" not in client.get(path).text
    log_in(client, anna)
    assert "closed.pdf" in client.get(path).text


def test_without_scripts_the_page_says_how_to_follow(client, log_in, floor, anna, path):
    log_in(client, anna)
    quiet = client.get(path).text.split("<noscript>")[1].split("</noscript>")[0]
    assert f'href="{path}"' in quiet


def test_who_came_is_kept_by_the_minute_they_came(client, log_in, database, floor, anna, path, now):
    log_in(client, anna)
    client.post(f"{path}/check-in", data={"presence": "room"})
    client.post(f"{path}/check-in", data={"presence": "room"})
    with database.reading() as db:
        stays = db.scalars(sa.select(Attendance)).all()
    assert [(each.presence, each.arrived_at, each.by_id) for each in stays] == [
        (Presence.ROOM, now, anna.id)
    ]


def test_a_quorum_that_the_rulebook_asks_for_is_in_view(
    monkeypatch, client, log_in, association, floor, anna, bo, path
):
    ordinary = rulebook.of(association).majorities["ordinary"]
    asking = replace(ordinary, rule=replace(ordinary.rule, quorum=(1, 2)))
    monkeypatch.setitem(rulebook.of(association).majorities, "ordinary", asking)
    log_in(client, anna)
    floor.come(anna)
    missing = 'data-state="missing">Quorum: 2 of 3 members'
    assert missing in client.get(path).text  # the chair is the third
    floor.come(bo)
    page = client.get(path)
    assert 'data-state="met">Quorum: 2 of 3 members' in page.text
    assert "no quorum" not in page.text


def test_a_text_in_another_language_than_the_page_says_which(client, log_in, floor, anna, path):
    floor.come(anna)
    floor.approve_roll()
    floor.open_ballot(floor.item(), question={"sv": "Ska vi flytta?"})
    log_in(client, anna)
    assert '<legend lang="sv">Ska vi flytta?</legend>' in client.get(path).text
