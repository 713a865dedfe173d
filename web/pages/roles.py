"""Who holds which role in the association; administrators give and end them."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from governance import members, roles
from governance.errors import N_, Invalid
from governance.roles import Role
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.members import GIVEN, chosen_role
from web.render import entered, page, see


@get("/members/roles", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    visitor.must_be(Role.ADMINISTRATOR)
    return _page(house, visitor, form={"who": "", "role": ""})


def _page(
    house: House, visitor: Visitor, *, form: dict[str, str], error: Invalid | None = None
) -> Response[str]:
    with house.database.reading() as db:
        standing = roles.standing(db, house.association_id)
    return page(
        visitor,
        "members/roles.html",
        status=422 if error else 200,
        standing=standing,
        roles=[role.value for role in GIVEN],
        form=form,
        error=error,
    )


@post("/members/roles", sync_to_thread=True)
def give(house: House, visitor: Visitor, data: Form) -> Response[Any]:
    by = visitor.must_be(Role.ADMINISTRATOR)
    form = entered(data, "who", "role")
    try:
        role = chosen_role(form)
        with house.database.writing() as db:
            member = members.named(db, house.association_id, form["who"])
            if member is None:
                raise Invalid(N_("No member has this number or address."), field="who")
            roles.grant(db, member, role, now=house.clock(), by_id=by.id)
    except Invalid as error:
        return _page(house, visitor, form=form, error=error)
    return see("/members/roles", notice="role-given")


@post("/members/roles/{grant_id:int}/end", sync_to_thread=True)
def end(house: House, visitor: Visitor, grant_id: int) -> Response[Any]:
    by = visitor.must_be(Role.ADMINISTRATOR)
    with house.database.writing() as db:
        grant = roles.get(db, house.association_id, grant_id)
        roles.end(db, grant, now=house.clock(), by_id=by.id)
    # Whoever ended being administrator is not let in here any more.
    ended_own = (grant.member_id, grant.role) == (by.id, Role.ADMINISTRATOR)
    return see("/" if ended_own else "/members/roles", notice="role-ended")


handlers = [show, give, end]
