from __future__ import annotations

import datetime as dt

import pytest

from governance.deadlines import Deadline
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.notices import Notice
from web.steps import Standing, mark, next_step

STARTS = dt.date(2027, 6, 10)
WINDOW = Deadline(
    "notice", "Notice", "6:17", dt.date(2027, 4, 29), dt.date(2027, 5, 13), verified=True
)
MOTIONS = Deadline("motions", "Motions", "6:15", None, dt.date(2027, 4, 29), verified=False)
ANNUAL = Deadline("annual", "Annual meeting", "6:9", None, dt.date(2027, 6, 30), verified=True)


def standing(
    state: MeetingState,
    today: dt.date,
    *,
    notice: Notice | None = None,
    kind: MeetingKind = MeetingKind.ANNUAL,
    starts: dt.date = STARTS,
) -> Standing:
    return Standing(
        meeting=Meeting(id=7, kind=kind, state=state, motions_close=dt.date(2027, 4, 29)),
        items=[],
        deadlines=[MOTIONS, WINDOW, ANNUAL],
        motions=[],
        missing=[],
        notice=notice,
        letters=None,
        starts=starts,
        today=today,
        now=dt.datetime.combine(today, dt.time(12), dt.UTC),
    )


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (dt.date(2027, 4, 28), "ahead"),
        (dt.date(2027, 4, 29), "now"),
        (dt.date(2027, 5, 13), "now"),
        (dt.date(2027, 5, 14), "late"),
    ],
)
def test_the_window_is_ahead_then_now_and_then_missed(day, code):
    assert mark(WINDOW, standing(MeetingState.APPROVED, day))[0] == code


@pytest.mark.parametrize(("deviation", "code"), [("", "done"), ("The mail was down.", "late")])
def test_an_issued_notice_is_done_or_came_outside_its_window(deviation, code):
    issued = Notice(issued_at=dt.datetime(2027, 5, 20, tzinfo=dt.UTC), deviation=deviation)
    today = dt.date(2027, 5, 21)
    assert mark(WINDOW, standing(MeetingState.CALLED, today, notice=issued))[0] == code


def test_motions_come_once_the_meeting_is_announced():
    day = dt.date(2027, 4, 29)
    assert mark(MOTIONS, standing(MeetingState.DRAFT, day))[0] == "ahead"
    assert mark(MOTIONS, standing(MeetingState.ANNOUNCED, day))[0] == "now"
    after = standing(MeetingState.ANNOUNCED, dt.date(2027, 4, 30))
    assert mark(MOTIONS, after)[0] == "done"


@pytest.mark.parametrize(
    ("starts", "code"), [(dt.date(2027, 6, 30), "yes"), (dt.date(2027, 7, 1), "late")]
)
def test_an_annual_meeting_is_held_on_the_last_day_at_the_latest(starts, code):
    held = standing(MeetingState.DRAFT, dt.date(2027, 3, 1), starts=starts)
    assert mark(ANNUAL, held)[0] == code


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (dt.date(2027, 4, 20), "See the notice"),
        (dt.date(2027, 5, 3), "Issue the notice"),
        (dt.date(2027, 5, 14), "See what can be done"),
    ],
)
def test_an_approved_notice_waits_for_its_window(day, label):
    step = next_step(standing(MeetingState.APPROVED, day))
    assert step is not None
    assert (step.label, step.path) == (label, "/meetings/7/notice")


def test_a_continued_meeting_takes_no_motions_and_so_waits_for_none():
    late = dt.date(2027, 5, 30)
    step = next_step(standing(MeetingState.DRAFT, late, kind=MeetingKind.CONTINUED))
    assert step is not None
    assert step.path == "/meetings/7/announce"
    assert "motions" not in step.message


def test_a_cancelled_meeting_asks_for_nothing():
    assert next_step(standing(MeetingState.CANCELLED, dt.date(2027, 5, 3))) is None
