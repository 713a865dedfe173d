"""The demonstration: an invented cooperative with a meeting behind it, one under way, one being
called and one for which motions are open.

Everything is done by the operations that the pages call, at times in the past, so that what can be
seen and checked in the demo is what a real house would have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ballots.store import SqlBoard
from governance import agenda, attendance, minutes, minutes_published, polls, presiding, typeset
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.attendance import Presence
from governance.database import Database
from governance.demo import people, texts
from governance.demo.nominating import Nominators
from governance.demo.story import DAY, MINUTE, Teller
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.minutes_prose import Typed, mark, paragraphs
from governance.motions import Motion

SLUG = "demo"
STARTS = dt.time(18, 0)


@dataclass(frozen=True)
class Tour:
    """Where to look: the ids of the meetings, and whom to be."""

    held: int
    under_way: int
    called: int
    ahead: int
    member: Member
    chair: Member
    director: Member
    seeds: dict[int, str]  # of the trustees of the meeting under way, by member


def association(now: dt.datetime, origin: str) -> Association:
    """The cooperative; its financial year ends three months before the annual meeting."""
    made = Association(
        slug=SLUG,
        name=texts.NAME,
        registration_number=texts.REGISTRATION_NUMBER,
        time_zone="Europe/Stockholm",
        languages=["sv", "en"],
        rulebook="se-ekonomisk-forening",
        bylaws={},
        origin=origin,
    )
    month = (made.today(now) + 35 * DAY).replace(day=1)
    for _ in range(3):
        month = (month - DAY).replace(day=1)
    made.financial_year_end = (month - DAY).strftime("%m-%d")
    return made


def build(
    database: Database,
    board: SqlBoard,
    *,
    association_id: int,
    now: dt.datetime,
    chance: Callable[[int], bytes],
    base_url: str,
    step: Callable[[], object] = lambda: None,
) -> Tour:
    """Tell the whole story up to `now`. `step` is called five times, as it goes on."""
    demo = _Demo(database, board, association_id, now, chance, base_url)
    with database.writing() as db:
        association = db.get_one(Association, association_id)
        people.arrive(db, association, now=now - 500 * DAY)
    step()
    held = demo.hold_last_years_meeting()
    step()
    demo.write_its_minutes(held)
    step()
    under_way, seeds = demo.begin_the_extra_meeting()
    step()
    called = demo.prepare_the_annual_meeting()
    ahead = demo.announce_the_autumn_meeting()
    step()
    with database.reading() as db:
        cast = people.find(db, association_id)
    return Tour(
        held=held,
        under_way=under_way,
        called=called,
        ahead=ahead,
        member=cast.visitors[0],
        chair=cast.chair,
        director=cast.directors[0],
        seeds=seeds,
    )


@dataclass(frozen=True)
class _Demo:
    database: Database
    board: SqlBoard
    association_id: int
    now: dt.datetime
    chance: Callable[[int], bytes]
    base_url: str

    @contextmanager
    def telling(self) -> Iterator[Teller]:
        with self.database.writing() as db:
            association = db.get_one(Association, self.association_id)
            cast = people.find(db, self.association_id)
            yield Teller(db, self.board, association, cast, self.chance)

    def evening(self, teller: Teller, days: int) -> dt.datetime:
        """Six in the evening at the seat, so many days from today."""
        association = teller.association
        day = association.today(self.now) + dt.timedelta(days=days)
        return dt.datetime.combine(day, STARTS, tzinfo=association.zone).astimezone(dt.UTC)

    def page(self, meeting: Meeting) -> str:
        return f"{self.base_url}/meetings/{meeting.id}"

    def hold_last_years_meeting(self) -> int:
        with self.telling() as teller:
            starts = self.evening(teller, 35 - 364)
            title = {code: text % {"year": starts.year} for code, text in texts.ANNUAL.items()}
            kind, matters = MeetingKind.ANNUAL, [texts.CHARTER, texts.BUDGET]
            meeting = teller.convene(kind, title, starts, matters, now=starts - 80 * DAY)
            teller.add_accounts(meeting, _accounts(teller), now=starts - 45 * DAY)
            authors = teller.cast.authors
            teller.move(meeting, authors[0], texts.ADVANCE, now=starts - 60 * DAY)
            teller.move(meeting, authors[1], texts.OFFICE, now=starts - 58 * DAY)
            Nominators(teller, meeting).prepare_last_years(now=starts - 50 * DAY)
            teller.call(meeting, now=starts - 38 * DAY, page=self.page(meeting))
            teller.come(meeting, 110, now=starts)
            teller.open(meeting, now=starts)
            _go_through(teller, meeting, starts + 10 * MINUTE)
            presiding.close_meeting(
                teller.db, meeting, by_id=teller.cast.chair.id, now=starts + 130 * MINUTE
            )
            return meeting.id

    def write_its_minutes(self, meeting_id: int) -> None:
        """In steps of their own: what is signed names the log as it stands, committed."""
        with self.telling() as teller:
            meeting = teller.db.get_one(Meeting, meeting_id)
            closed = meeting.closed_at or self.now
            secretary = teller.cast.secretary.id
            written = minutes.draft(
                teller.db, teller.board, meeting, by_id=secretary, now=closed + 30 * MINUTE
            )
            typed = {}
            for item, paragraph in paragraphs(teller.db, written.id):
                if item.key in texts.MINUTES_PROSE:
                    text = texts.MINUTES_PROSE[item.key]
                    typed[f"prose-{paragraph.id}"] = Typed(text, mark(paragraph.prose))
                    typed[f"public-{paragraph.id}"] = Typed(text, mark(paragraph.public_prose))
            minutes.edit(teller.db, written, typed, by_id=secretary, now=closed + 50 * MINUTE)
        with self.telling() as teller:
            written = self._minutes(teller, meeting_id)
            minutes.sign(
                teller.db, teller.board, written, by_id=secretary, now=closed + 60 * MINUTE
            )
            for at, member in enumerate([teller.cast.chair, *teller.cast.checkers]):
                minutes.approve(
                    teller.db, written, written.sha256, by_id=member.id, now=closed + at * DAY
                )
            minutes_published.publish(
                teller.db, teller.board, written, by_id=secretary, now=closed + 4 * DAY
            )
        with self.telling() as teller:
            minutes_published.correct(
                teller.db,
                teller.board,
                self._minutes(teller, meeting_id),
                texts.ADDENDUM,
                texts.ADDENDUM,
                by_id=secretary,
                now=closed + 20 * DAY,
            )

    def _minutes(self, teller: Teller, meeting_id: int) -> minutes.Minutes:
        written = minutes.of_meeting(teller.db, meeting_id)
        if written is None:
            raise LookupError(meeting_id)
        return written

    def begin_the_extra_meeting(self) -> tuple[int, dict[int, str]]:
        """It began an hour ago; one vote is declared, one is open and people are voting.

        An electoral board stands, for the secret vote that the chair may want to put.
        """
        with self.telling() as teller:
            starts = self.now - 60 * MINUTE
            matters = [texts.TOOL_POOL]
            kind = MeetingKind.EXTRA
            meeting = teller.convene(kind, texts.EXTRA, starts, matters, now=starts - 60 * DAY)
            author, another = teller.cast.authors[2:4]
            teller.move(meeting, author, texts.CLIMATE, now=starts - 40 * DAY)
            teller.move(meeting, another, texts.MENTORS, now=starts - 35 * DAY)
            agenda.add(
                teller.db,
                meeting,
                kind=ItemKind.ELECTION,
                title=texts.COUNCIL,
                text={},
                by_id=teller.cast.directors[0].id,
                now=starts - 55 * DAY,
            )
            Nominators(teller, meeting).prepare_the_council(now=starts - 40 * DAY)
            teller.call(meeting, now=starts - 26 * DAY, page=self.page(meeting))
            teller.come(meeting, 160, now=starts)
            teller.open(meeting, now=starts + MINUTE)
            seeds = teller.entrust(meeting, now=starts + 12 * MINUTE)
            pool, climate = (_items(teller, meeting, key)[0] for key in ("", "motion"))
            teller.decide(
                teller.put(meeting, pool, now=starts + 20 * MINUTE),
                [71, 20],
                now=starts + 21 * MINUTE,
            )
            poll = teller.put(meeting, climate, clause=1, now=self.now - 2 * MINUTE)
            teller.vote(poll, [58, 30], sparing=True)
            return meeting.id, seeds

    def prepare_the_annual_meeting(self) -> int:
        """Its motions are in and the window of its notice is open: the board is to issue it."""
        with self.telling() as teller:
            starts = self.evening(teller, 35)
            title = {code: text % {"year": starts.year} for code, text in texts.ANNUAL.items()}
            meeting = teller.convene(
                MeetingKind.ANNUAL, title, starts, [texts.BUDGET], now=self.now - 45 * DAY
            )
            teller.add_accounts(meeting, _accounts(teller), now=self.now - 10 * DAY)
            teller.move(meeting, teller.cast.authors[4], texts.MENTORS, now=self.now - 20 * DAY)
            teller.move(meeting, teller.cast.authors[5], texts.INSURANCE, now=self.now - 8 * DAY)
            last = teller.association.today(self.now) + 7 * DAY
            Nominators(teller, meeting).call(last, now=self.now - 6 * DAY)
            return meeting.id

    def announce_the_autumn_meeting(self) -> int:
        with self.telling() as teller:
            meeting = teller.convene(
                MeetingKind.EXTRA,
                texts.AUTUMN,
                self.evening(teller, 98),
                [texts.SECTIONS],
                now=self.now - 3 * DAY,
            )
            return meeting.id


def _items(teller: Teller, meeting: Meeting, *keys: str) -> list[AgendaItem]:
    return [item for item in agenda.items(teller.db, meeting.id) if item.key in keys]


def _go_through(teller: Teller, meeting: Meeting, now: dt.datetime) -> None:
    """The rest of last year's agenda, item by item, ten minutes each where there was a vote."""
    chair = teller.cast.chair.id
    begun = ("opening", "chair", "secretary", "checkers", "roll", "called")
    late = teller.cast.visitors[3]
    attendance.leave(teller.db, meeting, late, by_id=late.id, now=now)
    attendance.arrive(teller.db, meeting, late, Presence.ONLINE, by_id=late.id, now=now + MINUTE)
    for item in agenda.items(teller.db, meeting.id):
        if item.key in begun:
            continue
        now += 4 * MINUTE
        if item.motion_id is not None:
            now = _vote_on_motion(teller, meeting, item, now)
        elif item.majority == "bylaws":
            poll = teller.put(meeting, item, now=now)
            teller.decide(poll, [74, 18], now=now)
        elif item.key in ("auditor", "board", "nominators"):
            Nominators(teller, meeting).elect(item, now=now)
        elif item.key == "seats":
            votes = {"adopt": 41, "reject": 7, "abstain": 2}
            poll = polls.show_of_hands(teller.db, meeting, item, votes=votes, by_id=chair, now=now)
            polls.declare(teller.db, teller.board, poll, by_id=chair, now=now + MINUTE)
        else:
            decides = item.kind not in ("information", "procedure") or item.key == "agenda"
            teller.acclaim(meeting, item, by_id=chair, now=now, decide=decides)


def _vote_on_motion(
    teller: Teller, meeting: Meeting, item: AgendaItem, now: dt.datetime
) -> dt.datetime:
    motion = teller.db.get_one(Motion, item.motion_id)
    written = texts.ADVANCE if motion.title == texts.ADVANCE.title else texts.OFFICE
    for clause, shares in enumerate(written.shares, 1):
        poll = teller.put(meeting, item, clause=clause, now=now)
        teller.decide(poll, shares, now=now)
        now += 10 * MINUTE
    if written is texts.ADVANCE:
        dissenter = teller.cast.authors[1]
        polls.dissent(teller.db, poll, dissenter, texts.DISSENT, now=now)
    return now


def _accounts(teller: Teller) -> bytes:
    """A page that stands for the annual report."""
    return typeset.pdf(
        "Resultaträkning, balansräkning och noter skulle stå här.",
        title="Årsredovisning",
        language="sv",
        association=teller.association.name,
        date="",
        foot=teller.association.registration_number,
    )
