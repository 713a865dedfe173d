"""Casting over HTTP: one ballot, a receipt that holds; and whatever is wrong changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from ballots.board import parse_entry
from ballots.checkpoint import VerifierKey
from ballots.open_ballot import OpenBallot, ballot_sha256
from ballots.receipt import short_code, verify_receipt
from ballots.sequencer import Sequencer
from ballots.tables import board_ballot
from benchmarks import hall as halls
from governance import logins
from governance.casting import admit
from governance.members import Member
from governance.polls import Poll, PollKind
from web import logs
from web.app import create_app

VOTERS = 3


@pytest.fixture
def hall(database, board, association, now):
    with database.writing() as db:
        return halls.fill(db, board, association, VOTERS, now=now, chance=secrets.token_bytes)


@pytest.fixture
def voter(client, hall):
    """Somebody on the roll, logged in; their language is Swedish, their browser's English."""
    client.cookies.set("stamma", hall.voters[0].token, domain="stamma.example")
    return hall.voters[0]


@pytest.fixture
def handed_in():
    return {"choice": "adopt", "salt": secrets.token_hex(32), "key": secrets.token_hex(16)}


@pytest.fixture
def cast(client, hall):
    def cast(values, poll_id=None, **more):
        return client.post(f"/polls/{poll_id or hall.poll_id}/cast", json=values, **more)

    return cast


@pytest.fixture
def vote(client, hall):
    """As a form does it, where scripts are off."""

    def vote(values):
        return client.post(
            f"/polls/{hall.poll_id}/vote",
            content=urlencode(values),
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "text/html"},
        )

    return vote


@pytest.fixture
def standing(database, board):
    """What a refused ballot must leave as it is."""

    def standing():
        with database.reading() as db:
            count = sa.select(sa.func.count()).select_from(board_ballot)
            return board.size(db.connection()), db.scalar(count)

    return standing


def refused(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    return answer.json()["error"]["message"]


def test_a_ballot_gets_a_receipt_that_holds_and_is_for_that_ballot(
    board, hall, voter, cast, handed_in
):
    answer = cast(handed_in)
    assert answer.status_code == 200
    proved = verify_receipt(answer.json()["receipt"], VerifierKey.parse(board.signer.verifier_key))
    ballot = OpenBallot(hall.election, voter.slot, handed_in["salt"], "adopt").encode()
    entry = parse_entry(proved.entry)
    assert (entry.slot, entry.ballot_sha256) == (voter.slot, ballot_sha256(ballot))
    assert answer.json()["code"] == short_code(proved.entry)


def test_a_retry_gets_the_same_receipt_also_after_the_close(
    database, board, hall, voter, cast, handed_in, standing
):
    first = cast(handed_in).json()
    assert cast(handed_in).json() == first
    with database.writing() as db:
        board.close_election(db.connection(), hall.election)
    before = standing()
    assert cast(handed_in).json() == first
    assert standing() == before


def test_without_scripts_a_form_casts_and_leads_to_the_polls_page(
    hall, voter, vote, handed_in, standing
):
    answer = vote({**handed_in, "slot": voter.slot})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/polls/{hall.poll_id}?notice=voted"
    assert vote(handed_in).status_code == 303
    assert standing() == (2, 1)


def test_a_second_vote_is_refused_in_the_voters_language(voter, cast, vote, handed_in, standing):
    cast(handed_in)
    before = standing()
    another = {**handed_in, "key": secrets.token_hex(16)}
    refused(cast(another), 409, "already-voted")
    refused(cast({**handed_in, "choice": "reject"}), 409, "already-voted")
    page = vote(another)
    assert page.status_code == 409
    assert '<html lang="sv"' in page.text
    assert standing() == before


def test_who_is_not_on_the_roll_is_told_so(client, log_in, anna, cast, handed_in, hall, standing):
    log_in(client, anna)
    before = standing()
    refused(cast(handed_in), 403, "not-on-roll")
    assert standing() == before


def test_after_the_close_no_ballot_is_taken(
    database, board, hall, voter, cast, vote, handed_in, standing
):
    with database.writing() as db:
        board.close_election(db.connection(), hall.election)
    before = standing()
    refused(cast(handed_in), 409, "poll-closed")
    assert vote(handed_in).status_code == 409
    assert standing() == before


def test_a_poll_that_is_not_there_is_not_found(voter, cast, handed_in):
    refused(cast(handed_in, 999), 404, "unknown-poll")
    for number in (2**31, 10**30):
        assert cast(handed_in, number).status_code == 404


def test_a_vote_by_show_of_hands_takes_no_ballots(
    database, hall, voter, cast, handed_in, now, standing
):
    with database.writing() as db:
        poll = db.get_one(Poll, hall.poll_id)
        hands = Poll(
            meeting_id=poll.meeting_id,
            item_id=poll.item_id,
            kind=PollKind.SHOW_OF_HANDS,
            question=poll.question,
            options=poll.options,
            rule=poll.rule,
            opened_at=now,
        )
        db.add(hands)
    before = standing()
    refused(cast(handed_in, hands.id), 404, "unknown-poll")
    assert standing() == before


def test_a_voter_of_one_poll_is_not_on_the_roll_of_another(
    database, board, association, now, voter, cast, handed_in, standing
):
    with database.writing() as db:
        other = halls.fill(db, board, association, 2, now=now, chance=secrets.token_bytes)
    before = standing()
    refused(cast(handed_in, other.poll_id), 403, "not-on-roll")
    assert standing() == before


def test_a_choice_that_the_poll_does_not_offer_is_refused(voter, cast, handed_in, standing):
    before = standing()
    refused(cast({**handed_in, "choice": "adopt-with-changes"}), 422, "wrong-option")
    assert standing() == before


def test_a_page_made_for_somebody_else_casts_nothing(hall, voter, cast, handed_in, standing):
    """Two people share a computer; the second logs in while the first one's page is open."""
    before = standing()
    refused(cast({**handed_in, "slot": hall.voters[1].slot}), 409, "wrong-slot")
    assert standing() == before
    assert cast({**handed_in, "slot": voter.slot}).status_code == 200


GOOD = {"choice": "adopt", "salt": "ab" * 32, "key": "cd" * 16}
MALFORMED = {
    "nothing": b"",
    "half": b'{"choice": "adopt"',
    "not an object": b'["adopt"]',
    "null": b"null",
    "a number": json.dumps({**GOOD, "choice": 1}).encode(),
    "a list": json.dumps({**GOOD, "salt": ["ab" * 32]}).encode(),
    "nothing for a key": json.dumps({**GOOD, "key": None}).encode(),
    "a field missing": json.dumps({"choice": "adopt", "salt": "ab" * 32}).encode(),
    "a field too many": json.dumps({**GOOD, "member": 1}).encode(),
    "a field twice": json.dumps(GOOD).encode()[:-1] + b', "choice": "reject"}',
    "a short salt": json.dumps({**GOOD, "salt": "ab"}).encode(),
    "a salt in capitals": json.dumps({**GOOD, "salt": "AB" * 32}).encode(),
    "a key with a line end": json.dumps({**GOOD, "key": "cd" * 16 + "\n"}).encode(),
    "a choice of two lines": json.dumps({**GOOD, "choice": "adopt\nslot x"}).encode(),
    "an empty choice": json.dumps({**GOOD, "choice": ""}).encode(),
    "not UTF-8": b'{"choice": "\xff"}',
    "deep": b"[" * 1_900,
}


def test_what_is_not_well_formed_is_refused_as_that(client, hall, voter, cast, standing):
    before = standing()
    for fault, body in MALFORMED.items():
        answer = client.post(
            f"/polls/{hall.poll_id}/cast",
            content=body,
            headers={"content-type": "application/json"},
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed"), fault
    assert standing() == before


def test_a_form_that_says_two_things_or_none_is_refused(client, hall, voter, vote, standing):
    before = standing()
    for values in (
        {},
        {**GOOD, "choice": ""},
        [*GOOD.items(), ("choice", "reject")],
        [(f"field{number}", "x") for number in range(20)],
    ):
        assert vote(values).status_code == 400, values
    answer = client.post(f"/polls/{hall.poll_id}/vote", files={"choice": b"adopt"})
    assert answer.status_code == 400
    assert standing() == before


@pytest.mark.parametrize("size", [8_001, 10_000_000])
def test_a_body_that_is_too_large_is_refused_unread(client, hall, voter, cast, standing, size):
    before = standing()
    headers = {"content-type": "application/json"}
    path = f"/polls/{hall.poll_id}/cast"
    answer = client.post(path, content=b" " * size, headers=headers)
    assert answer.status_code == 413
    # Without a length in its head, too.
    parts = (b" " * 1_000 for _ in range(size // 1_000 + 1))
    assert client.post(path, content=parts, headers=headers).status_code == 413
    assert standing() == before


def test_who_is_not_logged_in_is_sent_to_the_login(client, hall, cast, vote, handed_in, standing):
    before = standing()
    for token in (None, "of nobody", hall.voters[0].slot):
        if token:
            client.cookies.set("stamma", token, domain="stamma.example")
        refused(cast(handed_in), 401, "login-needed")
        answer = vote(handed_in)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next=%2Fpolls%2F{hall.poll_id}"
    assert standing() == before


def end(db, voter, now):
    logins.end(db, voter.token, now=now)


def expire(db, voter, now):
    session = db.get_one(logins.LoginSession, logins.sha256(voter.token))
    session.expires_at = now


def leave(db, voter, now):
    db.get_one(Member, voter.member_id).left = now.date() - dt.timedelta(days=1)


def join_tomorrow(db, voter, now):
    db.get_one(Member, voter.member_id).joined = now.date() + dt.timedelta(days=1)


@pytest.mark.parametrize("happens", [end, expire, leave, join_tomorrow])
def test_a_session_that_is_over_casts_nothing(
    database, voter, cast, handed_in, now, standing, happens
):
    with database.writing() as db:
        happens(db, voter, now)
    before = standing()
    refused(cast(handed_in), 401, "login-needed")
    assert standing() == before


def test_who_leaves_today_votes_today(database, voter, cast, handed_in, now):
    with database.writing() as db:
        db.get_one(Member, voter.member_id).left = now.date()
    assert cast(handed_in).status_code == 200


def test_another_site_casts_nothing_in_a_members_name(hall, voter, cast, handed_in, standing):
    before = standing()
    for site in ("cross-site", "same-site"):
        assert cast(handed_in, headers={"sec-fetch-site": site}).status_code == 403
    assert standing() == before


def test_a_ballot_box_that_does_not_answer_says_so_and_takes_the_ballot_later(
    house, hall, cast, voter, handed_in, standing
):
    closed = Sequencer(house.database.engine, house.board, admit)
    closed.close()
    before = standing()
    with TestClient(
        create_app(house=dataclasses.replace(house, sequencer=closed)),
        base_url="http://stamma.example",
        cookies={"stamma": voter.token},
    ) as elsewhere:
        ours = {"sec-fetch-site": "same-origin"}
        answer = elsewhere.post(f"/polls/{hall.poll_id}/cast", json=handed_in, headers=ours)
    refused(answer, 503, "unavailable")
    assert standing() == before
    assert cast(handed_in).status_code == 200


def test_where_an_old_backup_was_put_back_no_ballot_is_taken(
    board, voter, cast, handed_in, standing
):
    before = standing()
    board.signer.guard.parent.mkdir(exist_ok=True)
    board.signer.guard.write_text(f"{board.origin}\n99\n{'A' * 43}=\n")
    refused(cast(handed_in), 503, "rollback")
    assert standing() == before


def test_the_log_of_requests_holds_nothing_of_the_ballot(
    capsys, client, hall, voter, cast, handed_in
):
    logs.set_up()  # onto the standard error that is captured now
    cast(handed_in)
    cast({**handed_in, "choice": "reject"})
    said = capsys.readouterr().err
    assert '"route": "/polls/{poll_id}/cast"' in said
    for secret in (voter.token, voter.slot, handed_in["salt"], handed_in["key"], "reject"):
        assert secret not in said
