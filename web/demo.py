"""The demo's data directory: built once, kept between starts, rebuilt on request."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ballots.signer import Signer
from ballots.store import SqlBoard
from governance import demo
from governance.database import Database
from governance.demo import Tour
from governance.members import Member
from governance.migrations import upgrade
from web.house import log_key, utc_now
from web.settings import Settings

MARKER = "demo.json"  # says that a directory is a demo's, and where to look in it
# What the invented trustees' own devices would keep, so that they can open secret votes.
SEEDS = "trustees.json"
STEPS = 6


class NotADemo(Exception):
    """The directory holds something that is not a demo: it is left as it is."""


def prepare(
    settings: Settings, *, reset: bool, step: Callable[[], object] = lambda: None
) -> list[dict[str, str]]:
    """Whom to be and where to look; the demo is built where there is none. Raises NotADemo.

    `step` is called `STEPS` times while it is built.
    """
    directory = settings.data_dir
    told = _told(directory)
    if told and not reset:
        return told
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    # Before anything else: a demo that was interrupted is known for one, and begun again.
    _tell(directory, [])
    tour = _build(settings, step)
    _keep(directory, tour.seeds)
    told = signposts(tour)
    _tell(directory, told)
    return told


def seeds(directory: Path) -> dict[int, str]:
    """Of the demo's trustees, by member; none where there is no demo."""
    try:
        kept = json.loads((directory / SEEDS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {int(member): seed for member, seed in kept.items()}


def _keep(directory: Path, kept: dict[int, str]) -> None:
    path = directory / SEEDS
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept), encoding="utf-8")


def _told(directory: Path) -> list[dict[str, str]]:
    try:
        told: list[dict[str, str]] = json.loads((directory / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if directory.exists() and any(directory.iterdir()):
            raise NotADemo(directory) from None
        return []
    return told


def _tell(directory: Path, told: list[dict[str, str]]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (directory / MARKER).write_text(text, encoding="utf-8")


def _build(settings: Settings, step: Callable[[], object]) -> Tour:
    now = utc_now()
    database = Database(settings.database)
    try:
        upgrade(database)
        origin = f"localhost/{demo.SLUG}"
        key = log_key(settings.log_key_path, origin)
        board = SqlBoard(origin, Signer(key, settings.log_guard_path))
        with database.writing() as db:
            association = demo.association(now, origin)
            db.add(association)
            db.flush()
            board.create(db.connection())
        step()
        return demo.build(
            database,
            board,
            association_id=association.id,
            now=now,
            chance=secrets.token_bytes,
            base_url=settings.base_url,
            step=step,
        )
    finally:
        database.close()


def signposts(tour: Tour) -> list[dict[str, str]]:
    """For each of the people: what they can do, and the page on which they begin."""
    under_way = f"/meetings/{tour.under_way}"
    return [
        _signpost("Member", "vote in the meeting that is under way", under_way, tour.member),
        _signpost("Chair", "lead it: close the vote, declare", f"{under_way}/chair", tour.chair),
        _signpost(
            "Board",
            "call the next annual meeting",
            f"/meetings/{tour.called}/board",
            tour.director,
        ),
        _signpost("Public", "read last year's minutes", f"/meetings/{tour.held}/minutes"),
    ]


def _signpost(who: str, what: str, page: str, member: Member | None = None) -> dict[str, Any]:
    if member is None:
        return {"who": who, "what": what, "path": page}
    path = "/login?" + urlencode({"q": member.number, "next": page})
    return {"who": f"{who}: {member.name}", "what": what, "path": path}
