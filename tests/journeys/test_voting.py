"""A member with a phone votes: three taps, a verified receipt, and nothing that passes for one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from ballots.checkpoint import VerifierKey
from ballots.receipt import short_code, verify_receipt
from governance import logins, polls
from governance.polls import Poll
from tests.journeys.people import check_my_vote
from web.auth import session_cookie

KEPT = """() => Object.entries(localStorage)
  .filter(([name]) => name.startsWith("stamma-receipt:"))
  .map(([, kept]) => JSON.parse(kept))"""
SENT = "() => Object.keys(localStorage).filter((name) => name.startsWith('stamma-sent:'))"


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def poll(floor, anna, bo) -> Poll:
    """An open ballot; Anna and Bo are on its roll."""
    floor.come(anna, bo)
    floor.approve_roll()
    return floor.open_ballot(floor.item())


@pytest.fixture
def log_in(house, server, now) -> Callable[..., None]:
    def log_in(context: BrowserContext, member) -> None:
        token = secrets.token_urlsafe(32)
        with house.database.writing() as db:
            logins.start(db, member.id, token=token, method="demo", now=now)
        context.add_cookies(
            [{"name": session_cookie(house.settings), "value": token, "url": server}]
        )

    return log_in


@pytest.fixture
def phone(page, log_in, anna) -> Page:
    """Anna's."""
    log_in(page.context, anna)
    return page


def choose(page: Page, poll: Poll, choice: str = "Adopt") -> None:
    page.goto(f"/meetings/{poll.meeting_id}")
    page.get_by_role("radio", name=choice).check()
    page.get_by_role("button", name="Review my vote").click()


def cast(page: Page) -> None:
    # Whoever is quicker than the script votes as if scripts were off.
    page.locator("form[data-ready]").wait_for()
    page.get_by_role("button", name="Cast my vote").click()


def outcome(page: Page, heading: str) -> str:
    page.get_by_role("heading", name=heading).wait_for()
    expect(page.locator("[data-outcome]")).to_be_focused()
    return page.locator("[data-outcome]").inner_text()


def lose(route: Route) -> None:
    """The server does its part, and its answer never arrives."""
    route.fetch()
    route.abort()


def be_patient(page: Page) -> None:
    """Through every pause between two tries."""
    for _ in range(4):
        page.wait_for_timeout(150)
        page.clock.fast_forward(10_000)


def test_three_taps_and_the_receipt_is_verified_kept_and_shown(phone, poll, floor, anna, board):
    choose(phone, poll, "Reject")
    cast(phone)
    said = outcome(phone, "You have voted")
    [kept] = phone.evaluate(KEPT)
    proved = verify_receipt(kept["receipt"], VerifierKey.parse(board.signer.verifier_key))
    assert short_code(proved.entry) in said
    assert "Reject" in said
    assert floor.ballots(poll) == {floor.slot(poll, anna): "reject"}
    assert phone.evaluate(SENT) == []
    assert "Reject" not in kept["receipt"]


def test_a_reload_keeps_the_receipt_and_one_tap_checks_it(phone, poll):
    choose(phone, poll)
    cast(phone)
    said = outcome(phone, "You have voted")
    phone.reload()
    code = phone.locator("p.short-code").inner_text()
    assert code in said
    check_my_vote(phone)
    verdict = outcome(phone, "Your vote is on the log")
    assert code in verdict
    assert "Adopt" in verdict  # from the ballot that this browser kept
    assert "has not kept" not in phone.locator("[data-outcome]").inner_text()


def test_a_lost_answer_is_asked_for_again_by_itself_and_is_one_vote(phone, poll, floor):
    answers: list[int] = []

    def now_and_then(route: Route) -> None:
        answers.append(1)
        lose(route) if len(answers) == 1 else route.continue_()

    phone.route("**/cast", now_and_then)
    choose(phone, poll)
    cast(phone)
    outcome(phone, "You have voted")
    assert len(answers) == 2
    assert list(floor.ballots(poll).values()) == ["adopt"]


def test_without_an_answer_nothing_is_claimed_and_a_reload_gets_the_same_receipt(
    phone, poll, floor, house, anna
):
    phone.clock.install()
    phone.route("**/cast", lose)
    choose(phone, poll)
    cast(phone)
    be_patient(phone)
    said = outcome(phone, "There was no answer")
    assert "may have arrived or not" in said
    assert phone.evaluate(KEPT) == []
    phone.unroute("**/cast")
    cast(phone)
    outcome(phone, "You have voted")
    [kept] = phone.evaluate(KEPT)
    with house.database.reading() as db:
        assert polls.receipt(db, house.board, poll, anna.id) == kept["receipt"]
    assert list(floor.ballots(poll).values()) == ["adopt"]


def test_an_answer_lost_for_good_is_found_on_the_votes_page(phone, poll, floor):
    """The page was closed before the answer came: the browser still knows what it had sent."""
    phone.route("**/cast", lose)
    choose(phone, poll)
    cast(phone)
    phone.get_by_text("No answer yet").wait_for()
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.goto(f"/polls/{poll.id}")
    check_my_vote(phone)
    outcome(phone, "Your vote is on the log")
    [kept] = phone.evaluate(KEPT)
    assert kept["ballot"].endswith("choice adopt\n")


def test_leaving_while_the_ballot_is_on_its_way_is_warned_of(phone, poll):
    phone.route("**/cast", lambda route: None)
    choose(phone, poll)
    cast(phone)
    phone.get_by_text("Sending your ballot").wait_for()
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    phone.on("dialog", stay)
    phone.goto("/")
    assert asked == ["beforeunload"]


def test_two_tabs_at_once_are_one_vote_with_one_receipt(phone, poll, floor):
    other = phone.context.new_page()
    choose(phone, poll, "Adopt")
    choose(other, poll, "Reject")
    click = "() => document.querySelector('form[data-ready] button').click()"
    for tab in (phone, other):
        tab.locator("form[data-ready]").wait_for()
    phone.evaluate(click)
    other.evaluate(click)
    first, second = outcome_of(phone), outcome_of(other)
    assert first[0] == second[0] == "✓ You have voted"
    assert first[1] == second[1]  # one short code
    assert len(floor.ballots(poll)) == 1
    assert "This is the vote that this browser had sent before" in (first[2] + second[2])
    other.close()


def outcome_of(page: Page) -> tuple[str, str, str]:
    page.locator("#outcome-title").wait_for()
    inside = page.locator("[data-outcome]")
    return (
        inside.locator("#outcome-title").inner_text(),
        inside.locator(".short-code").inner_text(),
        inside.inner_text(),
    )


def test_a_vote_from_another_device_stands_and_is_told(phone, poll, floor, anna):
    choose(phone, poll, "Adopt")
    floor.cast(poll, anna, "reject")
    cast(phone)
    outcome(phone, "A ballot of yours is on the log already")
    assert phone.evaluate(KEPT) == []
    phone.get_by_role("link", name="See its receipt").click()
    check_my_vote(phone)
    assert "has not kept the ballot" in outcome(phone, "Your vote is on the log")


def test_a_tap_before_the_script_is_there_is_checked_by_the_browser_all_the_same(phone, poll, anna):
    choose(phone, poll, "Adopt")
    cast(phone)
    outcome(phone, "You have voted")
    phone.route("**/js/poll.js", lambda route: route.abort())
    phone.goto(f"/polls/{poll.id}")
    phone.get_by_role("button", name="Check my vote").click()
    phone.wait_for_url("**/check")
    said = outcome(phone, "Your vote is on the log")
    assert "Checked in this browser" in said
    assert poll.question["en"] in said  # from what this browser has kept


LIES = {
    "another's": lambda mine, bos: bos,
    # Dishonest in the worst place: another ballot was cast in Anna's own slot.
    "another choice": lambda mine, bos: mine,
    "forged": lambda mine, bos: bos.replace("\nindex ", "\nindex 1"),
    "nothing": lambda mine, bos: "",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_returns_a_wrong_receipt_is_never_shown_as_voted(
    phone, poll, floor, house, anna, bo, lie
):
    choose(phone, poll, "Adopt")
    receipts = []
    for member in (anna, bo):
        floor.cast(poll, member, "reject")
        with house.database.reading() as db:
            receipts.append(polls.receipt(db, house.board, poll, member.id))
    answer = {"receipt": LIES[lie](*receipts), "code": "ZG81-JKFF-AW57-7062"}
    phone.route("**/cast", lambda route: route.fulfill(json=answer))
    cast(phone)
    outcome(phone, "No valid receipt came back")
    assert "You have voted" not in phone.locator("main").inner_text()
    assert phone.evaluate(KEPT) == []
    phone.get_by_role("link", name="Report a problem").click()
    # What the server sent is evidence.
    evidence = re.compile("tlog-proof") if answer["receipt"] else ""
    expect(phone.get_by_label("Your receipt")).to_have_value(evidence)


def test_an_answer_that_is_none_is_no_answer(phone, poll):
    phone.clock.install()
    phone.route("**/cast", lambda route: route.fulfill(status=200, body="<html>"))
    choose(phone, poll)
    cast(phone)
    be_patient(phone)
    outcome(phone, "There was no answer")
    assert phone.evaluate(KEPT) == []


def test_a_closed_vote_is_told_and_nothing_is_cast(phone, poll, floor):
    choose(phone, poll)
    phone.evaluate("document.querySelector('[data-live]').dataset.liveHold = 'test'")
    floor.close(poll)
    cast(phone)
    assert "The vote is closed" in outcome(phone, "Your vote was not cast")
    assert floor.ballots(poll) == {}


def test_it_works_without_scripts(browser, server, log_in, anna, poll, floor):
    context = browser.new_context(
        base_url=server, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    log_in(context, anna)
    page = context.new_page()
    choose(page, poll, "Abstain")
    page.get_by_role("button", name="Cast my vote").click()
    page.get_by_text("Your ballot has been received").wait_for()
    page.get_by_role("button", name="Check my vote").click()
    page.get_by_role("heading", name="This receipt holds").wait_for()
    assert floor.ballots(poll) == {floor.slot(poll, anna): "abstain"}
    context.close()


def test_the_keyboard_alone_is_enough(phone, poll, floor):
    phone.goto(f"/meetings/{poll.meeting_id}")
    phone.get_by_role("radio", name="Adopt").focus()
    phone.keyboard.press("ArrowDown")
    assert phone.evaluate("document.activeElement.value") == "reject"
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.get_by_role("heading", name="Review your vote").wait_for()
    phone.locator("form[data-ready]").wait_for()
    tab_to(phone, "Cast my vote")
    phone.keyboard.press("Enter")
    outcome(phone, "You have voted")
    assert list(floor.ballots(poll).values()) == ["reject"]
    tab_to(phone, "Back to the meeting")
    phone.keyboard.press("Enter")
    phone.get_by_text("Your ballot has been received").wait_for()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the control with these words has the focus."""
    for _ in range(40):
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(words)


def test_the_page_follows_the_chair_without_a_reload(phone, floor, anna, bo, house, open_meeting):
    floor.come(anna, bo)
    floor.approve_roll()
    item = floor.item()
    phone.goto(f"/meetings/{open_meeting.id}")
    phone.evaluate("window.untouched = true")
    phone.wait_for_timeout(300)  # until the stream stands
    floor.take_up(item)
    house.live.publish(open_meeting.id)
    news = phone.get_by_role("status").first
    expect(news).to_have_text("§ 1 Discharge")
    poll = floor.open_ballot(item)
    house.live.publish(open_meeting.id)
    phone.get_by_role("group", name="Discharge").wait_for()
    expect(news).to_have_text("A vote is open: Discharge")
    floor.cast(poll, bo, "adopt")
    house.live.publish(open_meeting.id)
    expect(phone.locator("[data-live-part=turnout] strong").first).to_have_text("1")
    phone.get_by_role("radio", name="Adopt").check()
    floor.close(poll)
    house.live.publish(open_meeting.id)
    # A half-made choice is kept as long as there is something to choose.
    expect(phone.get_by_role("radio")).to_have_count(0)
    expect(news).to_have_text("The vote is closed and counted: Discharge")
    floor.declare(poll)
    house.live.publish(open_meeting.id)
    phone.get_by_text("The meeting decided to adopt: Discharge").first.wait_for()
    assert phone.evaluate("window.untouched")


def test_news_does_not_take_a_half_made_choice_away(phone, poll, floor, bo, house):
    phone.goto(f"/meetings/{poll.meeting_id}")
    phone.get_by_role("radio", name="Reject").check()
    phone.wait_for_timeout(300)
    floor.cast(poll, bo, "adopt")
    house.live.publish(poll.meeting_id)
    expect(phone.locator("[data-live-part=turnout] strong").first).to_have_text("1")
    expect(phone.get_by_role("radio", name="Reject")).to_be_checked()
    expect(phone.get_by_role("radio", name="Reject")).to_be_focused()


def test_a_ballot_that_the_log_has_lost_turns_red_and_is_reported(phone, poll, floor, anna):
    choose(phone, poll)
    cast(phone)
    outcome(phone, "You have voted")
    phone.goto(f"/polls/{poll.id}")
    phone.route("**/board/slots/**", lambda route: route.fulfill(json={"index": None}))
    check_my_vote(phone)
    outcome(phone, "This receipt does not hold")
    phone.get_by_role("link", name="Report a problem").first.click()
    phone.get_by_label("What happened?").fill("It was green, now it is red.")
    expect(phone.get_by_label("Your receipt")).to_have_value(re.compile("tlog-proof"))
    phone.get_by_role("button", name="Send the report").click()
    phone.get_by_text("Your report is with the tellers and checkers.").wait_for()


def test_the_qr_code_checks_the_ballot_on_another_device(
    phone, poll, floor, browser, server, anna, board
):
    choose(phone, poll)
    cast(phone)
    said = outcome(phone, "You have voted")
    [kept] = phone.evaluate(KEPT)
    proved = verify_receipt(kept["receipt"], VerifierKey.parse(board.signer.verifier_key))
    hashed = proved.entry.decode().split("sha256:")[1].strip()
    other = browser.new_context(base_url=server, locale="en").new_page()
    named = f"/check#{poll.election}/{floor.slot(poll, anna)}/"
    other.goto(named + hashed)
    assert short_code(proved.entry) in outcome(other, "Your vote is on the log")
    assert short_code(proved.entry) in said
    other.goto("about:blank")
    other.goto(named + "0" * 64)
    outcome(other, "This receipt does not hold")
    other.context.close()
    phone.get_by_text("Check it on another device").click()
    picture = phone.get_by_alt_text("QR code of your receipt")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_two_members_of_one_browser_keep_a_receipt_each(phone, poll, log_in, bo):
    choose(phone, poll, "Adopt")
    cast(phone)
    outcome(phone, "You have voted")
    log_in(phone.context, bo)
    choose(phone, poll, "Reject")
    cast(phone)
    outcome(phone, "You have voted")
    assert len(phone.evaluate(KEPT)) == 2
    phone.goto("/check")
    assert phone.get_by_role("button", name="Check my vote").count() == 2


def test_a_browser_that_keeps_nothing_votes_and_is_told_to_download(phone, poll):
    phone.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full'); };")
    choose(phone, poll)
    cast(phone)
    assert "Download it now" in outcome(phone, "You have voted")
