"""The command as others script against it: a real process, its output, its exit code."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from ballots import record
from governance.database import Database
from governance.journal import JournalEntry
from governance.members import Member
from governance.roles import Grant
from tests.ballots.test_verify import KEY, Election
from web.cli import main

ROOT = Path(__file__).parents[2]
RECEIPTS = ROOT / "tests" / "vectors" / "receipt"
LOG_KEY, *WITNESS_KEYS = (RECEIPTS / "keys.txt").read_text().split()
HEAD = "medlemsnummer;förnamn;efternamn;e-post;inträde\n"
GOOD = "0001;Åsa;Öberg;asa@example.org;2024-06-16\n"
BAD = "0002;Bo;Ek;inte-en-adress;2024-06-16\n"

HOLDS, DOES_NOT_HOLD, WRONG_USE = 0, 1, 2


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "STAMMA_DATA_DIR": str(tmp_path / "data"),
    }


@pytest.fixture
def stamma(tmp_path, environment) -> Callable[..., Answer]:
    """Run the command in an empty directory; a traceback is never an answer."""

    def stamma(*arguments: object) -> Answer:
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "web.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        return Answer(ran.returncode, ran.stdout, ran.stderr)

    return stamma


@pytest.fixture
def in_database(database, environment) -> Database:
    """The commands use the test's database, which has its schema and nothing else."""
    environment["STAMMA_DATABASE_URL"] = database.url.render_as_string(hide_password=False)
    return database


@pytest.fixture
def create(stamma) -> Callable[[], Answer]:
    def create() -> Answer:
        return stamma("admin", "create-association", "--name", "Kooperativet", "--slug", "koop")

    return create


@pytest.fixture
def register(tmp_path) -> Callable[..., Path]:
    def register(text: str = HEAD + GOOD + BAD) -> Path:
        path = tmp_path / "register.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return register


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [(), *commands(main)], ids=" ".join)
def test_every_command_says_what_it_does(stamma, path):
    answer = stamma(*path, "--help")
    assert answer.code == HOLDS
    assert answer.out.lower().startswith("usage: stamma")


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("serve", "--frobnicate"),
        ("serve", "--port", "eighty"),
        ("import-members",),
        ("import-members", "nowhere.csv"),
        ("receipt",),
        ("receipt", "nowhere.tlog-proof", "--log-key", LOG_KEY),
        ("receipt", RECEIPTS / "worked.tlog-proof", "--log-key", "no key"),
        ("verify", "nowhere"),
        ("admin", "key", "show"),
        ("worker", "--once"),
        ("serve",),
    ],
    ids=lambda arguments: " ".join(map(str, arguments))[:40],
)
def test_wrong_use_is_said_in_one_line_and_is_exit_code_2(stamma, arguments):
    answer = stamma(*arguments)
    assert (answer.code, answer.out) == (WRONG_USE, "")
    assert answer.err


def test_a_mistyped_setting_is_named_with_the_one_meant(stamma, environment):
    environment["STAMMA_DATABSE_URL"] = "postgresql://x"
    answer = stamma("migrate")
    assert answer.code == WRONG_USE
    assert "did you mean STAMMA_DATABASE_URL?" in answer.err


def test_a_database_that_is_away_is_said_without_its_password(stamma, environment):
    environment["STAMMA_DATABASE_URL"] = "postgresql://anna:hemligt@127.0.0.1:9/stamma"
    for arguments in (("migrate",), ("admin", "appoint", "1")):
        answer = stamma(*arguments)
        assert answer.code == WRONG_USE
        assert "the database cannot be reached" in answer.err
        assert "hemligt" not in answer.err


def test_the_data_directory_may_stand_before_and_after_the_command(stamma, tmp_path, environment):
    del environment["STAMMA_DATA_DIR"]
    here, there = tmp_path / "here", tmp_path / "there"
    assert stamma("--data-dir", here, "migrate").code == HOLDS
    assert stamma("migrate", "--data-dir", there).code == HOLDS
    assert (here / "stamma.db").exists()
    assert (there / "stamma.db").exists()
    assert not (tmp_path / "stamma-data").exists()


def test_a_data_directory_that_cannot_be_is_said(stamma, tmp_path):
    (tmp_path / "file").touch()
    answer = stamma("migrate", "--data-dir", tmp_path / "file" / "data")
    assert answer.code == WRONG_USE
    assert "Not a directory" in answer.err


# Setting a house up


def test_a_house_is_set_up_from_nothing(stamma, in_database, create, register):
    assert "Its log is localhost/koop." in create().out
    assert stamma("import-members", register(HEAD + GOOD), "--association", "koop").code == HOLDS
    assert stamma("admin", "appoint", "ASA@example.org").out == "Member 0001 is administrator.\n"
    assert stamma("admin", "appoint", "0001", "--role", "director").code == HOLDS
    shown = stamma("admin", "key", "new")
    assert shown.out.startswith("localhost/koop+")
    assert stamma("admin", "key", "show").out == shown.out
    with in_database.reading() as db:
        held = db.scalars(sa.select(Grant.role).order_by(Grant.id)).all()
        assert held == ["administrator", "director"]
        acts = db.scalars(sa.select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert acts == ["members.imported", "role.granted", "role.granted"]


def test_a_role_given_again_is_the_same_one(stamma, in_database, create, register):
    create()
    stamma("import-members", register(HEAD + GOOD))
    stamma("admin", "appoint", "0001")
    assert stamma("admin", "appoint", "0001").code == HOLDS
    with in_database.reading() as db:
        assert db.scalars(sa.select(Grant.role)).all() == ["administrator"]


def test_a_key_is_never_overwritten(stamma, create):
    create()
    before = stamma("admin", "key", "new").out
    assert stamma("admin", "key", "new").code == WRONG_USE
    assert stamma("admin", "key", "show").out == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--slug", "Å b"), "is no slug"),
        (("--slug", "koop", "--time-zone", "Mars/Olympus"), "unknown time zone"),
        (("--slug", "koop", "--language", "tlh"), "unknown language"),
        (("--slug", "koop", "--origin", "two words"), "cannot name a log"),
    ],
)
def test_an_association_that_cannot_be_is_refused(stamma, options, said):
    answer = stamma("admin", "create-association", "--name", "Kooperativet", *options)
    assert answer.code == WRONG_USE
    assert said in answer.err


def test_a_second_association_of_that_slug_is_refused(stamma, in_database, create):
    create()
    answer = create()
    assert (answer.code, "there is an association koop already" in answer.err) == (WRONG_USE, True)


def test_a_member_who_is_not_there_is_said(stamma, create):
    create()
    answer = stamma("admin", "appoint", "4711")
    assert (answer.code, "there is no member 4711" in answer.err) == (WRONG_USE, True)


# Importing


def test_an_import_tells_machines_what_it_did(stamma, in_database, create, register):
    create()
    file = register()
    tried = stamma("import-members", file, "--association", "koop", "--dry-run", "--json")
    assert tried.code == DOES_NOT_HOLD
    assert tried.json == {
        "read": 2,
        "new": 1,
        "updated": 0,
        "refused": [
            {
                "row": 2,
                "field": "email",
                "code": "bad-address",
                "message": "This is not an e-mail address. Mend it, or leave it empty: then post.",
            }
        ],
        "warnings": [],
    }
    with in_database.reading() as db:
        assert db.scalars(sa.select(Member.number)).all() == []
    done = stamma("import-members", file, "--association", "koop", "--json")
    assert done.json == tried.json
    again = stamma("import-members", file, "--association", "koop", "--json")
    assert (again.json["new"], again.json["updated"]) == (0, 1)


def test_an_import_tells_people_each_row_with_its_remedy(stamma, create, register):
    create()
    answer = stamma("import-members", register())
    assert answer.code == DOES_NOT_HOLD
    assert answer.out.splitlines() == [
        "2 read, 1 new, 0 updated",
        "refused: row 2, email: This is not an e-mail address. "
        "Mend it, or leave it empty: then post.",
    ]


def test_an_import_without_faults_is_exit_code_0(stamma, create, register):
    create()
    assert stamma("import-members", register(HEAD + GOOD)).code == HOLDS


def test_the_shared_register_is_imported_by_the_command(stamma, in_database, create, shared_data):
    create()
    answer = stamma("import-members", shared_data / "members-1200-utf8.csv", "--json")
    assert (answer.code, answer.json["read"], answer.json["new"]) == (DOES_NOT_HOLD, 1200, 1191)
    refused = {fault["row"] for fault in answer.json["refused"]}
    assert refused == {11, 31, 41, 51, 61, 71, 72, 91, 92}


@pytest.mark.parametrize(
    ("text", "said"), [("a;b\n1;2\n", "There is no column"), ("", "cannot be read as a table")]
)
def test_what_is_no_register_is_wrong_use(stamma, create, register, text, said):
    create()
    answer = stamma("import-members", register(text), "--json")
    assert (answer.code, answer.out) == (WRONG_USE, "")
    assert said in answer.err


def test_an_association_that_is_not_there_is_said(stamma, create, register):
    create()
    answer = stamma("import-members", register(), "--association", "other")
    assert (answer.code, "there is no association other" in answer.err) == (WRONG_USE, True)


def test_long_work_draws_a_bar_at_a_terminal_and_only_there(
    stamma, create, register, tmp_path, environment
):
    create()
    rows = (f"{n:06};Bo;Ek;bo{n}@example.org;2024-06-16\n" for n in range(12_000))
    file = register(HEAD + "".join(rows))
    assert stamma("import-members", file, "--dry-run").err == ""
    drawn = at_a_terminal("import-members", str(file), cwd=tmp_path, env=environment)
    assert "Reading" in drawn
    assert "12000 read, 12000 new" in drawn


def at_a_terminal(*arguments: str, cwd: Path, env: dict[str, str]) -> str:
    mine, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-m", "web.cli", *arguments]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=cwd, env=env, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while select.select([mine], [], [], 60)[0]:
        try:
            said += os.read(mine, 65_536)
        except OSError:  # the other end is closed: the process has ended
            break
    process.wait(timeout=10)
    os.close(mine)
    return said.decode()


# Checking receipts and records


def receipt_options(*more: str) -> tuple[str, ...]:
    keys = [option for key in WITNESS_KEYS for option in ("--witness-key", key)]
    return ("--log-key", LOG_KEY, *keys, *more)


def test_a_receipt_that_holds_is_exit_code_0(stamma):
    answer = stamma(
        "receipt", RECEIPTS / "worked.tlog-proof", *receipt_options("--need-witnesses", "2")
    )
    assert answer.code == HOLDS
    assert answer.out.startswith("HOLDS")
    assert "ZG81-JKFF-AW57-7062" in answer.out


def test_a_receipt_that_does_not_hold_is_exit_code_1_with_its_fault(stamma):
    broken = RECEIPTS / "broken" / "entry-changed.tlog-proof"
    answer = stamma("receipt", broken, *receipt_options("--json"))
    assert answer.code == DOES_NOT_HOLD
    assert answer.json["ok"] is False
    assert answer.json["findings"][0]["code"]


def test_checking_a_receipt_loads_no_database_and_no_server(tmp_path, environment):
    script = (
        "import sys\nfrom web.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "for name in ('sqlalchemy', 'litestar', 'jinja2', 'granian'):\n"
        "    assert name not in sys.modules, name\n"
    )
    file = str(RECEIPTS / "worked.tlog-proof")
    command = [sys.executable, "-c", script, "receipt", file, *receipt_options()]
    ran = subprocess.run(  # noqa: S603
        command, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def record_of(tmp_path) -> Callable[..., Path]:
    def record_of(**changed: bytes) -> Path:
        files = Election().files()
        for name, content in changed.items():
            files[f"{name}.txt"] = content
        directory = tmp_path / "record"
        record.write_directory(directory, files.items())
        return directory

    return record_of


def test_a_record_that_holds_is_exit_code_0(stamma, record_of):
    directory = record_of()
    answer = stamma("verify", directory, "--log-key", KEY.verifier_key, "--json")
    assert (answer.code, answer.json) == (HOLDS, {"ok": True, "findings": []})
    assert "compare key.txt with one you trust" in stamma("verify", directory).out


def test_a_record_that_was_changed_is_exit_code_1_with_each_finding(stamma, record_of):
    answer = stamma("verify", record_of(checkpoint=b"nothing\n"), "--json")
    assert answer.code == DOES_NOT_HOLD
    assert answer.json["ok"] is False
    assert {"code", "message"} == set(answer.json["findings"][0])


def test_checking_a_record_draws_a_bar_at_a_terminal(stamma, record_of, tmp_path, environment):
    directory = record_of()
    assert stamma("verify", directory).err == ""
    assert "Checking" in at_a_terminal("verify", str(directory), cwd=tmp_path, env=environment)


# Serving


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_house_is_served_until_it_is_told_to_stop(
    stamma, in_database, create, port, tmp_path, environment
):
    create()
    command = [sys.executable, "-m", "web.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        page = answer_of(f"http://127.0.0.1:{port}/", server)
        assert "Kooperativet" in page
        busy = stamma("serve", "--port", port)
        assert (busy.code, f"port {port} is in use" in busy.err) == (WRONG_USE, True)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0
    finally:
        server.kill()
        server.wait()


def answer_of(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - loopback
                return page.read().decode()
        except OSError:
            assert server.poll() is None, "the server has stopped"
            select.select([], [], [], 0.1)
    raise TimeoutError("the server did not start")


def test_a_worker_does_one_round_and_ends(stamma, in_database, create):
    create()
    assert stamma("worker", "--once").code == HOLDS


def test_several_server_processes_need_postgresql(stamma):
    answer = stamma("serve", "--workers", "2")
    assert (answer.code, "more than one needs PostgreSQL" in answer.err) == (WRONG_USE, True)
