"""Signed notes: what the log signs, what opens, and what does not."""

from __future__ import annotations

import base64
import stat

import pytest

from ballots.checkpoint import (
    Checkpoint,
    SigningKey,
    VerifierKey,
    open_note,
    parse_checkpoint,
    parse_note,
)
from ballots.errors import InvalidReceipt, Malformed

KEY = SigningKey.generate("stamma.example/board", seed=bytes(range(32)))
CHECKPOINT = Checkpoint("stamma.example/board", 7, b"\x07" * 32)
NOTE = KEY.sign(CHECKPOINT)


def test_a_note_opens_with_the_key_that_signed_it():
    assert open_note(NOTE, KEY.verifier) == CHECKPOINT
    assert open_note(NOTE, VerifierKey.parse(KEY.verifier_key)) == CHECKPOINT


def test_the_same_checkpoint_is_always_signed_with_the_same_bytes():
    assert KEY.sign(CHECKPOINT) == NOTE


def test_another_key_of_the_same_name_does_not_open_it():
    other = SigningKey.generate("stamma.example/board", seed=bytes(32))
    with pytest.raises(InvalidReceipt) as refused:
        open_note(NOTE, other.verifier)
    assert refused.value.code == "log-signature"


def test_a_note_of_another_log_is_refused_by_its_origin():
    other = SigningKey.generate("elsewhere.example/board", seed=bytes(32))
    with pytest.raises(InvalidReceipt) as refused:
        open_note(NOTE, other.verifier)
    assert refused.value.code == "origin"


def test_a_changed_size_breaks_the_signature():
    with pytest.raises(InvalidReceipt) as refused:
        open_note(NOTE.replace("\n7\n", "\n8\n"), KEY.verifier)
    assert refused.value.code == "log-signature"


def test_a_note_that_too_few_witnesses_have_signed_is_refused():
    witness = VerifierKey("w.example/1", 0x04, bytes(range(32)))
    with pytest.raises(InvalidReceipt) as refused:
        open_note(NOTE, KEY.verifier, [witness], need_witnesses=1)
    assert refused.value.code == "witnesses"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stamma.example/board\n7\n",
        "stamma.example/board\n07\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "stamma.example/board\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "stamma.example/board\n7\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "\n7\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "stamma.example/board\n7\n" + base64.b64encode(bytes(32)).decode() + "\nmore\n",
    ],
)
def test_a_checkpoint_is_three_lines_in_one_form(text):
    with pytest.raises(Malformed):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "note",
    [
        CHECKPOINT.text(),
        NOTE[:-1],
        NOTE.replace("— ", "- "),
        NOTE + NOTE.splitlines()[-1] + "\n",
        NOTE.replace("=\n", "\n"),
    ],
)
def test_a_note_is_a_text_a_blank_line_and_distinct_signatures(note):
    with pytest.raises(Malformed):
        parse_note(note)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "stamma.example/board",
        KEY.verifier_key.replace("+", "-"),
        "stamma.example/other+" + KEY.verifier_key.split("+", 1)[1],
        KEY.verifier_key[:-4],
        "with space+" + KEY.verifier_key.split("+", 1)[1],
    ],
)
def test_a_verifier_key_whose_parts_do_not_agree_is_refused(key):
    with pytest.raises(Malformed):
        VerifierKey.parse(key)


def test_the_private_key_is_kept_for_its_owner_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "keys" / "log"
    KEY.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load(path).verifier_key == KEY.verifier_key
    with pytest.raises(FileExistsError):
        SigningKey.generate("stamma.example/board").save(path)
