"""Ranked pairs once more, as the textbook has it: one win after another, and no circle.

It shares nothing with the count but the profile. Wins of one strength are tried in every order, so
that it finds whoever could win by some lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from ballots.counting.profile import RankedProfile

Win = tuple[str, str]


def winners(profile: RankedProfile) -> set[str]:
    """Whoever comes first in some order of equally strong wins."""
    return {
        each
        for order in _orders(_wins(profile))
        for locked in [_locked(order)]
        for each in profile.candidates
        if not any(loser == each for _, loser in locked)
    }


def _wins(profile: RankedProfile) -> dict[Win, tuple[int, int]]:
    """How many are for each win, and how many against it."""
    found = {}
    for one in profile.candidates:
        for other in profile.candidates:
            votes, against = _before(profile, one, other), _before(profile, other, one)
            if votes > against:
                found[one, other] = (votes, against)
    return found


def _before(profile: RankedProfile, one: str, other: str) -> int:
    total = 0
    for ballot, many in profile.ballots.items():
        place = {each: at for at, rank in enumerate(ballot) for each in rank}
        if place.get(one, len(ballot)) < place.get(other, len(ballot)):
            total += many
    return total


def _orders(wins: dict[Win, tuple[int, int]]) -> Iterator[list[Win]]:
    strengths = sorted(set(wins.values()), key=lambda each: (-each[0], each[1]))
    groups = [[win for win in wins if wins[win] == strength] for strength in strengths]
    for chosen in product(*map(permutations, groups)):
        yield [win for group in chosen for win in group]


def _locked(order: list[Win]) -> list[Win]:
    locked: list[Win] = []
    for winner, loser in order:
        if not _leads(locked, loser, winner):
            locked.append((winner, loser))
    return locked


def _leads(locked: list[Win], start: str, end: str) -> bool:
    """Whether locked wins lead from one to the other."""
    return start == end or any(_leads(locked, to, end) for by, to in locked if by == start)
