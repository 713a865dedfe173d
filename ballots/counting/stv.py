"""What the rules of the single transferable vote have in common: a sheet on which papers move.

Votes are whole numbers of the smallest unit with which a rule works: no sum loses anything. A paper
lies in one candidate's pile, at a value; a parcel is papers that came together at one value.
Where no ballot names anybody, nobody is elected: a lot does not fill seats that nobody voted for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ballots.counting.conditions import Condition, Places
from ballots.counting.count import (
    BY_LOT,
    BY_RULE,
    EXCLUDE,
    FIRST,
    SEAT,
    Count,
    Lots,
    Round,
    Tie,
    Transfer,
    most_first,
)
from ballots.counting.options import Options
from ballots.counting.profile import RankedProfile
from ballots.counting.reading import STRICT, Order, read


class Undrawn(Exception):
    """The count waits for a lot; the sheet holds the tie."""


@dataclass
class Parcel:
    value: int  # of each paper
    papers: list[tuple[Order, int, int]] = field(default_factory=list)  # (order, place, how many)

    @property
    def number(self) -> int:
        return sum(number for _, _, number in self.papers)


@dataclass
class Stage:
    """A round while it is being counted."""

    action: str = FIRST
    of: tuple[str, ...] = ()
    value: int | None = None
    votes: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    quota: int = 0
    surplus: int = 0
    elected: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    moved: dict[tuple[str, str | None], int] = field(default_factory=dict)
    passed_over: dict[str, tuple[Condition, ...]] = field(default_factory=dict)


class Sheet:
    def __init__(
        self,
        profile: RankedProfile,
        *,
        seats: int,
        places: int,
        lots: Lots,
        options: Options,
    ) -> None:
        self.profile = profile
        self.seats = seats
        self.conditions = Places(options.conditions, profile.candidates, seats)
        self.places = places
        self.unit: int = 10**places
        self.lots = lots
        self.read = read(profile, STRICT)
        self.continuing = dict.fromkeys(profile.candidates)  # in their order
        self.elected: list[str] = []
        self.quota = 0
        self.lost = 0
        self.votes = dict.fromkeys(profile.candidates, 0)
        self.piles: dict[str, list[Parcel]] = {each: [] for each in profile.candidates}
        self.stages: list[Stage] = []
        # Votes at each point at which the rule compares, with the number of the round.
        self.history: list[tuple[int, dict[str, int]]] = []
        self.ties: list[Tie] = []
        self._first_preferences()

    def _first_preferences(self) -> None:
        self.begin(Stage())
        all_papers = Parcel(
            self.unit, [(order, 0, number) for (order, _), number in self.read.orders.items()]
        )
        for candidate, parcel in self.sorted(all_papers, self.unit).items():
            if candidate is not None:
                self.receive(candidate, parcel)

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    @property
    def vacancies(self) -> int:
        wanted = self.conditions.target if self.conditions.conditions else self.seats
        return wanted - len(self.elected)

    @property
    def conditional(self) -> bool:
        return bool(self.conditions.conditions)

    @property
    def surpluses(self) -> dict[str, int]:
        over = {each: self.votes[each] - self.quota for each in self.elected}
        return {each: surplus for each, surplus in over.items() if surplus > 0}

    def begin(self, stage: Stage) -> None:
        self.stages.append(stage)

    def note(self) -> None:
        """The votes stand as they are for a moment: a point at which a later tie may differ."""
        self.stage.votes = dict(self.votes)
        self.stage.lost = self.lost
        self.stage.quota = self.quota
        self.stage.surplus = sum(self.surpluses.values())
        self.history.append((len(self.stages), self.stage.votes))

    def sorted(self, parcel: Parcel, value: int) -> dict[str | None, Parcel]:
        """The papers by their next preference for a continuing candidate, at their new value."""
        bundles: dict[str | None, Parcel] = {}
        continuing = self.continuing
        for order, start, number in parcel.papers:
            taker = None
            place = start
            for place in range(start, len(order)):
                if order[place] in continuing:
                    taker = order[place]
                    break
            bundle = bundles.get(taker)
            if bundle is None:
                bundle = bundles[taker] = Parcel(value)
            bundle.papers.append((order, place, number))
        return bundles

    def receive(self, taker: str, parcel: Parcel) -> None:
        self.piles[taker].append(parcel)
        self.votes[taker] += parcel.number * parcel.value

    def give(self, giver: str, taker: str | None, parcel: Parcel) -> None:
        """Pass a parcel on, or lay it aside where no continuing candidate follows."""
        amount = parcel.number * parcel.value
        self.pay(giver, taker, amount)
        if taker is not None:
            self.piles[taker].append(parcel)
            self.votes[taker] += amount

    def pay(self, giver: str, taker: str | None, amount: int) -> None:
        self.votes[giver] -= amount
        if taker is None:
            self.lost += amount
        moved = self.stage.moved
        moved[giver, taker] = moved.get((giver, taker), 0) + amount

    def elect(self, candidates: Iterable[str], *, latest: bool = True) -> None:
        """Those with the most votes first; with conditions, as long as these can be met.

        Raises Undrawn where equal votes tie for what the conditions leave.
        """
        chosen = most_first(self.votes, list(candidates))
        while chosen:
            equal = [each for each in chosen if self.votes[each] == self.votes[chosen[0]]]
            possible = [each for each in equal if self._possible([each])]
            if not self._possible(possible):
                possible = [self.one_of(possible, SEAT, most=True, latest=latest)]
            for candidate in possible:
                del self.continuing[candidate]
                self.elected.append(candidate)
                self.stage.elected.append(candidate)
            # Of those that only fitted one by one the rest is asked again.
            again = possible and len(possible) < len(equal)
            settled = possible if again else equal
            chosen = [each for each in chosen if each not in settled]
        self.stage.surplus = sum(self.surpluses.values())

    def _possible(self, more: Sequence[str]) -> bool:
        rest = [each for each in self.continuing if each not in more]
        return self.conditions.possible([*self.elected, *more], rest)

    def doomed(self) -> list[str]:
        """Who cannot be elected without breaking a condition; they leave at once."""
        doomed = self.conditions.doomed(self.elected, list(self.continuing))
        for each in doomed:
            self.stage.passed_over[each] = self.conditions.reasons(each, self.elected)
        return doomed

    def exclude(self, candidates: Sequence[str]) -> None:
        self.stage.excluded.extend(candidates)
        for candidate in candidates:
            del self.continuing[candidate]

    def lowest(self) -> list[str]:
        """Those with the fewest votes of all who may leave: not whom a condition needs."""
        guarded = self.conditions.guarded(self.elected, list(self.continuing))
        free = [each for each in self.continuing if each not in guarded]
        fewest = min(self.votes[each] for each in free)
        return [each for each in free if self.votes[each] == fewest]

    def leaving(self, *, latest: bool) -> list[str]:
        """Who has the fewest votes and is to go. Raises Undrawn.

        Those without any go together, where enough are left: in whichever order a lot sent them
        away one after the other, nothing would move and nobody else would go before them.
        """
        lowest = self.lowest()
        rest = [each for each in self.continuing if each not in lowest]
        enough = len(rest) >= self.vacancies and self.conditions.possible(self.elected, rest)
        if enough and not self.votes[lowest[0]]:
            return lowest
        return [self.one_of(lowest, EXCLUDE, most=False, latest=latest)]

    def apart(
        self, tied: Sequence[str], *, most: bool, points: Iterator[tuple[int, dict[str, int]]]
    ) -> tuple[list[str], int | None]:
        """Who is left of the tied when earlier votes are compared, and the round that told."""
        left = list(tied)
        told = None
        for number, votes in points:
            edge = (max if most else min)(votes[each] for each in left)
            closer = [each for each in left if votes[each] == edge]
            if len(closer) < len(left):
                left, told = closer, number
            if len(left) == 1:
                break
        return left, told

    def foremost(self, tied: list[str], number: int) -> list[str]:
        """Those of the tied, at most so many, who had more votes at the earliest difference."""
        past = {each: [votes[each] for _, votes in self.history] for each in tied}
        downwards = sorted(tied, key=past.__getitem__, reverse=True)
        edge = past[downwards[number]]
        clear = [each for each in downwards if past[each] > edge]
        if clear:
            rounds = zip(past[clear[0]], edge, self.history, strict=True)
            told = next(point[0] for votes, other, point in rounds if votes != other)
            self.ties.append(
                Tie(
                    between=tuple(tied),
                    about=SEAT,
                    chosen=clear[0],
                    how=BY_RULE,
                    round=len(self.stages),
                    apart=told,
                )
            )
        return clear

    def one_of(self, tied: Sequence[str], about: str, *, most: bool, latest: bool) -> str:
        """The one of those tied whom earlier votes tell apart, or else the lot. Raises Undrawn."""
        if len(tied) == 1:
            return tied[0]
        points = reversed(self.history) if latest else iter(self.history)
        left, told = self.apart(tied, most=most, points=points)
        chosen = left[0] if len(left) == 1 else self.lots.choose(left)
        by_lot = len(left) > 1
        tie = Tie(
            between=tuple(left if by_lot else tied),
            about=about,
            chosen=chosen,
            how=BY_LOT if by_lot else BY_RULE,
            seed=self.lots.seed_for(left) if by_lot else None,
            round=len(self.stages),
            apart=told if not by_lot else None,
        )
        self.ties.append(tie)
        if chosen is None:
            raise Undrawn
        return chosen

    def count(self, method: str, facts: Mapping[str, object]) -> Count:
        return Count(
            method=method,
            seats=self.seats,
            candidates=self.profile.candidates,
            elected=tuple(self.elected),
            rounds=tuple(self._round(stage) for stage in self.stages),
            ties=tuple(self.ties),
            valid=self.read.valid,
            blank=self.read.blank,
            invalid=sum(self.read.invalid.values()),
            quota=self.number(self.quota),
            places=self.places,
            names=self.profile.names,
            facts=facts,
        )

    def number(self, units: int) -> Fraction:
        return Fraction(units, self.unit)

    def _round(self, stage: Stage) -> Round:
        return Round(
            votes={each: self.number(votes) for each, votes in stage.votes.items()},
            elected=tuple(stage.elected),
            excluded=tuple(stage.excluded),
            action=stage.action,
            of=stage.of,
            transfers=tuple(
                Transfer(giver=giver, taker=taker, votes=self.number(stage.moved[giver, taker]))
                for giver in stage.of
                for taker in (*self.profile.candidates, None)
                if stage.moved.get((giver, taker))
            ),
            value=None if stage.value is None else self.number(stage.value),
            non_transferable=self.number(stage.lost),
            quota=self.number(stage.quota),
            surplus=self.number(stage.surplus),
            passed_over=stage.passed_over,
        )
