"""How a rule reads a ranked ballot: as far as it names one candidate after the other.

A voter may leave a number out or give it twice. Each rule says what becomes of the ballot then; on
that depends who is elected, so the rule is part of the published result.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballots.counting.profile import RankedProfile, Ranking

END, SKIP = "end", "skip"

# Where reading stopped: at the end, at a number left out, at a number given twice.
ALL, GAP, EQUAL = "all", "gap", "equal"

Order = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    gaps: int | None  # so many numbers in a row may be left out; None: as many as you like
    equal: str  # a number given twice: END the ballot there, or SKIP that number

    @property
    def facts(self) -> dict[str, object]:
        """As it is published with a result."""
        return {"gaps": "any" if self.gaps is None else self.gaps, "equal": self.equal}

    def read(self, ballot: Ranking) -> tuple[Order, str]:
        """Whom the ballot names, one after the other, and why it names no more."""
        order: list[str] = []
        left_out = 0
        for rank in ballot:
            if not rank:
                left_out += 1
                continue
            if self.gaps is not None and left_out > self.gaps:
                return tuple(order), GAP
            left_out = 0
            if len(rank) == 1:
                order.append(rank[0])
            elif self.equal == END:
                return tuple(order), EQUAL
        return tuple(order), ALL


# As in Scotland and in ERS97: only preferences in unbroken order, each standing alone.
STRICT = Reading(gaps=0, equal=END)


@dataclass(frozen=True)
class Read:
    """A profile's ballots as a rule reads them."""

    orders: dict[tuple[Order, str], int]  # those that name somebody: {(order, why it ends): number}
    blank: int
    invalid: dict[str, int]  # ballots that name nobody the rule can read, by why

    @property
    def valid(self) -> int:
        return sum(self.orders.values())


def read(profile: RankedProfile, reading: Reading) -> Read:
    orders: dict[tuple[Order, str], int] = {}
    invalid: dict[str, int] = {}
    blank = 0
    for ballot, number in profile.ballots.items():
        order, end = reading.read(ballot)
        if order:
            orders[order, end] = orders.get((order, end), 0) + number
        elif any(ballot):
            invalid[end] = invalid.get(end, 0) + number
        else:
            blank += number
    return Read(orders, blank, invalid)
