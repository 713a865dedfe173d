"""Elections of a meeting: the call for nominations, the offices, and the committee's next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import agenda, candidates, electing, elections, nomination_letters, nominations
from governance.agenda import AgendaItem
from governance.candidates import Acceptance, Candidate, CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid, Refused, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.nominations import NominationCall
from governance.offices import NAMES
from web import forms
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.documents import meeting_for
from web.render import entered, page, see
from web.steps import Step

USUAL_CALL = dt.timedelta(days=28)
MOST_ACTS = 40
# The acts that prepare an election, in words: who did what is open to every member.
ACTS = {
    "election.set-up": N_("set the election up"),
    "election.office-chosen": N_("said which office the election fills"),
    "election.changed": N_("changed seats or term"),
    "election.proposed": N_("made or changed the proposal"),
    "nominations.called": N_("called for nominations"),
    "nominations.call-changed": N_("changed the call for nominations"),
    "candidate.overridden": N_("answered for a candidate's eligibility"),
    "election.seats-decided": N_("entered the number of seats that the meeting decided"),
    "nominations.closed": N_("closed the nominations from the floor"),
    "nominations.reopened": N_("opened the nominations from the floor again"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """An election as the list shows it."""

    election: Election
    item: AgendaItem
    standing: int
    waiting: int  # nominated, without an answer: the committee's alone to know
    declined: int
    proposed: int


def committee_for(db: Session, visitor: Visitor, meeting: Meeting) -> bool:
    member = visitor.member
    return member is not None and elections.works_here(db, meeting.association_id, member.id)


def election_for(
    db: Session, visitor: Visitor, election_id: int
) -> tuple[Election, AgendaItem, Meeting]:
    """The election as a member may see it. Raises NotFound, and asks strangers to log in."""
    visitor.require()
    election = elections.get(db, visitor.association.id, election_id)
    meeting = meeting_for(db, visitor, election.meeting_id)
    return election, db.get_one(AgendaItem, election.item_id), meeting


@get("/meetings/{meeting_id:int}/elections", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    return _page(house, visitor, meeting_id)


def _page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    visitor.require()
    now = house.clock()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        committee = committee_for(db, visitor, meeting)
        lines = [_line(db, *each) for each in elections.of_meeting(db, meeting_id)]
        missing = electing.not_set_up(db, meeting_id) if committee else []
        called = nominations.call_of(db, meeting_id)
        is_open = nominations.is_open(db, meeting, now=now)
        letters = nomination_letters.counts(db, meeting_id) if committee and called else {}
        by_post = nomination_letters.how_many_by_post(db, meeting, now=now) if committee else 0
        acts = _acts(db, meeting_id)
        role = elections.committee(db, meeting.association_id)
    return page(
        visitor,
        "elections/list.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        lines=lines,
        missing=missing,
        called=called,
        is_open=is_open,
        letters=letters,
        by_post=by_post,
        committee=committee,
        role=role.value,
        may_call=meeting.state in electing.BEFORE - {MeetingState.DRAFT},
        step=next_step(meeting, lines, missing, called, is_open) if committee else None,
        acts=acts,
        words=ACTS,
        offices=NAMES,
        tongues=forms.languages(visitor.association),
        form={**_call_form(visitor, meeting, called, now), **(form or {})},
        error=error,
    )


def _line(db: Session, election: Election, item: AgendaItem) -> Line:
    people = candidates.of_election(db, election.id)
    states = [each.state for each in people]
    return Line(
        election=election,
        item=item,
        standing=states.count(CandidateState.STANDING),
        waiting=states.count(CandidateState.NOMINATED),
        declined=states.count(CandidateState.DECLINED),
        proposed=sum(each.rank is not None for each in people),
    )


def next_step(
    meeting: Meeting,
    lines: Sequence[Line],
    missing: Sequence[AgendaItem],
    called: NominationCall | None,
    is_open: bool,
) -> Step | None:
    """What the committee does next; None where it waits for others or the meeting has begun."""
    base = f"/meetings/{meeting.id}/elections"
    if meeting.state not in electing.BEFORE:
        return None
    if missing and called is None:
        message = N_("Elections on the agenda that are not set up: %(count)s.")
        facts = {"count": len(missing)}
        label = N_("Set up the elections")
        return Step(message=message, label=label, path=f"{base}/set-up", posts=True, facts=facts)
    if not lines:
        return None
    if called is None and meeting.state is not MeetingState.DRAFT:
        message = N_("Look the offices through, then call for nominations.")
        return Step(message=message, label=N_("Write the call"), path=f"{base}#call")
    unproposed = [each for each in lines if each.election.proposed_at is None and each.standing]
    if unproposed and not is_open:
        first = unproposed[0]
        message = N_("The nominations are in. Elections without a proposal: %(count)s.")
        facts = {"count": len(unproposed)}
        path = f"/elections/{first.election.id}/proposal"
        return Step(message=message, label=N_("Write the first proposal"), path=path, facts=facts)
    return None


def _acts(db: Session, meeting_id: int) -> Sequence[tuple[JournalEntry, str]]:
    """Who prepared what, the latest first; the name is empty where the house did it itself."""
    rows = (
        sa.select(JournalEntry, Member)
        .outerjoin(Member, Member.id == JournalEntry.by_id)
        .where(JournalEntry.meeting_id == meeting_id, JournalEntry.act.in_(ACTS))
        .order_by(JournalEntry.id.desc())
        .limit(MOST_ACTS)
    )
    return [(entry, member.name if member else "") for entry, member in db.execute(rows)]


def _call_form(
    visitor: Visitor, meeting: Meeting, called: NominationCall | None, now: dt.datetime
) -> dict[str, str]:
    association = visitor.association
    last = association.today(meeting.starts_at) - dt.timedelta(days=1)
    usual = min(last, association.today(now) + USUAL_CALL)
    text = called.text if called else {}
    day = called.closes_on if called else usual
    return {"closes_on": day.isoformat(), **forms.spread(association, "text", text)}


@post("/meetings/{meeting_id:int}/elections/set-up", sync_to_thread=True)
def set_up(house: House, visitor: Visitor, meeting_id: int) -> Response[Any]:
    """Every election on the agenda, with what is usual; each can be changed afterwards."""
    member = visitor.require()
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        for item in electing.not_set_up(db, meeting_id):
            electing.set_up(db, meeting, item, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/elections", notice="elections-set-up")


@post("/meetings/{meeting_id:int}/elections/call", sync_to_thread=True)
def call(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    association = visitor.association
    form = entered(data, "closes_on", *forms.fields(association, "text"))
    try:
        with house.database.writing() as db:
            nominations.call(
                db,
                meeting_for(db, visitor, meeting_id),
                forms.day(form, "closes_on"),
                forms.texts(form, "text", association),
                by_id=member.id,
                now=house.clock(),
            )
    except (Invalid, WrongState) as error:
        return _page(house, visitor, meeting_id, form=form, error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/elections", notice="nominations-called")


def waiting_for(db: Session, member: Member) -> list[tuple[str, dict[str, Any], str]]:
    """What elections ask of a member: a msgid, its facts, and the page where it is answered."""
    asked: list[tuple[str, dict[str, Any], str]] = []
    for candidate, election, meeting in candidates.of_member(db, member.id):
        item = agenda.get(db, meeting.id, election.item_id)
        message = _asks(candidate, meeting)
        if message:
            asked.append((message, {"office": item.title}, f"/candidates/{candidate.id}"))
    return asked


def _asks(candidate: Candidate, meeting: Meeting) -> str:
    if candidate.acceptance is Acceptance.WAITING:
        return N_("You have been elected. Do you accept? %(office)s")
    over = meeting.state in candidates.OVER
    if candidate.state is CandidateState.NOMINATED and not over:
        return N_("You have been nominated. Do you stand? %(office)s")
    if candidate.state is CandidateState.STANDING and not candidate.texts and not over:
        return N_("Write your page as a candidate: %(office)s")
    return ""


handlers = [show, set_up, call]
