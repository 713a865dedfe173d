"""A meeting held with the real operations, from its opening to its close: what minutes are of."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ballots.open_ballot import OpenBallot
from ballots.store import Cast, SqlBoard
from governance import agenda, attendance, motions, polls, presiding, roles, roll
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.attendance import Presence
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.motions import Motion, MotionState, Opinion
from governance.notices import Notice
from governance.polls import Poll
from governance.roles import Role

NAMES = ("Cleo Strand", "Sia Lund", "Kim Vik", "Anna Åberg", "Bo Öst", "Eva Ek")

SEED = "5e" * 32


@dataclass(frozen=True)
class People:
    chair: Member
    secretary: Member
    checker: Member
    anna: Member
    bo: Member
    eva: Member

    @property
    def all(self) -> list[Member]:
        return [self.chair, self.secretary, self.checker, self.anna, self.bo, self.eva]


@dataclass
class Hall:
    """The meeting under way: each act at its own minute, by the chair."""

    db: Session
    board: SqlBoard
    meeting: Meeting
    people: People
    now: dt.datetime
    chance: Callable[[int], bytes]

    def later(self, minutes: int = 1) -> dt.datetime:
        self.now += dt.timedelta(minutes=minutes)
        return self.now

    def item(self, key: str) -> AgendaItem:
        return next(each for each in agenda.items(self.db, self.meeting.id) if each.key == key)

    def take_up(self, key: str) -> AgendaItem:
        item = self.item(key)
        presiding.take_up(self.db, self.meeting, item, by_id=self.people.chair.id, now=self.later())
        return item

    def elect(self, office: Role, *elected: Member, by: Member | None = None) -> None:
        by_id = (by or self.people.chair).id
        presiding.elect(self.db, self.meeting, office, elected, by_id=by_id, now=self.later())

    def approve_roll(self) -> None:
        by_id = self.people.chair.id
        roll.approve(
            self.db, self.board, self.meeting, by_id=by_id, now=self.later(), chance=self.chance
        )

    def ballot(self, item: AgendaItem, choices: dict[Member, str], **asked: object) -> Poll:
        """Open, cast, close; it waits to be declared."""
        by_id = self.people.chair.id
        poll = polls.open_ballot(
            self.db,
            self.board,
            self.meeting,
            item,
            by_id=by_id,
            now=self.later(),
            chance=self.chance,
            **asked,
        )
        casts = []
        for member, choice in choices.items():
            slot = polls.voter_slot(self.db, poll.id, member.id)
            ballot = OpenBallot(poll.election, slot, self.chance(32).hex(), choice)
            casts.append(Cast(poll.election, slot, ballot.encode(), self.chance(16).hex()))
        self.board.cast(self.db.connection(), casts)
        return polls.close(self.db, self.board, poll, by_id=by_id, now=self.later())

    def declare(self, poll: Poll) -> None:
        by_id = self.people.chair.id
        polls.declare(self.db, self.board, poll, by_id=by_id, now=self.later())


def named_in(text: str, there: People) -> set[str]:
    """Whose given or family name stands in a text; what looks like one within a key does not."""
    words = set(re.findall(r"\w+", re.sub(r"(?s)```.*?```|`[^`]*`|<code>.*?</code>", "", text)))
    return {
        name for each in there.all for name in (each.given_name, each.family_name) if name in words
    }


def people(db: Session, association: Association) -> People:
    made = []
    for number, name in enumerate(NAMES, 101):
        given, family = name.split()
        member = Member(
            association_id=association.id,
            number=str(number),
            given_name=given,
            family_name=family,
            email=f"{number}@example.org",
            country="SE",
            language="en",
            joined=dt.date(2020, 1, 1),
        )
        db.add(member)
        made.append(member)
    db.flush()
    return People(*made)


def call(db: Session, board: SqlBoard, association: Association, now: dt.datetime) -> Hall:
    """A meeting that is called for now, with a motion in its agenda."""
    there = people(db, association)
    meeting = Meeting(
        association=db.merge(association),
        kind=MeetingKind.ANNUAL,
        state=MeetingState.CALLED,
        title={"sv": "årsstämma 2027", "en": "annual meeting 2027"},
        starts_at=now,
        place="Folkets hus, Umeå",
        motions_close=now.date() - dt.timedelta(days=60),
    )
    db.add(meeting)
    db.flush()
    agenda.lay_out(db, meeting)
    _add_motion(db, meeting, there.anna, now)
    notice = Notice(
        meeting_id=meeting.id,
        texts={"sv": "Kallelse"},
        sha256="a" * 64,
        approved_at=now - dt.timedelta(days=21),
        approved_by_id=there.chair.id,
        issued_at=now - dt.timedelta(days=20),
        deviation="Eva Ek var sjuk.",
    )
    db.add(notice)
    roles.grant(db, there.chair, Role.DIRECTOR, now=now, by_id=None)
    return Hall(db, board, meeting, there, now, random.Random(7).randbytes)  # noqa: S311 - the same in each run


def _add_motion(db: Session, meeting: Meeting, author: Member, now: dt.datetime) -> None:
    motion = Motion(
        meeting_id=meeting.id,
        author_id=author.id,
        number=1,
        state=MotionState.ADMISSIBLE,
        language="sv",
        title="Cykelställ",
        text="Många cyklar.",
        clauses=["att ställa upp ett cykelställ", "att Eva Ek väljer plats"],
        submitted_at=now,
        opinion=Opinion.REJECT,
    )
    db.add(motion)
    db.flush()
    motions.take_into_notice(db, meeting, now=now)


def check_in(hall: Hall) -> None:
    for member in hall.people.all:
        attendance.arrive(
            hall.db, hall.meeting, member, Presence.ROOM, by_id=member.id, now=hall.now
        )


def hold(hall: Hall) -> None:
    """From the opening to the close, with every kind of vote."""
    db, there = hall.db, hall.people
    check_in(hall)
    presiding.open_meeting(db, hall.meeting, by_id=there.chair.id, now=hall.later())
    hall.take_up("opening")
    hall.elect(Role.CHAIR, there.chair)
    hall.elect(Role.SECRETARY, there.secretary)
    hall.elect(Role.CHECKER, there.checker)
    hall.approve_roll()
    hall.take_up("reports")
    _decide_the_accounts(hall)
    presiding.adjourn(db, hall.meeting, by_id=there.chair.id, now=hall.later())
    presiding.resume(db, hall.meeting, by_id=there.chair.id, now=hall.later(20))
    attendance.leave(db, hall.meeting, there.eva, by_id=there.eva.id, now=hall.later())
    hall.approve_roll()
    _decide_the_motion(hall)
    _elect_the_auditor(hall)
    _elect_the_board_by_lot(hall)
    hall.take_up("closing")
    presiding.close_meeting(db, hall.meeting, by_id=there.chair.id, now=hall.later())


def _decide_the_accounts(hall: Hall) -> None:
    polls.acclaim(
        hall.db,
        hall.meeting,
        hall.take_up("accounts"),
        outcome="adopt",
        by_id=hall.people.chair.id,
        now=hall.later(),
    )


def _decide_the_motion(hall: Hall) -> None:
    there, item = hall.people, hall.take_up("motion")
    first = hall.ballot(
        item,
        {there.anna: "adopt", there.bo: "reject", there.checker: "reject", there.chair: "adopt"},
        clause=1,
    )
    polls.casting_vote(hall.db, first, "reject", by_id=there.chair.id, now=hall.later())
    hall.declare(first)
    polls.dissent(hall.db, first, there.anna, "Fler | cyklar.", now=hall.later())
    second = polls.show_of_hands(
        hall.db,
        hall.meeting,
        item,
        votes={"adopt": 1, "reject": 3, "abstain": 1},
        clause=2,
        by_id=there.chair.id,
        now=hall.later(),
    )
    hall.declare(second)


def _elect_the_auditor(hall: Hall) -> None:
    there, item = hall.people, hall.take_up("auditor")
    void = hall.ballot(item, {there.bo: "candidate-1"}, candidates=["Anna Åberg"])
    polls.void(
        hall.db,
        hall.board,
        void,
        "Bo Öst saknades bland kandidaterna.",
        by_id=there.chair.id,
        now=hall.later(),
    )
    asked = {"sv": "Val av revisor, ny omröstning", "en": "Election of the auditor, again"}
    choices = {there.anna: "candidate-2", there.bo: "candidate-2", there.checker: "candidate-1"}
    hall.declare(hall.ballot(item, choices, candidates=["Anna Åberg", "Bo Öst"], question=asked))


def _elect_the_board_by_lot(hall: Hall) -> None:
    there = hall.people
    choices = {there.anna: "candidate-1", there.bo: "candidate-2"}
    tied = hall.ballot(hall.take_up("board"), choices, candidates=["Eva Ek", "Kim Vik"])
    polls.lot(hall.db, tied, seed=SEED, by_id=there.chair.id, now=hall.later())
    hall.declare(tied)
