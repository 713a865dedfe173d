"""What a rule says of a count besides its method: exact values, each told with the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ballots.counting.conditions import Condition
from ballots.errors import Malformed

SUM, MEAN = "sum", "mean"  # score: of all marks, or of the marks that were given
COST, POINTS = "cost", "points"  # equal shares: what a project is worth to who supports it
NONE, ADD1 = "none", "add1"  # equal shares: what becomes of money that is left

_WHOLE = ("lowest", "highest", "points", "each", "deputies", "step")
_FLAGS = ("exhaustive", "integral", "greedy")
_WORDS = {"of": (SUM, MEAN), "utility": (COST, POINTS), "completion": (NONE, ADD1)}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a method does not know it passes over, except conditions and deputies."""

    lowest: int = 0  # marks, and for majority judgement the worst grade
    highest: int | None = None
    grades: tuple[Any, ...] = ()  # majority judgement: what they are called, the worst first
    of: str = SUM
    points: int | None = None  # cumulative: at most so many on a ballot
    each: int | None = None  # cumulative: at most so many for one
    utility: str | None = None  # None: by points where a mark is above 1, else by cost
    completion: str = NONE
    exhaustive: bool = False  # add1 ends as soon as nothing more could be paid for
    integral: bool = False  # add1 starts at a whole amount for each voter
    greedy: bool = False  # what is left then goes to the most votes that it can pay for
    step: int = 1  # by how much add1 raises what each voter has
    conditions: tuple[Condition, ...] = ()
    deputies: int = 0

    @classmethod
    def parse(cls, rule: Mapping[str, Any]) -> Options:
        """From a manifest's `rule`; keys it does not know are the rulebook's own. Malformed."""
        read: dict[str, Any] = {}
        for key in (each.name for each in fields(cls)):
            if rule.get(key) is not None:
                read[key] = _read(key, rule[key])
        if "grades" in read:
            read.setdefault("highest", len(read["grades"]) - 1)
        options = cls(**read)
        if options.highest is not None and options.highest < options.lowest:
            raise Malformed("the highest mark is not below the lowest")
        if options.step < 1:
            raise Malformed("a step is at least 1")
        return options

    def as_dict(self) -> dict[str, Any]:
        """As Options.parse reads it: what differs from the plain rule."""
        told: dict[str, Any] = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }
        if self.conditions:
            told["conditions"] = [each.as_dict() for each in self.conditions]
        if self.grades:
            told["grades"] = list(self.grades)
        return told

    def fits(self, mark: int) -> bool:
        return self.lowest <= mark and (self.highest is None or mark <= self.highest)


PLAIN = Options()
KEYS = tuple(each.name for each in fields(Options))


def _read(key: str, value: object) -> object:
    if key in _WHOLE and type(value) is int and value >= 0:
        return value
    if key in _FLAGS and type(value) is bool:
        return value
    if key in _WORDS and value in _WORDS[key]:
        return value
    if key == "grades" and isinstance(value, list | tuple) and value:
        return tuple(value)
    if key == "conditions" and isinstance(value, list | tuple):
        return tuple(
            each if isinstance(each, Condition) else Condition.parse(each) for each in value
        )
    raise Malformed(f"the rule's {key} is not well-formed")
