"""A result as its page needs it: who is in which row, what stands in which cell, what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ballots.counting import count as steps
from ballots.counting.plurality import NOBODY
from governance import counts
from governance.languages import pick
from governance.polls import PEOPLE, Poll
from web import drawings
from web.counting_words import Words
from web.drawings import Flow, Piece, Step

# How a method's result is shown.
BARS, ROUNDS, PAIRS, GRADES, BUDGET = "bars", "rounds", "pairs", "grades", "budget"
SHOWN = {
    "plurality": BARS,
    "approval": BARS,
    "score": BARS,
    "cumulative": BARS,
    "scottish-stv": ROUNDS,
    "ers97-stv": ROUNDS,
    "meek-stv": ROUNDS,
    "irv": ROUNDS,
    "schulze": PAIRS,
    "ranked-pairs": PAIRS,
    "majority-judgment": GRADES,
    "equal-shares": BUDGET,
}


@dataclass(frozen=True)
class Row:
    """A candidate with the figure they were elected by."""

    id: str
    votes: Fraction
    bar: float  # in thousandths of the largest
    place: int | None  # in the order of election
    deputy: int | None


@dataclass(frozen=True)
class Cell:
    votes: Fraction | None  # None: gone before
    mark: str  # "elected", "excluded" or nothing
    since: bool  # elected in an earlier round
    more: Fraction  # than the round before, or less


@dataclass(frozen=True)
class Tally:
    """One count: the poll's own, a recount, or that of the deputies."""

    poll: Poll
    told: Mapping[str, Any]
    words: Words

    @property
    def shown(self) -> str:
        return SHOWN[self.poll.method]

    @property
    def names(self) -> Mapping[str, str]:
        return self.words.names

    @property
    def few(self) -> bool:
        return bool(self.told.get("few"))

    @property
    def votes(self) -> dict[str, Fraction]:
        """The figures of the last round."""
        given = self.told["rounds"][-1]["votes"] if "rounds" in self.told else self.told["votes"]
        return {each: Fraction(given[each]) for each in given if each not in NOBODY}

    @property
    def ids(self) -> list[str]:
        """The elected, then who came closest."""
        gone = {
            each: at
            for at, one in enumerate(self.told.get("rounds", []))
            for each in one["excluded"]
        }
        first = self.told["rounds"][0]["votes"] if "rounds" in self.told else self.told["votes"]
        votes, elected = self.votes, list(self.told["elected"])
        rest = [each for each in first if each not in (*elected, *NOBODY)]
        last = len(self.told.get("rounds", []))
        rest.sort(key=lambda each: (-gone.get(each, last), -votes.get(each, Fraction(0))))
        return elected + rest

    @property
    def rows(self) -> list[Row]:
        votes = self.votes
        most = max(votes.values(), default=Fraction(0))
        elected, deputies = self.told["elected"], self.told.get("deputies", [])
        ids = self.ids
        if self.shown == BARS:
            ids = sorted(ids, key=lambda each: -votes[each])
        return [
            Row(
                each,
                votes.get(each, Fraction(0)),
                drawings.share(votes.get(each, Fraction(0)), most),
                elected.index(each) + 1 if each in elected else None,
                deputies.index(each) + 1 if each in deputies else None,
            )
            for each in ids
        ]

    @property
    def waits(self) -> bool:
        return counts.waits(self.told)

    @property
    def vacant(self) -> int:
        """Seats that stay empty, of people; while a lot is waited for nobody knows."""
        if self.poll.chooses != PEOPLE or self.waits:
            return 0
        return max(int(self.told["seats"]) - len(self.told["elected"]), 0)

    @property
    def unmet(self) -> list[counts.Unmet]:
        """The conditions for which those seats are empty."""
        return counts.unmet(self.poll, self.told)

    @property
    def blank(self) -> int:
        given = self.told.get("votes", {})
        return int(self.told.get("blank", sum(given.get(each, 0) for each in NOBODY)))

    @property
    def ties(self) -> list[Mapping[str, Any]]:
        if "ties" in self.told:
            return list(self.told["ties"])
        # A result of most votes or approval once named one lot alone.
        between = self.told["tied"]
        if not between:
            return []
        placed = [*self.told["elected"], *self.told.get("deputies", [])]
        chosen = [each for each in placed if each in between]
        for_seat = self.waits or bool(set(chosen) & set(self.told["elected"]))
        return [
            {
                "between": between,
                "about": steps.SEAT if for_seat else steps.DEPUTY,
                "chosen": None if self.waits or not chosen else chosen[0],
                "how": steps.BY_LOT,
                "apart": None,
                "round": 1,
            }
        ]

    def ties_of(self, number: int) -> list[Mapping[str, Any]]:
        return [each for each in self.ties if each["round"] == number]

    @property
    def by_lot(self) -> list[Mapping[str, Any]]:
        """The draws anybody can make again."""
        drawn = [each for each in self.ties if each["how"] == steps.BY_LOT]
        return [each for each in drawn if each["chosen"] is not None]

    @property
    def drawn(self) -> list[str]:
        """Between whom lots were drawn."""
        return list(dict.fromkeys(each for tie in self.by_lot for each in tie["between"]))

    @property
    def passed_over(self) -> list[str]:
        told = self.told.get("passed_over", {})
        if "rounds" in self.told and self.shown != ROUNDS:  # a round's own words say it
            told = self.told["rounds"][0].get("passed_over", {})
        return [self.words.passed_over(each, why) for each, why in told.items()]

    @property
    def lines(self) -> list[tuple[str, list[Cell]]]:
        """The table of rounds: who, and a cell for each round."""
        return [(each, list(self._cells(each))) for each in self.ids]

    def _cells(self, who: str) -> Iterator[Cell]:
        before, gone, seated = None, False, False
        for one in self.told["rounds"]:
            given = one["votes"].get(who)
            votes = None if given is None else Fraction(given)
            more = votes - before if votes is not None and before is not None else Fraction(0)
            mark = "elected" if who in one["elected"] else ""
            mark = "excluded" if who in one["excluded"] else mark
            yield Cell(None if gone and not votes else votes, mark, seated, more)
            before, gone = votes, gone or mark == "excluded"
            seated = seated or mark == "elected"

    @property
    def flow(self) -> Flow | None:
        """None where there is nothing to draw: one round moves nothing."""
        rounds = self.told["rounds"]
        if len(rounds) < 2:
            return None
        return drawings.flow([step(each) for each in rounds], self.ids)

    @property
    def pairs(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self.told["facts"]["pairwise"]
        return found

    @property
    def order(self) -> list[str]:
        """As the pairs place them; before that is settled, as they stood on the ballot."""
        placed = [each for layer in self.told["facts"]["order"] for each in layer]
        return placed or self.ids

    @property
    def loose(self) -> list[tuple[str, str]]:
        """Wins that do not stand, because they would close a circle."""
        locked = [tuple(each) for each in self.told["facts"]["locked"]]
        return [
            (one, other)
            for one, given in self.pairs.items()
            for other, votes in given.items()
            if votes > self.pairs[other][one] and (one, other) not in locked
        ]

    @property
    def chains(self) -> list[tuple[str, str, int, int]]:
        """Who is placed before whom: the strongest chain there, and the one back."""
        found, order = self.told["facts"]["chains"], self.order
        return [
            (one, other, found[one][other], found[other][one])
            for at, one in enumerate(order)
            for other in order[at + 1 :]
        ]

    @property
    def grades(self) -> list[str]:
        return [pick(each, self.words.language) for each in self.poll.rule["grades"]]

    def given(self, who: str) -> list[int]:
        """How many gave them each grade, the worst first."""
        tally = self.told["facts"]["given"][who]
        return [tally.get(str(place), 0) for place in range(len(self.poll.rule["grades"]))]

    def pieces(self, who: str) -> list[Piece]:
        return drawings.stacked(self.given(who))

    @property
    def left(self) -> Fraction:
        """Of the budget."""
        facts = self.told["facts"]
        return Fraction(facts["budget"]) - Fraction(facts["spent"])

    def dear(self, proposal: str) -> bool:
        """Whether it costs more than is left of the budget."""
        return Fraction(self.told["facts"]["costs"][proposal]) > self.left

    @property
    def bought(self) -> list[Mapping[str, Any]]:
        return [each for each in self.told["rounds"] if "cost" in each]

    @property
    def unbought(self) -> list[str]:
        return [each for each in self.ids if each not in self.told["elected"]]


def step(told: Mapping[str, Any]) -> Step:
    return Step(
        votes={each: Fraction(votes) for each, votes in told["votes"].items()},
        nobody=Fraction(told["non_transferable"]),
        transfers=[
            (each["from"], each["to"] or drawings.NOBODY, Fraction(each["votes"]))
            for each in told["transfers"]
        ],
        quota=Fraction(told["quota"]) if "quota" in told else None,
        elected=told["elected"],
        excluded=told["excluded"],
    )


def of(poll: Poll, told: Mapping[str, Any], language: str) -> Tally:
    """A result of the poll, by a method that elects or chooses among several."""
    names = {each["id"]: pick(each["label"], language) for each in poll.options}
    conditions = {
        each["name"].get("en") or each["name"][min(each["name"])]: each["name"]
        for each in poll.rule.get("conditions", [])
    }
    return Tally(poll, told, Words(language, names, conditions, elects=poll.chooses == PEOPLE))


def of_deputies(tally: Tally) -> Sequence[Tally]:
    """The counts by which the deputies of a transferable vote were found."""
    seeded = {"seed": tally.told.get("seed"), "tied": tally.told["tied"]}
    return [
        Tally(tally.poll, {**each, **seeded}, tally.words)
        for each in tally.told.get("deputy_counts", [])
    ]
