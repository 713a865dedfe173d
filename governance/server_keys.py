"""Keys of secret votes that the server opens alone: one file each, outside the database.

Whoever runs the server can read every vote that is encrypted with such a key; each voter is told
so before voting. The file is deleted once the vote is declared or void.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import PublicKey, make_public_key
from governance.errors import N_, Refused
from governance.polling import PUBLISHED, Poll

NAME = re.compile(r"[0-9a-f]{64}\.key")


class ServerKeyGone(Refused):
    code = "server-key-gone"
    message = N_(
        "The server's key for this vote is gone, so nobody can open it. Declare it void, and "
        "put the question again."
    )


@dataclass(frozen=True)
class ServerKey:
    private: int
    public: PublicKey


def make(chance: Callable[[int], bytes]) -> ServerKey:
    private = GROUP.scalar(chance)
    return ServerKey(private, make_public_key(GROUP, private, chance))


class ServerKeys:
    """The directory that holds them, readable by its owner alone."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, election: str, key: ServerKey) -> None:
        """Write it down, on disk for certain: to be called before the vote's opening commits."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._path(election), flags, 0o600), "w") as file:
            file.write(f"{key.private}\n")
            file.flush()
            os.fsync(file.fileno())

    def private(self, election: str) -> int:
        """Raises ServerKeyGone."""
        try:
            return GROUP.parse_scalar(self._path(election).read_text().strip())
        except FileNotFoundError:
            raise ServerKeyGone from None

    def has(self, election: str) -> bool:
        return self._path(election).exists()

    def forget(self, election: str) -> None:
        """Once more changes nothing."""
        self._path(election).unlink(missing_ok=True)

    def forget_finished(self, db: Session) -> int:
        """Delete the keys of votes that are declared or void; returns how many."""
        held = {path.stem for path in self.directory.glob("*.key") if NAME.fullmatch(path.name)}
        finished = sa.select(Poll.election).where(Poll.state.in_(PUBLISHED))
        done = db.scalars(finished.where(Poll.election.in_(held))).all()
        for election in done:
            self.forget(str(election))
        return len(done)

    def _path(self, election: str) -> Path:
        return self.directory / f"{election}.key"
