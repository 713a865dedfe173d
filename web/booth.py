"""The booth: the static page on which secret votes are cast, and the one hash over its files.

The hash stands on the log, so that whoever has these files can say whether they are the ones that
everybody votes with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath

import sqlalchemy as sa

from ballots import board
from ballots.board import ClientEntry
from ballots.tables import board_election, board_entry, board_log
from web.house import House

STATIC = Path(__file__).parent / "static"
FORMAT = "stamma-booth/v1"
PAGES = ("booth/booth.html", "booth/key.html")
# What a page of the booth loads, and what that loads in turn.
LOADED = re.compile(rb"""(?:src|href)="(/static/[^"]+)"|\bfrom "((?:/static|\.)[^"]*)";""")


@cache
def files() -> dict[str, bytes]:
    """Every file that the booth is made of, by its name under static/, sorted."""
    found: dict[str, bytes] = {}
    waiting = list(PAGES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (STATIC / name).read_bytes()
            waiting += [_named(name, *match) for match in LOADED.findall(found[name])]
    return dict(sorted(found.items()))


def _named(within: str, absolute: bytes, relative: bytes) -> str:
    path = (absolute or relative).decode()
    if path.startswith("/static/"):
        return path.removeprefix("/static/")
    return normpath(join(dirname(within), path))


def listing() -> str:
    """A line for each file as sha256sum writes it, below the name of the format."""
    lines = [f"{sha256(content).hexdigest()}  {name}" for name, content in files().items()]
    return "".join(f"{line}\n" for line in (FORMAT, *lines))


def digest() -> str:
    """The booth's hash: SHA-256 of the listing, in hexadecimal."""
    return sha256(listing().encode()).hexdigest()


@dataclass(frozen=True)
class Logged:
    """A booth on the log: where its entry stands, and its hash."""

    index: int
    sha256: str


def newest(conn: sa.Connection, origin: str, before: str | None = None) -> Logged | None:
    """The booth that was logged last, or last before a poll was opened."""
    wanted = NEWEST
    if before is not None:
        opened = sa.select(board_election.c.opened_index).where(board_election.c.election == before)
        wanted = NEWEST.where(board_entry.c.index < opened.scalar_subquery())
    row = conn.execute(wanted, {"origin": origin}).one_or_none()
    if row is None:
        return None
    index, encoded = row
    entry = board.parse_entry(encoded)
    assert isinstance(entry, ClientEntry)  # noqa: S101 - the statement asks for no other kind
    return Logged(index, entry.sha256)


_head = f"{board.FORMAT} {ClientEntry.kind}".encode()
NEWEST = (
    sa.select(board_entry.c.index, board_entry.c.entry)
    .join(board_log, board_log.c.id == board_entry.c.log_id)
    .where(board_log.c.origin == sa.bindparam("origin"))
    .where(board_entry.c.entry > _head + b"\n", board_entry.c.entry < _head + b"\v")
    .order_by(board_entry.c.index.desc())
    .limit(1)
)


def log_files(house: House) -> None:
    """Put the booth's hash on the log, unless it is the newest one there."""
    with house.database.writing() as db:
        conn = db.connection()
        house.board.lock(conn)  # of two servers that start at once one writes it
        found = newest(conn, house.board.origin)
        if found is None or found.sha256 != digest():
            house.board.append(conn, [ClientEntry(digest()).encode()])
