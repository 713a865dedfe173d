"""Deadlines of a meeting: dates at the seat, by the calendar, each with its paragraph.

Weeks and months are counted on dates, never on hours: where the clocks are changed in between,
28 days are not 672 hours. A deadline that is counted backwards does not move to the next weekday.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from governance.errors import N_
from governance.rulebook import MeetingKind, Rulebook


@dataclass(frozen=True)
class Deadline:
    """`first` and `last` are themselves in time; None where that end is open."""

    key: str
    title: str  # a msgid
    paragraph: str
    first: dt.date | None
    last: dt.date | None
    verified: bool  # False: the pages say "check against your bylaws"


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What the deadlines of a meeting hang on; dates at the seat."""

    kind: MeetingKind
    starts: dt.date
    ends: dt.date  # the day it was closed, or is expected to be
    motions_close: dt.date
    year_end: str  # of the financial year, MM-DD
    majorities: Collection[str]  # which its agenda's matters need


def of(book: Rulebook, occasion: Occasion) -> list[Deadline]:
    """In the order in which they fall due; what does not apply to the kind of meeting is left out.

    Keys: motions, notice, documents, annual, minutes, challenge.
    """
    parts = [_notice(book, occasion), *_after(book, occasion)]
    if occasion.kind is MeetingKind.ANNUAL:
        parts[1:1] = [_documents(book, occasion), _annual(book, occasion)]
    if occasion.kind is not MeetingKind.CONTINUED:
        parts[:0] = [_motions(book, occasion)]
    return parts


def motions_close(book: Rulebook, kind: MeetingKind, starts: dt.date) -> dt.date:
    """The last day for motions that the rulebook proposes: in time to enter the notice."""
    due = weeks_after(starts, -book.notice[kind].latest_weeks)
    return due - dt.timedelta(days=book.motions.length)


def _motions(book: Rulebook, occasion: Occasion) -> Deadline:
    rule = book.motions
    title = N_("Motions from members")
    last = occasion.motions_close
    return Deadline("motions", title, rule.paragraph, None, last, rule.verified)


def _notice(book: Rulebook, occasion: Occasion) -> Deadline:
    window = book.notice[occasion.kind]
    return Deadline(
        "notice",
        N_("Notice of the meeting"),
        window.paragraph,
        weeks_after(occasion.starts, -window.earliest_weeks),
        weeks_after(occasion.starts, -window.latest(occasion.majorities)),
        window.verified,
    )


def _documents(book: Rulebook, occasion: Occasion) -> Deadline:
    rule = book.documents
    last = weeks_after(occasion.starts, -rule.length)
    title = N_("Annual report and audit report to be read")
    return Deadline("documents", title, rule.paragraph, None, last, rule.verified)


def _annual(book: Rulebook, occasion: Occasion) -> Deadline:
    rule = book.annual
    ended = year_ended(occasion.starts, occasion.year_end)
    # From the day after: six months after the end of June are the end of December, not the 30th.
    last = months_after(ended + dt.timedelta(days=1), rule.length) - dt.timedelta(days=1)
    return Deadline("annual", N_("Annual meeting"), rule.paragraph, None, last, rule.verified)


def _after(book: Rulebook, occasion: Occasion) -> list[Deadline]:
    minutes, challenge = book.minutes, book.challenge
    available = weeks_after(occasion.ends, minutes.length)
    over = months_after(occasion.ends, challenge.length)
    titles = N_("Minutes available to members"), N_("Challenge of decisions in court")
    return [
        Deadline("minutes", titles[0], minutes.paragraph, None, available, minutes.verified),
        Deadline("challenge", titles[1], challenge.paragraph, None, over, challenge.verified),
    ]


def weeks_after(day: dt.date, weeks: int) -> dt.date:
    return day + dt.timedelta(weeks=weeks)


def months_after(day: dt.date, months: int) -> dt.date:
    """The day of the same number, or the month's last where it has none (SFS 1930:173 §1)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _day(year, month + 1, day.day)


def year_ended(day: dt.date, year_end: str) -> dt.date:
    """The last day of the latest financial year that was over before this day."""
    month, number = (int(part) for part in year_end.split("-"))
    # Who writes 28 February means the end of February, in a leap year too.
    number = 29 if (month, number) == (2, 28) else number
    this_year = _day(day.year, month, number)
    return this_year if this_year < day else _day(day.year - 1, month, number)


def _day(year: int, month: int, number: int) -> dt.date:
    return dt.date(year, month, min(number, calendar.monthrange(year, month)[1]))
