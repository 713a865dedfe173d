"""Elections by most votes (6:34): the k with the most; a tie at the last seat goes to the lot.

The options `abstain` and `blank` choose nobody: they are counted and reported, and never elected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ballots.counting import seating
from ballots.counting.conditions import Condition
from ballots.counting.count import SEAT, Lots, Tie
from ballots.counting.majority import ABSTAIN
from ballots.counting.options import Options
from ballots.errors import Malformed

NOBODY = (ABSTAIN, "blank")


@dataclass(frozen=True)
class Count:
    votes: dict[str, int]
    seats: int
    elected: list[str]  # most votes first; those of equal number as the lot has it
    tied: list[str]  # of the first lot, or of the one that waits; empty where none is drawn
    seed: str | None = None
    passed_over: dict[str, tuple[Condition, ...]] = field(default_factory=dict)
    deputies: list[str] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)  # every lot, in the order in which it was drawn

    def as_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "method": "plurality",
            "votes": dict(self.votes),
            "seats": self.seats,
            "elected": list(self.elected),
            "tied": list(self.tied),
            "seed": self.seed,
        }
        if self.passed_over:
            told["passed_over"] = {
                name: [each.as_dict() for each in conditions]
                for name, conditions in self.passed_over.items()
            }
        if self.deputies:
            told["deputies"] = list(self.deputies)
        if self.ties:
            told["ties"] = [each.as_dict() for each in self.ties]
        return told


def count(
    votes: Mapping[str, int],
    *,
    seats: int = 1,
    seed: str | None = None,
    conditions: Sequence[Condition] = (),
    deputies: int = 0,
    earlier: tuple[tuple[frozenset[str], str], ...] = (),
) -> Count:
    """Elect as many as there are seats; without a seed a tie leaves its seats open.

    A candidate without a vote is not elected. With conditions, who would make them impossible is
    passed over, and with several ties `tied` is the first one, or the one that waits. Raises
    Malformed.
    """
    if seats < 1 or any(type(number) is not int or number < 0 for number in votes.values()):
        raise Malformed("votes and seats are whole numbers")
    names = sorted(name for name in votes if votes[name] and name not in NOBODY)
    order = seating.layers({name: votes[name] for name in names})
    options = Options(conditions=tuple(conditions), deputies=deputies)
    seated = seating.seat(order, seats, Lots(seed=seed, earlier=earlier), options)
    drawn = [tie for tie in seated.ties if tie.about == SEAT] or seated.ties
    shown = next((tie for tie in seated.ties if tie.waits), drawn[0] if drawn else None)
    tied = list(shown.between) if shown else []
    return Count(
        votes=dict(votes),
        seats=seats,
        elected=seated.elected,
        tied=tied,
        seed=shown.seed if shown else None,
        passed_over=seated.passed_over,
        deputies=seated.deputies,
        ties=seated.ties,
    )
