"""Part of `make bench-cast`: secret ballots of 3 choices cast over HTTP with every proof checked,
beside bare checking of the same proofs on the same cores. Alone: `-m benchmarks.cast_secret`.

The two take turns, a few seconds each, so that what else the machine does weighs on both. Bare
checking is what the server does with a ballot and nothing else: parse it strictly, ask each number
for membership, check every proof, in as many processes as there are cores.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots import secret_ballot
from ballots.belenios.ballot import make_ballot
from ballots.belenios.credential import slot_of
from benchmarks import client, hall, server
from benchmarks.server import Site
from benchmarks.stranger import Stranger, Voter
from governance import polls, secret, server_keys
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.credentials import PollCredential
from governance.meetings import Meeting
from governance.polls import Poll
from governance.roles import Grant, Role
from web.house import House, open_house

TARGET = 0.7  # of the rate of bare checking
CONNECTIONS = 50
WARM = 40  # ballots before the clock runs: processes start, tables are made


@dataclass(frozen=True)
class Voting:
    """A secret vote that is open, and a ballot for each of its voters."""

    election: bytes
    voters: list[Voter]
    bodies: list[bytes]


@dataclass(frozen=True)
class Round:
    cast: float  # a second, over HTTP
    bare: float  # a second
    p99: float  # seconds for one answer

    @property
    def share(self) -> float:
        return self.cast / self.bare


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=150, help="in each round")
    parser.add_argument("--rounds", type=int, default=8, help="on each database")
    given = parser.parse_args()
    from tests import postgres

    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start, {CONNECTIONS} connections")
    with tempfile.TemporaryDirectory(prefix="stamma-bench-") as made, postgres.server() as started:
        url = started.create().render_as_string(hide_password=False)
        sites = {"SQLite": "", "PostgreSQL": url}
        lines, shares = compare(Path(made), sites, given.ballots, given.rounds)
    print("\n".join(lines))
    return 0 if all(share >= TARGET for share in shares.values()) else 1


def compare(
    directory: Path, sites: dict[str, str], ballots: int, rounds: int
) -> tuple[list[str], dict[str, float]]:
    """A table's lines, and on each database the share of bare checking that casting reaches."""
    lines = [
        f"| Secret ballots of 3 choices, {rounds} rounds of {ballots} | cast a second | p99 |"
        " bare checking a second | of that |  |",
        "|---|---|---|---|---|---|",
    ]
    shares = {}
    for name, url in sites.items():
        site = server.prepare(directory / f"secret-{name}", url)
        done = _measure(site, ballots, rounds)
        shares[name] = statistics.median(each.share for each in done)
        cast, bare, p99 = (
            statistics.median(values)
            for values in zip(*((each.cast, each.bare, each.p99) for each in done), strict=True)
        )
        mark = "met" if shares[name] >= TARGET else "**missed**"
        lines.append(
            f"| {name} | {cast:,.0f} | {p99 * 1000:,.0f} ms | {bare:,.0f} |"
            f" {shares[name]:.0%} | {mark} |"
        )
    return lines, shares


def _measure(site: Site, ballots: int, rounds: int) -> list[Round]:
    """Raises Broken where a receipt does not hold or a ballot is missing."""
    vote = prepare(site, WARM + ballots * rounds)
    done = []
    with (
        server.running(site),
        ProcessPoolExecutor(mp_context=get_context("spawn")) as processes,
    ):
        _cast(site, vote.voters[:WARM])
        _check(processes, vote.election, vote.bodies[:WARM])
        for start in range(WARM, WARM + ballots * rounds, ballots):
            part = slice(start, start + ballots)
            # Whoever goes first in one round goes second in the next.
            if (start - WARM) // ballots % 2:
                bare = _check(processes, vote.election, vote.bodies[part])
                cast, p99 = _cast(site, vote.voters[part])
            else:
                cast, p99 = _cast(site, vote.voters[part])
                bare = _check(processes, vote.election, vote.bodies[part])
            done.append(Round(cast, bare, p99))
        stranger = Stranger.at(site.settings.port)
        stranger.look()
    for voter in vote.voters:
        stranger.check(voter)
    return done


def _cast(site: Site, voters: Sequence[Voter]) -> tuple[float, float]:
    """How many a second, and the 99th percentile of how long one waits for its receipt."""
    began = time.perf_counter()
    done = client.run([voter.request for voter in voters], site.settings.port, CONNECTIONS)
    seconds = time.perf_counter() - began
    for each in done:
        if each.status != 200:
            raise RuntimeError(f"{each.status}: {each.body[:200]!r}")
        voters[each.label].receipt = json.loads(each.body)["receipt"]
    return len(done) / seconds, client.percentile([each.took for each in done], 0.99)


def _check(processes: ProcessPoolExecutor, election: bytes, bodies: Sequence[bytes]) -> float:
    """How many a second are checked by processes that do nothing else."""
    count = os.cpu_count() or 1
    jobs = [(election, bodies[start::count]) for start in range(count)]
    began = time.perf_counter()
    held = sum(processes.map(_hold, jobs))
    seconds = time.perf_counter() - began
    if held != len(bodies):
        raise RuntimeError("not every ballot holds")
    return len(bodies) / seconds


def _hold(job: tuple[bytes, Sequence[bytes]]) -> int:
    raw, bodies = job
    election = secret_ballot.election_of(raw)
    return sum(bool(secret_ballot.check(election, body).tracker) for body in bodies)


def prepare(site: Site, count: int) -> Voting:
    house = open_house(site.settings)
    with house.database.writing() as db:
        association = db.get_one(Association, house.association_id)
        made = hall.fill(
            db, house.board, association, count, now=house.clock(), chance=secrets.token_bytes
        )
        poll = _put(house, db, made)
        kept = secret.of(db, poll)
        waiting = {row.member_id: int(row.secret) for row in db.scalars(sa.select(PollCredential))}
        rights = [waiting[voter.member_id] for voter in made.voters]
        election, poll_id, manifest = kept.election, poll.id, str(poll.election)
    house.close()
    bodies = _made(election, rights)
    voters = [
        _device(each, body, poll_id, manifest)
        for each, body in zip(made.voters, bodies, strict=True)
    ]
    return Voting(election, voters, bodies)


def _put(house: House, db: Session, made: hall.Hall) -> Poll:
    """The hall's open vote gives way to a secret one, whose key the server holds."""
    now, chair = house.clock(), made.voters[0].member_id
    db.add(Grant(member_id=chair, role=Role.CHAIR, meeting_id=made.meeting_id, granted_at=now))
    db.flush()
    before = db.get_one(Poll, made.poll_id)
    polls.void(db, house.board, before, "Mätning av slutna röster", by_id=chair, now=now)
    poll = polls.open_secret(
        db,
        house.board,
        db.get_one(Meeting, made.meeting_id),
        db.get_one(AgendaItem, before.item_id),
        server_key=server_keys.make(secrets.token_bytes).public,
        by_id=chair,
        now=now,
        chance=secrets.token_bytes,
    )
    db.flush()
    return poll


def _made(election: bytes, rights: Sequence[int]) -> list[bytes]:
    """Each of them votes for one of the three."""
    jobs = [(election, right, at % 3) for at, right in enumerate(rights)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        return list(processes.map(_ballot, jobs, chunksize=20))


def _ballot(job: tuple[bytes, int, int]) -> bytes:
    raw, right, chosen = job
    election = secret_ballot.election_of(raw)
    choice = [int(at == chosen) for at in range(3)]
    return make_ballot(election, right, [choice], secrets.token_bytes).encode()


def _device(voter: hall.Voter, body: bytes, poll_id: int, manifest: str) -> Voter:
    values = {"ballot": body.decode(), "key": secrets.token_hex(16)}
    request = client.post(
        f"/polls/{poll_id}/cast-secret", values, cookie=f"stamma={voter.token}", host="bench"
    )
    credential = int(json.loads(body)["credential"])
    return Voter(manifest, slot_of(credential), sha256(body).hexdigest(), request)


if __name__ == "__main__":
    sys.exit(main())
