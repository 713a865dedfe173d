"""BLT, the ballot file of OpenSTV and the Electoral Reform Society, as it is met in the world.

    4 2             four candidates, two seats
    -3              the third has withdrawn
    12 1 2=4 - 3 0  twelve ballots: 1, then 2 and 4 equally, a number left out, then 3
    0               no more ballots
    "Anna" …        the names in order, then the title

Tolerated: comments (#), a ballot's id in brackets, a missing 0 after a ballot or after all of them,
doubled quotation marks within a name, names without any, several names on a line, and names that
stand in comments as PrefLib writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ballots.counting.formats.text import Unreadable, lines, shown, told_apart, whole
from ballots.counting.profile import RankedProfile, Ranking

MOST_CANDIDATES = 10_000

_COMMENT = re.compile(r"#.*")
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*,?(?=\s*(?:"|#|$))')
_NAME_IN_COMMENT = re.compile(r"#\s*ALTERNATIVE NAME \d+\s*:\s*(.*)")
_EQUAL = re.compile(r"\s*=\s*")

Numbered = tuple[int, str]  # (line, text)
Numbers = tuple[tuple[int, ...], ...]  # a ranking by candidates' numbers


def parse(text: str) -> RankedProfile:
    """Raises Unreadable."""
    source = list(lines(text))
    rest = _counted(source)
    line, head = next(rest, (1, []))
    if len(head) != 2:
        raise Unreadable(line, "the first line holds the numbers of candidates and of seats")
    candidates = whole(head[0], line, "the number of candidates")
    seats = whole(head[1], line, "the number of seats")
    if not 1 <= candidates <= MOST_CANDIDATES or seats < 1:
        raise Unreadable(line, "there is at least one candidate and one seat")
    section = _Ballots(candidates)
    closed = section.take(rest)
    after = [each for each in source if each[0] > section.end]
    names, title = _names(after, candidates, closed, source[-1][0])
    ids = told_apart(names)
    profile = RankedProfile(
        candidates=tuple(ids),
        ballots=section.named(ids),
        seats=seats,
        names={each: name for each, name in zip(ids, names, strict=True) if each != name},
        title=title,
    )
    return profile.without(ids[each - 1] for each in section.withdrawn)


def _counted(source: list[Numbered]) -> Iterator[tuple[int, list[str]]]:
    """The words of each line, up to where names begin."""
    for line, text in source:
        code = text
        if "#" in text:
            if _NAME_IN_COMMENT.match(text):
                return
            code = _COMMENT.sub("", text).strip()
        if code.startswith("("):
            code = code.partition(")")[2].strip()
        if code and not (code[0].isdigit() or code[0] in "-+"):
            return
        if "=" in code:
            code = _EQUAL.sub("=", code)
        if words := code.split():
            yield line, words


class _Ballots:
    """The part of the file between its first line and the names; candidates are numbers here."""

    def __init__(self, candidates: int) -> None:
        self.candidates = candidates
        self.withdrawn: list[int] = []
        self.ballots: dict[Numbers, int] = {}
        self.end = 1  # the last line that belongs here
        self._plain: dict[str, tuple[int, ...]] = {
            str(each): (each,) for each in range(1, candidates + 1)
        }

    def take(self, rest: Iterator[tuple[int, list[str]]]) -> bool:
        """Whether a 0 has closed the ballots."""
        for line, words in rest:
            self.end = line
            if words == ["0"]:
                return True
            if not self.ballots and words[0][0] == "-":
                self.withdrawn += [self._candidate(word.removeprefix("-"), line) for word in words]
                continue
            while words:
                words = self._ballot(line, words)
        return False

    def _ballot(self, line: int, words: list[str]) -> list[str]:
        """Take the first ballot of a line, and give what comes after it."""
        number = whole(words[0], line, "the number of ballots")
        if number == 0:
            raise Unreadable(line, "a ballot begins with its number, and that is not 0")
        stop = words.index("0", 1) if "0" in words[1:] else len(words)
        try:
            ranks = tuple([self._plain[word] for word in words[1:stop]])
        except KeyError:
            ranks = tuple(self._rank(line, word) for word in words[1:stop])
        named = [each for rank in ranks for each in rank]
        if len(set(named)) < len(named):
            twice = next(each for each in named if named.count(each) > 1)
            raise Unreadable(line, f"the ballot names candidate {twice} twice")
        self.ballots[ranks] = self.ballots.get(ranks, 0) + number
        return words[stop + 1 :]

    def _rank(self, line: int, word: str) -> tuple[int, ...]:
        if word == "-":
            return ()
        return tuple(sorted(self._candidate(each, line) for each in word.split("=")))

    def _candidate(self, word: str, line: int) -> int:
        number = whole(word, line, "a candidate's number")
        if not 1 <= number <= self.candidates:
            raise Unreadable(line, f"there is no candidate {number}, only 1 to {self.candidates}")
        return number

    def named(self, ids: list[str]) -> dict[Ranking, int]:
        ranks: dict[tuple[int, ...], tuple[str, ...]] = {
            rank: tuple(sorted(ids[each - 1] for each in rank))
            for ballot in self.ballots
            for rank in set(ballot)
        }
        return {
            tuple([ranks[rank] for rank in ballot]): number
            for ballot, number in self.ballots.items()
        }


def _names(
    source: list[Numbered], candidates: int, closed: bool, last: int
) -> tuple[list[str], str]:
    said = [each for numbered in source for each in _strings(*numbered)]
    if len(said) < candidates:
        raise Unreadable(
            said[-1][0] if said else last,
            f"there are {candidates} candidates, and {len(said)} of their names are here",
        )
    for line, name in said[:candidates]:
        if not name:
            raise Unreadable(line, "a candidate has no name")
    if len(said) > candidates + 1:
        if not closed:
            raise Unreadable(said[0][0], f"this is no ballot: {shown(said[0][1])}")
        line, extra = said[candidates + 1]
        raise Unreadable(line, f"nothing comes after the title, and here is {shown(extra)}")
    return [name for _, name in said[:candidates]], said[-1][1] if said[candidates:] else ""


def _strings(line: int, text: str) -> Iterator[Numbered]:
    """The names on a line: quoted ones, or else the whole line."""
    if text.startswith("#"):
        if found := _NAME_IN_COMMENT.match(text):
            yield line, found[1].strip()
        return
    if not text.startswith('"'):
        yield line, text
        return
    place = 0
    while place < len(text) and not text[place:].lstrip().startswith("#"):
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            raise Unreadable(line, f"quotation marks do not close: {shown(text[place:])}")
        yield line, " ".join(quoted[1].replace('""', '"').split())
        place = quoted.end()


def write(profile: RankedProfile) -> str:
    """Re-reading it gives the same profile; who has withdrawn is out of it."""
    number = {candidate: place for place, candidate in enumerate(profile.candidates, start=1)}

    def ranks(ballot: Ranking) -> Iterator[str]:
        for rank in ballot:
            yield "=".join(str(number[each]) for each in rank) or "-"

    body = [
        " ".join([str(count), *ranks(ballot), "0"]) for ballot, count in profile.ballots.items()
    ]
    names = [*(profile.names.get(each, each) for each in profile.candidates), profile.title]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    return "\n".join([f"{len(number)} {profile.seats}", *body, "0", *quoted]) + "\n"
