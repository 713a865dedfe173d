"""My record: seen, corrected, and given another address only slowly."""

from __future__ import annotations

import dataclasses
import datetime as dt
from email import message_from_bytes, policy

import pytest
from litestar.testing import TestClient

from governance import addresses, logins
from governance.agenda import AgendaItem
from governance.members import Member
from governance.polling import Poll, PollKind, PollVoter
from governance.roles import Grant, Role
from web import worker
from web.app import create_app

FORM = {
    "given_name": "Anna",
    "family_name": "Åberg",
    "country": "FI",
    "place": "Visby",
    "language": "en",
    "skills": "foto",
}


@pytest.fixture
def mine(database, anna):
    """Anna's record as it stands."""

    def mine() -> Member:
        with database.reading() as db:
            return db.get_one(Member, anna.id)

    return mine


@pytest.fixture
def later(house, log_in, anna, now):
    """Anna's browser some time after she logged in."""
    clients = []

    def later(wait: dt.timedelta) -> TestClient:
        moved = dataclasses.replace(house, clock=lambda: now + wait)
        client = TestClient(create_app(house=moved), base_url="http://stamma.example")
        client.headers.update({"sec-fetch-site": "same-origin", "accept-language": "en"})
        client.follow_redirects = False
        client.__enter__()
        clients.append(client)
        log_in(client, anna)
        return client

    yield later
    for client in clients:
        client.__exit__()


def test_a_stranger_has_no_record(client):
    assert client.get("/me").headers["location"] == "/login?next=%2Fme"
    assert client.post("/me", data=FORM).headers["location"].startswith("/login")


def test_members_see_their_own_record(client, log_in, anna, bo):
    log_in(client, bo)
    text = client.get("/me").text
    assert "bo@example.org" in text
    assert "1 January 2020" in text
    assert "anna@example.org" not in text


def test_roles_stand_on_the_record(client, log_in, bo, database, now):
    with database.writing() as db:
        db.add(Grant(member_id=bo.id, role=Role.DIRECTOR, meeting_id=None, granted_at=now))
    log_in(client, bo)
    assert "Director" in client.get("/me").text.split("<dl>")[1].split("</dl>")[0]


def test_members_correct_their_record_and_get_their_language(client, log_in, anna, mine):
    log_in(client, anna)
    assert '<html lang="sv">' in client.get("/me").text
    answer = client.post("/me", data={**FORM, "by_post": "yes"})
    assert answer.headers["location"] == "/me?notice=saved"
    assert (mine().place, mine().country, mine().by_post) == ("Visby", "FI", True)
    assert '<html lang="en">' in client.get("/me").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("given_name", " "), ("skills", "x" * 401), ("country", "XX"), ("language", "tlh")],
)
def test_a_correction_that_cannot_be_is_told_beside_its_field(
    client, log_in, anna, mine, field, value
):
    log_in(client, anna)
    answer = client.post("/me", data={**FORM, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert mine().place == ""


def test_a_record_has_no_field_for_what_is_not_the_members_to_say(client, log_in, anna, mine):
    log_in(client, anna)
    forged = {"number": "9", "email": "x@example.org", "left": "", "joined": "1999-01-01"}
    client.post("/me", data={**FORM, **forged})
    assert (mine().number, mine().email) == ("1", "anna@example.org")
    assert mine().joined == dt.date(2020, 1, 1)


def test_a_new_address_waits_and_the_old_one_gets_a_letter(client, log_in, house, bo, database):
    log_in(client, bo)
    answer = client.post("/me/address", data={"email": "ny@example.org"})
    assert answer.headers["location"] == "/me?notice=address-asked"
    text = client.get("/me").text
    assert "ny@example.org" in text
    assert "4 March 2027" in text
    worker.run_due(house)
    [letter] = list(house.settings.mailbox.glob("*.eml"))
    mail = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert mail["To"] == "Bo Öst <bo@example.org>"
    with database.reading() as db:
        assert db.get_one(Member, bo.id).email == "bo@example.org"


def test_a_waiting_address_is_withdrawn(client, log_in, anna, database):
    log_in(client, anna)
    client.post("/me/address", data={"email": "ny@example.org"})
    client.post("/me/address/withdraw")
    with database.reading() as db:
        assert addresses.waiting(db, anna.id) is None
    assert "ny@example.org" not in client.get("/me").text


@pytest.mark.parametrize("email", ["", "anna", "anna@example.org", "bo@example.org"])
def test_what_is_no_new_address_is_told_beside_its_field(client, log_in, anna, bo, email):
    log_in(client, anna)
    answer = client.post("/me/address", data={"email": email})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_who_logged_in_long_ago_logs_in_again_to_change_the_address(later, anna, database):
    client = later(logins.FRESH)
    text = client.get("/me").text
    assert 'name="email"' not in text
    assert "/login?next=/me" in text
    assert client.post("/me/address", data={"email": "ny@example.org"}).status_code == 409
    with database.reading() as db:
        assert addresses.waiting(db, anna.id) is None


def test_an_address_stays_while_a_vote_is_open_and_the_page_says_so(
    client, log_in, house, anna, mine, database, open_meeting, now
):
    log_in(client, anna)
    client.post("/me", data=FORM)
    client.post("/me/address", data={"email": "ny@example.org"})
    with database.writing() as db:
        item = AgendaItem(meeting_id=open_meeting.id, position=1, kind="motion", title={})
        db.add(item)
        db.flush()
        poll = Poll(
            meeting_id=open_meeting.id,
            item_id=item.id,
            kind=PollKind.OPEN_BALLOT,
            question={},
            options=[],
            rule={},
            opened_at=now,
        )
        db.add(poll)
        db.flush()
        db.add(PollVoter(poll_id=poll.id, member_id=anna.id, slot="a" * 32))
    assert "As long as a vote is open" in client.get("/me").text
    after = dataclasses.replace(house, clock=lambda: now + dt.timedelta(hours=80))
    worker.take_addresses(after)
    assert mine().email == "anna@example.org"


def test_other_browsers_are_logged_out_from_here(client, log_in, house, bo):
    log_in(client, bo)
    with TestClient(create_app(house=house), base_url="http://stamma.example") as other:
        other.follow_redirects = False
        log_in(other, bo)
        assert other.get("/me").status_code == 200
        assert "Log out everywhere but here" in client.get("/me").text
        client.post("/me/sessions/end")
        assert other.get("/me").status_code == 303
    text = client.get("/me").text
    assert "this browser" in text
    assert "Log out everywhere but here" not in text
