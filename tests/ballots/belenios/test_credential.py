from __future__ import annotations

import secrets

import pytest

from ballots.belenios import credential
from ballots.belenios.election import BASE58
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Malformed


def test_a_code_is_read_again_and_a_shortened_one_is_refused():
    code = credential.make_code(secrets.token_bytes)
    credential.check_code(code)
    assert len(code) == 19
    with pytest.raises(Malformed):
        credential.check_code(code[:-1])


# The checksum is modulo 53, so letters 53 apart pass for each other: "1" and "v".
@pytest.mark.parametrize("place", [0, 4, 8, 12, 16, 18])
def test_a_mistyped_letter_is_noticed(place):
    code = "maS-CXx-Rtp-LVi-2Bd"
    credential.check_code(code)
    neighbour = BASE58[BASE58.index(code[place]) - 1]
    with pytest.raises(Malformed):
        credential.check_code(code[:place] + neighbour + code[place + 1 :])


# Made by belenios-tool 2.0: `setup generate-credentials --group BELENIOS-2048`.
def test_a_code_made_by_the_tool_gives_its_public_credential():
    secret = credential.secret_of_code("maS-CXx-Rtp-LVi-2Bd", "g2SHXSFKtnmsxf", GROUP)
    assert str(credential.public_of(secret, GROUP)).startswith("34220175548146706265322093809629")


def test_a_tweak_keeps_the_two_halves_together_and_differs_by_election():
    secret = GROUP.scalar(secrets.token_bytes)
    shared = secrets.token_bytes(32)
    here, there = (credential.tweak(shared, uuid, GROUP) for uuid in ("A" * 14, "B" * 14))
    assert here != there
    own = credential.tweaked_secret(secret, here, GROUP)
    public = credential.tweaked_public(credential.public_of(secret, GROUP), here, GROUP)
    assert credential.public_of(own, GROUP) == public


def test_slots_are_short_and_differ():
    one, other = (credential.slot_of(GROUP.power(GROUP.g, exponent)) for exponent in (2, 3))
    assert len(one) == len(other) == 32
    assert one != other
