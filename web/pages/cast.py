"""Casting a ballot: the one request that thousands make in the same minute.

Nothing is looked up here on the way in. Whose session it is, their slot and the poll are found for
all waiting ballots at once, inside their transaction (`governance/casting.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ASGIApp, Receive, Scope, Send

from ballots.errors import Fault, Malformed
from ballots.receipt import entry_of, short_code
from ballots.sequencer import Unavailable
from governance import casting
from governance.casting import NotLoggedIn
from governance.errors import Refused
from governance.logins import sha256
from web.auth import LoginNeeded, provide_visitor, session_cookie
from web.house import House
from web.render import see

LARGEST = 8_000  # bytes of a body; a ranking of forty options, percent-encoded, stays under it
PATIENCE = 20.0  # seconds until the answer is "try again", which the same key makes safe

AnyRequest = Request[Any, Any, Any]


@post("/polls/{poll_id:int}/cast", status_code=200, request_max_body_size=LARGEST)
async def cast(request: AnyRequest, poll_id: int) -> ASGIApp:
    """From a script. A retry with the same key gets the same receipt."""
    receipt = await _hand_in(request, poll_id, from_json)
    return in_json({"receipt": receipt, "code": short_code(entry_of(receipt))})


@post("/polls/{poll_id:int}/vote", request_max_body_size=LARGEST)
async def vote(request: AnyRequest, poll_id: int) -> Redirect:
    """From a form, where scripts are off: the page that follows shows the receipt."""
    await _hand_in(request, poll_id, _from_form)
    return see(f"/polls/{poll_id}", notice="voted")


async def _hand_in(
    request: AnyRequest, poll_id: int, read: Callable[[bytes], Mapping[str, object]]
) -> str:
    """The receipt, once the ballot is committed and signed."""
    house: House = request.app.state.house  # injected, it would cost more than all that follows
    come_back = LoginNeeded(f"/polls/{poll_id}")
    token = request.cookies.get(session_cookie(house.settings))
    if not token:
        raise come_back
    now = house.clock()
    today = request.app.state.association.today(now)
    try:
        values = read(await request.body())
        ticket = casting.ticket(poll_id, values, session=sha256(token), now=now, today=today)
        async with asyncio.timeout(PATIENCE):
            receipt = await house.sequencer.cast_soon(ticket)
    except NotLoggedIn:
        raise come_back from None
    except TimeoutError:
        raise Unavailable from None
    except (Refused, Fault, HTTPException):
        # Only now it matters who asks: they are told why in their language.
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await asyncio.to_thread(provide_visitor, request, house)
        raise
    house.turnout.note(poll_id)
    return receipt


def in_json(said: Mapping[str, str]) -> ASGIApp:
    """As Litestar would answer, in half the time."""
    body = json.dumps(said).encode()
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


def from_json(body: bytes) -> Mapping[str, object]:
    try:
        values = json.loads(body, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise Malformed("this is not JSON that says one thing") from error
    if not isinstance(values, dict):
        raise Malformed("a ballot is handed in as an object")
    return values


def _from_form(body: bytes) -> Mapping[str, object]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10)
        return _each_once(pairs)
    except ValueError as error:
        raise Malformed("this is not a form that says one thing") from error


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """A name given twice could be read as either."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError
    return values


handlers = [cast, vote]
