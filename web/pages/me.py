"""My record: what the association knows about the visitor, and what they mend themselves."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from governance import addresses, logins, member_keys, members
from governance.errors import N_, Invalid, Refused
from governance.members import Member
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.booth import key_address
from web.pages.elections import waiting_for
from web.pages.home import Task
from web.pages.members import RECORD, choices, corrected, record
from web.render import entered, page, see

# How a session began, in words.
METHODS = {"email": N_("by e-mail"), "demo": N_("in the demo")}


class LogInAgain(Refused):
    code = "log-in-again"
    message = N_("Log in again before you change the address: this browser may have stood open.")


@get("/me", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    return _page(house, visitor)


def _page(
    house: House,
    visitor: Visitor,
    *,
    form: dict[str, str] | None = None,
    error: Invalid | None = None,
) -> Response[str]:
    member, now = visitor.require(), house.clock()
    with house.database.reading() as db:
        waiting = addresses.waiting(db, member.id)
        frozen = waiting is not None and addresses.is_frozen(db, member.id)
        sessions = logins.standing(db, member.id, now=now)
        own_key = member_keys.of(db, member.id)
        asked = [Task(message, path, facts) for message, facts, path in waiting_for(db, member)]
    return page(
        visitor,
        "members/me.html",
        status=422 if error else 200,
        who=member,
        waiting=waiting,
        frozen=frozen,
        fresh=_is_fresh(house, visitor),
        sessions=sessions,
        own_key=own_key,
        tasks=asked,
        key_at=key_address(house, visitor),
        methods=METHODS,
        form={**record(member), "email": "", **(form or {})},
        error=error,
        **choices(visitor),
    )


def _is_fresh(house: House, visitor: Visitor) -> bool:
    return visitor.session is not None and logins.is_fresh(visitor.session, house.clock())


@post("/me", sync_to_thread=True)
def correct(house: House, visitor: Visitor, data: Form) -> Response[Any]:
    member = visitor.require()
    form = entered(data, *RECORD)
    try:
        with house.database.writing() as db:
            mine = db.get_one(Member, member.id)
            corrected(db, mine, form, by_id=member.id, now=house.clock())
    except Invalid as error:
        return _page(house, visitor, form=form, error=error)
    return see("/me", notice="saved")


@post("/me/address", sync_to_thread=True)
def change_address(house: House, visitor: Visitor, data: Form) -> Response[Any]:
    """Ask for a new address; only who has just logged in, for whoever gets it gets the votes."""
    member = visitor.require()
    if not _is_fresh(house, visitor):
        raise LogInAgain
    form = entered(data, "email")
    try:
        with house.database.writing() as db:
            mine = members.get(db, house.association_id, member.id)
            addresses.request(db, mine, form["email"], by_id=member.id, now=house.clock())
    except Invalid as error:
        return _page(house, visitor, form=form, error=error)
    return see("/me", notice="address-asked")


@post("/me/address/withdraw", sync_to_thread=True)
def keep_address(house: House, visitor: Visitor) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        mine = db.get_one(Member, member.id)
        addresses.withdraw(db, mine, by_id=member.id, now=house.clock())
    return see("/me", notice="address-kept")


@post("/me/sessions/end", sync_to_thread=True)
def end_others(house: House, visitor: Visitor) -> Response[Any]:
    visitor.require()
    if visitor.session is not None:
        with house.database.writing() as db:
            logins.end_others(db, visitor.session, now=house.clock())
    return see("/me", notice="logged-out-elsewhere")


handlers = [show, correct, change_address, keep_address, end_others]
