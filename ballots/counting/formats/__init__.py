"""Files of ballots, read into a profile and written from one: by their ending, or their content."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ballots.counting.formats import (
    blt,
    cast_vote_records,
    cast_vote_xml,
    pabulib,
    preflib,
    profile_json,
    table,
)
from ballots.counting.formats.text import Unreadable, decoded
from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile
from ballots.errors import Malformed

AnyProfile = RankedProfile | MarkedProfile

PREFLIB = ("soc", "soi", "toc", "toi")
LARGEST = 256_000_000  # bytes
_BLT = re.compile(r"\d+[ \t]+\d+[ \t]*(#.*)?$", re.MULTILINE)


def read(path: Path, *, marks: bool = False, contest: str | None = None) -> AnyProfile:
    """The profile in a file; `marks` where a table's numbers are marks, `contest` which one of a
    report's is counted. OSError, Unreadable."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable(None, "the file is too large")
    return parse(content, ending=path.suffix[1:].lower(), marks=marks, contest=contest)


def parse(
    content: bytes, *, ending: str = "", marks: bool = False, contest: str | None = None
) -> AnyProfile:
    """Raises Unreadable."""
    text = decoded(content)
    if not text.strip():
        raise Unreadable(1, "the file is empty")
    try:
        return _parser(text, ending, marks, contest)(text)
    except Unreadable:
        raise
    except Malformed as fault:
        raise Unreadable(None, fault.message) from fault


def _parser(
    text: str, ending: str, marks: bool, contest: str | None
) -> Callable[[str], AnyProfile]:
    tables = table.parse_marks if marks else table.parse
    records = partial(cast_vote_records.parse, contest=contest)
    jsons = records if cast_vote_records.REPORT in text else profile_json.parse
    xmls = partial(cast_vote_xml.parse, contest=contest)
    by_ending = {
        "json": jsons,
        "blt": blt.parse,
        "pb": pabulib.parse,
        "xml": xmls,
        "csv": tables,
        "tsv": tables,
        **dict.fromkeys(PREFLIB, preflib.parse),
    }
    if ending in by_ending:
        return by_ending[ending]
    start = text.lstrip()
    signs = {"{": jsons, "<": xmls, "META": pabulib.parse, "# FILE NAME:": preflib.parse}
    for sign, parser in signs.items():
        if start.startswith(sign):
            return parser
    return blt.parse if _BLT.match(start) else tables


def write(profile: AnyProfile, ending: str) -> str:
    """Raises Malformed where a format cannot say what the profile holds."""
    if ending == "json":
        return profile_json.write(profile)
    if ending == "csv":
        return table.write(profile)
    if ending == "pb" and isinstance(profile, BudgetProfile):
        return pabulib.write(profile)
    if ending == "blt" and isinstance(profile, RankedProfile):
        return blt.write(profile)
    if ending in PREFLIB and isinstance(profile, RankedProfile):
        return preflib.write(profile)
    raise Malformed(f"these ballots cannot be written as .{ending}")
