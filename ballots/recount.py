"""Count again what a record publishes, from its ballots or its opened sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ballots import record
from ballots.counting import lot, majority, plurality
from ballots.errors import Malformed
from ballots.manifest import Manifest


def recount(
    manifest: Manifest, votes: Mapping[str, int], said: Mapping[str, Any]
) -> dict[str, Any]:
    """`votes` by option. From `said` come only facts that no ballot holds: presence, the tie.

    Raises Malformed where they are not well-formed.
    """
    head = {"format": record.RESULT_FORMAT, "election": manifest.election}
    seed = said.get("seed")
    if seed is not None and not isinstance(seed, str):
        raise Malformed("the seed is no text")
    if manifest.method == "plurality":
        seats = manifest.rule.get("seats", 1)
        if type(seats) is not int:
            raise Malformed("the number of seats is no number")
        return {**head, **plurality.count(votes, seats=seats, seed=seed).as_dict()}
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
    return {**head, **counted.as_dict()}


def _number(said: Mapping[str, Any], name: str) -> int | None:
    number = said.get(name)
    if number is not None and type(number) is not int:
        raise Malformed(f"{name} is no number")
    return number
