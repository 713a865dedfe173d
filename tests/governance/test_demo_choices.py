"""The demo's crowd hands in ballots of every form."""

from __future__ import annotations

import random

import pytest

from governance.demo.choices import anything
from tests.ballots.test_choice import ASKED


@pytest.mark.parametrize("name", ASKED)
def test_whatever_the_crowd_chooses_the_vote_takes(name):
    chance = random.Random(5).randbytes  # noqa: S311 - the same crowd each time
    made = [anything(ASKED[name], chance) for _ in range(300)]
    assert len(set(made)) > 2
    for text in made:
        ASKED[name].parse(text)
