"""Everyone against everyone: how many ballots place one before the other.

Who is not on a ballot is placed last on it, equal with the others who are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from ballots.counting.profile import RankedProfile, Ranking

Pair = tuple[str, str]


def preferred(profile: RankedProfile) -> dict[Pair, int]:
    """{(one, other): on how many ballots one is before the other}."""
    before = {(one, other): 0 for one in profile.candidates for other in profile.candidates}
    for ballot, number in profile.ballots.items():
        places = _places(ballot)
        last = len(ballot)
        for one, place in places.items():
            for other in profile.candidates:
                if place < places.get(other, last):
                    before[one, other] += number
    return {pair: number for pair, number in before.items() if pair[0] != pair[1]}


def layers(candidates: Iterable[str], beats: Set[Pair]) -> list[tuple[str, ...]]:
    """Those whom nobody beats, those whom nobody of the rest beats, …; `beats` has no cycle."""
    left = list(candidates)
    found: list[tuple[str, ...]] = []
    while left:
        top = tuple(one for one in left if not any((other, one) in beats for other in left))
        found.append(top)
        left = [one for one in left if one not in top]
    return found


def named(profile: RankedProfile) -> set[str]:
    """Whom any ballot names; nobody else is elected."""
    return {each for ballot in profile.ballots for each in profile.named(ballot)}


def table(profile: RankedProfile, before: Mapping[Pair, int]) -> dict[str, dict[str, int]]:
    """As it is published with a result: {one: {other: how many place one before the other}}."""
    return {
        one: {other: before[one, other] for other in profile.candidates if other != one}
        for one in profile.candidates
    }


def _places(ballot: Ranking) -> dict[str, int]:
    return {each: place for place, rank in enumerate(ballot) for each in rank}
