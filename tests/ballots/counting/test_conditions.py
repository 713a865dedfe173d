"""Seats with conditions: never broken, and met where that is possible."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.counting.conditions import Condition, Places
from ballots.counting.count import Lots
from ballots.counting.methods import count
from ballots.counting.options import Options
from ballots.errors import Malformed
from tests.ballots.counting.profiles import SEED, profiles

ORDERS = ["plurality", "approval", "schulze", "ranked-pairs"]
TRANSFERABLE = ["scottish-stv", "ers97-stv", "meek-stv"]


@st.composite
def conditions(draw: st.DrawFn, names: tuple[str, ...], seats: int) -> tuple[Condition, ...]:
    made = []
    for at in range(draw(st.integers(1, 2))):
        group = frozenset(draw(st.sets(st.sampled_from(names), min_size=1)))
        least = draw(st.integers(0, seats))
        most = draw(st.none() | st.integers(least, seats))
        if least or most is not None:
            made.append(Condition(of=f"group {at}", group=group, least=least, most=most))
    return tuple(made)


def holds(elected: tuple[str, ...], rules: tuple[Condition, ...], vacant: int) -> bool:
    return all(
        (each.most is None or len(each.group & set(elected)) <= each.most)
        and len(each.group & set(elected)) + vacant >= each.least
        for each in rules
    )


@pytest.mark.parametrize("method", [*ORDERS, *TRANSFERABLE])
@given(profile=profiles(strict=True), data=st.data())
def test_no_condition_is_ever_broken(method, profile, data):
    rules = data.draw(conditions(profile.candidates, profile.seats))
    options = Options(conditions=rules)
    counted = count(method, profile, options=options, lots=Lots(seed=SEED))
    assert len(set(counted.elected)) == len(counted.elected) <= profile.seats
    assert holds(counted.elected, rules, profile.seats - len(counted.elected))


@pytest.mark.parametrize("method", [*ORDERS, *TRANSFERABLE])
@given(profile=profiles(strict=True))
def test_a_condition_that_all_meet_changes_nothing(method, profile):
    everybody = Condition(of="all", group=frozenset(profile.candidates), most=profile.seats)
    lots = Lots(seed=SEED)
    plain = count(method, profile, lots=lots)
    ruled = count(method, profile, lots=lots, options=Options(conditions=(everybody,)))
    assert ruled.elected == plain.elected


@given(data=st.data())
def test_whether_seats_can_still_be_filled_is_answered_exactly(data):
    names = tuple("ABCDEF"[: data.draw(st.integers(1, 6))])
    seats = data.draw(st.integers(1, 4))
    rules = data.draw(conditions(names, seats).filter(bool))
    places = Places(rules, names, seats)
    elected = tuple(data.draw(st.sets(st.sampled_from(names), max_size=places.target)))
    others = [each for each in names if each not in elected]
    needed = places.target - len(elected)
    tried = any(
        holds((*elected, *more), rules, places.vacant) for more in combinations(others, needed)
    )
    assert places.possible(elected, others) == tried


@pytest.mark.parametrize(
    "told",
    [
        {"of": "women"},
        {"of": "women", "candidates": ["a"]},
        {"of": "women", "candidates": "a", "least": 1},
        {"of": "", "candidates": ["a"], "least": 1},
        {"of": "women", "candidates": ["a"], "least": 2, "most": 1},
        {"of": "women", "candidates": ["a"], "least": -1},
        {"of": "women", "candidates": ["a"], "least": 1, "other": 1},
        "women",
    ],
)
def test_what_is_no_condition_is_refused(told):
    with pytest.raises(Malformed):
        Condition.parse(told)
