"""Scotland's rule, figure for figure."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from ballots.counting import formats
from ballots.counting.count import Count, Lots
from ballots.counting.profile import RankedProfile, ranked
from ballots.counting.scottish_stv import count
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED, VECTORS, cases, vectors


def profile_of(case) -> RankedProfile:
    given = case["input"]
    made = ranked(given["candidates"], given["ballots"], seats=given["seats"])
    return made.without(given.get("withdrawn", []))


def hold(counted: Count, stages: list[dict[str, object]]) -> None:
    """Every stage's votes, what is with nobody, and who was elected on them."""
    assert len(counted.rounds) == len(stages)
    for one, stage in zip(counted.rounds, stages, strict=True):
        assert {each: counted.text(votes) for each, votes in one.votes.items()} == stage["votes"]
        assert counted.text(one.non_transferable) == stage["non_transferable"]
        last = stage.get("last_vacancies", stage.get("deemed_elected_last_vacancies"))
        assert set(one.elected) == {*stage["elected"], *last}


@pytest.mark.parametrize("case", cases("stv"), ids=lambda case: case["id"])
def test_each_known_case_is_counted_stage_by_stage(case):
    lots = Lots(drawn=tuple(case["rule"]["lots"] or ()))
    counted = count(profile_of(case), lots=lots)
    expected = case["expected"]
    if expected["elected"] is None:
        waiting = counted.ties[-1]
        assert not counted.decided
        assert set(waiting.between) == set(expected["lot_needed"]["candidates"])
        return
    assert set(counted.elected) == set(expected["elected"])
    assert counted.text(counted.quota) == expected["quota"]
    hold(counted, expected["stages"])
    broken = [(set(tie["tied"]), tie["chosen"]) for tie in expected["tie_breaks"]]
    assert [(set(tie.between), tie.chosen) for tie in counted.ties] == broken


@pytest.mark.parametrize("ward", vectors("wards.json").items(), ids=lambda ward: ward[0])
def test_a_ward_has_the_votes_of_every_stage(ward):
    hold_ward(VECTORS / f"{ward[0]}.blt", ward[1])


def hold_ward(path, expected) -> None:
    counted = count(formats.read(path))
    assert set(counted.elected) == set(expected["elected"])
    assert (counted.valid, counted.text(counted.quota)) == (expected["valid"], expected["quota"])
    assert len(counted.rounds) == len(expected["stages"])
    for one, stage in zip(counted.rounds, expected["stages"], strict=True):
        assert all(one.votes[each] == Fraction(votes) for each, votes in stage.items())
        assert all(not one.votes[each] for each in one.votes if each not in stage)


def test_sixty_wards_have_the_votes_of_every_stage(shared_data):
    folder = shared_data / "counting" / "scottish"
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        hold_ward(folder / f"{name}.blt", expected)


def test_official_stage_reports_are_reproduced(shared_data):
    found = sorted((shared_data / "counting" / "stv-scottish").glob("*.blt"))
    assert len(found) == 20
    for path in found:
        expected = json.loads(path.with_suffix(".expected.json").read_text())
        counted = count(formats.read(path))
        assert counted.text(counted.quota) == expected["quota"]
        hold(counted, expected["stages"])


@pytest.mark.parametrize("ballots", [10_000, 120_000])
def test_large_elections_are_counted_as_another_program_counts_them(shared_data, ballots):
    path = shared_data / "counting" / "perf" / f"synthetic_{ballots}.blt"
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    counted = count(formats.read(path))
    assert set(counted.elected) == set(expected["elected"])
    hold(counted, expected["stages"])


@pytest.mark.parametrize("name", ["42", "513", "SC-Vm-12", "SC", "weak-defeat"])
def test_droop_elects_the_same_where_it_does_not_draw_by_list_order(shared_data, name):
    folder = shared_data / "counting" / "stv-droop-reference"
    counted = count(formats.read(folder / f"{name}.blt"))
    head, *rows = (folder / f"{name}-scotland-fixed-p5-d5.txt").read_text().splitlines()
    end = dict(zip(head.split("\t"), rows[-1].split("\t"), strict=True))
    names = [key for key in end if key.endswith(".name")]
    theirs = {end[key] for key in names if end[key.replace("name", "state")] == "E"}
    if counted.decided:
        assert set(counted.elected) == theirs
    else:  # a lot is needed, and what was elected before it is the same
        assert set(counted.elected) < theirs


def test_an_official_tie_is_broken_by_the_latest_stage_at_which_they_differed(shared_data):
    path = shared_data / "counting" / "scottish" / "renfrewshire_2017_ward3.blt"
    (tie,) = count(formats.read(path)).ties
    assert (set(tie.between), tie.chosen, tie.how, tie.apart) == ({"C6", "C8"}, "C8", "rule", 5)


def test_a_tie_without_a_lot_is_told_and_nobody_is_chosen_by_order():
    tied = ranked("AB", [(2, ["A"]), (2, ["B"])])
    counted = count(tied)
    assert (counted.elected, counted.decided) == ((), False)
    (tie,) = counted.ties
    assert (tie.between, tie.chosen, tie.how, tie.seed) == (("A", "B"), None, "lot", None)


def test_a_public_seed_breaks_a_tie_and_is_told():
    counted = count(ranked("ab", [(2, ["a"]), (2, ["b"])]), lots=Lots(seed=SEED))
    (tie,) = counted.ties
    # SHA-256 of the seed and the name begins 64c9… for b, 8639… for a: b is drawn first.
    assert (tie.chosen, tie.seed, counted.elected) == ("b", SEED, ("a",))


def test_a_seed_that_is_none_breaks_nothing():
    with pytest.raises(Malformed):
        count(ranked("AB", [(2, ["A"]), (2, ["B"])]), lots=Lots(seed="42"))


def test_those_whom_nobody_chose_leave_together_and_need_no_lot():
    counted = count(ranked("ABCDE", [(4, ["A"]), (3, ["B"]), (2, ["E", "A"])]))
    assert counted.rounds[0].excluded == ("C", "D")
    assert (counted.elected, counted.ties) == (("A",), ())


def test_those_whom_nobody_chose_need_a_lot_where_one_of_them_gets_a_seat():
    counted = count(ranked("ABC", [(3, ["A"])], seats=2))
    assert (counted.elected, counted.decided) == (("A",), False)


@pytest.mark.parametrize("ballots", [[], [(5, [])], [(3, [["A", "B"]]), (2, [[], "C"])]])
def test_nobody_is_elected_where_no_ballot_can_be_read(ballots):
    counted = count(ranked("ABC", ballots, seats=2), lots=Lots(seed=SEED))
    assert (counted.elected, counted.valid, counted.decided) == ((), 0, True)


def test_one_candidate_and_more_seats_than_candidates():
    assert count(ranked("A", [(1, ["A"])])).elected == ("A",)
    assert set(count(ranked("AB", [(1, ["A"])], seats=5)).elected) == {"A", "B"}


def test_who_has_withdrawn_is_read_as_if_they_had_never_stood():
    before = ranked("ABC", [(4, ["C", "A"]), (3, ["B"]), (2, [["A", "C"], "B"])])
    counted = count(before.without(["C"]))
    assert counted.elected == ("A",)
    assert counted.rounds[0].votes == {"A": 6, "B": 3}


def test_every_transfer_is_told_and_leads_from_one_round_to_the_next():
    (case,) = (each for each in cases("stv") if each["id"] == "stv-13")
    counted = count(profile_of(case))
    surplus = counted.rounds[1]
    moved = {(each.giver, each.taker): counted.text(each.votes) for each in surplus.transfers}
    assert moved == {("A", "B"): "0.50000", ("A", "C"): "0.25000", ("A", None): "0.25000"}
    assert (surplus.action, surplus.of, counted.text(surplus.value)) == (
        "surplus",
        ("A",),
        "0.25000",
    )
