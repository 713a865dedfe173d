"""NIST SP 1500-103 cast vote records in JSON, as RCTab and voting systems write them; import only.

The current snapshot of each record counts. A candidate marked at several ranks stands at the first
of them; several at one rank are placed equally; an unranked contest puts all that are marked at the
first rank. A mark that the system found not to be given to anybody (`IsAllocable` is no, as in an
overvote) is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ballots.counting.formats.text import Unreadable, shown, told_apart
from ballots.counting.profile import RankedProfile, Ranking, grouped

REPORT = "CVR.CastVoteRecordReport"
MOST_RANKS = 1000


def parse(text: str, contest: str | None = None) -> RankedProfile:
    """`contest`: its id, where the report has several.

    Raises Unreadable; faults of content name the record, which has no line of its own.
    """
    try:
        report = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, f"this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise Unreadable(None, "this JSON is nested too deeply") from error
    return profile(report, contest)


def profile(report: dict[str, Any], contest: str | None) -> RankedProfile:
    """As `parse` reads it. Raises Unreadable."""
    try:
        return _profile(report, contest)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(None, f"the report lacks what the format asks for: {error}") from error


def _contest(report: dict[str, Any], wanted: str | None) -> dict[str, Any]:
    contests = {each["@id"]: each for one in report["Election"] for each in one["Contest"]}
    if wanted is None and len(contests) == 1:
        return dict(*contests.values())
    if wanted in contests:
        return dict(contests[wanted])
    raise Unreadable(None, f"say which contest is counted: {', '.join(contests)}")


def _profile(report: dict[str, Any], wanted: str | None) -> RankedProfile:
    contest = _contest(report, wanted)
    people = {
        each["@id"]: each.get("Name") or each["@id"]
        for one in report["Election"]
        for each in one["Candidate"]
    }
    selections = {
        each["@id"]: " / ".join(people[one] for one in each.get("CandidateIds", [])) or each["@id"]
        for each in contest["ContestSelection"]
    }
    ids = dict(zip(selections, told_apart(list(selections.values())), strict=True))
    ballots = [
        (_ranking(marked, ids, number), 1)
        for number, record in enumerate(report["CVR"], start=1)
        for marked in _marked(record, contest["@id"])
    ]
    return RankedProfile(
        candidates=tuple(ids.values()),
        ballots=grouped(ballots),
        names={ids[each]: name for each, name in selections.items() if ids[each] != name},
        seats=int(contest.get("VotesAllowed", 1)),
        title=contest.get("Name", ""),
    )


def _marked(record: dict[str, Any], contest: str) -> Iterator[list[dict[str, Any]]]:
    for snapshot in record["CVRSnapshot"]:
        if snapshot["@id"] == record["CurrentSnapshotId"]:
            for each in snapshot.get("CVRContest", []):
                if each["ContestId"] == contest:
                    yield each.get("CVRContestSelection", [])


def _ranking(selections: list[dict[str, Any]], ids: dict[str, str], number: int) -> Ranking:
    first: dict[str, int] = {}
    used: set[int] = set()
    for selection in selections:
        known = selection["ContestSelectionId"]
        if known not in ids:
            raise Unreadable(None, f"record {number}: there is no selection {shown(known)}")
        for position in selection["SelectionPosition"]:
            if position["HasIndication"] != "yes" or position.get("IsAllocable") == "no":
                continue
            rank = position.get("Rank", 1)
            if type(rank) is not int or not 1 <= rank <= MOST_RANKS:
                raise Unreadable(None, f"record {number}: a rank is a number from 1 upwards")
            used.add(rank)
            first[known] = min(rank, first.get(known, rank))
    ranks = []
    for rank in range(1, max(used, default=0) + 1):
        here = tuple(sorted(ids[known] for known, at in first.items() if at == rank))
        if here or rank not in used:  # a rank that only repeats a candidate was not left out
            ranks.append(here)
    while ranks and not ranks[-1]:
        ranks.pop()
    return tuple(ranks)
