"""`make bench-cast`: ballots cast durably over HTTP, beside what the same costs without us.

`stamma serve` with its default settings, one server process; this process is the client, on the
same cores. Every ballot is another member's; every receipt is verified afterwards, and read on the
board by a stranger. Secret ballots are in `cast_secret.py`, with their own measure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from ballots.checkpoint import VerifierKey
from ballots.open_ballot import OpenBallot, ballot_sha256
from ballots.receipt import verify_receipt
from benchmarks import cast_secret, client, growth, hall, peers, server
from benchmarks.hall import Hall
from benchmarks.server import Site
from benchmarks.stranger import Stranger, Voter
from governance.associations import Association
from web.house import open_house

CONNECTIONS = 50
BARE = ("-m", "granian", "--interface", "asginl", "--no-ws", "benchmarks.bare:app")


@dataclass
class Run:
    """One load: how long each answer took, and how long all of them."""

    took: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def row(self, name: str) -> str:
        p50, p99 = (client.percentile(self.took, share) * 1000 for share in (0.5, 0.99))
        return f"| {name} | {self.rate:,.0f} | {p50:.0f} ms | {p99:.0f} ms |"


@dataclass
class Report:
    lines: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)

    def judge(self, what: str, value: str, holds: bool) -> None:
        self.say(f"| {what} | {value} | {'met' if holds else '**missed**'} |")
        if not holds:
            self.missed.append(what)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=6_000, help="in each run")
    parser.add_argument("--runs", type=int, default=3, help="of each database; the median counts")
    parser.add_argument("--large", type=int, default=120_000, help="ballots on the large board")
    parser.add_argument("--rounds", type=int, default=8, help="of secret ballots, 150 in each")
    given = parser.parse_args()
    report = Report()
    _machine(report, given.ballots, given.runs)
    from tests import postgres

    with tempfile.TemporaryDirectory(prefix="stamma-bench-") as made, postgres.server() as started:
        directory = Path(made)
        urls = {"SQLite": lambda: "", "PostgreSQL": lambda: _text(started.create())}
        rates = _cast_everywhere(report, directory, urls, given.ballots, given.runs)
        _peers(report, directory, started.create(), rates)
        _growth(report, directory, urls, given.large)
        _secret(report, directory, urls, given.rounds)
    report.say()
    report.say("missed: " + ", ".join(report.missed) if report.missed else "every target is met")
    return 1 if report.missed else 0


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def _machine(report: Report, ballots: int, runs: int) -> None:
    models = [
        line.partition(": ")[2]
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("litestar", "granian", "sqlalchemy", "psycopg")
    )
    report.say(f"{len(models)} cores, {models[0]}, Python {platform.python_version()}, {libraries}")
    load = os.getloadavg()[0]
    report.say(
        f"load {load:.1f} at the start; {ballots:,} ballots, {runs} runs, {CONNECTIONS} connections"
    )


def _cast_everywhere(
    report: Report, directory: Path, urls: dict[str, Callable[[], str]], ballots: int, runs: int
) -> dict[str, Run]:
    report.say()
    report.say("| Cast over HTTP | a second | p50 | p99 |")
    report.say("|---|---|---|---|")
    best: dict[str, Run] = {}
    checked: list[float] = []
    for name, new_url in urls.items():
        done: list[Run] = []
        for run in range(runs):
            site = server.prepare(directory / f"{name}-{run}", new_url())
            made = _cast(site, ballots)
            done.append(made[0])
            checked.append(made[1])
            report.say(made[0].row(f"{name}, run {run + 1}"))
        best[name] = sorted(done, key=lambda run: run.rate)[len(done) // 2]
    best["bare handler"] = _bare(directory, ballots)
    report.say(best["bare handler"].row("bare handler: granian, no page, no database"))
    report.say()
    report.say(f"Receipts verified in this process: {statistics.median(checked):,.0f} a second.")
    return best


def fill(site: Site, count: int) -> Hall:
    house = open_house(site.settings)
    with house.database.writing() as db:
        association = db.get_one(Association, house.association_id)
        made = hall.fill(
            db, house.board, association, count, now=house.clock(), chance=secrets.token_bytes
        )
    house.close()
    return made


def _cast(site: Site, count: int) -> tuple[Run, float]:
    """The load, and how many receipts a second were verified after it. Raises Broken, Fault."""
    made = fill(site, count)
    voters = [_device(made, voter) for voter in made.voters]
    with server.running(site):
        began = time.perf_counter()
        done = client.run([voter.request for voter in voters], site.settings.port, CONNECTIONS)
        run = Run([each.took for each in done], time.perf_counter() - began)
        for each in done:
            if each.status != 200:
                raise RuntimeError(f"{each.status}: {each.body[:200]!r}")
            voters[each.label].receipt = json.loads(each.body)["receipt"]
        stranger = Stranger.at(site.settings.port)
        stranger.look()
    for voter in voters:
        stranger.check(voter)
    return run, _verify(voters, stranger.key)


def _device(made: Hall, voter: hall.Voter) -> Voter:
    values = {"choice": "adopt", "salt": secrets.token_hex(32), "key": secrets.token_hex(16)}
    ballot = OpenBallot(made.election, voter.slot, values["salt"], "adopt").encode()
    request = client.post(
        f"/polls/{made.poll_id}/cast", values, cookie=f"stamma={voter.token}", host="bench"
    )
    return Voter(made.election, voter.slot, ballot_sha256(ballot), request)


def _verify(voters: list[Voter], key: VerifierKey) -> float:
    began = time.perf_counter()
    for voter in voters:
        verify_receipt(str(voter.receipt), key)
    return len(voters) / (time.perf_counter() - began)


def _bare(directory: Path, count: int) -> Run:
    site = server.Site(server.settings_for(directory / "bare"), directory / "bare.log")
    values = {"choice": "adopt", "salt": "0" * 64, "key": "0" * 32}
    request = client.post("/polls/1/cast", values, cookie="stamma=" + "0" * 64, host="bench")
    with server.running(site, *BARE, "--port", str(site.settings.port)):
        began = time.perf_counter()
        done = client.run([request] * count, site.settings.port, CONNECTIONS)
        return Run([each.took for each in done], time.perf_counter() - began)


def _peers(report: Report, directory: Path, url: sa.URL, rates: dict[str, Run]) -> None:
    on_postgres = server.prepare(directory / "peer-postgres", _text(url))
    made = fill(on_postgres, 20_000)
    tps = peers.pgbench(url, made)
    on_sqlite = server.prepare(directory / "peer-sqlite")
    made = fill(on_sqlite, 20_000)
    path = on_sqlite.settings.data_dir / "stamma.db"
    plain = {batch: peers.plain_sqlite(path, made, batch) for batch in (1, 50)}
    report.say()
    report.say("| The same transaction alone, in plain SQL | a second | ours over HTTP, of that |")
    report.say("|---|---|---|")
    for name, rate in tps.items():
        report.say(f"| {name} | {rate:,.0f} | {rates['PostgreSQL'].rate / rate:.0%} |")
    for batch, rate in plain.items():
        name = f"SQLite, {batch} ballot{'s' if batch > 1 else ''} a transaction, one connection"
        report.say(f"| {name} | {rate:,.0f} | {rates['SQLite'].rate / rate:.0%} |")
    report.say()
    report.say("| Target | Measured | |")
    report.say("|---|---|---|")
    for name, rate in tps.items():
        share = rates["PostgreSQL"].rate / rate
        report.judge(f"≥ 50% of {name}", f"{share:.0%}", share >= 0.5)
    for database in ("SQLite", "PostgreSQL"):
        p99 = client.percentile(rates[database].took, 0.99)
        report.judge(f"p99 on {database} < 250 ms", f"{p99 * 1000:.0f} ms", p99 < 0.25)


def _growth(
    report: Report, directory: Path, urls: dict[str, Callable[[], str]], large: int
) -> None:
    report.say()
    report.say(f"| One cast with | 100 ballots on the board | {large:,} | times |  |")
    report.say("|---|---|---|---|---|")
    for name, new_url in urls.items():
        small_site = server.prepare(directory / f"{name}-small", new_url())
        large_site = server.prepare(directory / f"{name}-large", new_url())
        for batch, (few, many) in growth.compare(small_site, large_site, 100, large).items():
            times = many / few
            what = f"{name}, {batch} at a time"
            cost = [f"{seconds * 1e6 / batch:,.0f} µs" for seconds in (few, many)]
            holds = times <= growth.TARGET
            mark = "met" if holds else "**missed**"
            report.say(f"| {what} | {cost[0]} | {cost[1]} | {times:.2f} | {mark} |")
            if not holds:
                report.missed.append(f"cost of a cast, {what}")


def _secret(
    report: Report, directory: Path, urls: dict[str, Callable[[], str]], rounds: int
) -> None:
    sites = {name: new_url() for name, new_url in urls.items()}
    lines, shares = cast_secret.compare(directory, sites, 150, rounds)
    report.say()
    for line in lines:
        report.say(line)
    report.missed += [
        f"secret ballots on {name}" for name, share in shares.items() if share < cast_secret.TARGET
    ]


if __name__ == "__main__":
    sys.exit(main())
