"""A member ranks candidates on a phone with the keyboard alone, and gets a receipt that holds."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from ballots.checkpoint import VerifierKey
from ballots.receipt import verify_receipt
from governance import logins
from governance.agenda import ItemKind
from tests.journeys.people import check_my_vote
from web.auth import session_cookie

NAMES = [("anna", "Anna Berg"), ("bo", "Bo Dal"), ("cilla", "Cilla Ek"), ("dan", "Dan Falk")]
KEPT = """() => Object.entries(localStorage)
  .filter(([name]) => name.startsWith("stamma-receipt:"))
  .map(([, kept]) => JSON.parse(kept))"""


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def phone(page, house, server, anna, now) -> Page:
    token = secrets.token_urlsafe(32)
    with house.database.writing() as db:
        logins.start(db, anna.id, token=token, method="demo", now=now)
    cookie = {"name": session_cookie(house.settings), "value": token, "url": server}
    page.context.add_cookies([cookie])
    return page


@pytest.fixture
def election(floor, anna, bo):
    floor.come(anna, bo)
    floor.approve_roll()

    def election(method, seats=1, **settings):
        item = floor.item(ItemKind.ELECTION, title={"sv": "Val", "en": "Election"})
        return floor.open_ballot(
            item, candidates=NAMES, method=method, seats=seats, settings=settings
        )

    return election


def press(page: Page, name: str) -> None:
    """With keys alone: tab to the button of this name, from where the focus is, and press it."""
    wanted = page.get_by_role("button", name=name, exact=True)
    for _ in range(60):
        if wanted.evaluate("(button) => button === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name!r} by keyboard")


def order(page: Page) -> list[str]:
    return page.locator(".yours .name").all_inner_texts()


def test_a_ranking_by_keyboard_is_cast_and_its_receipt_verified(
    phone, election, floor, anna, board
):
    poll = election("scottish-stv", 2)
    phone.goto(f"/meetings/{poll.meeting_id}")
    phone.locator("form[data-ready]").wait_for()
    expect(phone.locator("select").first).to_be_hidden()
    for name in ("Cilla Ek", "Anna Berg", "Bo Dal"):
        press(phone, name)
    expect(phone.locator(".tapped [role=status]")).to_have_text("Bo Dal has rank 3.")
    press(phone, "Move Bo Dal up")
    assert order(phone) == ["1. Cilla Ek", "2. Bo Dal", "3. Anna Berg"]
    press(phone, "Take Anna Berg away")
    assert order(phone) == ["1. Cilla Ek", "2. Bo Dal"]
    press(phone, "Review my vote")
    expect(phone.locator(".choice li")).to_have_text(["1. Cilla Ek", "2. Bo Dal"])
    phone.locator("form[data-ready]").wait_for()
    press(phone, "Cast my vote")
    phone.get_by_role("heading", name="You have voted").wait_for()
    assert "1. Cilla Ek\n2. Bo Dal" in phone.locator("[data-outcome]").inner_text()
    [kept] = phone.evaluate(KEPT)
    verify_receipt(kept["receipt"], VerifierKey.parse(board.signer.verifier_key))
    assert floor.ballots(poll) == {floor.slot(poll, anna): "cilla>bo"}
    phone.goto(f"/polls/{poll.id}")
    check_my_vote(phone)
    phone.get_by_role("heading", name="Your vote is on the log").wait_for()
    assert "1. Cilla Ek\n2. Bo Dal" in phone.locator("[data-outcome]").inner_text()


def test_equal_ranks_and_a_way_back_to_the_order(phone, election, floor, anna):
    poll = election("schulze", equal=True)
    phone.goto(f"/polls/{poll.id}")
    phone.locator("form[data-ready]").first.wait_for()
    for name in ("Anna Berg", "Bo Dal", "Dan Falk"):
        phone.get_by_role("button", name=name, exact=True).click()
    phone.get_by_role("button", name="Bo Dal: same rank as the one above").click()
    assert order(phone) == ["1. Anna Berg", "1. Bo Dal", "2. Dan Falk"]
    expect(phone.get_by_text("Nobody yet")).to_be_hidden()
    expect(phone.get_by_text("All are ranked")).to_be_hidden()
    phone.get_by_role("button", name="Review my vote").click()
    expect(phone.locator(".choice li")).to_have_text(["1. Anna Berg = Bo Dal", "2. Dan Falk"])
    phone.get_by_role("link", name="Choose again").click()
    phone.locator("form[data-ready]").wait_for()
    assert order(phone) == ["1. Anna Berg", "1. Bo Dal", "2. Dan Falk"]


def test_a_blank_vote_empties_the_order(phone, election):
    poll = election("irv")
    phone.goto(f"/polls/{poll.id}")
    phone.locator("form[data-ready]").first.wait_for()
    phone.get_by_role("button", name="Anna Berg", exact=True).click()
    phone.get_by_role("checkbox", name="Blank").check()
    assert order(phone) == []
    phone.get_by_role("button", name="Bo Dal", exact=True).click()
    expect(phone.get_by_role("checkbox", name="Blank")).not_to_be_checked()


def test_points_are_counted_along(phone, election):
    poll = election("cumulative", points=5)
    phone.goto(f"/polls/{poll.id}")
    phone.locator("form[data-ready]").first.wait_for()
    phone.get_by_label("Anna Berg").fill("3")
    expect(phone.locator("[data-told]")).to_have_text("2 of 5 points left")
    phone.get_by_label("Bo Dal").fill("4")
    expect(phone.locator("[data-told]")).to_have_text("2 points too many")
