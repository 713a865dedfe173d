"""Work in the background for secret votes: the server's own keys, and what is to be forgotten."""

from __future__ import annotations

import secrets

import pytest
import sqlalchemy as sa

from governance import polls, server_keys
from governance.agenda import AgendaItem
from governance.meetings import Meeting
from governance.polls import Poll, PollState
from web import worker


@pytest.fixture
def vote(house, floor, anna, bo):
    """A secret vote that the server alone can open, and that closes by the clock."""
    floor.come(anna, bo)
    floor.approve_roll()
    item = floor.item()
    key = server_keys.make(secrets.token_bytes)
    with house.database.writing() as db:
        poll = polls.open_secret(
            db,
            house.board,
            db.get_one(Meeting, floor.meeting.id),
            db.get_one(AgendaItem, item.id),
            server_key=key.public,
            closes_at=house.clock() + worker.SCRUBBED_FOR,
            by_id=floor.chair.id,
            now=house.clock(),
            chance=secrets.token_bytes,
        )
        house.server_keys.keep(poll.election, key)
    return poll


def found(house, vote):
    with house.database.reading() as db:
        return db.get_one(Poll, vote.id)


def test_the_server_opens_what_it_holds_alone_and_deletes_the_key_once_it_is_declared(
    house, clock, floor, vote
):
    [key] = house.server_keys.directory.iterdir()
    worker.run_due(house)
    assert found(house, vote).state is PollState.OPEN
    clock.later(minutes=1)
    worker.run_due(house)
    assert found(house, vote).state is PollState.CLOSED
    assert found(house, vote).result["outcome"] == "reject"  # nobody has voted
    assert worker.open_alone(house) == 0
    assert key.exists()
    floor.declare(vote)
    worker.run_due(house)
    assert not key.exists()


def test_a_vote_whose_key_is_gone_waits_for_the_chair_to_declare_it_void(house, clock, floor, vote):
    house.server_keys.forget(vote.election)
    clock.later(minutes=1)
    worker.run_due(house)
    assert (found(house, vote).state, found(house, vote).result) == (PollState.CLOSED, None)
    assert floor.void(vote, "Nyckeln saknas.").state is PollState.VOID


def table_files(house):
    """The bytes of every file that holds the credentials' table."""
    if house.database.is_sqlite:
        return b"".join(
            path.read_bytes() for path in house.settings.data_dir.parent.glob("stamma.db*")
        )
    with house.database.engine.connect() as conn:
        conn.exec_driver_sql("CHECKPOINT")
        path = conn.exec_driver_sql("SELECT pg_relation_filepath('poll_credential')").scalar_one()
        found = sa.text("SELECT pg_read_binary_file(:path)")
        return bytes(conn.execute(found, {"path": path}).scalar_one())


def test_what_was_to_be_handed_over_is_in_no_file_after_the_close(house, clock, vote):
    with house.database.reading() as db:
        rows = db.connection().exec_driver_sql("SELECT secret FROM poll_credential").all()
    numbers = [number.encode() for (number,) in rows]
    assert len(numbers) == 2
    assert all(number in table_files(house) for number in numbers)
    clock.later(minutes=1)
    worker.run_due(house)
    assert not any(number in table_files(house) for number in numbers)
