"""`stamma count RECORD`: an election of a published record, counted by the method of its manifest.

What it prints is what `stamma count FILE` prints of the same ballots in any other format, and
`--export` writes them in one. Whether they are those of the log, `stamma verify` says.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ballots import count_poll, record
from ballots.counting import command, formats, methods
from ballots.counting.count import Count, Lots
from ballots.counting.formats import AnyProfile
from ballots.errors import Fault, Malformed
from ballots.manifest import Manifest, parse_canonical_json, parse_manifest
from ballots.open_ballot import parse_open_ballot
from ballots.verify_poll import split_ballots


def is_record(path: Path) -> bool:
    return path.is_dir() or zipfile.is_zipfile(path)


def run(given: argparse.Namespace) -> int:
    try:
        files = record.read(given.file)
        manifest = find(files, given.poll)
        if given.export is not None:
            print(formats.write(profile(files, manifest), given.export), end="")
            return command.COUNTED
        counted = _count(files, manifest, given)
    except Fault as fault:
        print(f"stamma: {given.file}: {fault.message}", file=sys.stderr)
        return command.UNREADABLE
    if given.json:
        print(json.dumps(counted.as_dict(), ensure_ascii=False))
    else:
        print(f"poll {manifest.election}\n{_in_english(manifest.question)}\n")
        print("\n".join(command.told(counted)))
    return command.COUNTED


def find(files: Mapping[str, bytes], election: str | None) -> Manifest:
    """The election that begins so, or the only one there is among candidates. Raises Malformed."""
    names = sorted(name for name in files if name.endswith("/manifest.json"))
    manifests = [parse_manifest(files[name]) for name in names]
    found = [
        each
        for each in manifests
        if (each.method != "majority" if election is None else each.election.startswith(election))
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{each.election[:8]} ({each.method})" for each in manifests)
    raise Malformed(f"name one poll with --poll; the record has {there or 'none'}")


def profile(files: Mapping[str, bytes], manifest: Manifest) -> AnyProfile:
    """Its ballots by option id, with the options' labels as names. Raises Fault."""
    if manifest.method == "majority":
        raise Malformed("a decision by majority is counted by `stamma verify`")
    content = files.get(f"polls/{manifest.election}/ballots.txt")
    if content is None:
        raise Malformed("the record has no open ballots of this poll")
    choices = Counter(parse_open_ballot(each).choice for each in split_ballots(content))
    named = {each["id"]: _in_english(each["label"]) for each in manifest.options}
    made = count_poll.profile(manifest, choices)
    return replace(made, names={each: named[each] for each in made.candidates})


def _count(files: Mapping[str, bytes], manifest: Manifest, given: argparse.Namespace) -> Count:
    ballots = profile(files, manifest)
    ids = {name: each for each, name in ballots.names.items()}
    ballots = ballots.without(ids.get(each, each) for each in given.withdrawn)
    drawn: Sequence[str] = [ids.get(each, each) for each in given.drawn]
    seed = given.seed if given.seed or drawn else _seed(files, manifest)
    return methods.count(
        given.method or manifest.method,
        ballots,
        seats=given.seats,
        lots=Lots(seed=seed, drawn=tuple(drawn)),
        options=count_poll.options(manifest.rule),
    )


def _seed(files: Mapping[str, bytes], manifest: Manifest) -> str | None:
    """Of the lot that was drawn, where the published result has one."""
    content = files.get(f"polls/{manifest.election}/result.json")
    said = parse_canonical_json(content) if content is not None else {}
    seed = said.get("seed") if isinstance(said, dict) else None
    return seed if isinstance(seed, str) else None


def _in_english(texts: Mapping[str, str]) -> str:
    return texts.get("en") or texts[min(texts)]
