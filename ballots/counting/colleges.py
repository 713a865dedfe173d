"""Weighted colleges: inside each one member has one vote; between them weights count.

Cooperatives of several kinds of members (workers, users, towns) give each college a share of the
decision, however many belong to it. Both are told: how the members voted, each counted once, and
what the weights make of it. A college in which nobody voted for or against has no share to give, so
the rule says what becomes of its weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ballots.counting import majority
from ballots.counting.majority import ADOPT, REJECT, MajorityRule
from ballots.errors import Malformed

# How a college gives its weight: in the proportions in which it voted, or all to its majority.
PROPORTIONAL, BLOCK = "proportional", "block"
# The weight of a college without a share: out of the count, or in it and for nobody.
LEFT_OUT, FOR_NOBODY = "left-out", "for-nobody"


@dataclass(frozen=True, kw_only=True)
class College:
    name: str
    weight: int
    votes: Mapping[str, int]  # by option
    # Of this college, where the rule's base or quorum needs it.
    present: int | None = None
    eligible: int | None = None
    members: int | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """A decision by colleges; `weighted` and `base` are in units of weight."""

    names: tuple[str, ...]
    colleges: tuple[majority.Count, ...]  # each as if it decided alone
    votes: dict[str, int]  # of all members together
    weighted: dict[str, Fraction]
    base: Fraction
    silent: tuple[str, ...]  # the colleges without a share
    quorate: bool
    tied: bool  # equally much for and against, and somebody is to break it
    casting_vote: str | None
    outcome: str | None  # None while a tie waits

    def as_dict(self) -> dict[str, Any]:
        told = zip(self.names, self.colleges, strict=True)
        return {
            "colleges": [{"name": name, **each.as_dict()} for name, each in told],
            "votes": dict(self.votes),
            "weighted": {option: str(weight) for option, weight in self.weighted.items()},
            "base": str(self.base),
            "silent": list(self.silent),
            "quorate": self.quorate,
            "tied": self.tied,
            "casting_vote": self.casting_vote,
            "outcome": self.outcome,
        }


def decide(
    colleges: Sequence[College],
    rule: MajorityRule,
    *,
    carry: str = PROPORTIONAL,
    silent: str = LEFT_OUT,
    casting_vote: str | None = None,
) -> Count:
    """Adopted or not, by weights: the rule's share of the weight that counts.

    Raises Malformed, as `majority.count` does of each college.
    """
    _check(colleges, carry, silent)
    counts = tuple(_alone(each, rule) for each in colleges)
    weighted, base = _weigh(colleges, counts, carry, silent)
    quorate = majority.is_quorate(
        rule, _sum(each.present for each in colleges), _sum(each.members for each in colleges)
    )
    tied = quorate and majority.may_tie(rule) and weighted[ADOPT] == weighted[REJECT] > 0
    if casting_vote is not None and not (tied and casting_vote in (ADOPT, REJECT)):
        raise Malformed("there is no tie to break")
    carried = quorate and _reached(rule, weighted[ADOPT], base)
    return Count(
        names=tuple(each.name for each in colleges),
        colleges=counts,
        votes={each: sum(one.votes.get(each, 0) for one in colleges) for each in weighted},
        weighted=weighted,
        base=base,
        silent=tuple(o.name for o, c in zip(colleges, counts, strict=True) if not c.base),
        quorate=quorate,
        tied=tied,
        casting_vote=casting_vote,
        outcome=casting_vote if tied else ADOPT if carried else REJECT,
    )


def _check(colleges: Sequence[College], carry: str, silent: str) -> None:
    if carry not in (PROPORTIONAL, BLOCK) or silent not in (LEFT_OUT, FOR_NOBODY):
        raise Malformed("the colleges' rule is not well-formed")
    if not colleges or len({each.name for each in colleges}) != len(colleges):
        raise Malformed("two colleges are the same")
    if any(type(each.weight) is not int or each.weight < 1 for each in colleges):
        raise Malformed("a weight is a whole number above 0")


def _alone(college: College, rule: MajorityRule) -> majority.Count:
    return majority.count(
        college.votes,
        replace(rule, quorum=None),  # which is asked of all of them together
        present=college.present,
        eligible=college.eligible,
        members=college.members,
    )


def _weigh(
    colleges: Sequence[College], counts: Sequence[majority.Count], carry: str, silent: str
) -> tuple[dict[str, Fraction], Fraction]:
    """The weight on each option, and all that counts."""
    options = [ADOPT, REJECT, *(option for each in colleges for option in each.votes)]
    weighted = dict.fromkeys(options, Fraction(0))
    base = Fraction(0)
    for college, counted in zip(colleges, counts, strict=True):
        if counted.base or silent == FOR_NOBODY:
            base += college.weight
        if not counted.base:
            continue
        if carry == BLOCK:
            if counted.outcome is not None:  # in a tie it goes to neither
                weighted[counted.outcome] += college.weight
            continue
        for option, votes in college.votes.items():
            if option in (ADOPT, REJECT) or counted.rule.base != "cast_valid":
                weighted[option] += Fraction(college.weight * votes, counted.base)
    return weighted, base


def _reached(rule: MajorityRule, votes: Fraction, of: Fraction) -> bool:
    """As `MajorityRule.holds`, of weights."""
    numerator, denominator = rule.share
    if of == 0:
        return False
    if rule.operator == ">":
        return votes * denominator > of * numerator
    return votes * denominator >= of * numerator


def _sum(numbers: Iterable[int | None]) -> int | None:
    """None where one of them is not known."""
    known = list(numbers)
    return None if None in known else sum(number or 0 for number in known)
