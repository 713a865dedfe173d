"""PrefLib's lists of orders (.soc, .soi, .toc, .toi): `number: 1,{2,3},4` under a head of facts.

The numbers of alternatives and of voters in the head are checked, so a file that was cut off is not
counted. https://www.preflib.org/format
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ballots.counting.formats.text import Unreadable, lines, shown, told_apart, whole
from ballots.counting.profile import RankedProfile, Ranking
from ballots.errors import Malformed

_FACT = re.compile(r"#\s*([A-Z][A-Z ]*?)(?: (\d+))?\s*:\s*(.*)")
_RANK = re.compile(r"\{([^{}]*)\}|([^,{}]+)")
_PLACE = r"\s*(?:\{[^{}]*\d[^{}]*\}|[^,{}]+)\s*"
_ORDER = re.compile(f"{_PLACE}(?:,{_PLACE})*")


def parse(text: str) -> RankedProfile:
    """Raises Unreadable."""
    facts: dict[str, tuple[int, str]] = {}
    names: dict[int, str] = {}
    read: list[tuple[int, int, tuple[tuple[int, ...], ...]]] = []
    last = 1
    for last, line in lines(text):
        if not line.startswith("#"):
            read.append((last, *_order(last, line)))
        elif fact := _FACT.fullmatch(line):
            what, number, value = fact.groups()
            if what == "ALTERNATIVE NAME" and number:
                names[int(number)] = value.strip()
            else:
                facts[what] = (last, value.strip())
    if not names:
        raise Unreadable(last, "no alternative has a name: # ALTERNATIVE NAME 1: …")
    _agrees(facts, "NUMBER ALTERNATIVES", len(names), last)
    _agrees(facts, "NUMBER VOTERS", sum(number for _, number, _ in read), last)
    ids = dict(zip(names, told_apart(list(names.values())), strict=True))
    ballots: dict[Ranking, int] = {}
    for line_number, number, order in read:
        ballot = _named(line_number, order, ids)
        ballots[ballot] = ballots.get(ballot, 0) + number
    return RankedProfile(
        candidates=tuple(ids.values()),
        ballots=ballots,
        names={ids[each]: name for each, name in names.items() if ids[each] != name},
        title=facts.get("TITLE", (0, ""))[1],
    )


def _order(line: int, text: str) -> tuple[int, tuple[tuple[int, ...], ...]]:
    head, colon, order = text.partition(":")
    if not colon:
        raise Unreadable(line, f"a line is the number of voters, a colon, an order: {shown(text)}")
    number = whole(head.strip(), line, "the number of voters")
    if not order.strip():
        return number, ()
    if not _ORDER.fullmatch(order):
        raise Unreadable(line, f"this is no order: {shown(order.strip())}")
    return number, tuple(
        tuple(whole(each.strip(), line, "an alternative") for each in (equal or alone).split(","))
        for equal, alone in _RANK.findall(order)
        if equal or alone.strip()
    )


def _named(line: int, order: tuple[tuple[int, ...], ...], ids: dict[int, str]) -> Ranking:
    seen: set[int] = set()
    for each in (each for rank in order for each in rank):
        if each not in ids:
            raise Unreadable(line, f"there is no alternative {each}")
        if each in seen:
            raise Unreadable(line, f"the order names alternative {each} twice")
        seen.add(each)
    return tuple(tuple(sorted(ids[each] for each in rank)) for rank in order)


def _agrees(facts: dict[str, tuple[int, str]], what: str, found: int, last: int) -> None:
    if what in facts:
        line, said = facts[what]
        if whole(said, line, what.lower()) != found:
            raise Unreadable(line, f"{what.lower()} is {said}, and here are {found}")


def write(profile: RankedProfile) -> str:
    """As .toi, or .soi where nobody is placed equally; Malformed where a rank is left out."""
    number = {candidate: place for place, candidate in enumerate(profile.candidates, start=1)}
    if any(not rank for ballot in profile.ballots for rank in ballot):
        raise Malformed("PrefLib has no way to leave a rank out")

    def ranks(ballot: Ranking) -> Iterator[str]:
        for rank in ballot:
            each = ",".join(str(number[candidate]) for candidate in rank)
            yield each if len(rank) == 1 else f"{{{each}}}"

    equal = any(len(rank) > 1 for ballot in profile.ballots for rank in ballot)
    head = [
        f"# TITLE: {profile.title}",
        f"# DATA TYPE: {'toi' if equal else 'soi'}",
        f"# NUMBER ALTERNATIVES: {len(number)}",
        f"# NUMBER VOTERS: {profile.total}",
        f"# NUMBER UNIQUE ORDERS: {len(profile.ballots)}",
        *(
            f"# ALTERNATIVE NAME {place}: {profile.names.get(candidate, candidate)}"
            for candidate, place in number.items()
        ),
    ]
    body = [f"{count}: {','.join(ranks(ballot))}" for ballot, count in profile.ballots.items()]
    return "\n".join([*head, *body]) + "\n"
