"""Instant run-off for one seat: the last one leaves until somebody has more than half of the votes
that are still with somebody.

By default a number left out is passed over and a number given twice ends the ballot there; both are
options, and published. Whoever ties for the fewest votes ties for leaving: only a lot decides that.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ballots.counting.count import (
    BY_LOT,
    EXCLUDE,
    EXCLUSION,
    FIRST,
    UNDRAWN,
    Count,
    Lots,
    Round,
    Tie,
    Transfer,
)
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import RankedProfile
from ballots.counting.reading import END, Order, Reading, read
from ballots.errors import Malformed

METHOD = "irv"
RULE = "more than half of the votes that are still with somebody"
PASS_OVER = Reading(gaps=None, equal=END)

Papers = list[tuple[Order, str, int]]  # (who is still to be asked, why it ends there, how many)


def count(
    profile: RankedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
    reading: Reading = PASS_OVER,
) -> Count:
    """Whatever the number of seats in the profile; raises Malformed where more are asked for."""
    if seats not in (None, 1):
        raise Malformed("an instant run-off elects one")
    if options.conditions:
        raise Malformed("one seat has no conditions")
    return _RunOff(profile, lots, reading).count()


class _RunOff:
    def __init__(self, profile: RankedProfile, lots: Lots, reading: Reading) -> None:
        self.profile = profile
        self.lots = lots
        self.reading = reading
        self.read = read(profile, reading)
        self.piles: dict[str, Papers] = {each: [] for each in profile.candidates}
        self.ended: dict[str, int] = {}
        self.rounds: list[Round] = []
        self.ties: list[Tie] = []
        self.elected: tuple[str, ...] = ()

    def count(self) -> Count:
        for (order, end), number in self.read.orders.items():
            self._deal([(order, end, number)])
        transfers: list[Transfer] = []
        leaving: list[str] = []
        while True:
            votes = {each: sum(paper[2] for paper in pile) for each, pile in self.piles.items()}
            came_of = tuple(leaving)
            leaving = self._decide(votes)
            self._record(votes, came_of, transfers, leaving)
            if not leaving:
                return self._counted()
            piles = {each: self.piles.pop(each) for each in leaving}
            transfers = [each for out in leaving for each in self._pass_on(out, piles[out])]

    def _decide(self, votes: dict[str, int]) -> list[str]:
        """Who leaves; nobody where one is elected, nobody has a vote, or a lot is waited for.

        Those without any vote leave together: their order could change nothing.
        """
        total = sum(votes.values())
        if not total:
            return []
        first = max(votes, key=votes.__getitem__)
        if 2 * votes[first] > total:
            self.elected = (first,)
            return []
        fewest = min(votes.values())
        tied = [each for each in votes if votes[each] == fewest]
        return tied if len(tied) == 1 or not fewest else self._draw(tied)

    def _draw(self, tied: list[str]) -> list[str]:
        chosen = self.lots.choose(tied)
        tie = Tie(
            between=tuple(tied),
            about=EXCLUDE,
            chosen=chosen,
            how=BY_LOT,
            seed=self.lots.seed_for(tied),
            round=len(self.rounds) + 1,
        )
        self.ties.append(tie)
        return [] if chosen is None else [chosen]

    def _pass_on(self, giver: str, papers: Papers) -> Iterator[Transfer]:
        moved = self._deal(papers)
        for taker in (*self.profile.candidates, None):
            if taker in moved:
                yield Transfer(giver=giver, taker=taker, votes=Fraction(moved[taker]))

    def _deal(self, papers: Papers) -> dict[str | None, int]:
        """To whom the papers go next: the first on each who has not left."""
        moved: dict[str | None, int] = {}
        for order, end, number in papers:
            place = next((at for at, each in enumerate(order) if each in self.piles), None)
            taker = None if place is None else order[place]
            if place is None:
                self.ended[end] = self.ended.get(end, 0) + number
            else:
                self.piles[order[place]].append((order[place:], end, number))
            moved[taker] = moved.get(taker, 0) + number
        return moved

    def _record(
        self,
        votes: dict[str, int],
        of: tuple[str, ...],
        transfers: list[Transfer],
        leaving: list[str],
    ) -> None:
        self.rounds.append(
            Round(
                votes={each: Fraction(number) for each, number in votes.items()},
                elected=self.elected,
                excluded=tuple(leaving),
                action=EXCLUSION if of else FIRST,
                of=of,
                transfers=tuple(transfers),
                non_transferable=Fraction(sum(self.ended.values())),
                quota=Fraction(sum(votes.values()) // 2 + 1),
                ended=dict(sorted(self.ended.items())),
            )
        )

    def _counted(self) -> Count:
        return Count(
            method=METHOD,
            seats=1,
            candidates=self.profile.candidates,
            elected=self.elected,
            rounds=tuple(self.rounds),
            ties=tuple(self.ties),
            valid=self.read.valid,
            blank=self.read.blank,
            invalid=sum(self.read.invalid.values()),
            quota=self.rounds[-1].quota,
            places=0,
            names=self.profile.names,
            facts={"rule": RULE, "ties": "lot", **self.reading.facts},
        )
