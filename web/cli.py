"""The command `stamma`. Exit codes: 0 done or holds, 1 does not hold, 2 wrong use.

Each command imports what it needs when it runs: checking a receipt loads no web server.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from web.admin import admin
from web.command import WrongUse, located, opened, settings, the_association, the_house, upgrade

if TYPE_CHECKING:
    from web.settings import Settings

# Server-sent events stay open for as long as a page does; a stop does not wait for them longer.
STOP_WITHIN = 3  # seconds
MOST_PAGES = 500  # that one process works on at a time
BETWEEN_ROUNDS = 2.0  # seconds from one look at what is due to the next


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@located(kept=True)
@click.version_option(package_name="stamma")
def main(config: Path | None, data_dir: Path | None) -> None:
    """Where a cooperative governs itself."""


main.add_command(admin)


@main.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the demo's data live.")
@click.option("--port", type=int, default=8000, show_default=True, help="The port to listen on.")
@click.option("--reset", is_flag=True, help="Throw the demo's data away and begin anew.")
def demo(data_dir: Path | None, port: int, reset: bool) -> None:
    """Show an invented cooperative; its data are kept between starts."""
    named = click.get_current_context().find_root().params["data_dir"]
    found = settings(
        data_dir=(data_dir or named or Path("stamma-demo")).resolve(),
        database_url="",
        host="127.0.0.1",
        port=port,
        base_url=f"http://localhost:{port}",
        workers=1,
        demo=True,
        demo_crowd=True,
        log_level="warning",
    )
    refuse_busy_port(found)
    for signpost in prepared_demo(found, reset):
        click.echo(f"  {signpost['who']}\n    {signpost['what']}")
        click.echo(f"    {found.base_url}{signpost['path']}\n")
    click.echo("Stop it with Ctrl+C.")
    pass_on(found)
    run_server(found)


def refuse_busy_port(found: Settings) -> None:
    import socket

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(found.host, found.host)  # noqa: S104
    try:
        socket.create_connection((host, found.port), timeout=1).close()
    except OSError:
        return
    raise WrongUse(f"port {found.port} is in use: choose another one with --port")


def prepared_demo(found: Settings, reset: bool) -> list[dict[str, str]]:
    from tqdm import tqdm

    from web.demo import STEPS, NotADemo, prepare

    click.echo(f"{found.data_dir}: the demo's data", err=True)
    bar = tqdm(total=STEPS, desc="Inventing a cooperative", leave=False, disable=None)
    try:
        with bar:
            return prepare(found, reset=reset, step=bar.update)
    except NotADemo:
        raise WrongUse(
            f"{found.data_dir} holds no demo; name another place with --data-dir"
        ) from None


def pass_on(found: Settings) -> None:
    """Server processes read the environment: let them read what this one has settled."""
    from web.settings import FIELDS, PREFIX

    for name in FIELDS:
        value = getattr(found, name)
        if value is not None:
            os.environ[f"{PREFIX}{name.upper()}"] = str(value)


@main.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--workers", type=int, help="Server processes; more than one needs PostgreSQL.")
@click.option("--no-migrate", is_flag=True, help="Leave the schema as it is.")
@located()
def serve(host: str | None, port: int | None, workers: int | None, no_migrate: bool) -> None:
    """Serve the pages."""
    given = {"host": host, "port": port, "workers": workers}
    found = settings(**given)
    refuse_busy_port(found)
    if not no_migrate:
        upgrade(found)
    the_house(found).close()
    for name, value in given.items():
        if value is not None:
            os.environ[f"STAMMA_{name.upper()}"] = str(value)
    run_server(found)


def _allow_many_connections(number: int) -> None:
    """Each is an open file, and systems begin with a thousand of them for a process."""
    with contextlib.suppress(ImportError):  # no such limit outside POSIX
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run_server(found: Settings, start_method: str = "spawn") -> None:
    import multiprocessing

    from granian import Granian
    from granian.constants import Interfaces

    from web.live import MOST_WATCHERS

    # A forked process has the locks of a library's threads but not the threads: what the demo has
    # typeset in this one would let its server wait for ever when it typesets.
    multiprocessing.set_start_method(start_method, force=True)
    _allow_many_connections(MOST_WATCHERS + 2 * MOST_PAGES)
    Granian(
        "web.app:create_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=found.host,
        port=found.port,
        workers=found.workers,
        workers_kill_timeout=STOP_WITHIN,
        # Whoever watches holds a request for as long: none of them may keep a page from another.
        backpressure=MOST_WATCHERS + MOST_PAGES,
        websockets=False,
    ).serve()


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
@located()
def worker(once: bool) -> None:
    """Do what is due, apart from the server: send notices, close polls."""
    from web import logs
    from web.worker import run_due

    found = settings()
    logs.set_up(found.log_level)
    house = the_house(found)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        run_due(house)
        while not once and not stop.wait(BETWEEN_ROUNDS):
            run_due(house)
    except KeyboardInterrupt:
        pass
    finally:
        house.close()


@main.command()
@located()
def migrate() -> None:
    """Bring the database's schema up to date."""
    upgrade(settings())
    click.echo("The schema is up to date.")


@main.command("booth-hash")
@click.option("--files", is_flag=True, help="The files that it is made of, as sha256sum has them.")
def booth_hash(files: bool) -> None:
    """Print the hash of the page on which secret votes are cast, as the log holds it."""
    from web import booth

    click.echo(booth.listing() if files else booth.digest(), nl=not files)


@main.command("import-members")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--association", help="Its slug; not needed where there is one.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@located()
def import_members(file: Path, association: str | None, dry_run: bool, as_json: bool) -> None:
    """Import a register; exit code 1 where rows are refused."""
    from tqdm import tqdm

    from governance.register import import_register
    from governance.register_file import Unreadable
    from web.house import utc_now

    data = file.read_bytes()
    # Where nobody watches, no bar is drawn.
    bar = tqdm(total=data.count(b"\n"), desc="Reading", unit=" rows", leave=False, disable=None)
    try:
        with opened(settings()) as database, database.writing() as db, bar:
            report = import_register(
                db,
                the_association(db, association),
                data,
                now=utc_now(),
                dry_run=dry_run,
                progress=bar.update,
            ).as_dict()
    except Unreadable as error:
        raise WrongUse(f"{file}: {error.message % error.facts}") from None
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else read_out(report))
    sys.exit(1 if report["refused"] else 0)


def read_out(report: dict[str, Any]) -> str:
    lines = [f"{report['read']} read, {report['new']} new, {report['updated']} updated"]
    for kind in ("refused", "warnings"):
        for fault in report[kind]:
            lines.append(f"{kind}: row {fault['row']}, {fault['field']}: {fault['message']}")
    return "\n".join(lines)


def passed_on(name: str, help: str) -> None:  # noqa: A002 - click's own word
    """A command of `ballots`, which a stranger has without us; ours is the same one."""

    @main.command(
        name,
        help=help,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run(arguments: tuple[str, ...]) -> None:
        from ballots.__main__ import main as ballots

        sys.exit(ballots([name, *arguments], watched))


def watched(total: int) -> Callable[[int], object]:
    """A bar for whoever waits at a terminal."""
    from tqdm import tqdm

    bar: Any = tqdm(total=total, desc="Checking", leave=False, disable=None)

    def step(done: int) -> None:
        bar.update(done)
        if bar.n >= total:
            bar.close()

    return step


passed_on("receipt", "Verify a receipt offline: FILE --log-key VKEY [--json].")
passed_on("verify", "Verify a published record: RECORD [--json].")
passed_on("cast", "Vote in secret without a page: SLIP [--choose ID] [--out FILE].")
passed_on("trustee", "Hold a share of an election key: keygen|check|decrypt SEED TASK.")
passed_on("count", "Count ballots: FILE --method M [--seats N] [--seed HEX]; or RECORD.")


if __name__ == "__main__":
    main(prog_name="stamma")
