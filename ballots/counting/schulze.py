"""Schulze's method: who reaches each other by a stronger chain of wins is placed before them.

A win is as strong as the number of ballots for it, a chain as strong as its weakest win. Who are
placed equally at the last seats go to the lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ballots.counting import pairwise, seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.pairwise import Pair
from ballots.counting.profile import RankedProfile

METHOD = "schulze"
RULE = "the stronger chain of wins, by winning votes"


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
    strength = chains(profile.candidates, before)
    beats = {pair for pair, much in strength.items() if much > strength[pair[1], pair[0]]}
    order = pairwise.layers(profile.candidates, beats)
    known = pairwise.named(profile)
    standing = [tuple(one for one in layer if one in known) for layer in order]
    wins = {one: sum(pair[0] == one for pair in beats) for one in profile.candidates}
    return seating.count_by_order(
        profile,
        seating.seat([layer for layer in standing if layer], number, lots, options),
        method=METHOD,
        seats=number,
        votes={one: Fraction(n) for one, n in wins.items()},
        blank=profile.blank,
        facts={
            "rule": RULE,
            "unranked": "last",
            "ties": "lot",
            "order": [list(layer) for layer in order],
            "pairwise": pairwise.table(profile, before),
            "chains": pairwise.table(profile, strength),
        },
    )


def chains(candidates: tuple[str, ...], before: Mapping[Pair, int]) -> dict[Pair, int]:
    """{(one, other): how strong the strongest chain from one to the other is}."""
    strength = {
        (one, other): votes if votes > before[other, one] else 0
        for (one, other), votes in before.items()
    }
    for by in candidates:
        for one in candidates:
            for other in candidates:
                if len({by, one, other}) == 3:
                    through = min(strength[one, by], strength[by, other])
                    strength[one, other] = max(strength[one, other], through)
    return strength
