"""The secretary in a browser: nothing typed is lost by leaving, and saving keeps the place."""

from __future__ import annotations

import secrets

import pytest

from governance import logins, minutes
from tests import held_meeting
from web.auth import session_cookie


@pytest.fixture
def hall(database, board, association, now):
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
        secretary = hall.people.secretary.id
        minutes.draft(db, board, hall.meeting, by_id=secretary, now=now)
    return hall


@pytest.fixture
def editor(page, house, server, hall, now):
    """The edit page, the secretary logged in."""
    token = secrets.token_urlsafe(32)
    with house.database.writing() as db:
        logins.start(db, hall.people.secretary.id, token=token, method="demo", now=now)
    page.context.add_cookies(
        [{"name": session_cookie(house.settings), "value": token, "url": server}]
    )
    page.goto(f"/meetings/{hall.meeting.id}/minutes/edit")
    return page


def test_leaving_with_unsaved_words_is_asked_first(editor):
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    editor.on("dialog", stay)
    editor.locator("textarea").first.press_sequentially("Ordet var fritt.")
    editor.get_by_role("link", name="Meetings").click()
    editor.wait_for_function("() => true")
    assert asked == ["beforeunload"]
    assert editor.url.endswith("/minutes/edit")
    assert editor.locator("textarea").first.input_value() == "Ordet var fritt."


def test_saving_asks_nothing_and_keeps_the_place(editor):
    asked = []
    editor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    field = editor.locator("textarea").nth(20)
    field.press_sequentially("Ingen begärde ordet.")
    before = editor.evaluate("scrollY")
    editor.get_by_role("button", name="Save", exact=True).click()
    editor.wait_for_url("**/minutes/edit?notice=saved")
    editor.wait_for_function("y => Math.abs(scrollY - y) < 150", arg=before)
    assert before > 1000
    assert field.input_value() == "Ingen begärde ordet."
    assert asked == []


def test_what_two_tabs_have_typed_stands_side_by_side(editor):
    other = editor.context.new_page()
    other.goto(editor.url)
    for tab, text in ((editor, "Den ena."), (other, "Den andra.")):
        tab.locator("textarea").nth(2).fill(text)
        tab.get_by_role("button", name="Save", exact=True).click()
        tab.wait_for_load_state()
    assert other.get_by_role("alert").is_visible()
    assert other.locator("textarea").nth(2).input_value() == "Den andra."
    assert "Den ena." in other.locator(".theirs").inner_text()
