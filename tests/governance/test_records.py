"""The record of a vote or a meeting: when it leaves the house, and that strangers' checks hold."""

from __future__ import annotations

import json
import secrets

import pytest

from ballots import record
from ballots.open_ballot import parse_open_ballot
from ballots.verify import verify
from governance import (
    minutes,
    minutes_published,
    polls,
    presiding,
    records,
    roles,
    rulebook,
)
from governance.agenda import ItemKind
from governance.errors import NotFound
from governance.records import NoBallots, NotPublished
from governance.roles import Role

SEED = "5e" * 32
LETTERS = {"a": "adopt", "r": "reject", "b": "abstain"}


@pytest.fixture
def checked(hall, tmp_path):
    """What `stamma verify` finds in the record, under the key that the log really has."""

    def checked(files):
        directory = tmp_path / secrets.token_hex(4)
        record.write_directory(directory, files)
        key = hall.board.signer.key.verifier
        return [finding.code for finding in verify(directory, key)]

    return checked


def of_poll(hall, poll):
    hall.db.commit()  # a checkpoint is signed of what is committed
    return records.of_poll(hall.db, hall.board, poll)


def of_meeting(hall):
    hall.db.commit()
    return records.of_meeting(hall.db, hall.board, hall.meeting)


def directories(files):
    return {name.split("/")[1] for name, _ in files if name.startswith("polls/")}


def file(files, name):
    return next(content for each, content in files if each.endswith(name))


def choices(letters):
    return [LETTERS[each] for each in letters]


# Majorities that the Swedish act does not have, as another rulebook has them.
MAJORITIES = """
[majorities.present]
name = { sv = "Mer än hälften av de närvarande" }
base = "present_or_represented"
operator = ">"
share = [1, 2]
tie = "chair"
paragraph = "28.2"

[majorities.roll]
name = { sv = "Minst hälften av röstlängden" }
base = "all_eligible"
operator = ">="
share = [1, 2]
tie = "not-carried"
paragraph = "6:36"

[majorities.half-of-all]
name = { sv = "Minst hälften av medlemmarna" }
base = "all_members"
operator = ">="
share = [1, 2]
tie = "not-carried"
paragraph = "18:2"

[majorities.quorate]
name = { sv = "Mer än hälften, om två tredjedelar är här" }
base = "cast_valid"
operator = ">"
share = [1, 2]
tie = "lot"
quorum = [2, 3]
paragraph = "25.1"
"""


@pytest.fixture
def rules(hall, tmp_path, monkeypatch):
    """The association lives by a rulebook with these majorities as well."""
    swedish = rulebook.DIRECTORY / "se-ekonomisk-forening.toml"
    key = f"rules-{secrets.token_hex(4)}"
    text = swedish.read_text(encoding="utf-8").replace(
        "[majorities.ordinary]", f"{MAJORITIES}\n[majorities.ordinary]"
    )
    (tmp_path / f"{key}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(rulebook, "DIRECTORY", tmp_path)
    hall.meeting.association.rulebook = key


@pytest.mark.parametrize(
    ("majority", "letters", "outcome"),
    [
        ("ordinary", "aarb", "adopt"),
        ("ordinary", "", "reject"),
        ("bylaws", "aab", "adopt"),
        ("bylaws", "ar", "reject"),
        ("present", "aaab", "adopt"),
        ("present", "aa", "reject"),
        ("roll", "aaarr", "adopt"),
        ("roll", "aab", "reject"),
        ("half-of-all", "aaar", "adopt"),
        ("half-of-all", "aarr", "reject"),
        ("quorate", "aar", "adopt"),
    ],
)
def test_the_record_of_a_vote_is_recounted(hall, rules, checked, majority, letters, outcome):
    poll = hall.decide(hall.item(majority=majority), *choices(letters))
    assert poll.outcome == outcome
    files = of_poll(hall, poll)
    assert checked(files) == []
    assert file(files, "result.json") == polls.public_result(poll)


def test_without_its_quorum_nothing_is_carried(hall, rules, checked):
    poll = hall.open_ballot(hall.item(majority="quorate"))
    hall.vote(poll, "adopt", "adopt")
    hall.leave(*hall.people)
    hall.declare(hall.close(poll))
    assert (poll.present, poll.result["members"], poll.result["quorate"]) == (2, 6, False)
    assert poll.outcome == "reject"
    assert checked(of_poll(hall, poll)) == []


def test_voters_who_left_before_the_close_do_not_make_the_count_fail(hall, rules, checked):
    """More would have voted than are present, if who has voted did not count as present."""
    poll = hall.open_ballot(hall.item(majority="present"))
    hall.vote(poll, *["adopt"] * 5)
    hall.leave(*hall.people)
    assert hall.declare(hall.close(poll)).outcome == "adopt"
    assert checked(of_poll(hall, poll)) == []


def test_a_member_whose_membership_ends_overnight_does_not_make_the_count_fail(
    hall, rules, checked
):
    poll = hall.open_ballot(hall.item(majority="half-of-all"))
    hall.vote(poll, *["adopt"] * 5)
    hall.leave(*hall.people)
    for each in [*hall.people, hall.chair]:
        hall.db.get_one(type(each), each.id).left = hall.now.date()
    hall.now = hall.now.replace(day=2)
    hall.declare(hall.close(poll))
    assert poll.result["members"] == 5
    assert checked(of_poll(hall, poll)) == []


@pytest.mark.parametrize("choice", ["adopt", "reject"])
def test_a_tie_that_the_chair_broke_is_recounted(hall, checked, choice):
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt", "reject")
    hall.close(poll)
    polls.casting_vote(hall.db, poll, choice, by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    files = of_poll(hall, poll)
    assert json.loads(file(files, "result.json"))["outcome"] == choice
    assert checked(files) == []


def lot(hall, poll):
    polls.lot(hall.db, poll, seed=SEED, by_id=hall.chair.id, now=hall.now)
    return hall.declare(poll)


def test_a_tie_that_the_lot_broke_is_drawn_again(hall, rules, checked):
    poll = hall.open_ballot(hall.item(majority="quorate"))
    hall.vote(poll, "adopt", "reject")
    lot(hall, hall.close(poll))
    files = of_poll(hall, poll)
    assert json.loads(file(files, "result.json"))["seed"] == SEED
    assert checked(files) == []


def test_an_election_is_recounted_with_and_without_a_lot(hall, checked):
    item = hall.item(ItemKind.ELECTION)
    clear = hall.decide(
        item, "candidate-2", "candidate-2", "candidate-1", "abstain", candidates=["Eva", "Ali"]
    )
    tied = hall.open_ballot(item, question={"sv": "Vem ersätter?"}, candidates=["Eva", "Ali"])
    hall.vote(tied, "candidate-1", "candidate-2", "abstain")
    lot(hall, hall.close(tied))
    nobody = hall.decide(item, question={"sv": "Ännu en?"}, candidates=["Eva"])
    assert (clear.outcome, nobody.outcome) == ("candidate-2", "")
    for poll in (clear, tied, nobody):
        assert checked(of_poll(hall, poll)) == []


def test_a_void_vote_is_in_the_record_without_a_result(hall, checked):
    opened = hall.open_ballot(hall.item())
    hall.vote(opened, "adopt", "reject")
    hall.void(opened)
    counted = hall.open_ballot(hall.item())
    hall.vote(counted, "adopt")
    hall.void(hall.close(counted))
    for poll in (opened, counted):
        files = of_poll(hall, poll)
        assert not any(name.endswith("result.json") for name, _ in files)
        assert checked(files) == []
    assert directories(of_meeting(hall)) == {opened.election, counted.election}


def test_no_ballot_leaves_the_house_before_the_result_is_declared(hall, checked):
    before = hall.decide(hall.item(), "adopt")
    poll = hall.open_ballot(hall.item())
    hall.vote(poll, "adopt", "reject", "reject")
    for step in (lambda: None, lambda: hall.close(poll)):
        step()
        hall.db.commit()
        with pytest.raises(NotPublished):
            records.of_poll(hall.db, hall.board, poll)
        files = of_meeting(hall)
        assert directories(files) == {before.election}
        assert checked(files) == []
    hall.declare(poll)
    assert checked(of_poll(hall, poll)) == []


def test_a_vote_without_ballots_has_no_record(hall):
    for poll in (hall.acclaim(hall.item()), hall.hands(hall.item(), 1)):
        with pytest.raises(NoBallots) as refused:
            records.of_poll(hall.db, hall.board, poll)
        assert isinstance(refused.value, NotFound)


def test_a_record_names_nobody(hall):
    poll = hall.decide(hall.item(), "adopt", "reject", "adopt")
    whole = b"".join(content for _, content in of_poll(hall, poll)).decode()
    for each in hall.people:
        assert each.family_name not in whole
        assert str(each.email) not in whole


def test_the_ballots_of_a_record_are_those_that_were_cast(hall):
    poll = hall.decide(hall.item(), "adopt", "reject", "adopt")
    lines = file(of_poll(hall, poll), "ballots.txt").splitlines(keepends=True)
    cast = [parse_open_ballot(b"".join(lines[at : at + 5])) for at in range(0, len(lines), 5)]
    assert {each.slot: each.choice for each in cast} == {
        polls.voter_slot(hall.db, poll.id, member.id): choice
        for member, choice in zip(hall.people, ["adopt", "reject", "adopt"], strict=False)
    }


def test_a_record_that_somebody_changed_is_found_out(hall, checked):
    files = dict(of_poll(hall, hall.decide(hall.item(), "adopt", "reject", "reject")))
    name = next(each for each in files if each.endswith("ballots.txt"))
    files[name] = files[name].replace(b"choice adopt", b"choice reject")
    assert "ballot-changed" in checked(files.items())


def test_what_is_committed_while_the_record_is_made_is_whole_in_it_or_absent(
    database, hall, checked
):
    """The log grows between the first thing that a reader sees and the checkpoint it is given."""
    poll = hall.decide(hall.item(), "adopt")
    hall.db.commit()
    with database.reading() as db:
        found = polls.get(db, hall.meeting.association_id, poll.id)  # the reader's view begins
        hall.decide(hall.item(), "reject")
        hall.db.commit()
        assert checked(records.of_poll(db, hall.board, found)) == []
        assert checked(records.of_meeting(db, hall.board, hall.meeting)) == []


def test_an_empty_meetings_record_is_the_log_alone(hall, checked):
    files = of_meeting(hall)
    assert [name for name, _ in files] == ["README.txt", "key.txt", "checkpoint.txt", "board.txt"]


def test_the_meetings_record_holds_every_vote_and_the_published_minutes(
    hall, checked, anna, bo, chair, now
):
    db, board, meeting = hall.db, hall.board, hall.meeting
    first = hall.decide(hall.item(), "adopt", "reject", "adopt")
    hall.void(hall.open_ballot(hall.item()))
    hall.acclaim(hall.item())
    for office, member in ((Role.SECRETARY, anna), (Role.CHECKER, bo)):
        roles.grant(db, member, office, now=now, by_id=chair.id, meeting_id=meeting.id)
    db.flush()
    presiding.close_meeting(db, meeting, by_id=chair.id, now=now)
    db.commit()
    written = minutes.draft(db, board, meeting, by_id=anna.id, now=now)
    minutes.sign(db, board, written, by_id=anna.id, now=now)
    for member in (chair, bo):
        minutes.approve(db, written, written.sha256, by_id=member.id, now=now)
    assert "minutes.md" not in dict(of_meeting(hall))
    minutes_published.publish(db, board, written, by_id=anna.id, now=now)
    minutes_published.correct(db, board, written, "§ 2 fel.", "§ 2 fel.", by_id=anna.id, now=now)
    files = of_meeting(hall)
    assert len(directories(files)) == 2
    assert first.election in directories(files)
    assert file(files, "minutes.md").decode() == written.public_text
    assert "§ 2 fel." in file(files, "addenda/1.md").decode()
    assert checked(files) == []
