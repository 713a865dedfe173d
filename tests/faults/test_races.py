"""Everybody at once, against a real server: one ballot each, one receipt, none after the close."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections import Counter

import pytest

from ballots.board import BallotEntry, Closed, parse_entry
from ballots.checkpoint import VerifierKey
from ballots.receipt import verify_receipt
from benchmarks import client
from benchmarks.client import Exchange, Load

PARALLEL = 50


@pytest.fixture
def request_of(hall):
    def request_of(voter, choice="adopt", key=None):
        values = {
            "choice": choice,
            "salt": secrets.token_hex(32),
            "key": key or secrets.token_hex(16),
        }
        path = f"/polls/{hall.poll_id}/cast"
        return client.post(path, values, cookie=f"stamma={voter.token}", host="bench")

    return request_of


@pytest.fixture
def entries(house):
    def entries():
        with house.database.reading() as db:
            found = [parse_entry(entry) for entry in house.board.entries(db.connection())]
        # A server that starts logs the page on which people vote.
        return [entry for entry in found if entry.kind != "client"]

    return entries


def receipts(exchanges: list[Exchange]) -> list[str]:
    return [json.loads(each.body)["receipt"] for each in exchanges if each.status == 200]


def test_the_same_submit_a_hundred_times_in_parallel_is_one_entry_and_one_receipt(
    hall, port, request_of, entries
):
    request = request_of(hall.voters[0])
    answered = receipts(client.run([request] * 100, port, PARALLEL))
    assert len(answered) == 100
    assert len(set(answered)) == 1
    assert [entry.kind for entry in entries()] == ["open", "ballot"]


def test_two_tabs_at_once_cast_one_ballot_and_the_other_is_told(hall, port, request_of, entries):
    """Tabs that do not share a ballot: two keys. Each voter has one ballot, whichever it is."""
    voters = hall.voters[:100]
    tabs = [request_of(voter, choice) for voter in voters for choice in ("adopt", "reject")]
    answers = client.run(tabs, port, PARALLEL)
    assert Counter(each.status for each in answers) == {200: 100, 409: 100}
    codes = {json.loads(each.body)["error"]["code"] for each in answers if each.status == 409}
    assert codes == {"already-voted"}
    placed = [entry.slot for entry in entries() if isinstance(entry, BallotEntry)]
    assert sorted(placed) == sorted(voter.slot for voter in voters)


def test_no_ballot_follows_the_close_that_another_process_writes_amid_casting(
    house, hall, port, request_of, entries
):
    requests = [Exchange(at, request_of(voter)) for at, voter in enumerate(hall.voters)]
    load = Load(iter(requests))

    def close() -> int:
        with house.database.writing() as db:
            return house.board.close_election(db.connection(), hall.election)

    async def race() -> int:
        casting = asyncio.create_task(client.send(load, port, PARALLEL))
        while len(load.done) < 100:
            await asyncio.sleep(0.005)
        counted = await asyncio.to_thread(close)
        await casting
        return counted

    counted = asyncio.run(race())
    statuses = Counter(each.status for each in load.done)
    assert statuses == {200: counted, 409: len(hall.voters) - counted}
    assert 100 <= counted < len(hall.voters)
    log = entries()
    assert isinstance(log[-1], Closed)
    assert log[-1].ballots == counted == sum(isinstance(entry, BallotEntry) for entry in log)


def test_who_hangs_up_at_any_byte_of_the_answer_gets_the_same_receipt_again(
    house, hall, port, request_of
):
    key = VerifierKey.parse(house.signer.verifier_key)
    request = request_of(hall.voters[0])
    [whole] = client.run([request], port, 1)
    length = len(whole.body)
    for voter, cut in zip(hall.voters[1:], range(0, length, 40), strict=False):
        request = request_of(voter)
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(request)
            got = b""
            while len(got) < cut:
                got += line.recv(cut - len(got))
        first, second = receipts(client.run([request, request], port, 1))
        assert first == second
        assert parse_entry(verify_receipt(first, key).entry).slot == voter.slot


def test_half_a_request_and_no_more_holds_nobody_else_up(hall, port, request_of):
    silent = []
    for voter in hall.voters[:200]:
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(request_of(voter)[:-10])
        silent.append(line)
    honest = client.run([request_of(voter) for voter in hall.voters[200:300]], port, PARALLEL)
    for line in silent:
        line.close()
    assert Counter(each.status for each in honest) == {200: 100}
    assert client.percentile([each.took for each in honest], 0.99) < 5
