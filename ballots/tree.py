"""The nodes of a log's tree as the database holds them, committed."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from ballots import merkle
from ballots.checkpoint import Checkpoint
from ballots.statements import LOG, NODES
from ballots.tables import READING


class Tree:
    """Each read is a transaction of its own: only what is committed is seen, and so signed."""

    def __init__(self, engine: sa.Engine, origin: str) -> None:
        self.origin = origin
        options: dict[str, bool | str] = dict(READING)
        if engine.dialect.name == "postgresql":
            # One statement each: BEGIN and ROLLBACK would be two more round trips.
            options["isolation_level"] = "AUTOCOMMIT"
        self._engine = engine.execution_options(**options)
        self._nodes: dict[int, bytes] = {}
        self._hashes: dict[tuple[int, int], bytes] = {}

    def checkpoint(self) -> Checkpoint:
        with self._engine.connect() as conn:
            _, size, peaks = conn.execute(LOG, {"origin": self.origin}).one()
        return Checkpoint(self.origin, size, merkle.Peaks.decode(size, peaks).root())

    def load(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch at once what the hashes of these leaf ranges need."""
        wanted = {
            _last_leaf(level, index)
            for start, end in set(ranges)
            for level, index in merkle.subtrees(start, end)
        } - self._nodes.keys()
        if not wanted:
            return
        rows = {"origin": self.origin, "indexes": sorted(wanted)}
        with self._engine.connect() as conn:
            self._nodes.update(dict(conn.execute(NODES, rows).all()))

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree that has been loaded; LookupError where there is none."""
        at = level * merkle.HASH_BYTES
        return self._nodes[_last_leaf(level, index)][at : at + merkle.HASH_BYTES]

    def hashes(self, ranges: Iterable[tuple[int, int]]) -> list[bytes]:
        return [self._hash(*each) for each in ranges]

    def _hash(self, start: int, end: int) -> bytes:
        # The proofs of one batch share most of their ranges.
        if (start, end) not in self._hashes:
            self._hashes[start, end] = (
                merkle.range_hash(start, end, self.node) if end else merkle.EMPTY_ROOT
            )
        return self._hashes[start, end]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` is a prefix of that of `new`. Raises Malformed."""
        ranges = merkle.consistency_ranges(old, new)
        self.load(ranges)
        return self.hashes(ranges)


def _last_leaf(level: int, index: int) -> int:
    """The leaf that completes a subtree; the subtree's hash stands in that leaf's row."""
    return ((index + 1) << level) - 1
