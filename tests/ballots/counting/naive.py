"""The rules once more, slowly: every paper by itself, in fractions; the tests compare with it.

It shares nothing with the counts but the profile, and gives up (None) where a lot would decide.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from ballots.counting.profile import RankedProfile, Ranking


def order(ballot: Ranking) -> list[str]:
    """Preferences in unbroken order, each standing alone."""
    named = []
    for rank in ballot:
        if len(rank) != 1:
            break
        named.append(rank[0])
    return named


def papers(profile: RankedProfile) -> list[list[str]]:
    every = [order(ballot) for ballot, many in profile.ballots.items() for _ in range(many)]
    return [each for each in every if each]


def cut(number: Fraction, places: int) -> Fraction:
    return Fraction(floor(number * 10**places), 10**places)


class Waits(Exception):
    """A lot would decide."""


def scottish(profile: RankedProfile, seats: int) -> set[str] | None:
    try:
        return _Scottish(profile, seats).run()
    except Waits:
        return None


class _Scottish:
    def __init__(self, profile: RankedProfile, seats: int) -> None:
        self.seats = seats
        self.papers = papers(profile)
        self.value = [Fraction(1)] * len(self.papers)
        self.with_whom: list[str | None] = [each[0] for each in self.papers]
        self.hopeful = list(profile.candidates)
        self.elected: list[str] = []
        self.done: set[str] = set()  # elected, and their surplus passed on
        self.past: list[dict[str, Fraction]] = []

    def votes(self) -> dict[str, Fraction]:
        votes = dict.fromkeys([*self.hopeful, *self.elected], Fraction(0))
        for holder, value in zip(self.with_whom, self.value, strict=True):
            if holder in votes:
                votes[holder] += value
        return votes

    def run(self) -> set[str]:
        if not self.papers:
            return set()
        self.quota = len(self.papers) // (self.seats + 1) + 1
        while True:
            votes = self.votes()
            self.past.append(votes)
            for each in [one for one in self.hopeful if votes[one] >= self.quota]:
                self.hopeful.remove(each)
                self.elected.append(each)
            vacant = self.seats - len(self.elected)
            if len(self.hopeful) <= vacant:
                return {*self.elected, *self.hopeful}
            if not vacant:
                return set(self.elected)
            over = [each for each in self.elected if each not in self.done]
            over = [each for each in over if votes[each] > self.quota]
            if over:
                self.transfer(self.one(over, votes, max), votes)
            else:
                self.drop(votes)

    def drop(self, votes: dict[str, Fraction]) -> None:
        without = [each for each in self.hopeful if not votes[each]]
        vacant = self.seats - len(self.elected)
        if len(without) > 1 and len(self.hopeful) - len(without) >= vacant:
            leaving = without
        else:
            leaving = [self.one(self.hopeful, votes, min)]
        self.hopeful = [each for each in self.hopeful if each not in leaving]
        for each in leaving:
            self.move(each)

    def one(self, among: list[str], votes: dict[str, Fraction], edge) -> str:
        for stage in [votes, *reversed(self.past)]:
            best = edge(stage[each] for each in among)
            among = [each for each in among if stage[each] == best]
            if len(among) == 1:
                return among[0]
        raise Waits

    def transfer(self, giver: str, votes: dict[str, Fraction]) -> None:
        surplus = votes[giver] - self.quota
        for at, holder in enumerate(self.with_whom):
            if holder == giver:
                self.value[at] = cut(surplus * self.value[at] / votes[giver], 5)
        self.done.add(giver)
        self.move(giver)

    def move(self, giver: str) -> None:
        for at, holder in enumerate(self.with_whom):
            if holder == giver:
                after = (each for each in self.papers[at] if each in self.hopeful)
                self.with_whom[at] = next(after, None)


def irv(profile: RankedProfile) -> str | None:
    """None also where nobody has a vote. Numbers left out are passed over."""
    every = [
        ([rank[0] for rank in _until_equal(ballot)], many)
        for ballot, many in profile.ballots.items()
    ]
    left = list(profile.candidates)
    while True:
        votes = dict.fromkeys(left, 0)
        for named, many in every:
            first = next((each for each in named if each in left), None)
            if first is not None:
                votes[first] += many
        if not any(votes.values()):
            return None
        for each in left:
            if 2 * votes[each] > sum(votes.values()):
                return each
        low = [each for each in left if votes[each] == min(votes.values())]
        if len(low) > 1 and votes[low[0]]:
            return None
        left = [each for each in left if each not in low]


def _until_equal(ballot: Ranking) -> list[tuple[str, ...]]:
    taken = []
    for rank in ballot:
        if len(rank) > 1:
            break
        if rank:
            taken.append(rank)
    return taken


UNIT = Fraction(1, 10**9)


def up(number: Fraction) -> Fraction:
    """Rounded up at nine decimals."""
    return Fraction(ceil(number * 10**9), 10**9)


def meek(profile: RankedProfile, seats: int) -> set[str] | None:
    try:
        return _Meek(profile, seats).run()
    except Waits:
        return None


class _Meek:
    def __init__(self, profile: RankedProfile, seats: int) -> None:
        self.seats = seats
        self.papers = papers(profile)
        self.keep = dict.fromkeys(profile.candidates, Fraction(1))
        self.hopeful = list(profile.candidates)
        self.elected: list[str] = []

    def run(self) -> set[str]:
        if not self.papers:
            return set()
        while len(self.hopeful) > self.seats - len(self.elected) > 0:
            won = self.repeat()
            self.elected += won
            out = won or self.lowest()
            self.hopeful = [each for each in self.hopeful if each not in out]
            if not won:
                self.keep |= dict.fromkeys(out, Fraction(0))
        if len(self.hopeful) <= self.seats - len(self.elected):
            self.elected += self.hopeful
        return set(self.elected)

    def distribute(self) -> None:
        self.votes = dict.fromkeys(self.keep, Fraction(0))
        for paper in self.papers:
            left = Fraction(1)
            for each in paper:
                share = up(left * self.keep[each])
                self.votes[each] += share
                left -= share
        self.quota = cut(sum(self.votes.values()) / (self.seats + 1), 9) + UNIT

    def repeat(self) -> list[str]:
        before = None
        while True:
            self.distribute()
            won = [each for each in self.hopeful if self.votes[each] >= self.quota]
            over = sum(self.votes[each] - self.quota for each in (*self.elected, *won))
            self.surplus = max(Fraction(0), over)
            still = before is not None and self.surplus >= before
            if won or self.surplus < 1000 * UNIT or still:
                return won
            before = self.surplus
            for each in self.elected:
                self.keep[each] = up(up(self.keep[each] * self.quota) / self.votes[each])

    def lowest(self) -> list[str]:
        fewest = min(self.votes[each] for each in self.hopeful)
        tied = [each for each in self.hopeful if self.votes[each] <= fewest + self.surplus]
        spare = len(self.hopeful) - len(tied) >= self.seats - len(self.elected)
        if len(tied) > 1 and not (spare and not any(self.votes[each] for each in tied)):
            raise Waits
        return tied
