"""Our own JSON: one object, its ballots one to a line when we write it.

    {"format": "stamma-profile/v1", "title": "Board", "seats": 2, "withdrawn": [],
     "candidates": [{"id": "a", "name": "Anna"}, {"id": "b", "name": "Bo"}],
     "ballots": [
      {"count": 12, "ranking": [["a"], [], ["b"]]},
      {"count": 3, "marks": {"a": 2}}]}

A file has rankings (an empty rank was left out) or marks, not both. With a `budget` and a `cost`
for each candidate, amounts in text, it is the vote on a budget. A `rule` says what else the count
needs: the scale of marks, points, conditions, deputies (`options.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from ballots.counting.formats.text import Unreadable, shown
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import (
    BudgetProfile,
    MarkedProfile,
    Marks,
    RankedProfile,
    Ranking,
    grouped,
)
from ballots.errors import Malformed

FORMAT = "stamma-profile/v1"
_SPACE = re.compile(r"[ \t\r\n]*")
_AMOUNT = re.compile(r"[0-9]{1,15}(/[1-9][0-9]{0,14}|\.[0-9]{1,9})?")
_DECODER = json.JSONDecoder()

Value = tuple[int, Any]  # (line, value)


def parse(text: str) -> RankedProfile | MarkedProfile:
    """Raises Unreadable, also for what json.loads would let pass: a key given twice."""
    try:
        fields = dict(_unique(_object(text)))
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, f"this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise Unreadable(None, "this JSON is nested too deeply") from error
    line, form = fields.get("format", (1, None))
    if form != FORMAT:
        raise Unreadable(line, f"the format is {FORMAT}, and this is {shown(str(form))}")
    return _Reader(fields).profile()


class _Reader:
    def __init__(self, fields: Mapping[str, Value]) -> None:
        self.fields = fields
        self.names: dict[str, str] = {}
        self.costs: dict[str, Fraction] = {}

    def profile(self) -> RankedProfile | MarkedProfile:
        for line, candidate in self._list("candidates"):
            self._candidate(line, candidate)
        ballots = [self._ballot(line, ballot) for line, ballot in self._list("ballots")]
        kinds = {kind for kind, _, _ in ballots}
        if len(kinds) > 1:
            raise Unreadable(self.fields["ballots"][0], "ballots are all ranked or all marked")
        common = {
            "candidates": tuple(self.names),
            "seats": self._seats(),
            "title": self._text("title"),
            "names": {each: name for each, name in self.names.items() if each != name},
            "rule": self._rule(),
        }
        read: dict[Any, int] = grouped([(ballot, number) for _, ballot, number in ballots])
        return self._made(kinds, common, read).without(self._withdrawn())

    def _made(
        self, kinds: set[str], common: dict[str, Any], read: dict[Any, int]
    ) -> RankedProfile | MarkedProfile:
        if "budget" in self.fields:
            line, budget = self.fields["budget"]
            if kinds == {"ranking"} or set(self.costs) != set(self.names):
                raise Unreadable(line, "a budget needs marks, and a cost for each candidate")
            amount = _amount(budget, line)
            return BudgetProfile(**common, ballots=read, costs=self.costs, budget=amount)
        if kinds == {"marks"}:
            return MarkedProfile(**common, ballots=read)
        return RankedProfile(**common, ballots=read)

    def _list(self, name: str) -> list[Value]:
        line, values = self.fields.get(name, (1, None))
        if not isinstance(values, list):
            raise Unreadable(line, f"{name} is a list")
        return values

    def _text(self, name: str) -> str:
        line, value = self.fields.get(name, (1, ""))
        if not isinstance(value, str):
            raise Unreadable(line, f"{name} is a text")
        return value

    def _seats(self) -> int:
        line, seats = self.fields.get("seats", (1, 1))
        if type(seats) is not int or seats < 1:
            raise Unreadable(line, "seats is a number from 1 upwards")
        return seats

    def _rule(self) -> Options:
        line, rule = self.fields.get("rule", (1, {}))
        if not isinstance(rule, dict):
            raise Unreadable(line, "a rule is an object")
        try:
            return Options.parse(rule)
        except Malformed as fault:
            raise Unreadable(line, fault.message) from fault

    def _withdrawn(self) -> list[str]:
        line, out = self.fields.get("withdrawn", (1, []))
        if not isinstance(out, list) or not all(each in self.names for each in out):
            raise Unreadable(line, "withdrawn is a list of candidates' ids")
        return out

    def _candidate(self, line: int, candidate: object) -> None:
        if isinstance(candidate, str):
            candidate = {"id": candidate}
        if not isinstance(candidate, dict) or not isinstance(candidate.get("id"), str):
            raise Unreadable(line, "a candidate has an id")
        known, name = candidate["id"], candidate.get("name", candidate["id"])
        if not known or not isinstance(name, str) or not name:
            raise Unreadable(line, "a candidate's id and name are texts")
        if known in self.names:
            raise Unreadable(line, f"two candidates are {shown(known)}")
        self.names[known] = name
        if "cost" in candidate:
            self.costs[known] = _amount(candidate["cost"], line)

    def _ballot(self, line: int, ballot: object) -> tuple[str, Any, int]:
        if not isinstance(ballot, dict):
            raise Unreadable(line, "a ballot is an object with a count")
        number = ballot.get("count", 1)
        if type(number) is not int or number < 0:
            raise Unreadable(line, "the count of a ballot is a whole number")
        kinds = [kind for kind in ("ranking", "marks") if kind in ballot]
        if len(kinds) != 1:
            raise Unreadable(line, "a ballot has a ranking, or else marks")
        read = self._marks if kinds == ["marks"] else self._ranking
        return kinds[0], read(line, ballot[kinds[0]]), number

    def _ranking(self, line: int, ranks: object) -> Ranking:
        if not isinstance(ranks, list) or not all(isinstance(rank, list) for rank in ranks):
            raise Unreadable(line, "a ranking is a list of ranks, and each rank a list")
        seen: set[str] = set()
        for each in (each for rank in ranks for each in rank):
            self._stands(line, each)
            if each in seen:
                raise Unreadable(line, f"the ballot names {shown(each)} twice")
            seen.add(each)
        return tuple(tuple(sorted(rank)) for rank in ranks)

    def _marks(self, line: int, marks: object) -> Marks:
        if not isinstance(marks, dict):
            raise Unreadable(line, "marks are an object: {candidate: mark}")
        for each, mark in marks.items():
            self._stands(line, each)
            if type(mark) is not int or mark < 0:
                raise Unreadable(line, f"the mark for {shown(each)} is a whole number")
        return tuple((each, marks[each]) for each in self.names if each in marks)

    def _stands(self, line: int, candidate: object) -> None:
        if not isinstance(candidate, str) or candidate not in self.names:
            raise Unreadable(line, f"there is no candidate {shown(str(candidate))}")


def _amount(value: object, line: int) -> Fraction:
    if type(value) is int and value >= 0:
        return Fraction(value)
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise Unreadable(line, "an amount is a number in text: 1200, 12.50, 25/3")
    return Fraction(value)


def _unique(pairs: Iterator[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    seen = set()
    for key, value in pairs:
        if key in seen:
            raise Unreadable(value[0], f"{key} is given twice")
        seen.add(key)
        yield key, value


def _object(text: str) -> Iterator[tuple[str, Value]]:
    """The outermost object's fields, with their lines; lists with those of their items."""
    at = _expect(text, 0, "{")
    if text[at : at + 1] == "}":
        return _end(text, at + 1)
    while True:
        key, after = _DECODER.raw_decode(text, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("a key is a text", text, at)
        at = _expect(text, after, ":")
        line = _line(text, at)
        if text[at] == "[" and key in ("candidates", "ballots"):
            items, at = _items(text, at)
            yield key, (line, items)
        else:
            value, at = _DECODER.raw_decode(text, at)
            yield key, (line, value)
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return _end(text, at + 1)
        at = _expect(text, at, ",")


def _items(text: str, at: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    # Counting from the last one on: counting from the first line each time would be quadratic.
    line, counted = _line(text, at), at
    at = _expect(text, at, "[")
    while text[at : at + 1] != "]":
        if items:
            at = _expect(text, at, ",")
        line += text.count("\n", counted, at)
        counted = at
        value, at = _DECODER.raw_decode(text, at)
        items.append((line, value))
        at = _skip(text, at)
    return items, at + 1


def _end(text: str, at: int) -> None:
    at = _skip(text, at)
    if at != len(text):
        raise json.JSONDecodeError("something follows the object", text, at)


def _expect(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"here comes {sign}", text, at)
    at = _skip(text, at + 1)
    if at == len(text):
        raise json.JSONDecodeError("the file ends here", text, at)
    return at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def write(profile: RankedProfile | MarkedProfile) -> str:
    """Re-reading it gives the same profile; who has withdrawn is out of it."""
    candidates = []
    for each in profile.candidates:
        told: dict[str, str] = {"id": each, "name": profile.names.get(each, each)}
        if isinstance(profile, BudgetProfile):
            told["cost"] = str(profile.costs[each])
        candidates.append(told)
    head: dict[str, Any] = {"format": FORMAT, "title": profile.title, "seats": profile.seats}
    if isinstance(profile, BudgetProfile):
        head["budget"] = str(profile.budget)
    if profile.rule != PLAIN:
        head["rule"] = profile.rule.as_dict()
    head["candidates"] = candidates
    if isinstance(profile, RankedProfile):
        ballots: Iterator[dict[str, Any]] = (
            {"count": number, "ranking": ranking} for ranking, number in profile.ballots.items()
        )
    else:
        ballots = (
            {"count": number, "marks": dict(marks)} for marks, number in profile.ballots.items()
        )
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in ballots)
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "ballots": [\n{lines}\n]}}\n'
