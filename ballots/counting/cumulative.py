"""Cumulative votes, or dots: every voter has so many points and spreads them as they like; the most
points are elected.

A ballot that spends more than there are, or gives one more than one may get, is invalid as a whole:
nobody guesses which of its points were meant. Spending less is allowed. Ties: lot.
"""

from __future__ import annotations

from fractions import Fraction

from ballots.counting import seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import MarkedProfile, Marks

METHOD = "cumulative"
RULE = "the most points"


def count(
    profile: MarkedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """`options.points` to spend in all and `options.each` for one; without them, any number."""
    number = seats or profile.seats
    votes = dict.fromkeys(profile.candidates, 0)
    blank = invalid = 0
    for ballot, many in profile.ballots.items():
        if not any(mark for _, mark in ballot):
            blank += many
        elif not _kept(ballot, options):
            invalid += many
        else:
            for each, mark in ballot:
                votes[each] += mark * many
    order = seating.layers({each: points for each, points in votes.items() if points})
    return seating.count_by_order(
        profile,
        seating.seat(order, number, lots, options),
        method=METHOD,
        seats=number,
        votes={each: Fraction(points) for each, points in votes.items()},
        facts={"rule": RULE, "ties": "lot", "points": options.points, "each": options.each},
        blank=blank,
        invalid=invalid,
    )


def _kept(ballot: Marks, options: Options) -> bool:
    highest = options.each if options.each is not None else options.highest
    within = highest is None or all(mark <= highest for _, mark in ballot)
    return within and (options.points is None or sum(mark for _, mark in ballot) <= options.points)
