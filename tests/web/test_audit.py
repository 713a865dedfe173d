"""What anyone gets who wants to check a secret vote, and what nobody gets before its time."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from hashlib import sha256

import pytest

from ballots.belenios.verify import verify_archive
from governance import roles, secret
from governance.polls import Poll
from governance.roles import Role
from web import booth

PATHS = ("audit", "archive.bel", "strong.json", "trackers.txt", "record.zip")


@pytest.fixture
def poll(secret_floor):
    secret_floor.electoral_board()
    return secret_floor.open(revote=True)


@pytest.fixture
def declared(poll, secret_floor, floor):
    """Five have voted, one of them twice; two trustees have opened."""
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    secret_floor.cast(poll, secret_floor.people[0], "abstain")
    floor.close(poll)
    secret_floor.open_parts(poll, 1, 3)
    floor.declare(poll)
    return poll


def test_anybody_gets_the_archive_and_the_proofs_of_a_declared_vote(client, declared):
    got = {path: client.get(f"/polls/{declared.id}/{path}") for path in PATHS}
    assert {each.status_code for each in got.values()} == {200}
    archive, strong = got["archive.bel"].content, got["strong.json"].content
    audit = verify_archive(archive, strong=strong, processes=1)
    assert (audit.findings, audit.result) == ([], [[2, 1, 2]])
    names = zipfile.ZipFile(io.BytesIO(got["record.zip"].content)).namelist()
    assert f"polls/{declared.election}/archive.bel" in names


def test_the_ballots_that_were_counted_are_named_in_an_order_that_tells_nothing(
    client, declared, database, board
):
    named = client.get(f"/polls/{declared.id}/trackers.txt").text.split()
    with database.reading() as db:
        every = board.every_ballot(db.connection(), declared.election)
    made = [base64.b64encode(sha256(body).digest()).decode().rstrip("=") for body in every]
    assert len(every) == 6
    assert named == sorted(set(made) - {made[0]})  # the first was replaced by the last


def test_the_page_says_every_step_with_the_poll_s_own_names(client, declared, house, database):
    page = client.get(f"/polls/{declared.id}/audit", headers={"accept-language": "en"}).text
    with database.reading() as db:
        uuid = secret.of(db, db.get_one(Poll, declared.id)).uuid
    assert f"cp {uuid}.bel check/" in page
    assert house.signer.verifier_key in page
    assert "Any 2 of these 3 together could have read every vote" in page
    assert "5 ballots were counted" in page
    assert "was not logged before this vote was opened" in page


def test_the_page_names_the_booth_that_stood_on_the_log_when_the_vote_was_opened(
    client, house, secret_floor, floor, monkeypatch
):
    booth.log_files(house)
    used = booth.digest()
    secret_floor.electoral_board()
    poll = secret_floor.open()
    monkeypatch.setattr(booth, "files", lambda: {"booth/booth.html": b"of a later version"})
    booth.log_files(house)
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    secret_floor.open_parts(poll, 1, 2)
    floor.declare(poll)
    page = client.get(f"/polls/{poll.id}/audit").text
    assert used in page
    assert booth.digest() not in page
    shown = client.get("/board", headers={"accept-language": "en"}).text
    assert booth.digest() in shown
    assert "This server serves these files" in shown


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_there_while_the_vote_is_open_or_waits_for_its_trustees(
    client, poll, secret_floor, floor, log_in, chair, path
):
    log_in(client, chair)
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    assert client.get(f"/polls/{poll.id}/{path}").status_code == 404
    floor.close(poll)
    secret_floor.open_parts(poll, 2)
    assert client.get(f"/polls/{poll.id}/{path}").status_code == 404


# Every address under which something of a vote could be told, also those that trustees open.
TOLD = (
    "/polls/{poll}",
    "/polls/{poll}/booth",
    "/polls/{poll}/opening",
    "/meetings/{meeting}",
    "/meetings/{meeting}/chair",
    "/meetings/{meeting}/desk",
    "/meetings/{meeting}/screen",
    "/meetings/{meeting}/minutes",
    "/meetings/{meeting}/record.zip",
    "/electoral-boards/1",
    "/electoral-boards/1/task",
)


@pytest.mark.parametrize("role", [*Role, "trustee", "member", "stranger"])
def test_no_role_is_told_anything_of_a_result_before_it_is_open(
    client, poll, secret_floor, floor, log_in, database, now, make_member, role
):
    """Nobody has more than the ciphertexts, and before the close a trustee has not even those."""
    if role == "trustee":
        log_in(client, secret_floor.people[1])
    elif role != "stranger":
        held = make_member("80", language="en")
        with database.writing() as db:
            if role in (Role.ADMINISTRATOR, Role.DIRECTOR, Role.NOMINATOR):
                roles.grant(db, held, role, now=now, by_id=None)
            elif role != "member":
                meeting_id = floor.meeting.id
                roles.grant(db, held, role, now=now, by_id=None, meeting_id=meeting_id)
        log_in(client, held)
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    part = {"part": {"partial": {}, "strong": []}}
    assert client.get(f"/polls/{poll.id}/opening").status_code in (303, 401, 403, 409)
    assert client.post(f"/polls/{poll.id}/opening", json=part).status_code in (401, 403, 409)
    assert_nothing_is_told(client, poll)
    with database.reading() as db:
        assert secret.of(db, db.get_one(Poll, poll.id)).tally is None  # nothing is added up yet
    floor.close(poll)
    secret_floor.open_parts(poll, 3)
    assert_nothing_is_told(client, poll)
    with database.reading() as db:
        assert db.get_one(Poll, poll.id).result is None


def assert_nothing_is_told(client, poll) -> None:
    for path in (*(f"/polls/{{poll}}/{each}" for each in PATHS), *TOLD):
        answer = client.get(path.format(poll=poll.id, meeting=poll.meeting_id))
        if answer.status_code != 200:
            continue
        assert path in TOLD
        for word in ("result.json", "archive.bel", '"votes"', "EncryptedTally", '"result":'):
            assert word not in answer.text.replace("<", " "), path
        assert not re.search(r"class=\"(bar|result)", answer.text), path
        assert "decryption_factors" not in answer.text, path


def test_of_few_voters_there_is_no_archive_and_the_page_says_why(client, poll, secret_floor, floor):
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt")
    floor.close(poll)
    secret_floor.open_parts(poll, 1, 2)
    floor.declare(poll)
    for path in ("archive.bel", "strong.json", "trackers.txt"):
        assert client.get(f"/polls/{poll.id}/{path}").status_code == 404
    page = client.get(f"/polls/{poll.id}/audit", headers={"accept-language": "en"}).text
    assert "Fewer than five voted" in page
    shown = client.get(f"/polls/{poll.id}", headers={"accept-language": "en"}).text
    assert "Only the outcome is told" in shown
    assert "archive.bel" not in shown


def test_an_open_vote_has_no_audit_page(client, floor, anna, bo):
    floor.come(anna, bo)
    floor.approve_roll()
    poll = floor.open_ballot(floor.item())
    floor.decide(poll)
    assert client.get(f"/polls/{poll.id}/audit").status_code == 404


def test_the_polls_page_shows_few_and_many_then_the_result_and_whose_keys_signed(
    client, poll, secret_floor, floor, log_in
):
    """Nobody learns more, the trustees as little as the others."""
    log_in(client, secret_floor.people[0])
    address = f"/polls/{poll.id}"
    secret_floor.vote(poll, "adopt", "adopt")
    assert "<strong>Few</strong> have voted" in client.get(address).text
    secret_floor.cast(poll, secret_floor.people[2], "adopt")
    assert "<strong>Many</strong> have voted" in client.get(address).text
    secret_floor.cast(poll, secret_floor.people[3], "adopt")
    secret_floor.cast(poll, secret_floor.people[4], "reject")
    floor.close(poll)
    waits = client.get(address).text
    assert "Closed, not yet opened" in waits
    assert "<strong>5</strong> have voted" in waits
    secret_floor.open_parts(poll, 1, 2)
    floor.declare(poll)
    shown = client.get(address).text
    assert "a key of their own: 0; one that the server handed over: 5" in shown
    assert f'href="/polls/{poll.id}/audit"' in shown
