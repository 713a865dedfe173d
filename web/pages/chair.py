"""The chair's page: how the meeting stands, the next step, and the steps of the meeting itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get
from sqlalchemy.orm import Session

from ballots.verify_secret import FEWEST
from governance import attendance, elections, electoral_boards, polls, presiding, rulebook, secret
from governance.agenda import ItemKind
from governance.errors import NotAllowed, NotFound, Refused
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Dissent, Poll, PollKind, PollState
from governance.roles import Role
from web import forms, results, ways_of_counting
from web.auth import Visitor
from web.errors import status_of
from web.house import House
from web.pages.documents import meeting_for
from web.pages.electoral_board import standing
from web.pages.motions import OPINIONS
from web.pages.polls import box, keepers
from web.render import page, see
from web.rostrum import OFFICES_OF, Clause, Rostrum, Step, stand

WATCHERS = {Role.CHAIR, Role.SECRETARY, Role.DIRECTOR, Role.ADMINISTRATOR}
WAYS = ("acclamation", "hands", "ballot", "secret")
MOST_FOUND = 12

# With the session, the meeting, who and when; returns the code of what was done (NOTICES), or ""
# where the same click had done it before.
Act = Callable[[Session, Meeting, int, dt.datetime], str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the chair has asked to see, by the address or by the form that was sent."""

    panel: str = ""
    way: str = ""
    holder: str = ""  # of the key of a secret vote, "server" where it is to be the server alone
    clause: int | None = None
    office: Role | None = None
    words: str = ""
    chosen: tuple[int, ...] = ()


def base(meeting_id: int) -> str:
    return f"/meetings/{meeting_id}/chair"


@get("/meetings/{meeting_id:int}/chair", sync_to_thread=True)
def show(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    panel: str = "",
    way: str = "",
    holder: str = "",
    clause: int | None = None,
    office: str = "",
    q: str = "",
    chosen: list[int] | None = None,
) -> Response[str]:
    asked = Asked(
        panel=panel,
        way=way,
        holder=holder,
        clause=clause,
        office=office_of(office),
        words=q.strip(),
        chosen=tuple(chosen or ()),
    )
    return answer(house, visitor, meeting_id, asked)


def answer(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    asked: Asked,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    """The page, with what was asked for in its middle; after a refusal, with the reason above."""
    member = visitor.require()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        if not visitor.roles_in(meeting_id) & WATCHERS:
            raise NotAllowed
        room = stand(db, meeting, member.id, house.clock())
        said = {each.id: _dissents(db, each) for each in room.polls}
        step = room.may_show(asked.panel) or room.step
        asked = _settled(room, step, asked)
        people = _people(db, room, asked) if step is Step.OFFICERS else []
        cast = box(db, house, room.vote) if room.vote else None
        secretly = room.vote is not None and room.vote.kind is PollKind.SECRET_BALLOT
        holders = keepers(db, room.vote) if room.vote and secretly else None
        board = standing(db, meeting_id)
        trustees = _opening(db, house, room.vote)
        standing_here = _standing_here(db, room)
        election = elections.of_item(db, room.current.id) if room.current else None
    clause = _clause(room, asked)
    return page(
        visitor,
        "chair/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        room=room,
        step=step,
        asked=asked,
        clause=clause,
        people=people[:MOST_FOUND],
        people_left=max(0, len(people) - MOST_FOUND),
        results={each.id: results.of(each, visitor.language) for each in room.polls},
        needed=results.NEEDED,
        majority=_majority(visitor, room),
        box=cast,
        keepers=holders,
        board=board,
        opening=trustees,
        fewest=FEWEST,
        opinions=OPINIONS,
        dissents=said,
        questions=_questions(visitor),
        election=election,
        ways=ways_of_counting.offered(elects=_elects(room)),
        settings=ways_of_counting.SETTINGS,
        own_field=ways_of_counting.field,
        form={**_proposed(room, clause, visitor), **standing_here, **(form or {})},
        error=error,
    )


@dataclass(frozen=True)
class Opening:
    """How far the opening of a closed secret vote has come."""

    server_alone: bool
    key_gone: bool  # the server's own, so that nobody can open it
    needed: int
    left: int  # how many trustees still can
    trustees: list[tuple[str, bool, bool]]  # name, whether opened, whether the key is lost
    few: bool  # so few voted that only the outcome is told

    @property
    def opened(self) -> int:
        return sum(opened for _, opened, _ in self.trustees)

    @property
    def hopeless(self) -> bool:
        return self.key_gone or (not self.server_alone and self.left < self.needed)


def _opening(db: Session, house: House, poll: Poll | None) -> Opening | None:
    if poll is None or poll.kind is not PollKind.SECRET_BALLOT or poll.state is PollState.OPEN:
        return None
    trust = secret.trust(db, poll)
    opened = {each.number for each in secret.openings(db, poll)}
    return Opening(
        server_alone=trust.server_alone,
        key_gone=trust.server_alone and not house.server_keys.has(str(poll.election)),
        needed=trust.needed,
        left=electoral_boards.left(trust.trustees),
        trustees=[
            (each.member.name, each.number in opened, each.lost_at is not None)
            for each in trust.trustees
        ],
        few=secret.of(db, poll).few,
    )


def office_of(word: str) -> Role | None:
    return Role(word) if word in {each.value for each in presiding.OFFICES} else None


def _settled(room: Rostrum, step: Step, asked: Asked) -> Asked:
    """What was not said is taken from how things stand."""
    if step is Step.OFFICERS:
        office = asked.office or room.office_to_fill or Role.CHAIR
        chosen = asked.chosen or tuple(each.id for each in room.officers[office])
        return replace(asked, office=office, chosen=chosen)
    if step is Step.DECIDE and asked.way not in WAYS:
        return replace(asked, way="ballot" if room.motion else "acclamation")
    return asked


def _people(db: Session, room: Rostrum, asked: Asked) -> list[Member]:
    """Who can be chosen: those chosen so far, and those present whom the words find."""
    here = attendance.find(db, room.meeting.id, asked.words)
    by_id = {each.id: each for each, _ in attendance.present(db, room.meeting.id)}
    held = {each.id: each for each in room.officers[asked.office or Role.CHAIR]}
    first = [(by_id | held)[each] for each in asked.chosen if each in by_id | held]
    return [*first, *(each for each in here if each not in first)]


def _clause(room: Rostrum, asked: Asked) -> Clause | None:
    """The clause that is to be decided: the one asked for, else the first undecided."""
    wanted = [each for each in room.clauses if each.number == asked.clause]
    if asked.clause is not None and wanted:
        return wanted[0]
    return room.undecided or next(iter(room.clauses), None)


def _majority(visitor: Visitor, room: Rostrum) -> dict[str, Any]:
    """What a vote on the current item is decided by."""
    book = rulebook.of(visitor.association)
    return book.majority(room.current.majority if room.current else "ordinary")


def _proposed(room: Rostrum, clause: Clause | None, visitor: Visitor) -> dict[str, str]:
    """The forms as they stand before anybody has written in them."""
    question = dict(clause.text) if clause else {}
    offices = OFFICES_OF.get(room.current.key, ()) if room.current else ()
    names = ", ".join(each.name for office in offices for each in room.officers[office])
    if names:
        question = {code: f"{text}: {names}" for code, text in question.items()}
    empty = (
        "consents",
        "outcome",
        "adopt",
        "reject",
        "abstain",
        "candidates",
        "minutes",
        "revote",
        "holder",
    )
    counting = ways_of_counting.fields(visitor.association.languages)
    return {
        **dict.fromkeys((*empty, *counting, "choice", "seed", "reason"), ""),
        "seats": "1",
        **forms.spread(visitor.association, "question", question),
    }


def _standing_here(db: Session, room: Rostrum) -> dict[str, str]:
    """Who stands in the current item's election, and how many it elects."""
    election = elections.of_item(db, room.current.id) if room.current else None
    if election is None:
        return {}
    names = [name for _, name in elections.standing(db, election)]
    seats = max(1, elections.vacant(db, election))
    return {"candidates": "\n".join(names), "seats": str(seats)}


def _elects(room: Rostrum) -> bool:
    return room.current is not None and room.current.kind is ItemKind.ELECTION


def _questions(visitor: Visitor) -> list[tuple[str, str, str]]:
    """The fields of the question: name, and code and name of the language."""
    names = forms.fields(visitor.association, "question")
    languages = forms.languages(visitor.association)
    return [(name, *language) for name, language in zip(names, languages, strict=True)]


def _dissents(db: Session, poll: Poll) -> list[tuple[Member, Dissent]]:
    said = polls.dissents(db, poll.id) if poll.state is PollState.DECLARED else []
    return [(db.get_one(Member, each.member_id), each) for each in said]


def take(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    act: Act,
    *,
    asked: Asked | None = None,
    form: dict[str, str] | None = None,
) -> Response[Any]:
    """Take one step of the chair's, tell everybody, and show the page; refused, it says why."""
    member = visitor.require()
    try:
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            presiding.require(db, meeting_id, member.id)
            # Of two clicks at once the second finds what the first has done.
            presiding.hold(db, meeting)
            notice = act(db, meeting, member.id, house.clock())
    except (NotAllowed, NotFound):
        raise
    except Refused as error:
        return answer(house, visitor, meeting_id, asked or Asked(), form=form, error=error)
    house.live.publish(meeting_id)
    return see(base(meeting_id), notice=notice)


handlers: list[Any] = [show]
