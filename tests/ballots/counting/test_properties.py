"""What holds for any ballots at all, whatever the method."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots.counting import ers97, irv, meek, scottish_stv
from ballots.counting.count import UNDRAWN, Lots
from ballots.counting.profile import RankedProfile, grouped
from tests.ballots.counting import naive, naive_ers97
from tests.ballots.counting.profiles import SEED, profiles

TRANSFERABLE = [scottish_stv, ers97, meek]
EVERY = [*TRANSFERABLE, irv]

each_method = pytest.mark.parametrize("method", EVERY, ids=lambda method: method.METHOD)
each_transferable = pytest.mark.parametrize(
    "method", TRANSFERABLE, ids=lambda method: method.METHOD
)


@each_method
@given(profile=profiles(), seed=st.sampled_from([None, SEED]))
def test_as_many_are_elected_as_there_are_seats_and_people_for_them(method, profile, seed):
    counted = method.count(profile, lots=Lots(seed=seed))
    assert len(set(counted.elected)) == len(counted.elected)
    assert set(counted.elected) <= set(profile.candidates)
    full = min(counted.seats, len(profile.candidates)) if counted.valid else 0
    assert len(counted.elected) <= full
    if counted.decided:
        assert len(counted.elected) == full
    assert counted.decided or seed is None
    assert [each for one in counted.rounds for each in one.elected] == list(counted.elected)


@each_method
@given(profile=profiles())
def test_no_vote_is_lost_or_made(method, profile):
    counted = method.count(profile, lots=Lots(seed=SEED))
    assert counted.valid + counted.blank + counted.invalid == profile.total
    for one in counted.rounds:
        assert sum(one.votes.values()) + one.non_transferable == counted.valid
        assert min(one.votes.values()) >= 0
        assert one.non_transferable >= 0


@each_transferable
@given(profile=profiles())
def test_transfers_lead_from_each_round_to_the_next(method, profile):
    counted = method.count(profile, lots=Lots(seed=SEED))
    # Meek's shares are rounded up on each ballot, so each may gain or lose a few units besides.
    rounding = Fraction(counted.valid * 10, 10**9) if method is meek else 0
    for before, after in pairwise(counted.rounds):
        votes = dict(before.votes)
        for each in after.transfers:
            votes[each.giver] -= each.votes
            if each.taker is not None:
                votes[each.taker] += each.votes
        assert all(abs(votes[each] - after.votes[each]) <= rounding for each in votes)
        lost = sum(each.votes for each in after.transfers if each.taker is None)
        assert abs(before.non_transferable + lost - after.non_transferable) <= rounding


@each_method
@given(profile=profiles(), data=st.data())
def test_it_does_not_matter_in_which_order_ballots_come_or_how_they_are_bundled(
    method, profile, data
):
    loose = [(ballot, 1) for ballot, many in profile.ballots.items() for _ in range(many)]
    other = replace(profile, ballots=grouped(data.draw(st.permutations(loose))))
    lots = Lots(seed=SEED)
    assert method.count(profile, lots=lots).as_dict() == method.count(other, lots=lots).as_dict()


@each_method
@given(profile=profiles(), data=st.data())
def test_nobodys_name_or_place_in_the_list_helps_or_hurts(method, profile, data):
    others = dict(zip(profile.candidates, data.draw(st.permutations("UVWXYZ")), strict=False))
    places = data.draw(st.permutations(sorted(others.values())))
    renamed = RankedProfile(
        candidates=tuple(places),
        ballots=grouped(
            (tuple(tuple(sorted(others[each] for each in rank)) for rank in ballot), many)
            for ballot, many in profile.ballots.items()
        ),
        seats=profile.seats,
    )
    ours, theirs = method.count(profile), method.count(renamed)
    assert {others[each] for each in ours.elected} == set(theirs.elected)
    assert [{others[each] for each in tie.between} for tie in ours.ties] == [
        set(tie.between) for tie in theirs.ties
    ]


@each_method
@given(profile=profiles(), data=st.data())
def test_who_withdraws_might_as_well_never_have_stood(method, profile, data):
    out = data.draw(st.sampled_from(profile.candidates))
    if len(profile.candidates) == 1:
        return
    left = tuple(each for each in profile.candidates if each != out)
    after = profile.without([out])
    never = RankedProfile(candidates=left, ballots=after.ballots, seats=profile.seats)
    assert method.count(after).as_dict() == method.count(never).as_dict()
    assert out not in method.count(after).elected


@pytest.mark.parametrize("method", [scottish_stv, ers97], ids=lambda method: method.METHOD)
@given(profile=profiles(strict=True), group=st.sets(st.sampled_from("ABCDEF"), min_size=1))
def test_a_quota_of_voters_who_all_put_the_same_people_first_elect_one_of_them(
    method, profile, group
):
    counted = method.count(profile, lots=Lots(seed=SEED))
    there = group & set(profile.candidates)
    solid = sum(
        many
        for ballot, many in profile.ballots.items()
        if there and {rank[0] for rank in ballot[: len(there)]} == there
    )
    if not (there and counted.valid):
        return
    quota = counted.rounds[0].quota
    # That of ERS97 may be met by one more than there are seats: three votes each of six, one seat.
    if solid > quota or (solid == quota and method is scottish_stv):
        assert there & set(counted.elected)


def test_two_who_both_meet_the_quota_of_ers97_leave_one_seat_to_the_lot():
    halves = RankedProfile(candidates=("A", "B"), ballots={(("A",),): 3, (("B",),): 3}, seats=1)
    counted = ers97.count(halves, lots=Lots(seed=SEED))
    assert counted.rounds[0].quota == 3
    assert len(counted.elected) == 1


@given(profile=profiles(strict=True))
def test_a_majority_for_one_elects_them_in_a_run_off(profile):
    first = dict.fromkeys(profile.candidates, 0)
    for ballot, many in profile.ballots.items():
        if ballot:
            first[ballot[0][0]] += many
    for each, votes in first.items():
        if 2 * votes > sum(first.values()):
            assert irv.count(profile).elected == (each,)


@settings(max_examples=300)
@given(profile=profiles())
def test_scotlands_rule_elects_whom_a_count_of_every_single_paper_elects(profile):
    agree(scottish_stv, profile, naive.scottish(profile, profile.seats))


@settings(max_examples=300)
@given(profile=profiles(many=4))
def test_meeks_rule_elects_whom_a_count_of_every_single_paper_elects(profile):
    agree(meek, profile, naive.meek(profile, profile.seats))


@settings(max_examples=300)
@given(profile=profiles())
def test_ers97_elects_whom_a_count_of_every_single_paper_elects(profile):
    agree(ers97, profile, naive_ers97.ers97(profile, profile.seats))


@settings(max_examples=300)
@given(profile=profiles())
def test_a_run_off_elects_whom_a_count_without_piles_elects(profile):
    winner = naive.irv(profile)
    counted = irv.count(profile, lots=UNDRAWN)
    assert counted.elected == (() if winner is None else (winner,))


def agree(method, profile, expected) -> None:
    counted = method.count(profile)
    if expected is None:
        assert not counted.decided
    else:
        assert counted.decided
        assert set(counted.elected) == expected
