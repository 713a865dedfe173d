"""The real application over the shared database, and a browser-like client for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from governance import logins, meetings, roles
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.roles import Role
from tests.clock import Clock
from web.app import create_app, move_in
from web.auth import session_cookie
from web.house import House, furnish
from web.settings import Settings


@pytest.fixture
def settings(tmp_path, database) -> Settings:
    url = database.url.render_as_string(hide_password=False)
    return Settings(
        data_dir=tmp_path / "data",
        database_url=url,
        base_url="http://stamma.example",
        work_in_server=False,  # tests say themselves when a round of the worker runs
    )


@pytest.fixture
def clock(now) -> Clock:
    return Clock(now)


@pytest.fixture
def house(settings, database, association, board, clock) -> Iterator[House]:
    made = furnish(settings, database, association.id, board, board.signer, clock=clock)
    yield made
    made.live.close()
    made.checker.close()
    made.sequencer.close()


@pytest.fixture(scope="session")
def building() -> dict[Settings, Litestar]:
    """Applications by their settings but for the data: one takes longer to make than a test."""
    return {}


@pytest.fixture
def app(house, building) -> Litestar:
    same = dataclasses.replace(house.settings, data_dir=Path(), database_url="")
    if same in building:
        move_in(building[same], house)
    else:
        building[same] = create_app(house=house)
    return building[same]


@pytest.fixture
def client(app) -> Iterator[TestClient]:
    """Follows no redirect by itself, and says Sec-Fetch-Site as a browser on our pages does."""
    with TestClient(app, base_url="http://stamma.example") as made:
        made.follow_redirects = False
        made.headers.update({"sec-fetch-site": "same-origin", "accept-language": "en"})
        yield made


@pytest.fixture
def log_in(house) -> Callable[[TestClient, Member], None]:
    def log_in(client: TestClient, member: Member) -> None:
        token = secrets.token_urlsafe(32)
        with house.database.writing() as db:
            logins.start(db, member.id, token=token, method="demo", now=house.clock())
        client.cookies.set(session_cookie(house.settings), token, domain="stamma.example")

    return log_in


@pytest.fixture
def director(database, make_member, now) -> Member:
    made = make_member("70", given_name="Disa", family_name="Ek", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def annual(database, association, director, now) -> Meeting:
    """The board's draft of a meeting on Thursday 10 June 2027, 18:00 in Stockholm: motions until
    29 April, the notice from that day to 13 May."""
    with database.writing() as db:
        return meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma 2027", "en": "Annual meeting 2027"},
            starts_at=dt.datetime(2027, 6, 10, 16, tzinfo=dt.UTC),
            place="Folkets hus, Umeå",
            link="",
            by_id=director.id,
            now=now,
        )


@pytest.fixture
def announced(database, annual, director, now) -> Meeting:
    """The same, known to the members."""
    with database.writing() as db:
        made = db.get_one(Meeting, annual.id)
        meetings.announce(db, made, by_id=director.id, now=now)
    return made
