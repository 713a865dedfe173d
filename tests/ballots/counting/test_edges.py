"""The edges, for every method there is: nobody, nothing, everybody equal, one alone."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ballots.counting.count import Lots
from ballots.counting.methods import METHODS, count
from ballots.counting.options import Options
from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile, grouped, ranked
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED

RULE = Options(highest=5, points=5)
each_method = pytest.mark.parametrize("method", METHODS)


def profile(
    method: str, names: str, papers: list[tuple[int, str]], seats: int = 1, budget: int = 2
) -> RankedProfile | MarkedProfile:
    """`papers`: who is put first, then second, …; where a method counts marks, all get a 1."""
    if METHODS[method].ranked is not None:
        return ranked(names, [(many, list(order)) for many, order in papers], seats=seats)
    ballots = grouped((tuple((each, 1) for each in sorted(order)), many) for many, order in papers)
    if method == "equal-shares":
        costs = dict.fromkeys(names, Fraction(1))
        return BudgetProfile(
            candidates=tuple(names), ballots=ballots, costs=costs, budget=Fraction(budget)
        )
    return MarkedProfile(candidates=tuple(names), ballots=ballots, seats=seats)


def seats_of(method: str, seats: int) -> int:
    return 1 if method == "irv" else seats


@each_method
@pytest.mark.parametrize("papers", [[], [(7, "")]], ids=["no votes", "all blank"])
def test_where_nobody_votes_for_anybody_nobody_is_elected(method, papers):
    made = profile(method, "ABC", papers, seats_of(method, 2))
    counted = count(method, made, lots=Lots(seed=SEED), options=RULE)
    assert (counted.elected, counted.valid) == ((), 0)
    assert counted.blank == made.total
    assert counted.as_dict()["elected"] == []


@each_method
def test_where_all_are_equal_the_lot_decides_and_until_then_it_waits(method):
    papers = [(3, "A"), (3, "B")] if METHODS[method].ranked else [(6, "AB")]
    made = profile(method, "AB", papers, budget=1)
    waiting = count(method, made, options=RULE)
    assert not waiting.decided
    assert waiting.elected == ()
    [tie] = [each for each in waiting.ties if each.waits]
    assert set(tie.between) == {"A", "B"}
    drawn = count(method, made, lots=Lots(seed=SEED), options=RULE)
    by_chair = count(method, made, lots=Lots(drawn=("B", "A")), options=RULE)
    assert drawn.decided
    assert len(drawn.elected) == 1
    assert drawn.ties[-1].seed == SEED
    assert len(by_chair.elected) == 1


@each_method
def test_the_only_candidate_is_elected_and_other_seats_stay_vacant(method):
    made = profile(method, "A", [(2, "A"), (1, "")], seats_of(method, 3))
    counted = count(method, made, options=RULE)
    assert counted.elected == ("A",)


@each_method
def test_who_withdraws_is_out_and_the_next_is_elected(method):
    made = profile(method, "ABC", [(5, "AB"), (4, "B"), (2, "C")])
    counted = count(method, made.without("A"), options=RULE)
    assert counted.elected == ("B",)
    assert "A" not in counted.rounds[0].votes


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name not in ("irv", "equal-shares")]
)
def test_deputies_stand_in_their_order_behind_those_elected(method):
    made = profile(method, "ABCD", [(9, "A"), (7, "B"), (5, "C"), (3, "D")], 1)
    rule = Options(highest=5, points=5, deputies=2)
    counted = count(method, made, lots=Lots(seed=SEED), options=rule)
    assert counted.elected == ("A",)
    assert counted.deputies == ("B", "C")


@each_method
def test_what_cannot_be_asked_is_refused(method):
    with pytest.raises(Malformed):
        count(method, profile(method, "AB", [(1, "A")]), seats=0)
