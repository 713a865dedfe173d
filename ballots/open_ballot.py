"""Open ballots: the choice in clear, bound to one poll and one slot.

The board holds only the SHA-256 of these bytes. The salt keeps a choice from being guessed from
that hash before the minutes reveal it; it makes nothing secret after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from ballots.board import HEX32, HEX64
from ballots.choice import CHOICE
from ballots.errors import Malformed, Rejected
from ballots.manifest import Manifest

FORMAT = "stamma-ballot/v1 open"
LARGEST = 2_400  # bytes
LINES = {"election": HEX64, "slot": HEX32, "salt": HEX64, "choice": CHOICE}


@dataclass(frozen=True)
class OpenBallot:
    election: str
    slot: str
    salt: str
    choice: str

    def encode(self) -> bytes:
        """Five lines, each ending with LF; raises Malformed."""
        for name, pattern in LINES.items():
            if not pattern.fullmatch(getattr(self, name)):
                raise Malformed(f"the ballot's {name} is not well-formed")
        lines = [FORMAT, *(f"{name} {getattr(self, name)}" for name in LINES)]
        return "".join(f"{line}\n" for line in lines).encode()


def parse_open_ballot(encoded: bytes) -> OpenBallot:
    """Strictly: re-encoding gives the same bytes. Raises Malformed."""
    if len(encoded) > LARGEST:
        raise Malformed("the ballot is too large")
    try:
        tag, *lines, end = encoded.decode("ascii").split("\n")
    except ValueError as error:
        raise Malformed("a ballot is ASCII text of whole lines") from error
    if end or tag != FORMAT or len(lines) != len(LINES):
        raise Malformed("this is not an open ballot")
    values = []
    for line, (name, pattern) in zip(lines, LINES.items(), strict=True):
        key, _, value = line.partition(" ")
        if key != name or not pattern.fullmatch(value):
            raise Malformed(f"the ballot's {name} is not well-formed")
        values.append(value)
    return OpenBallot(*values)


def ballot_sha256(encoded: bytes) -> str:
    return sha256(encoded).hexdigest()


def check(ballot: OpenBallot, manifest: Manifest, slot: str) -> None:
    """Raises Fault unless the ballot is for this poll and slot and chooses what it offers."""
    if ballot.election != manifest.election:
        raise Rejected("wrong-poll", "this ballot was made for another poll")
    if ballot.slot != slot:
        raise Rejected("wrong-slot", "this ballot was made for another voter")
    manifest.asked.parse(ballot.choice)
