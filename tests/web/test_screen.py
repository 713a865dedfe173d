"""The projector's page: what is up, how many have voted, what was decided."""

from __future__ import annotations

import pytest

from governance.agenda import ItemKind
from governance.meetings import Meeting, MeetingState


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def path(client, log_in, anna, open_meeting) -> str:
    """The projector's machine is logged in as a member."""
    log_in(client, anna)
    return f"/meetings/{open_meeting.id}/screen"


@pytest.fixture
def item(floor, path, anna, bo):
    made = floor.item(ItemKind.DECISION)
    floor.come(anna, bo)
    floor.approve_roll()
    floor.take_up(made)
    return made


def headings(page) -> list[str]:
    return [each.split("</h1>")[0] for each in page.text.split("<h1>")[1:]]


def test_the_item_that_is_up_is_the_heading(client, path, item):
    page = client.get(path)
    assert headings(page) == ["§ 1 Discharge"]
    assert "2 present" in page.text
    assert 'class="result' not in page.text


def test_an_open_vote_shows_its_turnout_and_where_to_vote_and_no_result(
    client, path, item, floor, anna, open_meeting
):
    poll = floor.open_ballot(item, question={"sv": "Frihet?", "en": "Shall it be discharged?"})
    floor.cast(poll, anna, "adopt")
    page = client.get(path)
    assert headings(page) == ["Shall it be discharged?"]
    assert "<strong>1</strong> of 2 have voted" in page.text
    assert f"stamma.example/meetings/{open_meeting.id}</strong>" in page.text
    assert 'class="result' not in page.text


def test_a_count_that_is_not_declared_is_not_shown(client, path, item, floor, anna):
    poll = floor.open_ballot(item)
    floor.cast(poll, anna, "adopt")
    floor.close(poll)
    page = client.get(path)
    assert "The chair declares the result." in page.text
    assert 'class="result' not in page.text


def test_a_declared_result_is_a_bar_with_its_numbers_its_rule_and_the_decision(
    client, path, item, floor, anna, bo
):
    poll = floor.open_ballot(item)
    for member in (anna, bo):
        floor.cast(poll, member, "adopt")
    floor.decide(poll)
    text = client.get(path).text
    assert 'class="result large"' in text
    for said in (
        "<dd>2</dd>",
        "The meeting decided to adopt: Discharge",
        "6:33",
        "2 of 2 votes for and against",
    ):
        assert said in text


def test_the_last_result_stays_below_the_next_item_with_its_own_number(client, path, item, floor):
    floor.decide(floor.open_ballot(item))
    floor.take_up(floor.item(title={"en": "Fees"}))
    page = client.get(path)
    assert headings(page) == ["§ 2 Fees"]
    assert "§ 1 Discharge" in page.text.split('class="past"')[1]


def test_the_result_that_was_declared_last_is_the_one_shown(client, path, item, floor, now):
    floor.acclaim(item)
    other = floor.item(title={"en": "Fees"})
    floor.take_up(other)
    floor.acclaim(other, "reject")
    text = client.get(path).text
    assert "The meeting decided to reject: Fees" in text
    assert "Discharge" not in text


def test_an_acclamation_has_no_bar(client, path, item, floor):
    floor.acclaim(item)
    text = client.get(path).text
    assert "By acclamation" in text
    assert 'class="result' not in text


def test_a_void_vote_is_no_result(client, path, item, floor):
    floor.void(floor.open_ballot(item), "Wrong question")
    page = client.get(path)
    assert headings(page) == ["§ 1 Discharge"]
    assert "Wrong question" not in page.text


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (MeetingState.CALLED, "Annual meeting"),
        (MeetingState.ADJOURNED, "The meeting is adjourned"),
        (MeetingState.CLOSED, "The meeting is closed"),
    ],
)
def test_before_between_and_after_the_screen_says_how_things_stand(
    client, path, database, open_meeting, state, heading
):
    with database.writing() as db:
        db.get_one(Meeting, open_meeting.id).state = state
    assert headings(client.get(path)) == [heading]


def test_the_screen_follows_the_meeting_and_is_for_members(client, path, open_meeting):
    text = client.get(path).text
    assert f'data-live="{open_meeting.id}"' in text
    assert "data-connection" in text
    client.cookies.clear()
    assert client.get(path).headers["location"].startswith("/login")
