"""The house: everything that a running Stämma is made of, put together in one place."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ballots.checkpoint import SigningKey
from ballots.secret_ballot import Checker
from ballots.sequencer import Sequencer
from ballots.signer import Signer
from ballots.store import SqlBoard
from governance.associations import Association
from governance.casting import admit
from governance.database import Database
from governance.server_keys import ServerKeys
from web.live import Hub
from web.mail import Mailer, mailer
from web.settings import Settings
from web.turnout import Turnout

Clock = Callable[[], dt.datetime]


class NotSetUp(Exception):
    """There is no association in the database yet."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class House:
    """One association's parts. A server process has one house; so has the worker, so has a test."""

    settings: Settings
    database: Database
    association_id: int
    board: SqlBoard
    signer: Signer
    sequencer: Sequencer[Any]
    checker: Checker
    live: Hub
    turnout: Turnout
    mailer: Mailer
    clock: Clock
    secret: bytes  # keys the hashes of login codes and of what is counted against guessing

    @property
    def server_keys(self) -> ServerKeys:
        """Of the secret votes that the server opens alone."""
        return ServerKeys(self.settings.data_dir / "keys")

    def close(self) -> None:
        self.live.close()
        self.checker.close()
        self.sequencer.close()
        self.database.close()


def open_house(settings: Settings, *, clock: Clock = utc_now) -> House:
    """Raises `NotSetUp` where no association has been created; the schema has to be there."""
    database = Database(settings.database)
    with database.writing() as db:
        association = db.scalar(sa.select(Association).order_by(Association.id).limit(1))
        if association is None:
            raise NotSetUp
        signer = Signer(log_key(settings.log_key_path, association.origin), settings.log_guard_path)
        board = SqlBoard(association.origin, signer)
        board.create(db.connection())
    return furnish(settings, database, association.id, board, signer, clock=clock)


def furnish(
    settings: Settings,
    database: Database,
    association_id: int,
    board: SqlBoard,
    signer: Signer,
    *,
    clock: Clock = utc_now,
) -> House:
    """A house around a board that is there already."""
    live = Hub(database)
    return House(
        settings=settings,
        database=database,
        association_id=association_id,
        board=board,
        signer=signer,
        sequencer=Sequencer(database.engine, board, admit),
        checker=Checker(),
        live=live,
        turnout=Turnout(database, board, live),
        mailer=mailer(settings),
        clock=clock,
        secret=secret(settings.secret_path),
    )


def log_key(path: Path, origin: str) -> SigningKey:
    """The log's key; made, 0600, the first time. Never in the environment or the database."""
    if path.exists():
        return SigningKey.load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = SigningKey.generate(origin)
    key.save(path)
    return key


def secret(path: Path) -> bytes:
    """32 random bytes that stay the same between starts; the file is for its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        part.touch(mode=0o600, exist_ok=False)
        part.write_bytes(secrets.token_bytes(32))
        # Of two processes that start at once one makes the secret; neither reads half of it.
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_bytes()
