"""Profiles for the tests: from vectors, and any that Hypothesis may think of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ballots.counting.profile import RankedProfile, Ranking, grouped

VECTORS = Path(__file__).parents[2] / "vectors" / "counting"
SEED = "5e" * 32


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def cases(start: str) -> list[dict[str, Any]]:
    return [each for each in vectors("transferable.json") if each["id"].startswith(start)]


@st.composite
def rankings(draw: st.DrawFn, candidates: str, *, strict: bool) -> Ranking:
    """Any ballot; not `strict`: with numbers left out and given twice."""
    named = draw(st.lists(st.sampled_from(candidates), unique=True, max_size=len(candidates)))
    if strict:
        return tuple((each,) for each in named)
    ranks: list[tuple[str, ...]] = []
    for each in named:
        how = draw(st.sampled_from(["next", "next", "next", "equal", "gap"]))
        if how == "equal" and ranks and ranks[-1]:
            ranks[-1] = tuple(sorted((*ranks[-1], each)))
        elif how == "gap":
            ranks += [(), (each,)]
        else:
            ranks.append((each,))
    return tuple(ranks)


@st.composite
def profiles(
    draw: st.DrawFn, *, strict: bool = False, most: int = 6, many: int = 9
) -> RankedProfile:
    candidates = "ABCDEF"[: draw(st.integers(1, most))]
    ballots = draw(
        st.lists(st.tuples(rankings(candidates, strict=strict), st.integers(1, many)), max_size=12)
    )
    return RankedProfile(
        candidates=tuple(candidates),
        ballots=grouped(ballots),
        seats=draw(st.integers(1, 4)),
    )
