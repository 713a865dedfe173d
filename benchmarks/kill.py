"""Kill the server again and again while people cast, and count what that costs them: nothing.

    python -m benchmarks.kill --times 1000

Each life of the server: 50 clients cast over HTTP, first again what they have had no answer to,
then new ballots; at a random moment every process of the server gets SIGKILL. After the restart a
stranger, who has kept every entry and checkpoint seen so far, checks all that the clients hold.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import json
import random
import secrets
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from tqdm import tqdm

from ballots.errors import Fault
from ballots.open_ballot import OpenBallot, ballot_sha256
from ballots.tables import board_ballot
from benchmarks import client, hall, server
from benchmarks.client import Exchange, Load
from benchmarks.stranger import Broken, Stranger, Voter, must
from governance.associations import Association
from web.house import open_house

CLIENTS = 50
LONGEST_LIFE = 0.25  # seconds of casting before the kill, at most
HALL = 4_000  # voters of one poll
AGAIN = 10  # receipts held already that are asked for again in each life


@dataclass
class Siege:
    """One data directory, many servers over it, and everybody who casts there."""

    site: server.Site
    cradle: server.Nursery | server.Afresh
    chance: random.Random
    new: deque[Voter] = field(default_factory=deque)
    unanswered: deque[Voter] = field(default_factory=deque)
    held: list[Voter] = field(default_factory=list)
    halls: list[hall.Hall] = field(default_factory=list)
    kills: int = 0
    retried: int = 0  # ballots sent again after their connection broke
    stranger: Stranger | None = None

    def run(self, times: int) -> None:
        """Kill so many servers, then look at everything once more. Raises Broken."""
        for _ in tqdm(range(times), unit=" kills", disable=None):  # not where nobody looks
            self._fill()
            group = self.cradle.start()
            self._check(self.held[-2_000:])
            self._live(group)
            self.cradle.bury()
        group = self.cradle.start()
        self._finish()
        server.kill(group)
        self.cradle.bury()
        self._count()

    def _fill(self) -> None:
        """People for the next life; between lives, for only the server may be disturbed."""
        if len(self.new) >= HALL // 2:
            return
        house = open_house(self.site.settings)
        with house.database.writing() as db:
            association = db.get_one(Association, house.association_id)
            now = house.clock()
            made = hall.fill(
                db, house.board, association, HALL, now=now, chance=secrets.token_bytes
            )
        house.close()
        self.halls.append(made)
        self.new += [self._device(made, each) for each in made.voters]

    def _device(self, made: hall.Hall, voter: hall.Voter) -> Voter:
        values = {
            "choice": self.chance.choice(["adopt", "reject", "abstain"]),
            "salt": secrets.token_hex(32),
            "key": secrets.token_hex(16),
        }
        ballot = OpenBallot(made.election, voter.slot, values["salt"], values["choice"]).encode()
        request = client.post(
            f"/polls/{made.poll_id}/cast", values, cookie=f"stamma={voter.token}", host="bench"
        )
        return Voter(made.election, voter.slot, ballot_sha256(ballot), request)

    def _live(self, group: int) -> None:
        """Cast until the server is killed at a moment of chance."""
        self.retried += len(self.unanswered)
        sent: list[Voter] = []
        load = Load(self._requests(sent))

        async def cast() -> None:
            delay = self.chance.uniform(0, LONGEST_LIFE)
            asyncio.get_running_loop().call_later(delay, self._kill, group, load)
            await client.send(load, self.site.settings.port, CLIENTS)

        asyncio.run(cast())
        self.kills += 1
        self._take_answers(sent, load.done)

    def _kill(self, group: int, load: Load) -> None:
        server.kill(group)
        load.stopped = True

    def _requests(self, sent: list[Voter]) -> Iterator[Exchange]:
        again = self.chance.sample(self.held, min(AGAIN, len(self.held)))
        # Taken one by one: who does not come to it in this life has their turn in the next.
        first = (self.unanswered.popleft() for _ in range(len(self.unanswered)))
        new = (self.new.popleft() for _ in range(len(self.new)))
        for voter in itertools.chain(first, again, new):
            sent.append(voter)
            yield Exchange(len(sent) - 1, voter.request)

    def _take_answers(self, sent: list[Voter], exchanges: list[Exchange]) -> None:
        answers = {exchange.label: exchange for exchange in exchanges}
        for label, voter in enumerate(sent):
            exchange = answers.get(label)
            if exchange is None or exchange.status is None:
                if voter.receipt is None:
                    self.unanswered.append(voter)
                continue
            must(exchange.status == 200, f"{exchange.status}: {exchange.body[:200]!r}")
            receipt = json.loads(exchange.body)["receipt"]
            must(voter.receipt in (None, receipt), "a retry got another receipt")
            if voter.receipt is None:
                voter.receipt = receipt
                self.held.append(voter)

    def _check(self, voters: list[Voter]) -> None:
        self.stranger = self.stranger or Stranger.at(self.site.settings.port)
        self.stranger.look()
        for voter in voters:
            self.stranger.check(voter)

    def _finish(self) -> None:
        """Everybody without an answer asks again; then every receipt ever given is checked."""
        pending = list(self.unanswered)
        self.unanswered.clear()
        done = client.run([v.request for v in pending], self.site.settings.port, CLIENTS)
        self._take_answers(pending, done)
        must(not self.unanswered, "somebody has had no answer from a server that lives")
        self._check(self.held)
        assert self.stranger is not None  # noqa: S101 - _check has made it
        self.stranger.check_memory()

    def _count(self) -> None:
        """The tables agree with the log, and the close counts what the clients hold."""
        house = open_house(self.site.settings)
        with house.database.writing() as db:
            conn = db.connection()
            rows = conn.execute(sa.select(board_ballot.c.election, board_ballot.c.slot)).all()
            closed = sum(house.board.close_election(conn, each.election) for each in self.halls)
        house.close()
        assert self.stranger is not None  # noqa: S101 - _finish has used it
        must({tuple(row) for row in rows} == self.stranger.slots, "tables and log differ")
        must(len(rows) == len(self.stranger.slots) == closed, "the close counts something else")
        must(closed == len(self.held), "a ballot is counted for which nobody holds a receipt")


def besiege(
    directory: Path, database_url: str, times: int, seed: int, *, afresh: bool = False
) -> Siege:
    """A prepared site, besieged. Raises Broken, or a Fault of the log."""
    site = server.prepare(directory, database_url)
    with server.Afresh(site) if afresh else server.Nursery(site) as cradle:
        siege = Siege(site, cradle, random.Random(seed))  # noqa: S311 - only when to kill
        siege.run(times)
    return siege


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill", description=__doc__)
    parser.add_argument("--times", type=int, default=1000, help="kills on each database")
    parser.add_argument(
        "--afresh", action="store_true", help="start each server from the command line; slower"
    )
    parser.add_argument("--seed", type=int, default=None, help="of the moments; printed")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbits(32)
    if given.database in ("sqlite", "both"):
        _report("SQLite", "", given.times, seed, given.afresh)
    if given.database in ("postgres", "both"):
        from tests import postgres

        with postgres.server() as started:
            url = started.create().render_as_string(hide_password=False)
            _report("PostgreSQL", url, given.times, seed, given.afresh)


def _report(name: str, database_url: str, times: int, seed: int, afresh: bool) -> None:
    print(f"{name}: {times} kills, seed {seed} …", flush=True)
    began = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory(prefix="stamma-kill-") as directory:
        try:
            siege = besiege(Path(directory), database_url, times, seed, afresh=afresh)
        except (Broken, Fault) as broken:
            sys.exit(f"{name}: broken: {broken}")
    took = (dt.datetime.now(dt.UTC) - began).total_seconds()
    print(
        f"{name}: {siege.kills} kills in {took:.0f} s; {len(siege.held)} receipts, all hold and "
        f"are on the board; {siege.retried} ballots sent again, none counted twice."
    )


if __name__ == "__main__":
    main()
