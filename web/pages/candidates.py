"""A candidate: asked for consent, shown to the members, elected, accepting."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.orm import Session

from governance import (
    candidate_pages,
    candidates,
    elections,
    eligibility,
    pictures,
    presiding,
    seating,
)
from governance.agenda import AgendaItem
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid, NotFound, Refused, WrongState
from governance.languages import LANGUAGES
from governance.meetings import Meeting, MeetingState
from web import forms
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.documents import Upload, meeting_for
from web.pages.elections import committee_for
from web.render import entered, page, see
from web.security import MOST_UPLOAD

PUBLIC = (CandidateState.STANDING, CandidateState.WITHDRAWN)


def candidate_for(
    db: Session, visitor: Visitor, candidate_id: int
) -> tuple[Candidate, Election, Meeting]:
    """With their consent every member's to see; until then their own and the committee's, and the
    chair's where they were named from the floor."""
    member = visitor.require()
    candidate = candidates.get(db, visitor.association.id, candidate_id)
    election = db.get_one(Election, candidate.election_id)
    meeting = meeting_for(db, visitor, election.meeting_id)
    known = candidate.state in PUBLIC or candidate.member_id == member.id
    hears = candidate.from_floor and _chairs(db, visitor, meeting)
    if not known and not hears and not committee_for(db, visitor, meeting):
        raise NotFound
    return candidate, election, meeting


def _chairs(db: Session, visitor: Visitor, meeting: Meeting) -> bool:
    going_on = meeting.state is MeetingState.OPEN
    return going_on and presiding.presides(db, meeting.id, visitor.require().id)


@get("/candidates/{candidate_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, candidate_id: int) -> Response[str]:
    return _page(house, visitor, candidate_id)


def _page(
    house: House,
    visitor: Visitor,
    candidate_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        candidate, election, meeting = candidate_for(db, visitor, candidate_id)
        item = db.get_one(AgendaItem, election.item_id)
        committee = committee_for(db, visitor, meeting)
        reachable = not candidate_pages.may_write(db, candidate, member.id)
        mine = candidate.member_id == member.id
        facts: dict[str, Any] = {
            "hindrances": eligibility.hindrances(db, candidate, election),
            "reasons": candidates.reasons(db, candidate.id) if committee or mine else [],
            "chairs": _chairs(db, visitor, meeting),
        }
    return page(
        visitor,
        "candidates/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        election=election,
        item=item,
        candidate=candidate,
        mine=mine,
        committee=committee,
        writes=not reachable,
        over=meeting.state in candidates.OVER,
        tongues=LANGUAGES,
        form={"reason": "", **(form or {})},
        error=error,
        **facts,
    )


@post("/candidates/{candidate_id:int}/answer", sync_to_thread=True)
def answer(house: House, visitor: Visitor, candidate_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    form = entered(data, "answer")
    if form["answer"] not in ("yes", "no"):
        raise Invalid(N_("Answer yes or no."), field="answer")
    with house.database.writing() as db:
        candidate, election, _ = candidate_for(db, visitor, candidate_id)
        consents = form["answer"] == "yes"
        candidates.answer(db, candidate, consents, by_id=member.id, now=house.clock())
    house.live.publish(election.meeting_id)
    if candidate.member_id != member.id:
        return see(f"/elections/{election.id}", notice="answer-recorded")
    if not consents:
        return see(f"/candidates/{candidate_id}", notice="consent-refused")
    return see(f"/candidates/{candidate_id}/edit", notice="consent-given")


@post("/candidates/{candidate_id:int}/withdraw", sync_to_thread=True)
def withdraw(house: House, visitor: Visitor, candidate_id: int) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        candidate, election, _ = candidate_for(db, visitor, candidate_id)
        candidates.withdraw(db, candidate, by_id=member.id, now=house.clock())
    house.live.publish(election.meeting_id)
    return see(f"/candidates/{candidate_id}", notice="candidate-withdrawn")


@post("/candidates/{candidate_id:int}/override", sync_to_thread=True)
def override(house: House, visitor: Visitor, candidate_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    form = entered(data, "reason")
    try:
        with house.database.writing() as db:
            candidate, election, _ = candidate_for(db, visitor, candidate_id)
            eligibility.override(db, candidate, form["reason"], by_id=member.id, now=house.clock())
    except (Invalid, WrongState) as error:
        return _page(house, visitor, candidate_id, form=form, error=error)
    house.live.publish(election.meeting_id)
    return see(f"/candidates/{candidate_id}", notice="saved")


@post("/candidates/{candidate_id:int}/seat", sync_to_thread=True)
def seat(house: House, visitor: Visitor, candidate_id: int, data: Form) -> Response[Any]:
    """Whether somebody elected takes the seat: by themselves, or recorded for them."""
    member = visitor.require()
    form = entered(data, "answer")
    with house.database.writing() as db:
        candidate, election, _ = candidate_for(db, visitor, candidate_id)
        now = house.clock()
        elections.take_results(db, now=now)
        if form["answer"] == "accept":
            seating.accept(db, candidate, by_id=member.id, now=now)
        elif form["answer"] == "decline":
            seating.decline(db, candidate, by_id=member.id, now=now)
        else:
            raise Invalid(N_("Answer yes or no."), field="answer")
    house.live.publish(election.meeting_id)
    notice = "seat-accepted" if form["answer"] == "accept" else "seat-declined"
    mine = candidate.member_id == member.id
    path = f"/candidates/{candidate_id}" if mine else f"/elections/{election.id}"
    return see(path, notice=notice)


@get("/candidates/{candidate_id:int}/picture", sync_to_thread=True)
def picture(house: House, visitor: Visitor, candidate_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        candidate, _, _ = candidate_for(db, visitor, candidate_id)
        if candidate.picture is None:
            raise NotFound
        return Response(candidate.picture, media_type=candidate.picture_media)


@get("/candidates/{candidate_id:int}/edit", sync_to_thread=True)
def edit(house: House, visitor: Visitor, candidate_id: int) -> Response[str]:
    return _edit_page(house, visitor, candidate_id)


def _edit_page(
    house: House,
    visitor: Visitor,
    candidate_id: int,
    *,
    form: dict[str, Any] | None = None,
    error: Refused | None = None,
    preview: bool = False,
) -> Response[str]:
    member = visitor.require()
    association = visitor.association
    with house.database.reading() as db:
        candidate, election, meeting = candidate_for(db, visitor, candidate_id)
        item = db.get_one(AgendaItem, election.item_id)
        if not candidate_pages.may_write(db, candidate, member.id):
            raise candidate_pages.NotTheirPage
        if candidate.state is not CandidateState.STANDING:
            raise WrongState(N_("A candidate has a page after saying yes."))
    as_it_is = {
        **forms.spread(association, "text", candidate.texts),
        **forms.spread(association, "alt", candidate.picture_alt),
        "speaks": candidate.speaks,
    }
    return page(
        visitor,
        "candidates/edit.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        election=election,
        item=item,
        candidate=candidate,
        tongues=forms.languages(association),
        spoken=LANGUAGES,
        megabytes=pictures.LARGEST // 1_000_000,
        preview=preview,
        form={**as_it_is, **(form or {})},
        error=error,
    )


@post("/candidates/{candidate_id:int}/edit", sync_to_thread=True)
def write(house: House, visitor: Visitor, candidate_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    association = visitor.association
    sent = data.get("speaks") or []
    speaks = [str(each) for each in (sent if isinstance(sent, list) else [sent])]
    form = {**entered(data, *forms.fields(association, "text", "alt")), "speaks": speaks}
    if data.get("step") == "preview":
        return _edit_page(house, visitor, candidate_id, form=form, preview=True)
    try:
        with house.database.writing() as db:
            candidate, election, _ = candidate_for(db, visitor, candidate_id)
            candidate_pages.write(
                db,
                candidate,
                text=forms.texts(form, "text", association),
                speaks=speaks,
                alt=forms.texts(form, "alt", association),
                by_id=member.id,
                now=house.clock(),
            )
    except Invalid as error:
        return _edit_page(house, visitor, candidate_id, form=form, error=error)
    house.live.publish(election.meeting_id)
    return see(f"/candidates/{candidate_id}", notice="saved")


@post(
    "/candidates/{candidate_id:int}/picture",
    sync_to_thread=True,
    request_max_body_size=MOST_UPLOAD,
)
def show_picture(house: House, visitor: Visitor, candidate_id: int, data: Upload) -> Response[Any]:
    member = visitor.require()
    file = data.get("picture")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid(N_("Choose a file."), field="picture")
        body = file.file.read()
        with house.database.writing() as db:
            candidate, _, _ = candidate_for(db, visitor, candidate_id)
            candidate_pages.show_picture(db, candidate, body, by_id=member.id, now=house.clock())
    except Invalid as error:
        return _edit_page(house, visitor, candidate_id, error=error)
    return see(f"/candidates/{candidate_id}/edit", notice="saved")


@post("/candidates/{candidate_id:int}/picture/remove", sync_to_thread=True)
def remove_picture(house: House, visitor: Visitor, candidate_id: int) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        candidate, _, _ = candidate_for(db, visitor, candidate_id)
        candidate_pages.take_picture_away(db, candidate, by_id=member.id, now=house.clock())
    return see(f"/candidates/{candidate_id}/edit", notice="saved")


handlers = [
    show,
    answer,
    withdraw,
    override,
    seat,
    picture,
    edit,
    write,
    show_picture,
    remove_picture,
]
