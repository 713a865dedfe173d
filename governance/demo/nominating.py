"""The nomination committee's part of the story: whom it asks, whom it proposes, who sits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from governance import (
    agenda,
    candidate_pages,
    candidates,
    electing,
    elections,
    floor_nominations,
    nominations,
    presiding,
    proposals,
    seating,
)
from governance.agenda import AgendaItem, ItemKind
from governance.candidates import Candidate
from governance.demo import portraits, texts
from governance.demo.story import DAY, MINUTE, Teller
from governance.electing import Election
from governance.meetings import Meeting
from governance.members import Member
from governance.nomination_letters import NominationLetter
from governance.notices import DispatchState

FIRMS = ("Revisionsbyrån Eken", "Revisionsbyrån Granen")


@dataclass(frozen=True)
class Nominators:
    """The committee at work on one meeting."""

    teller: Teller
    meeting: Meeting

    @property
    def head(self) -> Member:
        return self.teller.cast.nominators[0]

    def item(self, key: str) -> AgendaItem:
        items = agenda.items(self.teller.db, self.meeting.id)
        return next(each for each in items if each.key == key and each.kind is ItemKind.ELECTION)

    def set_up(self, key: str, seats: int, *, now: dt.datetime, deputies: int = 0) -> Election:
        db, by_id = self.teller.db, self.head.id
        made = electing.set_up(db, self.meeting, self.item(key), by_id=by_id, now=now)
        electing.change(
            db,
            made,
            seats=seats,
            deputies=deputies,
            years=made.years,
            starts_on=None,
            members_only=made.members_only,
            conditions=[],
            by_id=by_id,
            now=now,
        )
        return made

    def stand(
        self, election: Election, people: Sequence[Member], *, now: dt.datetime
    ) -> list[Candidate]:
        """The committee asks, and they say yes; every second one writes a page."""
        db, made = self.teller.db, []
        for at, member in enumerate(people):
            one = candidates.put_forward(
                db, election, member, texts.NOMINATED, by_id=self.head.id, now=now
            )
            candidates.answer(db, one, True, by_id=member.id, now=now + DAY)
            if at % 2 == 0:
                page = texts.CANDIDATES[at // 2 % len(texts.CANDIDATES)]
                alt, later = portraits.ALT, now + DAY
                candidate_pages.write(
                    db, one, text=page, speaks=["sv", "en"], alt=alt, by_id=member.id, now=later
                )
                drawn = portraits.draw(one.key)
                candidate_pages.show_picture(db, one, drawn, by_id=member.id, now=later)
            made.append(one)
        return made

    def propose(self, election: Election, people: Sequence[Candidate], *, now: dt.datetime) -> None:
        ids, by_id = [each.id for each in people], self.head.id
        proposals.make(self.teller.db, election, ids, texts.PROPOSED, by_id=by_id, now=now)

    def prepare_last_years(self, *, now: dt.datetime) -> None:
        """The board, the auditor and the committee itself, each with its proposal."""
        cast = self.teller.cast
        board = self.set_up("board", 5, now=now)
        self.propose(board, self.stand(board, cast.directors, now=now), now=now + 2 * DAY)
        own = self.set_up("nominators", 3, now=now)
        self.propose(own, self.stand(own, cast.nominators, now=now), now=now + 2 * DAY)
        auditor = self.set_up("auditor", 1, now=now)
        by = self.head
        firms = [
            nominations.nominate(self.teller.db, auditor, name, "", by=by, now=now)
            for name in FIRMS
        ]
        for firm in firms:
            candidates.answer(self.teller.db, firm, True, by_id=by.id, now=now)
        self.propose(auditor, firms[:1], now=now + DAY)
        self._sent(now)

    def elect(self, item: AgendaItem, *, now: dt.datetime) -> None:
        """In the meeting: nominations closed, seats entered, elected as proposed or by a vote."""
        teller, chair = self.teller, self.teller.cast.chair.id
        election = elections.of_item(teller.db, item.id)
        if election is None:
            raise LookupError(item.key)
        presiding.take_up(teller.db, self.meeting, item, by_id=chair, now=now)
        floor_nominations.close(teller.db, election, by_id=chair, now=now)
        floor_nominations.decide_seats(
            teller.db, election, election.proposed_seats, 0, by_id=chair, now=now
        )
        standing = elections.standing(teller.db, election)
        if len(standing) > election.filled:
            poll = teller.put(self.meeting, item, candidates=standing, now=now)
            teller.decide(poll, [58, 34], now=now)
        else:
            floor_nominations.acclaim(teller.db, election, by_id=chair, now=now)
        for each in seating.elected(teller.db, election.id):
            by_id = each.member_id or self.head.id
            seating.accept(teller.db, each, by_id=by_id, now=now + 6 * MINUTE)
        self._sent(now)

    def prepare_the_council(self, *, now: dt.datetime) -> None:
        """Candidates of the meeting in progress: more than there are seats."""
        council = self.set_up("", 2, now=now)
        people = self.stand(council, self.teller.cast.authors[:4], now=now)
        self.propose(council, people[:2], now=now + 2 * DAY)
        self._sent(now)

    def call(self, closes_on: dt.date, *, now: dt.datetime) -> None:
        """Nominations are open: the directors stand again, a member has nominated herself, one who
        visits has been nominated and has not answered."""
        teller, cast = self.teller, self.teller.cast
        for item in electing.not_set_up(teller.db, self.meeting.id):
            electing.set_up(teller.db, self.meeting, item, by_id=self.head.id, now=now)
        nominations.call(
            teller.db, self.meeting, closes_on, texts.CALL, by_id=self.head.id, now=now
        )
        board = elections.of_item(teller.db, self.item("board").id)
        if board is None:
            raise LookupError("board")
        self.stand(board, cast.directors[:3], now=now)
        keen, visitor = cast.authors[3], cast.visitors[0]
        nominations.nominate(teller.db, board, keen, "", by=keen, now=now + DAY)
        nominations.nominate(
            teller.db, board, visitor, texts.NOMINATED, by=cast.authors[4], now=now + DAY
        )
        self._sent(now)

    def _sent(self, now: dt.datetime) -> None:
        """Every letter has left."""
        self.teller.db.execute(
            sa.update(NominationLetter)
            .where(NominationLetter.meeting_id == self.meeting.id)
            .values(state=DispatchState.SENT, sent_at=now)
        )
