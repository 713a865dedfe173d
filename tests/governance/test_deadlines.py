"""Deadlines are dates at the seat, counted by the calendar: never hours, never UTC days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from governance import deadlines, meetings
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str, zone: str = "Europe/Stockholm") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


@pytest.fixture
def association() -> Association:
    return Association(
        rulebook="se-ekonomisk-forening",
        bylaws={},
        time_zone="Europe/Stockholm",
        financial_year_end="12-31",
    )


def around(association, starts, kind=MeetingKind.ANNUAL, items=(), closed=None):
    meeting = Meeting(
        kind=kind, starts_at=starts, motions_close=day("2027-03-15"), closed_at=closed
    )
    found = meetings.deadlines(meeting, association, items)
    return {each.key: each for each in found}


def window(association, starts, *args, **kwargs) -> tuple[str, str]:
    notice = around(association, starts, *args, **kwargs)["notice"]
    return str(notice.first), str(notice.last)


# meeting-rules §6.2: a Thursday; six to four weeks before, the first and the last day in time.
def test_the_notice_goes_out_six_to_four_weeks_before(association):
    assert window(association, at("2027-06-10T14:00")) == ("2027-04-29", "2027-05-13")


def test_bylaws_may_let_it_go_out_two_weeks_before(association):
    association.bylaws = {"notice_latest_weeks": 2}
    assert window(association, at("2027-06-10T14:00")) == ("2027-04-29", "2027-05-27")


# meeting-rules §6.3: the clocks are put forward on 28 March 2027, and 28 times 24 hours before
# 10 April 00:30 in Stockholm it is 12 March 23:30 there.
def test_an_hour_lost_in_spring_moves_no_deadline(association):
    starts = at("2027-04-10T00:30")
    by_hours = (starts - dt.timedelta(hours=28 * 24)).astimezone(STOCKHOLM)
    assert by_hours.date() == day("2027-03-12")
    assert window(association, starts) == ("2027-02-27", "2027-03-13")


def test_an_hour_won_in_autumn_moves_no_deadline(association):
    starts = at("2027-11-10T23:30")
    by_hours = (starts - dt.timedelta(hours=28 * 24)).astimezone(STOCKHOLM)
    assert by_hours.date() == day("2027-10-14")
    assert window(association, starts) == ("2027-09-29", "2027-10-13")


def test_the_day_is_the_one_at_the_seat(association):
    just_past_midnight = at("2027-06-10T00:15")
    assert just_past_midnight.date() == day("2027-06-09")
    assert window(association, just_past_midnight) == ("2027-04-29", "2027-05-13")
    association.time_zone = "America/Guadeloupe"
    assert window(association, just_past_midnight) == ("2027-04-28", "2027-05-12")


def test_a_deadline_counted_backwards_stays_on_a_sunday(association):
    assert day("2027-05-16").weekday() == 6
    assert window(association, at("2027-06-13T14:00"))[1] == "2027-05-16"


def test_an_extra_meeting_is_called_six_to_two_weeks_before(association):
    starts = at("2027-06-10T14:00")
    assert window(association, starts, MeetingKind.EXTRA) == ("2027-04-29", "2027-05-27")


@pytest.mark.parametrize("majority", ["bylaws", "liquidation", "merger", "winding-up"])
def test_an_extra_meeting_on_the_bylaws_or_the_end_is_called_four_weeks_before(
    association, majority
):
    items = [AgendaItem(majority="ordinary"), AgendaItem(majority=majority)]
    starts = at("2027-06-10T14:00")
    assert window(association, starts, MeetingKind.EXTRA, items)[1] == "2027-05-13"
    association.bylaws = {"notice_latest_weeks": 2}
    assert window(association, starts, MeetingKind.EXTRA, items)[1] == "2027-05-27"


@pytest.mark.parametrize(
    ("year_end", "starts", "last"),
    [
        ("12-31", "2027-06-10", "2027-06-30"),
        ("12-31", "2027-12-31", "2027-06-30"),  # that year is over only when the day is
        ("12-31", "2028-01-01", "2028-06-30"),
        ("06-30", "2027-10-01", "2027-12-31"),  # not the 30th
        ("08-31", "2027-10-01", "2028-02-29"),
        ("08-31", "2028-10-01", "2029-02-28"),
        ("02-28", "2028-05-01", "2028-08-31"),
        ("04-30", "2027-04-30", "2026-10-31"),
    ],
)
def test_the_annual_meeting_is_within_six_months_of_the_financial_years_end(
    association, year_end, starts, last
):
    association.financial_year_end = year_end
    assert around(association, at(f"{starts}T14:00"))["annual"].last == day(last)


@pytest.mark.parametrize(
    ("starts", "year_end", "ended"),
    [
        ("2028-05-01", "02-28", "2028-02-29"),
        ("2027-05-01", "02-29", "2027-02-28"),
        ("2028-02-29", "02-28", "2027-02-28"),
    ],
)
def test_a_year_that_ends_with_february_ends_with_it_in_leap_years_too(starts, year_end, ended):
    assert deadlines.year_ended(day(starts), year_end) == day(ended)


def test_documents_are_there_two_weeks_before_and_minutes_three_weeks_after(association):
    found = around(association, at("2027-06-10T14:00"))
    assert found["documents"].last == day("2027-05-27")
    assert found["minutes"].last == day("2027-07-01")


@pytest.mark.parametrize(
    ("held", "last"),
    [("2027-06-10", "2027-09-10"), ("2027-11-30", "2028-02-29"), ("2026-11-30", "2027-02-28")],
)
def test_the_time_to_challenge_is_three_months_by_the_calendar(association, held, last):
    assert around(association, at(f"{held}T14:00"))["challenge"].last == day(last)


def test_what_follows_a_meeting_counts_from_the_day_on_which_it_was_closed(association):
    found = around(association, at("2027-06-10T14:00"), closed=at("2027-06-12T00:30"))
    assert found["minutes"].last == day("2027-07-03")
    assert found["challenge"].last == day("2027-09-12")
    assert found["notice"].last == day("2027-05-13")


def test_deadlines_come_in_their_order_each_with_its_paragraph(association):
    found = around(association, at("2027-06-10T14:00"))
    assert {key: each.paragraph for key, each in found.items()} == {
        "motions": "6:15",
        "notice": "6:17",
        "documents": "6:23",
        "annual": "6:9",
        "minutes": "6:40",
        "challenge": "6:47",
    }
    assert list(found) == ["motions", "notice", "documents", "annual", "minutes", "challenge"]


def test_an_extra_meeting_has_no_accounts_and_a_continued_one_takes_no_motions(association):
    starts = at("2027-06-10T14:00")
    extra = around(association, starts, MeetingKind.EXTRA)
    assert set(extra) == {"motions", "notice", "minutes", "challenge"}
    continued = around(association, starts, MeetingKind.CONTINUED)
    assert set(continued) == {"notice", "minutes", "challenge"}


def test_what_is_practice_says_so(association):
    found = around(association, at("2027-06-10T14:00"))
    assert [key for key, each in found.items() if not each.verified] == ["motions"]
    assert found["motions"].last == day("2027-03-15")
    continued = around(association, at("2027-06-10T14:00"), MeetingKind.CONTINUED)
    assert not continued["notice"].verified
