"""Debian's `belenios-tool` counts Schulze too: random profiles, the same orders.

Every ballot ranks everybody, so that a win by more votes is a win by a larger margin: where ballots
leave somebody out, that program sets a win with fewer votes against it before one with more.
"""

from __future__ import annotations

import json
import random

from ballots.counting.methods import count
from ballots.counting.profile import ranked
from tests.ballots.belenios import tool

PROFILES = 250  # 3,000 when this was written


def test_the_orders_of_random_profiles_are_those_of_another_program(tmp_path):
    tool.require()
    chance = random.Random(2018)  # noqa: S311 - the same profiles in every run
    tied = 0
    for _ in range(PROFILES):
        names = "abcdef"[: chance.randint(2, 6)]
        papers = [_paper(names, chance) for _ in range(chance.randint(1, 12))]
        ballots = [(1, sorted(names, key=paper.__getitem__)) for paper in papers]
        ours = count("schulze", ranked(names, ballots)).facts["order"]
        given = json.dumps([[paper[name] for name in names] for paper in papers]).encode()
        arguments = ("method", "schulze", "--blank-allowed=true", f"--nchoices={len(names)}")
        theirs = json.loads(tool.made(tmp_path, *arguments, given=given))["winners"]
        assert [sorted(layer) for layer in ours] == [
            sorted(names[at] for at in layer) for layer in theirs
        ], given
        tied += len(ours) < len(names)
    assert tied > PROFILES // 5  # it is not only the easy ones


def _paper(names: str, chance: random.Random) -> dict[str, int]:
    """Somebody's rank of each candidate, from 1."""
    order = list(names)
    chance.shuffle(order)
    return {name: order.index(name) + 1 for name in names}
