"""Ballots whose time has passed are closed by the worker, once, and everybody who watches hears."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
import threading

import pytest

from ballots.board import Closed, parse_entry
from governance import attendance, polls, roll
from governance.agenda import AgendaItem, ItemKind
from governance.attendance import Presence
from governance.database import Database
from governance.meetings import Meeting
from governance.polls import Poll, PollState
from web import worker
from web.house import House
from web.live import Hub

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock(now) -> list[dt.datetime]:
    """A clock of one value, which a test turns forward."""
    return [now]


@pytest.fixture
def news():
    """The meetings of which somebody was told."""
    return []


class Ear(Hub):
    """The house's news, and what was published of it."""

    def __init__(self, database: Database, heard: list[int]) -> None:
        super().__init__(database)
        self.heard = heard

    def publish(self, meeting_id: int) -> None:
        self.heard.append(meeting_id)
        super().publish(meeting_id)


@pytest.fixture
def working(house, database, clock, news) -> House:
    """The house with that clock."""
    return dataclasses.replace(house, clock=lambda: clock[0], live=Ear(database, news))


@pytest.fixture
def open_ballot(database, board, open_meeting, chair, anna, now):
    with database.writing() as db:
        meeting = db.get_one(Meeting, open_meeting.id)
        attendance.arrive(db, meeting, anna, Presence.ROOM, by_id=anna.id, now=now)
        by_chair = {"by_id": chair.id, "now": now, "chance": secrets.token_bytes}
        roll.approve(db, board, meeting, **by_chair)

    def open_ballot(closes_at: dt.datetime | None) -> int:
        with database.writing() as db:
            meeting = db.get_one(Meeting, open_meeting.id)
            item = AgendaItem(
                meeting_id=meeting.id,
                position=1,
                kind=ItemKind.DECISION,
                title={"sv": "Ansvarsfrihet"},
            )
            db.add(item)
            db.flush()
            given = {"closes_at": closes_at, **by_chair}
            return polls.open_ballot(db, board, meeting, item, **given).id

    return open_ballot


def kept(database, poll_id) -> Poll:
    with database.reading() as db:
        return db.get_one(Poll, poll_id)


def closes(database, board) -> int:
    with database.reading() as db:
        return sum(isinstance(parse_entry(each), Closed) for each in board.entries(db.connection()))


def test_a_ballot_is_closed_when_its_time_has_passed(
    working, database, clock, news, open_ballot, open_meeting, now
):
    poll_id = open_ballot(now + MINUTE)
    clock[0] += MINUTE - dt.timedelta(seconds=1)
    worker.run_due(working)
    assert kept(database, poll_id).state is PollState.OPEN
    assert news == []
    clock[0] = now + MINUTE
    worker.run_due(working)
    closed = kept(database, poll_id)
    assert (closed.state, closed.closed_at) == (PollState.CLOSED, now + MINUTE)
    assert closed.result["votes"] == {"adopt": 0, "reject": 0, "abstain": 0}
    assert news == [open_meeting.id]


def test_a_second_round_closes_nothing_twice(
    working, database, board, clock, news, open_ballot, now
):
    open_ballot(now + MINUTE)
    clock[0] += MINUTE
    assert worker.close_polls(working) == 1
    assert worker.close_polls(working) == 0
    assert (closes(database, board), len(news)) == (1, 1)


def test_a_ballot_without_a_time_stays_open(working, database, clock, open_ballot):
    poll_id = open_ballot(None)
    clock[0] += 999 * MINUTE
    assert worker.close_polls(working) == 0
    assert kept(database, poll_id).state is PollState.OPEN


def test_workers_and_the_chair_at_once_close_once(
    working, database, board, clock, news, open_ballot, chair, now
):
    poll_id = open_ballot(now + MINUTE)
    clock[0] += MINUTE

    def by_the_chair() -> None:
        with contextlib.suppress(polls.NotOpen), database.writing() as db:
            polls.close(db, board, db.get_one(Poll, poll_id), by_id=chair.id, now=clock[0])

    steps = [by_the_chair, *[lambda: worker.close_polls(working)] * 3]
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (kept(database, poll_id).state, closes(database, board)) == (PollState.CLOSED, 1)
    assert len(news) <= 1
