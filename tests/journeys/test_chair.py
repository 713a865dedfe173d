"""The chair leads and everybody's page follows, without a reload."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from governance import logins, polls, roles
from governance.agenda import ItemKind
from governance.polls import PollState
from governance.roles import Role
from web.auth import session_cookie


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def chair(database, make_member, open_meeting, now):
    made = make_member("90", given_name="Cleo", family_name="Ordförande", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.CHAIR, now=now, by_id=None, meeting_id=open_meeting.id)
    return made


@pytest.fixture
def seat(browser: Browser, house, server, now) -> Iterator[Callable[..., Page]]:
    """A browser of one member's own; a script that fails makes the test fail."""
    contexts, faults = [], []

    def seat(member, width: int, height: int, **options) -> Page:
        viewport = {"width": width, "height": height}
        context = browser.new_context(base_url=server, viewport=viewport, locale="en", **options)
        context.set_default_timeout(15_000)
        token = secrets.token_urlsafe(32)
        with house.database.writing() as db:
            logins.start(db, member.id, token=token, method="demo", now=now)
        context.add_cookies(
            [{"name": session_cookie(house.settings), "value": token, "url": server}]
        )
        context.on("weberror", lambda error: faults.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield seat
    for context in contexts:
        context.close()
    assert faults == []


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def next_is(page: Page, words: str) -> None:
    """The page's one filled button."""
    expect(page.locator(".primary:visible")).to_have_text([words])


def test_the_chair_opens_a_vote_a_member_follows_and_votes_and_the_result_is_declared(
    seat, floor, anna, bo, chair, open_meeting, house
):
    floor.item(ItemKind.DECISION)
    floor.come(anna, bo)
    room = f"/meetings/{open_meeting.id}"
    desk, phone, wall = seat(chair, 1280, 900), seat(anna, 390, 844), seat(bo, 1280, 720)
    desk.goto(f"{room}/chair")
    phone.goto(room)
    wall.goto(f"{room}/screen")

    press(desk, "Next: § 1 Discharge")
    expect(phone.get_by_role("heading", name="§ 1 Discharge")).to_be_visible()
    expect(wall.get_by_role("heading", name="§ 1 Discharge")).to_be_visible()

    desk.get_by_role("link", name="Open ballot", exact=True).click()
    next_is(desk, "Draw the roll")
    desk.get_by_role("link", name="Draw the roll").first.click()
    press(desk, "The meeting has approved it")
    desk.get_by_role("link", name="Open ballot", exact=True).click()
    desk.get_by_label("The question, in English").fill("Is the board discharged?")
    press(desk, "Open the ballot")
    next_is(desk, "Close the vote …")

    phone.get_by_role("radio", name="Adopt").check()
    press(phone, "Review my vote")
    phone.locator("form[data-ready]").wait_for()
    press(phone, "Cast my vote")
    phone.get_by_role("heading", name="You have voted").wait_for()
    expect(desk.locator("[data-live-part=turnout]")).to_contain_text("1 have voted")
    expect(wall.locator(".turnout")).to_have_text("1 of 2 have voted")

    desk.get_by_role("link", name="Close the vote …").click()
    press(desk, "Close the vote and count")
    expect(wall.get_by_text("The chair declares the result.")).to_be_visible()
    press(desk, "Declare the result")
    expect(wall.locator(".result.large dd").first).to_have_text("1")
    expect(wall.locator(".decision")).to_contain_text("Is the board discharged?")
    with house.database.reading() as db:
        (poll,) = polls.of_meeting(db, open_meeting.id)
    assert (poll.state, poll.outcome) == (PollState.DECLARED, "adopt")


def test_what_the_chair_is_writing_is_not_taken_away_by_news(
    seat, floor, anna, bo, chair, open_meeting
):
    floor.take_up(floor.item(ItemKind.DECISION))
    floor.come(anna)
    desk, door = seat(chair, 1280, 900), seat(chair, 390, 844)
    desk.goto(f"/meetings/{open_meeting.id}/chair")
    question = desk.get_by_label("The question, in English")
    question.fill("Half a quest")
    door.goto(f"/meetings/{open_meeting.id}/desk?q=öst")
    press(door, "Check in Bo Öst")
    expect(desk.locator("[data-live-part=gauges]")).to_contain_text("2 present")
    expect(question).to_have_value("Half a quest")


def test_a_refused_form_keeps_what_was_typed_and_the_page_goes_on_following(
    seat, floor, anna, chair, open_meeting
):
    floor.take_up(floor.item(ItemKind.DECISION))
    floor.come(anna)
    desk, door = seat(chair, 1280, 900), seat(chair, 390, 844)
    desk.goto(f"/meetings/{open_meeting.id}/chair?panel=decide&way=hands")
    desk.get_by_label("For", exact=True).fill("70")
    desk.get_by_label("Against").fill("0")
    press(desk, "Count the hands")
    expect(desk.locator("#adopt-error")).to_be_visible()
    door.goto(f"/meetings/{open_meeting.id}/desk")
    press(door, "Anna Åberg has left")
    expect(desk.locator("[data-live-part=gauges]")).to_contain_text("0 present")
    expect(desk.get_by_label("For", exact=True)).to_have_value("70")


def test_the_desk_finds_while_one_types_and_without_scripts_by_the_button(
    seat, floor, anna, bo, chair, open_meeting
):
    path = f"/meetings/{open_meeting.id}/desk"
    for scripts in (True, False):
        desk = seat(chair, 390, 844, java_script_enabled=scripts)
        desk.goto(path)
        search = desk.get_by_label("Name or member number")
        search.press_sequentially("öst")
        if not scripts:
            press(desk, "Find")
        expect(desk.locator(".lines .line")).to_have_count(1)
        expect(desk.locator(".lines")).to_contain_text("Bo Öst")


@pytest.mark.parametrize("scripts", [True, False])
def test_of_the_ways_of_counting_only_the_chosen_one_shows_its_settings(
    seat, floor, anna, chair, open_meeting, scripts
):
    floor.come(anna)
    floor.approve_roll()
    floor.take_up(floor.item(ItemKind.ELECTION))
    page = seat(chair, 390, 844, java_script_enabled=scripts)
    page.goto(f"/meetings/{open_meeting.id}/chair?panel=decide&way=ballot")
    page.locator("summary", has_text="Other ways of counting").click()
    settings = page.locator(".settings:visible")
    expect(settings).to_have_count(0)
    for name in ("Schulze", "Majority judgement"):
        page.get_by_role("radio", name=re.compile(f"^{name}")).check()
        expect(settings.locator("legend")).to_have_text([f"Settings: {name}"])
    expect(page.get_by_label("Grades of your own")).to_have_count(2)
