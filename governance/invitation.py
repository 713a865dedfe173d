"""The meeting as a calendar entry (RFC 5545), the same event each time it is fetched or sent."""

from __future__ import annotations

import datetime as dt

import icalendar

from governance.associations import Association
from governance.languages import pick
from governance.meetings import Meeting, MeetingState

KEPT_FREE = dt.timedelta(hours=3)  # a meeting ends when it ends; calendars want an end

# A later version of an event replaces an earlier one (RFC 5545 §3.8.7.4): announced, called, and,
# if it comes to that, cancelled.
VERSIONS: dict[MeetingState, tuple[int, str]] = {
    MeetingState.DRAFT: (0, "TENTATIVE"),
    MeetingState.ANNOUNCED: (0, "TENTATIVE"),
    MeetingState.APPROVED: (0, "TENTATIVE"),
    MeetingState.CANCELLED: (2, "CANCELLED"),
}
CALLED = (1, "CONFIRMED")


def calendar(
    association: Association,
    meeting: Meeting,
    language: str,
    *,
    page: str,
    now: dt.datetime,
    link: str = "",
) -> bytes:
    """An iCalendar file of one event, in the time zone of the seat, with that zone's rules.

    `page` is the address of the meeting's page; `link`, for members, where those online meet.
    """
    sequence, status = VERSIONS.get(meeting.state, CALLED)
    starts = meeting.starts_at.astimezone(association.zone)
    event = icalendar.Event()
    event.add("uid", f"meeting-{meeting.id}@{association.origin.partition('/')[0]}")
    event.add("sequence", sequence)
    event.add("status", status)
    event.add("dtstamp", now)
    event.add("dtstart", starts)
    event.add("dtend", starts + KEPT_FREE)
    event.add("summary", f"{pick(meeting.title, language)} · {association.name}")
    if meeting.place:
        event.add("location", meeting.place)
    event.add("description", "\n".join(line for line in (page, link) if line))
    event.add("url", page)
    whole = icalendar.Calendar()
    whole.add("prodid", "-//Stämma//Stämma//SV")
    whole.add("version", "2.0")
    whole.add("method", "CANCEL" if status == "CANCELLED" else "PUBLISH")
    whole.add_component(event)
    whole.add_missing_timezones()
    written: bytes = whole.to_ical()
    return written
