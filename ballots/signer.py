"""The signer: signs checkpoints of one growing tree, and refuses any other.

It remembers the last (size, root) that it signed in a guard file beside its key, outside the
database. A restored backup or a forked database therefore cannot get a signature.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ballots import merkle
from ballots.checkpoint import Checkpoint, Prove, SigningKey, parse_checkpoint
from ballots.errors import Fault, InvalidProof

PAGE = 4096  # bytes; what a disk writes whole or not at all


class RollbackRefused(Fault):
    """The tree to be signed is not the one that was signed before, grown."""

    def __init__(self, signed: int, asked: int) -> None:
        super().__init__(
            "rollback",
            f"the log was signed at size {signed}; the tree of size {asked} "
            "does not belong to the same history (was an old backup restored?)",
        )


class GuardBroken(Exception):
    """The guard cannot be read: nothing is signed until somebody has looked at it."""


class Signer:
    def __init__(self, key: SigningKey, guard: Path) -> None:
        self.key = key
        self.guard = guard

    @property
    def verifier_key(self) -> str:
        return self.key.verifier_key

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """Sign a tree that extends the last one signed, or is a prefix of it.

        `prove(old, new)` gives the consistency proof. A prefix is signed again so that a retry
        gets the same receipt; it moves nothing.
        """
        with self._locked(fcntl.LOCK_EX) as guard:
            last = self._read(guard)
            if last is not None and not _same_history(last, checkpoint, prove):
                raise RollbackRefused(last.size, checkpoint.size)
            if last is None or checkpoint.size > last.size:
                _write(guard, checkpoint, sync=last is None)
        return self.key.sign(checkpoint)

    def last_signed(self) -> Checkpoint | None:
        if not self.guard.exists():
            return None
        with self._locked(fcntl.LOCK_SH) as guard:
            return self._read(guard)

    @contextmanager
    def _locked(self, how: int) -> Iterator[int]:
        """The guard, open; several processes on one host share it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            guard = os.open(self.guard, flags, 0o644)
        except FileNotFoundError:
            self.guard.parent.mkdir(parents=True, exist_ok=True)
            guard = os.open(self.guard, flags, 0o644)
        try:
            fcntl.flock(guard, how)
            yield guard
        finally:
            os.close(guard)

    def _read(self, guard: int) -> Checkpoint | None:
        written = os.pread(guard, PAGE, 0)
        if not written:  # made by somebody who was killed before the first signature
            return None
        try:
            return parse_checkpoint(written.decode().rstrip("\n") + "\n")
        except ValueError as error:
            raise GuardBroken(f"{self.guard} is not a checkpoint") from error


def _write(guard: int, checkpoint: Checkpoint, *, sync: bool) -> None:
    # In place, as one page in one call: a crash or a power cut leaves the old one or the new one.
    # Only the first is waited for; an older one is of the same history, which is still a guard.
    os.pwrite(guard, checkpoint.text().encode().ljust(PAGE, b"\n"), 0)
    if sync:
        os.fsync(guard)


def _same_history(last: Checkpoint, asked: Checkpoint, prove: Prove) -> bool:
    if last.origin != asked.origin:
        return False
    if last.size == asked.size:
        return last.root == asked.root
    old, new = sorted((last, asked), key=lambda checkpoint: checkpoint.size)
    if old.size == 0:
        # An empty log proves nothing, so it is signed only before anything else was.
        return last.size == 0
    try:
        proof = prove(old.size, new.size)
        merkle.verify_consistency(old.size, new.size, old.root, new.root, proof)
    except (InvalidProof, LookupError):
        return False
    return True
