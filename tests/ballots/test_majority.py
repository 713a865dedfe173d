"""Majorities are whole numbers compared across, and a tie is a tie."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting.majority import MajorityRule, count
from ballots.errors import Malformed

SIMPLE = MajorityRule("cast_valid", ">", (1, 2), "chair", "6:33")
TWO_THIRDS = MajorityRule("cast_valid", ">=", (2, 3), "not-carried", "6:36")


def votes(adopt: int, reject: int, abstain: int = 0) -> dict[str, int]:
    return {"adopt": adopt, "reject": reject, "abstain": abstain}


@pytest.mark.parametrize(
    ("rule", "cast", "outcome"),
    [
        (SIMPLE, votes(51, 49), "adopt"),
        (SIMPLE, votes(49, 51), "reject"),
        (SIMPLE, votes(1, 0, 99), "adopt"),
        (SIMPLE, votes(0, 0, 9), "reject"),
        (SIMPLE, votes(0, 0), "reject"),
        (TWO_THIRDS, votes(66, 33), "adopt"),
        (TWO_THIRDS, votes(2, 1), "adopt"),
        (TWO_THIRDS, votes(65, 34), "reject"),
        (MajorityRule("cast_valid", ">", (2, 3), "chair"), votes(66, 33), "reject"),
        (MajorityRule("voting", ">", (1, 2), "chair"), votes(5, 3, 2), "reject"),
        (MajorityRule("voting", ">", (1, 2), "chair"), votes(6, 3, 2), "adopt"),
        (MajorityRule("cast_valid", ">=", (1, 1), "chair"), votes(7, 0), "adopt"),
        (MajorityRule("cast_valid", ">=", (1, 1), "chair"), votes(7, 1), "reject"),
    ],
)
def test_a_majority_is_reached_or_it_is_not(rule, cast, outcome):
    assert count(cast, rule).outcome == outcome


@pytest.mark.parametrize(
    ("base", "numbers", "outcome"),
    [
        ("present_or_represented", {"present": 100}, "reject"),
        ("present_or_represented", {"present": 99}, "adopt"),
        ("all_eligible", {"eligible": 100}, "reject"),
        ("all_members", {"members": 1191}, "reject"),
    ],
)
def test_who_is_silent_counts_where_the_rule_says_so(base, numbers, outcome):
    rule = MajorityRule(base, ">", (1, 2), "chair")
    assert count(votes(50, 10), rule, **numbers).outcome == outcome


def test_a_rule_whose_base_is_not_known_decides_nothing():
    with pytest.raises(Malformed):
        count(votes(1, 0), MajorityRule("all_members", ">", (1, 2), "chair"))


def test_an_equal_vote_waits_for_the_chair_and_then_is_the_chairs():
    waiting = count(votes(10, 10, 3), SIMPLE)
    assert waiting.tied
    assert waiting.outcome is None
    assert count(votes(10, 10, 3), SIMPLE, casting_vote="adopt").outcome == "adopt"
    assert count(votes(10, 10, 3), SIMPLE, casting_vote="reject").outcome == "reject"


def test_there_is_no_casting_vote_without_a_tie():
    with pytest.raises(Malformed):
        count(votes(11, 10), SIMPLE, casting_vote="reject")


def test_a_qualified_majority_knows_no_tie():
    half = MajorityRule("cast_valid", ">=", (1, 2), "chair")
    assert count(votes(10, 10), half).outcome == "adopt"
    assert not count(votes(20, 10), TWO_THIRDS).tied


def test_without_its_quorum_nothing_is_carried():
    rule = MajorityRule("cast_valid", ">", (1, 2), "chair", quorum=(1, 2))
    assert count(votes(9, 1), rule, present=10, members=21).outcome == "reject"
    assert count(votes(9, 1), rule, present=10, members=20).outcome == "adopt"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"base": "cast_valid", "operator": ">", "share": [1, 2]},
        {"base": "cast_valid", "operator": ">", "share": [3, 2], "tie": "chair"},
        {"base": "cast_valid", "operator": ">", "share": [1, 0], "tie": "chair"},
        {"base": "cast_valid", "operator": ">", "share": "1/2", "tie": "chair"},
        {"base": "cast_valid", "operator": ">", "share": [True, 2], "tie": "chair"},
        {"base": "most", "operator": ">", "share": [1, 2], "tie": "chair"},
        {"base": ["cast_valid"], "operator": ">", "share": [1, 2], "tie": "chair"},
    ],
)
def test_a_rule_that_says_too_little_is_refused(rule):
    with pytest.raises(Malformed):
        MajorityRule.parse(rule)


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 50),
    st.integers(1, 50),
    st.sampled_from([">", ">="]),
)
def test_the_comparison_is_that_of_exact_fractions(adopt, reject, n, d, operator):
    n, d = min(n, d), max(n, d)
    rule = MajorityRule("cast_valid", operator, (n, d), "not-carried")
    counted = count(votes(adopt, reject), rule)
    if adopt + reject == 0:
        assert not counted.carried
        return
    share, wanted = Fraction(adopt, adopt + reject), Fraction(n, d)
    assert counted.carried == (share > wanted if operator == ">" else share >= wanted)
    # The number that the result page shows as needed is the least that would have done.
    assert counted.carried == (adopt >= counted.needed)


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_vote_more_for_it_never_turns_adoption_into_rejection(adopt, reject, abstain):
    before = count(votes(adopt, reject, abstain), SIMPLE).outcome
    after = count(votes(adopt + 1, reject, abstain), SIMPLE).outcome
    assert not (before == "adopt" and after != "adopt")
