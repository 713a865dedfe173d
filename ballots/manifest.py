"""A poll's manifest: everything that decides how its ballots are made and counted.

It is canonical JSON (keys sorted, no spaces, UTF-8, integers only). Its SHA-256 names the poll: on
the board, in every ballot and in every receipt. A manifest that has been opened cannot be changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from ballots.board import HEX32, HEX64
from ballots.choice import FORMS, OPTION, Asked, asked
from ballots.errors import Malformed

FORMAT = "stamma-manifest/v1"
ROLL_FORMAT = "stamma-roll/v1"
MOST_OPTIONS = 40
LARGEST = 64_000  # bytes
METHODS = tuple(FORMS)
# How ballots are cast and published: by name, by nobody's name, or encrypted.
OPEN, PSEUDONYMOUS, SECRET = "open", "pseudonymous", "secret"

Texts = dict[str, str]  # {language: text}


def canonical_json(value: Any) -> bytes:
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def parse_canonical_json(encoded: bytes) -> Any:
    """Only JSON that encodes to the same bytes again. Raises Malformed."""
    try:
        value = json.loads(encoded)
        again = canonical_json(value)
    except (ValueError, RecursionError) as error:
        raise Malformed("this is not JSON") from error
    if again != encoded:
        raise Malformed("this JSON is not in its canonical form")
    return value


def roll_sha256(slots: Iterable[str]) -> str:
    """The hash of a poll's roll: its slots, sorted, one per line. No line says whose it is."""
    ordered = sorted(slots)
    if len(set(ordered)) != len(ordered) or not all(map(HEX32.fullmatch, ordered)):
        raise Malformed("a roll is a set of slots of 128 bits in hexadecimal")
    return sha256("".join(f"{line}\n" for line in (ROLL_FORMAT, *ordered)).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Secrecy:
    """What a secret poll fixes beside its question; the hashes are those of its archive's files."""

    election: str  # SHA-256, hex, of the Belenios election
    trustees: str
    credentials: str
    needed: int  # so many trustees open the result
    holders: int  # of so many who hold a share of the key
    server_alone: bool  # the server holds the whole key
    revote: bool  # who votes again replaces the earlier ballot


@dataclass(frozen=True, kw_only=True)
class Manifest:
    origin: str  # the log on which the poll is taken
    meeting: str
    question: Texts
    options: list[dict[str, Any]]  # [{"id": "adopt", "label": {language: text}}, …] as shown
    method: str  # how it is counted, one of METHODS
    rule: dict[str, Any]  # what the method needs: base, share, tie, paragraph, seats…
    voters: int
    roll_sha256: str
    ballots: str = OPEN  # or PSEUDONYMOUS, SECRET
    format: str = FORMAT
    secret: Secrecy | None = None  # left out where the ballots are open

    def encode(self) -> bytes:
        value = asdict(self)
        if self.secret is None:
            del value["secret"]
        return canonical_json(value)

    @cached_property
    def election(self) -> str:
        return sha256(self.encode()).hexdigest()

    @cached_property
    def option_ids(self) -> list[str]:
        return [option["id"] for option in self.options]

    @cached_property
    def asked(self) -> Asked:
        """What a ballot may choose. Raises Malformed."""
        return asked(self.method, self.rule, self.option_ids)


def parse_manifest(encoded: bytes) -> Manifest:
    """Raises Malformed."""
    if len(encoded) > LARGEST:
        raise Malformed("the manifest is too large")
    value = parse_canonical_json(encoded)
    expected = set(Manifest.__dataclass_fields__)
    if not isinstance(value, dict) or not expected - {"secret"} <= set(value) <= expected:
        raise Malformed("the manifest's fields are not those of its format")
    if "secret" in value:
        value["secret"] = _secrecy(value["secret"])
    manifest = Manifest(**value)
    check(manifest)
    return manifest


def check(manifest: Manifest) -> None:
    """Raises Malformed unless every field holds what it should."""
    faults = {
        "format": manifest.format == FORMAT,
        "origin": isinstance(manifest.origin, str) and bool(manifest.origin),
        "meeting": isinstance(manifest.meeting, str),
        "question": _is_texts(manifest.question),
        "options": _are_options(manifest.options),
        "method": manifest.method in METHODS,
        "rule": isinstance(manifest.rule, dict) and _is_exact(manifest.rule),
        "voters": type(manifest.voters) is int and manifest.voters >= 0,
        "roll_sha256": isinstance(manifest.roll_sha256, str)
        and bool(HEX64.fullmatch(manifest.roll_sha256)),
        "ballots": manifest.ballots
        in ((OPEN, PSEUDONYMOUS) if manifest.secret is None else (SECRET,)),
        "secret": manifest.secret is None or _is_secrecy(manifest.secret),
    }
    for name, holds in faults.items():
        if not holds:
            raise Malformed(f"the manifest's {name} is not well-formed")
    _ = manifest.asked


def _secrecy(value: Any) -> Secrecy:
    if not isinstance(value, dict) or set(value) != set(Secrecy.__dataclass_fields__):
        raise Malformed("the manifest's secret is not well-formed")
    return Secrecy(**value)


def _is_secrecy(secret: Secrecy) -> bool:
    hashes = (secret.election, secret.trustees, secret.credentials)
    numbers = (secret.needed, secret.holders)
    return (
        all(isinstance(each, str) and HEX64.fullmatch(each) for each in hashes)
        and all(type(each) is int for each in numbers)
        and 1 <= secret.needed <= secret.holders
        and isinstance(secret.server_alone, bool)
        and isinstance(secret.revote, bool)
    )


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(text, str) and isinstance(key, str) for key, text in value.items())
    )


def _are_options(options: Any) -> bool:
    if not isinstance(options, list) or not 1 <= len(options) <= MOST_OPTIONS:
        return False
    if not all(isinstance(each, dict) and set(each) == {"id", "label"} for each in options):
        return False
    ids = [each["id"] for each in options]
    if not all(isinstance(each, str) and OPTION.fullmatch(each) for each in ids):
        return False
    return len(set(ids)) == len(ids) and all(_is_texts(each["label"]) for each in options)


def _is_exact(value: Any) -> bool:
    """No floating-point number anywhere: what decides a vote is exact."""
    if isinstance(value, dict):
        return all(_is_exact(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_exact(each) for each in value)
    return value is None or isinstance(value, (str, int))
