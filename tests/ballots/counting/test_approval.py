"""Approval: the most approvals, every tie at the last seat told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from ballots.counting import formats
from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.profile import marked, ranked
from tests.ballots.counting.profiles import SEED, profiles

# The case approval-01 of the collected vectors, computed by hand from the definition.
BALLOTS = [(1, dict.fromkeys(named, 1)) for named in ("AB", "AC", "A", "BD", "C", "")]


def test_a_tie_at_the_last_seat_waits_and_the_seed_decides_it():
    waiting = count("approval", marked("ABCD", BALLOTS), seats=2)
    assert dict(waiting.rounds[0].votes) == {"A": 3, "B": 2, "C": 2, "D": 1}
    assert waiting.elected == ("A",)
    assert waiting.ties[0].between == ("B", "C")
    assert (waiting.valid, waiting.blank, waiting.decided) == (5, 1, False)
    drawn = count("approval", marked("ABCD", BALLOTS), seats=2, lots=Lots(seed=SEED))
    assert drawn.elected == ("A", drawn.ties[0].chosen)


def test_the_approvals_of_real_budgets_are_tallied(shared_data):
    tallied = 0
    for path in sorted((shared_data / "counting/pb").glob("*.expected.json")):
        expected = json.loads(path.read_text())
        if expected["vote_type"] != "approval":
            continue
        profile = formats.read(path.with_name(path.name.replace(".expected.json", ".pb")))
        votes = count("approval", profile).rounds[0].votes
        assert {each: int(many) for each, many in expected["tally"].items()} == {
            each: votes[each] for each in expected["tally"]
        }
        tallied += 1
    assert tallied


@pytest.mark.parametrize("ballots", [[], [(3, {})], [(2, {"A": 0})]])
def test_nobody_is_elected_where_nobody_approves_of_anybody(ballots):
    counted = count("approval", marked("AB", ballots), lots=Lots(seed=SEED))
    assert (counted.elected, counted.valid, counted.ties) == ((), 0, ())


def test_the_only_candidate_is_elected_and_the_other_seat_stays_vacant():
    assert count("approval", ranked("A", [(1, ["A"])]), seats=2).elected == ("A",)


@given(profiles())
def test_nobody_outside_has_more_approvals_than_anybody_elected(profile):
    counted = count("approval", profile, lots=Lots(seed=SEED))
    votes = counted.rounds[0].votes
    outside = [votes[each] for each in votes if each not in counted.elected]
    assert all(votes[each] >= most for each in counted.elected for most in outside)
    assert len(counted.elected) == min(profile.seats, sum(many > 0 for many in votes.values()))
