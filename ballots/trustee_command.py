"""`stamma trustee keygen|check|decrypt`: a trustee's part on the command line.

The seed lies in a file for its owner alone. What the page asks comes as a file, and so does the
answer that is uploaded there; neither holds anything that others must not see.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ballots.belenios import tally as tallies
from ballots.belenios.ballot import check_ballot, parse_ballot
from ballots.belenios.ceremony import Keys, board_fingerprint, fingerprint, make_seed
from ballots.belenios.device import Device
from ballots.belenios.election import parse_election
from ballots.belenios.encoding import items, parse_json, text
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import parse_certificate
from ballots.errors import Fault, Malformed, Rejected
from ballots.manifest import parse_manifest
from ballots.verify_poll import Watch
from ballots.verify_secret import FEWEST

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
KEYGEN = ("certificate", "pledge", "contribution", "public-key")
NAMED = re.compile(r"\btrustee (\d+)\b")


def run(given: argparse.Namespace, watch: Watch) -> int:
    try:
        device = Device(_seed(given.seed, may_make=given.step == "keygen"), secrets.token_bytes)
        task = _read(given.task) if given.task else {"step": "certificate", "yours": True}
    except OSError as error:
        return _wrong_use(f"{error.filename}: {error.strerror}")
    except Fault as fault:
        return _wrong_use(fault.message)
    steps: dict[str, Callable[[], Mapping[str, Any] | None]] = {
        "keygen": lambda: _keygen(device, task),
        "check": lambda: _check(device, task),
        "decrypt": lambda: _decrypt(device, task, watch, _opened(given.seed)),
    }
    try:
        answer = steps[given.step]()
    except (KeyError, LookupError, TypeError):
        return _wrong_use(f"{given.task}: this is not a task for it")
    except Fault as fault:
        print(f"{fault.code}: {fault.message}", file=sys.stderr)
        return NOT_DONE
    if answer is not None:
        _write(given.out, answer)
    return DONE


def _opened(seed: Path) -> Path:
    return seed.with_name(f"{seed.name}.opened")


def _wrong_use(message: str) -> int:
    print(f"stamma: {message}", file=sys.stderr)
    return WRONG_USE


def _seed(path: Path, *, may_make: bool) -> str:
    """Raises Malformed where the file holds none, OSError where there is no file."""
    if may_make and not path.exists():
        seed = make_seed(secrets.token_bytes)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{seed}\n")
            file.flush()
            os.fsync(file.fileno())
        print(f"{path}: a new seed. Keep a copy of it somewhere else.", file=sys.stderr)
    found = path.read_text(encoding="ascii", errors="replace").strip()
    Keys.of(GROUP, found)
    return found


def _read(path: Path) -> dict[str, Any]:
    value = parse_json(path.read_bytes())
    if not isinstance(value, dict):
        raise Malformed(f"{path}: this is not a task")
    return value


def _write(path: Path | None, answer: Mapping[str, Any]) -> None:
    encoded = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    if path is None:
        print(encoded)
        return
    path.write_text(encoded, encoding="utf-8")
    print(f"{path}: upload this on the trustee's page.", file=sys.stderr)


def _keygen(device: Device, task: Mapping[str, Any]) -> Mapping[str, Any]:
    step = task["step"]
    if step == "check":
        raise Rejected("not-now", "the key is made; the board waits for `stamma trustee check`")
    if step not in KEYGEN or not task["yours"]:
        raise Rejected("not-now", "the electoral board waits for others")
    try:
        return {"step": step, "message": device.answer(task)}
    except Rejected as fault:
        named = NAMED.search(fault.message)
        if step != "public-key" or named is None:
            raise
        # The chair is told whose part it was: another electoral board has to be set up.
        print(f"{fault.code}: {fault.message}", file=sys.stderr)
        return {"step": "blame", "message": int(named[1])}


def _check(device: Device, task: Mapping[str, Any]) -> Mapping[str, Any] | None:
    share = device.share(task)
    if str(share.key.public) != task["public_key"]["public_key"]:
        raise Rejected("trustee-key", "this seed makes another key than the one handed in")
    listed = [parse_certificate(each, GROUP) for each in task["certificates"]]
    own, whole = listed[share.number - 1], board_fingerprint(listed, task["needed"])
    print(f"HOLDS\n  trustee: {share.number}\n  fingerprint: {fingerprint(own)}", file=sys.stderr)
    print(f"  of the board, the same for every trustee: {whole}", file=sys.stderr)
    if task["step"] == "check" and task["yours"]:
        return {"step": "check", "message": device.answer(task)}
    return None


def _decrypt(
    device: Device, given: Mapping[str, Any], watch: Watch, opened: Path
) -> Mapping[str, Any]:
    election, added = text(given["election"]).encode(), text(given["tally"]).encode()
    voters = _check_sum(given, election, added, watch)
    print(f"Ballots in the sum: {voters}. Compare it with the meeting's count.", file=sys.stderr)
    if voters < FEWEST:
        print("So few voted that only the outcome is to be told.", file=sys.stderr)
    part = device.part(given["task"], election, added)
    _open_once(opened, sha256(election).hexdigest(), sha256(added).hexdigest())
    return {"poll": given["poll"], "part": part}


def _open_once(opened: Path, election: str, added: str) -> None:
    """One sum of a vote: of two, the difference would be somebody's choice. Raises Rejected.

    What was opened is kept beside the seed, before the part is written.
    """
    lines = opened.read_text(encoding="ascii").splitlines() if opened.exists() else []
    before = dict(line.split(" ", 1) for line in lines).get(election)
    if before not in (None, added):
        raise Rejected("second-sum", "another sum of this vote has been opened before")
    if before is None:
        with opened.open("a", encoding="ascii") as file:
            file.write(f"{election} {added}\n")
            file.flush()
            os.fsync(file.fileno())


def _check_sum(given: Mapping[str, Any], raw: bytes, added: bytes, watch: Watch) -> int:
    """How many voters' ballots make the sum. Raises Malformed, Rejected."""
    secrecy = parse_manifest(text(given["manifest"]).encode()).secret
    credentials = text(given["credentials"]).encode()
    named = (sha256(raw).hexdigest(), sha256(credentials).hexdigest())
    if secrecy is None or named != (secrecy.election, secrecy.credentials):
        raise Rejected("set-up", "the election or its voters are others than the manifest's")
    election = parse_election(raw)
    may_vote = {text(each).partition(",")[0] for each in items(parse_json(credentials))}
    bodies = [text(each).encode() for each in items(given["ballots"])]
    step = watch(len(bodies))
    ballots = []
    for body in bodies:
        ballot = parse_ballot(body, election)
        check_ballot(ballot, election)
        if str(ballot.credential) not in may_vote:
            raise Rejected("credential", "a ballot is signed by somebody who may not vote")
        ballots.append(ballot)
        step(1)
    last = tallies.last_ballots(ballots)
    if tallies.encode_tally(tallies.add_up(election, last)) != added:
        raise Rejected("tally", "what is to be opened is not the sum of the ballots")
    return len(last)
