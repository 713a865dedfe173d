"""Instant run-off, with every way of reading a ballot that leaves numbers out."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from ballots.counting import formats
from ballots.counting.count import Lots
from ballots.counting.irv import count
from ballots.counting.profile import ranked
from ballots.counting.reading import END, SKIP, Reading
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED, cases


@pytest.mark.parametrize("case", cases("irv"), ids=lambda case: case["id"])
def test_each_known_case_is_counted_round_by_round(case):
    given, expected = case["input"], case["expected"]
    counted = count(ranked(given["candidates"], given["ballots"]))
    if expected["winner"] is None:
        assert set(counted.ties[-1].between) == set(expected["tie"]["candidates"])
        assert not counted.decided
        return
    assert counted.elected == (expected["winner"],)
    assert rounds_of(counted) == expected["rounds"]


def rounds_of(counted) -> list[dict[str, object]]:
    return [
        {
            "votes": dict(one.votes),
            "exhausted": one.non_transferable,
            "eliminated": one.excluded[0] if one.excluded else None,
        }
        for one in counted.rounds
    ]


@pytest.mark.parametrize("name", ["albury_2015", "albury_2019", "albury_2023", "ballina_2023"])
def test_new_south_wales_is_counted_as_it_was(shared_data, name):
    path = shared_data / "counting" / "irv" / f"nsw_{name}.soi"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    counted = count(formats.read(path))
    assert (counted.elected, counted.valid) == ((expected["winner"],), expected["formal_votes"])
    for one in expected["rounds"]:
        del one["round"]
    assert rounds_of(counted) == expected["rounds"]


@pytest.mark.parametrize("number", range(5))
def test_rctabs_rules_of_reading_are_ours_by_option(shared_data, number):
    (folder,) = (shared_data / "counting" / "irv-rctab").glob(f"test_set_{number}_*")
    rules = json.loads((folder / f"{folder.name}_config.json").read_text())["rules"]
    ends = rules["overvoteRule"] == "exhaustImmediately"
    reading = Reading(int(rules["maxSkippedRanksAllowed"]), END if ends else SKIP)
    profile = formats.read(folder / f"{folder.name}_cvr.json")
    counted = count(profile, reading=reading)
    report = f"{folder.name}_expected_detailed_report.json"
    expected = json.loads((folder / report).read_text())["results"]
    assert len(counted.rounds) == len(expected)
    for one, theirs in zip(counted.rounds, expected, strict=True):
        assert {each: str(votes) for each, votes in one.votes.items()} == theirs["tally"]
        assert one.quota == int(theirs["threshold"])
        inactive = sum(map(int, theirs["inactiveBallots"].values()))
        assert one.non_transferable + counted.invalid == inactive
        decided = theirs["tallyResults"][0]
        assert one.excluded == ((decided["eliminated"],) if "eliminated" in decided else ())
        assert one.elected == ((decided["elected"],) if "elected" in decided else ())


@pytest.mark.parametrize("ballots", [10_000, 120_000])
def test_large_elections_are_counted_as_another_program_counts_them(shared_data, ballots):
    path = shared_data / "counting" / "perf" / f"synthetic_{ballots}.blt"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    assert count(formats.read(path)).elected == (expected["irv_winner"],)


def test_why_ballots_are_with_nobody_is_told():
    ballots = [
        (4, ["A"]),
        (3, ["B"]),
        (1, ["C"]),
        (1, ["C", ["A", "B"]]),
    ]
    last = count(ranked("ABC", ballots)).rounds[-1]
    assert (last.ended, last.non_transferable) == ({"all": 1, "equal": 1}, 2)
    strict = Reading(gaps=0, equal=END)
    gap = count(ranked("ABC", [*ballots[:3], (1, ["C", [], "A"])]), reading=strict)
    assert gap.rounds[-1].ended == {"all": 1, "gap": 1}


def test_a_tie_for_leaving_waits_for_the_lot():
    tied = ranked("abc", [(4, ["c"]), (3, ["a", "b"]), (3, ["b", "a"])])
    waiting = count(tied)
    assert (waiting.elected, waiting.ties[0].chosen) == ((), None)
    drawn = count(tied, lots=Lots(seed=SEED))
    assert (drawn.ties[0].chosen, drawn.elected) == ("b", ("a",))
    by_the_chair = count(tied, lots=Lots(drawn=("a", "b")))
    assert (by_the_chair.elected, by_the_chair.ties[0].seed) == (("b",), None)


def test_half_is_no_majority():
    counted = count(ranked("ABC", [(2, ["A"]), (1, ["B"]), (1, ["C", "A"])]), lots=Lots(seed=SEED))
    assert counted.rounds[0].elected == ()


def test_only_one_is_elected():
    tied = ranked("AB", [(2, ["A"])], seats=4)
    assert count(tied).elected == ("A",)
    with pytest.raises(Malformed):
        count(tied, seats=2)


@pytest.mark.parametrize("ballots", [[], [(4, [])], [(2, [["A", "B"]])]])
def test_nobody_is_elected_where_no_ballot_can_be_read(ballots):
    counted = count(ranked("AB", ballots), lots=Lots(seed=SEED))
    assert (counted.elected, counted.decided) == ((), True)
    assert counted.rounds[0].votes == {"A": Fraction(0), "B": Fraction(0)}


def test_one_candidate_needs_a_single_vote():
    assert count(ranked("A", [(1, ["A"]), (9, [])])).elected == ("A",)
