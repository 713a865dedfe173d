"""The desk: whoever comes is found and checked in with one tap, and out with another."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import attendance, roles
from governance.attendance import Presence
from governance.meetings import Meeting, MeetingState
from governance.roles import Role


@pytest.fixture
def teller(database, make_member, open_meeting, now):
    made = make_member("70", given_name="Tove", family_name="Räknare", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.TELLER, now=now, by_id=None, meeting_id=open_meeting.id)
    return made


@pytest.fixture
def desk(client, log_in, teller, open_meeting):
    """The teller stands at the desk."""
    log_in(client, teller)
    return f"/meetings/{open_meeting.id}/desk"


@pytest.fixture
def present(house, open_meeting):
    def present() -> list[str]:
        with house.database.reading() as db:
            return [member.number for member, _ in attendance.present(db, open_meeting.id)]

    return present


@pytest.fixture
def come(house, open_meeting, now):
    def come(member, presence=Presence.ROOM):
        with house.database.writing() as db:
            meeting = db.get_one(Meeting, open_meeting.id)
            attendance.arrive(db, meeting, member, presence, by_id=member.id, now=now)

    return come


def test_one_tap_checks_in_and_another_notes_that_they_left(client, desk, anna, present):
    answer = client.post(f"{desk}/{anna.id}/check-in")
    assert answer.headers["location"] == f"{desk}?last={anna.id}"
    assert present() == ["1"]
    client.post(f"{desk}/{anna.id}/check-out")
    assert present() == []


def test_a_double_tap_changes_nothing_more(client, desk, anna, present):
    for _ in range(2):
        assert client.post(f"{desk}/{anna.id}/check-in").status_code == 303
    assert present() == ["1"]
    for _ in range(2):
        assert client.post(f"{desk}/{anna.id}/check-out").status_code == 303
    assert present() == []


def test_what_was_just_done_is_said_and_can_be_undone_at_once(client, desk, anna):
    text = client.get(client.post(f"{desk}/{anna.id}/check-in").headers["location"]).text
    said = text.split('class="line just-now"')[1].split("</form>")[0]
    assert "Anna Åberg" in said
    assert f"{desk}/{anna.id}/check-out" in said


@pytest.mark.parametrize("words", ["2", "öst", "Bo Ö", "ÖST bo"])
def test_a_member_is_found_by_number_or_name(client, desk, anna, bo, words):
    text = client.get(desk, params={"q": words}).text
    assert f"{desk}/{bo.id}/check-in" in text
    assert f"{desk}/{anna.id}/check-in" not in text


def test_the_only_one_found_is_the_next_thing_to_do(client, desk, bo):
    text = client.get(desk, params={"q": "öst"}).text
    assert text.count('class="primary"') == 1
    assert 'class="primary" aria-label="Check in Bo Öst"' in text


def test_nobody_found_says_what_to_try(client, desk):
    assert "No member matches." in client.get(desk, params={"q": "xyzzy"}).text


def test_the_numbers_are_of_the_room_and_of_the_link(client, desk, come, anna, bo):
    come(anna)
    come(bo, Presence.ONLINE)
    text = client.get(desk).text
    for said in ("<strong>2</strong> here", "<strong>1</strong> online", "<strong>3</strong> mem"):
        assert said in text


def test_the_latest_to_arrive_stands_first(client, desk, come, anna, bo):
    come(bo)
    come(anna)
    text = client.get(desk).text
    assert text.index("Anna Åberg") < text.index("Bo Öst")


def test_who_is_online_and_comes_in_is_moved_not_counted_twice(
    client, desk, come, bo, house, open_meeting
):
    come(bo, Presence.ONLINE)
    assert "In the room" in client.get(desk).text
    client.post(f"{desk}/{bo.id}/check-in")
    with house.database.reading() as db:
        assert attendance.count(db, open_meeting.id) == attendance.Counts(room=1, online=0)


def test_whose_membership_has_ended_is_shown_and_not_let_in(
    client, desk, make_member, present, now
):
    gone = make_member("5", family_name="Förr", left=now.date() - dt.timedelta(days=1))
    text = client.get(desk, params={"q": "förr"}).text
    assert "Not a member on this day" in text
    assert f"{desk}/{gone.id}/check-in" not in text
    answer = client.post(f"{desk}/{gone.id}/check-in")
    assert answer.status_code == 409
    assert "Anna Förr is not a member on this day." in answer.text
    assert present() == []


def test_closed_doors_let_nobody_in_and_the_page_says_so(
    client, desk, anna, database, open_meeting, present
):
    with database.writing() as db:
        db.get_one(Meeting, open_meeting.id).state = MeetingState.CLOSED
    text = client.get(desk, params={"q": "anna"}).text
    assert "Nobody can be checked in now." in text
    assert "check-in" not in text.split('data-live-part="found"')[1]
    assert client.post(f"{desk}/{anna.id}/check-in").status_code == 409
    assert present() == []


def test_a_long_hall_comes_in_pages(client, desk, come, make_member):
    for number in range(100, 131):
        come(make_member(str(number), family_name=f"Nr{number}"))
    first, second = client.get(desk).text, client.get(f"{desk}?number=2").text
    assert "Nr130" in first
    assert "Nr100" not in first
    assert "Nr100" in second


def test_a_search_that_finds_many_keeps_its_words_on_the_next_page(client, desk, make_member):
    for number in range(100, 131):
        make_member(str(number), family_name="Öberg")
    assert f"{desk}?q=%C3%96berg&amp;number=2" in client.get(desk, params={"q": "Öberg"}).text


def test_the_desk_is_for_those_who_stand_at_the_door(client, log_in, anna, open_meeting, present):
    path = f"/meetings/{open_meeting.id}/desk"
    assert client.get(path).headers["location"].startswith("/login")
    log_in(client, anna)
    assert client.get(path).status_code == 403
    assert client.post(f"{path}/{anna.id}/check-in").status_code == 403
    assert present() == []


def test_a_member_of_nobody_is_not_found(client, desk):
    assert client.post(f"{desk}/99999/check-in").status_code == 404
