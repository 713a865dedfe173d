"""The key check: a trustee shows to have the key, and shows nothing else."""

from __future__ import annotations

import secrets

import pytest

from ballots.belenios import key_check
from ballots.belenios.credential import public_of
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Malformed, Rejected

chance = secrets.token_bytes


def test_whoever_has_the_key_passes_and_nobody_else():
    private = GROUP.scalar(chance)
    public, nonce = public_of(private, GROUP), key_check.make_nonce(chance)
    key_check.check_answer(GROUP, public, nonce, key_check.answer(GROUP, private, nonce, chance))
    with pytest.raises(Rejected) as refused:
        key_check.check_answer(
            GROUP, public, nonce, key_check.answer(GROUP, private + 1, nonce, chance)
        )
    assert refused.value.code == "key-check"


def test_an_answer_to_an_earlier_question_is_refused():
    private = GROUP.scalar(chance)
    earlier = key_check.answer(GROUP, private, key_check.make_nonce(chance), chance)
    with pytest.raises(Rejected):
        key_check.check_answer(
            GROUP, public_of(private, GROUP), key_check.make_nonce(chance), earlier
        )


@pytest.mark.parametrize("question", ["", "00", "x" * 64, "0" * 64 + "|", "0" * 63 + "\n"])
def test_a_trustee_answers_nothing_but_a_key_check(question):
    with pytest.raises(Malformed):
        key_check.answer(GROUP, 5, question, chance)
