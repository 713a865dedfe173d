"""What every answer carries and every request has to pass: headers, origin, request id."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from web import logs
from web.settings import Settings

MOST_BODY = 1_000_000  # bytes; a route that takes uploads says so itself, up to MOST_UPLOAD
MOST_UPLOAD = 20_000_000

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # To ourselves the whole address, for the way back from an error page; to others nothing.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Pages differ by who asks; what may be kept says so itself.
    "cache-control": "no-store",
}
# The addresses that the booth talks to, as Litestar writes a route's path. A pass is good for these
# alone (`web/passes.py`).
BOOTH_ROUTES = frozenset(
    (
        "/me/key",
        "/polls/{poll_id}/booth",
        "/polls/{poll_id}/credential",
        "/polls/{poll_id}/credential/kept",
        "/polls/{poll_id}/cast-secret",
        "/polls/{poll_id}/receipt.svg",
    )
)
# All that the booth's own origin serves: no page of ours can reach what the booth keeps there.
STATIC_ROUTES = frozenset(("/booth", "/booth/key", "/static/{name}"))
HSTS = "max-age=31536000; includeSubDomains"
SAFE = ("GET", "HEAD", "OPTIONS")


def request_id(scope: Scope) -> str:
    """The id under which this request is logged and its error page can be quoted."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if "request_id" not in state:
        # Quoted, never a secret; the system's randomness would cost every ballot a system call.
        state["request_id"] = f"{random.getrandbits(64):016x}"
    made: str = state["request_id"]
    return made


class SendHeaders:
    """Complete the headers of every answer, error pages included, and log that it was given."""

    def __init__(self, settings: Settings) -> None:
        headers = HEADERS | ({"strict-transport-security": HSTS} if settings.https else {})
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        # As bytes, without Litestar's classes: this runs for every ballot.
        said = list(message["headers"])
        names = {name for name, _ in said}
        said += [header for header in self.headers if header[0] not in names]
        said.append((b"x-request-id", request_id(scope).encode()))
        message["headers"] = said
        self._log(message["status"], scope)

    @staticmethod
    def _log(status: int, scope: Scope) -> None:
        started = scope["state"].get("started")
        logs.log().info(
            "request",
            request_id=request_id(scope),
            method=cast("HTTPScope", scope)["method"],
            # The route, not the address: a query may hold a name that was searched for.
            route=scope.get("path_template") or "",
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
        )


class Trace(ASGIMiddleware):
    """Every line that is logged on the way names the request."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        before = logs.REQUEST.set(request_id(scope))
        scope["state"]["started"] = time.perf_counter()
        try:
            await next_app(scope, receive, send)
        finally:
            logs.REQUEST.reset(before)


class BoothOrigin(ASGIMiddleware):
    """Where the booth has an origin of its own: the booth's files alone are served there, and it
    may ask at the booth's addresses here, with a pass and never with a cookie."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.booth_origin
        self.host = urlsplit(settings.booth_origin).netloc.encode()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = dict(scope["headers"])
        route = scope.get("path_template")
        if headers.get(b"host") == self.host and route not in STATIC_ROUTES:
            raise NotFoundException
        if not self.is_asking(headers, route):
            await next_app(scope, receive, send)
            return
        if cast("HTTPScope", scope)["method"] == "OPTIONS":
            await _allow(self.origin, send)
            return
        await next_app(scope, receive, _sharing(self.origin, send))

    def is_asking(self, headers: Mapping[bytes, bytes], route: object) -> bool:
        """Whether this is the booth, at an address of its own."""
        named = headers.get(b"origin", b"").decode("latin-1")
        return named == self.origin and route in BOOTH_ROUTES


def _shared(origin: str) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]


async def _allow(origin: str, send: Send) -> None:
    """The answer to a browser that asks beforehand (Fetch standard, CORS-preflight)."""
    headers = [
        *_shared(origin),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"authorization, content-type"),
        (b"access-control-max-age", b"600"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _sharing(origin: str, send: Send) -> Send:
    async def share(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_shared(origin)]
        await send(message)

    return share


class SameOrigin(ASGIMiddleware):
    """A request that changes something has to come from a page of ours.

    Browsers say so in Sec-Fetch-Site; where that is missing (plain http, older ones) in Origin.
    A request with neither is no browser's form, so there is nobody to be tricked, unless it
    carries a cookie: then it is refused, for no browser we know of sends a cookie and neither.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.origin
        self.booth = BoothOrigin(settings) if settings.booth_origin else None

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        method = cast("HTTPScope", scope)["method"]
        if method not in SAFE and not self._may(dict(scope["headers"]), scope):
            raise PermissionDeniedException
        await next_app(scope, receive, send)

    def _may(self, headers: Mapping[bytes, bytes], scope: Scope) -> bool:
        if self.booth and self.booth.is_asking(headers, scope.get("path_template")):
            return b"cookie" not in headers
        return self._is_ours(headers)

    def _is_ours(self, headers: Mapping[bytes, bytes]) -> bool:
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site in (b"same-origin", b"none")
        origin = headers.get(b"origin")
        if origin is not None:
            named = origin.decode("latin-1")
            host = headers.get(b"host", b"").decode("latin-1")
            return named == self.origin or urlsplit(named).netloc == host
        return b"cookie" not in headers
