"""Score voting: every voter marks each candidate on a scale; the highest sum, or mean, is elected.

The sum counts whom a voter did not mark as 0. The mean is of the marks that were given, compared as
an exact fraction; the two may elect different people, so the rule has to say which one holds. Of
those with the same sum or mean, who has more of the scale's highest mark comes first, then the lot.
"""

from __future__ import annotations

from fractions import Fraction

from ballots.counting import seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import MEAN, PLAIN, Options
from ballots.counting.profile import MarkedProfile, Marks

METHOD = "score"
TIED = "more of the highest mark"


def count(
    profile: MarkedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """A ballot with a mark off the scale is invalid. Nobody is elected who has no mark above 0."""
    number = seats or profile.seats
    ballots = {
        ballot: many
        for ballot, many in profile.ballots.items()
        if ballot and all(options.fits(mark) for _, mark in ballot)
    }
    blank = profile.blank
    tops, means = _tops(profile, ballots, options), options.of == MEAN
    values = _values(profile, ballots, means=means)
    standing = {each: value for each, value in values.items() if value}
    order = seating.layers({each: (value, tops[each]) for each, value in standing.items()})
    seated = seating.seat(order, number, lots, options)
    return seating.count_by_order(
        profile,
        seated,
        method=METHOD,
        seats=number,
        votes=values,
        facts={
            "rule": f"the highest {options.of} of marks",
            "unmarked": "not counted" if means else "0",
            "ties": f"{TIED}, lot",
            "highest_marks": tops,
        },
        ties=seating.told_apart(standing, order, seated.elected, TIED),
        blank=blank,
        invalid=profile.total - blank - sum(ballots.values()),
        places=None,
    )


def _values(
    profile: MarkedProfile, ballots: dict[Marks, int], *, means: bool
) -> dict[str, Fraction]:
    total = dict.fromkeys(profile.candidates, 0)
    given = dict.fromkeys(profile.candidates, 0)
    for ballot, many in ballots.items():
        for each, mark in ballot:
            total[each] += mark * many
            given[each] += many
    return {
        each: Fraction(total[each], (given[each] or 1) if means else 1)
        for each in profile.candidates
    }


def _tops(profile: MarkedProfile, ballots: dict[Marks, int], options: Options) -> dict[str, int]:
    """How many gave each the highest mark: of the scale, or where none is given, of the ballots."""
    highest = options.highest
    if highest is None:
        highest = max((mark for ballot in ballots for _, mark in ballot), default=0)
    tops = dict.fromkeys(profile.candidates, 0)
    for ballot, many in ballots.items():
        for each, mark in ballot:
            tops[each] += many if mark == highest else 0
    return tops
