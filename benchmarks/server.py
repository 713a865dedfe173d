"""Real servers over a prepared data directory, to be measured, or killed and started again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from governance.associations import Association
from governance.database import Database
from governance.migrations import upgrade
from web.settings import Settings, load

START_WITHIN = 30.0  # seconds
ORIGIN = "bench.example/board"
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


class DidNotStart(RuntimeError):
    """The server did not listen in time; its log says why."""


@dataclass(frozen=True)
class Site:
    """A data directory and its database; servers come and go over it."""

    settings: Settings
    log: Path  # what servers write on stderr

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("STAMMA_")}
        return clean | {
            "STAMMA_DATA_DIR": str(self.settings.data_dir),
            "STAMMA_DATABASE_URL": self.settings.database_url,
            "STAMMA_BASE_URL": self.settings.base_url,
            "STAMMA_PORT": str(self.settings.port),
        }


def prepare(directory: Path, database_url: str = "") -> Site:
    """A migrated database with one association; the settings are the defaults."""
    settings = settings_for(directory, database_url)
    database = Database(settings.database)
    upgrade(database)
    with database.writing() as db:
        db.add(Association(slug="bench", name="Prövningen", languages=["sv", "en"], origin=ORIGIN))
    database.close()
    return Site(settings, directory / "server.log")


def settings_for(directory: Path, database_url: str = "") -> Settings:
    port = free_port()
    return Settings(
        data_dir=directory,
        database_url=database_url,
        port=port,
        base_url=f"http://127.0.0.1:{port}",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Return when somebody listens on the port. Raises DidNotStart."""
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise DidNotStart


def start(site: Site, *command: str, workers: int = 1) -> subprocess.Popen[bytes]:
    """`stamma serve`, or another command, in a process group of its own."""
    arguments = command or ("-m", "web.cli", "serve", "--no-migrate", "--workers", str(workers))
    with site.log.open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *arguments],
            env=site.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_for(site.settings.port)
    return server


def end(server: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """End the server and every process of its group, and wait until it is gone."""
    kill(server.pid, how)
    server.wait()
    # Its worker may outlive it for a moment, and would be taken for the next server.
    until = time.monotonic() + START_WITHIN
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(server.pid, 0)
            time.sleep(0.02)


def kill(group: int, how: signal.Signals = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, how)


@contextlib.contextmanager
def running(site: Site, *command: str, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    server = start(site, *command, workers=workers)
    try:
        yield server
    finally:
        end(server)


class Afresh:
    """Starts each server from the command line, as an operator does."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """The process group of a server that listens. Raises DidNotStart."""
        self._server = start(self.site)
        return self._server.pid

    def bury(self) -> None:
        if self._server is not None:
            end(self._server, signal.SIGKILL)

    def __enter__(self) -> Afresh:
        return self

    def __exit__(self, *_: object) -> None:
        self.bury()


class Nursery:
    """Gives birth to one server after the other: each is forked from a process that has read all
    the code already, so that a thousand can be killed in minutes. From there on each is
    `stamma serve`, with its own processes and nothing in them from the one before.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._group: int | None = None
        with site.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.server"],
                env=site.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def start(self) -> int:
        """The process group of a server that listens. Raises DidNotStart."""
        self._group = int(self._ask("start"))
        wait_for(self.site.settings.port)
        return self._group

    def bury(self) -> None:
        """Return when every process of the killed server is gone, its sockets and locks too."""
        self._ask("bury")
        self._group = None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        if self._group is not None:
            kill(self._group)
        self._process.communicate()  # the end of its input is its end

    def _ask(self, word: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise DidNotStart
        self._process.stdin.write(f"{word}\n".encode())
        self._process.stdin.flush()
        return self._process.stdout.readline().decode()


def give_birth() -> None:
    """What the nursery's process does: one word in, one line out."""
    from web import app, cli  # noqa: F401 - read before the fork

    # The worker of a killed server becomes our child, so that we can wait for its end.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for word in sys.stdin:
        if word.strip() == "start":
            print(_fork(), flush=True)
        else:
            with contextlib.suppress(ChildProcessError):
                while True:
                    os.wait()
            print("buried", flush=True)


def _fork() -> int:
    from web import cli

    child = os.fork()
    if child:
        return child
    os.setsid()
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # its words are for the log, ours for whoever asks
    # Nothing here has a thread yet, so its worker may be forked too and need not read all again.
    cli.run_server(load(), start_method="fork")
    os._exit(1)


if __name__ == "__main__":
    give_birth()
