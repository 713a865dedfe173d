"""The method of equal shares for a budget (Peters, Pierczyński and Skowron 2021): the budget is
split equally among the voters, and a project is bought by those who support it.

A project's price is what its supporters pay for each unit that it is worth to them, where who has
too little left pays all they have. The project with the lowest price is bought first. It is worth
its cost to who approves of it (`utility` cost), or the points that were given to it (points). Of
equal prices, more votes come first, then the lower cost; then a lot, unless no voter supports two
of them and all can be bought.

Money that is left: `add1` starts again with 1 more for each voter until more than the budget would
be spent, and takes the last outcome within it; `exhaustive` ends as soon as no other project could
be paid for; `greedy` then buys what the rest of the budget can pay for, the most votes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ballots.counting import greedy
from ballots.counting.budget import Ledger, Poll
from ballots.counting.count import (
    BY_LOT,
    BY_RULE,
    PURCHASE,
    SEAT,
    UNDRAWN,
    Count,
    Lots,
    Purchase,
    Round,
    Tie,
)
from ballots.counting.options import ADD1, PLAIN, Options
from ballots.counting.profile import BudgetProfile, MarkedProfile
from ballots.errors import Malformed

METHOD = "equal-shares"
RULE = "the lowest price for what a project is worth to who supports it"
MOST_RUNS = 20_000


@dataclass
class Run:
    """What is bought when each voter has the endowment."""

    endowment: Fraction
    chosen: list[str] = field(default_factory=list)
    spent: Fraction = Fraction(0)
    rounds: list[Round] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        return any(tie.waits for tie in self.ties)


def count(
    profile: MarkedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """Each round is a purchase, with price and payments; the number of seats does not matter.

    Raises Malformed where no costs and no budget are known, or conditions are asked for.
    """
    if not isinstance(profile, BudgetProfile):
        raise Malformed("equal shares count a budget: each project's cost and the budget")
    if options.conditions or options.deputies:
        raise Malformed("a budget has neither conditions nor deputies")
    poll = Poll.of(profile, options)
    plain = _run(poll, poll.share, lots)
    run = _add1(poll, plain, lots, options) if options.completion == ADD1 else plain
    within = [each for each in run.chosen if each in poll.costs]
    rounds, ties = list(run.rounds), list(run.ties)
    if options.greedy and not run.waits:
        more = greedy.complete(poll, within, lots, first_round=len(rounds) + 1)
        within, rounds, ties = within + more.chosen, rounds + more.rounds, ties + more.ties
    if not rounds:
        rounds = [Round(votes=poll.exact_votes)]
    return Count(
        method=METHOD,
        seats=len(within),
        candidates=profile.candidates,
        elected=tuple(within),
        rounds=tuple(rounds),
        ties=tuple(ties),
        valid=poll.voters,
        blank=profile.total - poll.voters,
        names=profile.names,
        facts=_facts(poll, options, plain, run, within),
    )


def _facts(poll: Poll, options: Options, plain: Run, run: Run, chosen: list[str]) -> dict[str, Any]:
    return {
        "rule": RULE,
        "utility": poll.utility,
        "ties": "more votes, lower cost, lot",
        "completion": options.completion,
        "exhaustive": options.exhaustive,
        "integral": options.integral,
        "greedy": options.greedy,
        "step": options.step,
        "budget": str(poll.budget),
        "costs": {each: str(cost) for each, cost in poll.costs.items()},
        "spent": str(sum((poll.costs[each] for each in chosen), Fraction(0))),
        "endowment": str(plain.endowment),
        "raised_to": str(run.endowment),
        "without_completion": list(plain.chosen),
    }


def _run(poll: Poll, endowment: Fraction, lots: Lots) -> Run:
    run = Run(endowment)
    ledger = Ledger(poll, endowment)
    while tied := ledger.cheapest():
        chosen = _first(poll, tied, lots, run)
        if not chosen:
            return run
        for project in chosen:
            payments = ledger.buy(project)
            run.chosen.append(project)
            run.spent += poll.costs[project]
            bought = Purchase(
                cost=poll.costs[project],
                price=ledger.prices[project],
                payments=payments,
                left=ledger.left,
            )
            run.rounds.append(
                Round(
                    votes=poll.exact_votes,
                    elected=(project,),
                    action=PURCHASE,
                    of=(project,),
                    purchase=bought,
                )
            )
    return run


def _first(poll: Poll, tied: list[str], lots: Lots, run: Run) -> list[str]:
    """Of those with one price; nobody while a lot is waited for."""
    left, why = tied, ""
    if len(left) > 1:
        most = max(poll.votes[each] for each in tied)
        left, why = [each for each in tied if poll.votes[each] == most], "more votes"
    if len(left) > 1:
        lowest = min(poll.costs[each] for each in left)
        left, why = [each for each in left if poll.costs[each] == lowest], "lower cost"
    if len(left) == 1 or poll.apart(left):
        if len(left) < len(tied):
            run.ties.append(_tie(tied, left[0], len(run.rounds) + 1, why=why))
        return left
    drawn = lots.choose(left)
    run.ties.append(_tie(left, drawn, len(run.rounds) + 1, lots=lots))
    return [] if drawn is None else [drawn]


def _tie(
    between: list[str], chosen: str | None, number: int, *, why: str = "", lots: Lots | None = None
) -> Tie:
    return Tie(
        between=tuple(between),
        about=SEAT,
        chosen=chosen,
        how=BY_RULE if lots is None else BY_LOT,
        seed=None if lots is None else lots.seed_for(between),
        round=number,
        why=why,
    )


def _add1(poll: Poll, plain: Run, lots: Lots, options: Options) -> Run:
    """The last run within the budget. Raises Malformed where the step is far too small for it."""
    run = plain
    if options.integral:
        run = _run(poll, Fraction(poll.share.numerator // poll.share.denominator), lots)
    for _ in range(MOST_RUNS):
        if run.waits or _done(poll, run, options):
            return run
        more = _run(poll, run.endowment + options.step, lots)
        if more.waits:
            return more
        if more.spent > poll.budget:
            return run
        run = more
    raise Malformed(f"after {MOST_RUNS} steps money is still left: add1 needs a larger step")


def _done(poll: Poll, run: Run, options: Options) -> bool:
    """Nothing more can come: everything supported is bought, or fits no more where that ends it."""
    others = [each for each in poll.supporters if each not in run.chosen]
    fits = any(poll.costs[each] <= poll.budget - run.spent for each in others)
    return not others or (options.exhaustive and not fits)
