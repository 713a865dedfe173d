"""The booth: its two static pages, and what they ask for in JSON.

A secret vote is made in the booth and comes here encrypted. Its proofs are checked by processes of
their own before it waits with the others for the ballot box (`pages/cast.py` is the open way).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from ballots.errors import Fault, Malformed
from ballots.receipt import entry_of, short_code
from ballots.sequencer import Unavailable
from ballots.slip import FORMAT
from ballots.tables import READING
from governance import casting, credentials, secret
from governance.agenda import AgendaItem
from governance.casting import NotLoggedIn
from governance.errors import NotFound, Refused
from governance.languages import pick
from governance.polls import NotOnRoll, Poll, PollKind, PollState
from web import booth, passes
from web.auth import LoginNeeded, Visitor, login_of, provide_visitor
from web.booth_words import words
from web.gathering import Gathering
from web.house import House
from web.pages.cast import PATIENCE, from_json, in_json
from web.pages.check import reasons
from web.pages.documents import file
from web.pages.polls import keepers, own, poll_for

LARGEST = 700_000  # bytes of a body: a ballot of 40 options, its quotation marks escaped

AnyRequest = Request[Any, Any, Any]


def address(house: House, visitor: Visitor, poll_id: int) -> str:
    """Where this visitor votes. On another origin a pass goes along, after the #."""
    return _address(house, visitor, "/booth", {"poll": str(poll_id)}, poll_id)


def _address(house: House, visitor: Visitor, path: str, named: dict[str, str], poll_id: int) -> str:
    settings = house.settings
    if settings.booth_origin and visitor.session:
        given = passes.issue(house.secret, visitor.session.token, poll_id, now=house.clock())
        named = {**named, "at": settings.origin, "pass": given}
    return f"{settings.booth_origin}{path}#{urlencode(named)}"


def key_address(house: House, visitor: Visitor) -> str:
    """Where this visitor makes a key of their own: where they vote."""
    return _address(house, visitor, "/booth/key", {"me": "key"}, passes.NO_POLL)


def _page(house: House, name: str) -> Response[bytes]:
    """A page of the booth, the same bytes for everybody, with the strictest policy."""
    asks = f"'self' {house.settings.origin}" if house.settings.booth_origin else "'self'"
    headers = {
        "content-security-policy": POLICY % asks,
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }
    return Response(booth.files()[name], media_type="text/html; charset=utf-8", headers=headers)


POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src %s",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    )
)


@get("/booth", sync_to_thread=False)
def show(house: House) -> Response[bytes]:
    return _page(house, "booth/booth.html")


@get("/booth/key", sync_to_thread=False)
def show_key(house: House) -> Response[bytes]:
    return _page(house, "booth/key.html")


@get("/polls/{poll_id:int}/booth", sync_to_thread=True)
def vote(house: House, visitor: Visitor, poll_id: int) -> dict[str, Any]:
    """The vote as it lies before this voter, with all that the booth says of it."""
    visitor.require()
    with house.database.reading() as db:
        poll, meeting = _secret_poll(db, visitor, poll_id)
        mine = own(db, visitor, poll)
        if mine.slot is None:
            raise NotOnRoll
        item = db.get_one(AgendaItem, poll.item_id)
        manifest = house.board.manifest(db.connection(), str(poll.election))
        kept = secret.of(db, poll)
        names = keepers(db, poll).names
    if manifest is None:
        raise NotFound
    at = f"/polls/{poll_id}"
    return {
        "association": visitor.association.name,
        "language": visitor.language,
        "words": words(visitor.language),
        "reasons": reasons(visitor.language),
        "item": f"§ {item.position} {pick(item.title, visitor.language)}",
        "addresses": {"meeting": f"/meetings/{meeting.id}", "poll": at, "report": f"{at}/report"},
        "logKey": house.signer.verifier_key,
        "manifest": manifest.encode().decode(),
        "election": kept.election.decode(),
        "trustees": kept.trustees.decode(),
        "names": names,
        "slot": mine.slot,
        "open": poll.state is PollState.OPEN,
        "voted": mine.index is not None,
    }


def _secret_poll(db: Any, visitor: Visitor, poll_id: int) -> tuple[Poll, Any]:
    poll, meeting = poll_for(db, visitor, poll_id)
    if poll.kind is not PollKind.SECRET_BALLOT:
        raise NotFound
    return poll, meeting


@post("/polls/{poll_id:int}/credential", status_code=200, sync_to_thread=True)
def hand_over(house: House, visitor: Visitor, poll_id: int) -> dict[str, str]:
    """The voter's right. It stays here until their browser says that it has kept it."""
    member = visitor.require()
    with house.database.reading() as db:
        poll, _ = _secret_poll(db, visitor, poll_id)
        right = credentials.hand_over(db, poll, member.id, secret.of(db, poll).uuid)
    return {
        "slot": right.slot,
        "secret": right.secret,
        "key": right.key,
        "tweak": right.tweak,
    }


@post("/polls/{poll_id:int}/credential/kept", status_code=200, sync_to_thread=True)
def forget(house: House, visitor: Visitor, poll_id: int) -> dict[str, bool]:
    """The voter's browser has kept the right: nobody else needs it any more."""
    member = visitor.require()
    with house.database.writing() as db:
        poll, _ = _secret_poll(db, visitor, poll_id)
        credentials.kept(db, poll, member.id)
    return {"kept": True}


@post("/polls/{poll_id:int}/slip", status_code=200, sync_to_thread=True)
def slip(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    """The voter's right as a file, for `stamma cast`. It stays here until a ballot was cast."""
    member = visitor.require()
    with house.database.reading() as db:
        poll, _ = _secret_poll(db, visitor, poll_id)
        kept = secret.of(db, poll)
        right = credentials.hand_over(db, poll, member.id, kept.uuid)
        manifest = house.board.manifest(db.connection(), str(poll.election))
    if manifest is None or visitor.session is None:
        raise NotFound
    given = {
        "format": FORMAT,
        "at": house.settings.origin,
        "poll": poll_id,
        "pass": passes.issue(
            house.secret,
            visitor.session.token,
            poll_id,
            now=house.clock(),
            lives=passes.LIVES_ON_A_SLIP,
        ),
        "logKey": house.signer.verifier_key,
        "manifest": manifest.encode().decode(),
        "election": kept.election.decode(),
        "trustees": kept.trustees.decode(),
        "slot": right.slot,
        "right": {"secret": right.secret, "key": right.key, "tweak": right.tweak},
    }
    encoded = json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()
    return file(encoded, f"vote-{poll_id}.slip.json", "application/json")


@post("/polls/{poll_id:int}/cast-secret", status_code=200, request_max_body_size=LARGEST)
async def cast(request: AnyRequest, poll_id: int) -> ASGIApp:
    """A retry with the same key gets the same receipt."""
    house: House = request.app.state.house
    try:
        receipt = await _hand_in(request, house, poll_id)
    except NotLoggedIn:
        raise LoginNeeded(f"/polls/{poll_id}") from None
    except TimeoutError:
        raise Unavailable from None
    except (Refused, Fault, HTTPException):
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await asyncio.to_thread(provide_visitor, request, house)
        raise
    house.turnout.note(poll_id)
    return in_json({"receipt": receipt, "code": short_code(entry_of(receipt))})


async def _hand_in(request: AnyRequest, house: House, poll_id: int) -> str:
    """The receipt, once the proofs hold and the ballot is committed and signed."""
    session = login_of(request, house)
    if not session:
        raise NotLoggedIn
    values = from_json(await request.body())
    ballot = values.get("ballot")
    if values.keys() != {"ballot", "key"} or not isinstance(ballot, str):
        raise Malformed("a secret ballot is handed in as ballot and key")
    body = _encoded(ballot)
    now = house.clock()
    asks = {"session": session, "now": now, "today": request.app.state.association.today(now)}
    async with asyncio.timeout(PATIENCE):
        election = await _elections(request.app).ask(casting.Asked(poll_id=poll_id, **asks))
        checked = await asyncio.wrap_future(house.checker.check(election, body))
        ticket = casting.secret_ticket(poll_id, values["key"], body, checked, **asks)
        return await house.sequencer.cast_soon(ticket)


def _encoded(ballot: str) -> bytes:
    try:
        return ballot.encode()
    except UnicodeEncodeError as error:
        raise Malformed("a ballot is text") from error


def _elections(app: Litestar) -> Gathering[casting.Asked, bytes]:
    """The application's one: whoever hands in at the same time is looked up together."""
    if "elections" not in app.state:

        def look_up(asked: Sequence[casting.Asked]) -> list[bytes | Exception]:
            house: House = app.state.house
            with house.database.engine.execution_options(**READING).connect() as conn:
                return casting.elections_for(conn, asked)

        app.state["elections"] = Gathering(look_up)
    gathering: Gathering[casting.Asked, bytes] = app.state["elections"]
    return gathering


handlers = [show, show_key, vote, hand_over, forget, slip, cast]
