"""What the committee prepares of an election: seats, term, conditions, and whom it proposes."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from governance import candidates, electing, proposals
from governance.candidates import CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid, Refused, WrongState
from web import forms
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.election import units_of, whole
from web.pages.elections import committee_for, election_for
from web.render import entered, page, see

CONDITIONS = 3  # rows on the form


@get("/elections/{election_id:int}/edit", sync_to_thread=True)
def edit(house: House, visitor: Visitor, election_id: int) -> Response[str]:
    return _edit_page(house, visitor, election_id)


def _edit_page(
    house: House,
    visitor: Visitor,
    election_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        election, item, meeting = election_for(db, visitor, election_id)
        if not committee_for(db, visitor, meeting):
            raise electing.NotOfTheCommittee
        units = units_of(db, meeting)
    return page(
        visitor,
        "elections/edit.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        election=election,
        item=item,
        units=[(each.id, each.name) for each in units],
        conditions=range(1, CONDITIONS + 1),
        form={**_as_it_is(election), **(form or {})},
        error=error,
    )


def _as_it_is(election: Election) -> dict[str, str]:
    form = {
        "seats": str(election.proposed_seats),
        "deputies": str(election.proposed_deputies),
        "years": str(election.years),
        "starts_on": election.starts_on.isoformat() if election.starts_on else "",
        "members_only": "yes" if election.members_only else "",
    }
    for at in range(CONDITIONS):
        given = election.conditions[at] if at < len(election.conditions) else {}
        form |= {f"{name}_{at + 1}": str(given.get(name, "")) for name in ("unit", "least", "most")}
    return form


@post("/elections/{election_id:int}/edit", sync_to_thread=True)
def change(house: House, visitor: Visitor, election_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    rows = [f"{name}_{at}" for at in range(1, CONDITIONS + 1) for name in ("unit", "least", "most")]
    names = ("seats", "deputies", "years", "starts_on", "members_only", *rows)
    form = entered(data, *names)
    try:
        with house.database.writing() as db:
            election, _, _ = election_for(db, visitor, election_id)
            electing.change(
                db,
                election,
                seats=whole(form, "seats"),
                deputies=whole(form, "deputies"),
                years=whole(form, "years"),
                starts_on=forms.day(form, "starts_on") if form["starts_on"] else None,
                members_only=form["members_only"] == "yes",
                conditions=_conditions(form),
                by_id=member.id,
                now=house.clock(),
            )
    except Invalid as error:
        if error.field == "conditions":
            error.field = "unit_1"
        return _edit_page(house, visitor, election_id, form=form, error=error)
    house.live.publish(election.meeting_id)
    return see(f"/elections/{election_id}", notice="saved")


def _conditions(form: dict[str, str]) -> list[dict[str, int]]:
    """The rows in which a unit is chosen."""
    found = []
    for at in range(1, CONDITIONS + 1):
        if form[f"unit_{at}"]:
            given = {"unit": whole(form, f"unit_{at}")}
            for name in ("least", "most"):
                if form[f"{name}_{at}"]:
                    given[name] = whole(form, f"{name}_{at}")
            found.append(given)
    return found


@get("/elections/{election_id:int}/proposal", sync_to_thread=True)
def proposal(house: House, visitor: Visitor, election_id: int) -> Response[str]:
    return _proposal_page(house, visitor, election_id)


def _proposal_page(
    house: House,
    visitor: Visitor,
    election_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        election, item, meeting = election_for(db, visitor, election_id)
        if not committee_for(db, visitor, meeting):
            raise electing.NotOfTheCommittee
        people = candidates.of_election(db, election.id, CandidateState.STANDING)
    ranks = {f"rank_{each.id}": str(each.rank or "") for each in people}
    reason = forms.spread(visitor.association, "reason", election.reason)
    return page(
        visitor,
        "elections/proposal.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        election=election,
        item=item,
        people=people,
        most=election.proposed_seats + election.proposed_deputies,
        tongues=forms.languages(visitor.association),
        form={**ranks, **reason, **(form or {})},
        error=error,
    )


@post("/elections/{election_id:int}/proposal", sync_to_thread=True)
def propose(house: House, visitor: Visitor, election_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    sent = [name for name in data if name.startswith("rank_")]
    form = entered(data, *sent, *forms.fields(visitor.association, "reason"))
    try:
        with house.database.writing() as db:
            election, _, _ = election_for(db, visitor, election_id)
            proposals.make(
                db,
                election,
                _ranked(form),
                forms.texts(form, "reason", visitor.association),
                by_id=member.id,
                now=house.clock(),
            )
    except (Invalid, WrongState) as error:
        return _proposal_page(house, visitor, election_id, form=form, error=error)
    house.live.publish(election.meeting_id)
    return see(f"/elections/{election_id}", notice="proposal-made")


def _ranked(form: dict[str, str]) -> list[int]:
    """The candidates by the places given to them. Raises Invalid where two have the same."""
    places: dict[int, int] = {}
    for name, text in form.items():
        if not name.startswith("rank_") or not text:
            continue
        place, candidate = whole(form, name), name.removeprefix("rank_")
        if place in places or not candidate.isdecimal():
            raise Invalid(N_("Give each place to one candidate."), field="ranks")
        if place:
            places[place] = int(candidate)
    return [places[place] for place in sorted(places)]


handlers = [edit, change, proposal, propose]
