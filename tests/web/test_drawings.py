"""Pictures of a count: no vote is lost between two rounds, and everybody has a place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots.counting import methods
from ballots.counting.count import Lots
from ballots.counting.profile import RankedProfile, grouped
from web import drawings, tallies
from web.drawings import MOST_COLUMNS, MOST_LANES, NOBODY, OTHERS, Step

SEED = "5e" * 32
PEOPLE = "abcdef"


def rankings():
    one = st.permutations(PEOPLE).flatmap(
        lambda order: st.integers(0, len(order)).map(lambda n: tuple((each,) for each in order[:n]))
    )
    return st.lists(one, min_size=1, max_size=25)


def steps_of(method, ballots, seats):
    profile = RankedProfile(
        candidates=tuple(PEOPLE), ballots=grouped((each, 1) for each in ballots), seats=seats
    )
    counted = methods.count(method, profile, seats=seats, lots=Lots(seed=SEED))
    return [tallies.step(each) for each in counted.as_dict()["rounds"]]


@pytest.mark.parametrize("method", ["scottish-stv", "ers97-stv", "irv"])
@given(ballots=rankings(), seats=st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_what_leaves_a_mark_is_what_it_had_and_what_comes_is_what_it_has(method, ballots, seats):
    drawn = drawings.flow(steps_of(method, ballots, 1 if method == "irv" else seats), list(PEOPLE))
    out, into = defaultdict(Fraction), defaultdict(Fraction)
    for each in drawn.ribbons:
        out[each.column, each.giver] += each.votes
        into[each.column + 1, each.taker] += each.votes
    last = len(drawn.columns) - 1
    for node in drawn.nodes:
        if node.column < last:
            assert out[node.column, node.lane] == node.votes
        if node.column:
            assert into[node.column, node.lane] == node.votes


@given(ballots=rankings())
@settings(max_examples=25, deadline=None)
def test_by_meek_votes_are_kept_but_for_the_last_decimals(ballots):
    drawn = drawings.flow(steps_of("meek-stv", ballots, 2), list(PEOPLE))
    for column in range(len(drawn.columns) - 1):
        moved = sum(each.votes for each in drawn.ribbons if each.column == column)
        there = sum(each.votes for each in drawn.nodes if each.column == column)
        assert abs(moved - there) < Fraction(1, 10**6)


@given(ballots=rankings(), seats=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_lanes_do_not_overlap_and_marks_stay_in_theirs_and_on_the_page(ballots, seats):
    drawn = drawings.flow(steps_of("scottish-stv", ballots, seats), list(PEOPLE))
    assert [each.id for each in drawn.lanes] == [*PEOPLE, NOBODY]
    for above, below in zip(drawn.lanes, drawn.lanes[1:], strict=False):
        assert above.foot < below.top
    lanes = {each.id: each for each in drawn.lanes}
    for node in drawn.nodes:
        assert lanes[node.lane].top - 0.1 <= node.y
        assert node.y + node.height <= lanes[node.lane].foot + 0.1
        assert node.x + node.height <= node.x + drawn.height
    assert drawn.lanes[-1].foot < drawn.height
    assert drawn.columns[-1] < drawn.width


def chain(rounds, people):
    """One after the other leaves, and all votes go on to the first."""
    ids = [f"c{number}" for number in range(people)]
    steps, votes = [], {each: Fraction(3) for each in ids}
    moved = []
    for leaving in ids[: -rounds - 1 : -1]:
        steps.append(Step(dict(votes), Fraction(0), moved, excluded=[leaving]))
        moved = [(leaving, ids[0], votes[leaving])]
        votes[ids[0]] += votes[leaving]
        votes[leaving] = Fraction(0)
    return steps, ids


def test_a_long_count_begins_later_and_many_candidates_share_a_row():
    steps, ids = chain(18, 22)
    drawn = drawings.flow(steps, ids)
    assert (len(drawn.columns), drawn.first) == (MOST_COLUMNS, 18 - MOST_COLUMNS + 1)
    assert len(drawn.lanes) == MOST_LANES + 1
    assert drawn.lanes[-2].id == OTHERS
    assert drawn.others == tuple(ids[MOST_LANES - 1 :])
    for column in range(MOST_COLUMNS):
        assert sum(each.votes for each in drawn.nodes if each.column == column) == 66


def test_the_needed_votes_are_marked_where_somebody_reached_them():
    steps = [
        Step({"a": Fraction(5), "b": Fraction(2)}, Fraction(0), quota=Fraction(4), elected=["a"]),
        Step({"a": Fraction(4), "b": Fraction(3)}, Fraction(0), [("a", "b", Fraction(1))]),
    ]
    drawn = drawings.flow(steps, ["a", "b"])
    assert len(drawn.quotas) == 1
    lane = drawn.lanes[0]
    assert lane.top < drawn.quotas[0].y < lane.foot


def test_a_count_without_a_vote_has_a_picture_too():
    drawn = drawings.flow([Step({"a": Fraction(0)}, Fraction(0))], ["a"])
    assert (drawn.nodes, drawn.ribbons) == ((), ())


def test_a_ribbon_is_as_wide_at_its_end_as_at_its_beginning():
    steps, ids = chain(2, 3)
    for each in drawings.flow(steps, ids).ribbons:
        numbers = [float(one) for one in re.findall(r"-?\d+\.\d+", each.path)]
        start, end, under, below = numbers[1], numbers[7], numbers[8], numbers[-1]
        assert under - end == pytest.approx(below - start, abs=0.02)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=7))
def test_the_parts_of_a_stacked_bar_fill_it_in_order(numbers):
    pieces = drawings.stacked(numbers)
    assert [each.place for each in pieces] == [at for at, n in enumerate(numbers) if n]
    assert sum(each.width for each in pieces) == pytest.approx(1000 if any(numbers) else 0, abs=1)
    assert Counter(each.strength <= 1 for each in pieces) == Counter([True] * len(pieces))
