"""What a ballot chooses: its line `choice …`, read and written against what the poll asks.

    anna               one option
    anna+bo            several, in the manifest's order
    anna>bo=cilla      a ranking; equal ranks only where the rule has them
    anna:5+bo:0        marks, of those alone who were given one
    blank              nobody: the option `blank` or `abstain`, by itself

One text for one choice: what reads the same and is written otherwise is malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ballots.counting.plurality import NOBODY
from ballots.counting.profile import Marks, Ranking
from ballots.errors import Malformed, Rejected

ONE, SEVERAL, RANKING, MARKS = "one", "several", "ranking", "marks"

# What a ballot of each method may be; the first is meant where the rule names none.
FORMS: dict[str, tuple[str, ...]] = {
    "majority": (ONE,),
    "plurality": (ONE, SEVERAL),
    "approval": (SEVERAL,),
    **dict.fromkeys(
        ("scottish-stv", "ers97-stv", "meek-stv", "irv", "schulze", "ranked-pairs"), (RANKING,)
    ),
    **dict.fromkeys(("score", "majority-judgment", "cumulative", "equal-shares"), (MARKS,)),
}
EQUAL_RANKS = ("schulze", "ranked-pairs")  # the methods that can count them
POINTS = "cumulative"

OPTION = re.compile(r"[a-z0-9-]{1,40}")
_ID, _MARK = OPTION.pattern, r"(?:0|[1-9][0-9]{0,8})"
# Of any form; `Asked.parse` knows which one the poll takes.
CHOICE = re.compile(rf"{_ID}(?:(?:\+{_ID})*|(?:[>=]{_ID})*|:{_MARK}(?:\+{_ID}:{_MARK})*)")
LARGEST = 2_100  # characters: forty options with forty characters and a mark each
# Why a choice of the right form is not taken.
CODES = (
    "wrong-option",
    "nothing-chosen",
    "blank-and-more",
    "too-many",
    "rank-range",
    "rank-twice",
    "rank-gap",
    "mark-range",
    "overspent",
)


class WrongChoice(Rejected):
    """`code` is one of CODES; `options` are the ids at fault, where it is about some of them."""

    def __init__(self, code: str, message: str, options: Iterable[str] = ()) -> None:
        self.options = tuple(options)
        super().__init__(code, message)


@dataclass(frozen=True)
class Choice:
    """One or several chosen share one rank. A blank vote has neither ranks nor marks."""

    ranks: Ranking = ()
    marks: Marks = ()

    @property
    def named(self) -> list[str]:
        return [each for rank in self.ranks for each in rank] + [each for each, _ in self.marks]


BLANK = Choice()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a ballot of one poll may say."""

    form: str  # ONE, SEVERAL, RANKING or MARKS
    options: tuple[str, ...]  # in the manifest's order, without the blank vote
    blank: str | None  # the id of the blank vote, where there is one
    most: int  # so many options at most
    equal: bool = False  # several may share a rank
    lowest: int = 0  # marks
    highest: int = 0
    points: int | None = None  # all marks together, at most

    def parse(self, text: str) -> Choice:
        """Strictly: encoding gives the same text. Raises Malformed, WrongChoice."""
        if text == self.blank:
            return BLANK
        if len(text) > LARGEST or not CHOICE.fullmatch(text):
            raise Malformed("the ballot's choice is not well-formed")
        choice = self._read(text)
        self._check(choice)
        if self._write(choice) != text:
            raise Malformed("the ballot's choice is not in its canonical form")
        return choice

    def encode(self, choice: Choice) -> str:
        """Raises WrongChoice."""
        if not choice.named:
            if self.blank is None:
                raise WrongChoice("wrong-option", "the poll takes no blank vote")
            return self.blank
        self._check(choice)
        return self._write(choice)

    def _read(self, text: str) -> Choice:
        if self.form == MARKS:
            pairs = [each.partition(":") for each in text.split("+")]
            if not all(mark for _, _, mark in pairs):
                raise Malformed("the poll takes marks")
            return Choice(marks=tuple((option, int(mark)) for option, _, mark in pairs))
        if self.form == RANKING:
            ranks = tuple(tuple(rank.split("=")) for rank in text.split(">"))
        else:
            ranks = (tuple(text.split("+")),)
        if not all(OPTION.fullmatch(each) for rank in ranks for each in rank):
            raise Malformed(f"the poll takes {WANTED[self.form]}")
        return Choice(ranks=ranks)

    def _write(self, choice: Choice) -> str:
        if self.form == MARKS:
            given = dict(choice.marks)
            return "+".join(f"{each}:{given[each]}" for each in self.options if each in given)
        sign = "=" if self.form == RANKING else "+"
        ordered = ([each for each in self.options if each in rank] for rank in choice.ranks)
        return ">".join(map(sign.join, ordered))

    def _check(self, choice: Choice) -> None:
        named = choice.named
        if strange := [each for each in named if each not in self.options]:
            raise WrongChoice("wrong-option", "the poll does not offer this choice", strange)
        if len(set(named)) != len(named):
            raise Malformed("the ballot's choice names an option twice")
        if len(named) > self.most:
            raise WrongChoice("too-many", f"the poll takes at most {self.most} of its options")
        shared = [each for rank in choice.ranks if len(rank) > 1 for each in rank]
        if shared and self.form == RANKING and not self.equal:
            raise WrongChoice("rank-twice", "two options have the same rank", shared)
        self._check_marks(choice.marks)

    def _check_marks(self, marks: Marks) -> None:
        if wrong := [each for each, mark in marks if not self.lowest <= mark <= self.highest]:
            message = f"a mark is a whole number from {self.lowest} to {self.highest}"
            raise WrongChoice("mark-range", message, wrong)
        if self.points is not None and sum(mark for _, mark in marks) > self.points:
            raise WrongChoice("overspent", f"there are {self.points} points to give in all")


WANTED = {ONE: "one option", SEVERAL: "one or several options", RANKING: "a ranking"}


def asked(method: str, rule: Mapping[str, Any], option_ids: Sequence[str]) -> Asked:
    """What a manifest's method and rule let a ballot say. Raises Malformed."""
    options = tuple(each for each in option_ids if each not in NOBODY)
    form = rule.get("form", FORMS[method][0]) if method in FORMS else None
    if method not in FORMS or form not in FORMS[method]:
        raise Malformed("the method takes ballots of another form")
    number = len(options)
    made = Asked(
        form=form,
        options=options,
        blank=next((each for each in option_ids if each in NOBODY), None),
        most=1 if form == ONE else _whole(rule, "most", 1, number, usual=number),
        equal=method in EQUAL_RANKS and rule.get("equal") is True,
        **(_marks(method, rule) if form == MARKS else {}),
    )
    if method == "plurality" and made.most > _whole(rule, "seats", 1, None, usual=1):
        raise Malformed("nobody votes for more than there are seats")
    return made


def _marks(method: str, rule: Mapping[str, Any]) -> dict[str, int]:
    lowest = _whole(rule, "lowest", 0, None)
    marks = {"lowest": lowest, "highest": _whole(rule, "highest", lowest, 999_999_999)}
    return {**marks, "points": _whole(rule, "points", 1, None)} if method == POINTS else marks


def _whole(
    rule: Mapping[str, Any], key: str, least: int, most: int | None, *, usual: int | None = None
) -> int:
    number = rule.get(key, usual)
    if type(number) is not int or number < least or (most is not None and number > most):
        raise Malformed(f"the rule's {key} is no such number")
    return number


def of(
    asks: Asked,
    *,
    chosen: Iterable[str] = (),
    ranks: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    blank: bool = False,
) -> str:
    """The choice that a form's fields make: ticked options, or what was written beside each.

    An empty field ranks or marks nobody, and the id of the blank vote may be ticked. Raises
    WrongChoice.
    """
    ticked = list(dict.fromkeys(chosen))
    blank = blank or (asks.blank is not None and asks.blank in ticked)
    ticked = [each for each in ticked if each != asks.blank]
    if asks.form == RANKING:
        choice = Choice(ranks=_ranks(_numbers(ranks or {}, "rank-range"), asks))
    elif asks.form == MARKS:
        given = _numbers(marks or {}, "mark-range")
        # To whom nothing may be given, nothing is given by a nought.
        choice = Choice(marks=tuple(each for each in given.items() if each[1] or not asks.lowest))
    else:
        choice = Choice(ranks=(tuple(ticked),) if ticked else ())
    if choice.named and blank:
        raise WrongChoice("blank-and-more", "a blank vote chooses nothing else")
    if not choice.named and not blank:
        raise WrongChoice("nothing-chosen", "nothing is chosen")
    return asks.encode(choice)


def _numbers(fields: Mapping[str, str], code: str) -> dict[str, int]:
    written = {option: text.strip() for option, text in fields.items() if text.strip()}
    wrong = [each for each, text in written.items() if not re.fullmatch(r"[0-9]{1,9}", text)]
    if wrong:
        raise WrongChoice(code, "this is no whole number", wrong)
    return {option: int(text) for option, text in written.items()}


def _ranks(given: Mapping[str, int], asks: Asked) -> Ranking:
    """By number, from 1; raises WrongChoice where one is given twice or left out."""
    if wrong := [each for each, rank in given.items() if rank < 1]:
        raise WrongChoice("rank-range", "the first rank is 1", wrong)
    by_rank: dict[int, list[str]] = {}
    for option, rank in given.items():
        by_rank.setdefault(rank, []).append(option)
    shared = [each for rank in sorted(by_rank) if len(by_rank[rank]) > 1 for each in by_rank[rank]]
    if shared and not asks.equal:
        raise WrongChoice("rank-twice", "two options have the same rank", shared)
    missing = next((rank for rank in range(1, len(by_rank) + 1) if rank not in by_rank), None)
    if missing is not None:
        late = [each for each, rank in given.items() if rank > missing]
        raise WrongChoice("rank-gap", f"no option has rank {missing}", late)
    return tuple(tuple(by_rank[rank]) for rank in sorted(by_rank))
