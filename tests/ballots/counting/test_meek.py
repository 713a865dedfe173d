"""Meek's rule in the reference arithmetic: votes, quota and kept shares to nine places."""

from __future__ import annotations

import json
from itertools import groupby

import pytest

from ballots.counting import formats
from ballots.counting.count import Count, Lots
from ballots.counting.meek import count
from ballots.counting.profile import ranked
from tests.ballots.counting.profiles import SEED, cases

ELECTIONS = (
    "aberdeen_2012_ward12",
    "argyll_bute_2012_ward5",
    "droop_42t",
    "droop_513",
    "droop_sc",
    "droop_sc-vm-12",
    "ers97_reconstructed",
    "glasgow_2012_ward5",
)


@pytest.mark.parametrize("case", cases("meek"), ids=lambda case: case["id"])
def test_each_known_case_ends_with_the_known_shares(case):
    given, expected = case["input"], case["expected"]
    counted = count(ranked(given["candidates"], given["ballots"], seats=given["seats"]))
    if expected["elected"] is None:
        assert set(counted.ties[-1].between) == set(expected["tie"]["candidates"])
        assert not counted.decided
        return
    assert set(counted.elected) == set(expected["elected"])
    assert counted.text(counted.quota) == expected["final_quota"]
    last = counted.rounds[-1]
    kept = {each: counted.text(keep) for each, keep in last.keep.items()}
    # The share of whoever leaves in the last round is 0 from then on.
    assert kept | dict.fromkeys(last.excluded, "0.000000000") == expected["keep"]


@pytest.mark.parametrize("name", ELECTIONS)
def test_every_round_has_the_known_votes_quota_surplus_and_shares(shared_data, name):
    path = shared_data / "counting" / "stv-meek" / f"{name}.blt"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    lots = Lots(drawn=tuple(expected["tie_for_defeat"] or ()))
    counted = count(formats.read(path), lots=lots)
    assert sorted(map(counted.name, counted.elected)) == sorted(expected["elected"])
    assert counted.text(counted.quota) == expected["final_quota"]
    theirs = [told(each) for each in expected["rounds"]]
    ours = [seen(counted, number) for number in range(len(counted.rounds))]
    if name == "droop_sc":
        # Those without a vote leave one after the other there, in rounds that change no votes.
        assert different(ours) == different(theirs)
    else:
        assert ours == theirs


def different(rounds: list[dict]) -> list[dict]:
    return [votes for votes, _ in groupby(each["votes"] for each in rounds)]


def seen(counted: Count, number: int) -> dict[str, object]:
    one = counted.rounds[number]
    return {
        # Two candidates of these files have the same name; there the last one's votes are told.
        "votes": {counted.name(each): counted.text(votes) for each, votes in one.votes.items()},
        "keep": {counted.name(each): counted.text(keep) for each, keep in one.keep.items()},
        "quota": counted.text(one.quota),
        "surplus": counted.text(one.surplus),
        "elected": sorted(map(counted.name, one.elected)),
        "defeated": list(map(counted.name, one.excluded)),
    }


def told(one: dict) -> dict[str, object]:
    return {
        "votes": one["votes"],
        "keep": one["keep"],
        "quota": one["quota"],
        "surplus": one["surplus"],
        "elected": sorted([*one["elected"], *one["filled"]]),
        "defeated": [one["defeated"]] if one["defeated"] else [],
    }


@pytest.mark.parametrize("ballots", [10_000, 120_000])
def test_large_elections_are_counted_as_another_program_counts_them(shared_data, ballots):
    path = shared_data / "counting" / "perf" / f"synthetic_{ballots}.blt"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    counted = count(formats.read(path))
    assert set(counted.elected) == set(expected["meek_elected"])
    assert counted.text(counted.quota) == expected["meek_final_quota"]


def test_a_seed_breaks_a_tie_for_defeat():
    tied = ranked("ab", [(2, ["a"]), (2, ["b"])])
    assert not count(tied).decided
    assert count(tied, lots=Lots(seed=SEED)).elected == ("a",)


def test_a_rank_left_out_ends_the_ballot():
    counted = count(ranked("ABC", [(3, ["A", [], "B"]), (1, ["C"])], seats=2))
    assert counted.rounds[-1].votes["B"] == 0


@pytest.mark.parametrize("ballots", [[], [(4, [])]])
def test_nobody_is_elected_where_nobody_voted_for_anybody(ballots):
    counted = count(ranked("AB", ballots), lots=Lots(seed=SEED))
    assert (counted.elected, counted.decided, counted.valid) == ((), True, 0)


def test_one_candidate_and_more_seats_than_candidates():
    assert count(ranked("A", [(1, ["A"])])).elected == ("A",)
    assert set(count(ranked("AB", [(1, ["A"])], seats=5)).elected) == {"A", "B"}
