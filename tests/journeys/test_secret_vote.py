"""A secret vote in real browsers: three trustees make a key, members vote in the booth, two of the
trustees open the sum, strangers verify; and nothing that passes for a vote where there is none."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from ballots.__main__ import main as ballots
from ballots.belenios import credential
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.checkpoint import VerifierKey
from ballots.receipt import short_code, verify_receipt
from governance import electoral_boards, logins, member_keys, polls, secret
from governance.agenda import ItemKind
from governance.members import Member
from governance.polls import Poll, PollState
from governance.roles import Role
from tests.ballots.belenios import tool
from tests.floor import Floor
from tests.governance.test_forgetting import backup
from tests.journeys.people import DESK, PHONE, Person, arrive
from tests.journeys.serving import forwarded, free_port, in_service
from tests.secret_floor import SecretFloor
from web.app import create_app
from web.auth import session_cookie
from web.house import House, furnish
from web.settings import Settings

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
KEPT = """(prefix) => Object.entries(localStorage)
  .filter(([name]) => name.startsWith(prefix))
  .map(([, kept]) => kept)"""


def sign_in(house: House, context: BrowserContext, member: Member, address: str) -> None:
    token = secrets.token_urlsafe(32)
    with house.database.writing() as db:
        logins.start(db, member.id, token=token, method="demo", now=house.clock())
    cookie = {"name": session_cookie(house.settings), "value": token, "url": address}
    context.add_cookies([cookie])


@pytest.fixture
def somebody(browser: Browser, house, server) -> Iterator[Callable[..., Person]]:
    """A member with a browser of their own; whatever fails in a script fails the test."""
    people: list[Person] = []

    def somebody(member: Member, size=PHONE, **more) -> Person:
        person = arrive(browser, server, member.name, language=member.language, size=size, **more)
        sign_in(house, person.context, member, server)
        people.append(person)
        return person

    yield somebody
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.context.close()
    assert faults == []


@pytest.fixture
def poll(secret_floor) -> Poll:
    """A secret vote, adopt or reject; its trustees have done their part."""
    secret_floor.electoral_board()
    return secret_floor.open()


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def bo(make_member):
    return make_member("2", given_name="Bo", family_name="Öst", language="en")


@pytest.fixture
def voter(somebody, bo) -> Person:
    return somebody(bo)


def enter(voter: Person, poll: Poll) -> None:
    voter.visit(f"/meetings/{poll.meeting_id}")
    voter.follow("Vote in secret")


def choose(voter: Person, poll: Poll, *names: str) -> None:
    enter(voter, poll)
    for name in names:
        voter.page.get_by_label(name, exact=True).check()
    voter.press("Review my vote")


def outcome(voter: Person, words: str) -> str:
    """The view under this heading, which has the focus: who listens hears it at once."""
    name = voter.say(words)
    heading = voter.page.get_by_role("heading", name=name)
    heading.wait_for()
    expect(heading).to_be_focused()
    return voter.page.locator("#view").inner_text()


def lose(route: Route) -> None:
    """The server does its part, and its answer never arrives."""
    route.fetch()
    route.abort()


def be_patient(page: Page) -> None:
    """Through every pause between two tries."""
    for _ in range(4):
        page.wait_for_timeout(150)
        page.clock.fast_forward(10_000)


def counted(house, poll: Poll) -> int:
    with house.database.reading() as db:
        return len(house.board.every_ballot(db.connection(), poll.election))


# The whole of it.


def make_key(trustee: Person, at: str, to: Path) -> None:
    """On their own phone; a backup is kept before anything is sent."""
    trustee.visit(at)
    trustee.follow("Make my part")
    trustee.press("Make my key on this device")
    trustee.heading("Keep this backup")
    assert trustee.page.evaluate(KEPT, "stamma-trustee:")[0].endswith('"saved":false}')
    trustee.download("Download the backup", to)


def vote(voter: Person, poll: Poll, choice: str) -> tuple[str, str]:
    """In the booth; the right that signed the ballot, and the short code of the receipt."""
    enter(voter, poll)
    expect(voter.page.locator("#trust")).to_contain_text("Eva Ek, Ali Berg, Siv Lund")
    voter.page.get_by_label(choice, exact=True).check()
    voter.press("Review my vote")
    [right] = voter.page.evaluate(KEPT, "stamma-right:")
    if choice == "Blank":
        voter.heading("Do you want to vote blank?")
        voter.press("Yes, cast a blank vote")
    else:
        voter.press("Cast my vote")
    said = outcome(voter, "You have voted")
    assert choice not in said
    assert voter.page.evaluate(KEPT, "stamma-right:") == []  # of no more use
    return right, CODE.findall(said)[0]


def open_result(trustee: Person, at: str) -> None:
    trustee.visit(at)
    trustee.follow("Open the result")
    trustee.press("Open the result")
    expect(trustee.button("Open the result")).to_have_count(0)


def test_from_the_trustees_keys_to_a_result_that_strangers_verify(
    somebody, chair, floor, secret_floor, house, database, capsys, tmp_path, caplog
):
    for office, member in zip(
        (Role.TELLER, Role.TELLER, Role.CHECKER), secret_floor.people, strict=False
    ):
        floor.elect(office, member)
    presiding = somebody(chair, DESK)
    floor.take_up(floor.item(kind=ItemKind.ELECTION))
    at = f"/meetings/{floor.meeting.id}"

    # The chair sets the electoral board up in two clicks; each trustee makes their part.
    presiding.visit(f"{at}/chair?panel=decide&way=secret")
    presiding.follow("Set up the electoral board")
    presiding.press("Set up the electoral board")
    everybody = [somebody(each) for each in secret_floor.people]
    trustees = everybody[:3]
    for number, trustee in enumerate(trustees):
        make_key(trustee, at, tmp_path / f"backup-{number}.txt")
    for trustee in trustees:
        trustee.heading("Your key is ready")
    boards = {trustee.page.locator("[data-fact=board]").inner_text() for trustee in trustees}
    [fingerprint] = boards  # read out to each other
    seeds = [seed_of(trustee) for trustee in trustees]
    for number, seed in enumerate(seeds):
        assert seed in (tmp_path / f"backup-{number}.txt").read_text()
    presiding.sees("Ready for secret votes")

    # The chair opens the vote; five vote, one of them blank, one over a connection that breaks.
    presiding.visit(f"{at}/chair?panel=decide&way=secret")
    presiding.write("Candidates, one on each line", "Eva Ek\nBo Öst")
    presiding.press("Open the secret ballot")
    presiding.sees("Close the vote …")
    poll = open_now(house, floor)
    answers: list[int] = []

    def once(route: Route) -> None:
        answers.append(1)
        lose(route) if len(answers) == 1 else route.continue_()

    everybody[3].page.route("**/cast-secret", once)
    choices = ("Eva Ek", "Bo Öst", "Eva Ek", "Eva Ek", "Blank")
    cast = [vote(voter, poll, choice) for voter, choice in zip(everybody, choices, strict=True)]
    assert len(answers) == 2
    for voter, (_, code) in zip(everybody, cast, strict=True):
        [kept] = voter.page.evaluate(KEPT, "stamma-receipt:")
        key = VerifierKey.parse(house.signer.verifier_key)
        assert short_code(verify_receipt(json.loads(kept)["receipt"], key).entry) == code
    presiding.visit(f"{at}/chair")
    presiding.sees("Many")

    # Closed; two trustees open with one tap each, and the chair declares.
    presiding.follow("Close the vote …")
    presiding.press("Close the vote")
    presiding.sees("has not opened yet")
    for trustee in (trustees[2], trustees[0]):
        open_result(trustee, at)
    presiding.press("Declare the result")
    presiding.sees("Election decided")
    with house.database.reading() as db:
        declared = db.get_one(Poll, poll.id)
        assert declared.result["votes"] == {"candidate-1": 3, "candidate-2": 1, "blank": 1}
        uuid = secret.of(db, declared).uuid

    # Anybody checks their vote with one tap, against the published archive.
    bo = everybody[4]
    bo.visit(f"/polls/{poll.id}")
    bo.check_my_vote()
    bo.heading("Your vote is on the log")
    bo.sees("The published archive holds your ballot, unchanged.")

    # And strangers verify everything, with our command and with a program that we did not write.
    bo.visit(f"/polls/{poll.id}/audit")
    bo.sees(fingerprint)
    bo.download("Download the record", tmp_path / "record.zip")
    log_key = ["--log-key", house.signer.verifier_key]
    assert ballots(["verify", str(tmp_path / "record.zip"), *log_key]) == 0, capsys.readouterr().out
    tool.require()
    with zipfile.ZipFile(tmp_path / "record.zip") as record:
        archive = record.read(f"polls/{poll.election}/archive.bel")
    assert tool.accepts(tmp_path / "tool", uuid, archive)

    # What was made on a device is nowhere on the server.
    held = backup(database)
    logged = capsys.readouterr().err + caplog.text
    for needle in (*seeds, *(right for right, _ in cast)):
        assert needle.encode() not in held
        assert needle not in logged


def seed_of(trustee: Person) -> str:
    [kept] = trustee.page.evaluate(KEPT, "stamma-trustee:")
    return str(json.loads(kept)["seed"])


def open_now(house: House, floor: Floor) -> Poll:
    with house.database.reading() as db:
        found = polls.open_now(db, floor.meeting.id)
    assert found is not None
    return found


# The booth.


def test_a_wrong_receipt_is_never_called_a_vote(voter, poll, house, secret_floor):
    """The worst of them stands on the log, signed: it is of another ballot in the voter's slot."""
    bo = secret_floor.people[4]
    choose(voter, poll, "Adopt")
    [right] = voter.page.evaluate(KEPT, "stamma-right:")
    secret_floor.booth.held[poll.id, bo.id] = int(right)
    secret_floor.cast(poll, bo, "reject")
    secret_floor.cast(poll, secret_floor.people[0], "reject")
    with house.database.reading() as db:
        found = db.get_one(Poll, poll.id)
        mine, another = (
            polls.receipt(db, house.board, found, each.id) for each in (bo, secret_floor.people[0])
        )
    for lie in (mine, another, mine.replace("\nindex ", "\nindex 1"), ""):
        voter.page.unroute_all()
        voter.page.route("**/cast-secret", says({"receipt": lie, "code": "ZG81-JKFF-AW57-7062"}))
        button = "Cast my vote" if voter.button("Cast my vote").count() else None
        voter.press(button or "Send the same ballot again")
        outcome(voter, "No valid receipt came back")
        voter.sees_no("You have voted")
        assert voter.page.evaluate(KEPT, "stamma-receipt:") == []
        voter.page.on("dialog", lambda dialog: dialog.accept())
        voter.page.reload()
        voter.heading("A ballot of yours has not been answered")


def says(answer: object) -> Callable[[Route], None]:
    """A server that gives this answer, whatever it is asked."""
    return lambda route: route.fulfill(json=answer)


def test_an_answer_lost_for_good_claims_nothing_and_a_reload_sends_the_same_ballot(
    voter, poll, house, bo
):
    voter.page.clock.install()
    voter.page.route("**/cast-secret", lose)
    choose(voter, poll, "Reject")
    voter.press("Cast my vote")
    be_patient(voter.page)
    assert "may have arrived or not" in outcome(voter, "There was no answer")
    [sent] = json.loads(voter.page.evaluate(KEPT, "stamma-sent:")[0])
    assert "reject" not in json.dumps(sent)
    assert counted(house, poll) == 1
    voter.page.unroute("**/cast-secret")
    voter.page.on("dialog", lambda dialog: dialog.accept())
    voter.page.reload()
    voter.heading("A ballot of yours has not been answered")
    voter.press("Send the same ballot again")
    said = outcome(voter, "You have voted")
    assert sent["tracker"] in said
    assert counted(house, poll) == 1
    with house.database.reading() as db:
        receipt = polls.receipt(db, house.board, db.get_one(Poll, poll.id), bo.id)
    [kept] = voter.page.evaluate(KEPT, "stamma-receipt:")
    assert json.loads(kept)["receipt"] == receipt


def test_leaving_before_the_vote_is_cast_is_warned_of_and_afterwards_it_is_not(voter, poll):
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    voter.page.on("dialog", stay)
    choose(voter, poll, "Adopt")
    voter.heading("Review your vote")
    voter.page.evaluate("() => { location.assign('/') }")
    voter.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    voter.page.get_by_role("link", name="Back to the meeting").first.click()
    voter.sees("Your ballot has been received")
    assert asked == ["beforeunload"]


def test_who_votes_among_fewer_than_five_is_told_before_choosing(
    somebody, floor, anna, bo, make_member
):
    others = [make_member(number, language="en") for number in ("3", "4")]
    few = SecretFloor(floor, [anna, bo, *others])
    few.electoral_board()
    poll = few.open()
    voter = somebody(others[0])
    enter(voter, poll)
    voter.sees("Fewer than five can vote. Only the outcome will be told,")
    floor.close(poll)
    floor.void(poll, "One more has come")
    fifth = make_member("5", language="en")
    floor.come(fifth)
    floor.approve_roll()
    another = few.open(floor.item(title={"sv": "Budget", "en": "Budget"}))
    last = somebody(fifth)
    enter(last, another)
    expect(last.page.locator("#trust")).to_contain_text("nobody can read a vote alone")
    last.sees_no("Fewer than five can vote.")


def test_going_back_from_the_review_keeps_what_was_chosen(voter, poll):
    choose(voter, poll, "Abstain")
    voter.heading("Review your vote")
    voter.page.go_back()
    expect(voter.page.get_by_label("Abstain")).to_be_checked()
    voter.press("Review my vote")
    voter.press("Choose again")
    expect(voter.page.get_by_label("Abstain")).to_be_checked()


def test_nothing_chosen_is_said_beside_the_choices(voter, poll):
    choose(voter, poll)
    expect(voter.page.locator("#choice-error")).to_have_text("Choose one of these.")
    expect(voter.page.get_by_label("Adopt")).to_be_focused()
    voter.page.get_by_label("Adopt").check()
    expect(voter.page.locator("#choice-error")).to_be_hidden()


def test_several_seats_are_chosen_up_to_their_number_and_a_blank_vote_is_for_nobody(
    voter, secret_floor, floor
):
    secret_floor.electoral_board()
    item = floor.item(kind=ItemKind.ELECTION)
    poll = secret_floor.open(item, candidates=["Eva Ek", "Ali Berg", "Siv Lund"], seats=2)
    choose(voter, poll, "Eva Ek", "Ali Berg", "Siv Lund")
    expect(voter.page.locator("#choice-error")).to_have_text("Choose at most 2.")
    voter.page.get_by_label("Blank").check()
    for name in ("Eva Ek", "Ali Berg", "Siv Lund"):
        expect(voter.page.get_by_label(name)).not_to_be_checked()
    voter.page.get_by_label("Siv Lund").check()
    expect(voter.page.get_by_label("Blank")).not_to_be_checked()
    voter.page.get_by_label("Eva Ek").check()
    voter.press("Review my vote")
    assert voter.page.locator(".choice li").all_inner_texts() == ["Eva Ek", "Siv Lund"]
    voter.press("Cast my vote")
    outcome(voter, "You have voted")


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (None, "Approve of as many as you like, or vote blank."),
        (2, "Approve of as many as you like, at most 2, or vote blank."),
        (1, "Approve of as many as you like, at most 1, or vote blank."),
    ],
)
def test_an_approval_vote_asks_whom_one_approves_of(voter, secret_floor, floor, most, said):
    secret_floor.electoral_board()
    item = floor.item(kind=ItemKind.ELECTION)
    names, settings = ["Eva Ek", "Ali Berg", "Siv Lund"], {"most": most}
    poll = secret_floor.open(item, candidates=names, method="approval", settings=settings)
    voter.visit(f"/polls/{poll.id}/vote")
    voter.sees(said)


def test_where_it_is_allowed_one_votes_again_and_the_last_ballot_counts(
    voter, secret_floor, floor, house
):
    secret_floor.electoral_board()
    poll = secret_floor.open(revote=True)
    choose(voter, poll, "Adopt")
    voter.sees("You can vote again until the vote is closed")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    voter.visit(f"/polls/{poll.id}")
    voter.follow("Vote again")
    voter.sees("You have voted. If you vote again, only your last ballot counts.")
    voter.page.get_by_label("Reject").check()
    voter.press("Review my vote")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    secret_floor.vote(poll, "adopt", "adopt", "abstain", "abstain")
    floor.close(poll)
    secret_floor.open_parts(poll, 1, 2)
    with house.database.reading() as db:
        assert db.get_one(Poll, poll.id).result["votes"] == {"adopt": 2, "reject": 1, "abstain": 2}


def test_two_tabs_are_one_voter(voter, poll, house):
    other = voter.context.new_page()
    choose(voter, poll, "Adopt")
    other.goto(f"/polls/{poll.id}/vote")
    other.get_by_label("Reject").check()
    other.get_by_role("button", name="Review my vote").click()
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    other.get_by_role("button", name="Cast my vote").click()
    other.get_by_role("heading", name="A ballot of yours is on the log already").wait_for()
    assert counted(house, poll) == 1


def test_whoever_has_voted_before_is_shown_the_receipt_that_this_browser_kept(voter, poll):
    choose(voter, poll, "Adopt")
    voter.press("Cast my vote")
    first = outcome(voter, "You have voted")
    voter.page.goto("about:blank")
    voter.page.goto(f"/booth#poll={poll.id}")
    again = outcome(voter, "You have voted")
    assert CODE.findall(again) == CODE.findall(first)


def test_a_right_that_another_browser_holds_is_told_before_anything_is_chosen(
    voter, poll, secret_floor, somebody, bo
):
    enter(voter, poll)
    voter.page.locator("#options").wait_for()
    other = somebody(bo)
    other.page.goto(f"/booth#poll={poll.id}")
    said = outcome(other, "You cannot vote here now")
    assert "Another browser of yours holds your right to vote here." in said


def test_a_closed_vote_is_told(voter, poll, floor):
    choose(voter, poll, "Adopt")
    floor.close(poll)
    voter.press("Cast my vote")
    assert "The vote is closed" in outcome(voter, "Your vote was not cast")
    voter.page.goto("about:blank")
    voter.page.goto(f"/booth#poll={poll.id}")
    assert "The vote is closed." in outcome(voter, "You cannot vote here now")


def test_a_server_that_shows_another_question_than_was_frozen_gets_no_vote(voter, poll):
    def lie(route: Route) -> None:
        said = route.fetch().json()
        manifest = json.loads(said["manifest"])
        manifest["options"].reverse()
        said["manifest"] = json.dumps(manifest, separators=(",", ":"), sort_keys=True)
        route.fulfill(json=said)

    voter.page.route("**/booth", lie)
    enter(voter, poll)
    # The hash of the manifest is no poll on the log, and the election asks in another order.
    assert "does not agree with itself" in outcome(voter, "You cannot vote here now")


def test_a_server_that_has_made_the_key_itself_gets_no_vote(voter, poll):
    def lie(route: Route) -> None:
        said = route.fetch().json()
        said["trustees"] = said["trustees"].replace('"threshold":2', '"threshold":1')
        route.fulfill(json=said)

    voter.page.route(re.compile(r"/polls/\d+/booth$"), lie)
    choose(voter, poll, "Adopt")
    voter.press("Cast my vote")
    assert "does not agree with itself" in outcome(voter, "You cannot vote here now")


def test_encrypting_takes_less_than_a_second_and_the_booth_says_how_long(voter, poll):
    choose(voter, poll, "Adopt")
    voter.press("Cast my vote")
    said = outcome(voter, "You have voted")
    [seconds] = re.findall(r"encrypted on this device, in ([\d.]+) seconds", said)
    assert float(seconds) < 1


def test_in_swedish_too(somebody, poll, anna, database):
    with database.writing() as db:
        db.get_one(Member, anna.id).language = "sv"
    anna.language = "sv"
    voter = somebody(anna)
    choose(voter, poll, "Bifall")
    assert voter.page.locator("html").get_attribute("lang") == "sv"
    voter.press("Cast my vote")
    outcome(voter, "You have voted")


def test_without_scripts_the_booth_says_plainly_what_else_to_do(browser, house, server, poll, bo):
    context = browser.new_context(base_url=server, java_script_enabled=False)
    sign_in(house, context, bo, server)
    page = context.new_page()
    page.goto(f"/meetings/{poll.meeting_id}")
    assert "Turn them on, vote on another device" in unscripted(page)
    page.get_by_role("link", name="Vote in secret").click()
    assert "A secret vote needs JavaScript" in unscripted(page)
    assert "gå till rösträknarna" in unscripted(page)
    context.close()


def unscripted(page: Page) -> str:
    """What is shown without scripts; a browser that is driven parses it as if it had them."""
    return " ".join(page.locator("noscript").all_text_contents())


def test_a_server_that_does_not_answer_is_told_in_both_languages(voter, poll):
    voter.page.clock.install()
    voter.page.route(re.compile(r"/polls/\d+/booth$"), lambda route: route.abort())
    voter.page.goto(f"/booth#poll={poll.id}")
    be_patient(voter.page)
    expect(voter.page.locator("#stuck")).to_be_visible()
    expect(voter.page.locator("#stuck")).to_contain_text("You have not voted.")


def test_the_keyboard_alone_is_enough(voter, poll, house):
    enter(voter, poll)
    voter.page.get_by_label("Adopt").focus()
    voter.page.keyboard.press("ArrowDown")
    voter.page.keyboard.press("Tab")
    voter.page.keyboard.press("Enter")
    voter.heading("Review your vote")
    voter.page.keyboard.press("Tab")
    voter.page.keyboard.press("Enter")
    outcome(voter, "You have voted")
    assert counted(house, poll) == 1


def test_a_ballot_that_the_published_archive_lacks_turns_red(
    voter, poll, secret_floor, floor, house
):
    choose(voter, poll, "Adopt")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    secret_floor.vote(poll, "adopt", "adopt", "reject", "abstain")
    floor.close(poll)
    secret_floor.open_parts(poll, 1, 2)
    floor.declare(poll)
    with house.database.reading() as db:
        archive = secret.archive(db, house.board, db.get_one(Poll, poll.id))
    [kept] = voter.page.evaluate(KEPT, "stamma-receipt:")
    own = json.loads(kept)["hash"].encode()
    lacking = archive.replace(own, b"0" * 64)
    voter.visit(f"/polls/{poll.id}")
    voter.page.route("**/archive.bel", lambda route: route.fulfill(body=lacking))
    voter.check_my_vote()
    voter.heading("This receipt does not hold")
    voter.sees("The published archive does not hold this ballot. Report it.")


# The booth of another origin.


ASKS = """async (address) => {
  try {
    return (await fetch(address, { credentials: "include" })).status;
  } catch {
    return "blocked";
  }
}"""


@pytest.fixture(params=["another name", "another port"])
def elsewhere(request, house, port, now) -> Iterator[tuple[House, str, str]]:
    """The same house, its address, and the origin from which its booth is served."""
    other = free_port() if request.param == "another port" else port
    host = "localhost" if request.param == "another port" else "127.0.0.1"
    settings = Settings(
        data_dir=house.settings.data_dir,
        database_url=house.settings.database_url,
        base_url=f"http://localhost:{port}",
        booth_origin=f"http://{host}:{other}",
        demo=True,
        port=port,
    )
    board, database = house.board, house.database
    made = furnish(settings, database, house.association_id, board, board.signer, clock=lambda: now)
    before = forwarded(other, port) if other != port else nullcontext()
    with in_service(create_app(house=made), port) as address, before:
        yield made, address, settings.booth_origin
    made.live.close()
    made.checker.close()
    made.sequencer.close()


def test_the_booth_of_another_origin_votes_with_a_pass_and_without_a_cookie(
    browser, house, elsewhere, poll, bo
):
    made, address, booth = elsewhere
    voter = arrive(browser, address, "Bo", language="en")
    sign_in(made, voter.context, bo, address)
    carried: list[str] = []
    voter.page.on(
        "request",
        lambda asked: (
            carried.append(asked.headers.get("cookie", ""))
            if asked.frame.url.startswith(booth) and asked.url.startswith(address)
            else None
        ),
    )
    enter(voter, poll)
    voter.page.get_by_label("Adopt").check()
    assert voter.page.url == f"{booth}/booth#poll={poll.id}"
    # No page but the booth is there, and to the house's other pages the booth may not talk.
    assert voter.page.evaluate(ASKS, f"{booth}/login") == 404
    assert voter.page.evaluate(ASKS, f"{address}/me") == "blocked"
    assert voter.page.evaluate(ASKS, "http://localhost:9/") == "blocked"
    voter.press("Review my vote")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    voter.page.locator("summary").click()
    picture = voter.page.get_by_alt_text("QR code of your receipt")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    voter.page.get_by_role("link", name="Back to the meeting").first.click()
    voter.sees("Your ballot has been received")
    assert carried
    assert not any(carried)
    assert voter.faults == []
    voter.context.close()
    assert counted(house, poll) == 1


def test_a_key_of_ones_own_is_made_where_one_votes(browser, house, elsewhere, bo):
    made, address, booth = elsewhere
    voter = arrive(browser, address, "Bo", language="en")
    sign_in(made, voter.context, bo, address)
    make_own_key(voter)
    assert voter.page.url == f"{booth}/booth/key#me=key"
    assert len(voter.page.evaluate(KEPT, "stamma-own-key:")) == 1
    voter.page.get_by_role("link", name="Back to my record").first.click()
    voter.sees("You vote with a key of your own")
    assert voter.page.evaluate(KEPT, "stamma-own-key:") == []
    assert voter.faults == []
    voter.context.close()


# Trustees.


def prepared(somebody, secret_floor, floor, chair) -> list[Person]:
    """Three trustees' browsers, whose keys are ready."""
    trustees = secret_floor.people[:3]
    with secret_floor.acting() as booth:
        booth.set_up(trustees)
    people = [somebody(each) for each in trustees]
    for person in people:
        person.visit("/electoral-boards/1")
        person.press("Make my key on this device")
        person.press("I have written it down")
    for person in people:
        person.heading("Your key is ready")
    return people


def test_a_trustee_restores_the_key_on_another_device_and_opens_with_it(
    somebody, secret_floor, floor, chair, house
):
    first, second, _ = prepared(somebody, secret_floor, floor, chair)
    seed = seed_of(first)
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    other = somebody(secret_floor.people[0])
    other.visit("/electoral-boards/1")
    other.heading("Your key is on another device")
    for wrong, words in (
        ("123", "These are not the letters of a backup."),
        ("2" * 22, "This backup is of another key than the one of this electoral board."),
    ):
        other.write("The 22 letters and digits of your backup", wrong)
        other.press("Restore my key")
        other.sees(words)
    other.write("The 22 letters and digits of your backup", f"{seed[:4]} {seed[4:]}")
    other.press("Restore my key")
    other.heading("Your key is ready")
    for person in (other, second):
        person.visit("/electoral-boards/1")
        person.press("Open the result")
        expect(person.button("Open the result")).to_have_count(0)
    with house.database.reading() as db:
        assert db.get_one(Poll, poll.id).result["votes"]["adopt"] == 3


def test_a_trustees_device_opens_nothing_but_the_sum_of_the_ballots_on_the_log(
    somebody, secret_floor, floor, chair, house
):
    """A server that had a single ballot opened, or left one out, would learn how somebody voted."""
    first, second, _ = prepared(somebody, secret_floor, floor, chair)
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    handed_in: list[str] = []
    lies = {
        "one ballot alone": lambda said: {
            **said,
            "tally": json.dumps(
                [json.loads(said["ballots"][0])["answers"][0]["choices"]], separators=(",", ":")
            ),
        },
        "one ballot left out": lambda said: {**said, "ballots": said["ballots"][1:]},
        "another poll's manifest": lambda said: {
            **said,
            "manifest": said["manifest"].replace('"voters":5', '"voters":6'),
        },
        "other voters": lambda said: {
            **said,
            "credentials": json.dumps(json.loads(said["credentials"])[1:], separators=(",", ":")),
        },
    }

    def twisting(lie: Callable[..., object]) -> Callable[[Route], None]:
        def twist(route: Route) -> None:
            if route.request.method == "POST":
                handed_in.append(route.request.url)
                route.abort()
            else:
                route.fulfill(json=lie(route.fetch().json()))

        return twist

    for lie in lies.values():
        first.page.route("**/opening", twisting(lie))
        first.visit("/electoral-boards/1")
        first.press("Open the result")
        first.sees("The sum that the server wants opened is not that of the ballots on the log.")
        first.page.unroute_all()
    assert handed_in == []
    with house.database.reading() as db:
        assert db.get_one(Poll, poll.id).state is PollState.CLOSED
        assert secret.openings(db, db.get_one(Poll, poll.id)) == []
    # What was opened on this device before is not opened a second time in another sum.
    first.page.evaluate(
        "(name) => localStorage.setItem(name, 'another')", f"stamma-opened:{digest_of(house, poll)}"
    )
    first.press("Open the result")
    first.sees("This device has opened another sum of this vote before. It opens no second one.")
    # And an honest one says how many ballots are in what it opens.
    second.visit("/electoral-boards/1")
    second.press("Open the result")
    second.news("Your part is open. Ballots in the sum: 5.")


def digest_of(house: House, poll: Poll) -> str:
    with house.database.reading() as db:
        return hashlib.sha256(secret.of(db, db.get_one(Poll, poll.id)).election).hexdigest()


def test_a_vote_into_which_somebodys_choices_were_copied_is_not_opened(
    somebody, secret_floor, floor, chair, house
):
    """A server could open a vote of its own making, and have Anna's ballot opened in it."""
    first, *_ = prepared(somebody, secret_floor, floor, chair)
    anna, *others = secret_floor.people
    poll = secret_floor.open()
    copied = secret_floor.ballot(poll, anna, "adopt")
    floor.void(poll, "The wrong question")
    trap = secret_floor.open(floor.item(title={"sv": "Fällan", "en": "The trap"}))
    for each in others[:4]:
        secret_floor.cast(trap, each, "reject")
    secret_floor.plant(trap, anna, copied)
    floor.close(trap)
    first.visit("/electoral-boards/1")
    first.press("Open the result")
    first.sees("A ballot in the sum is not proven to be one of this vote. Nothing was opened.")
    with house.database.reading() as db:
        assert secret.openings(db, db.get_one(Poll, trap.id)) == []


def test_so_few_ballots_that_the_server_should_have_said_so_are_not_opened(
    somebody, secret_floor, floor, chair, house
):
    first, *_ = prepared(somebody, secret_floor, floor, chair)
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "reject")
    floor.close(poll)
    first.visit("/electoral-boards/1")
    first.sees("So few have voted that numbers would say who voted how.")
    first.page.evaluate("() => delete document.querySelector('[data-opening]').dataset.few")
    first.press("Open the result")
    first.sees("Fewer than five ballots are in the sum, and the server did not say so.")
    first.visit("/electoral-boards/1")
    first.press("Open the result")
    expect(first.button("Open the result")).to_have_count(0)
    with house.database.reading() as db:
        assert len(secret.openings(db, db.get_one(Poll, poll.id))) == 1


def test_a_trustee_whose_part_does_not_hold_is_found_out_and_named(
    somebody, secret_floor, floor, chair
):
    trustees = secret_floor.people[:3]
    with secret_floor.acting() as booth:
        board = booth.set_up(trustees)
        seats = electoral_boards.trustees(secret_floor.db, board.id)
    honest = somebody(trustees[0])
    honest.visit("/electoral-boards/1")
    honest.press("Make my key on this device")
    honest.press("I have written it down")
    honest.heading("Keep this page open")
    # The other two work on the command line; Siv sends Eva a secret that is not hers.
    for step in ("certificate", "pledge", "contribution"):
        expect(honest.page.locator("[data-live-part=board]")).to_contain_text(
            "waits for the others"
        )
        with secret_floor.acting() as booth:
            seats = electoral_boards.trustees(secret_floor.db, 1)
            for seat in seats[1:]:
                message = booth.answer(seat)
                if step == "contribution" and seat.number == 3:
                    message["secrets"][0] = message["secrets"][1]
                booth.hand_in(seat, electoral_boards.Step(step), message)
        honest.page.reload()
    honest.sees("What another trustee sent does not hold.")
    presiding = somebody(chair, DESK)
    presiding.visit(f"/meetings/{floor.meeting.id}/electoral-board")
    presiding.sees(
        "Their device found that what %(name)s sent does not hold. Set up another electoral board.",
        name="Siv Lund",
    )


# A key of one's own.


def test_a_key_made_in_the_browser_votes_there_and_on_another_device_by_its_code(
    voter, somebody, secret_floor, floor, house, bo
):
    code = make_own_key(voter)
    [own] = voter.page.evaluate(KEPT, "stamma-own-key:")
    with house.database.reading() as db:
        public = member_keys.of(db, bo.id).public
    assert pow(GROUP.g, int(own), GROUP.p) == int(public)
    secret_floor.electoral_board()
    first = secret_floor.open()
    choose(voter, first, "Adopt")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")
    assert voter.page.evaluate(KEPT, "stamma-right:") == []

    # The next vote on another device: with a mistyped code, with another, and with the right one.
    floor.close(first)
    secret_floor.open_parts(first, 1, 2)
    floor.declare(first)
    second = secret_floor.open(floor.item(title={"sv": "Budget", "en": "Budget"}))
    other = somebody(bo)
    enter(other, second)
    outcome(other, "Your key is on another device")
    mistyped = code[:-1] + ("2" if code[-1] != "2" else "3")
    another = credential.make_code(secrets.token_bytes)
    for typed, words in (
        (mistyped, "A letter is mistyped. Compare it with what you wrote down."),
        (another, "This code belongs to another key than yours."),
    ):
        other.write("Recovery code", typed)
        other.press("Use my key here")
        other.sees(words)
    other.write("Recovery code", code.replace("-", " "))
    other.press("Use my key here")
    other.page.get_by_label("Reject").check()
    other.press("Review my vote")
    other.press("Cast my vote")
    outcome(other, "You have voted")
    assert counted(house, second) == 1
    other.visit("/me")
    other.follow("Use it on this device")
    outcome(other, "This browser holds your key")


def make_own_key(voter: Person) -> str:
    """From their record; returns the code that makes it again."""
    voter.visit("/me")
    voter.follow("Use a key of this device's own")
    outcome(voter, "A key of your own for secret votes")
    voter.press("Make my key in this browser")
    outcome(voter, "Write this code down")
    code = voter.page.locator("p.code").inner_text()
    voter.press("I have written it down")
    outcome(voter, "This browser holds your key")
    return code


def vote_for(voter: Person, poll: Poll, choice: str) -> None:
    voter.page.get_by_label(voter.say(choice), exact=True).check()
    voter.press("Review my vote")
    voter.press("Cast my vote")
    outcome(voter, "You have voted")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_lost_device_is_made_up_for_by_the_code_and_a_lost_code_by_ending_the_key(
    somebody, secret_floor, floor, house, make_member, language
):
    eva = secret_floor.people[0]
    with house.database.writing() as db:
        db.get_one(Member, eva.id).language = eva.language = language
    code = make_own_key(somebody(eva))
    secret_floor.electoral_board()
    first = secret_floor.open()

    # The device is gone; on another one the code votes in the vote that was opened meanwhile.
    another = somebody(eva)
    enter(another, first)
    outcome(another, "Your key is on another device")
    another.write("Recovery code", code)
    another.press("Use my key here")
    vote_for(another, first, "Adopt")
    floor.void(first, "En provomgång")

    # The code is gone, too: the key is ended, and a right is handed over in the next vote.
    third = somebody(eva)
    third.visit("/me")
    third.follow("Use it on this device")
    outcome(third, "Your key is on another device")
    third.open("I have lost the device and the code")
    expect(third.button("Make a new key")).to_be_visible()
    third.visit("/me")
    third.press("End my own key")
    third.sees("Your own key is ended. Your right to vote is handed over again.")
    second = secret_floor.open(floor.item(title={"sv": "Budget", "en": "Budget"}))
    enter(third, second)
    vote_for(third, second, "Reject")
    assert counted(house, second) == 1
    with house.database.reading() as db:
        assert secret.own_keys(db, db.get_one(Poll, second.id)) == 0
