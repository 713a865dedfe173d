"""The greedy way to spend a budget: the most votes first, and what cannot be paid for is passed by.

Of equal votes the lower cost comes first; of equal cost too all that fit together, else a lot. It
completes equal shares, and is how many towns count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ballots.counting.budget import Poll
from ballots.counting.count import BY_LOT, GREEDY, SEAT, Lots, Purchase, Round, Tie


@dataclass
class Bought:
    left: Fraction
    chosen: list[str] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)


def complete(poll: Poll, chosen: Sequence[str], lots: Lots, *, first_round: int = 1) -> Bought:
    """What is bought besides those chosen; no further while a lot is waited for."""
    done = Bought(poll.budget - sum((poll.costs[each] for each in chosen), Fraction(0)))
    open_ = [each for each in poll.supporters if each not in chosen]
    for rank in sorted({_rank(poll, each) for each in open_}):
        equal = [each for each in open_ if _rank(poll, each) == rank]
        cost = rank[1]
        while equal and cost <= done.left:
            if cost * len(equal) <= done.left:
                drawn: str | None = equal[0]  # all of them fit
            else:
                drawn = lots.choose(equal)
                done.ties.append(
                    Tie(
                        between=tuple(equal),
                        about=SEAT,
                        chosen=drawn,
                        how=BY_LOT,
                        seed=lots.seed_for(equal),
                        round=first_round + len(done.rounds),
                    )
                )
            if drawn is None:
                return done
            equal.remove(drawn)
            _buy(poll, done, drawn)
    return done


def _rank(poll: Poll, project: str) -> tuple[int, Fraction]:
    return -poll.votes[project], poll.costs[project]


def _buy(poll: Poll, done: Bought, project: str) -> None:
    cost = poll.costs[project]
    done.left -= cost
    done.chosen.append(project)
    done.rounds.append(
        Round(
            votes=poll.exact_votes,
            elected=(project,),
            action=GREEDY,
            of=(project,),
            purchase=Purchase(cost=cost, price=None, payments=(), left=done.left),
        )
    )
