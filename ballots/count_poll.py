"""A poll counted by its own method from what its ballots chose: `{choice: how many}`.

The house counts with this when a poll is closed, and anybody again from the published record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from ballots.choice import MARKS, Asked
from ballots.counting import methods, plurality
from ballots.counting.count import Lots
from ballots.counting.formats import AnyProfile
from ballots.counting.plurality import NOBODY
from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile, grouped
from ballots.errors import Malformed
from ballots.manifest import canonical_json

# Counted from the votes by option alone: a secret poll, too, which is opened as their sum.
SUMMED = ("majority", "plurality", "approval")


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
) -> dict[str, Any]:
    """An election or a choice among proposals; the result as it is published. Raises Fault.

    Without the seed of a lot that has to be drawn, `tied` says that it waits. Whoever has
    withdrawn is counted as if they had never stood.
    """
    if not set(withdrawn) <= set(poll.asked.options):
        raise Malformed("only a candidate withdraws")
    if poll.method in SUMMED:
        return _most_votes(poll, votes(poll, choices), seed, withdrawn)
    ballots = profile(poll, choices).without(withdrawn)
    counted = methods.count(poll.method, ballots, lots=Lots(seed=seed))
    drawn = seed if any(tie.seed for tie in counted.ties) else None
    told = {**counted.as_dict(), "tied": not counted.decided, "seed": drawn}
    return exact(told)


def exact(result: Mapping[str, Any]) -> dict[str, Any]:
    """As it is read again from its published bytes."""
    read: dict[str, Any] = json.loads(canonical_json(result))
    return read


def _most_votes(
    poll: Question, given: Mapping[str, int], seed: str | None, withdrawn: Collection[str]
) -> dict[str, Any]:
    left = {option: number for option, number in given.items() if option not in withdrawn}
    counted = plurality.count(left, seats=_seats(poll), seed=seed).as_dict()
    return {**counted, "method": poll.method}


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
