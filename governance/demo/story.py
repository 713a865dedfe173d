"""What happens at the invented meetings, told by the same operations that the pages call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.open_ballot import OpenBallot
from ballots.store import Cast as Ballot
from ballots.store import SqlBoard
from governance import (
    agenda,
    attendance,
    dispatches,
    documents,
    electoral_boards,
    meetings,
    motions,
    notices,
    polls,
    presiding,
    roll,
)
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.attendance import Presence
from governance.demo import electors, people
from governance.demo.people import Cast
from governance.demo.texts import LINK, PLACE, Matter, Texts, Written
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.motions import Motion
from governance.notices import Channel, Dispatch
from governance.polls import Poll, PollVoter
from governance.roles import Role
from governance.standing import Standing

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
# Taken from the register's end, so that the roll is not the beginning of the alphabet.
LATER_HALF = 600


@dataclass(frozen=True)
class Teller:
    """Who tells the story: the database's transaction, the log, the people, chance."""

    db: Session
    board: SqlBoard
    association: Association
    cast: Cast
    chance: Callable[[int], bytes]

    def convene(
        self,
        kind: MeetingKind,
        title: Texts,
        starts_at: dt.datetime,
        matters: Sequence[Matter],
        *,
        now: dt.datetime,
    ) -> Meeting:
        """Create and announce it."""
        by_id = self.cast.directors[0].id
        meeting = meetings.create(
            self.db,
            self.association,
            kind=kind,
            title=title,
            starts_at=starts_at,
            place=PLACE,
            link=LINK,
            by_id=by_id,
            now=now,
        )
        for matter in matters:
            agenda.add(
                self.db,
                meeting,
                kind=ItemKind.DECISION,
                title=matter.title,
                text=matter.text,
                majority=matter.majority,
                by_id=by_id,
                now=now,
            )
        meetings.announce(self.db, meeting, by_id=by_id, now=now)
        return meeting

    def move(
        self, meeting: Meeting, author: Member, written: Written, *, now: dt.datetime
    ) -> Motion:
        """Send a motion; the board takes it up if it has an opinion of it."""
        motion = motions.draft(
            self.db,
            meeting,
            author,
            title=written.title,
            text=written.text,
            clauses=list(written.clauses),
            language="sv",
            now=now,
        )
        motions.submit(self.db, motion, by_id=author.id, now=now)
        if written.opinion is not None:
            by_id = self.cast.directors[1].id
            later = now + 2 * DAY
            motions.admit(self.db, motion, by_id=by_id, now=later)
            motions.give_opinion(
                self.db, motion, written.opinion, written.opinion_text, by_id=by_id, now=later
            )
        return motion

    def add_accounts(self, meeting: Meeting, body: bytes, *, now: dt.datetime) -> None:
        for kind, name in (("accounts", "arsredovisning.pdf"), ("audit", "revision.pdf")):
            documents.add(
                self.db,
                meeting.id,
                kind,
                "sv",
                name,
                "application/pdf",
                body,
                public=False,
                now=now,
                by_id=self.cast.directors[2].id,
            )

    def call(self, meeting: Meeting, *, now: dt.datetime, page: str) -> None:
        """Approve and issue the notice; every letter has left and reached its reader."""
        by_id = self.cast.directors[0].id
        notices.approve(self.db, meeting, by_id=by_id, now=now, page=page)
        notice = notices.issue(self.db, self.board, meeting, by_id=by_id, now=now + DAY)
        letters = sa.select(Dispatch.id, Dispatch.channel).where(Dispatch.notice_id == notice.id)
        for dispatch_id, channel in self.db.execute(letters).all():
            if channel is Channel.EMAIL:
                dispatches.sent(self.db, dispatch_id, "250 2.0.0 queued", now=now + DAY)
            else:
                dispatches.posted(
                    self.db, self.association.id, dispatch_id, by_id=by_id, now=now + 2 * DAY
                )

    def come(self, meeting: Meeting, number: int, *, now: dt.datetime) -> None:
        """The visitors, the officers and so many others check in."""
        day = self.association.today(now)
        everybody = people.voters(self.db, self.association.id, day)
        own = {each.id for each in (*self.cast.visitors, *self.officers())}
        others = [each for each in everybody[LATER_HALF:] if each.id not in own]
        for at, member in enumerate([*self.cast.visitors, *self.officers(), *others[:number]]):
            presence = Presence.ROOM if at % 3 == 0 else Presence.ONLINE
            arrived = now - (90 - at % 80) * MINUTE
            attendance.arrive(self.db, meeting, member, presence, by_id=member.id, now=arrived)

    def officers(self) -> list[Member]:
        cast = self.cast
        return [
            *cast.directors,
            cast.chair,
            cast.secretary,
            *cast.checkers,
            *cast.tellers,
            *cast.authors,
        ]

    def open(self, meeting: Meeting, *, now: dt.datetime) -> None:
        """Open, elect the officers, approve the roll: the items with which every meeting begins."""
        director, cast = self.cast.directors[0].id, self.cast
        presiding.open_meeting(self.db, meeting, by_id=director, now=now)
        by_key = {item.key: item for item in agenda.items(self.db, meeting.id)}
        self.acclaim(meeting, by_key["opening"], by_id=director, now=now, decide=False)
        self.acclaim(meeting, by_key["chair"], by_id=director, now=now + MINUTE)
        self.elect(meeting, Role.SECRETARY, [cast.secretary], by_id=director, now=now)
        self.elect(meeting, Role.CHAIR, [cast.chair], by_id=director, now=now + MINUTE)
        chair = cast.chair.id
        self.acclaim(meeting, by_key["checkers"], by_id=chair, now=now + 3 * MINUTE)
        for office, elected in ((Role.CHECKER, cast.checkers), (Role.TELLER, cast.tellers)):
            self.elect(meeting, office, elected, by_id=chair, now=now + 4 * MINUTE)
        self.acclaim(meeting, by_key["roll"], by_id=chair, now=now + 5 * MINUTE)
        roll.approve(
            self.db,
            self.board,
            meeting,
            by_id=chair,
            now=now + 6 * MINUTE,
            chance=self.chance,
        )
        self.acclaim(meeting, by_key["called"], by_id=chair, now=now + 7 * MINUTE)

    def entrust(self, meeting: Meeting, *, now: dt.datetime) -> dict[int, str]:
        """An electoral board of those who count votes and check the minutes; their seeds."""
        members = electoral_boards.proposed(self.db, meeting.id)
        by_id, chance = self.cast.chair.id, self.chance
        return electors.enrol(self.db, meeting, members, by_id=by_id, now=now, chance=chance)

    def elect(
        self,
        meeting: Meeting,
        office: Role,
        elected: Sequence[Member],
        *,
        by_id: int,
        now: dt.datetime,
    ) -> None:
        presiding.elect(self.db, meeting, office, elected, by_id=by_id, now=now)

    def acclaim(
        self,
        meeting: Meeting,
        item: AgendaItem,
        *,
        by_id: int,
        now: dt.datetime,
        decide: bool = True,
    ) -> None:
        presiding.take_up(self.db, meeting, item, by_id=by_id, now=now)
        if decide:
            polls.acclaim(self.db, meeting, item, outcome="adopt", by_id=by_id, now=now)

    def put(
        self,
        meeting: Meeting,
        item: AgendaItem,
        *,
        now: dt.datetime,
        clause: int | None = None,
        candidates: Sequence[Standing] | None = None,
    ) -> Poll:
        return polls.open_ballot(
            self.db,
            self.board,
            meeting,
            item,
            clause=clause,
            candidates=candidates,
            by_id=self.cast.chair.id,
            now=now,
            chance=self.chance,
        )

    def vote(self, poll: Poll, shares: Sequence[int], *, sparing: bool = False) -> None:
        """Nine in ten vote, by these percentages for the options in order, the last gets the rest.

        `sparing` the visitors, who are to vote themselves, and most of the others.
        """
        rows = self.db.execute(
            sa.select(PollVoter.member_id, PollVoter.slot).where(PollVoter.poll_id == poll.id)
        ).all()
        spared = {each.id for each in self.cast.visitors} if sparing else set()
        percent = 25 if sparing else 90
        ballots = [
            self._ballot(poll, slot, shares)
            for member_id, slot in rows
            if member_id not in spared and self.chance(1)[0] * 100 < percent * 256
        ]
        self.board.cast(self.db.connection(), ballots)

    def _ballot(self, poll: Poll, slot: str, shares: Sequence[int]) -> Ballot:
        choice = chosen([option["id"] for option in poll.options], shares, self.chance)
        body = OpenBallot(str(poll.election), slot, self.chance(32).hex(), choice).encode()
        return Ballot(str(poll.election), slot, body, self.chance(16).hex())

    def decide(self, poll: Poll, shares: Sequence[int], *, now: dt.datetime) -> None:
        """Vote, close, break a tie if there is one, declare."""
        self.vote(poll, shares)
        by_id = self.cast.chair.id
        polls.close(self.db, self.board, poll, by_id=by_id, now=now + 3 * MINUTE)
        if poll.tie_waits_for == "chair":
            polls.casting_vote(self.db, poll, "adopt", by_id=by_id, now=now + 4 * MINUTE)
        elif poll.tie_waits_for == "lot":
            seed = self.chance(32).hex()
            polls.lot(self.db, poll, seed=seed, by_id=by_id, now=now + 4 * MINUTE)
        polls.declare(self.db, self.board, poll, by_id=by_id, now=now + 5 * MINUTE)


def chosen(options: Sequence[str], shares: Sequence[int], chance: Callable[[int], bytes]) -> str:
    """One of the options, by the percentages; the last gets what the others leave."""
    point = int.from_bytes(chance(2), "big") % 100
    for option, share in zip(options, shares, strict=False):
        if point < share:
            return option
        point -= share
    return options[-1]
