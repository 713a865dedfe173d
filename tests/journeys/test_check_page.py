"""The browser's own verifier gives the verdicts of Python's, on the shared vectors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ballots.checkpoint import VerifierKey
from ballots.errors import Fault
from ballots.receipt import verify_receipt
from tests.ballots.test_manifest import MANIFEST
from tests.ballots.test_store import ballot_of

VECTORS = Path(__file__).parents[1] / "vectors" / "receipt"
LOG_KEY = (VECTORS / "keys.txt").read_text().split()[0]
FILES = [VECTORS / "worked.tlog-proof", *sorted((VECTORS / "broken").glob("*.tlog-proof"))]

VERIFY = """async ([file, key]) => {
  const tlog = await import("/static/js/tlog.js");
  try { return (await tlog.verifyReceipt(file, key)).code; }
  catch (error) { return error.code ?? String(error); }
}"""
CONSISTENCY = """async ([old, newer, proof]) => {
  const tlog = await import("/static/js/tlog.js");
  const bytes = (text) => tlog.decodeBase64(text);
  const tree = ({ size, root }) => ({ size, root: bytes(root) });
  try { await tlog.verifyConsistency(tree(old), tree(newer), proof.map(bytes)); return "holds"; }
  catch (error) { return error.code ?? String(error); }
}"""


def verdict(text: str) -> str:
    try:
        verify_receipt(text, VerifierKey.parse(LOG_KEY))
    except Fault as fault:
        return fault.code
    return "ZG81-JKFF-AW57-7062"


def test_browser_and_python_agree_on_every_vector(page):
    page.goto("/check")
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    said = [page.evaluate(VERIFY, [text, LOG_KEY]) for text in texts]
    assert said == [verdict(text) for text in texts]
    assert len(FILES) > 10


def test_browser_and_python_agree_on_the_growth_of_a_log(page):
    import base64

    from ballots.board import MemoryBoard

    log = MemoryBoard("x")
    trees = []
    for number in range(17):
        log.append([b"%d" % number])
        tree = log.checkpoint()
        trees.append({"size": tree.size, "root": base64.b64encode(tree.root).decode()})
    page.goto("/check")
    for old in range(1, 18):
        proof = [base64.b64encode(each).decode() for each in log.consistency(old, 17)]
        given = [trees[old - 1], trees[-1], proof]
        assert page.evaluate(CONSISTENCY, given) == "holds"
        if old not in (16, 17):
            forked = {**trees[old - 1], "root": trees[old - 2]["root"]}
            assert page.evaluate(CONSISTENCY, [forked, trees[-1], proof]) == "consistency"


@pytest.fixture
def receipt(database, board):
    manifest = replace(MANIFEST, origin=board.origin)
    ballot = ballot_of(manifest)
    with database.writing() as db:
        board.open_election(db.connection(), manifest)
        board.cast(db.connection(), [ballot])
    with database.writing() as db:
        board.cast(db.connection(), [ballot_of(manifest) for _ in range(4)])
    with database.reading() as db:
        return board.receipt(db.connection(), ballot.election, ballot.slot)


def test_a_receipt_is_green_by_paste_and_by_file_and_red_when_changed(page, receipt):
    page.goto("/check")
    page.get_by_label("The receipt's text").fill(receipt)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("heading", name="Your vote is on the log").wait_for()
    changed = receipt.replace("\n2\n", "\n3\n").encode()
    page.get_by_label("Or choose the file").set_input_files(
        {"name": "x.tlog-proof", "mimeType": "text/plain", "buffer": changed}
    )
    page.get_by_role("heading", name="This receipt does not hold").wait_for()
    assert "signature does not hold" in page.locator("[data-outcome]").inner_text()


def test_a_kept_receipt_is_one_tap_and_another_ballot_is_told(page, receipt):
    page.goto("/check")
    for ballot in (None, "stamma-ballot/v1 open\n"):
        kept = {"receipt": receipt, "title": "Motion 1", "pollId": "1", "ballot": ballot}
        page.evaluate("kept => localStorage.setItem('stamma-receipt:1', kept)", json.dumps(kept))
        page.reload()
        page.get_by_role("button", name="Check my vote: Motion 1").click()
        expected = "This receipt does not hold" if ballot else "Your vote is on the log"
        page.get_by_role("heading", name=expected).wait_for()


def test_a_log_that_lost_its_history_turns_old_receipts_red(page, receipt, database, board):
    page.goto("/check")
    page.route("**/board/checkpoint", lambda route: route.fulfill(body="nothing signed\n"))
    page.get_by_label("The receipt's text").fill(receipt)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("heading", name="This receipt does not hold").wait_for()
