"""Choosing among several proposals: kontraproposition, and most votes with a run-off.

Kontraproposition is the assembly's own way in Sweden. One proposal is the main one. The others are
set against each other two by two, in an order that the meeting has approved: who wins meets the
next, until one counter-proposal is left. Then the main proposal is set against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ballots.counting import plurality
from ballots.errors import Malformed

Pair = tuple[str, str]


@dataclass(frozen=True)
class Vote:
    """One vote between two proposals; in a tie the chair's vote decides (6:33)."""

    votes: Mapping[str, int]  # by proposal; other options, as abstaining, choose neither
    casting_vote: str | None = None


@dataclass(frozen=True)
class Step:
    between: Pair
    votes: dict[str, int]
    chosen: str | None  # None while a tie waits for the chair
    by: str  # "votes" or "chair"
    final: bool  # the main proposal against the counter-proposal that was left


@dataclass(frozen=True)
class Course:
    """How far the meeting has come."""

    steps: tuple[Step, ...]
    ahead: Pair | None  # what is voted on next
    chosen: str | None  # once the last vote is taken

    @property
    def waits(self) -> bool:
        """For the chair to break the tie of the last vote."""
        return bool(self.steps) and self.steps[-1].chosen is None

    def as_dict(self) -> dict[str, Any]:
        return {
            "steps": [
                {
                    "between": list(each.between),
                    "votes": dict(each.votes),
                    "chosen": each.chosen,
                    "by": each.by,
                    "final": each.final,
                }
                for each in self.steps
            ],
            "ahead": None if self.ahead is None else list(self.ahead),
            "chosen": self.chosen,
        }


def kontraproposition(main: str, order: Sequence[str], votes: Sequence[Vote]) -> Course:
    """The course of the votes taken so far. `order` has the counter-proposals. Raises Malformed.

    With a single counter-proposal there is one vote; with n of them there are n.
    """
    if not order or len({main, *order}) != len(order) + 1:
        raise Malformed("a main proposal and its counter-proposals are different ones")
    steps: list[Step] = []
    standing, left = order[0], [*order[1:], main]
    for vote in votes:
        if not left or (steps and steps[-1].chosen is None):
            raise Malformed("a vote was taken that does not come next")
        step = _step((standing, left[0]), vote, final=left[0] == main)
        steps.append(step)
        if step.chosen is not None:
            standing, left = step.chosen, left[1:]
    waits = bool(steps) and steps[-1].chosen is None
    return Course(
        steps=tuple(steps),
        ahead=(standing, left[0]) if left and not waits else None,
        chosen=standing if not left else None,
    )


def _step(between: Pair, vote: Vote, *, final: bool) -> Step:
    first, second = (vote.votes.get(each, 0) for each in between)
    if any(type(number) is not int or number < 0 for number in vote.votes.values()):
        raise Malformed("votes are counted in whole numbers")
    tied = first == second
    if vote.casting_vote is not None and not (tied and vote.casting_vote in between):
        raise Malformed("there is no such tie to break")
    chosen = vote.casting_vote if tied else between[0 if first > second else 1]
    return Step(between, dict(vote.votes), chosen, "chair" if tied else "votes", final)


@dataclass(frozen=True)
class RunOff:
    first: plurality.Count
    through: tuple[str, ...]  # who goes on to the second vote; none where the first decided
    second: plurality.Count | None  # None while it is not taken
    chosen: str | None
    needed: int  # votes that decide at once

    def as_dict(self) -> dict[str, Any]:
        return {
            "first": self.first.as_dict(),
            "needed": self.needed,
            "through": list(self.through),
            "second": None if self.second is None else self.second.as_dict(),
            "chosen": self.chosen,
        }


def run_off(
    first: Mapping[str, int],
    second: Mapping[str, int] | None = None,
    *,
    seed: str | None = None,
    second_seed: str | None = None,
) -> RunOff:
    """More than half of the votes for somebody decides; else the two with most are voted on again.

    Who goes on is drawn by lot where several are equal, and so is who wins an equal second vote; a
    seed that is not given leaves that open. Abstaining and blank votes count for nobody. Raises
    Malformed.
    """
    opening = plurality.count(first, seats=2, seed=seed)
    valid = sum(number for name, number in first.items() if name not in plurality.NOBODY)
    needed = valid // 2 + 1
    leader = next((name for name in opening.elected if first[name] >= needed), None)
    known = not opening.tied or seed is not None
    through = () if leader is not None or not known else tuple(opening.elected)
    if second is None or leader is not None:
        if second is not None:
            raise Malformed("the first vote has decided")
        alone = through[0] if len(through) == 1 else None  # nobody else had a vote
        return RunOff(opening, through, None, leader or alone, needed)
    if set(second) - set(plurality.NOBODY) != set(through):
        raise Malformed("the second vote is between the two who went on")
    closing = plurality.count(second, seed=second_seed)
    chosen = closing.elected[0] if closing.elected else None
    return RunOff(opening, through, closing, chosen, needed)
