"""A published record holds, and every way of tampering with it is named for what it is."""

from __future__ import annotations

import base64
import json
import random
import secrets
import subprocess
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from ballots import record
from ballots.__main__ import main
from ballots.board import (
    BallotEntry,
    Closed,
    MemoryBoard,
    MinutesEntry,
    Opened,
    ResultEntry,
)
from ballots.checkpoint import SigningKey, VerifierKey
from ballots.counting import majority
from ballots.errors import Malformed
from ballots.manifest import canonical_json, roll_sha256
from ballots.open_ballot import OpenBallot, ballot_sha256
from ballots.record import PollRecord
from ballots.verify import verify
from tests.ballots.test_manifest import MANIFEST

ORIGIN = "stamma.example/board"
KEY = SigningKey.generate(ORIGIN, seed=bytes(32))
MINUTES = "# Minutes\n\nThe meeting decided to adopt.\n"
CHOICES = ["adopt", "adopt", "adopt", "reject", "abstain"]


@dataclass
class Election:
    """An honest election whose parts a test changes before it is logged and published."""

    def __post_init__(self) -> None:
        self.slots = [f"{number:02x}" * 16 for number in range(1, 8)]
        self.manifest = replace(
            MANIFEST,
            voters=len(self.slots),
            roll_sha256=roll_sha256(self.slots),
            rule={"base": "cast_valid", "operator": ">", "share": [1, 2], "tie": "chair"},
        )
        self.ballots = [
            OpenBallot(self.manifest.election, slot, "5a" * 32, choice)
            for slot, choice in zip(self.slots, CHOICES, strict=False)
        ]
        votes = {"adopt": 3, "reject": 1, "abstain": 1}
        counted = majority.count(votes, majority.MajorityRule.parse(self.manifest.rule))
        self.result = record.encode_result(self.manifest.election, counted.as_dict())
        election = self.manifest.election
        self.entries = [
            Opened(election, self.manifest.roll_sha256, len(self.slots)),
            *[
                BallotEntry(election, each.slot, 1, ballot_sha256(each.encode()))
                for each in self.ballots
            ],
            Closed(election, len(self.ballots)),
            ResultEntry(election, sha256(self.result).hexdigest()),
            MinutesEntry("7", sha256(MINUTES.encode()).hexdigest()),
        ]

    def files(self) -> dict[str, bytes]:
        """As it is published, honestly signed: what was changed before is what the log holds."""
        log = MemoryBoard(ORIGIN, [entry.encode() for entry in self.entries])
        poll = PollRecord(
            self.manifest,
            self.slots,
            [(each.slot, each.encode()) for each in self.ballots],
            self.result,
        )
        return dict(
            record.files(
                verifier_key=KEY.verifier_key,
                note=KEY.sign(log.checkpoint()),
                entries=log.entries,
                polls=[poll],
                minutes=MINUTES,
            )
        )

    def name(self, file: str) -> str:
        return f"polls/{self.manifest.election}/{file}"


@pytest.fixture
def election():
    return Election()


@pytest.fixture
def verified(tmp_path):
    def verified(files, **options):
        directory = tmp_path / secrets.token_hex(4)
        record.write_directory(directory, files.items())
        return [finding.code for finding in verify(directory, **options)]

    return verified


def test_an_honest_record_holds_as_a_directory_and_as_a_zip(election, verified, tmp_path):
    files = election.files()
    assert verified(files, log_key=VerifierKey.parse(KEY.verifier_key)) == []
    path = tmp_path / "record.zip"
    path.write_bytes(record.zipped(files.items()))
    assert verify(path) == []


def test_the_same_record_is_the_same_zip(election):
    files = election.files()
    assert record.zipped(files.items()) == record.zipped(reversed(files.items()))


# What somebody changes in a record that was honestly made and signed.
def _flip(files, name, old, new):
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)


def _poll(files, name):
    return next(each for each in files if each.endswith(name))


def change_a_choice(files):
    _flip(files, _poll(files, "ballots.txt"), b"choice adopt", b"choice reject")


def remove_a_ballot(files):
    name = _poll(files, "ballots.txt")
    files[name] = b"".join(files[name].splitlines(keepends=True)[5:])


def add_a_ballot(files):
    name = _poll(files, "ballots.txt")
    body = OpenBallot(name.split("/")[1], "07" * 16, "5a" * 32, "reject").encode()
    files[name] += body


def repeat_a_ballot(files):
    name = _poll(files, "ballots.txt")
    files[name] += b"".join(files[name].splitlines(keepends=True)[:5])


def vote_for_a_stranger(files):
    name = _poll(files, "ballots.txt")
    files[name] += OpenBallot(name.split("/")[1], "ee" * 16, "5a" * 32, "reject").encode()


def choose_what_is_not_offered(files):
    _flip(files, _poll(files, "ballots.txt"), b"choice adopt", b"choice postpone")


def break_a_ballot(files):
    _flip(files, _poll(files, "ballots.txt"), b"salt ", b"salt  ")


def change_the_result(files):
    _flip(files, _poll(files, "result.json"), b'"adopt":3', b'"adopt":4')


def change_the_outcome(files):
    _flip(files, _poll(files, "result.json"), b'"outcome":"adopt"', b'"outcome":"reject"')


def remove_the_result(files):
    del files[_poll(files, "result.json")]


def change_the_question(files):
    _flip(files, _poll(files, "manifest.json"), b"motion 1", b"motion 2")


def change_the_rule(files):
    _flip(files, _poll(files, "manifest.json"), b"[1,2]", b"[2,3]")


def add_to_the_roll(files):
    files[_poll(files, "roll.txt")] += b"ff" * 16 + b"\n"


def change_the_minutes(files):
    _flip(files, "minutes.md", b"adopt", b"reject")


def change_an_entry(files):
    lines = files["board.txt"].splitlines(keepends=True)
    entry = base64.b64decode(lines[1]).replace(b"revision 1", b"revision 2")
    files["board.txt"] = b"".join([lines[0], base64.b64encode(entry) + b"\n", *lines[2:]])


def cut_the_board(files):
    files["board.txt"] = b"".join(files["board.txt"].splitlines(keepends=True)[:-1])


def reorder_the_board(files):
    lines = files["board.txt"].splitlines(keepends=True)
    files["board.txt"] = b"".join([lines[0], lines[2], lines[1], *lines[3:]])


def break_an_entry(files):
    files["board.txt"] = b"eA==\n" + files["board.txt"]


def change_the_signed_size(files):
    _flip(files, "checkpoint.txt", b"\n9\n", b"\n8\n")


def change_the_key(files):
    other = SigningKey.generate(ORIGIN, seed=b"\1" * 32)
    files["key.txt"] = other.verifier_key.encode()


def remove_the_checkpoint(files):
    del files["checkpoint.txt"]


def add_a_file(files):
    files["evil.exe"] = b"MZ"


def add_a_correction(files):
    files["addenda/1.md"] = b"The meeting decided to reject."


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (change_a_choice, "ballot-changed"),
        (remove_a_ballot, "ballot-missing"),
        (add_a_ballot, "ballot-not-on-board"),
        (repeat_a_ballot, "double-vote"),
        (vote_for_a_stranger, "not-on-roll"),
        (choose_what_is_not_offered, "wrong-option"),
        (break_a_ballot, "ballot"),
        (change_the_result, "result"),
        (change_the_outcome, "result"),
        (remove_the_result, "missing-file"),
        (change_the_question, "manifest"),
        (change_the_rule, "manifest"),
        (add_to_the_roll, "roll"),
        (change_the_minutes, "minutes"),
        (change_an_entry, "board-root"),
        (cut_the_board, "board-size"),
        (reorder_the_board, "board-root"),
        (break_an_entry, "entry"),
        (change_the_signed_size, "log-signature"),
        (change_the_key, "log-signature"),
        (remove_the_checkpoint, "missing-file"),
        (add_a_file, "malformed"),
        (add_a_correction, "addendum"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_tampering_with_a_published_record_is_named_for_what_it_is(
    election, verified, tamper, code
):
    files = election.files()
    tamper(files)
    assert code in verified(files)


# What a dishonest house does before it signs: the log is consistent, and wrong.
def stuff_after_the_close(election):
    late = OpenBallot(election.manifest.election, election.slots[5], "5a" * 32, "reject")
    election.ballots.append(late)
    entry = BallotEntry(late.election, late.slot, 1, ballot_sha256(late.encode()))
    election.entries.append(entry)


def stuff_before_the_opening(election):
    election.entries[0], election.entries[1] = election.entries[1], election.entries[0]


def log_a_slot_twice(election):
    election.entries.insert(2, election.entries[1])


def miscount_the_close(election):
    at = next(i for i, each in enumerate(election.entries) if isinstance(each, Closed))
    election.entries[at] = Closed(election.manifest.election, 4)


def never_close(election):
    election.entries = [each for each in election.entries if not isinstance(each, Closed)]


def never_open(election):
    election.entries = election.entries[1:]


def open_with_another_roll(election):
    election.entries[0] = replace(election.entries[0], voters=99)


def miscount_the_votes(election):
    said = json.loads(election.result)
    said["votes"] = {"adopt": 1, "reject": 3, "abstain": 1}
    said["outcome"] = "reject"
    election.result = canonical_json(said)
    _relog_the_result(election)


def invent_a_casting_vote(election):
    election.result = canonical_json({**json.loads(election.result), "casting_vote": "reject"})
    _relog_the_result(election)


def publish_another_result_than_logged(election):
    election.result = canonical_json({**json.loads(election.result), "note": "x"})


def _relog_the_result(election):
    at = next(i for i, each in enumerate(election.entries) if isinstance(each, ResultEntry))
    hashed = sha256(election.result).hexdigest()
    election.entries[at] = ResultEntry(election.manifest.election, hashed)


@pytest.mark.parametrize(
    ("cheat", "code"),
    [
        (stuff_after_the_close, "after-close"),
        (stuff_before_the_opening, "before-open"),
        (log_a_slot_twice, "double-entry"),
        (miscount_the_close, "count"),
        (never_close, "not-closed"),
        (never_open, "not-opened"),
        (open_with_another_roll, "roll"),
        (miscount_the_votes, "result"),
        (invent_a_casting_vote, "result"),
        (publish_another_result_than_logged, "result-not-on-board"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_house_that_cheats_before_it_signs_is_found_out(election, verified, cheat, code):
    cheat(election)
    assert code in verified(election.files())


def test_a_record_under_another_key_than_asked_for_is_refused(election, verified):
    other = SigningKey.generate(ORIGIN, seed=b"\1" * 32).verifier
    assert "log-key" in verified(election.files(), log_key=other)


def test_a_tie_that_the_lot_broke_is_drawn_again(election, verified):
    seed = "5e" * 32
    rule = {**election.manifest.rule, "tie": "lot"}
    assert majority.MajorityRule.parse(rule).tie == "lot"
    made = _tied(rule, seed)
    assert verified(made.files()) == []
    said = json.loads(made.result)
    other = {"adopt": "reject", "reject": "adopt"}[said["outcome"]]
    made.result = canonical_json({**said, "casting_vote": other, "outcome": other})
    _relog_the_result(made)
    assert verified(made.files()) == ["result"]


def _tied(rule, seed):
    from ballots.counting import lot

    made = Election()
    made.manifest = replace(made.manifest, rule=rule)
    election = made.manifest.election
    made.ballots = [
        OpenBallot(election, slot, "5a" * 32, choice)
        for slot, choice in zip(made.slots, ["adopt", "reject"], strict=False)
    ]
    counted = majority.count(
        {"adopt": 1, "reject": 1, "abstain": 0},
        majority.MajorityRule.parse(rule),
        casting_vote=lot.draw(["adopt", "reject"], seed),
    )
    made.result = record.encode_result(election, {**counted.as_dict(), "seed": seed})
    made.entries = [
        Opened(election, made.manifest.roll_sha256, 7),
        *[BallotEntry(election, b.slot, 1, ballot_sha256(b.encode())) for b in made.ballots],
        Closed(election, 2),
        ResultEntry(election, sha256(made.result).hexdigest()),
        made.entries[-1],
    ]
    return made


def test_a_damaged_zip_never_makes_the_verifier_fail_otherwise_than_by_findings(election, tmp_path):
    chance = random.Random(7)  # noqa: S311 - a reproducible fuzzer, no secret
    whole = record.zipped(election.files().items())
    path = tmp_path / "record.zip"
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(bytes(damaged[: chance.choice([len(damaged), chance.randrange(9, 9999)])]))
        assert isinstance(verify(path), list)


def test_a_zip_that_reaches_outside_is_refused(tmp_path):
    path = tmp_path / "record.zip"
    path.write_bytes(record.zipped([("../../etc/passwd", b"x")]))
    with pytest.raises(Malformed):
        record.read(path)


VECTORS = Path(__file__).parents[1] / "vectors" / "receipt"
LOG_KEY, *WITNESS_KEYS = (VECTORS / "keys.txt").read_text().split()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["receipt", str(VECTORS / "worked.tlog-proof"), "--log-key", LOG_KEY], 0),
        (["receipt", str(VECTORS / "keys.txt"), "--log-key", LOG_KEY], 1),
        (["receipt", str(VECTORS / "worked.tlog-proof"), "--log-key", WITNESS_KEYS[0]], 1),
        (["receipt", str(VECTORS / "missing"), "--log-key", LOG_KEY], 2),
        (["receipt", str(VECTORS / "worked.tlog-proof"), "--log-key", "no-key"], 2),
        (["receipt", str(VECTORS / "worked.tlog-proof")], 2),
        (["verify", str(VECTORS / "missing")], 2),
        (["verify", str(VECTORS / "worked.tlog-proof")], 1),
        ([], 2),
    ],
)
def test_the_commands_end_with_the_code_that_others_script_against(arguments, code, capsys):
    assert main(arguments) == code


def test_the_receipt_command_says_what_was_proved_as_json():
    command = [sys.executable, "-m", "ballots", "receipt", str(VECTORS / "worked.tlog-proof")]
    options = ["--log-key", LOG_KEY, "--need-witnesses", "2", "--json"]
    witnesses = [word for key in WITNESS_KEYS for word in ("--witness-key", key)]
    ran = subprocess.run(  # noqa: S603 - our own command
        [*command, *options, *witnesses], capture_output=True, text=True, check=True
    )
    said = json.loads(ran.stdout)
    assert (said["ok"], said["findings"], said["code"]) == (True, [], "ZG81-JKFF-AW57-7062")


def test_the_verify_command_names_the_fault_as_json(election, tmp_path, capsys):
    files = election.files()
    change_a_choice(files)
    record.write_directory(tmp_path / "record", files.items())
    assert main(["verify", str(tmp_path / "record"), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert "ballot-changed" in {finding["code"] for finding in said["findings"]}
