"""`stamma cast SLIP`: vote in secret without a page, for whoever trusts none.

The ballot is encrypted here, kept in a file before it is sent, sent again until it is answered, and
called cast only when its receipt has been verified.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

from ballots import slip as slips
from ballots.belenios.encoding import fields, fingerprint, parse_json, text
from ballots.board import BallotEntry, parse_entry
from ballots.errors import Fault, Malformed, Rejected
from ballots.manifest import Manifest
from ballots.receipt import short_code, verify_receipt
from ballots.slip import Slip

CAST, NOT_CAST, WRONG_USE = 0, 1, 2
PAUSES = (0, 1, 3, 8)  # seconds before each try
PATIENCE = 30  # seconds for one answer


class Unanswered(Exception):
    """The ballot may have arrived or not; sent again it is counted once."""


def run(given: argparse.Namespace) -> int:
    try:
        slip = slips.parse_slip(given.slip.read_bytes())
    except OSError as error:
        return _wrong_use(f"{given.slip}: {error.strerror}")
    except Fault as fault:
        return _wrong_use(f"{given.slip}: {fault.message}")
    out = given.out or given.slip.with_name(f"vote-{slip.poll}.tlog-proof")
    pending = out.with_suffix(".sent.json")
    try:
        ballot, key = _kept(pending) or _made(slip, given, pending)
        receipt = _send(slip, ballot, key)
        code = _verified(slip, ballot, receipt)
    except EOFError:
        return _wrong_use("nobody answers here: choose with --choose")
    except Unanswered:
        print("There was no answer. Your ballot may have arrived or not: run this again.")
        return NOT_CAST
    except Fault as fault:
        print(f"NOT CAST\n  {fault.code}: {fault.message}")
        return NOT_CAST
    out.write_text(receipt, encoding="utf-8")
    pending.unlink(missing_ok=True)
    _forget(slip)
    tracker = fingerprint(ballot)
    print(f"You have voted.\n  code: {code}\n  ballot in the archive: {tracker}\n  receipt: {out}")
    return CAST


def _wrong_use(message: str) -> int:
    print(f"stamma: {message}", file=sys.stderr)
    return WRONG_USE


# The ballot.


def _made(slip: Slip, given: argparse.Namespace, pending: Path) -> tuple[bytes, str]:
    chosen = given.choose or _asked(slip, given.language)
    code = "" if slip.right.secret is not None else getpass.getpass("Your recovery code: ").strip()
    secret = slips.secret_of(slip, code)
    ballot = slips.fill_in(slip, secret, chosen, secrets.token_bytes).encode()
    key = secrets.token_hex(16)
    kept = json.dumps({"ballot": ballot.decode(), "key": key})
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(pending, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(kept)
    return ballot, key


def _kept(pending: Path) -> tuple[bytes, str] | None:
    """The ballot that was made before, whose answer was lost."""
    if not pending.exists():
        return None
    found = fields(parse_json(pending.read_bytes()), ("ballot", "key"))
    return text(found["ballot"]).encode(), text(found["key"])


def _asked(slip: Slip, language: str) -> list[str]:
    """What the voter chooses, at the terminal."""
    manifest, question = slip.manifest, slip.election.questions[0]
    print(_pick(manifest.question, manifest, language))
    if slip.secrecy.server_alone:
        print("The server alone holds the key: whoever runs it could read every vote.")
    else:
        needed, holders = slip.secrecy.needed, slip.secrecy.holders
        print(f"Any {needed} of {holders} trustees open the result together; none reads a vote.")
    for number, option in enumerate(manifest.options, 1):
        print(f"  {number}. {_pick(option['label'], manifest, language)}")
    most = question.most
    said = input("Your choice, by number: " if most == 1 else f"Up to {most} numbers: ")
    numbers = said.replace(",", " ").split()
    if not all(each.isdecimal() and 1 <= int(each) <= len(manifest.options) for each in numbers):
        raise Rejected("wrong-option", "choose by the numbers")
    return [manifest.option_ids[int(each) - 1] for each in numbers]


def _pick(texts: Mapping[str, str], manifest: Manifest, language: str) -> str:
    authentic = next(iter(manifest.question))
    return texts.get(language) or texts.get(authentic) or next(iter(texts.values()))


# The server.


def _send(slip: Slip, ballot: bytes, key: str) -> str:
    sent = {"ballot": ballot.decode(), "key": key}
    for pause in PAUSES:
        sleep(pause)
        try:
            said = _ask(slip, "cast-secret", sent)
        except Fault:
            raise
        except (OSError, ValueError):  # lost on the way, there or back: the same once more
            continue
        return text(said.get("receipt"))
    raise Unanswered


def _forget(slip: Slip) -> None:
    """The right is used: the server need not keep it. It forgets it at the close at the latest."""
    try:
        _ask(slip, "credential/kept", {})
    except (OSError, ValueError, Rejected):
        return


def _ask(slip: Slip, name: str, sent: dict[str, str]) -> dict[str, Any]:
    """Raises Rejected for what the server refuses; OSError, ValueError where it does not answer."""
    request = urllib.request.Request(  # noqa: S310 - `parse_slip` lets https and loopback pass
        f"{slip.at}/polls/{slip.poll}/{name}",
        data=json.dumps(sent).encode(),
        headers={
            "authorization": f"Bearer {slip.token}",
            "content-type": "application/json",
            "accept": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the same
            said: dict[str, Any] = json.load(answer)
            return said
    except urllib.error.HTTPError as error:
        if error.code >= 500 or error.code == 429:
            raise
        refused = json.load(error)["error"]
        raise Rejected(text(refused["code"]), text(refused["message"])) from None


def _verified(slip: Slip, ballot: bytes, receipt: str) -> str:
    """The short code of a receipt that is for this ballot. Raises Malformed, Rejected, Invalid…"""
    proved = verify_receipt(receipt, slip.log_key)
    entry = parse_entry(proved.entry)
    if not isinstance(entry, BallotEntry):
        raise Malformed("the receipt is of something else than a ballot")
    if (entry.election, entry.slot) != (slip.manifest.election, slip.slot):
        raise Rejected("other-voter", "the receipt is for another voter or another vote than yours")
    if entry.ballot_sha256 != sha256(ballot).hexdigest():
        raise Rejected(
            "other-ballot", "the receipt is for another ballot than the one that was sent"
        )
    return short_code(proved.entry)
