"""Who writes the minutes: in one language, for members, or for the public without any name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from babel import dates, lists
from sqlalchemy.orm import Session

from ballots.store import SqlBoard
from governance import minutes_words
from governance.languages import locale, pick
from governance.markdown import escape
from governance.meetings import Meeting
from governance.members import Member
from governance.roll import Roll


@dataclass(frozen=True)
class Writer:
    db: Session
    board: SqlBoard
    meeting: Meeting
    language: str
    public: bool

    def say(self, key: str, **facts: object) -> str:
        return minutes_words.words(self.language)[key] % facts

    def pick(self, texts: dict[str, str]) -> str:
        return escape(pick(texts, self.language))

    def who(self, members: Sequence[Member]) -> str:
        """Their names; for the public, how many they are."""
        if self.public:
            one = len(members) == 1
            return self.say("one") if one else self.say("many", number=len(members))
        return self.listed([escape(each.name) for each in members])

    def listed(self, parts: list[str]) -> str:
        return lists.format_list(parts, locale=locale(self.language))

    def date(self, at: dt.datetime) -> str:
        day = self.meeting.association.today(at)
        return dates.format_date(day, "long", locale=locale(self.language))

    def time(self, at: dt.datetime) -> str:
        zone = self.meeting.association.zone
        return dates.format_time(at, "short", tzinfo=zone, locale=locale(self.language))

    def at(self, at: dt.datetime) -> str:
        """The time alone on the day on which the meeting was opened."""
        if self.date(at) == self.date(self.meeting.opened_at or self.meeting.starts_at):
            return self.say("clock", time=self.time(at))
        return self.moment(at)

    def moment(self, at: dt.datetime) -> str:
        return self.say("moment", date=self.date(at), time=self.time(at))

    def rolls(self) -> Sequence[Roll]:
        of_meeting = sa.select(Roll).where(Roll.meeting_id == self.meeting.id)
        return self.db.scalars(of_meeting.order_by(Roll.version)).all()
