"""Receipts: the worked vector holds, and nothing near it does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ballots.checkpoint import VerifierKey
from ballots.errors import Fault, InvalidReceipt, Malformed
from ballots.receipt import parse_receipt, short_code, verify_receipt

VECTORS = Path(__file__).parents[1] / "vectors" / "receipt"
WORKED = (VECTORS / "worked.tlog-proof").read_text(encoding="utf-8")
LOG, *WITNESSES = map(VerifierKey.parse, (VECTORS / "keys.txt").read_text().split())


def test_the_worked_receipt_holds_with_its_log_and_both_witnesses():
    proved = verify_receipt(WORKED, LOG, WITNESSES, need_witnesses=2)
    assert proved.index == 3
    assert proved.checkpoint.size == 7
    assert b"slot fe792fe4839acac0ad04a83944f20c80\n" in proved.entry
    assert short_code(proved.entry) == "ZG81-JKFF-AW57-7062"


def test_a_parsed_receipt_is_written_as_it_was_read():
    assert parse_receipt(WORKED).encode() == WORKED


def test_more_witnesses_than_have_signed_are_not_made_up():
    with pytest.raises(InvalidReceipt) as refused:
        verify_receipt(WORKED, LOG, [WITNESSES[0]] * 2, need_witnesses=2)
    assert refused.value.code == "witnesses"


def test_another_logs_key_does_not_accept_it():
    with pytest.raises(InvalidReceipt):
        verify_receipt(WORKED, WITNESSES[0])


def test_no_mutant_of_the_receipt_proves_anything_else():
    """Bytes changed, cut, doubled or moved."""
    chance = random.Random(2026)  # noqa: S311 - a reproducible fuzzer, no secret
    proved = verify_receipt(WORKED, LOG, WITNESSES, need_witnesses=2)
    for _ in range(20_000):
        mutant = _mutate(WORKED, chance)
        if mutant == WORKED:
            continue
        try:
            accepted = verify_receipt(mutant, LOG, WITNESSES, need_witnesses=2)
        except Fault:
            continue
        # Signature lines have no order, and those of unknown keys are passed over, as the note
        # format asks; nothing else may differ.
        assert accepted == proved
        assert mutant.partition("\n\n— ")[0] == WORKED.partition("\n\n— ")[0]
        assert set(mutant.splitlines()) >= set(WORKED.splitlines())


def _mutate(text: str, chance: random.Random) -> str:
    at, other = sorted((chance.randrange(len(text)), chance.randrange(len(text))))
    match chance.randrange(6):
        case 0:
            return text[:at] + chr(chance.randrange(128)) + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + text[at:other] + text[at:]
        case 3:
            return text[:at] + text[other:]
        case 4:
            lines = text.splitlines(keepends=True)
            chance.shuffle(lines)
            return "".join(lines)
        case _:
            lines = text.splitlines(keepends=True)
            lines[chance.randrange(len(lines))] = lines[chance.randrange(len(lines))]
            return "".join(lines)


def test_an_oversized_file_is_refused_before_it_is_read():
    with pytest.raises(Malformed):
        parse_receipt(WORKED + "x" * 300_000)
