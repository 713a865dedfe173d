"""Who takes the seats when a method has put the candidates in an order: the first, as conditions
allow, and after them the deputies.

An order is a list of layers; who shares a layer is placed equally. A candidate with whom the
conditions could not be met any more is passed over, and the round says for which of them. Who is
equal goes to the lot wherever it matters: at the last seats, where one shuts another out, and
among deputies, who have an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ballots.counting.conditions import Condition, Places
from ballots.counting.count import BY_LOT, BY_RULE, DEPUTY, SEAT, Count, Lots, Round, Tie
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import MarkedProfile, RankedProfile

Order = Sequence[tuple[str, ...]]


@dataclass
class Seated:
    elected: list[str] = field(default_factory=list)
    deputies: list[str] = field(default_factory=list)
    passed_over: dict[str, tuple[Condition, ...]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)


def seat(order: Order, seats: int, lots: Lots, options: Options = PLAIN) -> Seated:
    """The first as they are placed; a tie leaves its seats open until the lot is drawn."""
    return _Seating(order, seats, lots, options).seated()


class _Seating:
    def __init__(self, order: Order, seats: int, lots: Lots, options: Options) -> None:
        self.order = order
        self.lots = lots
        self.wanted = options.deputies
        self.open = [each for layer in order for each in layer]
        self.places = Places(options.conditions, self.open, seats)
        self.done = Seated()

    def seated(self) -> Seated:
        if all(self._fill(list(layer)) for layer in self.order):
            self._add_deputies()
        return self.done

    def _fill(self, left: list[str]) -> bool:
        """Whether the layer is done; not while a lot is waited for."""
        while left and len(self.done.elected) < self.places.target:
            left = self._fitting(left)
            if self._all_fit(left):
                self._elect(left)
                return True
            drawn = self._draw(left, SEAT)
            if drawn is None:
                return False
            self._elect([drawn])
            left.remove(drawn)
        return True

    def _fitting(self, left: list[str]) -> list[str]:
        elected = self.done.elected
        doomed = set(self.places.doomed(elected, self.open)) & set(left)
        for each in (one for one in left if one in doomed):
            self.done.passed_over[each] = self.places.reasons(each, elected)
            self.open.remove(each)
        return [each for each in left if each not in doomed]

    def _all_fit(self, left: list[str]) -> bool:
        together = [*self.done.elected, *left]
        rest = [each for each in self.open if each not in left]
        return len(together) <= self.places.target and self.places.possible(together, rest)

    def _elect(self, chosen: list[str]) -> None:
        self.done.elected += chosen
        self.open = [each for each in self.open if each not in chosen]

    def _draw(self, tied: list[str], about: str) -> str | None:
        drawn = self.lots.choose(tied)
        self.done.ties.append(
            Tie(
                between=tuple(tied),
                about=about,
                chosen=drawn,
                how=BY_LOT,
                seed=self.lots.seed_for(tied),
                round=1,
            )
        )
        return drawn

    def _add_deputies(self) -> None:
        """The next in the order, whether they were passed over or not: the conditions are for the
        seats, and have to be met again when a deputy takes one."""
        deputies = self.done.deputies
        for layer in self.order:
            left = [each for each in layer if each not in self.done.elected]
            while left and len(deputies) < self.wanted:
                drawn = left[0] if len(left) == 1 else self._draw(left, DEPUTY)
                if drawn is None:
                    return
                deputies.append(drawn)
                left.remove(drawn)


def layers(values: Mapping[str, Any], *, more_first: bool = True) -> list[tuple[str, ...]]:
    """Candidates by what they have: those of equal value together."""
    together: dict[Any, list[str]] = {}
    for each, value in values.items():
        together.setdefault(value, []).append(each)
    return [tuple(together[value]) for value in sorted(together, reverse=more_first)]


def told_apart(
    values: Mapping[str, Any], order: Order, elected: Sequence[str], why: str
) -> list[Tie]:
    """A tie that the rule broke at the last seats: equal in value, and the order tells apart."""
    place = {each: at for at, layer in enumerate(order) for each in layer}
    ties = []
    for group in layers(values):
        inside = [each for each in group if each in elected]
        outside = [each for each in group if each in place and each not in elected]
        if inside and outside and place[inside[-1]] < min(place[each] for each in outside):
            last = max(inside, key=lambda each: place[each])
            tied = tuple(each for each in group if each == last or each in outside)
            ties.append(Tie(between=tied, about=SEAT, chosen=last, how=BY_RULE, round=1, why=why))
    return ties


def count_by_order(
    profile: RankedProfile | MarkedProfile,
    seated: Seated,
    *,
    method: str,
    seats: int,
    votes: Mapping[str, Fraction],
    facts: Mapping[str, Any],
    ties: Iterable[Tie] = (),
    blank: int,
    invalid: int = 0,
    places: int | None = 0,
) -> Count:
    """The count of one round, with those whom the order seats; `ties` came before theirs."""
    elected = tuple(seated.elected)
    return Count(
        method=method,
        seats=seats,
        candidates=profile.candidates,
        elected=elected,
        deputies=tuple(seated.deputies),
        rounds=(Round(votes=votes, elected=elected, passed_over=seated.passed_over),),
        ties=(*ties, *seated.ties),
        valid=profile.total - blank - invalid,
        blank=blank,
        invalid=invalid,
        places=places,
        names=profile.names,
        facts=facts,
    )
