"""`make fuzz-ballots`: mutated ballots and archives, judged by us and by `belenios-tool` 2.0.

What we accept the tool has to accept. What we refuse the tool has to refuse too, unless ours names
something that version 2.0 does not look at: the canonical form of a text, the order of events, and
the tally as it is written, which it adds up from the ballots itself. And whatever is thrown at it,
our verifier answers with findings, never with an exception.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ballots.belenios.archive import Archive, parse_archive
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.verify import verify_archive
from benchmarks.audit import made as whole_election
from benchmarks.audit import question_of_two
from tests.ballots.belenios import tool
from tests.ballots.belenios.parts import Part, of_kind, put_together, taken_apart

UNREAD = {
    "malformed",
    "tally",
    "tally-size",
    "order",
    "too-few-trustees",
    "duplicate-ballot",
}
BATCH = 25


@dataclass
class Outcome:
    codes: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)
    accepted: int = 0

    def add(self, other: Outcome) -> None:
        self.codes += other.codes
        self.disagreements += other.disagreements
        self.accepted += other.accepted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", default=secrets.token_hex(8))
    given = parser.parse_args()
    if shutil.which("belenios-tool") is None:
        print("belenios-tool is not here: apt-get install belenios-tool", file=sys.stderr)
        return 2
    election, encoded = whole_election(question_of_two(), 2, given.seed)
    total = Outcome()
    jobs = [
        (encoded, election.uuid, f"{given.seed}/{number}", min(BATCH, given.times - number))
        for number in range(0, given.times, BATCH)
    ]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        bar = tqdm(total=given.times, desc="mutants", disable=None)
        for outcome in pool.map(_batch, jobs):
            total.add(outcome)
            bar.update(BATCH)
        bar.close()
    print(f"seed {given.seed}: {given.times} mutants, {total.accepted} accepted by both")
    for code, number in total.codes.most_common():
        print(f"  {number:>7}  {code}")
    for each in total.disagreements:
        print(f"DISAGREEMENT {each}")
    print(f"{len(total.disagreements)} disagreements")
    return 1 if total.disagreements else 0


def _batch(job: tuple[bytes, str, str, int]) -> Outcome:
    encoded, uuid, seed, times = job
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as directory:
        for number in range(times):
            name = f"{seed}/{number}"
            chance = random.Random(name)  # noqa: S311 - the same mutants for the same seed
            judge(mutant(encoded, chance), uuid, name, Path(directory), outcome)
    return outcome


def judge(changed: bytes, uuid: str, name: str, directory: Path, outcome: Outcome) -> None:
    """Our verdict beside the tool's."""
    codes = {finding.code for finding in verify_archive(changed, processes=1).findings}
    theirs = tool.accepts(directory, uuid, changed)
    outcome.codes.update(codes or {"accepted"})
    outcome.accepted += not codes and theirs
    if not codes and not theirs:
        outcome.disagreements.append(f"{name}: we accept what the tool refuses")
    if theirs and codes and not codes & UNREAD:
        outcome.disagreements.append(f"{name}: the tool accepts what we refuse for {codes}")


def mutant(encoded: bytes, chance: random.Random) -> bytes:
    """The archive with one thing changed, in its bytes or in what an event says."""
    if chance.random() < 0.2:
        return _bytes(encoded, chance) if chance.random() < 0.7 else _files(encoded, chance)
    parts = taken_apart(encoded)
    if chance.random() < 0.1:
        _events(parts, chance)
        return put_together(parts)
    kind = chance.choice(["Ballot"] * 6 + ["EncryptedTally", "PartialDecryption", "Result"])
    part = chance.choice(of_kind(parts, kind))
    value = json.loads(part["body"])
    _change(value, json.loads(of_kind(parts, "Ballot")[1]["body"]), chance)
    part["body"] = compact(value)
    return put_together(parts)


def _bytes(encoded: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(encoded))
    way = chance.randrange(4)
    if way == 0:
        return encoded[:at] + bytes([chance.randrange(256)]) + encoded[at + 1 :]
    if way == 1:
        return encoded[:at]
    if way == 2:
        return encoded[:at] + encoded[at + 1 :]
    return encoded + encoded[at : at + 512]


def _files(encoded: bytes, chance: random.Random) -> bytes:
    """Files of the archive left out, moved, added or cut off, each as it was."""
    archive = parse_archive(encoded)
    files = list(archive.files)
    at, to = chance.randrange(len(files)), chance.randrange(len(files))
    way = chance.randrange(4)
    if way == 0:
        del files[at]
    elif way == 1:
        files.insert(to, files.pop(at))
    elif way == 2:
        stray = compact({"stray": chance.randrange(9)})
        files.insert(at, (f"{sha256(stray).hexdigest()}.data.json", stray))
    else:
        del files[at:]
    return Archive(archive.timestamp, files).encode()


def _events(parts: list[Part], chance: random.Random) -> None:
    at, other = chance.randrange(1, len(parts)), chance.randrange(1, len(parts))
    way = chance.randrange(3)
    if way == 0:
        del parts[at]
    elif way == 1:
        parts[at], parts[other] = parts[other], parts[at]
    else:
        parts.insert(other, copy.deepcopy(parts[at]))


Place = tuple[Any, Any]  # a list or an object, and where in it


def _change(value: Any, donor: Any, chance: random.Random) -> None:
    """Change one leaf, one list or one object somewhere within the value."""
    container, key = chance.choice(list(_places(value)))
    old = container[key]
    if isinstance(old, str):
        container[key] = chance.choice(TEXTS)(old, chance)
    elif isinstance(old, list) and old:
        _list(old, chance)
    elif isinstance(old, dict):
        way = chance.randrange(3)
        gone = chance.choice(list(old))
        if way == 0:
            del old[gone]
        elif way == 1:
            old[gone + "x"] = old.pop(gone)
        else:
            borrowed = [c[k] for c, k in _places(donor) if isinstance(c[k], dict)]
            container[key] = chance.choice(borrowed)
    else:
        container[key] = chance.choice([None, -1, 0, 1, 2**60, "1", [], {}])


def _places(value: Any) -> list[Place]:
    keys = value if isinstance(value, dict) else range(len(value))
    found: list[Place] = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += _places(value[key])
    return found


def _list(items: list[Any], chance: random.Random) -> None:
    at = chance.randrange(len(items))
    way = chance.randrange(3)
    if way == 0:
        del items[at]
    elif way == 1:
        items.insert(at, copy.deepcopy(items[at]))
    else:
        items.reverse()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 7


TEXTS: list[Callable[[str, random.Random], Any]] = [
    lambda text, chance: str(_number(text) + 1),
    lambda text, chance: str(_number(text) * int(GROUP.g) % int(GROUP.p)),
    lambda text, chance: str(int(GROUP.p) - _number(text) % int(GROUP.p)),
    lambda text, chance: str(_number(text) + int(GROUP.q)),
    lambda text, chance: str(_number(text) + int(GROUP.p)),
    lambda text, chance: "0" + text,
    lambda text, chance: "-" + text,
    lambda text, chance: text[: chance.randrange(len(text) + 1)],
    lambda text, chance: text + chance.choice([" ", "\0", "=", "å", "\n"]),
    lambda text, chance: chance.choice(["", "0", "1", "2", "null", "9" * 700]),
    lambda text, chance: str(chance.getrandbits(2047)),
    lambda text, chance: _number(text),
    lambda text, chance: None,
]


if __name__ == "__main__":
    raise SystemExit(main())
