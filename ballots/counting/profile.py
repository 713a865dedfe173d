"""What is counted: the candidates, and how many ballots say the same thing.

Equal ballots are one, with their number. Candidates are known by an id that tells them apart and
by which a lot is drawn; `names` says what to call them where the id is not the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Generic, TypeVar

from ballots.counting.options import PLAIN, Options
from ballots.errors import Malformed

# First, second, … each rank with whom the voter placed there: several are placed equally, and an
# empty rank was skipped. Who is nowhere was not ranked.
Ranking = tuple[tuple[str, ...], ...]

# What was given to whom: scores, grades or points; an approval gives 1. Who is not named was given
# nothing, which is not the same as 0.
Marks = tuple[tuple[str, int], ...]

Ballot = TypeVar("Ballot", Ranking, Marks)


@dataclass(frozen=True, kw_only=True)
class Profile(Generic[Ballot]):
    """Raises Malformed where a ballot names somebody twice, or who does not stand."""

    candidates: tuple[str, ...]
    ballots: Mapping[Ballot, int]  # {ballot: how many}, blank ones too
    seats: int = 1
    names: Mapping[str, str] = field(default_factory=dict)  # {id: name} where they differ
    title: str = ""
    withdrawn: tuple[str, ...] = ()  # who stood, and is out of the ballots now
    rule: Options = PLAIN  # what the file says of how it is counted

    def __post_init__(self) -> None:
        if len(set(self.candidates)) != len(self.candidates):
            raise Malformed("two candidates are the same")
        if self.seats < 1:
            raise Malformed("there is at least one seat")
        standing = set(self.candidates)
        for ballot, number in self.ballots.items():
            if type(number) is not int or number < 0:
                raise Malformed("ballots are counted in whole numbers")
            named = self.named(ballot)
            if len(set(named)) != len(named):
                raise Malformed("a ballot names a candidate twice")
            if not standing.issuperset(named):
                raise Malformed("a ballot names somebody who is no candidate")

    @staticmethod
    def named(ballot: Ballot) -> list[str]:
        raise NotImplementedError

    @property
    def total(self) -> int:
        return sum(self.ballots.values())

    @property
    def blank(self) -> int:
        """Ballots that name nobody."""
        return sum(number for ballot, number in self.ballots.items() if not self.named(ballot))


@dataclass(frozen=True, kw_only=True)
class RankedProfile(Profile[Ranking]):
    @staticmethod
    def named(ballot: Ranking) -> list[str]:
        return [candidate for rank in ballot for candidate in rank]

    def without(self, withdrawn: Iterable[str]) -> RankedProfile:
        """As if they had never stood: their places on the ballots close up, and leave no gap."""
        out = _withdrawing(self, withdrawn)

        def closed(ballot: Ranking) -> Ranking:
            kept = ((rank, tuple(each for each in rank if each not in out)) for rank in ballot)
            return tuple(left for rank, left in kept if left or not rank)

        return replace(
            self,
            candidates=tuple(each for each in self.candidates if each not in out),
            ballots=grouped((closed(each), number) for each, number in self.ballots.items()),
            withdrawn=(*self.withdrawn, *(each for each in self.candidates if each in out)),
        )


@dataclass(frozen=True, kw_only=True)
class MarkedProfile(Profile[Marks]):
    @staticmethod
    def named(ballot: Marks) -> list[str]:
        return [candidate for candidate, _ in ballot]

    def without(self, withdrawn: Iterable[str]) -> MarkedProfile:
        """As if they had never stood."""
        out = _withdrawing(self, withdrawn)

        def left(ballot: Marks) -> Marks:
            return tuple(mark for mark in ballot if mark[0] not in out)

        return replace(
            self,
            candidates=tuple(each for each in self.candidates if each not in out),
            ballots=grouped((left(each), number) for each, number in self.ballots.items()),
            withdrawn=(*self.withdrawn, *(each for each in self.candidates if each in out)),
        )


@dataclass(frozen=True, kw_only=True)
class BudgetProfile(MarkedProfile):
    """What a budget is to be spent on: the candidates are projects, and each has its cost."""

    costs: Mapping[str, Fraction]
    budget: Fraction
    titles: Mapping[str, str] = field(default_factory=dict)  # a project is known by its id
    facts: Mapping[str, str] = field(default_factory=dict)  # what else the file says of the vote
    selected: tuple[str, ...] = ()  # what was chosen, where the file says so

    def __post_init__(self) -> None:
        super().__post_init__()
        if set(self.costs) != {*self.candidates, *self.withdrawn}:
            raise Malformed("every project has a cost")
        if self.budget < 0 or any(cost < 0 for cost in self.costs.values()):
            raise Malformed("costs are not negative")


def ranked(
    candidates: Iterable[str],
    ballots: Iterable[tuple[int, Iterable[str | Iterable[str]]]],
    *,
    seats: int = 1,
) -> RankedProfile:
    """From [(how many, [first, second, …])]; a list or tuple of names shares one rank."""
    read = ((_ranking(ranks), number) for number, ranks in ballots)
    return RankedProfile(candidates=tuple(candidates), ballots=grouped(read), seats=seats)


def marked(
    candidates: Iterable[str], ballots: Iterable[tuple[int, Mapping[str, int]]], *, seats: int = 1
) -> MarkedProfile:
    """From [(how many, {candidate: mark})]."""
    order = {candidate: place for place, candidate in enumerate(candidates)}
    read = ((_marks(marks, order), number) for number, marks in ballots)
    return MarkedProfile(candidates=tuple(order), ballots=grouped(read), seats=seats)


def grouped(ballots: Iterable[tuple[Ballot, int]]) -> dict[Ballot, int]:
    """Equal ballots together; none is kept of which there is none."""
    together: dict[Ballot, int] = {}
    for ballot, number in ballots:
        together[ballot] = together.get(ballot, 0) + number
    return {ballot: number for ballot, number in together.items() if number}


def _ranking(ranks: Iterable[str | Iterable[str]]) -> Ranking:
    return tuple((rank,) if isinstance(rank, str) else tuple(sorted(rank)) for rank in ranks)


def _marks(marks: Mapping[str, int], order: Mapping[str, int]) -> Marks:
    # Who is no candidate is refused by the profile, and has to be somewhere until then.
    return tuple(sorted(marks.items(), key=lambda mark: (order.get(mark[0], len(order)), mark[0])))


def _withdrawing(profile: Profile[Ballot], withdrawn: Iterable[str]) -> set[str]:
    out = set(withdrawn)
    if not out.issubset(profile.candidates):
        raise Malformed("only a candidate withdraws")
    return out
