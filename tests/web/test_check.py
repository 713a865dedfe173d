"""The check page without scripts: the server says green or red, with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ballots.test_manifest import MANIFEST
from tests.ballots.test_store import ballot_of


@pytest.fixture
def receipt(database, board):
    manifest = replace(MANIFEST, origin=board.origin)
    ballot = ballot_of(manifest)
    with database.writing() as db:
        board.open_election(db.connection(), manifest)
        board.cast(db.connection(), [ballot])
    with database.reading() as db:
        return board.receipt(db.connection(), ballot.election, ballot.slot)


def test_a_receipt_holds_also_as_a_form_sends_its_lines(client, receipt):
    for text in (receipt, receipt.replace("\n", "\r\n"), receipt.rstrip("\n")):
        answer = client.post("/check", data={"receipt": text})
        assert answer.status_code == 200
        assert "This receipt holds" in answer.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: "", "cannot be read"),
        (lambda text: "hello", "cannot be read"),
        (lambda text: text.replace("index 1", "index 0"), "does not lead"),
        (lambda text: text.replace("\n2\n", "\n3\n"), "signature does not hold"),
        (lambda text: text.replace("stamma.example", "other.example"), "another log"),
    ],
)
def test_a_receipt_that_does_not_hold_is_told_why_and_kept_in_the_form(
    client, receipt, change, reason
):
    changed = change(receipt)
    answer = client.post("/check", data={"receipt": changed})
    assert answer.status_code == 422
    assert reason in answer.text
    assert changed.splitlines()[:1] == [] or changed.splitlines()[0] in answer.text


def test_the_page_is_public_and_names_the_key(client, board):
    page = client.get("/check")
    assert page.status_code == 200
    assert board.signer.verifier_key.split("+")[1] in page.text
