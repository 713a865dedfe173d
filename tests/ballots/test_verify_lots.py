"""Every lot of a result is published and checked; a result of before that named one still holds."""

from __future__ import annotations

import secrets
from dataclasses import replace
from hashlib import sha256

import pytest

from ballots import count_poll, record
from ballots.board import BallotEntry, Closed, MemoryBoard, Opened, ResultEntry
from ballots.counting import lot
from ballots.manifest import roll_sha256
from ballots.open_ballot import OpenBallot, ballot_sha256
from ballots.record import PollRecord
from ballots.verify import verify
from tests.ballots.test_manifest import MANIFEST
from tests.ballots.test_verify import KEY, ORIGIN

SEED = "5e" * 32
# One seat for which two are equal, and two who are equal as deputies.
CHOICES = ["a", "a", "b", "b", "c", "d"]
SLOTS = [f"{number:02x}" * 16 for number in range(1, 8)]


def manifest(method):
    rule = {"seats": 1, "deputies": 2, "tie": "lot"}
    return replace(
        MANIFEST,
        voters=len(SLOTS),
        roll_sha256=roll_sha256(SLOTS),
        method=method,
        options=[{"id": each, "label": {"sv": each}} for each in ("a", "b", "c", "d", "blank")],
        rule={**rule, "form": "several"} if method == "approval" else rule,
    )


def published(poll, told):
    """An honestly signed record of the election with that result."""
    result = record.encode_result(poll.election, told)
    ballots = [
        OpenBallot(poll.election, slot, "5a" * 32, choice)
        for slot, choice in zip(SLOTS, CHOICES, strict=False)
    ]
    entries = [
        Opened(poll.election, poll.roll_sha256, len(SLOTS)),
        *[BallotEntry(poll.election, x.slot, 1, ballot_sha256(x.encode())) for x in ballots],
        Closed(poll.election, len(ballots)),
        ResultEntry(poll.election, sha256(result).hexdigest()),
    ]
    log = MemoryBoard(ORIGIN, [entry.encode() for entry in entries])
    bodies = [(each.slot, each.encode()) for each in ballots]
    return record.files(
        verifier_key=KEY.verifier_key,
        note=KEY.sign(log.checkpoint()),
        entries=log.entries,
        polls=[PollRecord(poll, SLOTS, bodies, result)],
    )


def counted(poll, seed=SEED):
    return count_poll.count(poll, {each: CHOICES.count(each) for each in CHOICES}, seed=seed)


@pytest.fixture(params=["plurality", "approval"])
def poll(request):
    return manifest(request.param)


@pytest.fixture
def findings(tmp_path, poll):
    def findings(told, asked=poll):
        directory = tmp_path / secrets.token_hex(4)
        record.write_directory(directory, published(asked, told))
        return [finding.code for finding in verify(directory)]

    return findings


def test_each_lot_is_published_with_who_was_equal_who_won_and_the_seed(poll, findings):
    told = counted(poll)
    seat, deputy = told["ties"]
    assert (seat["about"], seat["between"], seat["seed"]) == ("seat", ["a", "b"], SEED)
    assert told["elected"] == [seat["chosen"]] == [lot.draw(["a", "b"], SEED)]
    assert (deputy["about"], deputy["between"], deputy["seed"]) == ("deputy", ["c", "d"], SEED)
    assert told["deputies"][-1] == deputy["chosen"] == lot.draw(["c", "d"], SEED)
    assert told["tied"] == ["a", "b"]
    assert findings(told) == []


def test_a_lot_that_waits_is_published_without_a_winner(poll):
    [waiting] = counted(poll, seed=None)["ties"]
    assert (waiting["between"], waiting["chosen"], waiting["seed"]) == (["a", "b"], None, None)


def test_without_a_lot_nothing_is_said_of_one(poll):
    assert "ties" not in count_poll.count(poll, {"a": 2, "b": 1})


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize(
    "change",
    [{"chosen": "blank"}, {"between": ["a", "c"]}, {"seed": "00" * 32}, {"about": "place"}],
)
def test_a_changed_lot_is_found_whichever_it_is(poll, findings, at, change):
    told = counted(poll)
    told["ties"][at] |= change
    assert findings(told) == ["result"]


def test_a_lot_left_out_of_several_is_found(poll, findings):
    told = counted(poll)
    told["ties"].pop()
    assert findings(told) == ["result"]


@pytest.mark.parametrize("invented", ["ties", "deputies", "passed_over"])
def test_what_nobody_drew_or_elected_is_found(poll, findings, invented):
    plain = replace(poll, rule={**poll.rule, "deputies": 0, "seats": 4})
    told = counted(plain)
    assert not told.keys() & {"ties", "deputies", "passed_over"}
    assert findings(told, plain) == []
    assert findings({**told, invented: counted(poll).get(invented, {"d": []})}, plain) == ["result"]


def test_a_result_of_before_names_one_lot_and_holds(poll, findings):
    told = counted(poll)
    del told["ties"]
    assert findings(told) == []


def test_a_result_of_before_with_another_deputy_does_not_hold(poll, findings):
    told = counted(poll)
    del told["ties"]
    told["deputies"][-1] = next(each for each in "cd" if each != told["deputies"][-1])
    assert findings(told) == ["result"]
