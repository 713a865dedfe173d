"""The board in SQL: one log per association, its ballots, and the lock that orders them.

Every write to a log happens under its row in `board_log` (`FOR UPDATE`; SQLite takes its one
write lock at BEGIN), so an index is the size found under the lock, never a sequence. Entry, tree
nodes and ballot are written in one transaction; a signature leaves only after its commit. Nothing
of the tree is kept in a process between transactions: what is signed is what the database holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from ballots import merkle
from ballots.board import BallotEntry, Closed, Opened
from ballots.checkpoint import Checkpoint
from ballots.errors import Fault, Rejected
from ballots.lists import add_all
from ballots.manifest import Manifest, check, parse_manifest
from ballots.open_ballot import ballot_sha256
from ballots.receipt import Receipt
from ballots.signer import RollbackRefused, Signer
from ballots.slots import Act, Slots, act_of, open_manifest
from ballots.slots import Cast as Cast
from ballots.slots import Placed as Placed
from ballots.statements import (
    COUNT_SLOTS,
    ELECTIONS,
    GROW_LOG,
    LOCKED_LOG,
    LOG,
    MANIFEST,
    PLACED,
)
from ballots.tables import board_ballot, board_election, board_entry, board_log
from ballots.tree import Tree


@dataclass
class Log:
    """A log as it was found under its lock, growing with what this transaction adds."""

    id: int
    peaks: merkle.Peaks


class SqlBoard:
    """One association's log. `conn` is the caller's connection, in the caller's transaction."""

    def __init__(self, origin: str, signer: Signer) -> None:
        self.origin = origin
        self.signer = signer

    def create(self, conn: sa.Connection) -> None:
        """Make the log, empty, where it is not there yet."""
        if conn.scalar(sa.select(board_log.c.id).where(board_log.c.origin == self.origin)) is None:
            conn.execute(board_log.insert().values(origin=self.origin, size=0, peaks=b""))

    def append(self, conn: sa.Connection, entries: Sequence[bytes]) -> list[int]:
        """Add entries as one batch; returns their indexes."""
        log = self.lock(conn)
        return [placed.index for placed in self._write(conn, log, entries)]

    def open_election(self, conn: sa.Connection, manifest: Manifest) -> None:
        """Store the manifest and log that the poll is open. Raises Malformed, Rejected."""
        check(manifest)
        log = self.lock(conn)
        if self.manifest(conn, manifest.election) is not None:
            raise Rejected("already-open", "this poll has been opened before")
        opened = Opened(manifest.election, manifest.roll_sha256, manifest.voters)
        placed = self._write(conn, log, [opened.encode()])
        conn.execute(
            board_election.insert().values(
                election=manifest.election,
                log_id=log.id,
                manifest=manifest.encode(),
                opened_index=placed[0].index,
            )
        )

    def close_election(self, conn: sa.Connection, election: str) -> int:
        """Log that the poll is closed; returns how many ballots it holds. Raises Rejected."""
        log = self.lock(conn)
        open_manifest(election, self._elections(conn, log, {election}))
        ballots: int = conn.execute(COUNT_SLOTS, {"election": election}).scalar_one()
        placed = self._write(conn, log, [Closed(election, ballots).encode()])
        conn.execute(
            board_election.update()
            .where(board_election.c.election == election)
            .values(closed_index=placed[0].index)
        )
        return ballots

    def cast(
        self, conn: sa.Connection, casts: Sequence[Cast], log: Log | None = None
    ) -> list[Placed | Fault]:
        """Place each ballot, in order, or say why not; a retry finds the place it had before.

        `log` is what `lock` gave, where the caller had to hold it before.
        """
        log = log or self.lock(conn)
        elections = self._elections(conn, log, {cast.election for cast in casts})
        slots = Slots(elections, self._placed(conn, casts))
        outcomes: list[Placed | Fault | Cast] = []
        for cast in casts:
            try:
                outcomes.append(slots.judge(cast))
            except Fault as fault:
                outcomes.append(fault)
        placed = self._write_ballots(conn, log, slots.accepted)
        return [
            placed[act_of(outcome)] if isinstance(outcome, Cast) else outcome
            for outcome in outcomes
        ]

    def ballots(self, conn: sa.Connection, election: str) -> list[tuple[str, bytes]]:
        return last_ballots(conn, election)

    def every_ballot(self, conn: sa.Connection, election: str) -> list[bytes]:
        """Every ballot, those that were replaced too, in the order of the board."""
        rows = sa.select(board_ballot.c.body).where(board_ballot.c.election == election)
        return list(conn.scalars(rows.order_by(board_ballot.c.index)))

    def turnout(self, conn: sa.Connection, election: str) -> int:
        """How many slots have a ballot."""
        slots = sa.select(sa.func.count(board_ballot.c.slot.distinct()))
        return conn.scalars(slots.where(board_ballot.c.election == election)).one()

    def manifest(self, conn: sa.Connection, election: str) -> Manifest | None:
        encoded = conn.scalar(MANIFEST, {"election": election})
        return None if encoded is None else _manifest(encoded)

    def size(self, conn: sa.Connection) -> int:
        size: int = conn.execute(LOG, {"origin": self.origin}).one().size
        return size

    def entries(
        self, conn: sa.Connection, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """The entries [start, end), in order."""
        wanted = (
            sa.select(board_entry.c.entry)
            .join(board_log, board_log.c.id == board_entry.c.log_id)
            .where(board_log.c.origin == self.origin, board_entry.c.index >= start)
            .order_by(board_entry.c.index)
        )
        if end is not None:
            wanted = wanted.where(board_entry.c.index < end)
        yield from conn.scalars(wanted)

    # What leaves the house. Each reads what is committed, whatever the caller's transaction holds.

    def checkpoint(self, conn: sa.Connection) -> str:
        """The signed note of the committed tree. Raises RollbackRefused."""
        tree = Tree(conn.engine, self.origin)
        return self.signer.sign(tree.checkpoint(), tree.consistency)

    def receipt(self, conn: sa.Connection, election: str, slot: str) -> str | None:
        """The receipt of the slot's last ballot, always the same bytes; None without a ballot."""
        found = self._placed(conn, [Cast(election, slot, b"", "")]).get((election, slot))
        return None if found is None else self.receipts(conn.engine, [found[-1][1]])[0]

    def receipts(self, engine: sa.Engine, placed: Sequence[Placed]) -> list[str]:
        """The receipts of committed ballots; each batch is signed once. Raises RollbackRefused."""
        tree = Tree(engine, self.origin)
        sizes = {place.size for place in placed}
        proofs = [merkle.inclusion_ranges(place.index, place.size) for place in placed]
        tree.load([(0, size) for size in sizes] + [each for ranges in proofs for each in ranges])
        notes = {
            size: self.signer.sign(
                Checkpoint(self.origin, size, tree.hashes([(0, size)])[0]), tree.consistency
            )
            for size in sizes
        }
        return [
            Receipt(
                place.entry, place.index, tuple(tree.hashes(ranges)), notes[place.size]
            ).encode()
            for place, ranges in zip(placed, proofs, strict=True)
        ]

    def consistency(self, conn: sa.Connection, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` is a prefix of that of `new`. Raises Malformed."""
        return Tree(conn.engine, self.origin).consistency(old, new)

    # Under the lock.

    def lock(self, conn: sa.Connection) -> Log:
        """Hold the log until the transaction ends: nobody opens, closes or casts meanwhile."""
        row = conn.execute(LOCKED_LOG, {"origin": self.origin}).one()
        # Before anything is written: a restored backup must not take ballots that can get no
        # receipt afterwards.
        signed = self.signer.last_signed()
        if signed is not None and signed.size > row.size:
            raise RollbackRefused(signed.size, row.size)
        return Log(row.id, merkle.Peaks.decode(row.size, row.peaks))

    def _write(self, conn: sa.Connection, log: Log, entries: Sequence[bytes]) -> list[Placed]:
        if not entries:
            return []
        start = log.peaks.size
        size = start + len(entries)
        rows = [
            {
                "log_id": log.id,
                "index": index,
                "entry": entry,
                "nodes": b"".join(log.peaks.append(merkle.leaf_hash(entry))),
                "batch_size": size,
            }
            for index, entry in enumerate(entries, start)
        ]
        add_all(conn, board_entry, rows)
        conn.execute(GROW_LOG, {"log": log.id, "grown": size, "higher": log.peaks.encode()})
        return [Placed(index, size, entry) for index, entry in enumerate(entries, start)]

    def _write_ballots(
        self, conn: sa.Connection, log: Log, accepted: Sequence[tuple[Cast, int]]
    ) -> dict[Act, Placed]:
        entries = [
            BallotEntry(cast.election, cast.slot, revision, ballot_sha256(cast.body)).encode()
            for cast, revision in accepted
        ]
        placed = self._write(conn, log, entries)
        if accepted:
            rows = [
                {
                    "election": cast.election,
                    "slot": cast.slot,
                    "revision": revision,
                    "index": place.index,
                    "key": cast.key,
                    "body": cast.body,
                }
                for (cast, revision), place in zip(accepted, placed, strict=True)
            ]
            add_all(conn, board_ballot, rows)
        return {act_of(cast): place for (cast, _), place in zip(accepted, placed, strict=True)}

    def _elections(
        self, conn: sa.Connection, log: Log, elections: Iterable[str]
    ) -> dict[str, Manifest | None]:
        """The manifests of those that are open, None for those that are closed."""
        rows = conn.execute(ELECTIONS, {"log": log.id, "elections": list(elections)})
        return {
            election: _manifest(encoded) if closed is None else None
            for election, encoded, closed in rows
        }

    def _placed(
        self, conn: sa.Connection, casts: Sequence[Cast]
    ) -> dict[tuple[str, str], list[tuple[Cast, Placed]]]:
        """What these slots have handed in before, the last one last."""
        wanted = {
            "origin": self.origin,
            "elections": list({cast.election for cast in casts}),
            "slots": list({cast.slot for cast in casts}),
        }
        found: dict[tuple[str, str], list[tuple[Cast, Placed]]] = {}
        for row in conn.execute(PLACED, wanted):
            earlier = (Cast(*row[:4]), Placed(*row[4:]))
            found.setdefault((row[0], row[1]), []).append(earlier)
        return found


def last_ballots(conn: sa.Connection, election: str) -> list[tuple[str, bytes]]:
    """(slot, body) of each slot's last ballot, by slot: the order says nothing of when."""
    rows = conn.execute(
        sa.select(board_ballot.c.slot, board_ballot.c.body)
        .where(board_ballot.c.election == election)
        .order_by(board_ballot.c.slot, board_ballot.c.revision)
    )
    return sorted(dict(rows.all()).items())


@lru_cache(maxsize=256)
def _manifest(encoded: bytes) -> Manifest:
    return parse_manifest(encoded)
