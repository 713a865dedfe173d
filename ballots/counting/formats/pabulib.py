"""Pabulib's .pb: META, PROJECTS and VOTES, each a table with semicolons.

Read are votes by approval, choose-1, cumulative and scoring; the numbers of projects and of votes
in META are checked. https://pabulib.org/format
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import count

from ballots.counting.count import written
from ballots.counting.formats.text import Unreadable, shown, whole
from ballots.counting.profile import BudgetProfile, Marks, grouped

SECTIONS = ("META", "PROJECTS", "VOTES")
APPROVALS = ("approval", "choose-1")
POINTS = ("cumulative", "scoring")
PLACES = 6
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")

Row = tuple[int, dict[str, str]]


def parse(text: str) -> BudgetProfile:
    """Raises Unreadable."""
    sections = _sections(text)
    facts = {next(iter(row.values())): (line, list(row.values())) for line, row in sections["META"]}
    kind, kind_line = _fact(facts, "vote_type")
    if kind not in (*APPROVALS, *POINTS):
        known = ", ".join((*APPROVALS, *POINTS))
        raise Unreadable(kind_line, f"votes by {shown(kind)} are not read, only: {known}")
    budget, budget_line = _fact(facts, "budget")
    projects = sections["PROJECTS"]
    costs = {}
    for line, row in projects:
        project = _cell(row, "project_id", line)
        if project in costs:
            raise Unreadable(line, f"two projects are {shown(project)}")
        costs[project] = _amount(_cell(row, "cost", line), line, "a cost")
    _agrees(facts, "num_projects", len(costs))
    _agrees(facts, "num_votes", len(sections["VOTES"]))
    place = {project: at for at, project in enumerate(costs)}
    ballots = [(_ballot(line, row, kind, place), 1) for line, row in sections["VOTES"]]
    return BudgetProfile(
        candidates=tuple(costs),
        ballots=grouped(ballots),
        costs=costs,
        budget=_amount(budget, budget_line, "the budget"),
        title=facts.get("description", (0, ["", ""]))[1][1],
        titles={row["project_id"]: row.get("name", "") for _, row in projects},
        facts={what: cells[1] for what, (_, cells) in facts.items() if len(cells) > 1},
        selected=tuple(row["project_id"] for _, row in projects if row.get("selected") == "1"),
    )


def _sections(text: str) -> dict[str, list[Row]]:
    sections: dict[str, list[Row]] = {}
    current: list[Row] | None = None
    heading: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    for cells in reader:
        line = reader.line_num
        filled = [cell.strip() for cell in cells]
        if not any(filled):
            continue
        if filled[0] in SECTIONS and not any(filled[1:]):
            current, heading = sections.setdefault(filled[0], []), None
        elif current is None:
            raise Unreadable(line, "a file begins with META")
        elif heading is None:
            heading = filled
        elif len(filled) > len(heading):
            raise Unreadable(line, f"there are {len(filled)} cells under {len(heading)} headings")
        else:
            full = filled + [""] * (len(heading) - len(filled))
            current.append((line, dict(zip(heading, full, strict=True))))
    for section in SECTIONS:
        if section not in sections:
            raise Unreadable(max(1, reader.line_num), f"the section {section} is missing")
    return sections


def _fact(facts: dict[str, tuple[int, list[str]]], what: str) -> tuple[str, int]:
    line, cells = facts.get(what, (1, []))
    if len(cells) < 2:
        raise Unreadable(line, f"META does not say {what}")
    return cells[1], line


def _agrees(facts: dict[str, tuple[int, list[str]]], what: str, found: int) -> None:
    if what in facts:
        said, line = _fact(facts, what)
        if whole(said, line, what) != found:
            raise Unreadable(line, f"{what} is {said}, and here are {found}")


def _cell(row: dict[str, str], what: str, line: int) -> str:
    if not row.get(what):
        raise Unreadable(line, f"the row does not say {what}")
    return row[what]


def _amount(text: str, line: int, what: str) -> Fraction:
    plain = text.replace(",", ".")
    if not _AMOUNT.fullmatch(plain):
        raise Unreadable(line, f"{what} is an amount, and this is {shown(text)}")
    return Fraction(plain)


def _ballot(line: int, row: dict[str, str], kind: str, place: dict[str, int]) -> Marks:
    projects = [each.strip() for each in row.get("vote", "").split(",") if each.strip()]
    points: Sequence[str] = ["1"] * len(projects)
    if kind in POINTS:
        points = [each.strip() for each in _cell(row, "points", line).split(",")]
        if len(points) != len(projects):
            raise Unreadable(line, f"{len(projects)} projects get {len(points)} numbers of points")
    marks: dict[str, int] = {}
    for project, number in zip(projects, points, strict=True):
        if project not in place:
            raise Unreadable(line, f"there is no project {shown(project)}")
        if project in marks:
            raise Unreadable(line, f"the vote names project {shown(project)} twice")
        marks[project] = whole(number, line, "the number of points")
    return tuple(sorted(marks.items(), key=lambda mark: place[mark[0]]))


def write(profile: BudgetProfile) -> str:
    """Each ballot a row of its own; what META said besides is kept."""
    points = any(mark != 1 for ballot in profile.ballots for _, mark in ballot)
    facts = {
        **profile.facts,
        "description": profile.title,
        "num_projects": str(len(profile.candidates)),
        "num_votes": str(profile.total),
        "budget": _written(profile.budget),
    }
    facts.setdefault("vote_type", "cumulative" if points else "approval")
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    rows.writerows([["META"], ["key", "value"], *facts.items()])
    rows.writerows([["PROJECTS"], ["project_id", "cost", "name", "selected"]])
    for each in profile.candidates:
        chosen = int(each in profile.selected)
        rows.writerow([each, _written(profile.costs[each]), profile.titles.get(each, ""), chosen])
    rows.writerows([["VOTES"], ["voter_id", "vote", "points"]])
    voters = count(1)
    for ballot, number in profile.ballots.items():
        projects = ",".join(project for project, _ in ballot)
        given = ",".join(str(mark) for _, mark in ballot)
        rows.writerows([next(voters), projects, given] for _ in range(number))
    return out.getvalue()


def _written(amount: Fraction) -> str:
    return str(amount) if amount.denominator == 1 else written(amount, PLACES).rstrip("0")
