"""Who is visiting: the member behind the session cookie, their roles, their language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Request
from litestar.datastructures import Cookie
from sqlalchemy.orm import Session

from governance import logins
from governance.associations import Association
from governance.errors import NotAllowed
from governance.members import Member
from governance.roles import Grant, Role
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
    roles: frozenset[Role] = frozenset()
    session: logins.LoginSession | None = None
    path: str = "/"  # to come back to, with its query
    notice: str = ""  # the code of what was just done, web/render.py NOTICES
    base_url: str = ""
    demo: bool = False

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

    def roles_in(self, db: Session, meeting_id: int) -> frozenset[Role]:
        """The roles held in this meeting, those held in the whole association included."""
        if self.member is None:
            return frozenset()
        return self.roles | _granted(db, self.member.id, meeting_id)


def _granted(db: Session, member_id: int, meeting_id: int | None) -> frozenset[Role]:
    held = sa.select(Grant.role).where(
        Grant.member_id == member_id,
        Grant.meeting_id.is_(None) if meeting_id is None else Grant.meeting_id == meeting_id,
        Grant.ended_at.is_(None),
    )
    return frozenset(db.scalars(held))


def provide_visitor(request: Request[Any, Any, Any], house: House) -> Visitor:
    """The dependency `visitor` of every page."""
    now = house.clock()
    hashed = login_of(request, house)
    with house.database.reading() as db:
        association = db.get_one(Association, house.association_id)
        session = logins.known(db, hashed, now=now) if hashed else None
        member = db.get(Member, session.member_id) if session else None
        if member is None or not member.is_member_on(association.today(now)):
            session = member = None
        roles = _granted(db, member.id, None) if member else frozenset()
        db.expunge_all()
    visitor = Visitor(
        association=association,
        language=_language(request, member),
        member=member,
        roles=roles,
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
