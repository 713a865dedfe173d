"""Ranked pairs: known elections, and what holds for any ballots."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given

from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.profile import RankedProfile, ranked
from tests.ballots.counting import naive_ranked_pairs
from tests.ballots.counting.profiles import SEED, profiles, vectors
from tests.ballots.counting.test_schulze import debian

CYCLE = ranked("ABC", [(1, ["A", "B", "C"]), (1, ["B", "C", "A"]), (1, ["C", "A", "B"])])


def winners(profile) -> set[str]:
    """Who is elected in any of many lots."""
    return {
        each
        for number in range(40)
        for each in count(
            "ranked-pairs", profile, seats=1, lots=Lots(seed=f"{number:064x}")
        ).elected
    }


@pytest.mark.parametrize("case", vectors("condorcet.json"), ids=lambda case: case["id"])
def test_each_known_case_elects_whom_any_order_of_the_ties_elects(case):
    known, expected = case["input"], case["expected"]
    found = winners(ranked(known["candidates"], known["ballots"]))
    assert found == set(expected["ranked_pairs_wv_possible_winners"])


def test_tidemans_elections_have_their_orders(shared_data):
    elections = json.loads((shared_data / "counting/tideman/elections.json").read_text())
    told = {name: each for name, each in elections.items() if each.get("ranked-pairs")}
    assert told
    for name, election in told.items():
        counted = count("ranked-pairs", ranked(election["candidates"], election["ballots"]))
        expected = [each if isinstance(each, list) else [each] for each in election["ranked-pairs"]]
        assert counted.facts["order"] == expected, name


def test_debians_votes_have_their_winners(shared_data):
    read = sorted((shared_data / "counting/condorcet").glob("debian_*.expected.json"))
    assert len(read) == 5
    for path in read:
        expected = json.loads(path.read_text())
        found = winners(debian(path, expected["candidates"]))
        assert found == set(expected["ranked_pairs_winners_over_all_tie_orders"]["wv"])


def test_a_circle_of_equal_wins_waits_for_the_lot_and_the_seed_decides():
    waiting = count("ranked-pairs", CYCLE)
    assert waiting.elected == ()
    assert waiting.ties[0].between == ("A", "B", "C")
    assert not waiting.decided
    drawn = count("ranked-pairs", CYCLE, lots=Lots(seed=SEED))
    assert len(drawn.elected) == 1
    assert drawn.decided


@pytest.mark.parametrize("ballots", [[], [(3, [])]], ids=["no votes", "all blank"])
def test_nobody_is_elected_where_nobody_voted_for_anybody(ballots):
    counted = count("ranked-pairs", ranked("AB", ballots), lots=Lots(seed=SEED))
    assert counted.elected == ()
    assert counted.ties == ()


def test_the_only_candidate_is_elected():
    assert count("ranked-pairs", ranked("A", [(1, ["A"])])).elected == ("A",)


@given(profiles())
def test_who_beats_everybody_is_placed_first_in_any_order_of_the_candidates(profile):
    counted = count("ranked-pairs", profile, lots=Lots(seed=SEED))
    assert counted.decided
    table = counted.facts["pairwise"]
    for one, row in table.items():
        if all(votes > table[other][one] for other, votes in row.items()):
            assert counted.facts["order"][0] == [one]
    turned = RankedProfile(
        candidates=profile.candidates[::-1], ballots=profile.ballots, seats=profile.seats
    )
    again = count("ranked-pairs", turned, lots=Lots(seed=SEED))
    assert set(again.elected) == set(counted.elected)


def test_thousands_of_random_elections_are_won_by_whom_the_textbook_elects():
    chance = random.Random(11)  # noqa: S311 - the same elections each time
    alone = 0
    for number in range(3_000):
        people = "ABCD"[: chance.randint(2, 4)]
        most = chance.choice([1, 3, 1_000])  # few votes tie often, many hardly ever
        ballots = [
            (chance.randint(1, most), chance.sample(people, chance.randint(1, len(people))))
            for _ in range(chance.randint(1, 6))
        ]
        profile = ranked(people, ballots)
        possible = naive_ranked_pairs.winners(profile)
        lots = Lots(seed=f"{number:064x}")
        (elected,) = count("ranked-pairs", profile, seats=1, lots=lots).elected
        assert elected in possible, ballots
        alone += len(possible) == 1
    assert alone > 1_500, "most have one winner, whatever the lot"
