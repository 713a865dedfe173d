"""`make bench-live`: a thousand people follow one meeting; a vote opens, and all of them cast.

Each of them is a page of its own: a stream of news, which tells that the vote is open; the page
again, within the time that the news gives; the page on which the choice is reviewed; the ballot.
This process is all thousand of them, on the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import cast, client, server
from benchmarks.cast import Report
from benchmarks.hall import Hall, Voter
from benchmarks.server import Site
from governance import roles
from governance.members import Member
from governance.polls import Poll, PollState
from governance.roles import Role
from web.house import open_house

TOLD_WITHIN, CAST_WITHIN = 1.0, 15.0  # seconds
# Each with its number of server processes, and whether its database is PostgreSQL.
RUNS = (
    ("SQLite", 1, False),
    ("PostgreSQL", 1, True),
    ("PostgreSQL, two server processes", 2, True),
)


@dataclass
class Watcher:
    """One person's page, and when it had what."""

    voter: Voter
    told: float = 0.0
    renewed: float = 0.0
    cast: float = 0.0


def prepare(site: Site, count: int) -> tuple[Hall, int]:
    """A meeting that so many are in, with a chair and no vote yet; and its item."""
    made = cast.fill(site, count)
    house = open_house(site.settings)
    with house.database.writing() as db:
        poll = db.get_one(Poll, made.poll_id)
        poll.state = PollState.VOID
        now, chair = house.clock(), db.get_one(Member, made.voters[0].member_id)
        roles.grant(db, chair, Role.CHAIR, now=now, by_id=None, meeting_id=made.meeting_id)
        item_id = poll.item_id
    house.close()
    return made, item_id


async def _ask(port: int, request: bytes, *, status: int = 200) -> bytes:
    """One request over a connection of its own, as a browser that has been idle makes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(client.content_length(head))
    writer.close()
    if int(head[9:12]) != status:
        raise RuntimeError(f"{head!r} {body[:300]!r}")
    return body


def _get(path: str, voter: Voter) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: stamma={voter.token}\r\n"
    return f"{head}accept: text/html\r\n\r\n".encode()


def _put(hall: Hall, item_id: int) -> bytes:
    """The chair's form: the question is put to an open ballot."""
    fields = {"seen": str(hall.poll_id), "question_sv": "Bifall?", "question_en": "Adopt?"}
    body = urlencode(fields)
    return (
        f"POST /meetings/{hall.meeting_id}/items/{item_id}/ballot HTTP/1.1\r\n"
        f"host: bench\r\ncookie: stamma={hall.voters[0].token}\r\n"
        "sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _evening(hall: Hall, item_id: int, port: int) -> tuple[float, list[Watcher]]:
    """When the chair pressed the button, and what everybody had when."""
    watchers = [Watcher(voter) for voter in hall.voters]
    ready = asyncio.Semaphore(0)
    following = [asyncio.ensure_future(_follow(hall, port, each, ready)) for each in watchers]
    for _ in watchers:
        await ready.acquire()
    began = time.perf_counter()
    await _ask(port, _put(hall, item_id), status=303)
    await asyncio.gather(*following)
    return began, watchers


async def _follow(hall: Hall, port: int, watcher: Watcher, ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_get(f"/live/{hall.meeting_id}", watcher.voter))
    await reader.readuntil(b"retry:")
    ready.release()
    said = {"poll": None}
    while said["poll"] is None:
        line = await reader.readuntil(b"\n")
        if line.startswith(b"data:"):
            said = json.loads(line[5:])
    watcher.told = time.perf_counter()
    writer.close()
    await asyncio.sleep(0.04 + random.random() * max(0.26, said["within"] / 1000))  # noqa: S311
    await _ask(port, _get(f"/meetings/{hall.meeting_id}", watcher.voter))
    watcher.renewed = time.perf_counter()
    await _vote(said["poll"], port, watcher)


async def _vote(poll_id: int, port: int, watcher: Watcher) -> None:
    """Three taps: the choice, made on the page that has come; its review; the ballot."""
    await _ask(port, _get(f"/polls/{poll_id}/vote?choice=adopt", watcher.voter))
    values = {"choice": "adopt", "salt": secrets.token_hex(32), "key": secrets.token_hex(16)}
    cookie = f"stamma={watcher.voter.token}"
    request = client.post(f"/polls/{poll_id}/cast", values, cookie=cookie, host="bench")
    if "receipt" not in json.loads(await _ask(port, request)):
        raise RuntimeError("a ballot without a receipt")
    watcher.cast = time.perf_counter()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    given = parser.parse_args()
    report = Report()
    from tests import postgres

    with tempfile.TemporaryDirectory(prefix="stamma-bench-") as made, postgres.server() as started:
        load = os.getloadavg()[0]
        report.say(f"{given.people:,} people follow one meeting; load {load:.1f} at the start")
        report.say()
        report.say("| seconds until | told of the vote | page renewed | all have cast |")
        report.say("|---|---|---|---|")
        for name, workers, own in RUNS:
            url = started.create().render_as_string(hide_password=False) if own else ""
            site = server.prepare(Path(made) / name, url)
            _measure(report, name, site, given.people, workers)
    report.say()
    report.say("missed: " + ", ".join(report.missed) if report.missed else "every target is met")
    return 1 if report.missed else 0


def _measure(report: Report, name: str, site: Site, people: int, workers: int) -> None:
    hall, item_id = prepare(site, people)
    with server.running(site, workers=workers):
        began, watchers = asyncio.run(_evening(hall, item_id, site.settings.port))
    told, renewed = (
        client.percentile([getattr(each, what) - began for each in watchers], 0.99)
        for what in ("told", "renewed")
    )
    everybody = max(each.cast for each in watchers) - began
    report.say(f"| {name} | {told:.2f} (p99) | {renewed:.1f} (p99) | {everybody:.1f} |")
    if told > TOLD_WITHIN:
        report.missed.append(f"{name}: told within {TOLD_WITHIN} s")
    if everybody > CAST_WITHIN:
        report.missed.append(f"{name}: all have cast within {CAST_WITHIN} s")


if __name__ == "__main__":
    sys.exit(main())
