"""A few hundred mutants in the suite; `make fuzz-ballots` runs as many as one has time for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ballots.belenios.verify import verify_archive
from benchmarks.audit import made as whole_election
from benchmarks.audit import question_of_two
from benchmarks.fuzz_ballots import Outcome, judge, mutant


@pytest.fixture(scope="module")
def whole():
    return whole_election(question_of_two(), 2)


@pytest.mark.usefixtures("needs_tool")
def test_sixty_mutants_are_judged_alike(whole, tmp_path: Path):
    election, encoded = whole
    outcome = Outcome()
    for number in range(60):
        chance = random.Random(f"suite/{number}")  # noqa: S311 - the same mutants each time
        judge(mutant(encoded, chance), election.uuid, str(number), tmp_path, outcome)
    assert outcome.disagreements == []
    assert len(outcome.codes) > 3


def test_no_mutant_is_met_with_an_exception(whole):
    _, encoded = whole
    refused = 0
    for number in range(300):
        chance = random.Random(f"alone/{number}")  # noqa: S311 - the same mutants each time
        refused += bool(verify_archive(mutant(encoded, chance), processes=1).findings)
    assert refused > 250
