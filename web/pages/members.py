"""The register: found and paged, exported; one member's record as the board keeps it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import addresses, countries, journal, members, roles
from governance.errors import N_, Invalid
from governance.languages import LANGUAGES
from governance.members import Member
from governance.register_file import export_register
from governance.roles import Role
from web import forms, i18n
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import BOARD, file
from web.render import entered, page, see

ON_A_PAGE = 50
# What may be corrected: the names of the form's fields.
RECORD = ("given_name", "family_name", "country", "place", "language", "skills", "by_post")
GIVEN = (Role.ADMINISTRATOR, Role.DIRECTOR, Role.NOMINATOR)  # roles held in the association


@get("/members", sync_to_thread=True)
def show(house: House, visitor: Visitor, q: str = "", number: int = 1) -> Response[str]:
    visitor.must_be(*BOARD)
    number = min(max(number, 1), 100_000)
    start = (number - 1) * ON_A_PAGE
    with house.database.reading() as db:
        found, total = members.search(db, house.association_id, q, offset=start, limit=ON_A_PAGE)
    return page(
        visitor,
        "members/list.html",
        members=found,
        total=total,
        q=q,
        today=visitor.association.today(house.clock()),
        pages=Pages(number, -(-total // ON_A_PAGE), f"/members?{urlencode({'q': q})}"),
    )


@get("/members/export.csv", sync_to_thread=True)
def export(house: House, visitor: Visitor) -> Response[bytes]:
    """The whole register, safe to open in a spreadsheet; that it was taken is in the journal."""
    member = visitor.must_be(*BOARD)
    now = house.clock()
    with house.database.writing() as db:
        journal.record(
            db,
            "members.exported",
            association_id=house.association_id,
            by_id=member.id,
            now=now,
        )
    with house.database.reading() as db:
        body = "".join(export_register(db, visitor.association)).encode()
    day = visitor.association.today(now).isoformat()
    return file(body, f"{visitor.association.slug}-{day}.csv", "text/csv")


@get("/members/{member_id:int}", sync_to_thread=True)
def view(house: House, visitor: Visitor, member_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    return _page(house, visitor, member_id)


def _page(
    house: House,
    visitor: Visitor,
    member_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Invalid | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        member = members.get(db, house.association_id, member_id)
        held = [grant for grant, holder in _standing(db, house) if holder.id == member_id]
        waiting = addresses.waiting(db, member_id)
        frozen = waiting is not None and addresses.is_frozen(db, member_id)
    written = {"email": "", "left": member.left.isoformat() if member.left else "", "role": ""}
    return page(
        visitor,
        "members/show.html",
        status=422 if error else 200,
        who=member,
        held=held,
        roles=[role.value for role in GIVEN if role not in {grant.role for grant in held}],
        administrator=Role.ADMINISTRATOR in visitor.roles,
        waiting=waiting,
        frozen=frozen,
        today=visitor.association.today(house.clock()),
        form={**record(member), **written, **(form or {})},
        error=error,
        **choices(visitor),
    )


def _standing(db: Session, house: House) -> list[tuple[roles.Grant, Member]]:
    return roles.standing(db, house.association_id)


def record(member: Member) -> dict[str, str]:
    """What is corrected, as it stands, to fill in a form."""
    values = {name: str(getattr(member, name) or "") for name in RECORD}
    return {**values, "by_post": "yes" if member.by_post else ""}


def choices(visitor: Visitor) -> dict[str, Any]:
    """What the selects of a record offer."""
    return {
        "countries": countries.named(visitor.language),
        "languages_": list(LANGUAGES.items()),
        "interface": i18n.INTERFACE,
    }


def corrected(
    db: Session, member: Member, form: dict[str, str], *, by_id: int, now: dt.datetime
) -> None:
    """Make the record what the form says. Raises Invalid."""
    members.correct(
        db,
        member,
        given_name=form["given_name"],
        family_name=form["family_name"],
        country=form["country"],
        place=form["place"],
        language=form["language"],
        skills=form["skills"],
        by_post=form["by_post"] == "yes",
        by_id=by_id,
        now=now,
    )


@post("/members/{member_id:int}", sync_to_thread=True)
def correct(house: House, visitor: Visitor, member_id: int, data: Form) -> Response[Any]:
    by = visitor.must_be(*BOARD)
    form = entered(data, *RECORD)
    try:
        with house.database.writing() as db:
            member = members.get(db, house.association_id, member_id)
            corrected(db, member, form, by_id=by.id, now=house.clock())
    except Invalid as error:
        return _page(house, visitor, member_id, form=form, error=error)
    return see(f"/members/{member_id}", notice="saved")


@post("/members/{member_id:int}/address", sync_to_thread=True)
def change_address(house: House, visitor: Visitor, member_id: int, data: Form) -> Response[Any]:
    by = visitor.must_be(*BOARD)
    form = entered(data, "email")
    try:
        with house.database.writing() as db:
            member = members.get(db, house.association_id, member_id)
            addresses.request(db, member, form["email"], by_id=by.id, now=house.clock())
    except Invalid as error:
        return _page(house, visitor, member_id, form=form, error=error)
    return see(f"/members/{member_id}", notice="address-asked")


@post("/members/{member_id:int}/address/withdraw", sync_to_thread=True)
def keep_address(house: House, visitor: Visitor, member_id: int) -> Response[Any]:
    by = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        member = members.get(db, house.association_id, member_id)
        addresses.withdraw(db, member, by_id=by.id, now=house.clock())
    return see(f"/members/{member_id}", notice="address-kept")


@post("/members/{member_id:int}/leaving", sync_to_thread=True)
def note_leaving(house: House, visitor: Visitor, member_id: int, data: Form) -> Response[Any]:
    """The last day of a membership; an empty field takes it back."""
    by = visitor.must_be(*BOARD)
    form = entered(data, "left")
    try:
        left = forms.day(form, "left") if form["left"] else None
        with house.database.writing() as db:
            member = members.get(db, house.association_id, member_id)
            members.note_leaving(db, member, left, by_id=by.id, now=house.clock())
    except Invalid as error:
        return _page(house, visitor, member_id, form=form, error=error)
    return see(f"/members/{member_id}", notice="saved")


@post("/members/{member_id:int}/roles", sync_to_thread=True)
def give_role(house: House, visitor: Visitor, member_id: int, data: Form) -> Response[Any]:
    by = visitor.must_be(Role.ADMINISTRATOR)
    form = entered(data, "role")
    try:
        role = chosen_role(form)
        with house.database.writing() as db:
            member = members.get(db, house.association_id, member_id)
            roles.grant(db, member, role, now=house.clock(), by_id=by.id)
    except Invalid as error:
        return _page(house, visitor, member_id, form=form, error=error)
    return see(f"/members/{member_id}", notice="role-given")


def chosen_role(form: dict[str, str]) -> Role:
    """A role of the association; those of a meeting are the meeting's to give. Raises Invalid."""
    for role in GIVEN:
        if form["role"] == role:
            return role
    raise Invalid(N_("Choose a role."), field="role")


handlers = [
    show,
    export,
    view,
    correct,
    change_address,
    keep_address,
    note_leaving,
    give_role,
]
