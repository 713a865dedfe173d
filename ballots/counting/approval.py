"""Approval: a voter approves of as many as they like; who is approved of by the most is elected.

A mark above 0 approves. Who are equal at the last seats go to the lot.
"""

from __future__ import annotations

from fractions import Fraction

from ballots.counting import pairwise
from ballots.counting.count import UNDRAWN, Count, Lots, Round
from ballots.counting.profile import MarkedProfile

METHOD = "approval"
RULE = "the most approvals"


def count(profile: MarkedProfile, *, seats: int | None = None, lots: Lots = UNDRAWN) -> Count:
    """A candidate of whom nobody approves is not elected."""
    number = seats or profile.seats
    votes = dict.fromkeys(profile.candidates, 0)
    blank = 0
    for ballot, many in profile.ballots.items():
        approved = [each for each, mark in ballot if mark > 0]
        blank += 0 if approved else many
        for each in approved:
            votes[each] += many
    given = sorted({many for many in votes.values() if many}, reverse=True)
    order = [tuple(each for each in votes if votes[each] == many) for many in given]
    elected, ties = pairwise.seat(order, number, lots)
    exact = {each: Fraction(many) for each, many in votes.items()}
    return Count(
        method=METHOD,
        seats=number,
        candidates=profile.candidates,
        elected=elected,
        rounds=(Round(votes=exact, elected=elected),),
        ties=tuple(ties),
        valid=profile.total - blank,
        blank=blank,
        places=0,
        names=profile.names,
        facts={"rule": RULE, "ties": "lot"},
    )
