"""Whoever owns the old address hears at once that there is to be a new one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from governance import addresses
from governance.addresses import CLAIM_LIVES, AddressChange
from governance.members import Member
from governance.register import import_register
from tests.web.smtp import SmtpServer
from web import worker
from web.house import House
from web.mail import SmtpMailer

HEAD = "medlemsnummer;förnamn;efternamn;inträde;e-post\n"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


@pytest.fixture
def clock(now) -> list[dt.datetime]:
    return [now]


@pytest.fixture
def post_office(house, server, clock) -> House:
    return dataclasses.replace(house, mailer=SmtpMailer(server.url), clock=lambda: clock[0])


@pytest.fixture
def ask(database, now):
    def ask(member: Member, email: str = "new@example.org") -> AddressChange:
        with database.writing() as db:
            mine = db.get_one(Member, member.id)
            return addresses.request(db, mine, email, by_id=member.id, now=now)

    return ask


def test_the_old_address_is_told_once_with_the_new_one_and_the_day(post_office, server, ask, bo):
    ask(bo)
    worker.run_due(post_office)
    worker.run_due(post_office)
    [mail] = server.post.arrived
    assert mail["To"] == "Bo Öst <bo@example.org>"
    assert mail["From"] == "Frilansarnas kooperativ <stamma@localhost>"
    text = mail.get_content()
    assert "new@example.org" in text
    assert "4 March 2027" in text
    assert "http://stamma.example/me" in text


def test_a_mail_server_that_is_away_is_tried_again(post_office, server, ask, anna, clock):
    ask(anna)
    server.post.replies["anna@example.org"] = ["451 4.3.0 later"]
    worker.run_due(post_office)
    assert server.post.arrived == []
    clock[0] += CLAIM_LIVES
    worker.run_due(post_office)
    assert [mail["To"].addresses[0].addr_spec for mail in server.post.arrived] == [anna.email]


def test_an_old_address_that_is_gone_is_not_tried_for_ever(post_office, server, ask, anna, clock):
    ask(anna)
    server.post.replies["anna@example.org"] = ["550 5.1.1 no such person"]
    worker.run_due(post_office)
    clock[0] += CLAIM_LIVES
    worker.run_due(post_office)
    assert server.post.arrived == []


def test_the_change_itself_comes_after_three_days(post_office, server, ask, anna, clock):
    ask(anna)
    clock[0] += dt.timedelta(hours=72)
    worker.run_due(post_office)
    with post_office.database.reading() as db:
        assert db.get_one(Member, anna.id).email == "new@example.org"
    [mail] = server.post.arrived
    assert mail["To"].addresses[0].addr_spec == "anna@example.org"


@pytest.mark.parametrize(
    ("cell", "said"), [("ny@example.org", "ny@example.org"), ("", "removed your e-mail address")]
)
def test_an_address_that_came_with_a_register_is_told_as_what_it_is(
    post_office, server, association, bo, now, cell, said
):
    data = f"{HEAD}{bo.number};Bo;Öst;2020-01-01;{cell}\n".encode()
    with post_office.database.writing() as db:
        import_register(db, association, data, now=now)
    worker.run_due(post_office)
    [mail] = server.post.arrived
    assert mail["To"].addresses[0].addr_spec == "bo@example.org"
    assert said in mail.get_content()
    assert "log in, withdraw it" not in mail.get_content()
