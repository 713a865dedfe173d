"""Elections by most votes (6:34): the k with the most; a tie at the last seat goes to the lot.

The options `abstain` and `blank` choose nobody: they are counted and reported, and never elected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ballots.counting import lot
from ballots.counting.majority import ABSTAIN
from ballots.errors import Malformed

NOBODY = (ABSTAIN, "blank")


@dataclass(frozen=True)
class Count:
    votes: dict[str, int]
    seats: int
    elected: list[str]  # most votes first; those of equal number as the lot has it
    tied: list[str]  # with equally many votes for fewer seats; empty where none are
    seed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "method": "plurality",
            "votes": dict(self.votes),
            "seats": self.seats,
            "elected": list(self.elected),
            "tied": list(self.tied),
            "seed": self.seed,
        }


def count(votes: Mapping[str, int], *, seats: int = 1, seed: str | None = None) -> Count:
    """Elect as many as there are seats; without a seed a tie leaves its seats open.

    A candidate without a vote is not elected. Raises Malformed.
    """
    if seats < 1 or any(type(number) is not int or number < 0 for number in votes.values()):
        raise Malformed("votes and seats are whole numbers")
    chosen = (name for name in votes if votes[name] and name not in NOBODY)
    standing = sorted(chosen, key=lambda name: (-votes[name], name))
    tied = _tied_at_the_last_seat(votes, standing, seats)
    sure = [name for name in standing[:seats] if name not in tied]
    if tied and seed is not None:
        sure += lot.order(tied, seed)[: seats - len(sure)]
    return Count(dict(votes), seats, sure, tied, seed if tied else None)


def _tied_at_the_last_seat(votes: Mapping[str, int], standing: list[str], seats: int) -> list[str]:
    if len(standing) <= seats or votes[standing[seats - 1]] != votes[standing[seats]]:
        return []
    edge = votes[standing[seats]]
    return sorted(name for name in standing if votes[name] == edge)
