"""Secret ballots in the batch: whose they are is found in the transaction, as for open ones."""

from __future__ import annotations

import datetime as dt
import secrets

import pytest

from ballots import secret_ballot
from ballots.board import BallotEntry, parse_entry
from ballots.errors import Malformed, Rejected
from ballots.receipt import entry_of
from ballots.sequencer import Sequencer
from governance import casting, logins, secret
from governance.casting import NotLoggedIn, NotOnRoll
from tests.governance.booth import Booth


@pytest.fixture
def booth(hall) -> Booth:
    made = Booth(hall)
    made.board()
    return made


@pytest.fixture
def box(database, hall):
    made = Sequencer(database.engine, hall.board, casting.admit)
    yield made
    made.close()


class Browser:
    """Somebody logged in, with a ballot that is checked as the server checks it."""

    def __init__(self, hall, booth, member):
        self.hall, self.booth, self.member = hall, booth, member
        token = secrets.token_urlsafe(32)
        self.session = logins.sha256(token)
        logins.start(hall.db, member.id, token=token, method="email", now=hall.now)

    def ticket(self, poll, choice="adopt", *, key=None, body=None, **other):
        body = body or self.booth.ballot(poll, self.member, choice)
        checked = secret_ballot.check(secret.election(secret.of(self.hall.db, poll)), body)
        self.hall.db.commit()  # SQLite has one writer at a time
        asks = {"session": self.session, "now": self.hall.now, "today": dt.date(2027, 3, 1)}
        key = key or secrets.token_hex(16)
        return casting.secret_ticket(poll.id, key, body, checked, **{**asks, **other})


@pytest.fixture
def browsers(hall, booth):
    return [Browser(hall, booth, member) for member in hall.people]


def revision(receipt):
    entry = parse_entry(entry_of(receipt))
    assert isinstance(entry, BallotEntry)
    return entry.revision


def test_a_retry_gets_the_receipt_that_it_had_lost_and_nobody_votes_twice(
    hall, booth, box, browsers
):
    poll = booth.put(hall.item())
    ticket = browsers[0].ticket(poll)
    receipt = box.cast(ticket).result(timeout=30)
    assert box.cast(ticket).result(timeout=30) == receipt
    with pytest.raises(Rejected) as refused:
        box.cast(browsers[0].ticket(poll, "reject")).result(timeout=30)
    assert refused.value.code == "already-voted"
    other = box.cast(browsers[1].ticket(poll)).result(timeout=30)
    hall.db.rollback()
    hall.close(poll)
    hall.db.commit()
    assert box.cast(ticket).result(timeout=30) == receipt != other
    with pytest.raises(Rejected) as refused:
        box.cast(browsers[2].ticket(poll, body=ticket.body)).result(timeout=30)
    assert refused.value.code == "wrong-slot"


def test_where_the_vote_allows_it_the_next_ballot_replaces_the_last(hall, booth, box, browsers):
    poll = booth.put(hall.item(), revote=True)
    tickets = [browsers[0].ticket(poll, choice) for choice in ("adopt", "reject", "adopt")]
    receipts = [box.cast(ticket).result(timeout=30) for ticket in tickets]
    assert [revision(receipt) for receipt in receipts] == [1, 2, 3]
    assert box.cast(tickets[0]).result(timeout=30) == receipts[0]


def test_open_and_secret_ballots_do_not_pass_for_each_other(hall, booth, box, browsers):
    poll = booth.put(hall.item())
    secret_one = browsers[0].ticket(poll)
    asks = {"session": browsers[0].session, "now": hall.now, "today": dt.date(2027, 3, 1)}
    values = {"choice": "adopt", "salt": "0" * 64, "key": "0" * 32}
    open_one = casting.ticket(poll.id, values, **asks)
    with pytest.raises(Malformed):
        box.cast(open_one).result(timeout=30)
    hall.void(poll)
    following = hall.open_ballot(hall.item())
    hall.db.commit()
    moved = casting.secret_ticket(
        following.id, secret_one.key, secret_one.body, secret_one.checked, **asks
    )
    with pytest.raises(Malformed):
        box.cast(moved).result(timeout=30)
    box.cast(casting.ticket(following.id, values, **asks)).result(timeout=30)


def test_who_is_not_logged_in_or_not_on_the_roll_casts_nothing(hall, booth, box, browsers):
    poll = booth.put(hall.item())
    ticket = browsers[0].ticket(poll)
    chair = Browser(hall, booth, hall.chair)
    with pytest.raises(NotLoggedIn):
        box.cast(browsers[0].ticket(poll, body=ticket.body, session="ab" * 32)).result(timeout=30)
    with pytest.raises(NotOnRoll):
        box.cast(chair.ticket(poll, body=ticket.body)).result(timeout=30)
    late = hall.now + dt.timedelta(days=365)
    with pytest.raises(NotLoggedIn):
        box.cast(browsers[0].ticket(poll, body=ticket.body, now=late)).result(timeout=30)


def test_nobody_casts_what_another_has_made(hall, booth, box, browsers):
    """A copied ballot is in its maker's slot; a copier's session is for another."""
    poll = booth.put(hall.item())
    ticket = browsers[0].ticket(poll)
    with pytest.raises(Rejected) as refused:
        box.cast(browsers[1].ticket(poll, body=ticket.body)).result(timeout=30)
    assert refused.value.code == "wrong-slot"


def test_a_ballot_that_was_proven_in_another_vote_is_not_placed(hall, booth, box, browsers):
    poll = booth.put(hall.item())
    ticket = browsers[0].ticket(poll)
    checked = secret_ballot.Checked("ab" * 32, ticket.checked.slot, ticket.checked.tracker)
    asks = {"session": ticket.session, "now": ticket.now, "today": ticket.today}
    other = casting.secret_ticket(poll.id, ticket.key, ticket.body, checked, **asks)
    with pytest.raises(Rejected) as refused:
        box.cast(other).result(timeout=30)
    assert refused.value.code == "wrong-poll"


@pytest.mark.parametrize("key", ["", "x", "0" * 31, "A" * 32, None, 17])
def test_a_key_that_is_none_is_malformed(hall, booth, key):
    checked = secret_ballot.Checked("ab" * 32, "0" * 32, "")
    with pytest.raises(Malformed):
        casting.secret_ticket(
            1, key, b"", checked, session="", now=hall.now, today=dt.date(2027, 3, 1)
        )


def test_many_at_once_are_placed_in_one_order(hall, booth, box, browsers):
    poll = booth.put(hall.item())
    tickets = [browser.ticket(poll) for browser in browsers]
    receipts = [box.cast(ticket) for ticket in tickets for _ in range(3)]
    assert len({each.result(timeout=30) for each in receipts}) == len(tickets)
