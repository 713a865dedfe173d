"""Who is visiting: the member behind the session cookie, their roles, their language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from governance import logins, roles
from governance.associations import Association
from governance.errors import NotAllowed
from governance.members import Member
from governance.roles import Role
from web import i18n, passes
from web.house import House
from web.security import BOOTH_ROUTES
from web.settings import Settings

LANGUAGE_COOKIE = "stamma-language"


class LoginNeeded(Exception):
    def __init__(self, come_back_to: str) -> None:
        self.come_back_to = come_back_to
        super().__init__(come_back_to)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One request's visitor; `member` is None for a stranger."""

    association: Association
    language: str
    member: Member | None = None
    # With the meeting in which they are held; None: in the association.
    grants: frozenset[tuple[Role, int | None]] = frozenset()
    session: logins.LoginSession | None = None
    path: str = "/"  # to come back to, with its query
    notice: str = ""  # the code of what was just done, web/render.py NOTICES
    base_url: str = ""
    demo: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Those held in the association."""
        return frozenset(role for role, meeting_id in self.grants if meeting_id is None)

    def require(self) -> Member:
        if self.member is None:
            raise LoginNeeded(self.path)
        return self.member

    def must_be(self, *roles: Role) -> Member:
        """The member, who holds one of these roles in the association; else `NotAllowed`."""
        member = self.require()
        if not self.roles & set(roles):
            raise NotAllowed
        return member

    def roles_in(self, meeting_id: int) -> frozenset[Role]:
        """The roles held in this meeting, those held in the whole association included."""
        return frozenset(role for role, held_in in self.grants if held_in in (None, meeting_id))


def provide_visitor(request: Request[Any, Any, Any], house: House) -> Visitor:
    """The dependency `visitor` of every page."""
    now = house.clock()
    hashed = login_of(request, house)
    with house.database.reading() as db:
        association = db.get_one(Association, house.association_id)
        known = logins.known(db, hashed, now=now) if hashed else None
        session, member = known or (None, None)
        if member is not None and not member.is_member_on(association.today(now)):
            session = member = None
        grants = roles.all_held(db, member.id) if member else frozenset()
        db.expunge_all()
    visitor = Visitor(
        association=association,
        language=_language(request, member),
        member=member,
        grants=grants,
        session=session,
        path=_path(request),
        notice=request.query_params.get("notice", ""),
        base_url=house.settings.base_url.rstrip("/"),
        demo=house.settings.demo,
    )
    # For the error page, should the handler fail.
    request.scope["state"]["visitor"] = visitor
    return visitor


def login_of(request: Request[Any, Any, Any], house: House) -> str | None:
    """The hash of the token that somebody logs in by: their browser's cookie, or at the booth's
    addresses a pass in its place. Whether there is such a login is not looked up."""
    said = request.headers.get("authorization", "")
    if said and request.scope.get("path_template") in BOOTH_ROUTES:
        text, poll_id = (
            said.removeprefix("Bearer "),
            request.path_params.get("poll_id", passes.NO_POLL),
        )
        return passes.holder(house.secret, text, poll_id, now=house.clock())
    token = request.cookies.get(session_cookie(house.settings))
    return logins.sha256(token) if token else None


def _language(request: Request[Any, Any, Any], member: Member | None) -> str:
    return i18n.chosen(
        member.language if member else None,
        request.cookies.get(LANGUAGE_COOKIE),
        i18n.accepted(request.headers.get("accept-language", "")),
    )


def _path(request: Request[Any, Any, Any]) -> str:
    if request.method not in ("GET", "HEAD"):
        return "/"
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def stranger(request: Request[Any, Any, Any], association: Association) -> Visitor:
    """Somebody about whom nothing was looked up: the reader of an error page."""
    return Visitor(association=association, language=_language(request, None))


def session_cookie(settings: Settings) -> str:
    # __Host-: only this host over https may set it, so no neighbour can plant one (RFC 6265bis).
    return "__Host-stamma" if settings.https else "stamma"


def browser_cookie(settings: Settings) -> str:
    return "__Host-stamma-browser" if settings.https else "stamma-browser"


def cookie(settings: Settings, name: str, value: str, lives: dt.timedelta) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=int(lives.total_seconds()),
        path="/",
        httponly=True,
        secure=settings.https,
        samesite="lax",
    )


def client_address(request: Request[Any, Any, Any], hops: int) -> str:
    """The address of the client as the outermost trusted proxy saw it; kept only as a hash."""
    if hops:
        said = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
        if len(said) >= hops and said[-hops]:
            return said[-hops]
    return request.client.host if request.client else ""
