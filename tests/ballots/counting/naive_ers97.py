"""ERS97 once more, slowly, from the text of the rules: every paper by itself, in fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby, pairwise
from math import ceil

from ballots.counting.profile import RankedProfile
from tests.ballots.counting.naive import Waits, cut, papers


def ers97(profile: RankedProfile, seats: int) -> set[str] | None:
    try:
        return _Ers97(profile, seats).run()
    except Waits:
        return None


class _Ers97:
    def __init__(self, profile: RankedProfile, seats: int) -> None:
        self.seats = seats
        self.papers = papers(profile)
        self.value = [Fraction(1)] * len(self.papers)
        self.holder: list[str | None] = [each[0] for each in self.papers]
        self.hopeful = list(profile.candidates)
        self.elected: list[str] = []
        self.votes = dict.fromkeys(self.hopeful, Fraction(0))
        self.lost = Fraction(0)
        self.last: dict[str, list[int]] = {each: [] for each in self.hopeful}
        for at, each in enumerate(self.holder):
            self.votes[each] += 1
            self.last[each].append(at)
        self.points: list[dict[str, Fraction]] = []

    def run(self) -> set[str]:
        if not self.papers:
            return set()
        self.find_quota()
        self.after_transfer()
        while self.vacant and len(self.hopeful) > self.vacant:
            over = self.over()
            leaving = self.leaving(sum(over.values()))
            if over and not leaving:
                self.surplus(over)
            else:
                self.exclude(leaving or self.fewest())
        return {*self.elected, *self.hopeful} if self.vacant else set(self.elected)

    @property
    def vacant(self) -> int:
        return self.seats - len(self.elected)

    def over(self) -> dict[str, Fraction]:
        surpluses = {each: self.votes[each] - self.quota for each in self.elected}
        return {each: more for each, more in surpluses.items() if more > 0}

    def find_quota(self) -> None:
        share = (len(self.papers) - self.lost) / (self.seats + 1)
        self.quota = Fraction(ceil(share * 100), 100)

    def after_transfer(self) -> None:
        self.points.append(dict(self.votes))
        while self.vacant and self.hopeful:
            top = max(self.votes[each] for each in self.hopeful)
            active = sum(self.votes[each] for each in self.votes if each not in self.elected)
            active += sum(self.over().values())
            if top == 0 or (top < self.quota and top < active / (self.vacant + 1)):
                return
            tied = [each for each in self.hopeful if self.votes[each] == top]
            if len(tied) > self.vacant:
                past = {each: [point[each] for point in self.points] for each in tied}
                edge = sorted(past.values(), reverse=True)[self.vacant]
                tied = [each for each in tied if past[each] > edge]
                if not tied:
                    return
                tied.sort(key=past.__getitem__, reverse=True)
            self.hopeful.remove(tied[0])
            self.elected.append(tied[0])

    def leaving(self, surplus: Fraction) -> list[str]:
        upwards = sorted(self.hopeful, key=self.votes.__getitem__)
        groups = [list(each) for _, each in groupby(upwards, key=self.votes.__getitem__)]
        best: list[str] = []
        out: list[str] = []
        for group, above in pairwise(groups):
            out = out + group
            enough = len(self.hopeful) - len(out) >= self.vacant
            if enough and sum(self.votes[each] for each in out) + surplus <= self.votes[above[0]]:
                best = out
        return best

    def fewest(self) -> list[str]:
        low = [each for each in self.hopeful if not self.votes[each]]
        if len(low) > 1 and len(self.hopeful) - len(low) >= self.vacant:
            return low
        return [self.one(self.hopeful, min)]

    def one(self, among: list[str], edge) -> str:
        for point in [self.votes, *self.points]:
            best = edge(point[each] for each in among)
            among = [each for each in among if point[each] == best]
            if len(among) == 1:
                return among[0]
        raise Waits

    def following(self, at: int) -> str | None:
        return next((each for each in self.papers[at] if each in self.hopeful), None)

    def surplus(self, over: dict[str, Fraction]) -> None:
        most = max(over.values())
        giver = self.one([each for each in over if over[each] == most], max)
        transferable = [at for at in self.last[giver] if self.following(at)]
        total = sum(self.value[at] for at in transferable)
        if total > most:
            for at in transferable:
                self.value[at] = cut(most / len(transferable), 2)
        self.lost += most - sum(self.value[at] for at in transferable)
        self.votes[giver] = self.quota
        self.holder = [None if each == giver else each for each in self.holder]
        self.arrive(transferable)
        self.after_transfer()

    def arrive(self, selected: list[int]) -> None:
        came: dict[str, list[int]] = {}
        for at in selected:
            taker = self.following(at)
            self.holder[at] = taker
            if taker is None:
                self.lost += self.value[at]
            else:
                self.votes[taker] += self.value[at]
                came.setdefault(taker, []).append(at)
        self.last |= came

    def exclude(self, out: list[str]) -> None:
        self.hopeful = [each for each in self.hopeful if each not in out]
        if len(self.hopeful) <= self.vacant:
            return
        held = [at for at, each in enumerate(self.holder) if each in out]
        for value in sorted({self.value[at] for at in held}, reverse=True):
            batch = [at for at in held if self.value[at] == value]
            for at in batch:
                self.votes[self.holder[at]] -= value
            self.arrive(batch)
            if not self.elected:
                self.find_quota()
            self.after_transfer()
            if not self.vacant:
                return
        if not held:
            self.after_transfer()
