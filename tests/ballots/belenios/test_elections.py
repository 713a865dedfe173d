"""Whole elections through our code, judged by `belenios-tool`; and its elections judged by ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ballots.belenios.verify import extends, verify_archive
from tests.ballots.belenios import tool
from tests.ballots.belenios.conftest import (
    APPROVAL,
    UP_TO_TWO,
    YES_NO,
    Made,
    single,
    threshold,
)

pytestmark = pytest.mark.usefixtures("needs_tool")


def judged(made: Made, directory: Path) -> list[list[int]] | None:
    """Both verdicts, which have to agree that everything holds."""
    encoded = made.archive.encode()
    audit = verify_archive(encoded, processes=1)
    assert audit.findings == []
    assert tool.accepts(directory, made.election.uuid, encoded)
    return audit.result


@pytest.mark.parametrize("kind", ["single", "two of three"])
def test_every_kind_of_question_with_revotes_and_abstainers(make, tmp_path, kind):
    trustees = single() if kind == "single" else threshold(2, 3)
    made = make(YES_NO, APPROVAL, UP_TO_TWO, voters=4, trustees=trustees)
    made.vote(0, [[1, 0, 0], [1, 1, 0, 1], [0, 1, 1, 0]])
    made.vote(1, [[0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]])  # a blank vote
    made.vote(2, [[0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 1]])
    made.vote(1, [[1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]])  # votes again: the last counts
    result = made.open([1] if kind == "single" else [3, 1])
    assert result == [[2, 0, 1], [2, 2, 1, 3], [1, 1, 1, 1]]
    assert judged(made, tmp_path) == result


def test_an_election_in_which_nobody_votes(make, tmp_path):
    made = make(YES_NO)
    assert made.open([1]) == [[0, 0, 0]]
    assert judged(made, tmp_path) == [[0, 0, 0]]


@pytest.mark.parametrize("openers", [[1, 2], [2, 3], [1, 3], [3, 2]])
def test_any_two_of_three_open(make, tmp_path, openers):
    made = make(YES_NO, trustees=threshold(2, 3))
    made.vote(0, [[1, 0, 0]])
    made.vote(1, [[0, 1, 0]])
    assert made.open(openers) == [[1, 1, 0]]
    assert judged(made, tmp_path) == [[1, 1, 0]]


def test_an_open_poll_and_its_later_copy_are_consistent(make, tmp_path):
    made = make(YES_NO)
    made.vote(0, [[1, 0, 0]])
    earlier = made.archive.encode()
    assert judged(made, tmp_path) is None
    made.vote(1, [[0, 1, 0]])
    assert extends(earlier, made.archive.encode())
    other = make(YES_NO)
    assert not extends(earlier, other.archive.encode())


def test_two_processes_give_the_verdict_of_one(make):
    made = make(YES_NO, voters=40)
    for voter in range(40):
        made.vote(voter, [[1, 0, 0]])
    made.open([1])
    done: list[int] = []
    audit = verify_archive(made.archive.encode(), processes=2, progress=done.append)
    assert (audit.findings, audit.result, sum(done)) == ([], [[40, 0, 0]], 40)


QUESTIONS = {
    "description": "Av verktyget",
    "name": "Stämma",
    "questions": [
        {"answers": ["Ja", "Nej", "Avstår"], "min": 1, "max": 1, "question": "Ska vi?"},
        {"answers": ["A", "B", "C"], "blank": True, "min": 1, "max": 2, "question": "Vilka?"},
    ],
}
VOTES = ("[[1,0,0],[0,1,1,0]]", "[[0,1,0],[1,0,0,0]]", "[[0,0,1],[0,0,0,1]]")
GROUP = ("--group", "BELENIOS-2048")


def test_an_election_made_by_the_tool_is_accepted_ballots_and_all(tmp_path):
    encoded = made_by_the_tool(tmp_path)
    audit = verify_archive(encoded, processes=1)
    assert audit.findings == []
    assert len(audit.ballots) == 3
    assert audit.result == [[1, 1, 1], [1, 1, 1, 1]]


def made_by_the_tool(at: Path) -> bytes:
    uuid = tool.made(at, "setup", "generate-token").decode().strip()
    named = ("--uuid", uuid)
    tool.made(at, "setup", "generate-credentials", *named, *GROUP, "--count", "3")
    next(at.glob("*.pubcreds")).rename(at / "public_creds.json")
    codes = [line.split()[1] for line in next(at.glob("*.privcreds")).read_text().splitlines()]
    _threshold_keys(at)
    tool.made(at, "setup", "generate-trustee-key", *GROUP)
    (at / "public_keys.jsons").write_bytes(next(at.glob("*.pubkey")).read_bytes())
    tool.made(at, "setup", "make-trustees")
    (at / "q.json").write_text(json.dumps(QUESTIONS, ensure_ascii=False))
    tool.made(at, "setup", "make-election", *named, *GROUP, "--template", "q.json")
    tool.made(at, "archive", "init")
    for code, votes in zip(codes, VOTES, strict=True):
        _vote(at, code, votes)
    _event(at, "EndBallots", b"")
    _event(at, "EncryptedTally", tool.made(at, "election", "compute-encrypted-tally"))
    for number, key in enumerate(sorted(at.glob("*.key"))[:2], 2):
        options = ("--key", str(key), "--decryption-key", str(key.with_suffix(".dkey")))
        part = tool.made(at, "election", "decrypt-threshold", *options, "--trustee-id", str(number))
        _event(at, "PartialDecryption", part)
    private = str(next(at.glob("*.privkey")))
    part = tool.made(at, "election", "decrypt", "--privkey", private, "--trustee-id", "1")
    _event(at, "PartialDecryption", part)
    _event(at, "Result", tool.made(at, "election", "compute-result"))
    return (at / f"{uuid}.bel").read_bytes()


def _threshold_keys(at: Path) -> None:
    def step(*arguments: str, given: bytes = b"") -> bytes:
        return tool.made(
            at, "setup", "generate-trustee-key-threshold", *GROUP, *arguments, given=given
        )

    for _ in range(3):
        step("--step", "1")
    certs = at / "certs.jsons"
    keys = sorted(at.glob("*.key"))
    certs.write_bytes(b"".join(key.with_suffix(".cert").read_bytes() for key in keys))
    polynomials = at / "polynomials.jsons"
    made = [
        step("--certs", str(certs), "--key", str(key), "--step", "3", "--threshold", "2")
        for key in keys
    ]
    polynomials.write_bytes(b"".join(made))
    step("--certs", str(certs), "--step", "4", "--polynomials", str(polynomials))
    outputs = [
        step(
            *("--certs", str(certs), "--key", str(key), "--step", "5"),
            given=key.with_suffix(".vinput").read_bytes(),
        )
        for key in keys
    ]
    options = ("--certs", str(certs), "--step", "6", "--polynomials", str(polynomials))
    (at / "threshold.json").write_bytes(step(*options, given=b"".join(outputs)))


def _vote(at: Path, code: str, votes: str) -> None:
    (at / "code").write_text(code)
    (at / "votes").write_text(votes)
    options = ("--privcred", "code", "--ballot", "votes")
    _event(at, "Ballot", tool.made(at, "election", "generate-ballot", *options))


def _event(at: Path, kind: str, payload: bytes) -> None:
    tool.made(at, "archive", "add-event", f"--type={kind}", given=payload)
