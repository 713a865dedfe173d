"""`stamma count FILE`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from ballots.__main__ import main
from ballots.counting import formats
from ballots.counting.conditions import Condition
from ballots.counting.methods import METHODS, count
from ballots.counting.options import Options
from ballots.counting.profile import BudgetProfile, grouped, marked, ranked
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED, VECTORS, vectors
from web.cli import main as stamma

WARD = VECTORS / "shetland_2022_ward7.blt"
TIED = '2 1\n2 1 0\n2 2 0\n0\n"a"\n"b"\n"Board"\n'


@pytest.fixture
def tied(tmp_path):
    path = tmp_path / "tied.blt"
    path.write_text(TIED)
    return str(path)


def printed(capsys, *arguments: str) -> dict:
    assert main(["count", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_ward_is_printed_round_by_round(capsys):
    told = printed(capsys, str(WARD), "--method", "scottish-stv")
    expected = vectors("wards.json")["shetland_2022_ward7"]
    assert set(told["elected"]) == set(expected["elected"])
    assert len(told["rounds"]) == len(expected["stages"])
    for one, stage in zip(told["rounds"], expected["stages"], strict=True):
        assert all(Fraction(one["votes"][name]) == Fraction(stage[name]) for name in stage)
    assert [name for one in told["rounds"] for name in one["elected"]] == told["elected"]
    assert told["ties"] == []


@pytest.mark.parametrize("method", METHODS)
def test_every_method_prints_what_the_issue_asks_for(capsys, tmp_path, method):
    path = tmp_path / "board.json"
    ballots = [(3, {"A": 2}), (2, {"B": 2, "C": 1}), (2, {"C": 2, "B": 1})]
    made = marked("ABC", ballots)
    if method == "equal-shares":
        costs = {"A": Fraction(2), "B": Fraction(9), "C": Fraction(9)}
        made = BudgetProfile(**vars(made), costs=costs, budget=Fraction(9))
    path.write_text(formats.write(made, "json"))
    told = printed(capsys, str(path), "--method", method, "--seats", "1", "--seed", SEED)
    assert {"elected", "rounds", "ties"} <= set(told)
    assert len(told["elected"]) == 1
    for one in told["rounds"]:
        assert {"votes", "elected", "excluded"} <= set(one)
        assert all(isinstance(votes, str) for votes in one["votes"].values())
    for tie in told["ties"]:
        assert {"between", "chosen", "how", "seed"} <= set(tie)


def test_a_tie_waits_for_a_seed(capsys, tied):
    waiting = printed(capsys, tied, "--method", "scottish-stv")
    assert (waiting["elected"], waiting["decided"]) == ([], False)
    (tie,) = waiting["ties"]
    assert {key: tie[key] for key in ("between", "chosen", "how", "seed")} == {
        "between": ["a", "b"],
        "chosen": None,
        "how": "lot",
        "seed": None,
    }
    drawn = printed(capsys, tied, "--method", "scottish-stv", "--seed", SEED)
    assert (drawn["elected"], drawn["ties"][0]["chosen"], drawn["ties"][0]["seed"]) == (
        ["a"],
        "b",
        SEED,
    )


def test_a_lot_that_the_chair_drew_is_an_input(capsys, tied):
    told = printed(capsys, tied, "--method", "irv", "--drawn", "a", "--drawn", "b")
    assert (told["elected"], told["ties"][0]["seed"]) == (["b"], None)


def test_whoever_withdraws_is_counted_out(capsys):
    arguments = [str(WARD), "--method", "scottish-stv"]
    before = printed(capsys, *arguments)
    after = printed(capsys, *arguments, "--withdrawn", before["elected"][0])
    assert before["elected"][0] not in after["rounds"][0]["votes"]


def test_seats_may_be_said_beside_the_file(capsys):
    assert printed(capsys, str(WARD), "--method", "plurality", "--seats", "2")["seats"] == 2


def test_candidates_of_one_name_keep_their_votes_apart(capsys, tmp_path):
    path = tmp_path / "same.blt"
    path.write_text('3 1\n2 1 0\n1 2 0\n0\n"Anna"\n"Anna"\n"Bo"\n')
    told = printed(capsys, str(path), "--method", "irv")
    assert (told["elected"], told["elected_ids"]) == (["Anna"], ["Anna (1)"])
    assert told["rounds"][0]["votes"] == {"Anna (1)": "2", "Anna (2)": "1", "Bo": "0"}


def test_the_specs_example_is_what_is_read_and_printed(capsys):
    page = (Path(__file__).parents[3] / "docs" / "spec" / "counting.md").read_text("utf-8")
    board = VECTORS / "board.json"
    assert f"```json\n{board.read_text('utf-8')}```" in page
    assert main(["count", str(board), "--method", "scottish-stv"]) == 0
    assert f"```\n{capsys.readouterr().out}```" in page


@pytest.mark.parametrize("name", ["shetland_2022_ward7.blt", "dumgal_2012_ward2.blt"])
@pytest.mark.parametrize("method", ["scottish-stv", "ers97-stv", "meek-stv"])
def test_the_count_is_told_in_lines_to_read(capsys, name, method):
    assert main(["count", str(VECTORS / name), "--method", method]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{method}: ")
    assert "Round 1: the ballots as they were cast; needed: " in told
    assert "\nElected: " in told


def test_a_waiting_tie_is_told_in_lines_to_read(capsys, tied):
    assert main(["count", tied, "--method", "meek-stv"]) == 0
    told = capsys.readouterr().out
    assert "Tie between a, b: it waits for a lot." in told
    assert "Nobody is elected." in told


def test_a_broken_file_exits_1_and_names_line_and_fault(capsys, tmp_path):
    path = tmp_path / "broken.blt"
    path.write_text(TIED.replace("2 2 0", "2 3 0"))
    assert main(["count", str(path), "--method", "irv", "--json"]) == 1
    said = capsys.readouterr()
    fault = {"line": 3, "message": "there is no candidate 3, only 1 to 2"}
    assert json.loads(said.out) == {"error": fault}
    assert "line 3: there is no candidate 3" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.blt", "--method", "irv"], "No such file"),
        ([str(WARD), "--method", "guess"], "the methods are plurality"),
        ([str(WARD)], "--method"),
        ([str(WARD), "--method", "irv", "--seats", "2"], "an instant run-off elects one"),
        ([str(WARD), "--method", "meek-stv", "--seats", "0"], "at least one seat"),
        ([str(WARD), "--method", "irv", "--seed", "42"], "32 bytes"),
        ([str(WARD), "--method", "irv", "--seed", SEED, "--drawn", "C1"], "not by both"),
        ([str(WARD), "--method", "irv", "--withdrawn", "C99"], "only a candidate withdraws"),
    ],
)
def test_wrong_use_exits_2_and_says_why(capsys, arguments, said):
    assert main(["count", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_a_method_needs_besides_is_given_as_its_rule(capsys, tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("A,B\n5,3\n4,3\n3,3\n,3\n,1\n")
    arguments = (str(path), "--method", "score")
    assert printed(capsys, *arguments)["elected"] == ["B"]
    assert printed(capsys, *arguments, "--rule", '{"of": "mean"}')["elected"] == ["A"]
    for wrong in ("{", "[]", '{"of": "median"}', '{"off": 1}'):
        assert main(["count", *arguments, "--rule", wrong]) == 2
        assert "rule" in capsys.readouterr().err


def test_a_budget_is_told_purchase_by_purchase(capsys, tmp_path):
    path = tmp_path / "hall.json"
    costs = {"roof": Fraction(4), "stage": Fraction(3)}
    ballots = grouped([((("roof", 1),), 2), ((("roof", 1), ("stage", 1)), 2)])
    made = BudgetProfile(
        candidates=("roof", "stage"), ballots=ballots, costs=costs, budget=Fraction(8)
    )
    path.write_text(formats.write(made, "json"))
    assert main(["count", str(path), "--method", "equal-shares"]) == 0
    told = capsys.readouterr().out
    assert "roof is bought for 4; 4 is left" in told
    assert "  4 pay 1 each" in told
    assert "Elected: roof\n" in told


def test_deputies_and_who_is_passed_over_are_told(capsys, tmp_path):
    path = tmp_path / "board.json"
    rule = Options(deputies=1, conditions=(Condition(of="north", group=frozenset("A"), most=0),))
    made = ranked("ABC", [(3, ["A", "B"]), (2, ["B"]), (1, ["C"])])
    path.write_text(formats.write(replace(made, rule=rule), "json"))
    assert main(["count", str(path), "--method", "plurality"]) == 0
    told = capsys.readouterr().out
    assert "A is passed over: north" in told
    assert "Elected: B\nDeputies: A" in told


def test_stamma_has_the_command():
    result = CliRunner().invoke(stamma, ["count", str(WARD), "--method", "irv", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["method"] == "irv"


def test_most_votes_may_be_given_to_as_many_as_there_are_seats():
    ballots = [(3, [["A", "B"]]), (2, ["C"]), (1, [["A", "B", "C"]]), (1, [])]
    counted = count("plurality", ranked("ABC", ballots, seats=2))
    assert (set(counted.elected), counted.blank, counted.invalid) == ({"A", "B"}, 1, 1)
    assert counted.rounds[0].votes == {"A": 3, "B": 3, "C": 2}


def test_a_tie_for_the_last_seat_by_most_votes_waits_for_the_lot():
    profile = ranked("abc", [(3, ["c"]), (2, ["a"]), (2, ["b"])], seats=2)
    counted = count("plurality", profile)
    assert (counted.elected, counted.ties[0].between) == (("c",), ("a", "b"))


def test_marks_are_ranked_where_ranks_are_counted():
    profile = marked("AB", [(2, {"A": 1, "B": 9}), (1, {"A": 3})])
    assert count("irv", profile).elected == ("B",)


def test_a_method_that_is_none_is_refused():
    with pytest.raises(Malformed):
        count("guess", ranked("A", []))
