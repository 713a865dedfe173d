"""What every test shares: a migrated database of each kind, a clock that stands, some people."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ballots.checkpoint import SigningKey
from ballots.signer import Signer
from ballots.store import SqlBoard
from governance.associations import Association
from governance.database import Database
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.migrations import upgrade
from governance.roles import Grant, Role
from tests import postgres as postgres_server
from tests.floor import Floor
from tests.secret_floor import SecretFloor

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Postgres]:
    with postgres_server.server(postgres_server.in_memory()) as started:
        yield started


@pytest.fixture(scope="session")
def postgres_template(postgres) -> str:
    url = postgres.create()
    _migrate(url.render_as_string(hide_password=False))
    return str(url.database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "stamma.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path) -> Iterator[Database]:
    """A migrated database without a row, on each of the two systems."""
    if request.param == "sqlite":
        path = tmp_path / "stamma.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.close()
        return
    server = request.getfixturevalue("postgres")
    url = server.create(request.getfixturevalue("postgres_template"))
    made = Database(url.render_as_string(hide_password=False))
    yield made
    made.close()
    server.drop(url)


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def association(database) -> Association:
    made = Association(
        slug="test",
        name="Frilansarnas kooperativ",
        registration_number="769600-0000",
        languages=["sv", "en"],
        origin="stamma.example/board",
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def signer(tmp_path) -> Signer:
    return Signer(SigningKey.generate("stamma.example/board"), tmp_path / "log" / "guard")


@pytest.fixture
def board(database, signer) -> SqlBoard:
    made = SqlBoard("stamma.example/board", signer)
    with database.writing() as db:
        made.create(db.connection())
    return made


@pytest.fixture
def make_member(database, association) -> Callable[..., Member]:
    def make_member(number: str = "1", **overrides: Any) -> Member:
        given = {
            "given_name": "Anna",
            "family_name": "Åberg",
            "email": f"member{number}@example.org",
            "country": "SE",
            "language": "sv",
            "joined": dt.date(2020, 1, 1),
        }
        made = Member(association_id=association.id, number=number, **{**given, **overrides})
        with database.writing() as db:
            db.add(made)
        return made

    return make_member


@pytest.fixture
def anna(make_member) -> Member:
    return make_member("1", given_name="Anna", family_name="Åberg", email="anna@example.org")


@pytest.fixture
def bo(make_member) -> Member:
    return make_member(
        "2", given_name="Bo", family_name="Öst", email="bo@example.org", language="en"
    )


@pytest.fixture
def open_meeting(database, association, now) -> Meeting:
    """A meeting in progress; nobody has checked in, nothing is on its agenda."""
    made = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.OPEN,
        title={"sv": "Årsstämma", "en": "Annual meeting"},
        starts_at=now,
        motions_close=now.date() - dt.timedelta(days=60),
        opened_at=now,
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def chair(database, make_member, open_meeting, now) -> Member:
    """The member whom the open meeting has elected to the chair."""
    made = make_member("90", given_name="Cleo", family_name="Ordförande")
    with database.writing() as db:
        given = Grant(
            member_id=made.id, role=Role.CHAIR, meeting_id=open_meeting.id, granted_at=now
        )
        db.add(given)
    return made


@pytest.fixture
def floor(database, board, open_meeting, chair, now) -> Floor:
    """The open meeting's floor, on which the chair acts."""
    return Floor(database, board, open_meeting, chair, now)


@pytest.fixture
def secret_floor(floor, make_member, anna, bo) -> SecretFloor:
    """The same, with five who have checked in; the first three of them can be trustees."""
    names = (("3", "Eva", "Ek"), ("4", "Ali", "Berg"), ("5", "Siv", "Lund"))
    others = [
        make_member(number, given_name=given, family_name=family, language="en")
        for number, given, family in names
    ]
    return SecretFloor(floor, [*others, anna, bo])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The large data beside the project; a stranger's clone does not have it."""
    data = SHARED / "data"
    if not data.is_dir():
        if os.environ.get("CI") and SHARED.is_dir():
            pytest.fail(f"{data.name} is missing in {SHARED.name}, which is here")
        pytest.skip("the large data is not here; the small vectors were tested")
    return data
