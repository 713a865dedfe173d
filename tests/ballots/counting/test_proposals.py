"""Kontraproposition and the run-off: which vote comes next, and what they have chosen."""

from __future__ import annotations

import pytest

from ballots.counting.proposals import Vote, kontraproposition, run_off
from ballots.errors import Malformed

SEED = "5e" * 32
BOARD, ADA, BO, CLEO = "board", "ada", "bo", "cleo"


def test_counter_proposals_meet_in_their_order_and_the_last_one_meets_the_main_proposal():
    order = [ADA, BO, CLEO]
    assert kontraproposition(BOARD, order, []).ahead == (ADA, BO)
    one = Vote({ADA: 30, BO: 40, "abstain": 5})
    assert kontraproposition(BOARD, order, [one]).ahead == (BO, CLEO)
    two = Vote({BO: 41, CLEO: 20})
    assert kontraproposition(BOARD, order, [one, two]).ahead == (BO, BOARD)
    done = kontraproposition(BOARD, order, [one, two, Vote({BO: 36, BOARD: 35})])
    assert (done.chosen, done.ahead, done.waits) == (BO, None, False)
    assert [step.final for step in done.steps] == [False, False, True]
    assert [step["chosen"] for step in done.as_dict()["steps"]] == [BO, BO, BO]


def test_with_one_counter_proposal_there_is_one_vote():
    done = kontraproposition(BOARD, [ADA], [Vote({ADA: 3, BOARD: 4})])
    assert (done.chosen, len(done.steps)) == (BOARD, 1)


def test_a_tie_waits_for_the_chair_and_no_vote_is_taken_before_it_is_broken():
    tied = Vote({ADA: 30, BO: 30})
    waiting = kontraproposition(BOARD, [ADA, BO], [tied])
    assert (waiting.waits, waiting.ahead, waiting.chosen) == (True, None, None)
    with pytest.raises(Malformed):
        kontraproposition(BOARD, [ADA, BO], [tied, Vote({ADA: 1, BOARD: 0})])
    broken = kontraproposition(BOARD, [ADA, BO], [Vote({ADA: 30, BO: 30}, casting_vote=BO)])
    assert (broken.ahead, broken.steps[0].by) == ((BO, BOARD), "chair")


@pytest.mark.parametrize(
    ("main", "order", "votes"),
    [
        (BOARD, [], []),
        (BOARD, [ADA, BOARD], []),
        (BOARD, [ADA, ADA], []),
        (BOARD, [ADA], [Vote({ADA: 2, BOARD: 1}), Vote({ADA: 2, BOARD: 1})]),
        (BOARD, [ADA], [Vote({ADA: 2, BOARD: 1}, casting_vote=ADA)]),
        (BOARD, [ADA], [Vote({ADA: 1, BOARD: 1}, casting_vote=BO)]),
        (BOARD, [ADA], [Vote({ADA: -1, BOARD: 1})]),
    ],
)
def test_what_is_no_course_of_votes_is_refused(main, order, votes):
    with pytest.raises(Malformed):
        kontraproposition(main, order, votes)


def test_who_has_more_than_half_needs_no_second_vote():
    count = run_off({ADA: 51, BO: 30, CLEO: 19, "blank": 40})
    assert (count.chosen, count.needed, count.through) == (ADA, 51, ())
    with pytest.raises(Malformed):
        run_off({ADA: 51, BO: 49}, {ADA: 1, BO: 2})


def test_half_is_not_more_than_half_and_the_two_first_go_on():
    first = {ADA: 50, BO: 30, CLEO: 20}
    assert run_off(first).through == (ADA, BO)
    assert run_off(first).chosen is None
    assert run_off(first, {ADA: 48, BO: 52}).chosen == BO


def test_who_goes_on_among_equals_is_drawn_by_a_lot_that_anyone_can_draw_again():
    first = {ADA: 40, BO: 30, CLEO: 30}
    waiting = run_off(first)
    assert (waiting.through, waiting.chosen, waiting.first.tied) == ((), None, [BO, CLEO])
    drawn = run_off(first, seed=SEED)
    assert drawn.through[0] == ADA
    assert drawn.through == run_off(dict(reversed(first.items())), seed=SEED).through
    with pytest.raises(Malformed):
        run_off(first, {ADA: 1, BO: 2, CLEO: 3}, seed=SEED)


def test_an_equal_second_vote_goes_to_the_lot():
    first, second = {ADA: 40, BO: 35, CLEO: 25}, {ADA: 50, BO: 50}
    assert run_off(first, second).chosen is None
    assert run_off(first, second, second_seed=SEED).chosen in (ADA, BO)


def test_nobody_is_chosen_where_nobody_votes_for_anybody():
    count = run_off({ADA: 0, BO: 0, "blank": 9})
    assert (count.chosen, count.through) == (None, ())
