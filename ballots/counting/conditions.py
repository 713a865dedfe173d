"""Seats with conditions: at least, or at most, so many from a unit or of a kind.

Whether a choice still leaves a way to meet every condition is answered exactly. Candidates who
belong to the same groups are alike for it, so only their numbers are tried, not their names.

A condition is never broken. Where too few stand to meet them all, seats stay vacant for those who
are missing: of the seats left empty, each may still go to somebody of whatever group lacks one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ballots.errors import Malformed


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Of the seats, at least `least` and at most `most` go to the group. Raises Malformed."""

    of: str  # what the group is called: a unit, a kind
    group: frozenset[str]  # candidates' ids
    least: int = 0
    most: int | None = None  # None: any number

    def __post_init__(self) -> None:
        if not 0 <= self.least <= (self.least if self.most is None else self.most):
            raise Malformed("a condition asks for at least so many, and at most no fewer")

    @classmethod
    def parse(cls, told: object) -> Condition:
        """From {"of", "candidates", "least", "most"}, of which one bound may be missing."""
        if not isinstance(told, Mapping) or set(told) - {"of", "candidates", "least", "most"}:
            raise Malformed("a condition says of what, which candidates, and at least or at most")
        of, group = told.get("of"), told.get("candidates")
        least, most = told.get("least", 0), told.get("most")
        named = isinstance(group, list | tuple) and all(isinstance(each, str) for each in group)
        whole = type(least) is int and (most is None or type(most) is int)
        if not (isinstance(of, str) and of and named and whole and (least or most is not None)):
            raise Malformed("a condition says of what, which candidates, and at least or at most")
        return cls(of=of, group=frozenset(group or ()), least=least, most=most)

    def as_dict(self) -> dict[str, Any]:
        """As Condition.parse reads it."""
        told: dict[str, Any] = {"of": self.of, "candidates": sorted(self.group)}
        if self.least:
            told["least"] = self.least
        if self.most is not None:
            told["most"] = self.most
        return told


class Places:
    """The seats of one election, and who can still take them together with those elected."""

    def __init__(
        self, conditions: Sequence[Condition], standing: Collection[str], seats: int
    ) -> None:
        self.conditions = tuple(conditions)
        self.seats = seats
        self.vacant = 0
        if any(each.least > seats for each in conditions):
            raise Malformed("a condition asks for more than there are seats")
        if self.conditions:
            # The fewest seats stay vacant with which the conditions can be met.
            self.vacant = next(
                empty
                for empty in range(max(0, seats - len(standing)), seats + 1)
                if self._meets((), standing, empty)
            )

    @property
    def target(self) -> int:
        """How many are to be elected."""
        return self.seats - self.vacant

    def possible(self, elected: Collection[str], others: Iterable[str]) -> bool:
        """Whether some of the others, with those elected, fill the seats and meet all."""
        return not self.conditions or self._meets(elected, others, self.vacant)

    def doomed(self, elected: Sequence[str], others: Sequence[str]) -> list[str]:
        """Those of the others who cannot be elected any more."""
        if not self.conditions:
            return []
        return [
            each
            for each in others
            if not self.possible([*elected, each], [one for one in others if one != each])
        ]

    def guarded(self, elected: Sequence[str], others: Sequence[str]) -> set[str]:
        """Those without whom the conditions could not be met any more."""
        if not self.conditions:
            return set()
        return {
            each
            for each in others
            if not self.possible(elected, [one for one in others if one != each])
        }

    def reasons(self, candidate: str, elected: Collection[str]) -> tuple[Condition, ...]:
        """The conditions for which a doomed candidate is passed over: full groups, or else those
        for whom the seats that are left have to be kept."""
        full = [
            each
            for each in self.conditions
            if candidate in each.group and each.most is not None
            if len(each.group.intersection(elected)) >= each.most
        ]
        kept = [
            each
            for each in self.conditions
            if candidate not in each.group and len(each.group.intersection(elected)) < each.least
        ]
        return tuple(full or kept)

    def _meets(self, elected: Collection[str], others: Iterable[str], vacant: int) -> bool:
        needed = self.seats - vacant - len(elected)
        start = self._capped(len(one.group.intersection(elected)) for one in self.conditions)
        if needed < 0 or start is None:
            return False
        reached = {(0, start)}
        for groups, number in Counter(map(self._groups, others)).items():
            reached = {
                (taken + more, counts)
                for taken, before in reached
                for more in range(min(number, needed - taken) + 1)
                if (counts := self._capped(self._more(before, groups, more))) is not None
            }
        return any(
            taken == needed
            and all(one.least - n <= vacant for one, n in zip(self.conditions, counts, strict=True))
            for taken, counts in reached
        )

    def _groups(self, candidate: str) -> tuple[bool, ...]:
        return tuple(candidate in each.group for each in self.conditions)

    @staticmethod
    def _more(counts: Sequence[int], groups: Sequence[bool], more: int) -> Iterable[int]:
        return (n + more if inside else n for n, inside in zip(counts, groups, strict=True))

    def _capped(self, counts: Iterable[int]) -> tuple[int, ...] | None:
        """None where a group has too many. Beyond what is asked for, more is as good as enough."""
        capped = []
        for condition, number in zip(self.conditions, counts, strict=True):
            if condition.most is None:
                capped.append(min(number, condition.least))
            elif number <= condition.most:
                capped.append(number)
            else:
                return None
        return tuple(capped)
