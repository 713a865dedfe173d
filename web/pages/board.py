"""The public log: its key, its signed checkpoint, its entries, its proofs. All of it is text."""

from __future__ import annotations

import base64
from typing import Annotated

import sqlalchemy as sa
from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import Parameter
from sqlalchemy.orm import Session

from ballots.board import parse_entry
from ballots.tables import board_ballot
from web import booth
from web.auth import Visitor
from web.house import House
from web.render import page

MOST = 10_000  # entries in one answer
LATEST = 30  # entries on the page

Number = Annotated[int, Parameter(ge=0, le=2**53)]
Election = Annotated[str, Parameter(pattern="^[0-9a-f]{64}$")]
Slot = Annotated[str, Parameter(pattern="^[0-9a-f]{32}$")]


def _text(content: str, status: int = 200) -> Response[str]:
    return Response(content, media_type=MediaType.TEXT, status_code=status)


@get("/board", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    with house.database.reading() as db:
        size = house.board.size(db.connection())
        start = max(0, size - LATEST)
        entries = list(house.board.entries(db.connection(), start))
        note = house.board.checkpoint(db.connection())
        logged = booth.newest(db.connection(), house.board.origin)
    latest = [(start + at, parse_entry(entry)) for at, entry in enumerate(entries)]
    return page(
        visitor,
        "board/show.html",
        size=size,
        latest=latest[::-1],
        note=note,
        log_key=house.signer.verifier_key,
        booth=logged,
        served=booth.digest(),
    )


@get("/board/key", sync_to_thread=True)
def key(house: House) -> Response[str]:
    return _text(house.signer.verifier_key + "\n")


@get("/board/checkpoint", sync_to_thread=True)
def checkpoint(house: House) -> Response[str]:
    with house.database.reading() as db:
        return _text(house.board.checkpoint(db.connection()))


@get("/board/entries", sync_to_thread=True)
def entries(house: House, start: Number = 0, end: Number | None = None) -> Response[str]:
    """Entries [start, end), base64, one per line; at most 10,000 at a time."""
    last = min(start + MOST, start + MOST if end is None else end)
    with house.database.reading() as db:
        found = house.board.entries(db.connection(), start, last)
        return _text("".join(f"{base64.b64encode(entry).decode()}\n" for entry in found))


@get("/board/proof/consistency", sync_to_thread=True)
def consistency(
    house: House,
    old: Number,
    new: Annotated[int, Parameter(ge=0, le=2**53)],
) -> Response[str]:
    """The hashes that prove the tree of `old` a prefix of that of `new`, base64, one per line."""
    with house.database.reading() as db:
        if not 0 < old <= new <= house.board.size(db.connection()):
            raise NotFoundException
        proof = house.board.consistency(db.connection(), old, new)
    return _text("".join(f"{base64.b64encode(hash_).decode()}\n" for hash_ in proof))


@get("/board/slots/{election:str}/{slot:str}", sync_to_thread=True)
def slot(house: House, election: Election, slot: Slot) -> dict[str, int | None]:
    """Where the slot's last ballot stands: {"index": …}, null where there is none."""
    with house.database.reading() as db:
        return {"index": stands_at(db, election, slot)}


def stands_at(db: Session, election: str, slot: str) -> int | None:
    return db.scalar(
        sa.select(board_ballot.c.index)
        .where(board_ballot.c.election == election, board_ballot.c.slot == slot)
        .order_by(board_ballot.c.revision.desc())
        .limit(1)
    )


@get("/board/receipts/{election:str}/{slot:str}", sync_to_thread=True)
def receipt(house: House, election: Election, slot: Slot) -> Response[str]:
    """The receipt of the slot's ballot: it holds nothing that the log does not show already."""
    with house.database.reading() as db:
        found = house.board.receipt(db.connection(), election, slot)
    if found is None:
        raise NotFoundException
    return _text(found)


handlers = [show, key, checkpoint, entries, consistency, slot, receipt]
