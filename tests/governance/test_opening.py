"""Opening a closed secret vote: whose part is taken, whose is not, and who is named for it."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest

from governance import electoral_boards, opening, secret, server_keys
from governance.journal import JournalEntry
from governance.opening import NotATrustee, NotClosed, OpenedAlready, WrongDecryption
from governance.polls import Poll, WaitsForTrustees
from tests.governance.booth import Booth, chance


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


@pytest.fixture
def closed(hall, booth):
    """A vote that waits for two of its three trustees."""
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    return hall.close(poll)


def give(hall, poll, trustee, part):
    return opening.take_part(hall.db, poll, trustee, part, now=hall.now)


def test_it_takes_as_many_as_the_board_asks(hall, booth, closed):
    assert opening.work(hall.db, closed, booth.trustee(closed, 2)).waits_for == 2
    assert not booth.open_part(closed, 2)
    work = opening.work(hall.db, closed, booth.trustee(closed, 2))
    assert (work.given, work.waits_for, work.few) == (True, 1, False)
    assert closed.result is None
    assert booth.open_part(closed, 3)
    assert closed.result["votes"] == {"adopt": 3, "reject": 1, "abstain": 1}


def test_a_vote_is_not_declared_before_it_is_open(hall, booth, closed):
    booth.open_part(closed, 1)
    with pytest.raises(WaitsForTrustees):
        hall.declare(closed)


def test_trustees_who_open_at_the_same_moment_open_it_once(database, hall, booth, closed):
    parts = {number: booth.part(closed, number) for number in (1, 2, 3)}
    hall.db.commit()

    def tap(number):
        with database.writing() as db:
            poll = db.get_one(Poll, closed.id)
            trustee = secret.trust(db, poll).trustees[number - 1]
            try:
                return opening.take_part(db, poll, trustee, parts[number], now=hall.now)
            except OpenedAlready:
                return None

    with ThreadPoolExecutor(3) as pool:
        assert sorted(map(str, pool.map(tap, parts))) == ["False", "None", "True"]
    hall.db.expire_all()
    assert closed.result["votes"] == {"adopt": 3, "reject": 1, "abstain": 1}
    assert [each.place for each in secret.openings(hall.db, closed)] == [1, 2]


def test_the_same_trustee_twice_is_one_trustee(hall, booth, closed):
    assert not booth.open_part(closed, 1)
    assert not booth.open_part(closed, 1)
    assert len(secret.openings(hall.db, closed)) == 1


def test_who_comes_late_is_named_and_not_needed(hall, booth, closed):
    late = booth.part(closed, 3)
    booth.open_part(closed, 1)
    booth.open_part(closed, 2)
    for _ in ("opened", "declared"):
        with pytest.raises(OpenedAlready) as refused:
            give(hall, closed, booth.trustee(closed, 3), late)
        assert refused.value.facts["name"] == hall.people[2].name
        if closed.declared_at is None:
            hall.declare(closed)
    assert [each.number for each in secret.openings(hall.db, closed)] == [1, 2]


def lies(booth, closed):
    """Parts that do not open this sum with this trustee's key."""
    honest, other = booth.part(closed, 1), booth.part(closed, 2)
    swapped = copy.deepcopy(honest)
    factors = swapped["partial"]["decryption_factors"][0]
    factors[0], factors[1] = factors[1], factors[0]
    numbers = copy.deepcopy(honest)
    numbers["partial"]["decryption_factors"][0][0] = "2"
    fewer = copy.deepcopy(honest)
    fewer["strong"][0].pop()
    return {
        "another trustee's": other,
        "factors in another order": swapped,
        "no element": numbers,
        "a proof too few": fewer,
        "the strong proofs of another": {**honest, "strong": other["strong"]},
        "without strong proofs": {"partial": honest["partial"]},
        "nothing": {},
        "no part": None,
        "text": {"partial": "x", "strong": "y"},
    }


def test_who_opens_wrongly_is_named_and_the_others_open(hall, booth, closed):
    first = booth.trustee(closed, 1)
    for name, part in lies(booth, closed).items():
        with pytest.raises(WrongDecryption) as refused:
            give(hall, closed, first, part)
        assert refused.value.facts["name"] == hall.people[0].name, name
    assert secret.openings(hall.db, closed) == []
    booth.open_part(closed, 2)
    assert booth.open_part(closed, 3)


def test_a_trustee_of_another_board_opens_nothing(hall, booth, closed):
    part = booth.part(closed, 1)
    hall.void(closed)
    booth.board(hall.people[1:4])
    second = booth.put(hall.item())
    hall.close(second)
    stranger = electoral_boards.trustees(hall.db, secret.of(hall.db, closed).board_id)[0]
    with pytest.raises(NotATrustee):
        give(hall, second, stranger, part)
    with pytest.raises(NotClosed):  # it is void
        give(hall, closed, stranger, part)


def test_the_sum_of_another_vote_does_not_pass_for_this_one(hall, booth, closed):
    earlier = booth.part(closed, 1)
    hall.void(closed)
    second = booth.put(hall.item())
    hall.close(second)
    with pytest.raises(WrongDecryption):
        give(hall, second, booth.trustee(second, 1), earlier)


def test_the_server_does_not_open_what_trustees_hold(hall, booth, closed):
    private = server_keys.make(chance).private
    with pytest.raises(NotClosed):
        opening.open_alone(hall.db, closed, private, now=hall.now, chance=chance)


def test_the_journal_says_which_trustee_opened(hall, booth, closed):
    booth.open_part(closed, 2)
    entry = hall.db.query(JournalEntry).filter_by(act="poll.part-opened").one()
    assert (entry.by_id, entry.details) == (hall.people[1].id, {"number": 2})
