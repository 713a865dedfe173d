"""A stranger with a long memory: reads the public log over HTTP and checks what voters hold."""

from __future__ import annotations

import base64
import contextlib
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from ballots import merkle
from ballots.board import BallotEntry, MemoryBoard, parse_entry
from ballots.checkpoint import Checkpoint, VerifierKey, open_note
from ballots.receipt import verify_receipt


class Broken(AssertionError):
    """Something that must never happen."""


def must(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


TRIES = 3


@dataclass
class Voter:
    """A member's device: what it sent, and the receipt that it holds once it has one."""

    election: str
    slot: str
    ballot_sha256: str
    request: bytes
    receipt: str | None = None


@dataclass
class Stranger:
    """Keeps everything that the log has ever shown, and believes only what it can check."""

    port: int
    board: MemoryBoard
    key: VerifierKey
    checkpoints: list[Checkpoint] = field(default_factory=list)
    slots: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def at(cls, port: int) -> Stranger:
        key = VerifierKey.parse(_get(port, "/board/key"))
        return cls(port, MemoryBoard(key.name), key)

    def look(self) -> None:
        """Read what is new; it has to extend what was there. Raises Broken, Fault."""
        signed = open_note(_get(self.port, "/board/checkpoint"), self.key)
        for start in range(len(self.board.entries), signed.size, 10_000):
            end = min(signed.size, start + 10_000)
            lines = _get(self.port, f"/board/entries?start={start}&end={end}").splitlines()
            self._read([base64.b64decode(line) for line in lines])
        must(self.board.checkpoint() == signed, "the signed tree is not that of the entries")
        if self.checkpoints:
            self._compare(self.checkpoints[-1], signed)
        self.checkpoints.append(signed)

    def _read(self, entries: list[bytes]) -> None:
        self.board.append(entries)
        for entry in map(parse_entry, entries):
            if isinstance(entry, BallotEntry):
                slot = (entry.election, entry.slot)
                must(slot not in self.slots, "somebody has two ballots")
                self.slots.add(slot)

    def _compare(self, old: Checkpoint, new: Checkpoint) -> None:
        if old.size == new.size:
            must(old.root == new.root, "two trees of one size")
            return
        path = f"/board/proof/consistency?old={old.size}&new={new.size}"
        proof = [base64.b64decode(line) for line in _get(self.port, path).splitlines()]
        merkle.verify_consistency(old.size, new.size, old.root, new.root, proof)

    def check(self, voter: Voter) -> None:
        """The receipt holds, is on the board, and is for what this voter sent."""
        must(voter.receipt is not None, "there is no receipt")
        proved = verify_receipt(str(voter.receipt), self.key)
        sent = BallotEntry(voter.election, voter.slot, 1, voter.ballot_sha256)
        must(proved.entry == sent.encode(), "the receipt is for another ballot")
        must(proved.index < len(self.board.entries), "an acknowledged ballot is missing")
        must(
            self.board.entries[proved.index] == proved.entry, "the board holds another entry there"
        )
        size = proved.checkpoint.size
        root = merkle.range_hash(0, size, self.board.node)
        must(root == proved.checkpoint.root, "the receipt was signed over another tree")

    def check_memory(self) -> None:
        """The log as it is now extends every checkpoint that was ever seen. Raises Broken."""
        for old in self.checkpoints:
            root = (
                merkle.range_hash(0, old.size, self.board.node) if old.size else merkle.EMPTY_ROOT
            )
            must(root == old.root, "the log does not extend an earlier checkpoint")


def _get(port: int, path: str) -> str:
    address = f"http://127.0.0.1:{port}{path}"
    try:
        for _ in range(TRIES):
            # It may have met a server that was being killed; a stranger asks again.
            with (
                contextlib.suppress(ConnectionError),
                urllib.request.urlopen(address, timeout=60) as answer,
            ):
                return str(answer.read().decode())
            time.sleep(0.5)
    except urllib.error.HTTPError as error:
        raise Broken(f"{path} is answered with {error.code}") from error
    raise Broken(f"{path} is not answered")
