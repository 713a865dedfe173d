"""Most votes, from ranked ballots: those at the first rank, as many as there are seats (6:34).

`plurality` counts the same where votes are known by option.
"""

from __future__ import annotations

from fractions import Fraction

from ballots.counting import seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import RankedProfile

METHOD = "plurality"
RULE = "the most votes"


def count(
    profile: RankedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """A ballot that names more than there are seats is invalid; who has no vote is not elected."""
    number = seats or profile.seats
    votes = dict.fromkeys(profile.candidates, 0)
    blank = invalid = 0
    for ballot, many in profile.ballots.items():
        chosen = next((rank for rank in ballot if rank), ())
        if not chosen:
            blank += many
        elif len(chosen) > number:
            invalid += many
        else:
            for each in chosen:
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
        invalid=invalid,
    )
