"""Choosing: what a ballot's form says, the mistakes in it beside their fields, a choice in words.

The form is sent by GET, so that a page can be left, reloaded and gone back to:

    choice=anna&choice=bo        ticked, of any form of ballot also the blank vote
    rank.anna=1&rank.bo=2        rankings
    mark.anna=5&mark.bo=0        marks
    sent=1                       that it was sent, also where nothing was chosen
    again=1                      that it is to be filled in once more, as it says
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from ballots import choice
from ballots.choice import MARKS, ONE, RANKING, SEVERAL, WrongChoice
from ballots.counting import lot
from ballots.counting.plurality import NOBODY
from governance.errors import N_, Invalid
from governance.polls import Poll
from governance.standing import BY_LOT, FIXED, PER_VOTER

RANK, MARK = "rank.", "mark."
ORDER = b"stamma-option-order/v1\n"

# Why the options stand as they do: said where an order can favour somebody.
ORDERS = {
    FIXED: N_("They stand in the order in which they were entered."),
    BY_LOT: N_("The order was drawn by lot; its seed is published with the vote."),
    PER_VOTER: N_(
        "Each voter sees them in another order, drawn by lot, so that nobody gains by standing "
        "first. Yours stays the same."
    ),
}


@dataclass(frozen=True)
class Filled:
    """A form as it was sent, whatever it says."""

    chosen: tuple[str, ...] = ()
    ranks: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    sent: bool = False

    @property
    def query(self) -> str:
        """The same again, to be corrected."""
        said = [("choice", each) for each in self.chosen]
        said += [(RANK + option, text) for option, text in self.ranks.items() if text]
        said += [(MARK + option, text) for option, text in self.marks.items() if text]
        return urlencode(said)


EMPTY = Filled()


def filled(sent: Iterable[tuple[str, str]]) -> Filled:
    pairs = [(name, text.strip()) for name, text in sent]
    chosen = tuple(text for name, text in pairs if name == "choice")
    given = {
        prefix: {name.removeprefix(prefix): text for name, text in pairs if name.startswith(prefix)}
        for prefix in (RANK, MARK)
    }
    names = {name for name, _ in pairs}
    sent_off = "again" not in names and bool(names & {"sent", "choice"})
    return Filled(chosen, given[RANK], given[MARK], sent=sent_off)


class Mistake(Invalid):
    """A form that is no choice; `options` are those beside which it is shown, if any."""

    def __init__(self, wrong: WrongChoice, message: str, target: str, **facts: object) -> None:
        self.of = wrong.code
        self.options = wrong.options
        super().__init__(message, field=target, **facts)


MESSAGES = {
    "wrong-option": N_("Choose one of these."),
    "blank-and-more": N_("A blank vote goes to nobody. Take away the blank vote, or all else."),
    "too-many": N_("At most %(most)s can be chosen. You have chosen %(count)s."),
    "rank-range": N_("A rank is a whole number from 1."),
    "rank-twice": N_("The same rank is given to several. Each rank can be given once."),
    "rank-gap": N_("Nobody has rank %(rank)s, and somebody has a later one."),
    "mark-range": N_("Enter a whole number from %(lowest)s to %(highest)s, or nothing."),
    "overspent": N_("You have given %(given)s points. There are %(points)s."),
}
NOTHING = {
    ONE: N_("Choose one of these."),
    SEVERAL: N_("Choose at least one, or vote blank."),
    RANKING: N_("Give at least one a rank, or vote blank."),
    MARKS: N_("Give at least one something, or vote blank."),
}


def choose(poll: Poll, form: Filled) -> str:
    """The choice as a ballot says it. Raises Mistake."""
    asked = poll.asked
    try:
        return choice.of(asked, chosen=form.chosen, ranks=form.ranks, marks=form.marks)
    except WrongChoice as wrong:
        nothing = wrong.code == "nothing-chosen"
        message = NOTHING[asked.form] if nothing else MESSAGES[wrong.code]
        raise Mistake(wrong, message, _target(asked, wrong), **_facts(asked, form)) from wrong


def _target(asked: choice.Asked, wrong: WrongChoice) -> str:
    """The field to which the summary leads."""
    first = next((each for each in wrong.options if each in asked.options), asked.options[0])
    if wrong.code == "blank-and-more" or asked.form not in (RANKING, MARKS):
        return "choice"
    return f"{'rank' if asked.form == RANKING else 'mark'}-{first}"


def _facts(asked: choice.Asked, form: Filled) -> dict[str, object]:
    given = [text for text in (*form.ranks.values(), *form.marks.values()) if text]
    numbers = [int(text) for text in given if text.isascii() and text.isdecimal()]
    count = len(given) if asked.form in (RANKING, MARKS) else len(form.chosen)
    ranks = set(numbers)
    return {
        "most": asked.most,
        "count": count,
        "rank": next(rank for rank in range(1, len(ranks) + 2) if rank not in ranks),
        "lowest": asked.lowest,
        "highest": asked.highest,
        "given": sum(numbers),
        "points": asked.points or 0,
    }


def ordered(poll: Poll, slot: str | None) -> list[dict[str, Any]]:
    """The options as this voter sees them: the same each time; the blank vote last."""
    if poll.rule.get("order") != PER_VOTER or slot is None:
        return poll.options
    by_id = {each["id"]: each for each in poll.options}
    seed = sha256(ORDER + slot.encode()).hexdigest()
    drawn = lot.order([each for each in by_id if each not in NOBODY], seed)
    return [by_id[each] for each in (*drawn, *(each for each in by_id if each in NOBODY))]


def why_so(poll: Poll) -> str:
    """A msgid; empty where the options are no candidates and no proposals."""
    return "" if poll.method == "majority" else ORDERS[poll.rule.get("order", FIXED)]


@dataclass(frozen=True)
class Said:
    """A line of a choice in words: who, at which rank, with which mark."""

    labels: list[dict[str, str]]
    rank: int | None = None
    mark: dict[str, str] | str = ""


def words(poll: Poll, text: str) -> list[Said]:
    """A choice as it is read before it is cast. Raises Malformed, WrongChoice."""
    asked = poll.asked
    labels = {each["id"]: each["label"] for each in poll.options}
    said = asked.parse(text)
    if not said.named:
        return [Said([labels[text]])]
    if asked.form == MARKS:
        return [Said([labels[each]], mark=_mark(poll, mark)) for each, mark in said.marks]
    if asked.form == RANKING:
        return [
            Said([labels[each] for each in tied], rank) for rank, tied in enumerate(said.ranks, 1)
        ]
    return [Said([labels[each]]) for rank in said.ranks for each in rank]


def _mark(poll: Poll, mark: int) -> dict[str, str] | str:
    if "grades" in poll.rule:
        grade: dict[str, str] = poll.rule["grades"][mark]
        return grade
    ticked = poll.rule.get("highest") == 1
    return "" if ticked else str(mark)


def is_blank(poll: Poll, text: str) -> bool:
    """Whether it goes to nobody: that is asked back once."""
    return text == poll.asked.blank and poll.method != "majority"
