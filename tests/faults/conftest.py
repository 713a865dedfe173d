"""Real servers over a data directory of their own, on each of the two databases."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from benchmarks import hall as halls
from benchmarks import server
from benchmarks.hall import Hall
from benchmarks.server import Site
from governance.associations import Association
from web.house import House, open_house


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request) -> Iterator[str]:
    """Of a database that is empty; "" is SQLite in the data directory."""
    if request.param == "sqlite":
        yield ""
        return
    postgres = request.getfixturevalue("postgres")
    url = postgres.create()
    yield url.render_as_string(hide_password=False)
    postgres.drop(url)


@pytest.fixture
def site(database_url, tmp_path) -> Site:
    return server.prepare(tmp_path / "data", database_url)


@pytest.fixture
def house(site) -> Iterator[House]:
    """The same house in this process: another process beside the server."""
    made = open_house(site.settings)
    yield made
    made.close()


@pytest.fixture
def hall(house) -> Hall:
    with house.database.writing() as db:
        association = db.get_one(Association, house.association_id)
        return halls.fill(
            db, house.board, association, 1_000, now=house.clock(), chance=secrets.token_bytes
        )


@pytest.fixture
def port(site, hall) -> Iterator[int]:
    """Where the server of this site listens; on PostgreSQL it has two processes."""
    workers = 2 if site.settings.database_url else 1
    with server.running(site, workers=workers):
        yield site.settings.port
