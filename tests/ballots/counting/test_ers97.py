"""The Electoral Reform Society's rules of 1997."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from ballots.counting import formats
from ballots.counting.count import Lots
from ballots.counting.ers97 import count
from ballots.counting.profile import ranked
from tests.ballots.counting.profiles import SEED

# Those of the booklet's model election that its text confirms: the first two stages.
MODEL = [
    (35, ["A", "B"]),
    (88, ["A", "C"]),
    (11, ["A"]),
    (81, ["B"]),
    (27, ["C"]),
    (510, ["D"]),
]


@pytest.mark.parametrize(
    "name", ["eilean_siar_2012_ward1", "ers97_reconstructed", "orkney_2012_ward2"]
)
def test_every_stage_of_another_programs_count_sheet_is_the_same(shared_data, name):
    path = shared_data / "counting" / "stv-ers97" / f"{name}.blt"
    counted = count(formats.read(path))
    text = path.with_suffix(".expected.csv").read_text(encoding="utf-8")
    sheet = list(csv.reader(text.splitlines()))
    assert counted.text(counted.quota) == sheet[4][1]
    for candidate, *cells in (row for row in sheet[10:] if row[0] != "Totals"):
        stages = [cells[0], *cells[2::2]][: len(counted.rounds)]
        said = [Fraction(each.strip() or 0) if each != "-" else Fraction(0) for each in stages]
        if candidate == "Non-transferable":
            ours = [one.non_transferable for one in counted.rounds]
        else:
            ours = [one.votes[candidate] for one in counted.rounds]
            assert (cells[-1] == "Elected") == (candidate in counted.elected)
        assert ours == said, candidate


def test_the_quota_is_rounded_up_at_two_decimals():
    counted = count(ranked("ABCD", MODEL, seats=6))
    assert counted.valid == 752
    assert counted.text(counted.quota) == "107.43"  # 752 / 7 is 107.428…
    exact = count(ranked("AB", [(3, ["A"]), (1, ["B"])]))
    assert exact.text(exact.quota) == "2.00"


def test_a_surplus_moves_the_transferable_papers_at_a_value_cut_off_at_two_decimals():
    # The booklet's: 134 votes, 123 papers transferable, quota 107.58, so 26.42 / 123 = 0.21.
    ballots = [(35, ["A", "B"]), (88, ["A", "C"]), (11, ["A"])]
    ballots += [(81, ["B"]), (100, ["C"]), (90, ["D"]), (95, ["E"]), (83, ["F"]), (84, ["G"])]
    ballots += [(86, ["H"])]
    counted = count(ranked("ABCDEFGH", ballots, seats=6))
    assert (counted.valid, counted.text(counted.quota)) == (753, "107.58")
    surplus = counted.rounds[1]
    moved = {each.taker: counted.text(each.votes) for each in surplus.transfers}
    assert (surplus.of, counted.text(surplus.value)) == (("A",), "0.21")
    assert moved == {"B": "7.35", "C": "18.48", None: "0.59"}


def test_a_surplus_that_could_save_nobody_waits():
    ballots = [(41, ["A", "B"]), (30, ["B"]), (24, ["C"]), (2, ["D"]), (21, ["E"])]
    counted = count(ranked("ABCDE", ballots, seats=2))
    assert counted.rounds[0].elected == ("A",)
    assert counted.rounds[0].surplus == Fraction("1.66")  # the quota is 39.34
    assert counted.rounds[1].of == ("D",)  # 21 - 2 is more than the surplus


def test_who_has_no_chance_together_leaves_together():
    ballots = [(40, ["A"]), (30, ["B"]), (10, ["C", "A"]), (5, ["D"]), (4, ["E"])]
    counted = count(ranked("ABCDE", ballots, seats=1))
    assert counted.rounds[0].excluded == ("C", "D", "E")


def test_those_of_equal_votes_leave_together_or_not_at_all():
    ballots = [(40, ["A"]), (9, ["B"]), (9, ["C"]), (9, ["D"])]
    counted = count(ranked("ABCD", ballots, seats=3))
    assert not counted.decided  # 9 and 9 are more than 9, so one would go, and which?
    assert set(counted.ties[-1].between) == {"B", "C", "D"}


def test_a_tie_is_broken_by_the_first_round_at_which_they_differed():
    ballots = [(6, ["A", "B"]), (5, ["B"]), (4, ["C"]), (1, ["D", "C"]), (9, ["E"])]
    counted = count(ranked("ABCDE", ballots, seats=2))
    (tie,) = counted.ties
    assert (set(tie.between), tie.chosen, tie.apart) == ({"B", "C"}, "C", 1)


def test_a_share_of_what_is_still_active_is_enough():
    # After D's papers run out, half of what is left is less than the quota.
    ballots = [(45, ["A"]), (30, ["B"]), (25, ["D"])]
    counted = count(ranked("ABD", ballots, seats=1))
    assert counted.elected == ("A",)
    assert counted.rounds[-1].votes["A"] < 50


def test_a_seed_breaks_a_tie():
    tied = ranked("ab", [(2, ["a"]), (2, ["b"])])
    assert (count(tied).elected, count(tied).decided) == ((), False)
    assert count(tied, lots=Lots(seed=SEED)).elected == ("a",)


@pytest.mark.parametrize("ballots", [[], [(4, [])]])
def test_nobody_is_elected_where_nobody_voted_for_anybody(ballots):
    counted = count(ranked("AB", ballots, seats=2), lots=Lots(seed=SEED))
    assert (counted.elected, counted.decided) == ((), True)


def test_one_candidate_and_more_seats_than_candidates():
    assert count(ranked("A", [(1, ["A"])])).elected == ("A",)
    assert set(count(ranked("AB", [(1, ["A"])], seats=5)).elected) == {"A", "B"}
