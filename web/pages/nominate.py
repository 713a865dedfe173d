"""Nominating: the form in which a member proposes themselves or another for an office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import candidates, elections, nominations
from governance.electing import Election
from governance.errors import N_, Invalid, NotFound, Refused, WrongState
from governance.meetings import Meeting
from governance.members import Member
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.documents import meeting_for
from web.pages.elections import committee_for
from web.render import entered, page, see


@get("/meetings/{meeting_id:int}/nominate", sync_to_thread=True)
def nominating(house: House, visitor: Visitor, meeting_id: int, election: int = 0) -> Response[str]:
    return _nominate_page(house, visitor, meeting_id, {"election": str(election or "")})


def _nominate_page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    form: dict[str, str],
    error: Refused | None = None,
) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        committee = committee_for(db, visitor, meeting)
        called = nominations.call_of(db, meeting_id)
        if error is None and not committee:
            if called is None:
                raise nominations.NotCalled
            if not nominations.is_open(db, meeting, now=house.clock()):
                raise nominations.NominationsClosed(date=called.closes_on)
        lines = elections.of_meeting(db, meeting_id)
        if not lines:
            raise NotFound
        own = [
            (item, each) for made, item in lines for each in candidates.by(db, made.id, member.id)
        ]
    return page(
        visitor,
        "elections/nominate.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        called=called,
        committee=committee,
        choices=[(made.id, item) for made, item in lines],
        own=own,
        form={"who": "", "whom": "self", "reason": "", **form},
        error=error,
    )


@post("/meetings/{meeting_id:int}/nominate", sync_to_thread=True)
def nominate(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    """Oneself, which is to consent, or another member, who is asked."""
    member = visitor.require()
    form = entered(data, "election", "whom", "who", "reason")
    try:
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            election = _chosen(db, meeting, form["election"])
            by = db.get_one(Member, member.id)
            now = house.clock()
            whom = _named(db, visitor, election, form, by, now)
            made = nominations.nominate(db, election, whom, form["reason"], by=by, now=now)
    except (Invalid, WrongState, nominations.NominationsClosed) as error:
        return _nominate_page(house, visitor, meeting_id, form, error)
    house.live.publish(meeting_id)
    if made.member_id == member.id:
        return see(f"/candidates/{made.id}", notice="nominated-oneself")
    return see(f"/meetings/{meeting_id}/elections", notice="nominated")


def _chosen(db: Session, meeting: Meeting, sent: str) -> Election:
    known = {str(election.id): election for election, _ in elections.of_meeting(db, meeting.id)}
    if sent not in known:
        raise Invalid(N_("Choose an office."), field="election")
    return known[sent]


def _named(
    db: Session,
    visitor: Visitor,
    election: Election,
    form: dict[str, str],
    by: Member,
    now: dt.datetime,
) -> Member | str:
    """Who is meant: a member, or a firm by its name where the office is open to others and the
    committee names it."""
    if form["whom"] == "self":
        return by
    association = visitor.association
    try:
        return nominations.find(db, association.id, form["who"], association.today(now))
    except Invalid:
        outside = form["whom"] == "outsider" and not election.members_only
        if not outside or not elections.works_here(db, association.id, by.id):
            raise
        return form["who"]


handlers = [nominating, nominate]
