"""A count as people read it: a bar, numbers, and the rule that decided in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance.errors import N_
from governance.polls import Poll
from web import figures, tallies
from web.figures import Figures

# How much was needed of what, by the words of `ballots.counting.majority.BASES`.
NEEDED = {
    "cast_valid": N_("%(needed)s of %(base)s votes for and against"),
    "voting": N_("%(needed)s of %(base)s who voted"),
    "present_or_represented": N_("%(needed)s of %(base)s present"),
    "all_eligible": N_("%(needed)s of %(base)s on the electoral roll"),
    "all_members": N_("%(needed)s of %(base)s members"),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """`options` is what the bar draws: {id, label, votes}, in the order of the ballot.

    A count that has no such votes has `figures`, in the reader's language.
    """

    options: list[dict[str, Any]]
    figures: Figures | None
    elected: list[dict[str, str]]  # their names by language; empty for a decision
    base: int | None  # of a decision
    needed: int | None
    quorate: bool
    tied: bool
    seed: str | None  # of the lot, where one was drawn
    casting_vote: str | None
    few: bool  # so few voted in secret that only the outcome is told: `options` is empty
    own_keys: int | None  # of a secret vote: how many signed with a key of their own
    handed_over: int | None


def of(poll: Poll, language: str) -> Result | None:
    """None while nothing is counted."""
    counted = poll.result
    few = bool(counted and counted.get("few"))
    if not counted or not (few or counted.keys() & {"votes", "rounds"}):
        return None
    labels = {option["id"]: option["label"] for option in poll.options}
    return Result(
        options=[
            {"id": code, "label": labels[code], "votes": counted["votes"].get(code, 0)}
            for code in labels
            if "votes" in counted
        ],
        figures=figures.of(tallies.of(poll, counted, language)) if "rounds" in counted else None,
        elected=[labels[code] for code in counted.get("elected", []) if code in labels],
        base=counted.get("base"),
        needed=counted.get("needed"),
        quorate=counted.get("quorate", True),
        tied=bool(counted.get("tied")),
        seed=counted.get("seed"),
        casting_vote=counted.get("casting_vote"),
        few=few,
        own_keys=counted.get("own_keys"),
        handed_over=counted.get("handed_over"),
    )
