"""One database, SQLite or PostgreSQL: the engine, the transaction, the column types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session

from ballots.tables import READING

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of every governance table."""

    metadata = sa.MetaData(naming_convention=NAMES)


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """An aware UTC instant. SQLite has no time zones, so a naive value is refused on the way in."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Word(sa.types.TypeDecorator[Any]):
    """A `StrEnum` stored as its value, so that a new member needs no change of schema."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        self.words = words
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.words(value)


POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 20, "pool_pre_ping": True}


class Database:
    """An engine and its two kinds of transaction.

    `writing()` takes SQLite's write lock at once: a deferred BEGIN that upgrades later fails with
    "database is locked" under concurrency. `reading()` never blocks a writer and never commits.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.engine = create_engine(self.url)
        self._for_reading = for_reading(self.engine)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self._for_reading) as db:
            yield db

    def scrub(self, table: str) -> None:
        """Leave in no file of the tables what has been deleted from one of them.

        SQLite overwrites what is deleted but keeps it in its log of writes until that is emptied;
        PostgreSQL writes the table anew. Its own log keeps it until the operator's last copy of it.
        """
        if self.is_sqlite:
            with self.engine.connect() as conn:
                conn.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as conn:
            conn.exec_driver_sql(f'VACUUM (FULL) "{table}"')

    def close(self) -> None:
        self.engine.dispose()
        self._for_reading.dispose()


def create_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": 30, "isolation_level": None})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(url, **POOL)


def for_reading(engine: sa.Engine) -> sa.Engine:
    """PostgreSQL shows each statement what is committed by then, in a transaction or not: without
    one a page saves the round trips of BEGIN and ROLLBACK. Such connections refuse to write."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**READING)
    options = f"{engine.url.query.get('options', '')} -c default_transaction_read_only=on"
    url = engine.url.update_query_dict({"options": options.strip()})
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", **POOL)


# What is deleted is overwritten: credentials are handed over and forgotten.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def _set_up_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().keys() & READING
    # The driver's own BEGIN is off (isolation_level None): it would come late and deferred.
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
