"""120,000 ranked ballots for 20 candidates: `python -m benchmarks.count` prints what a count takes.

Against the target of the design, 10 seconds for reading and counting. Ballots are drawn by a seed
of their own, most of them different. Exit code 1 where the target is missed.
"""

from __future__ import annotations

import random
import resource
import sys
import time

from ballots.counting import formats
from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.profile import RankedProfile, grouped

BALLOTS, CANDIDATES, SEATS = 120_000, 20, 7
WITHIN = 10.0  # seconds
SEED = "5e" * 32
COUNTED = ("scottish-stv", "ers97-stv", "meek-stv", "irv", "schulze", "ranked-pairs")


def election(chance: random.Random) -> RankedProfile:
    """Everyone likes three in earnest and lists some more; a quarter lists everybody."""
    names = [f"C{number}" for number in range(1, CANDIDATES + 1)]
    liked = [CANDIDATES - place for place in range(CANDIDATES)]

    def ballot() -> tuple[tuple[str, ...], ...]:
        length = CANDIDATES if chance.random() < 0.25 else chance.randint(1, 10)
        order = dict.fromkeys(chance.choices(names, liked, k=3))
        order |= dict.fromkeys(chance.sample(names, CANDIDATES))
        return tuple((name,) for name in list(order)[:length])

    ballots = grouped((ballot(), 1) for _ in range(BALLOTS))
    return RankedProfile(candidates=tuple(names), ballots=ballots, seats=SEATS)


def main() -> int:
    drawn = election(random.Random(4))  # noqa: S311 - the same ballots each time
    text = formats.write(drawn, "blt").encode()
    start = time.perf_counter()
    profile = formats.parse(text, ending="blt")
    read = time.perf_counter() - start
    print(
        f"{BALLOTS:,} ballots, {len(profile.ballots):,} different; {CANDIDATES} for {SEATS} seats"
    )
    print(f"{'':14} {'seconds':>8}  rounds  target")
    print(f"{'reading BLT':14} {read:8.2f}")
    missed = False
    for method in COUNTED:
        start = time.perf_counter()
        seats = 1 if method == "irv" else None
        counted = count(method, profile, seats=seats, lots=Lots(seed=SEED))
        took = time.perf_counter() - start
        kept = read + took < WITHIN
        missed = missed or not kept
        state = f"{'kept' if kept else 'MISSED'}: {WITHIN:.0f} s with reading"
        print(f"{method:14} {took:8.2f}  {len(counted.rounds):6}  {state}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory':14} {memory:8.0f} MB")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
