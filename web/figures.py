"""The figures that decided a count, shortly: for the vote's page and the hall's screen.

Of a count in rounds they are those of the last round, else the method's own: wins, grades, points,
money. The count's page (`tallies.py`) tells the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from governance.errors import N_
from web.tallies import BARS, BUDGET, GRADES, PAIRS, ROUNDS, Row, Tally

OTHERS = 3  # so many of those who did not come in are shown, the closest first

HEADS = {
    ROUNDS: N_("Votes in the last round"),
    PAIRS: N_("Wins over others"),
    GRADES: N_("Middle grade"),
    BARS: N_("Points"),
    BUDGET: N_("Votes"),
}


@dataclass(frozen=True)
class Line:
    name: str
    figure: Markup | None  # None: out before the last round
    chosen: bool
    deputy: int | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    head: str  # a msgid: what the figures are
    lines: Sequence[Line]
    more: int  # how many options are not shown
    beside: str  # what goes with them: the round, what was needed, the money
    people: bool


def of(tally: Tally) -> Figures:
    standing = [row for row in tally.rows if row.place or row.deputy or not _gone(tally, row)]
    chosen = [row for row in standing if row.place or row.deputy]
    shown = standing[: len(chosen) + OTHERS]
    return Figures(
        head=HEADS[tally.shown],
        lines=[_line(tally, row) for row in shown],
        more=len(tally.rows) - len(shown),
        beside=_beside(tally),
        people=tally.words.elects,
    )


def _gone(tally: Tally, row: Row) -> bool:
    """Out before the last round, and so without a figure in it."""
    return tally.shown == ROUNDS and not row.votes


def _line(tally: Tally, row: Row) -> Line:
    figure = None if _gone(tally, row) else tally.words.figure(row.votes)
    if tally.shown == GRADES:
        figure = Markup.escape(tally.grades[int(row.votes)])
    return Line(tally.names[row.id], figure, row.place is not None, row.deputy)


def _beside(tally: Tally) -> str:
    words, told = tally.words, tally.told
    if tally.shown == BUDGET:
        facts = told["facts"]
        message = N_("Spent: %(spent)s of %(budget)s.")
        spent, budget = words.plain(facts["spent"]), words.plain(facts["budget"])
        return words.say(message, spent=spent, budget=budget)
    if tally.shown != ROUNDS:
        return ""
    last = told["rounds"][-1]
    rounds = len(told["rounds"])
    if "quota" not in last:
        return words.say(N_("Round %(round)s, the last."), round=rounds)
    needed = words.plain(Fraction(last["quota"]))
    message = N_("Round %(round)s, the last; needed: %(needed)s.")
    return words.say(message, round=rounds, needed=needed)
