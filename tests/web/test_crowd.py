"""The demo and its crowd: others vote by themselves, the visitors' votes stay theirs."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import replace

import pytest

from governance import demo, polls
from governance.agenda import AgendaItem
from governance.demo import people
from governance.meetings import Meeting
from governance.polls import Poll, PollVoter
from web import crowd
from web.demo import MARKER, SEEDS, NotADemo, prepare, seeds
from web.settings import Settings


@pytest.fixture
def told(database, board, now):
    with database.writing() as db:
        made = demo.association(now, board.origin)
        db.add(made)
    return demo.build(
        database,
        board,
        association_id=made.id,
        now=now,
        chance=random.Random(3).randbytes,  # noqa: S311 - the same story each time
        base_url="http://localhost:8000",
    )


def test_the_others_vote_one_by_one_and_the_visitors_votes_stay_theirs(house, told):
    own = replace(house, association_id=told.member.association_id)
    with house.database.reading() as db:
        poll = polls.open_now(db, told.under_way)
        before = polls.turnout(db, house.board, poll)
        spared = {each.id for each in people.find(db, told.member.association_id).visitors}
        voters = {
            member: slot
            for member, slot in db.query(PollVoter.member_id, PollVoter.slot)
            if member in spared
        }
    assert all(crowd.cast_one(own) for _ in range(6))
    with house.database.reading() as db:
        voted = {slot for slot, _ in house.board.ballots(db.connection(), poll.election)}
    assert len(voted) == before + 6
    assert not voted & set(voters.values())


def test_without_an_open_vote_the_crowd_waits(house):
    assert crowd.cast_one(house) is False


def test_the_chair_puts_a_secret_vote_and_the_others_vote_and_open_it(house, told):
    own = replace(house, association_id=told.member.association_id)
    acts = {"by_id": told.chair.id, "now": house.clock()}
    with house.database.writing() as db:
        before = polls.open_now(db, told.under_way)
        polls.close(db, house.board, before, **acts)
        meeting, item = db.get_one(Meeting, told.under_way), db.get_one(AgendaItem, before.item_id)
        poll = polls.open_secret(
            db, house.board, meeting, item, clause=2, chance=secrets.token_bytes, **acts
        )
    assert all(crowd.cast_one(own) for _ in range(6))
    assert crowd.open_results(own, told.seeds) == 0
    with house.database.writing() as db:
        polls.close(db, house.board, db.get_one(Poll, poll.id), **acts)
    assert crowd.open_results(own, {}) == 0
    assert crowd.open_results(own, told.seeds) == 1
    with house.database.reading() as db:
        assert sum(db.get_one(Poll, poll.id).result["votes"].values()) == 6


@pytest.fixture
def settings_of_demo(tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "demo", demo=True)


def test_a_second_start_finds_what_the_first_has_built(settings_of_demo):
    first = prepare(settings_of_demo, reset=False)
    kept = settings_of_demo.data_dir / SEEDS
    assert (kept.stat().st_mode & 0o777, len(seeds(kept.parent))) == (0o600, 3)
    database = (settings_of_demo.data_dir / "stamma.db").stat().st_ino
    assert prepare(settings_of_demo, reset=False) == first
    assert (settings_of_demo.data_dir / "stamma.db").stat().st_ino == database


def test_reset_begins_anew(settings_of_demo):
    prepare(settings_of_demo, reset=False)
    key = (settings_of_demo.data_dir / "log.key").read_text()
    prepare(settings_of_demo, reset=True)
    assert (settings_of_demo.data_dir / "log.key").read_text() != key


def test_a_demo_that_was_interrupted_is_built_again(settings_of_demo):
    directory = settings_of_demo.data_dir
    directory.mkdir()
    (directory / MARKER).write_text("[]")
    (directory / "stamma.db").write_text("half of a database")
    assert prepare(settings_of_demo, reset=False)
    assert json.loads((directory / MARKER).read_text())


@pytest.mark.parametrize("reset", [False, True])
def test_a_directory_that_is_no_demo_is_left_alone(settings_of_demo, reset):
    directory = settings_of_demo.data_dir
    directory.mkdir()
    (directory / "accounts.txt").write_text("years of work")
    with pytest.raises(NotADemo):
        prepare(settings_of_demo, reset=reset)
    assert (directory / "accounts.txt").read_text() == "years of work"
