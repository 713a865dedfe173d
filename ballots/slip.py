"""A voting slip: what a voter takes home to vote without a page; `stamma cast` reads it.

It is JSON: the poll's manifest and election as they were frozen, the trustees, where the server is
and a pass for it, and the voter's right. Whoever has the file can vote with it, until it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from ballots import secret_poll
from ballots.belenios import credential
from ballots.belenios.ballot import Ballot, make_ballot
from ballots.belenios.election import Election, parse_election
from ballots.belenios.encoding import fields, parse_json, text
from ballots.belenios.group import Chance
from ballots.belenios.trustee import owners, parse_trustees, public_key
from ballots.board import HEX32
from ballots.checkpoint import VerifierKey
from ballots.errors import Malformed, Rejected
from ballots.manifest import Manifest, Secrecy, parse_manifest

FORMAT = "stamma-slip/v1"
NAMES = ("format", "at", "poll", "pass", "logKey", "manifest", "election", "trustees", "slot")
LARGEST = 6_000_000  # bytes
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Right:
    """What ballots are signed with: `secret` as it is, or the voter's own key and `tweak` added."""

    secret: int | None
    own: int | None  # the public half of the voter's own key
    tweak: int


@dataclass(frozen=True)
class Slip:
    """A slip whose texts agree: what is shown is what is encrypted, and for whom."""

    at: str  # the server's origin
    poll: int
    token: str
    log_key: VerifierKey
    manifest: Manifest
    election: Election
    slot: str
    right: Right

    @property
    def secrecy(self) -> Secrecy:
        if self.manifest.secret is None:
            raise Malformed("the slip is of an open vote")
        return self.manifest.secret


def parse_slip(encoded: bytes) -> Slip:
    """Raises Malformed, and Rejected where the key is not that of the trustees."""
    if len(encoded) > LARGEST:
        raise Malformed("the slip is too large")
    found = fields(parse_json(encoded), (*NAMES, "right"))
    said = {name: text(found[name]) for name in NAMES if name != "poll"}
    if said["format"] != FORMAT or type(found["poll"]) is not int:
        raise Malformed("this is not a voting slip")
    if not HEX32.fullmatch(said["slot"]):
        raise Malformed("the slip names no voter's place")
    manifest = parse_manifest(said["manifest"].encode())
    election = parse_election(said["election"].encode())
    slip = Slip(
        at=_origin(said["at"]),
        poll=found["poll"],
        token=said["pass"],
        log_key=VerifierKey.parse(said["logKey"]),
        manifest=manifest,
        election=election,
        slot=said["slot"],
        right=_right(found["right"]),
    )
    _check(slip, said["trustees"].encode())
    return slip


def _origin(address: str) -> str:
    parts = urlsplit(address)
    # In clear a slip would be for everybody on the way; on this machine there is nobody.
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Malformed("the slip does not name a server by https")
    return f"{parts.scheme}://{parts.netloc}"


def _right(value: Any) -> Right:
    found = fields(value, ("secret", "key", "tweak"))
    secret, own, tweak = (text(found[name]) for name in ("secret", "key", "tweak"))
    if not all(each.isascii() and (each.isdecimal() or not each) for each in (secret, own, tweak)):
        raise Malformed("the slip's right is not in numbers")
    if bool(secret) == bool(own):
        raise Malformed("the slip holds a right, or is for the voter's own key")
    return Right(int(secret) if secret else None, int(own) if own else None, int(tweak or 0))


def _check(slip: Slip, trustees: bytes) -> None:
    """Everything that is shown and encrypted is what the log has frozen."""
    secrecy, election = slip.secrecy, slip.election
    if secrecy.election != sha256(election.raw).hexdigest():
        raise Malformed("the election is another than the manifest's")
    if slip.manifest.origin != slip.log_key.name:
        raise Malformed("the poll is on another log than the one whose key the slip has")
    named = [each["label"] for each in slip.manifest.options if each["id"] != secret_poll.BLANK]
    if len(election.questions) != 1 or len(named) != len(election.questions[0].options):
        raise Malformed("the election asks something else than the manifest")
    for label, labels in zip(election.questions[0].options, named, strict=True):
        if label not in labels.values():
            raise Malformed("the election asks something else than the manifest")
    if secrecy.trustees != sha256(trustees).hexdigest():
        raise Malformed("the trustees are others than the manifest's")
    held = parse_trustees(trustees, election.group)
    needed = sum(each.needed for each in held)
    if public_key(election.group, held) != election.public_key:
        raise Rejected("trustee-key", "the election's key is not that of its trustees")
    if (needed, len(owners(held))) != (secrecy.needed, secrecy.holders):
        raise Rejected("trustee-key", "other trustees open the result than the manifest says")


def secret_of(slip: Slip, code: str) -> int:
    """The private credential. `code` is the recovery code, where the voter has a key of their own.

    Raises Malformed for a mistyped code, Rejected where it is of another key than the voter's.
    """
    group, right = slip.election.group, slip.right
    secret = right.secret
    if secret is None:
        own = credential.secret_of_code(code, slip.manifest.origin, group)
        if credential.public_of(own, group) != right.own:
            raise Rejected("other-key", "this code is of another key than the one you registered")
        secret = credential.tweaked_secret(own, right.tweak, group)
    if credential.slot_of(credential.public_of(secret, group)) != slip.slot:
        raise Rejected("wrong-slot", "the slip's right is not that of its place on the roll")
    return secret


def fill_in(slip: Slip, secret: int, chosen: Sequence[str], chance: Chance) -> Ballot:
    """The ballot for these options, by their ids. Raises Malformed, Rejected."""
    ids = slip.manifest.option_ids
    bits = secret_poll.choices(ids, slip.election.questions[0], chosen)
    return make_ballot(slip.election, secret, [bits], chance)
