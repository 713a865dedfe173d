"""Tables, PrefLib, Pabulib, our JSON and cast vote records: read, written, and refused by line."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting import formats
from ballots.counting.conditions import Condition
from ballots.counting.formats import cast_vote_records, pabulib, preflib, profile_json, table
from ballots.counting.formats.text import Unreadable
from ballots.counting.options import Options
from ballots.counting.profile import BudgetProfile, MarkedProfile, RankedProfile, marked, ranked
from ballots.errors import Malformed
from tests.ballots.counting.profiles import VECTORS, profiles

TABLE = """# title: Board
# seats: 2
ballots,Anna,Bo,Cleo
4,1,2,
1,2,2,1
2,,,
3,1,,3
"""
BY_RANK = """ballots,rank 1,rank 2,rank 3
4,Anna,Bo,
1,Cleo,Bo=Anna,
2,,,
3,Anna,,Cleo
"""
PREFLIB = """# FILE NAME: board.toi
# TITLE: Board
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 5
# ALTERNATIVE NAME 1: Anna
# ALTERNATIVE NAME 2: Bo
# ALTERNATIVE NAME 3: Cleo
4: 1,2
1: 3,{2,1}
"""
PABULIB = """META
key;value
description;Hall
num_projects;2
num_votes;3
budget;1200.5
vote_type;approval
PROJECTS
project_id;cost;name;selected
p1;700;Roof;1
p2;500.25;Stage;0
VOTES
voter_id;vote
1;p1,p2
2;p2
3;p1,p2
"""
OURS = """{"format": "stamma-profile/v1", "title": "Board", "seats": 2, "withdrawn": [],
 "candidates": [{"id": "a", "name": "Anna"}, {"id": "b", "name": "Bo"}, "c"],
 "ballots": [
  {"count": 4, "ranking": [["a"], ["b"]]},
  {"count": 1, "ranking": [["c"], ["b", "a"]]},
  {"ranking": []}]}
"""
BALLOTS = {(("Anna",), ("Bo",)): 4, (("Cleo",), ("Anna", "Bo")): 1}


def test_a_table_has_a_column_for_each_candidate():
    profile = table.parse(TABLE)
    assert (profile.candidates, profile.seats, profile.title) == (
        ("Anna", "Bo", "Cleo"),
        2,
        "Board",
    )
    assert profile.ballots == {**BALLOTS, (): 2, (("Anna",), (), ("Cleo",)): 3}


def test_a_table_may_have_a_column_for_each_rank():
    assert table.parse(BY_RANK).ballots == table.parse(TABLE).ballots


@pytest.mark.parametrize("sign", [";", "\t"])
def test_spreadsheets_separate_in_other_ways(sign):
    assert table.parse(TABLE.replace(",", sign)) == table.parse(TABLE)


def test_a_table_without_numbers_has_a_ballot_in_each_row():
    assert table.parse("id,A,B\n17,1,2\n18,1,2\n").ballots == {(("A",), ("B",)): 2}


def test_a_table_may_hold_marks():
    profile = table.parse_marks("ballots,A,B\n2,5,0\n1,x,\n")
    assert profile.ballots == {(("A", 5), ("B", 0)): 2, (("A", 1),): 1}


def test_a_table_says_who_has_withdrawn():
    profile = table.parse("# withdrawn: Bo\n" + TABLE)
    assert (profile.candidates, profile.withdrawn) == (("Anna", "Cleo"), ("Bo",))


def test_preflib_is_read():
    profile = preflib.parse(PREFLIB)
    assert (profile.ballots, profile.title, profile.seats) == (BALLOTS, "Board", 1)


def test_pabulib_is_read():
    profile = pabulib.parse(PABULIB)
    assert profile.costs == {"p1": Fraction(700), "p2": Fraction("500.25")}
    assert (profile.budget, profile.selected) == (Fraction("1200.5"), ("p1",))
    assert profile.ballots == {(("p1", 1), ("p2", 1)): 2, (("p2", 1),): 1}
    assert profile.titles == {"p1": "Roof", "p2": "Stage"}


def test_pabulib_with_points_is_read():
    given = PABULIB.replace("approval", "cumulative").replace(
        "voter_id;vote", "voter_id;vote;points"
    )
    given = given.replace("1;p1,p2", "1;p1,p2;3,1").replace("2;p2", "2;p2;4")
    given = given.replace("3;p1,p2", "3;p2,p1;1,3")
    assert pabulib.parse(given).ballots == {(("p1", 3), ("p2", 1)): 2, (("p2", 4),): 1}


def test_our_json_is_read():
    profile = profile_json.parse(OURS)
    assert profile.candidates == ("a", "b", "c")
    assert profile.names == {"a": "Anna", "b": "Bo"}
    assert profile.ballots == {(("a",), ("b",)): 4, (("c",), ("a", "b")): 1, (): 1}


def test_our_json_may_hold_marks_and_a_budget():
    marks = OURS.replace('"ranking": [["a"], ["b"]]', '"marks": {"b": 2, "a": 0}')
    marks = marks.replace('"ranking": [["c"], ["b", "a"]]', '"marks": {}')
    marks = marks.replace('"ranking": []', '"marks": {"c": 1}')
    profile = profile_json.parse(marks)
    assert isinstance(profile, MarkedProfile)
    assert profile.ballots == {(("a", 0), ("b", 2)): 4, (): 1, (("c", 1),): 1}
    costs = marks.replace('"Anna"', '"Anna", "cost": "25/3"').replace('"Bo"', '"Bo", "cost": 4')
    costs = costs.replace('"c"]', '{"id": "c", "cost": "0.5"}]').replace(
        '"seats": 2', '"seats": 2, "budget": "9"'
    )
    budget = profile_json.parse(costs)
    assert isinstance(budget, BudgetProfile)
    assert (budget.costs["a"], budget.budget) == (Fraction(25, 3), 9)


BROKEN = [
    ("csv", "A,A\n1,2\n", 1, "two columns are called 'A'"),
    ("csv", "A,\n1,2\n", 1, "a column has no name"),
    ("csv", "ballots\n4\n", 1, "no candidate stands"),
    ("csv", TABLE.replace("4,1,2,", "4,1,two,"), 4, "the rank of Bo is a whole number"),
    ("csv", TABLE.replace("4,1,2,", "4,0,2,"), 4, "the rank of Anna is from 1 upwards"),
    ("csv", TABLE.replace("4,1,2,", "4,1,9999,"), 4, "the rank of Bo is from 1 upwards"),
    ("csv", TABLE.replace("4,1,2,", "4,1,2,3,4"), 4, "there are 5 cells under 4 headings"),
    ("csv", TABLE.replace("4,1,2,", ",1,2,"), 4, "the number of ballots is a whole number"),
    ("csv", TABLE.replace("seats: 2", "seats: none"), 2, "the number of seats is a whole"),
    ("csv", TABLE.replace("seats: 2", "seats: 0"), 2, "there is at least one seat"),
    ("csv", "# withdrawn: Dan\n" + TABLE, 1, "'Dan' has withdrawn and never stood"),
    ("csv", 'A,B\n1,"2\n', 2, "the table is broken"),
    ("csv", BY_RANK.replace("Cleo,Bo", "Anna,Bo"), 3, "the ballot names 'Anna' twice"),
    ("csv", BY_RANK.replace("rank 3", "rank 4"), 1, "the columns are rank 1, rank 2"),
    ("csv", BY_RANK.replace("rank 3", "party"), 1, "the columns are rank 1, rank 2"),
    ("csv", "rank 1,rank 2\n,\n", 1, "no candidate is named"),
    ("csv", "# only this\n", 1, "the table is empty"),
    ("toi", PREFLIB.replace("4: 1,2", "4 1,2"), 8, "a line is the number of voters"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,,2"), 8, "this is no order"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,{2"), 8, "this is no order"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,{}"), 8, "this is no order"),
    ("toi", PREFLIB.replace("4: 1,2", "4: {1,,2}"), 8, "an alternative is a whole number"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,x"), 8, "an alternative is a whole number"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,7"), 8, "there is no alternative 7"),
    ("toi", PREFLIB.replace("4: 1,2", "4: 1,1"), 8, "names alternative 1 twice"),
    ("toi", PREFLIB.replace("VOTERS: 5", "VOTERS: 6"), 4, "number voters is 6, and here are 5"),
    ("toi", PREFLIB.replace("ALTERNATIVES: 3", "ALTERNATIVES: 4"), 3, "and here are 3"),
    ("toi", "4: 1,2\n", 1, "no alternative has a name"),
    ("pb", "PROJECTS\n", 1, "the section META is missing"),
    ("pb", "key;value\n", 1, "a file begins with META"),
    ("pb", PABULIB.replace("budget;1200.5\n", ""), 1, "META does not say budget"),
    ("pb", PABULIB.replace("1200.5", "much"), 6, "the budget is an amount"),
    ("pb", PABULIB.replace("approval", "ordinal"), 7, "votes by 'ordinal' are not read"),
    ("pb", PABULIB.replace("p1;700", "p1;"), 10, "the row does not say cost"),
    ("pb", PABULIB.replace("p2;500.25", "p1;500"), 11, "two projects are 'p1'"),
    ("pb", PABULIB.replace("projects;2", "projects;3"), 4, "num_projects is 3, and here are 2"),
    ("pb", PABULIB.replace("votes;3", "votes;4"), 5, "num_votes is 4, and here are 3"),
    ("pb", PABULIB.replace("2;p2\n", "2;p9\n"), 15, "there is no project 'p9'"),
    ("pb", PABULIB.replace("2;p2\n", "2;p2,p2\n"), 15, "names project 'p2' twice"),
    ("pb", PABULIB.replace("2;p2\n", "2;p2;1;1\n"), 15, "there are 4 cells under 2 headings"),
    ("pb", PABULIB.replace("approval", "cumulative"), 14, "the row does not say points"),
    ("json", "{", 1, "this is not JSON"),
    ("json", "[]", 1, "this is not JSON"),
    ("json", "{}", 1, "the format is stamma-profile/v1"),
    ("json", OURS + "x", 7, "something follows the object"),
    ("json", OURS.replace('"seats": 2', '"seats": 2, "seats": 3'), 1, "seats is given twice"),
    ("json", OURS.replace('"seats": 2', '"seats": 0'), 1, "seats is a number"),
    ("json", OURS.replace('"seats": 2', '"seats": true'), 1, "seats is a number"),
    ("json", OURS.replace('"withdrawn": []', '"withdrawn": ["z"]'), 1, "withdrawn is a list"),
    ("json", OURS.replace('"Board"', "7"), 1, "title is a text"),
    ("json", OURS.replace('{"id": "b", "name": "Bo"}', '{"name": "Bo"}'), 2, "has an id"),
    ("json", OURS.replace('"id": "b"', '"id": "a"'), 2, "two candidates are 'a'"),
    ("json", OURS.replace('[["a"], ["b"]]', '[["a"], ["a"]]'), 4, "names 'a' twice"),
    ("json", OURS.replace('[["a"], ["b"]]', '[["a"], ["z"]]'), 4, "there is no candidate 'z'"),
    ("json", OURS.replace('[["a"], ["b"]]', '["a", "b"]'), 4, "a ranking is a list of ranks"),
    ("json", OURS.replace('"count": 4', '"count": 4.0'), 4, "the count of a ballot is a whole"),
    ("json", OURS.replace('"count": 4, "ranking"', '"count": 4, "points"'), 4, "a ballot has a"),
    ("json", OURS.replace('"ranking": []', '"marks": {}'), 3, "ballots are all ranked or all"),
    ("json", OURS.replace("ballots", "votes"), 1, "ballots is a list"),
    ("json", OURS.replace('"title"', '"rule": 1,\n"title"'), 1, "a rule is an object"),
    ("json", OURS.replace('"title"', '\n"rule": {"points": -1},"title"'), 2, "rule's points"),
    ("json", "[" * 100_000, 1, "this is not JSON"),
    ("json", '{"a":' + "[" * 200_000, None, "this JSON is nested too deeply"),
]


@pytest.mark.parametrize(("ending", "broken", "line", "fault"), BROKEN)
def test_a_broken_file_says_in_which_line_and_why(ending, broken, line, fault):
    with pytest.raises(Unreadable) as refused:
        formats.parse(broken.encode(), ending=ending)
    assert fault in refused.value.fault
    assert refused.value.line == line


def test_an_empty_file_and_one_that_is_no_text_are_refused():
    for content in (b"", b"  \n", b"\x00\x01\x02"):
        with pytest.raises(Unreadable):
            formats.parse(content)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2 1\n1 1 0\n0\n" + '"A"\n"B"\n', RankedProfile),
        (PREFLIB, RankedProfile),
        (PABULIB, BudgetProfile),
        (OURS, RankedProfile),
        (TABLE, RankedProfile),
    ],
)
def test_a_file_without_an_ending_is_known_by_what_is_in_it(text, kind):
    assert type(formats.parse(text.encode())) is kind


@given(profile=profiles(), ending=st.sampled_from(["blt", "csv", "json", "toi"]))
def test_what_is_written_is_read_again(profile, ending):
    if ending == "toi" and any(not rank for ballot in profile.ballots for rank in ballot):
        with pytest.raises(Malformed):
            formats.write(profile, ending)
        return
    again = formats.parse(formats.write(profile, ending).encode(), ending=ending)
    assert again.candidates == profile.candidates
    assert again.ballots == profile.ballots
    assert again.seats == (1 if ending == "toi" else profile.seats)


@given(st.dictionaries(st.sampled_from("ABC"), st.integers(0, 9)), st.integers(1, 9))
def test_marks_are_written_and_read_again(marks, number):
    profile = marked("ABC", [(number, marks)])
    as_table = formats.parse(formats.write(profile, "csv").encode(), ending="csv", marks=True)
    as_json = formats.parse(formats.write(profile, "json").encode())
    assert as_table.ballots == profile.ballots
    assert marks == {} or as_json.ballots == profile.ballots


def test_a_budget_is_written_and_read_again():
    profile = pabulib.parse(PABULIB)
    assert pabulib.parse(pabulib.write(profile)) == profile
    again = profile_json.parse(profile_json.write(profile))
    assert (again.ballots, again.costs, again.budget) == (
        profile.ballots,
        profile.costs,
        profile.budget,
    )


def test_a_rule_goes_with_the_ballots():
    rule = Options(
        highest=2,
        grades=("poor", "good", "best"),
        deputies=1,
        conditions=(Condition(of="north", group=frozenset({"Anna"}), least=1),),
    )
    profile = marked(["Anna", "Bo"], [(2, {"Anna": 2})])
    written = profile_json.write(replace(profile, rule=rule))
    assert profile_json.parse(written).rule == rule


def test_a_name_with_every_sign_survives():
    name = 'Åsa "A" Öst, 1; #2 = -3'
    profile = RankedProfile(candidates=(name, "B"), ballots={((name,), ("B",)): 1})
    for ending in ("blt", "csv", "json", "soi"):
        again = formats.parse(formats.write(profile, ending).encode(), ending=ending)
        assert again.candidates == profile.candidates, ending


def test_what_a_format_cannot_say_is_not_written():
    with pytest.raises(Malformed):
        formats.write(marked("A", [(1, {"A": 1})]), "blt")
    with pytest.raises(Malformed):
        formats.write(ranked("A", [(1, ["A"])]), "pb")


@given(st.sampled_from(["blt", "csv", "toi", "pb", "json", ""]), st.data())
def test_any_file_is_read_or_refused(ending, data):
    good = {"csv": TABLE, "toi": PREFLIB, "pb": PABULIB, "json": OURS}.get(ending)
    text = good or (VECTORS / "dumgal_2012_ward2.blt").read_text()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 8))
    put = data.draw(st.text(alphabet='0123456789 -=,;:#"{}[]\nabc\x00å', max_size=8))
    with suppress(Unreadable):
        formats.parse((text[:at] + put + text[at + cut :]).encode(), ending=ending)


def records(*ranks: dict[str, list[int]]) -> str:
    """Cast vote records with one contest; each ballot says who stands at which ranks."""
    report = {
        "@type": "CVR.CastVoteRecordReport",
        "Election": [
            {
                "@id": "e",
                "Candidate": [{"@id": f"c{each}", "Name": each} for each in "ABC"],
                "Contest": [
                    {
                        "@id": "board",
                        "Name": "Board",
                        "ContestSelection": [
                            {"@id": each, "CandidateIds": [f"c{each}"]} for each in "ABC"
                        ],
                    }
                ],
            }
        ],
        "CVR": [
            {
                "CurrentSnapshotId": "now",
                "CVRSnapshot": [
                    {"@id": "before", "CVRContest": []},
                    {
                        "@id": "now",
                        "CVRContest": [
                            {
                                "ContestId": "board",
                                "CVRContestSelection": [
                                    {
                                        "ContestSelectionId": each,
                                        "SelectionPosition": [
                                            {"HasIndication": "yes", "Rank": rank}
                                            for rank in places
                                        ],
                                    }
                                    for each, places in ballot.items()
                                ],
                            }
                        ],
                    },
                ],
            }
            for ballot in ranks
        ],
    }
    return json.dumps(report)


def test_cast_vote_records_are_read_by_their_current_snapshot():
    text = records({"A": [1], "B": [2, 3], "C": [4]}, {"A": [1], "B": [1]}, {"C": [3]}, {})
    profile = formats.parse(text.encode(), ending="json")
    assert profile.ballots == {
        (("A",), ("B",), ("C",)): 1,
        (("A", "B"),): 1,
        ((), (), ("C",)): 1,
        (): 1,
    }


@pytest.mark.parametrize(
    "broken",
    [
        records({"A": [0]}),
        records({"D": [1]}),
        records({"A": [1]}).replace("ContestSelectionId", "Selection"),
        records({"A": [1]}).replace('"Contest":', '"Contests":'),
        '{"@type": "CVR.CastVoteRecordReport"',
        '["CVR.CastVoteRecordReport"]',
    ],
)
def test_broken_cast_vote_records_are_refused(broken):
    with pytest.raises(Unreadable):
        cast_vote_records.parse(broken)


def test_budgets_of_the_world_are_read(shared_data):
    found = sorted((shared_data / "counting" / "pb").glob("*.pb"))
    assert len(found) == 8
    for path in found:
        expected = json.loads(path.with_suffix(".expected.json").read_text())
        profile = formats.read(path)
        assert set(profile.selected) == set(expected["selected_in_file"])
        assert (profile.total, str(profile.budget)) == (expected["voters"], expected["budget"])
        tally = dict.fromkeys(profile.candidates, 0)
        for ballot, many in profile.ballots.items():
            for project, points in ballot:
                tally[project] += points * many
        assert tally == {project: int(votes) for project, votes in expected["tally"].items()}
