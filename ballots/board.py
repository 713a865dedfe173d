"""The board: an append-only log of everything that must not be changed afterwards.

An entry is text: a line `coop-board/v1 KIND`, then `key value` lines, each ending with LF. It holds
no name, no time and no choice; ballots and documents stand there by their SHA-256. The tables of
the board are in `ballots/store.py`; `MemoryBoard` is the same log without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar

from ballots import merkle
from ballots.checkpoint import Checkpoint
from ballots.errors import Malformed

FORMAT = "coop-board/v1"
LARGEST_ENTRY = 65_535  # bytes; the cap of tlog-tiles

HEX64 = re.compile(r"[0-9a-f]{64}")
HEX32 = re.compile(r"[0-9a-f]{32}")
COUNT = re.compile(r"0|[1-9][0-9]{0,17}")
WORD = re.compile(r"[!-~]{1,400}")


def _line(key: str, pattern: re.Pattern[str], prefix: str = "") -> Any:
    """A dataclass field that knows how its line of the entry is written."""
    return field(metadata={"key": key, "pattern": pattern, "prefix": prefix})


def _count(key: str) -> Any:
    return _line(key, COUNT)


def _sha256(key: str) -> Any:
    return _line(key, HEX64, "sha256:")


@dataclass(frozen=True)
class Entry:
    kind: ClassVar[str]

    def encode(self) -> bytes:
        lines = [f"{FORMAT} {self.kind}\n"]
        for name, start, pattern in _lines(self.kind):
            value = str(getattr(self, name))
            if not pattern.fullmatch(value):
                raise Malformed(f"{name} of a {self.kind} entry is not well-formed")
            lines.append(f"{start}{value}\n")
        return "".join(lines).encode()


@cache
def _lines(kind: str) -> list[tuple[str, str, re.Pattern[str]]]:
    """What each field's line begins with, and the pattern of its value."""
    return [
        (
            each.name,
            f"{each.metadata['key']} {each.metadata['prefix']}",
            each.metadata["pattern"],
        )
        for each in fields(KINDS[kind])
    ]


@dataclass(frozen=True)
class Opened(Entry):
    """A poll is opened: from here on its manifest and its roll are fixed."""

    kind = "open"
    election: str = _line("election", HEX64)  # SHA-256 of the manifest
    roll_sha256: str = _sha256("roll")
    voters: int = _count("voters")


@dataclass(frozen=True)
class BallotEntry(Entry):
    kind = "ballot"
    election: str = _line("election", HEX64)
    slot: str = _line("slot", HEX32)
    revision: int = _count("revision")
    ballot_sha256: str = _sha256("ballot")


@dataclass(frozen=True)
class Closed(Entry):
    """A poll is closed: no ballot of it stands after this entry."""

    kind = "close"
    election: str = _line("election", HEX64)
    ballots: int = _count("ballots")


@dataclass(frozen=True)
class ResultEntry(Entry):
    kind = "result"
    election: str = _line("election", HEX64)
    result_sha256: str = _sha256("result")


@dataclass(frozen=True)
class VoidEntry(Entry):
    kind = "void"
    election: str = _line("election", HEX64)
    reason_sha256: str = _sha256("reason")


@dataclass(frozen=True)
class NoticeEntry(Entry):
    kind = "notice"
    meeting: str = _line("meeting", WORD)
    sha256: str = _sha256("notice")


@dataclass(frozen=True)
class RollEntry(Entry):
    kind = "roll"
    meeting: str = _line("meeting", WORD)
    version: int = _count("version")
    sha256: str = _sha256("roll")
    voters: int = _count("voters")


@dataclass(frozen=True)
class MinutesEntry(Entry):
    kind = "minutes"
    meeting: str = _line("meeting", WORD)
    sha256: str = _sha256("minutes")


@dataclass(frozen=True)
class AddendumEntry(Entry):
    kind = "addendum"
    meeting: str = _line("meeting", WORD)
    sha256: str = _sha256("addendum")


@dataclass(frozen=True)
class ClientEntry(Entry):
    """The files of the page on which people vote, by one hash over them all."""

    kind = "client"
    sha256: str = _sha256("client")


@dataclass(frozen=True)
class KeyEntry(Entry):
    """The log's next key; both keys sign for a while, then the old one is retired."""

    kind = "key"
    verifier_key: str = _line("key", WORD)


KINDS: dict[str, type[Entry]] = {
    entry.kind: entry
    for entry in (
        Opened,
        BallotEntry,
        Closed,
        ResultEntry,
        VoidEntry,
        NoticeEntry,
        RollEntry,
        MinutesEntry,
        AddendumEntry,
        ClientEntry,
        KeyEntry,
    )
}


def parse_entry(encoded: bytes) -> Entry:
    """Strictly: re-encoding gives the same bytes. Raises Malformed."""
    if len(encoded) > LARGEST_ENTRY:
        raise Malformed("the entry is too large")
    try:
        head, *lines, end = encoded.decode("ascii").split("\n")
    except ValueError as error:
        raise Malformed("an entry is ASCII text of whole lines") from error
    tag, _, kind = head.partition(" ")
    made = KINDS.get(kind)
    if end or tag != FORMAT or made is None:
        raise Malformed("this is not an entry of the board")
    expected = fields(made)
    if len(lines) != len(expected):
        raise Malformed(f"a {kind} entry has {len(expected)} lines")
    values = [_value(kind, line, each.metadata) for line, each in zip(lines, expected, strict=True)]
    return made(*values)


def _value(kind: str, line: str, expected: Any) -> str | int:
    start = f"{expected['key']} {expected['prefix']}"
    value = line.removeprefix(start)
    if not line.startswith(start) or not expected["pattern"].fullmatch(value):
        raise Malformed(f"the line {expected['key']} of a {kind} entry is not well-formed")
    return int(value) if expected["pattern"] is COUNT else value


class MemoryBoard:
    """A log held in memory: what a verifier rebuilds, and what the tables are tested against."""

    def __init__(self, origin: str, entries: Sequence[bytes] = ()) -> None:
        self.origin = origin
        self.entries: list[bytes] = []
        self._nodes: list[list[bytes]] = []
        self._peaks = merkle.Peaks()
        self.append(entries)

    def append(self, entries: Sequence[bytes]) -> list[int]:
        """The indexes at which the entries stand now."""
        start = len(self.entries)
        for entry in entries:
            self._nodes.append(self._peaks.append(merkle.leaf_hash(entry)))
            self.entries.append(bytes(entry))
        return list(range(start, len(self.entries)))

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.origin, len(self.entries), self._peaks.root())

    def node(self, level: int, index: int) -> bytes:
        # A node is complete with its last leaf, and is kept with it.
        return self._nodes[((index + 1) << level) - 1][level]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.inclusion_proof(index, size, self.node)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.consistency_proof(old, new, self.node)
