"""Deputies of an election by transferable votes: new counts of the same ballots, without those
elected.

The deputies are elected together, as many as are asked for, and stand in the order in which they
are; the lot orders those who are elected in one round with equally many votes. An instant run-off
elects one, so there it is a count for each deputy. Conditions are for the seats: when a deputy
takes one they have to be met again, and who that is the rules of the association say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ballots.counting.count import BY_LOT, DEPUTY, Count, Lots, Tie
from ballots.counting.profile import RankedProfile

# Counts a profile for so many seats, without deputies and conditions.
Again = Callable[[RankedProfile, int], Count]


def add(counted: Count, profile: RankedProfile, again: Again, wanted: int, lots: Lots) -> Count:
    """The count with its deputies; without them while one of its lots is waited for."""
    if not wanted or not counted.decided:
        return counted
    left = profile.without(counted.elected)
    if not left.candidates:
        return counted
    second = again(left, wanted)
    ties: list[Tie] = []
    deputies = tuple(_in_order(second, lots, ties)) if second.decided else ()
    return _with(counted, deputies, [replace(second, ties=(*second.ties, *ties))])


def add_one_by_one(counted: Count, profile: RankedProfile, again: Again, wanted: int) -> Count:
    if not counted.decided:
        return counted
    counts: list[Count] = []
    deputies: tuple[str, ...] = ()
    left = profile.without(counted.elected)
    while len(deputies) < wanted and left.candidates:
        counts.append(again(left, 1))
        if not counts[-1].elected:
            break
        deputies += counts[-1].elected
        left = left.without(counts[-1].elected)
    return _with(counted, deputies, counts)


def _with(counted: Count, deputies: tuple[str, ...], counts: list[Count]) -> Count:
    return replace(counted, deputies=deputies, deputy_counts=tuple(counts))


def _in_order(counted: Count, lots: Lots, ties: list[Tie]) -> Iterator[str]:
    for number, one in enumerate(counted.rounds, start=1):
        for votes in sorted({one.votes[each] for each in one.elected}, reverse=True):
            equal = [each for each in one.elected if one.votes[each] == votes]
            while len(equal) > 1:
                drawn = lots.choose(equal)
                tie = Tie(
                    between=tuple(equal),
                    about=DEPUTY,
                    chosen=drawn,
                    how=BY_LOT,
                    seed=lots.seed_for(equal),
                    round=number,
                )
                ties.append(tie)
                if drawn is None:
                    return
                yield drawn
                equal.remove(drawn)
            yield from equal
