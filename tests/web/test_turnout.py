"""Turnout: who watches a meeting hears, after a while, that more have voted there."""

from __future__ import annotations

import asyncio
import json
import secrets

import pytest

from benchmarks import hall as halls
from web import turnout as module
from web.live import Hub
from web.turnout import Turnout


@pytest.fixture
def hall(database, board, association, now):
    with database.writing() as db:
        return halls.fill(db, board, association, 1, now=now, chance=secrets.token_bytes)


@pytest.fixture
def prompt(monkeypatch):
    """As it is, but nobody waits seconds for a test."""
    monkeypatch.setattr(module, "SOONEST", 0.05)
    monkeypatch.setattr(module, "FOR_EACH", 0)


def test_many_ballots_are_one_piece_of_news_for_the_meeting(database, board, hall, prompt):
    async def watch() -> list[bytes]:
        live = Hub(database)
        live.start(asyncio.get_running_loop())
        told = Turnout(database, board, live)
        heard = [each async for each in _heard(live, hall.meeting_id, told, hall.poll_id)]
        await asyncio.to_thread(live.close)
        return heard

    [news] = asyncio.run(watch())
    told = {"meeting": hall.meeting_id, "poll": hall.poll_id, "within": 8}
    assert news == b"event: news\ndata: %s\n\n" % json.dumps(told).encode()


async def _heard(live, meeting_id, told, poll_id):
    """What is heard in a second after a hundred ballots, the stream's greeting apart."""
    await asyncio.sleep(0.5)  # on PostgreSQL the listener tells everybody once when it is there
    stream = live.watch(meeting_id)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    for _ in range(100):
        told.note(poll_id)
    until = asyncio.get_running_loop().time() + 1
    while (left := until - asyncio.get_running_loop().time()) > 0:
        done, _ = await asyncio.wait([waiting], timeout=left)
        if done:
            yield waiting.result()
            waiting = asyncio.ensure_future(anext(stream))
    waiting.cancel()


def test_the_more_people_watch_the_rarer_the_news(database, board, hall):
    live = Hub(database)
    live.watchers = 1_000

    async def wait() -> float:
        loop = asyncio.get_running_loop()
        asked = []
        loop.call_later = lambda delay, *_: asked.append(delay)
        Turnout(database, board, live).note(hall.poll_id)
        return asked[0]

    assert asyncio.run(wait()) == 10
