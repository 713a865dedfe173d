"""Count again what a record publishes, from its ballots or its opened sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ballots import count_poll, record
from ballots.counting import lot, majority
from ballots.errors import Malformed
from ballots.manifest import Manifest

# What a result says only where there is something of it; of nothing it must not be said.
SOMETIMES = ("ties", "deputies", "deputy_ids", "deputy_counts", "passed_over")


def recount(
    manifest: Manifest, choices: Mapping[str, int], said: Mapping[str, Any]
) -> dict[str, Any]:
    """`choices`: how many ballots say what. From `said` come only facts that no ballot holds:
    presence, who broke a tie, who has withdrawn.

    Raises Fault where they are not well-formed.
    """
    head = {"format": record.RESULT_FORMAT, "election": manifest.election}
    seed = said.get("seed")
    if seed is not None and not isinstance(seed, str):
        raise Malformed("the seed is no text")
    if manifest.method != "majority":
        withdrawn = said.get("withdrawn", [])
        if not isinstance(withdrawn, list) or not all(isinstance(each, str) for each in withdrawn):
            raise Malformed("who has withdrawn is no list")
        counted = count_poll.count(
            manifest, choices, seed=seed, withdrawn=withdrawn, earlier=_lots(said)
        )
        if manifest.method in count_poll.SUMMED and "ties" not in said:
            # Results once named one lot alone, in `tied`; who came in by each is compared anyway.
            counted.pop("ties", None)
        invented = dict.fromkeys(key for key in SOMETIMES if key in said)
        return {**head, **invented, **counted}
    return {**head, **_decision(manifest, count_poll.votes(manifest, choices), said, seed)}


def _decision(
    manifest: Manifest, votes: Mapping[str, int], said: Mapping[str, Any], seed: str | None
) -> dict[str, Any]:
    rule = majority.MajorityRule.parse(manifest.rule)
    casting_vote = said.get("casting_vote")
    if rule.tie == "lot" and casting_vote is not None:
        casting_vote = lot.draw([majority.ADOPT, majority.REJECT], seed or "")
    counted = majority.count(
        votes,
        rule,
        present=_number(said, "present"),
        eligible=manifest.voters,
        members=_number(said, "members"),
        casting_vote=casting_vote,
    )
    return counted.as_dict()


def _lots(said: Mapping[str, Any]) -> count_poll.Lotteries | None:
    """Which seed decided among whom; None where one seed served the whole count."""
    lots = said.get("lots")
    if lots is None:
        return None
    if not isinstance(lots, list):
        raise Malformed("the lots are no list")
    for each in lots:
        between = each.get("between") if isinstance(each, dict) else None
        told = isinstance(between, list) and all(isinstance(one, str) for one in between)
        if not told or not isinstance(each.get("seed"), str):
            raise Malformed("a lot says among whom it was drawn, and its seed")
    return lots


def _number(said: Mapping[str, Any], name: str) -> int | None:
    number = said.get(name)
    if number is not None and type(number) is not int:
        raise Malformed(f"{name} is no number")
    return number
