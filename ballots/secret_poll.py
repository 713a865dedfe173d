"""A secret poll's question as its archive asks it, and its sums as they are counted.

A decision is one choice among its options. An election among candidates is up to as many of them as
there are seats, by approval as many as one likes, or a blank vote, which the archive counts before
the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ballots.belenios.election import Question
from ballots.errors import Malformed

SUMMED = ("plurality", "approval")  # beside the decision by majority
BLANK = "blank"  # the option id under which blank votes are counted


def question(
    text: str, labels: Sequence[tuple[str, str]], method: str, rule: Mapping[str, Any]
) -> Question:
    """`labels`: (option id, label) in the order shown. Raises Malformed."""
    chosen = tuple(label for option, label in labels if option != BLANK)
    if method == "majority":
        if len(chosen) != len(labels):
            raise Malformed("who takes no side in a decision abstains; there is no blank vote")
        return Question(text, chosen, 1, 1)
    if method not in SUMMED:
        raise Malformed("a sum is not enough to count by this method")
    most = rule.get("seats", 1) if method == "plurality" else rule.get("most", len(chosen))
    if type(most) is not int or not most >= 1:
        raise Malformed("how many may be chosen is no number")
    return Question(text, chosen, 1, min(most, len(chosen)), blank=True)


def votes(option_ids: Sequence[str], asked: Question, sums: Sequence[int]) -> dict[str, int]:
    """How many chose each option, from what the trustees have opened. Raises Malformed."""
    if len(sums) != asked.length:
        raise Malformed("the result has another number of sums than the question")
    blanks, counted = (sums[0], list(sums[1:])) if asked.blank else (0, list(sums))
    named = [option for option in option_ids if option != BLANK]
    if len(named) != len(counted):
        raise Malformed("the question has other options than the poll")
    found = dict(zip(named, counted, strict=True))
    return {option: found.get(option, blanks) for option in option_ids}


def choices(option_ids: Sequence[str], asked: Question, chosen: Sequence[str]) -> list[int]:
    """A vote for these options as the zeros and ones that are encrypted. Raises Malformed."""
    if not set(chosen) <= set(option_ids):
        raise Malformed("the poll does not offer this choice")
    named = [option for option in option_ids if option != BLANK]
    bits = [int(option in chosen) for option in named]
    return [int(BLANK in chosen), *bits] if asked.blank else bits
