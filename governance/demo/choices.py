"""What somebody of the demo's crowd chooses in a vote of any form: something, by chance."""

from __future__ import annotations

from collections.abc import Callable

from ballots.choice import BLANK, MARKS, RANKING, Asked, Choice

BLANK_VOTES = 20  # one of so many is blank


def anything(asked: Asked, chance: Callable[[int], bytes]) -> str:
    """A choice that the vote takes."""

    def below(number: int) -> int:
        return int.from_bytes(chance(4), "big") % number

    if asked.blank is not None and below(BLANK_VOTES) == 0:
        return asked.encode(BLANK)
    left = list(asked.options)
    named = [left.pop(below(len(left))) for _ in range(1 + below(min(asked.most, len(left))))]
    if asked.form == RANKING:
        return asked.encode(Choice(ranks=tuple((each,) for each in named)))
    if asked.form != MARKS:
        return asked.encode(Choice(ranks=(tuple(named),)))
    marks, points = [], asked.points
    for each in named:
        most = asked.highest if points is None else min(asked.highest, points)
        if most < asked.lowest:
            break
        marks.append((each, asked.lowest + below(most - asked.lowest + 1)))
        points = None if points is None else points - marks[-1][1]
    return asked.encode(Choice(marks=tuple(marks)))
