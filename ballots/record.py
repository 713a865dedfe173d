"""The published record of a meeting or of one poll: files that anyone can keep and check.

    README.txt                        how to check it, in words
    key.txt                           the log's verifier key
    checkpoint.txt                    the signed note of the log
    board.txt                         every entry of the log up to it, base64, one per line
    polls/ELECTION/manifest.json      what was asked, of whom, how it is counted
    polls/ELECTION/roll.txt           the slots that could vote
    polls/ELECTION/ballots.txt        the ballots of an open poll, by slot
    polls/ELECTION/archive.bel        the archive of a secret poll, after the Belenios protocol
    polls/ELECTION/strong.json        stronger proofs that its trustees opened it rightly
    polls/ELECTION/audit.txt          how to check a secret poll, step by step
    polls/ELECTION/result.json        the count
    polls/ELECTION/recount-N.json     each later count, without who has withdrawn
    minutes.md, addenda/N.md          the public minutes, where they are published

A record names no voter: ballots stand under random slots that belong to one poll only. Candidates
stand by name among the options of their election.
"""

from __future__ import annotations

import base64
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ballots.errors import Malformed
from ballots.manifest import ROLL_FORMAT, Manifest, canonical_json

RESULT_FORMAT = "stamma-result/v1"
NAME = re.compile(
    r"README\.txt|key\.txt|checkpoint\.txt|board\.txt|minutes\.md|addenda/[1-9][0-9]{0,3}\.md"
    r"|polls/[0-9a-f]{64}/(?:manifest\.json|roll\.txt|ballots\.txt|result\.json"
    r"|recount-[1-9][0-9]?\.json|archive\.bel|strong\.json|audit\.txt)"
)
MOST_FILES = 10_000
LARGEST = 500_000_000  # bytes in all, unpacked
# A zip holds times; a record is the same file whenever it is made.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# All that a damaged, encrypted or exotic zip makes the standard library raise.
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)

README = """A record of {origin}

This directory is everything that is needed to recount these polls and to check that
nothing was changed since. With Stämma installed, which is free software:

    stamma verify RECORD

It checks that the log's entries (board.txt) are those that the log's key has signed
(checkpoint.txt, key.txt); that each poll was opened with this manifest and this roll; that
each ballot stands on the log, once per slot, between opening and close; that counting the
ballots again gives result.json; and that the log holds the hashes of result and minutes.

A secret poll has an archive instead of open ballots; its audit.txt says how to check it, also
with a program that is not ours.

By hand: the SHA-256 of manifest.json is the name of its directory; the SHA-256 of roll.txt
is in the manifest; the SHA-256 of each ballot's five lines is in board.txt under its slot.

Whether the key is the right one this directory cannot say: compare key.txt with the key
that the association prints in its minutes, or with the one a receipt of yours was
checked with. Nor can it say who voted: a slot is random and belongs to one poll.
"""


@dataclass(frozen=True)
class PollRecord:
    manifest: Manifest
    slots: Sequence[str]
    ballots: Sequence[tuple[str, bytes]]  # (slot, body); none of a secret poll
    result: bytes | None  # None while it is not declared, or where the poll is void
    archive: bytes | None = None  # of a secret poll; None where it is withheld
    strong: bytes | None = None
    audit: str = ""
    recounts: Sequence[bytes] = ()  # later counts, without who has withdrawn

    def files(self) -> Iterator[tuple[str, bytes]]:
        yield "manifest.json", self.manifest.encode()
        yield "roll.txt", encode_roll(self.slots)
        if self.manifest.secret is None:
            yield "ballots.txt", b"".join(body for _slot, body in sorted(self.ballots))
        for name, content in (("archive.bel", self.archive), ("strong.json", self.strong)):
            if content is not None:
                yield name, content
        if self.audit:
            yield "audit.txt", self.audit.encode()
        if self.result is not None:
            yield "result.json", self.result
        for number, each in enumerate(self.recounts, 1):
            yield f"recount-{number}.json", each


def encode_result(election: str, counted: Mapping[str, Any]) -> bytes:
    """A count as it is published; its SHA-256 stands on the board."""
    return canonical_json({"format": RESULT_FORMAT, "election": election, **counted})


def encode_roll(slots: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in (ROLL_FORMAT, *sorted(slots))).encode()


def files(
    *,
    verifier_key: str,
    note: str,
    entries: Iterable[bytes],
    polls: Sequence[PollRecord],
    minutes: str | None = None,
    addenda: Sequence[str] = (),
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file of a record."""
    origin = note.partition("\n")[0]
    yield "README.txt", README.format(origin=origin).encode()
    yield "key.txt", f"{verifier_key}\n".encode()
    yield "checkpoint.txt", note.encode()
    yield "board.txt", b"".join(base64.b64encode(entry) + b"\n" for entry in entries)
    for poll in polls:
        for name, content in poll.files():
            yield f"polls/{poll.manifest.election}/{name}", content
    if minutes is not None:
        yield "minutes.md", minutes.encode()
        for number, addendum in enumerate(addenda, 1):
            yield f"addenda/{number}.md", addendum.encode()


def write_directory(directory: Path, record: Iterable[tuple[str, bytes]]) -> None:
    for name, content in record:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def zipped(record: Iterable[tuple[str, bytes]]) -> bytes:
    """As one file; the same record gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(record):
            archive.writestr(
                zipfile.ZipInfo(name, NO_TIME), content, compress_type=zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def read(path: Path) -> dict[str, bytes]:
    """The files of a record, from a directory or a zip. Raises Malformed."""
    try:
        found = _read_directory(path) if path.is_dir() else _read_zip(path)
    except Malformed:
        raise
    except UNREADABLE as error:
        raise Malformed("this is neither a record's directory nor its zip") from error
    if not found:
        raise Malformed("the record is empty")
    return found


def _read_directory(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    for each in sorted(path.rglob("*")):
        if each.is_symlink():
            raise Malformed("a record holds no links")
        if not each.is_file():
            continue
        name = each.relative_to(path).as_posix()
        size += each.stat().st_size
        _check(name, len(found), size)
        found[name] = each.read_bytes()
    return found


def _read_zip(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            size += info.file_size
            _check(info.filename, len(found), size)
            if info.filename in found:
                raise Malformed("the zip holds the same file twice")
            with archive.open(info) as file:
                # Not more than it says: a small zip must not fill the memory.
                found[info.filename] = file.read(info.file_size + 1)
    return found


def _check(name: str, number: int, size: int) -> None:
    if not NAME.fullmatch(name):
        raise Malformed(f"a record holds no file {name[:80]!r}")
    if number >= MOST_FILES or size > LARGEST:
        raise Malformed("the record is too large")
