"""One election: what is filled, who stands, who is proposed, and the meeting's own part."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from sqlalchemy.orm import Session

from ballots.counting.lot import SEED_BYTES
from governance import (
    candidates,
    electing,
    eligibility,
    floor_nominations,
    nominations,
    notices,
    polls,
    presiding,
    proposals,
    seating,
)
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.eligibility import Hindrance
from governance.errors import N_, Invalid, Refused
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.offices import DEPUTIES, NAMES
from governance.polls import UNFINISHED
from governance.units import Unit
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.elections import committee_for, election_for
from web.render import entered, page, see


@dataclass(frozen=True)
class Standing:
    """A candidate on the list, and what speaks against electing them."""

    candidate: Candidate
    hindrances: Sequence[Hindrance]

    @property
    def barred(self) -> bool:
        return any(not (each.bylaws and self.candidate.override) for each in self.hindrances)


@get("/elections/{election_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, election_id: int) -> Response[str]:
    return election_page(house, visitor, election_id)


def election_page(
    house: House,
    visitor: Visitor,
    election_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        election, item, meeting = election_for(db, visitor, election_id)
        committee = committee_for(db, visitor, meeting)
        going_on = meeting.state is MeetingState.OPEN
        leads = presiding.presides(db, meeting.id, member.id)
        chairs = going_on and leads
        shown = (CandidateState.STANDING, CandidateState.WITHDRAWN)
        public = candidates.of_election(db, election.id, *shown)
        standing = [Standing(each, eligibility.hindrances(db, each, election)) for each in public]
        hidden = _not_public(db, election, committee=committee, chairs=chairs)
        facts = _facts(db, house, election, meeting)
    return page(
        visitor,
        "elections/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        election=election,
        item=item,
        committee=committee,
        chairs=chairs,
        leads=leads and meeting.state is not MeetingState.CANCELLED,
        standing=standing,
        hidden=hidden,
        proposed=[each.candidate for each in standing if each.candidate.rank is not None],
        offices=NAMES,
        of_deputies=DEPUTIES,
        form={
            "who": "",
            "seed": "",
            "seats": election.filled,
            "deputies": election.filled_deputies,
            **(form or {}),
        },
        error=error,
        **facts,
    )


def _not_public(
    db: Session, election: Election, *, committee: bool, chairs: bool
) -> list[tuple[Candidate, list[tuple[str, str]]]]:
    """Those without consent, with who nominated them and why: the committee's alone, and for the
    chair those named from the floor, whose answer is heard in the room."""
    if not committee and not chairs:
        return []
    asked = (CandidateState.NOMINATED, CandidateState.DECLINED)
    found = candidates.of_election(db, election.id, *asked)
    if not committee:
        asked_here = [each for each in found if each.from_floor]
        return [(each, []) for each in asked_here if each.state is CandidateState.NOMINATED]
    return [
        (each, [(by.name, named.reason) for named, by in candidates.reasons(db, each.id)])
        for each in found
    ]


def _facts(db: Session, house: House, election: Election, meeting: Meeting) -> dict[str, Any]:
    notice = notices.of(db, meeting.id)
    units = {each.id: each.name for each in units_of(db, meeting)}
    people = proposals.proposed(db, election)[: election.filled]
    begun = [each for each in polls.of_item(db, election.item_id) if each.state in UNFINISHED]
    starts = election.starts_on or meeting.association.today(meeting.starts_at)
    return {
        "nominations_open": nominations.is_open(db, meeting, now=house.clock()),
        "floor_open": floor_nominations.may_nominate(db, election, meeting),
        "units": units,
        "unmet": proposals.unmet(db, election, people) if people else [],
        "after_notice": election.changed_at is not None and notice is not None,
        "elected": seating.elected(db, election.id),
        "vacant": seating.vacant(db, election) if election.poll_id is not None else 0,
        "places": floor_nominations.places(db, election),
        "may_recount": seating.may_recount(db, election),
        "begun": begun,
        "changeable": meeting.state in electing.BEFORE,
        "until": starts.year + election.years,
        "starts": starts,
    }


def units_of(db: Session, meeting: Meeting) -> Sequence[Unit]:
    rows = sa.select(Unit).where(Unit.association_id == meeting.association_id)
    return db.scalars(rows.order_by(Unit.name)).all()


def whole(form: dict[str, str], name: str) -> int:
    text = form[name] or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise Invalid(N_("Enter a whole number."), field=name)
    return int(text)


Act = Callable[[Session, Election, int, dt.datetime], object]


def _in_meeting(
    house: House,
    visitor: Visitor,
    election_id: int,
    act: Act,
    notice: str,
    form: dict[str, str] | None = None,
) -> Response[Any]:
    """A step while the meeting goes on; what is refused is said on the election's page."""
    member = visitor.require()
    try:
        with house.database.writing() as db:
            election, _, meeting = election_for(db, visitor, election_id)
            act(db, election, member.id, house.clock())
    except Refused as error:
        if status_of(error) in (403, 404):
            raise
        return election_page(house, visitor, election_id, form=form, error=error)
    house.live.publish(meeting.id)
    return see(f"/elections/{election_id}", notice=notice)


@post("/elections/{election_id:int}/floor", sync_to_thread=True)
def name(house: House, visitor: Visitor, election_id: int, data: Form) -> Response[Any]:
    """A name from the floor: by whoever is here, or by the chair who hears it and the consent."""
    form = entered(data, "who", "consents", "outsider")
    association = visitor.association

    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        by = db.get_one(Member, by_id)
        whom: Member | str = by
        if form["who"]:
            try:
                whom = nominations.find(db, association.id, form["who"], association.today(now))
            except Invalid:
                if not form["outsider"]:
                    raise
                whom = form["who"]
        consents = form["consents"] == "yes"
        floor_nominations.nominate(db, election, whom, consents=consents, by=by, now=now)

    return _in_meeting(house, visitor, election_id, act, "nominated", form)


@post("/elections/{election_id:int}/floor/close", sync_to_thread=True)
def close(house: House, visitor: Visitor, election_id: int) -> Response[Any]:
    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        floor_nominations.close(db, election, by_id=by_id, now=now)

    return _in_meeting(house, visitor, election_id, act, "nominations-closed")


@post("/elections/{election_id:int}/floor/open", sync_to_thread=True)
def reopen(house: House, visitor: Visitor, election_id: int) -> Response[Any]:
    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        floor_nominations.reopen(db, election, by_id=by_id, now=now)

    return _in_meeting(house, visitor, election_id, act, "nominations-reopened")


@post("/elections/{election_id:int}/seats", sync_to_thread=True)
def seats(house: House, visitor: Visitor, election_id: int, data: Form) -> Response[Any]:
    form = entered(data, "seats", "deputies")

    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        number, deputies = whole(form, "seats"), whole(form, "deputies")
        floor_nominations.decide_seats(db, election, number, deputies, by_id=by_id, now=now)

    return _in_meeting(house, visitor, election_id, act, "seats-decided", form)


@post("/elections/{election_id:int}/acclaim", sync_to_thread=True)
def acclaim(house: House, visitor: Visitor, election_id: int) -> Response[Any]:
    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        floor_nominations.acclaim(db, election, by_id=by_id, now=now)

    return _in_meeting(house, visitor, election_id, act, "elected-as-proposed")


@post("/elections/{election_id:int}/recount", sync_to_thread=True)
def recount(house: House, visitor: Visitor, election_id: int, data: Form) -> Response[Any]:
    """The ballots counted once more, without those who have declined."""
    form = entered(data, "seed", "lot")

    def seed() -> str | None:
        return form["seed"] or (secrets.token_bytes(SEED_BYTES).hex() if form["lot"] else None)

    def act(db: Session, election: Election, by_id: int, now: dt.datetime) -> None:
        seating.recount(db, house.board, election, seed=seed(), by_id=by_id, now=now)

    return _in_meeting(house, visitor, election_id, act, "seat-recounted", form)


handlers = [show, name, close, reopen, seats, acclaim, recount]
