"""A budget's voters and their money, for the method of equal shares.

Voters with the same ballot have the same money all the way, so each different ballot is kept once.
Money is whole numbers of a unit that gets finer whenever a payment would not come out even: all is
exact, and quicker than fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import gcd, lcm

from ballots.counting.options import COST, POINTS, Options
from ballots.counting.profile import BudgetProfile

Supporter = tuple[int, int]  # (which ballot, what the project is worth to who cast it)


@dataclass(frozen=True)
class Poll:
    budget: Fraction
    costs: Mapping[str, Fraction]
    utility: str  # COST or POINTS
    numbers: Sequence[int]  # how many cast each different ballot
    supporters: Mapping[str, Sequence[Supporter]]  # of every project that anybody supports
    votes: Mapping[str, int]  # or points

    @classmethod
    def of(cls, profile: BudgetProfile, options: Options) -> Poll:
        """A mark above 0 supports a project; whose ballot supports none is no voter."""
        utility = options.utility or _utility(profile, options)
        ballots = {
            ballot: many
            for ballot, many in profile.ballots.items()
            if any(mark for _, mark in ballot)
        }
        supporters: dict[str, list[Supporter]] = {each: [] for each in profile.candidates}
        votes = dict.fromkeys(profile.candidates, 0)
        for at, (ballot, many) in enumerate(ballots.items()):
            for project, mark in ballot:
                worth = mark if utility == POINTS else 1
                if mark:
                    supporters[project].append((at, worth))
                    votes[project] += worth * many
        return cls(
            budget=profile.budget,
            costs={each: profile.costs[each] for each in profile.candidates},
            utility=utility,
            numbers=list(ballots.values()),
            supporters={each: given for each, given in supporters.items() if given},
            votes=votes,
        )

    @property
    def voters(self) -> int:
        return sum(self.numbers)

    @property
    def share(self) -> Fraction:
        """An equal part of the budget for each voter."""
        return self.budget / (self.voters or 1)

    @cached_property
    def exact_votes(self) -> dict[str, Fraction]:
        return {each: Fraction(votes) for each, votes in self.votes.items()}

    def apart(self, projects: Sequence[str]) -> bool:
        """Whether no voter supports two of them: buying one then takes nothing from another."""
        who = [{at for at, _ in self.supporters[each]} for each in projects]
        return all(one.isdisjoint(other) for one, other in combinations(who, 2))


def _utility(profile: BudgetProfile, options: Options) -> str:
    if options.highest is not None:
        return POINTS if options.highest > 1 else COST
    return POINTS if any(mark > 1 for each in profile.ballots for _, mark in each) else COST


class Ledger:
    """What each voter still has."""

    def __init__(self, poll: Poll, endowment: Fraction) -> None:
        self.poll = poll
        costs = (cost.denominator for cost in poll.costs.values())
        self.unit = lcm(endowment.denominator, *costs)  # so many make up 1
        self.money = [int(endowment * self.unit)] * len(poll.numbers)
        # A price never falls again: the last one known tells whether it needs to be found anew.
        self.prices: dict[str, Fraction] = dict.fromkeys(poll.supporters, Fraction(0))
        self.open = set(poll.supporters)

    @property
    def left(self) -> Fraction:
        total = sum(n * money for n, money in zip(self.poll.numbers, self.money, strict=True))
        return Fraction(total, self.unit)

    def cheapest(self) -> list[str]:
        """The projects with the lowest price; none where nothing can be paid for any more."""
        best: Fraction | None = None
        tied: list[str] = []
        for project in sorted(self.open, key=lambda each: (self.prices[each], each)):
            if best is not None and self.prices[project] > best:
                break
            share = self._share(project)
            if share is None:
                self.open.remove(project)  # and money only gets less
                continue
            price = self.prices[project] = self._price(project, *share)
            if best is None or price < best:
                best, tied = price, [project]
            elif price == best:
                tied.append(project)
        return [each for each in self.poll.costs if each in tied]

    def _price(self, project: str, owed: int, worth: int) -> Fraction:
        price = Fraction(owed, worth * self.unit)
        cost = self.poll.costs[project]
        return price / cost if self.poll.utility == COST and cost else price

    def _share(self, project: str) -> tuple[int, int] | None:
        """What is owed by those who can pay their part, and what the project is worth to them all
        together; None where its supporters have too little."""
        numbers, money = self.poll.numbers, self.money
        supporters = self.poll.supporters[project]
        owed = int(self.poll.costs[project] * self.unit)
        if sum(numbers[at] * money[at] for at, _ in supporters) < owed:
            return None
        worth = sum(numbers[at] * each for at, each in supporters)
        common = lcm(*{each for _, each in supporters})
        for at, each in sorted(supporters, key=lambda one: money[one[0]] * (common // one[1])):
            if money[at] * worth >= owed * each:
                break
            owed -= numbers[at] * money[at]
            worth -= numbers[at] * each
        return owed, worth

    def buy(self, project: str) -> tuple[tuple[Fraction, int], ...]:
        """Take the cost from its supporters: {amount: how many pay it}, the least first."""
        share = self._share(project)
        if share is None:
            raise ValueError(f"{project} cannot be paid for")
        owed, worth = share
        finer = worth // gcd(owed, worth)
        self.unit *= finer
        self.money = [each * finer for each in self.money]
        owed = owed * finer // worth  # for one unit of worth; it comes out even now
        paid: dict[int, int] = {}
        for at, each in self.poll.supporters[project]:
            amount = min(self.money[at], owed * each)
            self.money[at] -= amount
            paid[amount] = paid.get(amount, 0) + self.poll.numbers[at]
        self.open.remove(project)
        return tuple((Fraction(amount, self.unit), paid[amount]) for amount in sorted(paid))
