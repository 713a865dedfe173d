"""Whole secret votes: put, cast, closed, opened by trustees, declared, and judged by strangers."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from ballots import record
from ballots.belenios import ceremony
from ballots.belenios.verify import extends, verify_archive
from ballots.board import Closed, ResultEntry
from ballots.errors import Rejected
from ballots.store import Placed
from ballots.verify import verify
from governance import electoral_boards, opening, polls, records, secret, server_keys
from governance.agenda import ItemKind
from governance.credentials import PollCredential
from governance.polls import PollKind, PollState, PollVoter, TieWaits, TurnoutHidden
from tests.ballots.belenios import tool
from tests.governance.booth import Booth, chance


@pytest.fixture
def booth(hall) -> Booth:
    return Booth(hall)


def more(hall, make_member, number=2):
    """More people come, so that some can stay away from a vote and enough are left."""
    hall.db.commit()  # SQLite has one writer at a time
    others = [make_member(f"7{n}") for n in range(number)]
    hall.arrive(*others)
    hall.people.extend(others)


def judge(hall, poll, tmp_path):
    """Our verifier's verdict of the record, ours and the tool's of its archive."""
    hall.db.commit()
    files = dict(records.of_poll(hall.db, hall.board, poll))
    record.write_directory(tmp_path / "record", files.items())
    assert verify(tmp_path / "record") == []
    archive = files[f"polls/{poll.election}/archive.bel"]
    strong = files[f"polls/{poll.election}/strong.json"]
    audit = verify_archive(archive, strong=strong, processes=1)
    assert audit.findings == []
    if tool.is_here():
        assert tool.accepts(tmp_path / "tool", secret.of(hall.db, poll).uuid, archive)
    return files, audit


def test_two_of_three_trustees_open_what_members_with_either_kind_of_key_have_voted(
    hall, booth, make_member, tmp_path
):
    more(hall, make_member)
    booth.register(hall.people[0])
    booth.register(hall.people[4])
    booth.board()
    poll = booth.put(hall.item(), revote=True)
    booth.vote(poll, "adopt", "reject", "adopt", "abstain", "adopt")  # two stay away
    assert isinstance(booth.cast(poll, hall.people[0], "reject"), Placed)  # the last one counts
    hall.close(poll)
    assert (poll.state, poll.result) == (PollState.CLOSED, None)
    assert booth.open_part(poll, 3) is False
    assert booth.open_part(poll, 1) is True
    assert poll.result["votes"] == {"adopt": 2, "reject": 2, "abstain": 1}
    polls.casting_vote(hall.db, poll, "adopt", by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    assert (poll.outcome, poll.present) == ("adopt", 7)
    assert (poll.result["own_keys"], poll.result["handed_over"]) == (2, 5)
    _, audit = judge(hall, poll, tmp_path)
    assert (len(audit.ballots), audit.result) == (6, [[2, 2, 1]])
    [result] = hall.entries(ResultEntry)
    assert result.election == poll.election


def test_the_server_alone_opens_with_a_key_that_it_deletes(hall, booth, tmp_path):
    keys = server_keys.ServerKeys(tmp_path / "keys")
    key = server_keys.make(chance)
    poll = booth.put(hall.item(), server_key=key.public)
    keys.keep(poll.election, key)
    [file] = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    booth.vote(poll, "adopt", "adopt", "adopt", "reject", "abstain")
    hall.close(poll)
    private = keys.private(poll.election)
    opening.open_alone(hall.db, poll, private, now=hall.now, chance=chance)
    opening.open_alone(hall.db, poll, private, now=hall.now, chance=chance)  # once more: no harm
    hall.declare(poll)
    assert poll.outcome == "adopt"
    assert keys.forget_finished(hall.db) == 1
    assert keys.forget_finished(hall.db) == 0
    assert list((tmp_path / "keys").iterdir()) == []
    with pytest.raises(server_keys.ServerKeyGone):
        keys.private(poll.election)
    assert secret.trust(hall.db, poll).server_alone
    judge(hall, poll, tmp_path)


def test_two_seats_are_filled_among_three_candidates_and_a_blank_vote_elects_nobody(
    hall, booth, tmp_path
):
    booth.board()
    item = hall.item(ItemKind.ELECTION, title={"sv": "Val av styrelse"})
    poll = booth.put(item, candidates=["Eva Ek", "Ali Al", "Bo By"], seats=2)
    assert [each["id"] for each in poll.options][-1] == "blank"
    cast = [("candidate-1", "candidate-3"), ("candidate-3",), ("blank",), ("blank",), ("blank",)]
    for member, chosen in zip(hall.people, cast, strict=True):
        assert isinstance(booth.cast(poll, member, *chosen), Placed)
    hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    votes = {"candidate-1": 1, "candidate-2": 0, "candidate-3": 2, "blank": 3}
    assert poll.result["votes"] == votes
    hall.declare(poll)
    assert poll.result["elected"] == ["candidate-3", "candidate-1"]
    assert "Bo By, Eva Ek" in poll.decision["sv"]
    judge(hall, poll, tmp_path)


def test_a_tie_in_an_election_waits_for_the_lot(hall, booth, tmp_path):
    booth.board()
    poll = booth.put(hall.item(ItemKind.ELECTION), candidates=["Eva Ek", "Ali Al"])
    booth.vote(poll, "candidate-1", "candidate-2", "candidate-2", "candidate-1", "blank")
    hall.close(poll)
    booth.open_part(poll, 2)
    booth.open_part(poll, 3)
    with pytest.raises(TieWaits):
        hall.declare(poll)
    polls.lot(hall.db, poll, seed="5e" * 32, by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    assert poll.outcome in ("candidate-1", "candidate-2")
    judge(hall, poll, tmp_path)


def test_the_ballot_box_that_nobody_used_is_opened_too(hall, booth, tmp_path):
    booth.board()
    poll = booth.put(hall.item())
    hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    hall.declare(poll)
    assert poll.outcome == "reject"
    assert poll.result["few"]


# What nobody learns.


def test_nothing_of_an_open_secret_vote_is_told_but_few_or_many(hall, booth):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt")
    assert polls.crowd(hall.db, hall.board, poll) == "few"
    with pytest.raises(TurnoutHidden):
        polls.turnout(hall.db, hall.board, poll)
    with pytest.raises(opening.NotClosed):
        booth.part(poll, 1)
    with pytest.raises(opening.NotClosed):
        opening.take_part(hall.db, poll, booth.trustee(poll, 1), {}, now=hall.now)
    with pytest.raises(LookupError):
        secret.votes(hall.db, poll)
    booth.cast(poll, hall.people[2], "reject")
    assert polls.crowd(hall.db, hall.board, poll) == "many"
    hall.close(poll)
    assert polls.turnout(hall.db, hall.board, poll) == 3


def test_of_few_voters_only_the_outcome_is_published(hall, booth, tmp_path):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt", "reject", "adopt")  # four of five
    hall.close(poll)
    assert secret.of(hall.db, poll).few
    assert opening.work(hall.db, poll, booth.trustee(poll, 1)).few
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    assert not {"votes", "base", "needed"} & poll.result.keys()
    hall.declare(poll)
    assert poll.outcome == "adopt"
    hall.db.commit()
    files = dict(records.of_poll(hall.db, hall.board, poll))
    assert not any(name.endswith((".bel", "strong.json")) for name in files)
    assert b"neither the archive" in files[f"polls/{poll.election}/audit.txt"]
    record.write_directory(tmp_path / "record", files.items())
    assert verify(tmp_path / "record") == []
    with pytest.raises(Rejected):  # what opened the sum is gone
        secret.votes(hall.db, poll)


def test_a_tie_of_few_voters_is_broken_before_the_numbers_are_forgotten(hall, booth):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "reject")
    hall.close(poll)
    booth.open_part(poll, 1)
    booth.open_part(poll, 2)
    assert poll.tie_waits_for == "chair"
    polls.casting_vote(hall.db, poll, "reject", by_id=hall.chair.id, now=hall.now)
    hall.declare(poll)
    assert (poll.outcome, "votes" in poll.result) == ("reject", False)


def test_fewer_than_five_on_the_roll_are_few_whoever_votes(hall, booth):
    hall.leave(hall.people[4])
    booth.board()
    poll = booth.put(hall.item())
    assert secret.few_on_roll(hall.db, poll)


# What is frozen and kept.


def test_the_manifest_names_the_files_that_the_archive_begins_with(hall, booth):
    standing = booth.board()
    poll = booth.put(hall.item(), revote=True)
    manifest = hall.board.manifest(hall.db.connection(), poll.election)
    assert (poll.kind, manifest.ballots) == (PollKind.SECRET_BALLOT, "secret")
    secrecy = manifest.secret
    assert (secrecy.needed, secrecy.holders) == (2, 3)
    assert (secrecy.server_alone, secrecy.revote) == (False, True)
    kept = secret.of(hall.db, poll)
    assert kept.board_id == standing.id
    election = secret.election(kept)
    assert election.questions[0].options == ("Bifall", "Avslag", "Avstår")
    assert election.public_key == secret.holders(kept)[0].public
    assert len(json.loads(kept.credentials)) == 5
    assert json.loads(kept.credentials) == sorted(json.loads(kept.credentials))


def test_the_archive_of_an_open_vote_grows_into_that_of_the_closed_one(hall, booth):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt", "adopt")
    earlier = secret.archive(hall.db, hall.board, poll)
    assert verify_archive(earlier, processes=1).findings == []
    booth.cast(poll, hall.people[3], "reject")
    booth.cast(poll, hall.people[4], "reject")
    hall.close(poll)
    booth.open_part(poll, 1)
    middle = secret.archive(hall.db, hall.board, poll)
    booth.open_part(poll, 2)
    later = secret.archive(hall.db, hall.board, poll)
    assert extends(earlier, middle)
    assert extends(middle, later)


def test_the_next_secret_vote_opens_at_once_and_cannot_be_joined_to_the_first(hall, booth):
    booth.register(hall.people[0])
    booth.board()
    first = booth.put(hall.item())
    hall.void(first)
    second = booth.put(hall.item())
    assert secret.of(hall.db, first).board_id == secret.of(hall.db, second).board_id
    slots = sa.select(PollVoter.poll_id, PollVoter.slot)
    found = hall.db.execute(slots).all()
    assert len({slot for _, slot in found}) == len(found) == 10


def test_a_void_vote_is_published_without_what_its_trustees_have_opened(hall, booth, tmp_path):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt", "adopt", "reject", "adopt", "adopt")
    hall.close(poll)
    booth.open_part(poll, 1)
    hall.void(poll)
    files, audit = judge(hall, poll, tmp_path)
    assert (audit.partials, audit.result) == ({}, None)
    assert f"polls/{poll.election}/result.json" not in files


def test_a_vote_that_nobody_could_open_is_published_and_its_rerun_holds(hall, booth, tmp_path):
    standing = booth.board()
    item = hall.item()
    poll = booth.put(item)
    booth.vote(poll, "adopt", "adopt", "reject", "adopt", "adopt")
    hall.close(poll)
    for lost in electoral_boards.trustees(hall.db, standing.id)[:2]:
        electoral_boards.lose(hall.db, lost, by_id=hall.chair.id, now=hall.now)
    opening.void_unopenable(hall.db, hall.board, poll, by_id=hall.chair.id, now=hall.now)
    _, audit = judge(hall, poll, tmp_path / "void")
    assert (len(audit.ballots), audit.partials, audit.result) == (5, {}, None)
    booth.board(hall.people[2:5])
    again = booth.put(item)
    booth.vote(again, "adopt", "adopt", "reject", "adopt", "adopt")
    hall.close(again)
    booth.open_part(again, 1)
    booth.open_part(again, 2)
    assert hall.declare(again).outcome == "adopt"
    _, audit = judge(hall, again, tmp_path / "again")
    assert audit.result == [[4, 1, 0]]


def test_a_vote_that_is_annulled_while_it_is_open_is_published_too(hall, booth, tmp_path):
    booth.board()
    poll = booth.put(hall.item())
    booth.vote(poll, "adopt")
    hall.void(poll)
    assert hall.db.query(PollCredential).count() == 0
    assert [entry.ballots for entry in hall.entries(Closed)] == [1]
    judge(hall, poll, tmp_path)


def test_the_ceremony_is_the_one_that_ballots_are_made_with(hall, booth):
    """The key of the vote is nobody's: two seeds make it, one does not."""
    standing = booth.board()
    poll = booth.put(hall.item())
    devices = [booth.device(booth.trustee(poll, number)) for number in (1, 2, 3)]
    assert len({device.seed for device in devices}) == 3
    election = secret.election(secret.of(hall.db, poll))
    own = {ceremony.Keys.of(election.group, each.seed).encryption for each in devices}
    assert election.public_key not in own
    assert standing.needed == 2
