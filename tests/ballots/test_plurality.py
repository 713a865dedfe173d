"""Most votes win; the lot decides a tie, and anyone can draw it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting import lot
from ballots.counting.plurality import count
from ballots.errors import Malformed

SEED = "5e" * 32


def test_the_most_votes_win():
    assert count({"a": 5, "b": 7, "c": 1}, seats=2).elected == ["b", "a"]


def test_a_tie_above_the_last_seat_is_none():
    assert count({"a": 5, "b": 5, "c": 1}, seats=2).tied == []


def test_a_tie_at_the_last_seat_leaves_it_open_until_the_lot_is_drawn():
    votes = {"a": 9, "b": 5, "c": 5, "d": 5}
    waiting = count(votes, seats=2)
    assert (waiting.elected, waiting.tied) == (["a"], ["b", "c", "d"])
    drawn = count(votes, seats=2, seed=SEED)
    assert drawn.elected == ["a", lot.draw(["b", "c", "d"], SEED)]


def test_who_has_no_vote_takes_no_seat():
    assert count({"a": 1, "b": 0}, seats=2).elected == ["a"]
    assert count({}, seats=1).elected == []


def test_blank_votes_are_counted_and_never_elected():
    counted = count({"a": 1, "b": 1, "abstain": 7})
    assert (counted.votes["abstain"], counted.elected, counted.tied) == (7, [], ["a", "b"])
    assert count({"a": 0, "abstain": 3}).elected == []


def test_the_lot_is_the_same_for_everybody_and_whatever_the_order():
    # SHA-256 of the seed and the name begins 64c9… for b, 8639… for a, bc4c… for c (sha256sum).
    assert lot.order(["a", "b", "c"], SEED) == ["b", "a", "c"]
    assert lot.order(["c", "a", "b"], SEED) == ["b", "a", "c"]


@pytest.mark.parametrize("seed", ["", "5e", "zz" * 32, "5E" * 32])
def test_a_seed_is_32_bytes_written_in_one_way(seed):
    with pytest.raises(Malformed):
        lot.order(["a", "b"], seed)


def test_a_lot_among_the_same_thing_twice_is_refused():
    with pytest.raises(Malformed):
        lot.order(["a", "a"], SEED)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 5)), st.integers(1, 4))
def test_nobody_elected_has_fewer_votes_than_somebody_who_is_not(votes, seats):
    counted = count(votes, seats=seats, seed=SEED)
    assert len(counted.elected) == min(seats, sum(1 for each in votes.values() if each))
    rest = [votes[name] for name in votes if name not in counted.elected]
    assert all(votes[name] >= max(rest, default=0) for name in counted.elected)
