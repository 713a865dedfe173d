"""What may be counted, and how rules read it."""

from __future__ import annotations

import pytest

from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile, marked, ranked
from ballots.counting.reading import END, SKIP, STRICT, Reading
from ballots.errors import Malformed
from tests.ballots.counting.profiles import cases

READINGS = {
    "ballot-01": STRICT,
    "ballot-02": STRICT,
    "ballot-03": STRICT,
    "ballot-04": Reading(gaps=1, equal=SKIP),
}


def test_equal_ballots_are_one_with_their_number():
    made = ranked("AB", [(2, ["A"]), (1, ["B", "A"]), (3, ["A"]), (1, [["B", "A"]])])
    assert made.ballots == {(("A",),): 5, (("B",), ("A",)): 1, (("A", "B"),): 1}
    assert (made.total, made.blank) == (7, 0)


@pytest.mark.parametrize("case", cases("ballot"), ids=lambda case: case["id"])
def test_each_rule_reads_a_ballot_in_its_own_way(case):
    marks = case["input"]["marks"]
    ranking = tuple(
        tuple(sorted(each for each in marks if marks[each] == rank))
        for rank in range(1, max(marks.values()) + 1)
    )
    if case["id"] in READINGS:
        order, _ = READINGS[case["id"]].read(ranking)
        assert list(order) == case["expected"]["used"]
    else:  # numbers are only an order: the ranks are all that is used
        assert [list(rank) for rank in ranking if rank] == case["expected"]["used"]


@pytest.mark.parametrize(
    ("reading", "order", "why"),
    [
        (Reading(gaps=0, equal=END), "A", "gap"),
        (Reading(gaps=1, equal=END), "A", "gap"),
        (Reading(gaps=2, equal=END), "AB", "equal"),
        (Reading(gaps=2, equal=SKIP), "ABE", "all"),
        (Reading(gaps=None, equal=SKIP), "ABE", "all"),
    ],
)
def test_reading_stops_where_the_rule_says_so(reading, order, why):
    ballot = (("A",), (), (), ("B",), ("C", "D"), ("E",))
    assert reading.read(ballot) == (tuple(order), why)


def test_a_withdrawal_closes_the_ranks_and_leaves_gaps_of_the_voters_own():
    before = ranked("ABC", [(1, ["A", "B", [], "C"]), (2, ["B"]), (3, [["A", "B"], "C"])])
    after = before.without(["B"])
    assert after.ballots == {
        (("A",), (), ("C",)): 1,
        (): 2,
        (("A",), ("C",)): 3,
    }
    assert (after.candidates, after.withdrawn) == (("A", "C"), ("B",))


def test_a_withdrawal_takes_marks_away():
    before = marked("AB", [(1, {"A": 3, "B": 5}), (1, {"A": 3})])
    assert before.without(["B"]).ballots == {(("A", 3),): 2}


def test_only_a_candidate_withdraws():
    with pytest.raises(Malformed):
        ranked("AB", []).without(["C"])


@pytest.mark.parametrize(
    "given",
    [
        {"candidates": ("A", "A"), "ballots": {}},
        {"candidates": ("A",), "ballots": {}, "seats": 0},
        {"candidates": ("A",), "ballots": {(("B",),): 1}},
        {"candidates": ("A",), "ballots": {(("A",), ("A",)): 1}},
        {"candidates": ("A",), "ballots": {(("A",),): -1}},
        {"candidates": ("A",), "ballots": {(("A",),): 1.0}},
    ],
)
def test_what_is_no_profile_is_refused(given):
    with pytest.raises(Malformed):
        RankedProfile(**given)


def test_marks_for_nobody_are_refused():
    with pytest.raises(Malformed):
        MarkedProfile(candidates=("A",), ballots={(("B", 1),): 1})
    with pytest.raises(Malformed):
        marked("A", [(1, {"B": 1})])


def test_every_project_has_a_cost():
    with pytest.raises(Malformed):
        BudgetProfile(candidates=("A",), ballots={}, costs={}, budget=1)
