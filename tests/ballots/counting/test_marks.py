"""Score, majority judgement and cumulative votes: known elections, and what holds for any."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.options import Options
from ballots.counting.profile import MarkedProfile, grouped, marked
from tests.ballots.belenios import tool
from tests.ballots.counting.profiles import SEED

METHODS = ["score", "majority-judgment", "cumulative"]
each_method = pytest.mark.parametrize("method", METHODS)
OPTIONS = Options(highest=5, points=8)


@st.composite
def papers(draw: st.DrawFn) -> MarkedProfile:
    names = "ABCDE"[: draw(st.integers(1, 5))]
    ballot = st.dictionaries(st.sampled_from(names), st.integers(0, 5), max_size=5)
    given_ = draw(st.lists(st.tuples(ballot, st.integers(1, 4)), max_size=8))
    return marked(names, [(many, marks) for marks, many in given_], seats=draw(st.integers(1, 3)))


@each_method
@given(profile=papers())
def test_ballots_are_valid_blank_or_invalid_and_nobody_sits_twice(method, profile):
    counted = count(method, profile, options=OPTIONS, lots=Lots(seed=SEED))
    assert counted.valid + counted.blank + counted.invalid == profile.total
    assert len(set(counted.elected)) == len(counted.elected) <= counted.seats
    assert counted.decided


@each_method
@given(profile=papers(), data=st.data())
def test_it_does_not_matter_in_which_order_ballots_come(method, profile, data):
    loose = [(ballot, 1) for ballot, many in profile.ballots.items() for _ in range(many)]
    other = MarkedProfile(
        candidates=profile.candidates,
        ballots=grouped(data.draw(st.permutations(loose))),
        seats=profile.seats,
    )
    one, two = (count(method, each, options=OPTIONS).as_dict() for each in (profile, other))
    assert one == two


@each_method
@given(profile=papers())
def test_it_helps_nobody_to_be_called_otherwise(method, profile):
    other = {name: name.lower() for name in profile.candidates}
    renamed = MarkedProfile(
        candidates=tuple(other[each] for each in reversed(profile.candidates)),
        ballots=grouped(
            (tuple((other[each], mark) for each, mark in ballot), many)
            for ballot, many in profile.ballots.items()
        ),
        seats=profile.seats,
    )
    one, two = (count(method, each, options=OPTIONS) for each in (profile, renamed))
    assert {other[each] for each in one.elected} == set(two.elected)


@given(profile=papers(), data=st.data())
def test_a_higher_mark_never_costs_anybody_the_seat(profile, data):
    for method in ("score", "majority-judgment"):
        before = count(method, profile, options=OPTIONS)
        if not before.elected or not before.decided:
            continue
        winner = data.draw(st.sampled_from(before.elected))
        raised = grouped(
            (tuple((each, 5 if each == winner else mark) for each, mark in ballot), many)
            for ballot, many in profile.ballots.items()
        )
        better = MarkedProfile(candidates=profile.candidates, ballots=raised, seats=profile.seats)
        assert winner in count(method, better, options=OPTIONS).elected


@given(profile=papers())
def test_a_slow_judgement_has_the_same_order(profile):
    counted = count("majority-judgment", profile, options=Options(highest=5))
    rows = [dict(b) for b, many in profile.ballots.items() for _ in range(many) if b]
    grades = {name: sorted(row.get(name, 0) for row in rows) for name in profile.candidates}

    def taken_away(left: list[int]) -> list[int]:
        left, taken = list(left), []
        while left:
            taken.append(left.pop((len(left) - 1) // 2))
        return taken

    keys = {name: taken_away(grades[name]) for name in grades if any(grades[name])}
    wanted = [
        sorted(name for name in keys if keys[name] == key)
        for key in sorted({tuple(key) for key in keys.values()}, reverse=True)
        for key in [list(key)]
    ]
    assert [sorted(layer) for layer in counted.facts["order"]] == wanted


def test_sums_of_real_examples_are_those_of_another_program(shared_data):
    """Its scoring rounds; the run-offs that follow there are of methods that we do not have."""
    compared = 0
    for path in sorted((shared_data / "counting/score-star").glob("*.starvote")):
        wanted = path.with_name(f"{path.stem}.expected.txt").read_text()
        profile = _starvote(path)
        highest = int(re.findall(r"Maximum score is (\d+)", wanted)[0])
        counted = count("score", profile, options=Options(highest=highest))
        first = re.split(r"\n\s*\n\[", wanted)[1]
        sums = dict(re.findall(r"^\s+(.+?)\s+--\s+(\d+) \(average", first, re.MULTILINE))
        assert sums
        assert {n: int(v) for n, v in sums.items()} == dict(counted.rounds[0].votes), path.name
        averages = count("score", profile, options=Options(highest=highest, of="mean"))
        assert averages.rounds[0].votes.keys() == sums.keys()
        compared += 1
    assert compared == 6


def _starvote(path: Path) -> MarkedProfile:
    ballots: list[tuple[int, dict[str, int]]] = []
    many, marks = 1, {}
    for line in [*path.read_text().partition("[ballots]")[2].splitlines(), ""]:
        text = line.partition("#")[0].strip()
        if found := re.fullmatch(r"(\d+) ballots?:", text):
            many = int(found[1])
        elif "=" in text:
            name, _, mark = text.rpartition("=")
            marks[name.strip()] = int(mark)
        elif not text and marks:
            ballots.append((many, marks))
            many, marks = 1, {}
    names = dict.fromkeys(name for _, ballot in ballots for name in ballot)
    return marked(names, ballots)


def test_the_mean_is_an_exact_fraction():
    papers_ = [(3, {"A": 1, "B": 0}), (1, {"A": 0})]
    counted = count("score", marked("AB", papers_), options=Options(highest=1, of="mean"))
    assert counted.rounds[0].votes == {"A": Fraction(3, 4), "B": 0}


def test_a_mark_off_the_scale_makes_a_ballot_invalid():
    papers_ = [(1, {"A": 6}), (1, {"B": 1}), (1, {})]
    for method in ("score", "majority-judgment"):
        counted = count(method, marked("AB", papers_), options=Options(highest=5))
        assert (counted.elected, counted.invalid, counted.blank) == (("B",), 1, 1)


def test_at_most_so_many_points_for_one():
    papers_ = [(1, {"A": 4}), (1, {"B": 3})]
    counted = count("cumulative", marked("AB", papers_), options=Options(points=5, each=3))
    assert (counted.elected, counted.invalid) == (("B",), 1)


def test_the_best_middle_grade_of_random_ballots_is_another_programs_winner(tmp_path):
    """With an odd number: of two middle grades that program takes the better one."""
    tool.require()
    chance = random.Random(2007)  # noqa: S311 - the same in every run
    compared = 0
    for _ in range(150):
        names = "abcd"[: chance.randint(2, 4)]
        rows = [[chance.randint(1, 6) for _ in names] for _ in range(chance.choice([3, 5, 7, 9]))]
        ballots = [(1, {n: 6 - g for n, g in zip(names, row, strict=True)}) for row in rows]
        ours = count("majority-judgment", marked(names, ballots), options=Options(highest=5))
        middle = ours.rounds[0].votes
        best = [name for name in names if middle[name] == max(middle.values())]
        if len(best) > 1:
            continue
        arguments = ("--blank-allowed=false", f"--nchoices={len(names)}", "--ngrades=6")
        given_ = json.dumps(rows).encode()
        said = tool.made(tmp_path, "method", "majority-judgment", *arguments, given=given_)
        assert json.loads(said)["winners"][0] == [names.index(best[0])], rows
        compared += 1
    assert compared > 50
