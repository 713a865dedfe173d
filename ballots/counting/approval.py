"""Approval: a voter approves of as many as they like; who is approved of by the most is elected.

A mark above 0 approves. Who are equal at the last seats go to the lot.
"""

from __future__ import annotations

from fractions import Fraction

from ballots.counting import seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import MarkedProfile

METHOD = "approval"
RULE = "the most approvals"


def count(
    profile: MarkedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """A candidate of whom nobody approves is not elected."""
    number = seats or profile.seats
    votes = dict.fromkeys(profile.candidates, 0)
    blank = 0
    for ballot, many in profile.ballots.items():
        approved = [each for each, mark in ballot if mark > 0]
        blank += 0 if approved else many
        for each in approved:
            votes[each] += many
    order = seating.layers({each: many for each, many in votes.items() if many})
    return seating.count_by_order(
        profile,
        seating.seat(order, number, lots, options),
        method=METHOD,
        seats=number,
        votes={each: Fraction(many) for each, many in votes.items()},
        facts={"rule": RULE, "ties": "lot"},
        blank=blank,
    )
