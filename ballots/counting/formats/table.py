"""Comma-separated tables, one ballot or several equal ones in a row, as a spreadsheet saves them.

    # title: Board              # seats: 2     and    # withdrawn: Name      may stand above
    ballots,Anna,Bo,Cleo        who stands; `ballots` says how many say so, and may be missing
    12,1,2,                     ranks for a ranked count, marks for scores, points and approvals

Instead of a column for each candidate there may be one for each rank, with names in the cells:

    ballots,rank 1,rank 2       several at one rank with = between them

Commas, semicolons and tabs separate; a column `id` is passed over.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ballots.counting.formats.text import Unreadable, shown, whole
from ballots.counting.profile import MarkedProfile, RankedProfile, Ranking, grouped, marked

_DIRECTIVE = re.compile(r"#\s*(title|seats|withdrawn)\s*:\s*(.*)", re.IGNORECASE)
_RANK = re.compile(r"(?:rank|choice)\s*(\d+)", re.IGNORECASE)
_MARKS = re.compile(r"[0-9]{1,9}")
HOW_MANY, ID = "ballots", "id"
MOST_RANKS = 1000

Row = tuple[int, list[str]]


@dataclass
class _Table:
    heading: Row
    rows: list[Row]
    title: str = ""
    seats: int = 1
    withdrawn: list[tuple[int, str]] = field(default_factory=list)


def parse(text: str) -> RankedProfile:
    """A ranked profile. Raises Unreadable."""
    table = _table(text)
    line, heading = table.heading
    ranks = {column: _RANK.fullmatch(head) for column, head in enumerate(heading)}
    if any(ranks.values()):
        wide = {column: int(found[1]) for column, found in ranks.items() if found}
        names, ballots = _by_rank(table, wide)
    else:
        names = _candidates(line, heading)
        ballots = [(_by_number(number, cells, names), many) for number, many, cells in _rows(table)]
    profile = RankedProfile(
        candidates=tuple(names), ballots=grouped(ballots), seats=table.seats, title=table.title
    )
    return profile.without(_out(table, names))


def parse_marks(text: str) -> MarkedProfile:
    """A profile of marks; an x is a mark of 1. Raises Unreadable."""
    table = _table(text)
    names = _candidates(*table.heading)
    ballots = []
    for line, many, cells in _rows(table):
        given = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
        ballots.append((many, {name: _mark(cell, line, name) for name, cell in given.items()}))
    profile = marked(names, ballots, seats=table.seats)
    return profile.without(_out(table, names))


def _table(text: str) -> _Table:
    directives: list[tuple[int, str, str]] = []
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            if cells and cells[0].lstrip().startswith("#"):
                if found := _DIRECTIVE.match(",".join(cells).strip()):
                    value = found[2].strip(" ,;\t")
                    directives.append((reader.line_num, found[1].lower(), value))
            elif any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise Unreadable(reader.line_num, f"the table is broken: {error}") from error
    if not rows:
        raise Unreadable(1, "the table is empty")
    table = _Table(rows[0], rows[1:])
    for line, what, value in directives:
        _direct(table, line, what, value)
    return table


def _direct(table: _Table, line: int, what: str, value: str) -> None:
    if what == "title":
        table.title = value
    elif what == "withdrawn":
        table.withdrawn.append((line, value))
    else:
        table.seats = whole(value, line, "the number of seats")
        if table.seats == 0:
            raise Unreadable(line, "there is at least one seat")


def _separator(text: str) -> str:
    heads = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    head = next(heads, "")
    return max(",;\t", key=head.count)


def _is_own(head: str) -> bool:
    return head.lower() in (HOW_MANY, ID)


def _candidates(line: int, heading: list[str]) -> list[str]:
    names = [head for head in heading if not _is_own(head)]
    if not names:
        raise Unreadable(line, "no candidate stands in the first row")
    for name in names:
        if not name:
            raise Unreadable(line, "a column has no name above it")
        if names.count(name) > 1:
            raise Unreadable(line, f"two columns are called {shown(name)}")
    return names


def _rows(table: _Table) -> Iterator[tuple[int, int, list[str]]]:
    """Each row's line, how many ballots it is, and the cells that are not of our own columns."""
    _, heading = table.heading
    own = {head.lower(): column for column, head in enumerate(heading) if _is_own(head)}
    for line, cells in table.rows:
        if len(cells) > len(heading):
            raise Unreadable(line, f"there are {len(cells)} cells under {len(heading)} headings")
        full = cells + [""] * (len(heading) - len(cells))
        many = 1
        if HOW_MANY in own:
            many = whole(full[own[HOW_MANY]], line, "the number of ballots")
        yield line, many, [cell for at, cell in enumerate(full) if at not in own.values()]


def _by_number(line: int, cells: list[str], names: list[str]) -> Ranking:
    ranks: dict[int, list[str]] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell:
            rank = whole(cell, line, f"the rank of {name}")
            if not 1 <= rank <= MOST_RANKS:
                raise Unreadable(line, f"the rank of {name} is from 1 upwards, and this is {rank}")
            ranks.setdefault(rank, []).append(name)
    return tuple(tuple(sorted(ranks.get(each, ()))) for each in range(1, max(ranks, default=0) + 1))


def _by_rank(table: _Table, ranks: dict[int, int]) -> tuple[list[str], list[tuple[Ranking, int]]]:
    line, heading = table.heading
    others = [head for at, head in enumerate(heading) if at not in ranks and not _is_own(head)]
    if others or sorted(ranks.values()) != list(range(1, len(ranks) + 1)):
        raise Unreadable(line, "the columns are rank 1, rank 2 and so on, each once")
    order = sorted(range(len(ranks)), key=lambda at: list(ranks.values())[at])
    names: dict[str, None] = {}
    ballots = []
    for number, many, cells in _rows(table):
        ranking = [
            tuple(sorted(name for each in cells[at].split("=") if (name := each.strip())))
            for at in order
        ]
        while ranking and not ranking[-1]:
            ranking.pop()
        named = [name for rank in ranking for name in rank]
        if len(set(named)) < len(named):
            twice = next(name for name in named if named.count(name) > 1)
            raise Unreadable(number, f"the ballot names {shown(twice)} twice")
        names |= dict.fromkeys(named)
        ballots.append((tuple(ranking), many))
    if not names:
        raise Unreadable(line, "no candidate is named anywhere")
    return sorted(names), ballots


def _mark(cell: str, line: int, name: str) -> int:
    if cell in ("x", "X"):
        return 1
    if not _MARKS.fullmatch(cell):
        raise Unreadable(line, f"the mark for {name} is a whole number, and this is {shown(cell)}")
    return int(cell)


def _out(table: _Table, names: list[str]) -> list[str]:
    for line, name in table.withdrawn:
        if name not in names:
            raise Unreadable(line, f"{shown(name)} has withdrawn and never stood")
    return [name for _, name in table.withdrawn]


def write(profile: RankedProfile | MarkedProfile) -> str:
    """Re-reading it gives the same ballots; who has withdrawn is out of it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    out.write(f"# title: {profile.title}\n# seats: {profile.seats}\n")
    rows.writerow([HOW_MANY, *profile.candidates])
    if isinstance(profile, RankedProfile):
        for ranking, number in profile.ballots.items():
            place = {each: at for at, rank in enumerate(ranking, start=1) for each in rank}
            rows.writerow([number, *(place.get(each, "") for each in profile.candidates)])
    else:
        for marks, number in profile.ballots.items():
            given = dict(marks)
            rows.writerow([number, *(given.get(each, "") for each in profile.candidates)])
    return out.getvalue()
