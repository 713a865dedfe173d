"""A poll counted by its own method from what its ballots chose: `{choice: how many}`.

The house counts with this when a poll is closed, and anybody again from the published record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Protocol

from ballots.choice import MARKS, Asked
from ballots.counting import methods, plurality
from ballots.counting.conditions import Condition
from ballots.counting.count import Lots, Tie
from ballots.counting.formats import AnyProfile
from ballots.counting.options import Options
from ballots.counting.plurality import NOBODY
from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile, grouped
from ballots.errors import Malformed
from ballots.manifest import canonical_json

# Counted from the votes by option alone: a secret poll, too, which is opened as their sum.
SUMMED = ("majority", "plurality", "approval")

# Of a rule, what a count needs to know; a rulebook's own keys may bear the names of others.
COUNTED_BY = ("lowest", "highest", "grades", "points", "deputies", "completion", "greedy")


# Each lot: {"between": option ids, "seed": the seed that decided among them}.
Lotteries = Sequence[Mapping[str, Any]]


class Question(Protocol):
    """What of a poll decides how it is counted; a manifest has it."""

    @property
    def method(self) -> str: ...
    @property
    def rule(self) -> Mapping[str, Any]: ...
    @property
    def option_ids(self) -> Sequence[str]: ...
    @property
    def asked(self) -> Asked: ...


def votes(poll: Question, choices: Mapping[str, int]) -> dict[str, int]:
    """How many ballots name each option; the blank ones under the blank option. Raises Fault."""
    asked = poll.asked
    counted = dict.fromkeys(poll.option_ids, 0)
    for text, number in choices.items():
        for each in asked.parse(text).named or [str(asked.blank)]:
            counted[each] += number
    return counted


def profile(poll: Question, choices: Mapping[str, int]) -> AnyProfile:
    """The ballots as the methods count them, by option id; a blank one is empty. Raises Fault."""
    asked = poll.asked
    read = [(asked.parse(text), number) for text, number in choices.items()]
    seats = _seats(poll)
    if asked.form != MARKS:
        ranks = grouped(
            (tuple(tuple(sorted(rank)) for rank in each.ranks), number) for each, number in read
        )
        return RankedProfile(candidates=asked.options, ballots=ranks, seats=seats)
    marks = grouped((each.marks, number) for each, number in read)
    if "costs" not in poll.rule:
        return MarkedProfile(candidates=asked.options, ballots=marks, seats=seats)
    costs, budget = _money(poll)
    return BudgetProfile(
        candidates=asked.options, ballots=marks, seats=seats, costs=costs, budget=budget
    )


def count(
    poll: Question,
    choices: Mapping[str, int],
    *,
    seed: str | None = None,
    withdrawn: Collection[str] = (),
    earlier: Lotteries | None = None,
) -> dict[str, Any]:
    """An election or a choice among proposals; the result as it is published. Raises Fault.

    Without the seed of a lot that has to be drawn, `tied` says that it waits. Whoever has
    withdrawn is counted as if they had never stood. `earlier` are the lots of earlier counts: a
    recount draws none of them again, and says of each lot, in `lots`, which seed decided it.
    """
    if not set(withdrawn) <= set(poll.asked.options):
        raise Malformed("only a candidate withdraws")
    lots = Lots(seed=seed, earlier=_settled(earlier or ()))
    if poll.method in SUMMED:
        result, ties = _most_votes(poll, votes(poll, choices), lots, withdrawn)
    else:
        result, ties = _ranked(poll, profile(poll, choices).without(withdrawn), lots)
    return exact(result if earlier is None else {**result, "lots": _lotteries(ties)})


def _ranked(poll: Question, ballots: AnyProfile, lots: Lots) -> tuple[dict[str, Any], list[Tie]]:
    counted = methods.count(poll.method, ballots, lots=lots, options=options(poll.rule))
    # Deputies of a transferable vote are found in counts of their own, with lots of their own.
    ties = [tie for each in (counted, *counted.deputy_counts) for tie in each.ties]
    waits = any(tie.waits for tie in ties)
    # While a lot is waited for, no seed has decided the count, whatever earlier lots have.
    seeds = [] if waits else [tie.seed for tie in ties if tie.seed]
    seed = lots.seed if lots.seed in seeds else next(iter(seeds), None)
    return {**counted.as_dict(), "tied": waits, "seed": seed}, ties


def _settled(earlier: Lotteries) -> tuple[tuple[frozenset[str], str], ...]:
    return tuple((frozenset(each["between"]), each["seed"]) for each in earlier)


def _lotteries(ties: Iterable[Tie]) -> list[dict[str, Any]]:
    return [{"between": sorted(tie.between), "seed": tie.seed} for tie in ties if tie.seed]


def exact(result: Mapping[str, Any]) -> dict[str, Any]:
    """As it is read again from its published bytes."""
    read: dict[str, Any] = json.loads(canonical_json(result))
    return read


def _most_votes(
    poll: Question, given: Mapping[str, int], lots: Lots, withdrawn: Collection[str]
) -> tuple[dict[str, Any], list[Tie]]:
    left = {option: number for option, number in given.items() if option not in withdrawn}
    asked = options(poll.rule)
    counted = plurality.count(
        left,
        seats=_seats(poll),
        seed=lots.seed,
        earlier=lots.earlier,
        conditions=asked.conditions,
        deputies=asked.deputies,
    )
    return {**counted.as_dict(), "method": poll.method}, counted.ties


def options(rule: Mapping[str, Any]) -> Options:
    """What the rule says of the count besides its method. Raises Malformed."""
    conditions = rule.get("conditions", [])
    if not isinstance(conditions, list):
        raise Malformed("the rule's conditions are no list")
    read = Options.parse({key: rule[key] for key in COUNTED_BY if key in rule})
    return replace(read, conditions=tuple(map(_condition, conditions)))


def _condition(told: object) -> Condition:
    """From {"options": ids, "least", "most", "name": texts}; a count calls it by its English name,
    or by that of the first language."""
    name = told.get("name") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(name, dict) or not name:
        raise Malformed("a condition has a name and options")
    limits = {key: told[key] for key in ("least", "most") if key in told}
    called = name.get("en") or name[min(name)]
    return Condition.parse({"of": called, "candidates": told.get("options"), **limits})


def _seats(poll: Question) -> int:
    seats = poll.rule.get("seats", 1)
    if type(seats) is not int or seats < 1:
        raise Malformed("the number of seats is no number")
    return seats


def _money(poll: Question) -> tuple[dict[str, Fraction], Fraction]:
    costs, budget = poll.rule.get("costs"), poll.rule.get("budget")
    options = {each for each in poll.option_ids if each not in NOBODY}
    if not isinstance(costs, dict) or set(costs) != options:
        raise Malformed("every option has a cost")
    if type(budget) is not int or not all(type(each) is int for each in costs.values()):
        raise Malformed("costs and budget are whole numbers")
    return {option: Fraction(cost) for option, cost in costs.items()}, Fraction(budget)
