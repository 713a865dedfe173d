"""Ranked pairs: the strongest wins stand first, and a win that would close a circle does not.

A win is stronger with more ballots for it, and of those with fewer against it. Wins of one strength
stand together where they close no circle; where they do, the lot says whose win stands first.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ballots.counting import pairwise, seating
from ballots.counting.count import BY_LOT, PLACE, UNDRAWN, Count, Lots, Tie
from ballots.counting.options import PLAIN, Options
from ballots.counting.pairwise import Pair
from ballots.counting.profile import RankedProfile

METHOD = "ranked-pairs"
RULE = "the strongest wins first, by winning votes, then by the fewest against"


def count(
    profile: RankedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """The votes of its round are how many others each one is placed before."""
    number = seats or profile.seats
    before = pairwise.preferred(profile)
    locking = _Locking(lots)
    settled = all(locking.add(wins) for wins in _strongest_first(before))
    order = pairwise.layers(profile.candidates, locking.reach) if settled else []
    known = pairwise.named(profile)
    standing = [tuple(one for one in layer if one in known) for layer in order]
    placed = {one: sum(pair[0] == one for pair in locking.reach) for one in profile.candidates}
    return seating.count_by_order(
        profile,
        seating.seat([layer for layer in standing if layer], number, lots, options),
        method=METHOD,
        seats=number,
        votes={one: Fraction(n) for one, n in placed.items()},
        ties=locking.ties,
        blank=profile.blank,
        facts={
            "rule": RULE,
            "unranked": "last",
            "ties": "lot",
            "order": [list(layer) for layer in order],
            "pairwise": pairwise.table(profile, before),
            "locked": [list(pair) for pair in locking.locked],
        },
    )


def _strongest_first(before: dict[Pair, int]) -> list[set[Pair]]:
    by_strength: dict[tuple[int, int], set[Pair]] = {}
    for (one, other), votes in before.items():
        against = before[other, one]
        if votes > against:
            by_strength.setdefault((-votes, against), set()).add((one, other))
    return [by_strength[strength] for strength in sorted(by_strength)]


class _Locking:
    def __init__(self, lots: Lots) -> None:
        self.lots = lots
        self.locked: list[Pair] = []
        self.reach: set[Pair] = set()  # what the locked wins say, over any number of steps
        self.ties: list[Tie] = []

    def add(self, wins: set[Pair]) -> bool:
        """Whether all wins of one strength are settled; not while a lot is waited for."""
        while True:
            left = {win for win in wins if win not in self.locked and win[::-1] not in self.reach}
            circling = self._circling(left)
            self._lock(left - circling)
            if not circling:
                return True
            winner = self._draw({one for one, _ in circling})
            loser = winner and self._draw({low for one, low in circling if one == winner})
            if not winner or not loser:
                return False
            self._lock({(winner, loser)})

    def _circling(self, wins: set[Pair]) -> set[Pair]:
        """Those that would be part of a circle if all of them stood."""
        reach = _closed({*self.reach, *wins})
        return {win for win in wins if win[::-1] in reach}

    def _draw(self, among: Iterable[str]) -> str | None:
        tied = tuple(sorted(among))
        if len(tied) == 1:
            return tied[0]
        chosen = self.lots.choose(tied)
        self.ties.append(
            Tie(
                between=tied,
                about=PLACE,
                chosen=chosen,
                how=BY_LOT,
                seed=self.lots.seed_for(tied),
                round=1,
            )
        )
        return chosen

    def _lock(self, wins: set[Pair]) -> None:
        self.locked += sorted(wins)
        self.reach = _closed({*self.reach, *wins})


def _closed(pairs: set[Pair]) -> set[Pair]:
    reach = set(pairs)
    nodes = {one for pair in pairs for one in pair}
    for by in nodes:
        into = [one for one, other in reach if other == by]
        out = [other for one, other in reach if one == by]
        reach |= {(one, other) for one in into for other in out}
    return reach
