"""A new address waits, the old one is told, and none changes in the middle of a vote."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from governance import addresses, roles
from governance.addresses import CLAIM_LIVES, AddressInUse
from governance.agenda import AgendaItem
from governance.errors import Invalid, NotAllowed
from governance.journal import JournalEntry
from governance.members import Member
from governance.polling import Poll, PollKind, PollState, PollVoter
from governance.roles import Role

HOURS = dt.timedelta(hours=1)


@pytest.fixture
def poll(database, open_meeting, anna, now) -> Poll:
    """An open poll in which Anna may vote."""
    with database.writing() as db:
        item = AgendaItem(
            meeting_id=open_meeting.id, position=1, kind="motion", title={"sv": "Motion"}
        )
        db.add(item)
        db.flush()
        made = Poll(
            meeting_id=open_meeting.id,
            item_id=item.id,
            kind=PollKind.OPEN_BALLOT,
            question={"sv": "Bifall?"},
            options=[],
            rule={},
            opened_at=now,
        )
        db.add(made)
        db.flush()
        db.add(PollVoter(poll_id=made.id, member_id=anna.id, slot="a" * 32))
    return made


def test_a_new_address_waits_three_days_and_can_be_withdrawn(database, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        addresses.request(db, mine, "New@Example.org", by_id=anna.id, now=now)
        assert addresses.take_due(db, now + 71 * HOURS) == 0
        addresses.withdraw(db, mine, by_id=anna.id, now=now)
        assert addresses.take_due(db, now + 73 * HOURS) == 0
        addresses.request(db, mine, "New@Example.org", by_id=anna.id, now=now)
        assert addresses.take_due(db, now + 72 * HOURS) == 1
        assert mine.email == "new@example.org"


def test_a_second_wish_takes_the_place_of_the_first_and_waits_anew(database, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        addresses.request(db, mine, "first@example.org", by_id=anna.id, now=now)
        addresses.request(db, mine, "second@example.org", by_id=anna.id, now=now + 70 * HOURS)
        assert addresses.waiting(db, anna.id).email == "second@example.org"
        assert addresses.take_due(db, now + 73 * HOURS) == 0
        assert mine.email == anna.email


def test_an_address_of_somebody_else_is_refused_and_is_not_taken_later(database, anna, bo, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        with pytest.raises(AddressInUse):
            addresses.request(db, mine, bo.email, by_id=anna.id, now=now)
        addresses.request(db, mine, "free@example.org", by_id=anna.id, now=now)
        db.get_one(Member, bo.id).email = "free@example.org"
        db.flush()
        assert addresses.take_due(db, now + 96 * HOURS) == 0
        assert mine.email == anna.email


@pytest.mark.parametrize("text", ["", "anna", "a@b", "anna@example.org", "a b@example.org"])
def test_what_is_no_new_address_is_refused_beside_its_field(database, anna, now, text):
    with database.writing() as db, pytest.raises(Invalid) as refused:
        addresses.request(db, db.get_one(Member, anna.id), text, by_id=anna.id, now=now)
    assert refused.value.field == "email"


def test_an_address_stays_while_a_poll_is_open_in_which_the_member_may_vote(
    database, anna, bo, poll, now
):
    with database.writing() as db:
        for member in (anna, bo):
            mine = db.get_one(Member, member.id)
            new = f"new{member.number}@example.org"
            addresses.request(db, mine, new, by_id=member.id, now=now)
        assert (addresses.is_frozen(db, anna.id), addresses.is_frozen(db, bo.id)) == (True, False)
        assert addresses.take_due(db, now + 96 * HOURS) == 1
        assert db.get_one(Member, anna.id).email == "anna@example.org"
        assert db.get_one(Member, bo.id).email == "new2@example.org"
        db.get_one(Poll, poll.id).state = PollState.CLOSED
        db.flush()
        assert addresses.take_due(db, now + 96 * HOURS) == 1
        assert db.get_one(Member, anna.id).email == "new1@example.org"


def test_only_the_member_and_the_board_ask_for_an_address(database, anna, bo, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        with pytest.raises(NotAllowed):
            addresses.request(db, mine, "new@example.org", by_id=bo.id, now=now)
        roles.grant(db, bo, Role.DIRECTOR, now=now, by_id=None)
        addresses.request(db, mine, "new@example.org", by_id=bo.id, now=now)
        acts = db.scalars(sa.select(JournalEntry).where(JournalEntry.act.like("address.%"))).all()
    assert [(act.act, act.by_id) for act in acts] == [("address.requested", bo.id)]
    assert "example.org" not in str([act.details for act in acts])


def test_the_old_address_is_claimed_once_and_again_when_the_claim_ran_out(database, anna, now):
    with database.writing() as db:
        mine = db.get_one(Member, anna.id)
        change = addresses.request(db, mine, "new@example.org", by_id=anna.id, now=now)
        assert [each.old_email for each in addresses.to_tell(db, now, 10)] == [anna.email]
        assert addresses.to_tell(db, now, 10) == []
        assert len(addresses.to_tell(db, now + CLAIM_LIVES, 10)) == 1
        addresses.told(db, change.id)
        db.flush()
        assert addresses.to_tell(db, now + 2 * CLAIM_LIVES, 10) == []


def test_where_there_was_no_address_nobody_is_told(database, make_member, now):
    made = make_member("5", email=None)
    with database.writing() as db:
        mine = db.get_one(Member, made.id)
        addresses.request(db, mine, "new@example.org", by_id=made.id, now=now)
        assert addresses.to_tell(db, now, 10) == []
