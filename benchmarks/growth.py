"""What one cast costs with few and with many ballots on the board, in turns, without HTTP."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Iterator

from ballots.open_ballot import OpenBallot
from ballots.store import Cast
from benchmarks import hall
from benchmarks.server import Site
from governance import casting
from governance.associations import Association
from governance.casting import Ticket
from governance.logins import sha256
from web.house import House, open_house

TARGET = 1.2
TURNS = 300
BATCHES = (1, 50)
AT_ONCE = 1_000  # ballots of one transaction while the board is filled


def compare(small: Site, large: Site, few: int, many: int) -> dict[int, tuple[float, float]]:
    """{ballots in a batch: (median seconds with few, with many)}."""
    houses = [open_house(small.settings), open_house(large.settings)]
    needed = TURNS * sum(BATCHES)
    waiting = [
        _filled(house, count, needed) for house, count in zip(houses, (few, many), strict=True)
    ]
    costs = {}
    for batch in BATCHES:
        took: list[list[float]] = [[], []]
        for _ in range(TURNS):
            # In turns, so that whatever else the machine does meets both.
            for house, tickets, seconds in zip(houses, waiting, took, strict=True):
                batch_of = [next(tickets) for _ in range(batch)]
                began = time.perf_counter()
                for answer in [house.sequencer.cast(ticket) for ticket in batch_of]:
                    answer.result()
                seconds.append(time.perf_counter() - began)
        costs[batch] = (statistics.median(took[0]), statistics.median(took[1]))
    for house in houses:
        house.close()
    return costs


def _filled(house: House, ballots: int, more: int) -> Iterator[Ticket]:
    """A poll with so many ballots on the board; the tickets of those who have not voted yet."""
    now = house.clock()
    with house.database.writing() as db:
        association = db.get_one(Association, house.association_id)
        made = hall.fill(
            db, house.board, association, ballots + more, now=now, chance=secrets.token_bytes
        )
    for start in range(0, ballots, AT_ONCE):
        casts = [
            Cast(
                made.election,
                voter.slot,
                OpenBallot(made.election, voter.slot, secrets.token_hex(32), "adopt").encode(),
                secrets.token_hex(16),
            )
            for voter in made.voters[start : min(start + AT_ONCE, ballots)]
        ]
        with house.database.writing() as db:
            house.board.cast(db.connection(), casts)
    return (
        casting.ticket(
            made.poll_id,
            {"choice": "adopt", "salt": secrets.token_hex(32), "key": secrets.token_hex(16)},
            session=sha256(voter.token),
            now=now,
            today=association.today(now),
        )
        for voter in made.voters[ballots:]
    )
