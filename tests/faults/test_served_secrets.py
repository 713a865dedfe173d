"""A secret vote through `stamma serve`, a process of its own: what it wrote, its database and a
backup are read through for whatever could tell how somebody voted, or vote or open for them."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from ballots import secret_poll
from ballots.belenios import credential
from ballots.belenios.ballot import make_ballot, parse_ballot
from ballots.belenios.election import parse_election
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.counting.majority import ABSTAIN, ADOPT, REJECT
from ballots.signer import Signer
from governance import logins, polls
from governance.members import Member
from governance.polls import Poll, PollState
from tests.governance.test_forgetting import PUBLIC, backup, cells, kept_apart, written
from tests.journeys.serving import free_port
from tests.web.test_cli import answer_of
from web.auth import session_cookie
from web.house import log_key
from web.settings import Settings

ROOT = Path(__file__).parents[2]
chance = secrets.token_bytes


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # the server's own clock


@pytest.fixture
def settings(tmp_path, database) -> Settings:
    port = free_port()
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database.url.render_as_string(hide_password=False),
        base_url=f"http://127.0.0.1:{port}",
        port=port,
    )


@pytest.fixture
def signer(settings) -> Signer:
    return Signer(log_key(settings.log_key_path, "stamma.example/board"), settings.log_guard_path)


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[None]:
    """As an operator starts it, with everything that it can log."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "STAMMA_DATA_DIR": str(settings.data_dir),
        "STAMMA_DATABASE_URL": settings.database_url,
        "STAMMA_BASE_URL": settings.base_url,
        "STAMMA_PORT": str(settings.port),
        "STAMMA_LOG_LEVEL": "debug",
    }
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "serve", "--no-migrate"],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            answer_of(f"{settings.base_url}/login", server)
            yield
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()
            server.wait()


@dataclass
class Browser:
    """A member's, as far as the server sees it; it remembers all that nobody else is to know."""

    client: httpx.Client
    token: str
    own: int | None = None  # the private half of a key of their own
    right: int | None = None  # in the one vote of this test
    private: set[int] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)  # of retries: the board keeps them, the log not

    def register(self) -> None:
        self.own = GROUP.scalar(chance)
        self.private.add(self.own)
        public = str(credential.public_of(self.own, GROUP))
        assert self.post("/me/key", {"public": public}).status_code == 200

    def vote(self, poll: Poll, choice: str) -> str:
        """The tracker of the ballot, which stands in the archive and in the receipt."""
        at = f"/polls/{poll.id}"
        election = parse_election(self.client.get(f"{at}/booth").json()["election"].encode())
        if self.right is None:
            self.right = self._handed_over(at)
        options = [each["id"] for each in poll.options]
        bits = secret_poll.choices(options, election.questions[0], [choice])
        body = make_ballot(election, self.right, [bits], chance).encode()
        key = secrets.token_hex(16)
        self.keys.add(key)
        self._spoil(at, body, choice)
        for _ in range(2):
            assert self.post(f"{at}/cast-secret", {"ballot": body.decode(), "key": key}).is_success
        assert self.client.get(f"{at}/receipt.svg").is_success
        assert self.client.get(at).is_success
        return parse_ballot(body, election).tracker

    def _handed_over(self, at: str) -> int:
        given = self.post(f"{at}/credential", {}).json()
        if given["secret"]:
            own = int(given["secret"])
        else:
            own = credential.tweaked_secret(self.own, int(given["tweak"]), GROUP)
        self.private.add(own)
        assert self.post(f"{at}/credential/kept", {}).is_success
        return own

    def _spoil(self, at: str, body: bytes, choice: str) -> None:
        """What is refused is logged, too: none of it may say what was in it."""
        key = secrets.token_hex(16)
        self.keys.add(key)
        for sent in (
            {"ballot": body.decode()[:-9], "key": key},
            {"ballot": choice, "key": key},
            {"ballot": body.decode(), "key": choice, "secret": str(max(self.private))},
        ):
            assert self.post(f"{at}/cast-secret", sent).status_code == 400
        assert self.post(f"{at}/cast", {"choice": choice, "salt": "", "key": key}).is_error

    def post(self, path: str, sent: Any) -> httpx.Response:
        return self.client.post(path, json=sent)


@pytest.fixture
def browser_of(database, settings, now) -> Iterator[Any]:
    opened: list[Browser] = []

    def browser_of(member: Member) -> Browser:
        token = secrets.token_urlsafe(32)
        with database.writing() as db:
            logins.start(db, member.id, token=token, method="demo", now=now)
        client = httpx.Client(
            base_url=settings.base_url,
            cookies={session_cookie(settings): token},
            headers={"sec-fetch-site": "same-origin", "accept": "application/json"},
            timeout=60,
        )
        opened.append(Browser(client, token))
        return opened[-1]

    yield browser_of
    for each in opened:
        each.client.close()


CHOICES = (ADOPT, REJECT, ABSTAIN, ADOPT, ADOPT)


def test_what_a_server_writes_and_keeps_tells_nobody_how_anybody_voted(
    database, settings, secret_floor, floor, browser_of, tmp_path
):
    log = tmp_path / "server.log"
    people = secret_floor.people
    with served(settings, log):
        browsers = [browser_of(each) for each in people]
        browsers[0].register()
        secret_floor.electoral_board()
        poll = secret_floor.open(revote=True)
        trackers = {
            browser.vote(poll, choice) for browser, choice in zip(browsers, CHOICES, strict=True)
        }
        trackers.add(browsers[1].vote(poll, ADOPT))
        floor.close(poll)
        for number in (3, 1):
            _open(secret_floor, browsers[number - 1], poll, number)
        floor.declare(poll)
        for path in ("audit", "record.zip", "archive.bel", ""):
            browsers[4].client.get(f"/polls/{poll.id}/{path}")
    with database.reading() as db:
        declared = db.get_one(Poll, poll.id)
        assert declared.state is PollState.DECLARED
        assert declared.result["votes"] == {ADOPT: 4, REJECT: 0, ABSTAIN: 1}
        secret_floor.db = db
        needles = kept_apart(secret_floor.booth, declared)
        slots = {polls.voter_slot(db, poll.id, each.id) for each in people}
    for browser in browsers:
        needles |= {form for number in browser.private for form in written(number)}
        needles.add(browser.token.encode())
    said = log.read_bytes()
    assert said.count(b"cast-secret") >= 6  # it is what was looked for
    keys = {key for browser in browsers for key in browser.keys}
    _tells_nothing(said, needles, trackers | slots | keys, people)
    _holds_nothing(database, needles)
    _lies_nowhere(settings.data_dir, needles)


def _open(secret_floor, browser: Browser, poll: Poll, number: int) -> None:
    given = browser.client.get(f"/polls/{poll.id}/opening").json()
    with secret_floor.acting() as booth:
        trustee = booth.trustee(secret_floor.db.get_one(Poll, poll.id), number)
        device = booth.device(trustee)
    part = device.part(given["task"], given["election"].encode(), given["tally"].encode())
    assert browser.post(f"/polls/{poll.id}/opening", {"part": part}).is_success


def _tells_nothing(
    said: bytes, needles: set[bytes], public: set[str], people: list[Member]
) -> None:
    assert [needle for needle in needles if needle in said] == []
    for line in said.splitlines():
        assert not any(word.encode() in line for word in (ADOPT, REJECT, ABSTAIN)), line
    # Nor whose request it was: with the time it would say which ballot is whose.
    assert [each for each in public if each.encode() in said] == []
    for member in people:
        for fact in (member.email, member.given_name, member.family_name):
            assert fact.encode() not in said, fact
            assert json.dumps(fact).strip('"').encode() not in said, fact


def _holds_nothing(database, needles: set[bytes]) -> None:
    with database.reading() as db:
        for name, cell in cells(db):
            assert not any(needle in cell for needle in needles), name
            if name not in PUBLIC:
                assert not any(word.encode() in cell for word in (ADOPT, REJECT, ABSTAIN)), name
    copied = backup(database)
    assert [needle for needle in needles if needle in copied] == []


def _lies_nowhere(data: Path, needles: set[bytes]) -> None:
    """The secret file, the log's key, the guard, and whatever else the server has written."""
    for path in data.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert [needle for needle in needles if needle in held] == [], path.name
