"""Decisions: adopted or not, by a majority rule, in integers.

A rule is a base (of what), a share (how much of it) and an operator (reached, or passed). Shares
are compared by cross-multiplication: 66 of 99 is "at least 2/3" and is not "more than 2/3".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ballots.errors import Malformed

ADOPT, REJECT, ABSTAIN = "adopt", "reject", "abstain"

# What a share is taken of. Abstentions and blanks count where the words say so.
BASES = {
    "cast_valid": "votes for and against",
    "voting": "all who voted, blank and abstaining ones too",
    "present_or_represented": "all who were present or represented",
    "all_eligible": "all on the electoral roll",
    "all_members": "all members of the association",
}
OPERATORS = (">", ">=")
TIES = ("chair", "lot", "not-carried")


@dataclass(frozen=True)
class MajorityRule:
    base: str
    operator: str
    share: tuple[int, int]  # (numerator, denominator)
    tie: str  # who breaks an equal vote
    paragraph: str = ""
    quorum: tuple[int, int] | None = None  # share of all members that must be present

    @classmethod
    def parse(cls, rule: Mapping[str, Any]) -> MajorityRule:
        """From a manifest's `rule`; keys it does not know are the rulebook's own. Malformed."""
        base, operator, tie = rule.get("base"), rule.get("operator"), rule.get("tie")
        if not (str(base) in BASES and operator in OPERATORS and tie in TIES):
            raise Malformed("the majority rule is not well-formed")
        quorum = rule.get("quorum")
        return cls(
            base=str(base),
            operator=str(operator),
            share=_share(rule.get("share")),
            tie=str(tie),
            paragraph=str(rule.get("paragraph") or ""),
            quorum=None if quorum is None else _share(quorum),
        )

    def holds(self, votes: int, of: int) -> bool:
        """Whether `votes` of `of` are enough. Nothing is carried of a base of none."""
        numerator, denominator = self.share
        if of == 0:
            return False
        if self.operator == ">":
            return votes * denominator > of * numerator
        return votes * denominator >= of * numerator


def _share(value: object) -> tuple[int, int]:
    if isinstance(value, list | tuple) and len(value) == 2:
        numerator, denominator = value
        whole = type(numerator) is int and type(denominator) is int
        if whole and 0 <= numerator <= denominator and denominator > 0:
            return (numerator, denominator)
    raise Malformed("a share is two integers, the second one the larger")


@dataclass(frozen=True)
class Count:
    """A counted decision. `votes` holds every option in the order it was given."""

    votes: dict[str, int]
    base: int
    needed: int  # the fewest votes for that would have carried
    carried: bool
    tied: bool  # equally many for and against, and somebody is to break it
    casting_vote: str | None = None
    quorate: bool = True
    rule: MajorityRule = field(kw_only=True)

    @property
    def outcome(self) -> str | None:
        """ "adopt", "reject", or None while a tie waits to be broken."""
        if self.tied and self.casting_vote is None:
            return None
        return ADOPT if self.carried else REJECT

    def as_dict(self) -> dict[str, Any]:
        """What is published: integers and words, the same for the same votes."""
        return {
            "method": "majority",
            "votes": dict(self.votes),
            "base": self.base,
            "base_of": self.rule.base,
            "share": list(self.rule.share),
            "operator": self.rule.operator,
            "needed": self.needed,
            "paragraph": self.rule.paragraph,
            "quorate": self.quorate,
            "tied": self.tied,
            "tie": self.rule.tie,
            "casting_vote": self.casting_vote,
            "outcome": self.outcome,
        }


def count(
    votes: Mapping[str, int],
    rule: MajorityRule,
    *,
    present: int | None = None,
    eligible: int | None = None,
    members: int | None = None,
    casting_vote: str | None = None,
) -> Count:
    """Count the votes by option id; numbers that the base or the quorum needs must be given.

    A tie is exactly as many for as against where a simple majority of those decides; any other
    rule is reached or not. `casting_vote` is the chair's (6:33) or what the lot gave: "adopt" or
    "reject". Raises Malformed where a number is missing or does not fit.
    """
    if any(type(number) is not int or number < 0 for number in votes.values()):
        raise Malformed("votes are counted in whole numbers")
    if casting_vote not in (None, ADOPT, REJECT):
        raise Malformed("a casting vote adopts or rejects")
    adopt, reject = votes.get(ADOPT, 0), votes.get(REJECT, 0)
    base = _base(votes, rule, present, eligible, members)
    quorate = is_quorate(rule, present, members)
    tied = quorate and may_tie(rule) and adopt == reject and adopt > 0
    if casting_vote is not None and not tied:
        raise Malformed("there is no tie to break")
    carried = quorate and (casting_vote == ADOPT if tied else rule.holds(adopt, base))
    return Count(
        votes=dict(votes),
        base=base,
        needed=_needed(rule, base),
        carried=carried,
        tied=tied,
        casting_vote=casting_vote,
        quorate=quorate,
        rule=rule,
    )


def _base(
    votes: Mapping[str, int],
    rule: MajorityRule,
    present: int | None,
    eligible: int | None,
    members: int | None,
) -> int:
    base = {
        "cast_valid": votes.get(ADOPT, 0) + votes.get(REJECT, 0),
        "voting": sum(votes.values()),
        "present_or_represented": present,
        "all_eligible": eligible,
        "all_members": members,
    }[rule.base]
    if base is None:
        raise Malformed(f"the rule is of {BASES[rule.base]}, and their number is not given")
    if base < votes.get(ADOPT, 0) + votes.get(REJECT, 0):
        raise Malformed(f"more have voted than there are: {BASES[rule.base]}")
    return base


def is_quorate(rule: MajorityRule, present: int | None, members: int | None) -> bool:
    """Whether enough are present for the rule. Raises Malformed where their number is missing."""
    if rule.quorum is None:
        return True
    if present is None or members is None:
        raise Malformed("the rule has a quorum, and the numbers for it are not given")
    numerator, denominator = rule.quorum
    return present * denominator >= members * numerator


def may_tie(rule: MajorityRule) -> bool:
    """Only more than half of those for and against leaves a middle that decides nothing."""
    numerator, denominator = rule.share
    simple = rule.base == "cast_valid" and rule.operator == ">" and 2 * numerator == denominator
    return simple and rule.tie != "not-carried"


def _needed(rule: MajorityRule, base: int) -> int:
    numerator, denominator = rule.share
    if rule.operator == ">":
        return base * numerator // denominator + 1
    return max(1, -(-base * numerator // denominator))
