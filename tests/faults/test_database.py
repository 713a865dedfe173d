"""The database fails amid casting: who has a receipt keeps it, who has none asks again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from ballots import merkle
from ballots.board import BallotEntry, parse_entry
from ballots.checkpoint import VerifierKey, open_note
from ballots.receipt import verify_receipt
from ballots.sequencer import Sequencer, Unavailable
from governance.database import Database
from tests.ballots.test_store import ballot_of, manifest_for

VOTERS = 400


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """SQLite gets no page more than it has."""

    def allow(pages: int) -> Callable[[sa.Connection], None]:
        def begin(conn: sa.Connection) -> None:
            conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        return begin

    with database.reading() as db:
        pages = db.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    limit, lift = allow(pages), allow(2**30)
    event.listen(database.engine, "begin", limit)
    yield
    event.remove(database.engine, "begin", limit)
    event.listen(database.engine, "begin", lift)


@contextmanager
def cut_connections(database: Database) -> Iterator[None]:
    """PostgreSQL ends every connection of this database, again and again."""
    over = threading.Event()
    outside = sa.create_engine(database.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    end = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :database"
    )

    def cut() -> None:
        with outside.connect() as conn:
            while not over.wait(0.002):  # oftener than a batch takes
                conn.execute(end, {"database": database.url.database})

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        outside.dispose()


@pytest.fixture
def failing(database):
    return full_disk(database) if database.is_sqlite else cut_connections(database)


@pytest.fixture
def manifest(database, board):
    made = manifest_for(board)
    with database.writing() as db:
        board.open_election(db.connection(), made)
    return made


def test_a_database_that_fails_amid_casting_loses_doubles_and_forks_nothing(
    database, board, manifest, failing
):
    key = VerifierKey.parse(board.signer.verifier_key)
    sequencer = Sequencer(database.engine, board, lambda conn, casts: casts)
    ballots = [ballot_of(manifest) for _ in range(VOTERS)]

    async def everybody():
        return await asyncio.gather(
            *(sequencer.cast_soon(each) for each in ballots), return_exceptions=True
        )

    with database.reading() as db:
        before = open_note(board.checkpoint(db.connection()), key)
    with failing:
        outcomes = asyncio.run(everybody())
    failed = [each for each in outcomes if not isinstance(each, str)]
    assert failed
    assert all(isinstance(each, Unavailable) for each in failed)

    again = asyncio.run(everybody())
    sequencer.close()
    assert all(isinstance(each, str) for each in again)
    for first, second in zip(outcomes, again, strict=True):
        assert second == first or isinstance(first, Unavailable)

    with database.reading() as db:
        conn = db.connection()
        after = open_note(board.checkpoint(conn), key)
        entries = list(board.entries(conn))
        proof = board.consistency(conn, before.size, after.size)
    merkle.verify_consistency(before.size, after.size, before.root, after.root, proof)
    assert merkle.root(map(merkle.leaf_hash, entries)) == after.root
    placed = [each.slot for each in map(parse_entry, entries) if isinstance(each, BallotEntry)]
    assert sorted(placed) == sorted(each.slot for each in ballots)
    for ballot, receipt in zip(ballots, again, strict=True):
        assert parse_entry(verify_receipt(receipt, key).entry).slot == ballot.slot
