"""A secret poll's record holds; where archive and board tell different things, it says so."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest

from ballots import audit_kit, record, secret_poll
from ballots.__main__ import main
from ballots.belenios import archive as archive_
from ballots.belenios import tally
from ballots.belenios.credential import public_of, slot_of
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import encode_trustees
from ballots.board import BallotEntry, Closed, MemoryBoard, Opened, ResultEntry, VoidEntry
from ballots.counting import majority
from ballots.errors import Malformed
from ballots.manifest import Secrecy, roll_sha256
from ballots.record import PollRecord
from ballots.verify import verify
from tests.ballots.belenios.conftest import chance, make  # noqa: F401 - a fixture
from tests.ballots.test_manifest import MANIFEST
from tests.ballots.test_verify import KEY, ORIGIN

RULE = {"base": "cast_valid", "operator": ">", "share": [1, 2], "tie": "chair"}
ASKED = secret_poll.question(
    MANIFEST.question["sv"],
    [(each["id"], each["label"]["sv"]) for each in MANIFEST.options],
    "majority",
    RULE,
)
CHOICES = ([1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0])


class SecretElection:
    """Six voters, of whom the second votes again; parts may be changed before it is logged."""

    def __init__(self, make, choices=CHOICES) -> None:  # noqa: F811
        self.made = make(ASKED, voters=len(choices) + 1)
        made = self.made
        for voter, choice in enumerate(choices):
            made.vote(voter, [choice])
        if len(choices) > 1:
            made.vote(1, [[0, 1, 0]])
        result = made.open([1])
        self.slots = [slot_of(public_of(each, GROUP)) for each in made.secrets]
        setup = [
            made.election.raw,
            encode_trustees(made.trustees),
            made.archive.data[json.loads(made.archive.files[3][1])["credentials"]],
        ]
        hashes = [sha256(each).hexdigest() for each in setup]
        self.manifest = replace(
            MANIFEST,
            voters=len(self.slots),
            roll_sha256=roll_sha256(self.slots),
            rule=RULE,
            ballots="secret",
            secret=Secrecy(
                election=hashes[0],
                trustees=hashes[1],
                credentials=hashes[2],
                needed=1,
                holders=1,
                server_alone=True,
                revote=True,
            ),
        )
        votes = secret_poll.votes(self.manifest.option_ids, ASKED, result[0])
        counted = majority.count(votes, majority.MajorityRule.parse(RULE))
        self.result = record.encode_result(self.manifest.election, counted.as_dict())
        self.archive: bytes | None = made.archive.encode()
        added = tally.add_up(made.election, tally.last_ballots(made.ballots))
        strong = tally.prove_strongly(made.election, added, made.privates[1], chance)
        self.strong: bytes | None = tally.encode_strong({1: strong})
        self.log()

    def log(self) -> None:
        election = self.manifest.election
        seen: Counter[str] = Counter()
        placed = []
        for ballot in self.made.ballots:
            slot = slot_of(ballot.credential)
            seen[slot] += 1
            digest = sha256(ballot.encode()).hexdigest()
            placed.append(BallotEntry(election, slot, seen[slot], digest))
        self.entries = [
            Opened(election, self.manifest.roll_sha256, len(self.slots)),
            *placed,
            Closed(election, len(seen)),
            ResultEntry(election, sha256(self.result).hexdigest()),
        ]

    def verified(self, tmp_path) -> list[str]:
        log = MemoryBoard(ORIGIN, [entry.encode() for entry in self.entries])
        poll = PollRecord(
            self.manifest,
            self.slots,
            [],
            self.result,
            archive=self.archive,
            strong=self.strong,
            audit=audit_kit.text(
                uuid=self.made.election.uuid,
                voters=7,
                own=3,
                needed=1,
                holders=1,
                server_alone=True,
                fingerprint="",
            ),
        )
        files = record.files(
            verifier_key=KEY.verifier_key,
            note=KEY.sign(log.checkpoint()),
            entries=log.entries,
            polls=[poll],
        )
        self.directory = tmp_path / secrets.token_hex(4)
        record.write_directory(self.directory, files)
        return [finding.code for finding in verify(self.directory)]


@pytest.fixture
def election(make):  # noqa: F811
    return SecretElection(make)


def test_an_honest_secret_record_holds(election, tmp_path):
    assert election.verified(tmp_path) == []
    audit = next(election.directory.rglob("audit.txt")).read_text()
    assert "3 of 7" in audit
    assert "belenios-tool, version 2.0" in audit


def test_a_result_that_the_archive_does_not_give_is_named(election, tmp_path):
    said = json.loads(election.result)
    said["votes"] = {"adopt": 1, "reject": 4, "abstain": 1}
    election.result = compact(dict(sorted(said.items())))
    election.log()
    assert "result" in election.verified(tmp_path)


def test_a_ballot_of_the_board_that_the_archive_lacks_is_named(election, tmp_path):
    extra = BallotEntry(election.manifest.election, election.slots[6], 1, "ab" * 32)
    election.entries.insert(4, extra)
    election.entries[-2] = Closed(election.manifest.election, 7)
    assert election.verified(tmp_path) == ["ballot-missing"]


def test_a_ballot_of_the_archive_that_the_board_lacks_is_named(election, tmp_path):
    del election.entries[3]
    election.entries[-2] = Closed(election.manifest.election, 5)
    assert election.verified(tmp_path) == ["ballot-not-on-board"]


def test_ballots_in_another_order_than_on_the_board_are_named(election, tmp_path):
    """The order decides which of two ballots of one voter counts."""
    election.entries[1], election.entries[3] = election.entries[3], election.entries[1]
    assert election.verified(tmp_path) == ["order"]


def test_another_set_up_than_the_manifest_fixed_is_named(election, make, tmp_path):  # noqa: F811
    other = SecretElection(make)
    election.archive, election.strong = other.archive, None
    codes = election.verified(tmp_path)
    assert {"set-up", "roll", "ballot-missing", "ballot-not-on-board"} <= set(codes)


def test_another_question_than_the_manifests_is_named(election, tmp_path):
    options = [{**each, "label": {"sv": "Annat"}} for each in election.manifest.options]
    election.manifest = replace(election.manifest, options=options)
    election.result = record.encode_result(
        election.manifest.election,
        {k: v for k, v in json.loads(election.result).items() if k not in ("format", "election")},
    )
    election.log()
    assert election.verified(tmp_path) == ["question"]


def test_a_dishonest_archive_is_named_through_the_record(election, tmp_path):
    election.archive = election.archive.replace(b'"alpha":"1', b'"alpha":"2', 1)
    assert "malformed" in election.verified(tmp_path)


def test_a_strong_proof_of_another_tally_is_named(election, make, tmp_path):  # noqa: F811
    election.strong = SecretElection(make).strong
    assert election.verified(tmp_path) == ["strong-proof"]


def test_an_archive_may_be_withheld_of_few_ballots_only(election, make, tmp_path):  # noqa: F811
    election.archive = election.strong = None
    assert election.verified(tmp_path) == ["missing-file"]
    few = SecretElection(make, choices=([1, 0, 0], [0, 1, 0], [1, 0, 0]))
    few.archive = few.strong = None
    said = {k: v for k, v in json.loads(few.result).items() if k not in ("votes", "base", "needed")}
    few.result = record.canonical_json(said)
    few.log()
    assert few.verified(tmp_path) == []


def test_a_void_poll_has_an_archive_without_a_result(election, make, tmp_path):  # noqa: F811
    made = election.made
    whole = archive_.Archive(made.archive.timestamp)
    archive_.set_up(
        whole,
        made.election.raw,
        encode_trustees(made.trustees),
        made.archive.data[json.loads(made.archive.files[3][1])["credentials"]],
    )
    for ballot in made.ballots:
        whole.add_event("Ballot", ballot.encode())
    election.archive, election.strong, election.result = whole.encode(), None, None
    election.entries[-1] = VoidEntry(election.manifest.election, "cd" * 32)
    assert election.verified(tmp_path) == []


def test_a_bare_archive_is_judged_by_the_command(election, tmp_path, capsys):
    path, strong = tmp_path / "poll.bel", tmp_path / "strong.json"
    path.write_bytes(election.archive)
    strong.write_bytes(election.strong)
    assert main(["verify", str(path), "--strong", str(strong), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["ballots"], told["result"]) == (True, 7, [[3, 2, 1]])
    path.write_bytes(election.archive[:-600])
    assert main(["verify", str(path)]) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out


CANDIDATES = [("a", "Anna"), ("b", "Bo"), ("c", "Cleo"), ("blank", "Blankt")]


def test_an_election_asks_for_candidates_and_counts_the_blank_votes():
    asked = secret_poll.question("Styrelse", CANDIDATES, "plurality", {"seats": 2})
    assert (asked.options, asked.least, asked.most, asked.blank) == (
        ("Anna", "Bo", "Cleo"),
        1,
        2,
        True,
    )
    ids = [option for option, _ in CANDIDATES]
    assert secret_poll.votes(ids, asked, [4, 1, 2, 3]) == {"a": 1, "b": 2, "c": 3, "blank": 4}
    assert secret_poll.choices(ids, asked, ["a", "c"]) == [0, 1, 0, 1]
    assert secret_poll.choices(ids, asked, ["blank"]) == [1, 0, 0, 0]
    with pytest.raises(Malformed):
        secret_poll.choices(ids, asked, ["d"])
    with pytest.raises(Malformed):
        secret_poll.votes(ids, asked, [1, 2])
