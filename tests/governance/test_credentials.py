"""Own keys and credentials that are handed over: who signs with what, and what is forgotten."""

from __future__ import annotations

import pytest

from ballots.belenios.credential import public_of, slot_of
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Malformed, Rejected
from ballots.store import Placed
from governance import credentials, member_keys, polls, secret
from governance.credentials import CredentialGone, PollCredential
from governance.polls import NotOnRoll, NotOpen
from tests.governance.booth import Booth, chance


@pytest.fixture
def booth(hall) -> Booth:
    made = Booth(hall)
    made.board()
    return made


def waiting(hall, poll):
    return hall.db.query(PollCredential).filter_by(poll_id=poll.id).count()


def fetch(hall, poll, member):
    return credentials.hand_over(hall.db, poll, member.id, secret.of(hall.db, poll).uuid)


def test_a_credential_is_handed_over_until_it_is_kept_and_then_forgotten(hall, booth):
    poll = booth.put(hall.item())
    anna = hall.people[0]
    first, again = fetch(hall, poll, anna), fetch(hall, poll, anna)  # the reply was lost
    assert first == again
    assert slot_of(public_of(int(first.secret), GROUP)) == first.slot
    assert first.slot == polls.voter_slot(hall.db, poll.id, anna.id)
    credentials.kept(hall.db, poll, anna.id)
    credentials.kept(hall.db, poll, anna.id)
    with pytest.raises(CredentialGone):
        fetch(hall, poll, anna)
    assert waiting(hall, poll) == 4


def test_who_has_an_own_key_is_told_the_tweak_and_no_secret_is_made(hall, booth):
    anna = hall.people[0]
    booth.register(anna)
    poll = booth.put(hall.item())
    given = fetch(hall, poll, anna)
    assert given.secret == ""
    assert given.key == member_keys.of(hall.db, anna.id).public
    assert waiting(hall, poll) == 4
    assert secret.own_keys(hall.db, poll) == 1
    assert isinstance(booth.cast(poll, anna, "adopt"), Placed)


def test_a_key_that_is_replaced_while_a_vote_is_open_serves_that_vote_to_its_end(hall, booth):
    anna = hall.people[0]
    booth.register(anna)
    private = booth.own[anna.id]
    poll = booth.put(hall.item())
    booth.register(anna)
    booth.own[anna.id], renewed = private, booth.own[anna.id]
    assert isinstance(booth.cast(poll, anna, "adopt"), Placed)
    hall.void(poll)
    booth.own[anna.id] = renewed
    assert isinstance(booth.cast(booth.put(hall.item()), anna, "adopt"), Placed)


def test_who_has_ended_their_key_is_handed_a_credential_again(hall, booth):
    anna = hall.people[0]
    booth.register(anna)
    member_keys.end(hall.db, anna, now=hall.now)
    member_keys.end(hall.db, anna, now=hall.now)
    assert member_keys.of(hall.db, anna.id) is None
    assert fetch(hall, booth.put(hall.item()), anna).secret


def test_registering_the_same_key_again_changes_nothing(hall, booth):
    anna = hall.people[0]
    booth.register(anna)
    standing = member_keys.of(hall.db, anna.id)
    again = member_keys.register(hall.db, anna, standing.public, now=hall.now, chance=chance)
    assert again is standing


@pytest.mark.parametrize("public", ["", "1", "0", "2", "-4", "x", "04", str(GROUP.p), None, 17])
def test_what_is_no_key_is_not_registered(hall, booth, public):
    with pytest.raises(Malformed):
        member_keys.register(hall.db, hall.people[0], public, now=hall.now, chance=chance)


def test_what_nobody_fetched_is_forgotten_at_the_close(hall, booth):
    poll = booth.put(hall.item())
    booth.cast(poll, hall.people[0], "adopt")
    hall.close(poll)
    assert waiting(hall, poll) == 0
    with pytest.raises(NotOpen):
        fetch(hall, poll, hall.people[1])


def test_who_is_not_on_the_roll_is_handed_nothing(hall, booth):
    poll = booth.put(hall.item())
    with pytest.raises(NotOnRoll):
        fetch(hall, poll, hall.chair)


def test_a_credential_votes_in_its_own_vote_only(hall, booth):
    first = booth.put(hall.item())
    private = booth.right(first, hall.people[0])
    hall.void(first)
    second = booth.put(hall.item())
    listed = secret.of(hall.db, second).credentials.decode()
    assert str(public_of(private, GROUP)) not in listed
    with pytest.raises(Rejected):  # and a ballot of the first vote is none in the second
        booth.hand_over(second, booth.ballot(first, hall.people[0], "adopt"))
