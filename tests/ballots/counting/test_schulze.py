"""Schulze's method: known elections, and what holds for any ballots."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.profile import RankedProfile, ranked
from tests.ballots.counting.profiles import SEED, profiles, vectors


def order_of(counted) -> list[set[str]]:
    return [set(layer) for layer in counted.facts["order"]]


@pytest.mark.parametrize("case", vectors("condorcet.json"), ids=lambda case: case["id"])
def test_each_known_case_has_its_order_and_its_table(case):
    known, expected = case["input"], case["expected"]
    counted = count("schulze", ranked(known["candidates"], known["ballots"]))
    assert order_of(counted) == [set(layer) for layer in expected["schulze_winning_votes"]]
    for pair, votes in expected["pairwise"].items():
        one, other = pair.split(">")
        assert counted.facts["pairwise"][one][other] == votes


def test_the_twenty_elections_of_tidemans_collection_have_their_orders(shared_data):
    elections = json.loads((shared_data / "counting/tideman/elections.json").read_text())
    assert len(elections) == 20
    for name, election in elections.items():
        counted = count("schulze", ranked(election["candidates"], election["ballots"]))
        assert order_of(counted) == [set(layer) for layer in election["schulze"]], name


def test_debians_votes_have_their_orders(shared_data):
    folder = shared_data / "counting/condorcet"
    read = sorted(folder.glob("debian_*.expected.json"))
    assert len(read) == 5
    for path in read:
        expected = json.loads(path.read_text())
        counted = count("schulze", debian(path, expected["candidates"]))
        assert counted.valid + counted.blank == expected["ballots"]
        assert order_of(counted) == [set(layer) for layer in expected["schulze_winning_votes"]]


def debian(path, candidates: list[str]) -> RankedProfile:
    """A vote is a row of ranks, one for each option; a dash where it has none."""
    tally = path.with_name(path.name.replace("expected.json", "tally.txt"))
    ballots = []
    for line in tally.read_text(errors="replace").splitlines():
        if line.startswith("V: "):
            ranks = dict(zip(candidates, line.split()[1], strict=True))
            given_ranks = sorted({rank for rank in ranks.values() if rank != "-"})
            ballots.append((1, [[o for o in ranks if ranks[o] == r] for r in given_ranks]))
    return ranked(candidates, ballots)


def test_all_tied_waits_for_the_lot_and_the_seed_decides():
    tied = ranked("AB", [(1, ["A", "B"]), (1, ["B", "A"])])
    waiting = count("schulze", tied)
    assert waiting.elected == ()
    assert not waiting.decided
    assert waiting.ties[0].between == ("A", "B")
    drawn = count("schulze", tied, lots=Lots(seed=SEED))
    assert drawn.elected == (drawn.ties[0].chosen,)
    assert drawn.ties[0].seed == SEED


@pytest.mark.parametrize("ballots", [[], [(3, [])]], ids=["no votes", "all blank"])
def test_nobody_is_elected_where_nobody_voted_for_anybody(ballots):
    counted = count("schulze", ranked("AB", ballots), lots=Lots(seed=SEED))
    assert counted.elected == ()
    assert counted.valid == 0
    assert counted.ties == ()


def test_the_only_candidate_is_elected_and_the_other_seat_stays_vacant():
    assert count("schulze", ranked("A", [(1, ["A"])]), seats=2).elected == ("A",)


@given(profiles())
def test_who_beats_everybody_is_elected_first_in_any_order_of_the_candidates(profile):
    counted = count("schulze", profile, lots=Lots(seed=SEED))
    table = counted.facts["pairwise"]
    for one, row in table.items():
        if counted.valid and all(votes > table[other][one] for other, votes in row.items()):
            assert counted.facts["order"][0] == [one]
            assert one in counted.elected
    turned = RankedProfile(
        candidates=profile.candidates[::-1], ballots=profile.ballots, seats=profile.seats
    )
    again = count("schulze", turned, lots=Lots(seed=SEED))
    assert order_of(again) == order_of(counted)
    assert set(again.elected) == set(counted.elected)
