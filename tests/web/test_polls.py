"""A poll's page, the review before casting, the receipt, dissent and reports, over HTTP."""

from __future__ import annotations

import html
import re
import secrets

import pytest
import sqlalchemy as sa

from ballots.board import parse_entry
from ballots.checkpoint import VerifierKey
from ballots.receipt import short_code, verify_receipt
from governance import roles
from governance.agenda import ItemKind
from governance.meetings import Meeting, MeetingState
from governance.polls import Dissent
from governance.problems import Problem
from governance.roles import Role
from web.mail import MailRefused


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def poll(floor, anna, bo):
    """An open ballot; Anna and Bo are on its roll."""
    floor.come(anna, bo)
    floor.approve_roll()
    return floor.open_ballot(floor.item())


@pytest.fixture
def path(poll) -> str:
    return f"/polls/{poll.id}"


def hidden(page) -> dict[str, str]:
    main = page.text.split("<main")[1].split("</main>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main))


def vote(client, path, choice="adopt"):
    """As a browser without scripts does it: choose, review, cast."""
    form = hidden(client.get(f"{path}/vote", params={"choice": choice}))
    return client.post(f"{path}/vote", data=form)


def test_a_vote_without_scripts_is_three_pages_and_ends_at_the_receipt(
    client, log_in, floor, anna, poll, path, board
):
    log_in(client, anna)
    review = client.get(f"{path}/vote?choice=reject")
    assert "Once it is cast it cannot be changed" in review.text
    assert "<strong>Reject</strong>" in review.text
    answer = vote(client, path, "reject")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?notice=voted")
    page = client.get(f"{path}?notice=voted")
    assert "Your ballot has been received" in page.text
    receipt = html.unescape(hidden(page)["receipt"])
    proved = verify_receipt(receipt, VerifierKey.parse(board.signer.verifier_key))
    assert short_code(proved.entry) in page.text
    assert parse_entry(proved.entry).slot == floor.slot(poll, anna)
    assert floor.ballots(poll) == {floor.slot(poll, anna): "reject"}


def test_the_page_leads_to_a_check_that_works_without_scripts(client, log_in, anna, path):
    log_in(client, anna)
    vote(client, path)
    receipt = html.unescape(hidden(client.get(path))["receipt"])
    assert "This receipt holds" in client.post("/check", data={"receipt": receipt}).text


def test_a_form_that_is_sent_twice_is_one_vote_and_the_same_receipt(
    client, log_in, floor, anna, poll, path
):
    log_in(client, anna)
    form = hidden(client.get(f"{path}/vote?choice=adopt"))
    assert client.post(f"{path}/vote", data=form).status_code == 303
    first = client.get(f"{path}/receipt.tlog-proof").text
    assert client.post(f"{path}/vote", data=form).status_code == 303
    assert client.get(f"{path}/receipt.tlog-proof").text == first
    assert list(floor.ballots(poll).values()) == ["adopt"]


def test_who_has_voted_is_not_asked_again(client, log_in, floor, anna, poll, path):
    floor.cast(poll, anna, "adopt")
    log_in(client, anna)
    assert client.get(f"{path}/vote?choice=reject").headers["location"] == path
    assert 'name="choice"' not in client.get(path).text


@pytest.mark.parametrize("choice", ["", "yes", "ADOPT", "adopt\x00", "<script>"])
def test_a_choice_that_there_is_not_is_asked_for_again(client, log_in, anna, path, choice):
    log_in(client, anna)
    page = client.get(f"{path}/vote", params={"choice": choice})
    assert page.status_code == 422
    assert "Choose one of these." in page.text
    assert 'type="radio"' in page.text
    assert "<script>" not in page.text.split("<main")[1].split("</main>")[0]


def test_choosing_again_is_no_error(client, log_in, anna, path):
    log_in(client, anna)
    page = client.get(f"{path}/vote")
    assert page.status_code == 200
    assert "Choose one of these." not in page.text


def test_who_is_not_on_the_roll_reviews_nothing(client, log_in, make_member, path):
    log_in(client, make_member("3", language="en"))
    answer = client.get(f"{path}/vote?choice=adopt")
    assert answer.status_code == 403
    assert "not on the electoral roll" in answer.text
    assert "You are not on the electoral roll" in client.get(path).text


def test_a_closed_vote_reviews_nothing(client, log_in, floor, anna, poll, path):
    floor.close(poll)
    log_in(client, anna)
    assert client.get(f"{path}/vote?choice=adopt").headers["location"] == path


def test_a_stranger_sees_a_vote_when_it_is_declared(client, floor, anna, poll, path):
    assert client.get(path).headers["location"].startswith("/login?next=")
    floor.cast(poll, anna, "adopt")
    floor.close(poll)
    assert client.get(path).status_code == 303
    floor.declare(poll)
    page = client.get(path)
    assert "The meeting decided to adopt: Discharge" in page.text
    assert f"{path}/record.zip" in page.text
    assert "Report a problem" not in page.text
    assert client.get(f"{path}/receipt.tlog-proof").headers["location"].startswith("/login")


def test_before_the_close_the_page_tells_how_many_and_never_what(
    client, log_in, floor, anna, bo, poll, path
):
    floor.cast(poll, bo, "reject")
    log_in(client, anna)
    page = client.get(path)
    assert "<strong>1</strong> have voted" in page.text
    assert 'class="result' not in page.text


def test_a_tie_says_who_decides(client, log_in, floor, anna, bo, poll, path):
    floor.cast(poll, anna, "adopt")
    floor.cast(poll, bo, "reject")
    floor.close(poll)
    log_in(client, anna)
    assert "The chair's vote is to decide." in client.get(path).text


def test_an_election_names_who_was_elected(client, log_in, floor, anna, bo):
    floor.come(anna, bo)
    floor.approve_roll()
    item = floor.item(ItemKind.ELECTION, title={"sv": "Val av revisor", "en": "Auditor"})
    poll = floor.open_ballot(item, candidates=["Eva Ek", "Per <b>Ask</b>"])
    floor.cast(poll, anna, "candidate-1")
    floor.decide(poll)
    log_in(client, anna)
    page = client.get(f"/polls/{poll.id}")
    assert "The meeting elected Eva Ek: Auditor" in page.text
    assert "Per &lt;b&gt;Ask&lt;/b&gt;" in page.text
    assert "Election decided" in page.text


def test_a_void_vote_says_why(client, log_in, floor, anna, poll, path):
    floor.void(poll, "Fel fråga <b>")
    log_in(client, anna)
    assert "This vote was declared void: Fel fråga &lt;b&gt;" in client.get(path).text


def test_an_acclamation_has_no_ballots_to_check(client, log_in, floor, anna):
    poll = floor.acclaim(floor.item())
    log_in(client, anna)
    page = client.get(f"/polls/{poll.id}")
    assert "By acclamation" in page.text
    assert "Check my vote" not in page.text
    assert client.get(f"/polls/{poll.id}/receipt.svg").status_code == 404
    assert client.get(f"/polls/{poll.id}/vote?choice=adopt").headers["location"]


def test_another_associations_poll_and_none_at_all_are_not_there(client, log_in, anna, path):
    log_in(client, anna)
    for number in (0, 4711, 2**31, 2**63):
        assert client.get(f"/polls/{number}").status_code == 404, number


def test_the_receipt_is_a_file_and_a_picture_of_ones_own(
    client, log_in, floor, anna, bo, poll, path
):
    floor.cast(poll, anna, "adopt")
    log_in(client, bo)
    assert client.get(f"{path}/receipt.tlog-proof").status_code == 404
    assert client.get(f"{path}/receipt.svg").status_code == 404
    log_in(client, anna)
    file = client.get(f"{path}/receipt.tlog-proof")
    assert file.headers["content-disposition"].endswith('.tlog-proof"')
    assert "adopt" not in file.text
    picture = client.get(f"{path}/receipt.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")


def test_a_receipt_is_found_by_what_the_log_shows_and_by_nothing_else(
    client, log_in, floor, anna, poll, path
):
    floor.cast(poll, anna, "adopt")
    log_in(client, anna)
    mine = client.get(f"{path}/receipt.tlog-proof").text
    client.cookies.clear()
    slot = floor.slot(poll, anna)
    assert client.get(f"/board/receipts/{poll.election}/{slot}").text == mine
    assert client.get(f"/board/receipts/{poll.election}/{'0' * 32}").status_code == 404
    assert client.get(f"/board/receipts/{poll.election}/x").status_code == 400


def test_a_dissent_is_recorded_while_the_meeting_lasts(
    client, log_in, database, floor, anna, bo, poll, path, open_meeting
):
    floor.cast(poll, anna, "reject")
    floor.decide(poll)
    log_in(client, anna)
    assert "Have my dissent recorded" in client.get(path).text
    answer = client.post(f"{path}/dissent", data={"text": "För dyrt <b>"})
    assert answer.headers["location"] == f"{path}?notice=dissent-recorded"
    page = client.get(path)
    assert "Your dissent is recorded" in page.text
    assert "För dyrt &lt;b&gt;" in page.text
    log_in(client, bo)
    page = client.get(path)
    assert "1 member has dissented." in page.text
    assert "För dyrt" not in page.text  # whose and why stands in the minutes
    with database.writing() as db:
        db.get_one(Meeting, open_meeting.id).state = MeetingState.CLOSED
    assert client.post(f"{path}/dissent", data={"text": ""}).status_code == 409
    assert "Have my dissent recorded" not in client.get(path).text


def test_a_dissent_that_is_too_long_comes_back_with_what_was_written(
    client, log_in, database, floor, anna, poll, path
):
    floor.cast(poll, anna, "reject")
    floor.decide(poll)
    log_in(client, anna)
    answer = client.post(f"{path}/dissent", data={"text": "x" * 50_000})
    assert answer.status_code == 422
    assert 'id="text-error"' in answer.text
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count(Dissent.id))) == 0


class Sent:
    """A mail server that notes what it is given."""

    def __init__(self, refuses=False):
        self.letters = []
        self.refuses = refuses

    def send(self, letter):
        if self.refuses:
            raise MailRefused("450 later", permanent=False)
        self.letters.append(letter)
        return "250 ok"


@pytest.fixture
def sent(house):
    mailer = Sent()
    object.__setattr__(house, "mailer", mailer)
    return mailer


@pytest.fixture
def teller(floor, make_member):
    made = make_member("20", given_name="Tuva", family_name="Räknare", language="en")
    floor.elect(Role.TELLER, made)
    return made


def reports(client, poll) -> str:
    return client.get(f"/meetings/{poll.meeting_id}/reports").text


def test_a_report_reaches_tellers_and_checkers_and_nobody_else(
    client, log_in, database, floor, anna, bo, chair, teller, poll, path, sent, make_member, now
):
    administrator = make_member("30", language="en")
    with database.writing() as db:
        roles.grant(db, administrator, Role.ADMINISTRATOR, now=now, by_id=None)
    floor.cast(poll, anna, "adopt")
    log_in(client, anna)
    assert "They are: Tuva Räknare." in client.get(f"{path}/report").text
    receipt = client.get(f"{path}/receipt.tlog-proof").text
    answer = client.post(f"{path}/report", data={"text": "Röd <b>", "receipt": receipt})
    assert answer.headers["location"] == f"{path}?notice=problem-reported"
    [letter] = sent.letters
    assert letter["To"] == teller.email
    assert "Åberg" not in letter.get_content()
    for reader in (anna, administrator, chair):
        log_in(client, reader)
        assert client.get(f"/meetings/{poll.meeting_id}/reports").status_code == 403
    log_in(client, teller)
    page = reports(client, poll)
    assert "Röd &lt;b&gt;" in page
    assert "Anna Åberg" in page
    assert "The receipt holds" in page


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda own, other: "", "No receipt was handed in"),
        (lambda own, other: "hello", "cannot be read"),
        (lambda own, other: own.replace("\nindex ", "\nindex 1"), "does not lead"),
        (lambda own, other: other, "for another voter"),
    ],
)
def test_a_teller_reads_what_is_wrong_with_the_receipt(
    client, log_in, floor, anna, bo, teller, poll, path, sent, spoil, said
):
    receipts = {}
    for member in (bo, anna):
        floor.cast(poll, member, "adopt")
        log_in(client, member)
        receipts[member] = client.get(f"{path}/receipt.tlog-proof").text
    spoiled = spoil(receipts[anna], receipts[bo])
    client.post(f"{path}/report", data={"text": "?", "receipt": spoiled.replace("\n", "\r\n")})
    log_in(client, teller)
    page = reports(client, poll)
    assert said in page
    assert "The receipt holds" not in page


def test_a_report_stands_also_when_no_mail_leaves(client, log_in, anna, teller, poll, path, sent):
    sent.refuses = True
    log_in(client, anna)
    assert client.post(f"{path}/report", data={"text": "Röd", "receipt": ""}).status_code == 303
    log_in(client, teller)
    assert "Röd" in reports(client, poll)


def test_a_report_without_words_is_asked_for_them(client, log_in, database, anna, path, sent):
    log_in(client, anna)
    answer = client.post(f"{path}/report", data={"text": " ", "receipt": "kept"})
    assert answer.status_code == 422
    assert "Say what happened." in answer.text
    assert ">kept</textarea>" in answer.text
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count(Problem.id))) == 0


def test_reports_without_end_are_stopped(client, log_in, anna, path, sent):
    log_in(client, anna)
    answers = [
        client.post(f"{path}/report", data={"text": secrets.token_hex(4), "receipt": ""})
        for _ in range(11)
    ]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]


def test_a_script_that_hands_in_a_ballot_for_another_slot_is_refused(
    client, log_in, floor, anna, bo, poll, path
):
    """Two members share a browser: a page made for one must not cast for the other."""
    log_in(client, anna)
    form = hidden(client.get(f"{path}/vote?choice=adopt"))
    log_in(client, bo)
    answer = client.post(f"{path}/vote", data=form)
    assert answer.status_code == 409
    assert "made for somebody else" in answer.text
    assert floor.ballots(poll) == {}
