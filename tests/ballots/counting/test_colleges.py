"""Colleges: one member, one vote inside; weights between; both are told."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting import majority
from ballots.counting.colleges import BLOCK, FOR_NOBODY, College, decide
from ballots.counting.majority import MajorityRule
from ballots.errors import Malformed

SIMPLE = MajorityRule("cast_valid", ">", (1, 2), "chair", "6:33")
TWO_THIRDS = MajorityRule("cast_valid", ">=", (2, 3), "not-carried")


def college(name: str, weight: int, adopt: int, reject: int, abstain: int = 0, **more) -> College:
    votes = {"adopt": adopt, "reject": reject, "abstain": abstain}
    return College(name=name, weight=weight, votes=votes, **more)


def test_a_small_college_of_half_the_weight_outweighs_many_members():
    workers, users = college("workers", 50, 10, 0), college("users", 50, 40, 60)
    count = decide([workers, users], SIMPLE)
    assert count.votes == {"adopt": 50, "reject": 60, "abstain": 0}
    assert count.weighted["adopt"] == 50 + 20
    assert (count.base, count.outcome) == (100, "adopt")
    assert [each.outcome for each in count.colleges] == ["adopt", "reject"]


def test_shares_are_exact():
    thirds = [college("a", 1, 2, 1), college("b", 1, 2, 1), college("c", 1, 2, 1)]
    count = decide(thirds, TWO_THIRDS)
    assert count.weighted["adopt"] == 2
    assert count.outcome == "adopt"
    assert count.as_dict()["weighted"] == {"adopt": "2", "reject": "1", "abstain": "0"}


def test_a_college_may_give_all_its_weight_to_its_majority():
    colleges = [college("a", 40, 51, 49), college("b", 35, 0, 9), college("c", 25, 5, 5)]
    count = decide(colleges, SIMPLE, carry=BLOCK)
    # c is tied, so its weight is on neither side, and 40 is not more than half of 100.
    assert (count.weighted["adopt"], count.weighted["reject"]) == (40, 35)
    assert (count.base, count.outcome) == (100, "reject")


@pytest.mark.parametrize(
    ("silent", "base", "outcome"), [("left-out", 40, "adopt"), ("for-nobody", 100, "reject")]
)
def test_the_rule_says_what_becomes_of_a_college_in_which_nobody_voted(silent, base, outcome):
    colleges = [college("a", 40, 3, 1), college("b", 60, 0, 0, abstain=7)]
    count = decide(colleges, SIMPLE, silent=silent)
    assert (count.base, count.outcome, count.silent) == (base, outcome, ("b",))


def test_who_abstains_counts_where_the_rule_says_so():
    voting = MajorityRule("voting", ">", (1, 2), "chair")
    count = decide([college("a", 10, 5, 0, 5), college("b", 10, 5, 0, 5)], voting)
    assert (count.weighted["adopt"], count.weighted["abstain"]) == (10, 10)
    assert count.outcome == "reject"


def test_all_eligible_of_a_college_count_though_few_came():
    everybody = MajorityRule("all_eligible", ">=", (1, 2), "not-carried")
    count = decide([college("a", 2, 5, 0, eligible=20)], everybody)
    assert (count.weighted["adopt"], count.outcome) == (Fraction(1, 2), "reject")


def test_a_quorum_is_of_all_colleges_together():
    rule = MajorityRule("cast_valid", ">", (1, 2), "chair", quorum=(1, 2))
    came = college("a", 1, 9, 0, present=9, members=10)
    away = college("b", 1, 0, 0, present=0, members=10)
    count = decide([came, away], rule)
    assert (count.quorate, count.outcome) == (False, "reject")
    with pytest.raises(Malformed):
        decide([came, college("b", 1, 0, 0)], rule)


def test_equal_weights_wait_for_the_chair():
    colleges = [college("a", 1, 3, 0), college("b", 1, 0, 100)]
    waiting = decide(colleges, SIMPLE)
    assert (waiting.tied, waiting.outcome) == (True, None)
    assert decide(colleges, SIMPLE, casting_vote="adopt").outcome == "adopt"
    with pytest.raises(Malformed):
        decide([college("a", 1, 3, 0)], SIMPLE, casting_vote="reject")


@pytest.mark.parametrize(
    "colleges",
    [
        [],
        [college("a", 0, 1, 0)],
        [college("a", 1, 1, 0), college("a", 1, 0, 1)],
        [college("a", 1, -1, 0)],
    ],
)
def test_what_is_no_college_decides_nothing(colleges):
    with pytest.raises(Malformed):
        decide(colleges, SIMPLE)
    with pytest.raises(Malformed):
        decide([college("a", 1, 1, 0)], SIMPLE, silent=FOR_NOBODY, carry="all")


numbers = st.integers(min_value=0, max_value=200)


@given(numbers, numbers, numbers, st.integers(min_value=1, max_value=9))
def test_one_college_decides_as_its_members_do(adopt, reject, abstain, weight):
    for rule in (SIMPLE, TWO_THIRDS, MajorityRule("voting", ">=", (3, 4), "not-carried")):
        alone = majority.count({"adopt": adopt, "reject": reject, "abstain": abstain}, rule)
        assert decide([college("a", weight, adopt, reject, abstain)], rule).outcome == alone.outcome
