"""The archive of an election: an old tar that only grows, compared byte for byte (§4.4).

Data stand there by their SHA-256; events form a chain, each naming its parent and its payload.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ballots.belenios.encoding import compact, fields, parse_json, text, whole
from ballots.errors import Malformed

BLOCK = 512
VERSION = 1
LARGEST = 4_000_000_000  # bytes
HEADER = "BELENIOS"
KINDS = (
    "Setup",
    "Ballot",
    "EndBallots",
    "EncryptedTally",
    "Shuffle",
    "EndShuffles",
    "PartialDecryption",
    "Result",
)
NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json")
HEX64 = re.compile(r"[0-9a-f]{64}")
SECONDS = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True)
class Event:
    kind: str
    height: int
    parent: str | None
    payload: str | None

    def encode(self) -> bytes:
        value: dict[str, Any] = {} if self.parent is None else {"parent": self.parent}
        value |= {"height": self.height, "type": self.kind}
        if self.payload is not None:
            value["payload"] = self.payload
        return compact(value)


def parse_event(encoded: bytes) -> Event:
    found = fields(parse_json(encoded), ("height", "type"), ("parent", "payload"))
    event = Event(
        text(found["type"]), whole(found["height"]), found.get("parent"), found.get("payload")
    )
    for named in (event.parent, event.payload):
        if named is not None and not HEX64.fullmatch(text(named)):
            raise Malformed("an event names something else than a SHA-256")
    if event.kind not in KINDS or event.encode() != encoded:
        raise Malformed("an event is not in its canonical form")
    return event


@dataclass
class Archive:
    """The files in the order they came; every one has the same time, `timestamp` in seconds."""

    timestamp: int
    files: list[tuple[str, bytes]] = field(default_factory=list)
    data: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    head: str | None = None  # SHA-256 of the last event

    def add_data(self, content: bytes) -> str:
        """Add what an event is going to name, once; returns its SHA-256."""
        digest = sha256(content).hexdigest()
        if digest not in self.data:
            self.data[digest] = content
            self.files.append((f"{digest}.data.json", content))
        return digest

    def add_event(self, kind: str, payload: bytes | None = None) -> Event:
        """Add the payload and, after it, the event that names it."""
        digest = None if payload is None else self.add_data(payload)
        event = Event(kind, len(self.events), self.head, digest)
        self._append(event)
        return event

    def _append(self, event: Event) -> None:
        encoded = event.encode()
        self.head = sha256(encoded).hexdigest()
        self.events.append(event)
        self.files.append((f"{self.head}.event.json", encoded))

    def payload(self, event: Event) -> bytes:
        """Raises Malformed where it has none in the archive."""
        if event.payload is None or event.payload not in self.data:
            raise Malformed(f"the payload of event {event.height} is missing")
        return self.data[event.payload]

    def encode(self) -> bytes:
        header = compact({"version": VERSION, "timestamp": str(self.timestamp)})
        whole = [(HEADER, header), *self.files]
        return b"".join(_member(name, content, self.timestamp) for name, content in whole)


def set_up(archive: Archive, election: bytes, trustees: bytes, credentials: bytes) -> None:
    """The first event: what is voted on, who holds the key, who may vote."""
    named = {
        "election": archive.add_data(election),
        "trustees": archive.add_data(trustees),
        "credentials": archive.add_data(credentials),
    }
    archive.add_event("Setup", compact(named))


def add_partial(archive: Archive, owner: int, partial: bytes) -> None:
    archive.add_event(
        "PartialDecryption", compact({"owner": owner, "payload": archive.add_data(partial)})
    )


def add_tally(archive: Archive, tally: bytes, tallied: int) -> None:
    named = {
        "num_tallied": tallied,
        "total_weight": tallied,
        "encrypted_tally": archive.add_data(tally),
    }
    archive.add_event("EncryptedTally", compact(named))


def _member(name: str, content: bytes, timestamp: int) -> bytes:
    return _tar_header(name, len(content), timestamp) + content + bytes(-len(content) % BLOCK)


def _tar_header(name: str, size: int, timestamp: int) -> bytes:
    """An old tar's: no magic, no owner's name, the time of the whole archive."""
    fields_ = (
        name.encode("ascii").ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % size,
        b"%011o\0" % timestamp,
    )
    start = b"".join(fields_)
    rest = b"0".ljust(BLOCK - len(start) - 8, b"\0")
    checksum = sum(start) + 8 * ord(" ") + sum(rest)
    return start + b"%06o\0 " % checksum + rest


def parse_archive(encoded: bytes) -> Archive:
    """Strictly: what it holds, written again, is the same bytes. Raises Malformed.

    The chain of events is followed; what their payloads say is for `verify.py` to judge.
    """
    if len(encoded) > LARGEST:
        raise Malformed("the archive is too large")
    members = _members(encoded)
    if not members or members[0][0] != HEADER:
        raise Malformed("the archive does not begin with its header")
    header = fields(parse_json(members[0][1]), ("version", "timestamp"))
    if header["version"] != VERSION or not SECONDS.fullmatch(text(header["timestamp"])):
        raise Malformed("the archive's header is not well-formed")
    archive = Archive(int(header["timestamp"]))
    for name, content in members[1:]:
        _take(archive, name, content)
    if archive.encode() != encoded:
        raise Malformed("the archive is not in its canonical form")
    return archive


def _take(archive: Archive, name: str, content: bytes) -> None:
    match = NAME.fullmatch(name)
    if match is None or match[1] != sha256(content).hexdigest():
        raise Malformed(f"the file {name[:80]!r} is not what its name says")
    if match[2] == "data":
        if match[1] in archive.data:
            raise Malformed("the archive holds the same data twice")
        archive.add_data(content)
        return
    event = parse_event(content)
    if (event.height, event.parent) != (len(archive.events), archive.head):
        raise Malformed(f"event {event.height} does not follow the one before it")
    if event.payload is not None:
        archive.payload(event)  # has to precede it
    archive._append(event)


def check_places(archive: Archive) -> None:
    """Data stand before the first event that names them, as it names them, and no others are there.

    Else two programs that read the same archive could write two. Raises Malformed.
    """
    expected: dict[str, None] = {}  # in order
    events = [name for name, _ in archive.files if name.endswith(".event.json")]
    for event, name in zip(archive.events, events, strict=True):
        payload = [] if event.payload is None else [event.payload]
        for digest in (*_named(archive, event), *payload):
            expected.setdefault(f"{digest}.data.json")
        expected[name] = None
    if list(expected) != [name for name, _ in archive.files]:
        raise Malformed("data stand where no event names them")


# What an event's payload names besides, in this order.
NAMES = {
    "Setup": ("election", "trustees", "credentials"),
    "EncryptedTally": ("encrypted_tally",),
    "PartialDecryption": ("payload",),
}


def _named(archive: Archive, event: Event) -> list[str]:
    if event.kind not in NAMES:
        return []
    value = parse_json(archive.payload(event))
    if not isinstance(value, dict):
        raise Malformed(f"the payload of event {event.height} is no object")
    return [text(value.get(name)) for name in NAMES[event.kind]]


def _members(encoded: bytes) -> Sequence[tuple[str, bytes]]:
    found, at = [], 0
    while at < len(encoded):
        header = encoded[at : at + BLOCK]
        if len(header) < BLOCK:
            raise Malformed("the archive is cut off")
        try:
            name = header[:100].rstrip(b"\0").decode("ascii")
            size = int(header[124:135], 8)
        except ValueError as error:
            raise Malformed("the archive is not an old tar") from error
        start = at + BLOCK
        content = encoded[start : start + size]
        at = start + size + -size % BLOCK
        if len(content) < size or at > len(encoded):
            raise Malformed("the archive is cut off")
        found.append((name, content))
    return found
