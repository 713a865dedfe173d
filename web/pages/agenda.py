"""The agenda as the board prepares it: its order, its items, the proposals on them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import agenda, candidates, electing, own_elections, rulebook
from governance.agenda import AgendaItem, ItemKind
from governance.electing import Election
from governance.errors import N_, Invalid, Refused, WrongState
from governance.meetings import Meeting
from governance.offices import DEPUTIES, NAMES, OF_THE_MEETING, Office
from web.auth import Visitor
from web.errors import status_of
from web.forms import (
    ChangedMeanwhile,
    Form,
    beside,
    check_seen,
    fields,
    languages,
    seen,
    spread,
    texts,
)
from web.house import House
from web.pages.documents import BOARD, meeting_for
from web.pages.meetings import CHANGEABLE
from web.render import entered, page, see

KINDS = {
    ItemKind.DECISION: N_("Decision"),
    ItemKind.ELECTION: N_("Election"),
    ItemKind.INFORMATION: N_("Information, nothing is decided"),
    ItemKind.PROCEDURE: N_("Procedure"),
    ItemKind.MOTION: N_("Motion"),
}
# What an election of the board's own fills, as the form has it: "board", "board-deputies".
OF_DEPUTIES = "-deputies"
OFFICES = {
    **{each.value: NAMES[each] for each in NAMES if each not in OF_THE_MEETING},
    **{each.value + OF_DEPUTIES: name for each, name in DEPUTIES.items()},
}
ADDED = (ItemKind.DECISION, ItemKind.ELECTION, ItemKind.INFORMATION)


@get("/meetings/{meeting_id:int}/agenda", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        items = agenda.items(db, meeting_id)
    return page(
        visitor,
        "agenda/list.html",
        meeting=meeting,
        items=items,
        kinds=KINDS,
        majorities=rulebook.of(visitor.association).majorities,
        ends=(agenda.FIRST, agenda.LAST),
        changeable=meeting.state in CHANGEABLE,
    )


@get("/meetings/{meeting_id:int}/agenda/new", sync_to_thread=True)
def new(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    form = dict.fromkeys(fields(visitor.association, "title", "text"), "")
    form |= {"kind": ItemKind.DECISION.value, "majority": "ordinary", "seen": ""}
    form |= _office(visitor, None)
    return _form_page(house, visitor, meeting_id, form)


@post("/meetings/{meeting_id:int}/agenda", sync_to_thread=True)
def add(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = _entered(data, visitor)
    if data.get("step") == "preview":
        return _form_page(house, visitor, meeting_id, form, preview=True)
    try:
        if form["kind"] not in set(ADDED):
            raise Invalid(N_("Choose what kind of item it is."), field="kind")
        given = _given(form, visitor)
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            kind, now = ItemKind(form["kind"]), house.clock()
            item = agenda.add(db, meeting, kind=kind, by_id=member.id, now=now, **given)
            _fill(db, visitor, meeting, item, form, now)
    except (Invalid, WrongState) as error:
        return _form_page(house, visitor, meeting_id, form, error=beside(error))
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/agenda#item-{item.id}")


@get("/meetings/{meeting_id:int}/agenda/{item_id:int}/edit", sync_to_thread=True)
def edit(house: House, visitor: Visitor, meeting_id: int, item_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    with house.database.reading() as db:
        meeting_for(db, visitor, meeting_id)
        item = agenda.get(db, meeting_id, item_id)
        election = electing.of_item(db, item.id)
    form = _as_it_is(visitor, item, election)
    form["seen"] = seen(form)
    return _form_page(house, visitor, meeting_id, form, item_id=item_id)


def _as_it_is(visitor: Visitor, item: AgendaItem, election: Election | None) -> dict[str, str]:
    return {
        **spread(visitor.association, "title", item.title),
        **spread(visitor.association, "text", item.text or {}),
        "majority": item.majority,
        **(_office(visitor, election) if own_elections.is_own(item) else {}),
    }


def _office(visitor: Visitor, election: Election | None) -> dict[str, str]:
    office = election.office if election else Office.OTHER
    suffix = OF_DEPUTIES if election and election.of_deputies else ""
    named = spread(visitor.association, "office_title", election.title if election else {})
    return {"office": office.value + suffix, **named}


def _fill(
    db: Session,
    visitor: Visitor,
    meeting: Meeting,
    item: AgendaItem,
    form: dict[str, str],
    now: dt.datetime,
) -> None:
    """Which office the item fills, where it is an election that the rulebook does not know."""
    if not own_elections.is_own(item):
        return
    chosen = form["office"] or Office.OTHER.value
    if chosen not in OFFICES:
        raise Invalid(N_("Choose an office."), field="office")
    own_elections.fill(
        db,
        meeting,
        item,
        Office(chosen.removesuffix(OF_DEPUTIES)),
        of_deputies=chosen.endswith(OF_DEPUTIES),
        title=texts(form, "office_title", visitor.association),
        by_id=visitor.require().id,
        now=now,
    )


@post("/meetings/{meeting_id:int}/agenda/{item_id:int}/edit", sync_to_thread=True)
def change(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, data: Form
) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = _entered(data, visitor)
    if data.get("step") == "preview":
        return _form_page(house, visitor, meeting_id, form, item_id=item_id, preview=True)
    try:
        given = _given(form, visitor)
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            item = agenda.get(db, meeting_id, item_id)
            check_seen(form, _as_it_is(visitor, item, electing.of_item(db, item.id)))
            now = house.clock()
            agenda.edit(db, meeting, item, by_id=member.id, now=now, **given)
            _fill(db, visitor, meeting, item, form, now)
    except (Invalid, WrongState, ChangedMeanwhile) as error:
        told = beside(error)
        return _form_page(house, visitor, meeting_id, form, item_id=item_id, error=told)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/agenda#item-{item_id}")


def _entered(data: dict[str, Any], visitor: Visitor) -> dict[str, str]:
    names = fields(visitor.association, "title", "text", "office_title")
    form = entered(data, *names, "kind", "majority", "seen", "office")
    return {**form, "majority": form["majority"] or "ordinary"}


def _given(form: dict[str, str], visitor: Visitor) -> dict[str, Any]:
    """What the form says of the item. Raises Invalid."""
    association = visitor.association
    return {
        "title": texts(form, "title", association),
        "text": texts(form, "text", association),
        "majority": form["majority"],
    }


def _form_page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    form: dict[str, str],
    *,
    item_id: int | None = None,
    error: Refused | None = None,
    preview: bool = False,
) -> Response[str]:
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        item = agenda.get(db, meeting_id, item_id) if item_id is not None else None
    if error is None and meeting.state not in CHANGEABLE:
        raise WrongState(N_("The agenda is frozen with the notice."))
    majorities = rulebook.of(visitor.association).majorities
    return page(
        visitor,
        "agenda/form.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        item=item,
        removable=item is not None and _removable(item),
        form=form,
        error=error,
        preview=preview,
        kinds=KINDS,
        added=ADDED,
        offices=OFFICES,
        fills=item is None or own_elections.is_own(item),
        majorities=majorities,
        tongues=languages(visitor.association),
    )


def _removable(item: AgendaItem) -> bool:
    kept = item.key in (agenda.FIRST, agenda.LAST) or item.motion_id is not None
    return not item.paragraph and not kept


@post("/meetings/{meeting_id:int}/agenda/{item_id:int}/up", sync_to_thread=True)
def up(house: House, visitor: Visitor, meeting_id: int, item_id: int) -> Response[Any]:
    return _shift(house, visitor, meeting_id, item_id, up=True)


@post("/meetings/{meeting_id:int}/agenda/{item_id:int}/down", sync_to_thread=True)
def down(house: House, visitor: Visitor, meeting_id: int, item_id: int) -> Response[Any]:
    return _shift(house, visitor, meeting_id, item_id, up=False)


def _shift(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, *, up: bool
) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        item = agenda.get(db, meeting_id, item_id)
        agenda.shift(db, meeting, item, up=up, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/agenda#item-{item_id}")


@post("/meetings/{meeting_id:int}/agenda/{item_id:int}/remove", sync_to_thread=True)
def remove(house: House, visitor: Visitor, meeting_id: int, item_id: int) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        item = agenda.get(db, meeting_id, item_id)
        candidates.drop(db, item)
        agenda.remove(db, meeting, item, by_id=member.id, now=house.clock())
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/agenda", notice="item-removed")


handlers = [show, new, add, edit, change, up, down, remove]
