"""Python makes the shared vectors again, byte for byte, and refuses the broken ones by code."""

from __future__ import annotations

import pytest

from tests.ballots.belenios import refused
from tests.ballots.belenios.vectors import MAKERS, read

HELD = [(name, at) for name in MAKERS for at in range(len(read(name)))]
REFUSED = read(refused.NAME)


@pytest.mark.parametrize(("name", "at"), HELD, ids=str)
def test_a_vector_comes_out_the_same(name, at):
    vector = read(name)[at]
    assert MAKERS[name](vector["given"]) == vector["made"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_a_broken_vector_is_refused_by_its_code(vector):
    assert refused.verdict(vector["part"], vector["given"]) == vector["code"]
    assert vector["code"] != "holds"
