"""Lists as parameters find what `IN` finds, by the index, and insert what row by row inserts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from ballots.board import NoticeEntry
from ballots.lists import add_all, one_of
from ballots.tables import board_entry
from tests.ballots.test_store import ballot_of, manifest_for

ENTRIES = [NoticeEntry(str(number), "12" * 32).encode() for number in range(40)]


@pytest.fixture
def filled(database, board):
    with database.writing() as db:
        board.append(db.connection(), ENTRIES)


@pytest.mark.parametrize("wanted", [[], [3], [39, 0, 3, 3], [41, 5], list(range(40))])
def test_a_list_finds_the_rows_that_hold_one_of_its_values(database, filled, wanted):
    rows = sa.select(board_entry.c.index).where(one_of(board_entry.c.index, "indexes"))
    with database.reading() as db:
        found = db.connection().execute(rows, {"indexes": wanted}).scalars().all()
    assert sorted(found) == sorted(set(wanted) & set(range(40)))


def test_not_in_a_list_is_the_opposite(database, filled):
    rows = sa.select(board_entry.c.index).where(~one_of(board_entry.c.index, "indexes"))
    with database.reading() as db:
        found = db.connection().execute(rows, {"indexes": list(range(38))}).scalars().all()
    assert sorted(found) == [38, 39]


def test_rows_are_added_with_their_bytes_and_in_their_places(database, board):
    rows = [
        {
            "log_id": 1,
            "index": at,
            "entry": bytes([at % 256, 0, 255]),
            "nodes": b"",
            "batch_size": at,
        }
        for at in range(300)
    ]
    with database.writing() as db:
        add_all(db.connection(), board_entry, rows)
        found = db.execute(sa.select(board_entry).order_by(board_entry.c.index)).mappings().all()
    assert [dict(row) for row in found] == rows


def test_a_row_that_stands_already_is_refused_and_so_are_those_with_it(database, filled):
    rows = [
        {"log_id": 1, "index": at, "entry": b"x", "nodes": b"", "batch_size": 1} for at in (40, 39)
    ]
    with pytest.raises(sa.exc.IntegrityError), database.writing() as db:
        add_all(db.connection(), board_entry, rows)
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(board_entry)) == len(ENTRIES)


def test_nothing_that_casting_asks_reads_a_whole_table(database, board):
    """So that a cast costs the same however many there are."""
    manifest = manifest_for(board)
    with database.writing() as db:
        board.open_election(db.connection(), manifest)
    asked: list[str] = []

    def explain(conn, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT"):
            plain = conn.connection.dbapi_connection.cursor()
            asked.extend(
                f"{step} for {statement}" for step in plan(database, plain, statement, parameters)
            )

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.writing() as db:
        placed = board.cast(db.connection(), [ballot_of(manifest) for _ in range(9)])
    board.receipts(database.engine, placed)
    assert len(asked) > 5
    assert not [step for step in asked if "SCAN" in step or "Seq Scan" in step]


def plan(database, cursor, statement, parameters) -> list[str]:
    if database.is_sqlite:
        return [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    # It would read a table of a few rows whole; what we ask is whether it has another way.
    cursor.execute("SET enable_seqscan = off")
    return [row[0] for row in cursor.execute(f"EXPLAIN {statement}", parameters)]
