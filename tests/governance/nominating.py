"""An annual meeting whose board is to be elected, its committee, and who may be nominated."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ballots.store import SqlBoard
from governance import (
    agenda,
    attendance,
    candidates,
    electing,
    nominations,
    polls,
    presiding,
    proposals,
    roles,
    roll,
)
from governance.agenda import AgendaItem
from governance.attendance import Presence
from governance.candidates import Candidate
from governance.electing import Election
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.polls import Poll
from governance.roles import Role


@dataclass
class Committee:
    db: Session
    board: SqlBoard
    meeting: Meeting
    nominator: Member
    director: Member
    people: list[Member]
    now: dt.datetime

    @property
    def anna(self) -> Member:
        return self.people[0]

    @property
    def bo(self) -> Member:
        return self.people[1]

    def item(self, key: str = "board") -> AgendaItem:
        return next(each for each in agenda.items(self.db, self.meeting.id) if each.key == key)

    def election(self, key: str = "board", **changed: object) -> Election:
        made = electing.set_up(
            self.db, self.meeting, self.item(key), by_id=self.nominator.id, now=self.now
        )
        if changed:
            self.change(made, **changed)
        return made

    def change(self, election: Election, **changed: object) -> None:
        given: dict[str, object] = {
            "seats": election.proposed_seats,
            "deputies": election.proposed_deputies,
            "years": election.years,
            "starts_on": election.starts_on,
            "members_only": election.members_only,
            "conditions": election.conditions,
            "by_id": self.nominator.id,
            "now": self.now,
        }
        electing.change(self.db, election, **{**given, **changed})

    def call(self, days: int = 20) -> nominations.NominationCall:
        day = self.meeting.association.today(self.now) + dt.timedelta(days=days)
        return nominations.call(
            self.db, self.meeting, day, {"sv": "Nominera!"}, by_id=self.nominator.id, now=self.now
        )

    def nominate(
        self, election: Election, whom: Member | str, by: Member | None = None
    ) -> Candidate:
        by = by or self.nominator
        return nominations.nominate(self.db, election, whom, "Klok.", by=by, now=self.now)

    def stands(self, election: Election, member: Member) -> Candidate:
        """Nominated, and has said yes."""
        made = self.nominate(election, member)
        candidates.answer(self.db, made, True, by_id=member.id, now=self.now)
        return made

    def propose(self, election: Election, *ranked: Candidate, reason: str = "Erfarna.") -> None:
        ids = [each.id for each in ranked]
        by = self.nominator.id
        proposals.make(self.db, election, ids, {"sv": reason}, by_id=by, now=self.now)

    def begin(self, *present: Member) -> None:
        """The meeting is open, the nominator in the chair, the roll approved."""
        self.meeting.state = MeetingState.OPEN
        self.meeting.opened_at = self.now = self.meeting.starts_at
        chair = self.nominator
        roles.grant(
            self.db, chair, Role.CHAIR, now=self.now, by_id=None, meeting_id=self.meeting.id
        )
        for each in present:
            attendance.arrive(
                self.db, self.meeting, each, Presence.ROOM, by_id=each.id, now=self.now
            )
        if present:
            by, chance = chair.id, secrets.token_bytes
            roll.approve(self.db, self.board, self.meeting, by_id=by, now=self.now, chance=chance)

    def take_up(self, key: str = "board") -> None:
        by = self.nominator.id
        presiding.take_up(self.db, self.meeting, self.item(key), by_id=by, now=self.now)

    def adopt(self, key: str) -> Poll:
        by, item = self.nominator.id, self.item(key)
        return polls.acclaim(self.db, self.meeting, item, outcome="adopt", by_id=by, now=self.now)

    def close(self, at: dt.datetime | None = None) -> None:
        self.now = at or self.meeting.starts_at + dt.timedelta(hours=3)
        presiding.close_meeting(self.db, self.meeting, by_id=self.nominator.id, now=self.now)
