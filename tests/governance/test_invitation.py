from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest

from governance import invitation
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind, MeetingState

NOW = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
PAGE = "https://stamma.example/meetings/7"


def calendar(state: MeetingState = MeetingState.CALLED) -> icalendar.Calendar:
    association = Association(
        name="Kooperativet", origin="stamma.example/board", time_zone="Europe/Stockholm"
    )
    meeting = Meeting(
        id=7,
        kind=MeetingKind.ANNUAL,
        state=state,
        title={"sv": "Årsstämma; 2027, i Umeå"},
        starts_at=dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC),
        place="Folkets hus",
        link="",
    )
    made = invitation.calendar(association, meeting, "sv", page=PAGE, now=NOW)
    return icalendar.Calendar.from_ical(made)


def test_the_event_begins_on_the_clock_of_the_seat_with_its_zone_told():
    [event] = calendar().walk("VEVENT")
    begins = event.decoded("dtstart")
    assert begins == dt.datetime(2027, 6, 10, 14, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert [zone["tzid"] for zone in calendar().walk("VTIMEZONE")] == ["Europe/Stockholm"]


def test_the_event_names_the_meeting_and_leads_to_its_page():
    [event] = calendar().walk("VEVENT")
    assert event["summary"] == "Årsstämma; 2027, i Umeå · Kooperativet"
    assert event["url"] == PAGE


def test_each_step_of_the_meeting_replaces_the_event_before():
    steps = [MeetingState.ANNOUNCED, MeetingState.CALLED, MeetingState.CANCELLED]
    events = [calendar(state).walk("VEVENT")[0] for state in steps]
    assert len({event["uid"] for event in events}) == 1
    assert [event["sequence"] for event in events] == [0, 1, 2]


@pytest.mark.parametrize(
    ("state", "method"), [(MeetingState.CALLED, "PUBLISH"), (MeetingState.CANCELLED, "CANCEL")]
)
def test_a_cancelled_meeting_leaves_the_calendar(state, method):
    assert calendar(state)["method"] == method
