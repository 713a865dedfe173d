"""Equal shares: real budgets as they were counted, a second slow count, and what holds for any."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting import formats
from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.options import Options
from ballots.counting.profile import BudgetProfile, grouped, marked
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED

PROJECTS = "abcde"


@st.composite
def budgets(draw: st.DrawFn, *, highest: int = 1) -> BudgetProfile:
    names = PROJECTS[: draw(st.integers(1, 5))]
    ballot = st.dictionaries(st.sampled_from(names), st.integers(1, highest), max_size=5)
    papers = draw(st.lists(st.tuples(ballot, st.integers(1, 4)), max_size=8))
    return BudgetProfile(
        candidates=tuple(names),
        ballots=grouped((tuple(sorted(marks.items())), many) for marks, many in papers),
        costs={name: Fraction(draw(st.integers(1, 40))) for name in names},
        budget=Fraction(draw(st.integers(0, 60))),
    )


def naive(profile: BudgetProfile, seed: str, *, points: bool = False) -> list[str]:
    """The rule once more, every voter by themselves."""
    papers = [dict(ballot) for ballot, many in profile.ballots.items() for _ in range(many)]
    papers = [paper for paper in papers if paper]
    money = [profile.budget / len(papers)] * len(papers) if papers else []
    bought: list[str] = []
    while True:
        prices = {}
        for name in profile.candidates:
            worth = {
                at: Fraction(paper[name]) * (1 if points else profile.costs[name])
                for at, paper in enumerate(papers)
                if name in paper
            }
            if name not in bought and sum(money[at] for at in worth) >= profile.costs[name]:
                prices[name] = _price(profile.costs[name], worth, money)
        if not prices:
            return bought
        tied = [name for name in prices if prices[name][0] == min(p for p, _ in prices.values())]
        votes = {n: sum(p.get(n, 0) if points else n in p for p in papers) for n in tied}
        tied = [name for name in tied if votes[name] == max(votes.values())]
        least = min(profile.costs[name] for name in tied)
        tied = [name for name in tied if profile.costs[name] == least]
        first = Lots(seed=seed).choose(tied)
        assert first is not None
        for at, amount in prices[first][1].items():
            money[at] -= amount
        bought.append(first)


def _price(
    cost: Fraction, worth: dict[int, Fraction], money: list[Fraction]
) -> tuple[Fraction, dict[int, Fraction]]:
    """Found by trying every voter as the last one who pays all they have."""
    found = []
    for poorest in [None, *worth]:
        limit = Fraction(-1) if poorest is None else money[poorest] / worth[poorest]
        all_in = [at for at in worth if money[at] / worth[at] <= limit]
        rest = [at for at in worth if at not in all_in]
        owed = cost - sum(money[at] for at in all_in)
        if not rest and owed == 0:
            found.append((limit, {at: money[at] for at in worth}))
        if rest and owed >= 0:
            price = owed / sum(worth[at] for at in rest)
            pays = {at: min(money[at], price * worth[at]) for at in worth}
            if sum(pays.values()) == cost:
                found.append((price, pays))
    return min(found, key=lambda one: one[0])


def test_real_budgets_are_spent_as_another_program_and_two_towns_spent_them(shared_data):
    compared = 0
    for path in sorted((shared_data / "counting/pb").glob("*.expected.json")):
        expected = json.loads(path.read_text())
        profile = formats.read(path.with_name(path.name.replace(".expected.json", ".pb")))
        if plain := expected.get("mes_cost_utility_plain"):
            counted = count("equal-shares", profile, options=Options(utility="cost"))
            assert list(counted.elected) == plain["order"], path.name
            assert (counted.facts["spent"], counted.facts["endowment"]) == (
                plain["spent"],
                plain["endowment"],
            )
            compared += 1
        for exhaustive in (True, False):
            name = f"mes_add1_{'' if exhaustive else 'not_'}exhaustive_integral"
            if wanted := expected.get(name):
                options = Options(
                    utility="cost", completion="add1", integral=True, exhaustive=exhaustive
                )
                counted = count("equal-shares", profile, options=options)
                assert sorted(counted.elected) == wanted["selected"], (path.name, name)
                assert counted.facts["raised_to"] == wanted["endowment_per_voter"]
                compared += 1
    assert compared == 9


@given(budgets())
def test_a_slow_count_buys_the_same_for_approvals(profile):
    counted = count("equal-shares", profile, lots=Lots(seed=SEED))
    # Which of several that no voter shares is bought first makes no difference.
    assert sorted(counted.elected) == sorted(naive(profile, SEED))


@given(budgets(highest=4))
def test_a_slow_count_buys_the_same_for_points(profile):
    options = Options(utility="points")
    counted = count("equal-shares", profile, options=options, lots=Lots(seed=SEED))
    assert sorted(counted.elected) == sorted(naive(profile, SEED, points=True))


@given(
    budgets(highest=3),
    st.sampled_from(["none", "add1"]),
    st.booleans(),
    st.booleans(),
)
def test_no_more_is_spent_than_there_is_and_every_payment_adds_up(
    profile, completion, exhaustive, greedy
):
    options = Options(completion=completion, exhaustive=exhaustive, greedy=greedy)
    counted = count("equal-shares", profile, options=options, lots=Lots(seed=SEED))
    assert counted.decided
    assert sum(profile.costs[each] for each in counted.elected) <= profile.budget
    assert len(set(counted.elected)) == len(counted.elected)
    for one in counted.rounds:
        bought = one.purchase
        if bought is not None and bought.payments:
            assert sum(amount * many for amount, many in bought.payments) == bought.cost
            assert bought.left >= 0


@given(budgets())
def test_it_helps_no_project_to_be_called_otherwise(profile):
    other = {name: name.upper() for name in profile.candidates}
    renamed = BudgetProfile(
        candidates=tuple(other[each] for each in reversed(profile.candidates)),
        ballots=grouped(
            (tuple(sorted((other[each], mark) for each, mark in ballot)), many)
            for ballot, many in profile.ballots.items()
        ),
        costs={other[each]: cost for each, cost in profile.costs.items()},
        budget=profile.budget,
    )
    one, two = count("equal-shares", profile), count("equal-shares", renamed)
    assert one.decided == two.decided
    if one.decided:
        assert sorted(other[each] for each in one.elected) == sorted(two.elected)


def test_what_is_no_budget_is_not_counted():
    with pytest.raises(Malformed):
        count("equal-shares", marked("ab", [(1, {"a": 1})]))
