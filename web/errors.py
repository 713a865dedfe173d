"""What went wrong, as a page or as JSON: the right status, a sentence, a way back, a request id."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from ballots.errors import Fault
from governance.errors import N_, Refused
from web import i18n, logs
from web.auth import LoginNeeded, Visitor, stranger
from web.render import page, refusal
from web.security import request_id

AnyRequest = Request[Any, Any, Any]

# A code's status. What goes against how things stand, and would do so whatever is sent, conflicts.
CONFLICT = 409
STATUS = {
    "login-needed": 401,
    "not-allowed": 403,
    "not-on-roll": 403,
    "not-found": 404,
    **dict.fromkeys(
        (
            "invalid",
            "may-not-stand",
            "not-standing",
            "names-someone",
            "unreadable-register",
            "message-refused",
            "wrong-decryption",
        ),
        422,
    ),
    "too-many": 429,
    **dict.fromkeys(
        (
            "address-in-use",
            "already-decided",
            "already-put",
            "another-text",
            "asked-by-law",
            "ballot-open",
            "beyond-the-law",
            "board-in-use",
            "board-not-ready",
            "changed-meanwhile",
            "conditions-unmet",
            "credential-gone",
            "enough-trustees",
            "floor-closed",
            "has-nominees",
            "information-only",
            "last-administrator",
            "log-in-again",
            "more-than-seats",
            "motions-closed",
            "motions-still-open",
            "motions-waiting",
            "needs-notice",
            "no-checker",
            "no-numbers",
            "minutes-in-signing",
            "no-roll",
            "no-tie",
            "no-vote",
            "nobody-here",
            "nominations-closed",
            "not-called",
            "not-elected",
            "not-its-turn",
            "not-your-turn",
            "notice-lacks",
            "opened-already",
            "outside-window",
            "poll-unfinished",
            "preview-outdated",
            "recount-tied",
            "seats-not-decided",
            "server-key-gone",
            "stays-in-place",
            "term-too-long",
            "tie-waits",
            "too-early",
            "too-few-trustees",
            "too-late",
            "turnout-hidden",
            "vote-begun",
            "vote-under-way",
            "wrong-state",
        ),
        CONFLICT,
    ),
}

# What the ballot box does not take, by its code: the status, and the sentence for the voter.
# A fault that is not named here is ours, not the visitor's.
FAULTS = {
    "malformed": (400, N_("What your browser sent could not be read. Nothing was changed.")),
    "unknown-poll": (404, N_("There is no such vote.")),
    "already-voted": (409, N_("You have voted here already, and that ballot stands.")),
    "poll-closed": (409, N_("The vote is closed. Your ballot was not cast.")),
    "wrong-option": (422, N_("This vote does not offer that choice. Your ballot was not cast.")),
    **dict.fromkeys(
        ("too-many", "rank-twice", "mark-range", "overspent"),
        (422, N_("Your ballot does not follow the rule of this vote. It was not cast.")),
    ),
    "wrong-poll": (409, N_("This ballot was made for another vote. It was not cast.")),
    **dict.fromkeys(
        ("signature", "individual-proof", "overall-proof", "blank-proof"),
        (422, N_("A proof in this ballot does not hold. Your ballot was not cast.")),
    ),
    "wrong-slot": (
        409,
        N_("This page was made for somebody else. Your ballot was not cast; reload the page."),
    ),
    "unavailable": (
        503,
        N_("The ballot box does not answer. Send the same ballot again; it is counted once."),
    ),
    "rollback": (
        503,
        N_("The ballot box is stopped: its log is not as it was signed. Tell the chair."),
    ),
}

TITLES = {
    400: N_("This could not be read"),
    403: N_("Not for your role"),
    404: N_("Nothing here"),
    405: N_("Not this way"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    422: N_("Something is missing or wrong"),
    429: N_("Too many tries"),
    500: N_("Something broke here"),
    503: N_("Not available just now"),
}
SENTENCES = {
    400: N_("What your browser sent could not be read. Nothing was changed."),
    403: N_("The request came from another site, so nothing was changed."),
    404: N_("There is no page at this address."),
    405: N_("This address does not take what was sent. Nothing was changed."),
    413: N_("What was sent is larger than this page takes. Nothing was changed."),
    422: N_("Check what you have entered."),
    429: N_("Wait a while and try again."),
    500: N_("The fault is ours, and it is logged. Nothing you did was half done."),
    503: N_("Wait a while and try again."),
}


def status_of(error: Refused) -> int:
    return STATUS.get(error.code, CONFLICT)


def on_refused(request: AnyRequest, error: Refused) -> Response[Any]:
    visitor = _visitor(request)
    return _answer(request, visitor, status_of(error), error.code, refusal(error, visitor))


def on_fault(request: AnyRequest, error: Fault) -> Response[Any]:
    if error.code not in FAULTS:
        return on_failure(request, error)
    status, message = FAULTS[error.code]
    if status >= 500:
        logs.failed("ballots.failed", error.__cause__ or error)
    visitor = _visitor(request)
    text = i18n.translate(visitor.language, message)
    return _answer(request, visitor, status, error.code, text)


def on_login_needed(request: AnyRequest, error: LoginNeeded) -> Response[Any]:
    if _wants_json(request):
        visitor = _visitor(request)
        text = i18n.translate(visitor.language, N_("Log in first."))
        return _answer(request, visitor, 401, "login-needed", text)
    return Redirect(f"/login?{urlencode({'next': error.come_back_to})}", status_code=303)


def on_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Litestar's own refusals. Their details may quote the input, so none is shown."""
    status = error.status_code
    if status >= 500:
        logs.failed("request.failed", error)
    if status not in SENTENCES:
        status = 400 if status < 500 else 500
    visitor = _visitor(request)
    text = i18n.translate(visitor.language, SENTENCES[status])
    return _answer(request, visitor, status, f"http-{status}", text)


def on_too_deep(request: AnyRequest, error: RecursionError) -> Response[Any]:
    """JSON nested deeper than the parser goes."""
    return on_http(request, HTTPException(status_code=400))


def on_failure(request: AnyRequest, error: Exception) -> Response[Any]:
    logs.failed("request.failed", error)
    return on_http(request, HTTPException(status_code=500))


def _visitor(request: AnyRequest) -> Visitor:
    found = request.scope["state"].get("visitor")
    return found or stranger(request, request.app.state.association)


def _wants_json(request: AnyRequest) -> bool:
    """Scripts ask for JSON, or send it; a form does neither."""
    accept = request.headers.get("accept", "")
    if "text/html" in accept:
        return False
    sent = request.headers.get("content-type", "")
    return "application/json" in accept or sent.startswith("application/json")


def _answer(
    request: AnyRequest, visitor: Visitor, status: int, code: str, text: str
) -> Response[Any]:
    trace = request_id(request.scope)
    if _wants_json(request):
        content = {"error": {"code": code, "message": text, "request": trace}}
        return Response(content, status_code=status, media_type=MediaType.JSON)
    return page(
        visitor,
        "error.html",
        status=status,
        title=TITLES.get(status, TITLES[409]),
        text=text,
        trace=trace,
        back=_back(request),
    )


def _back(request: AnyRequest) -> str:
    """The page that the form was on; the browser names it only to ourselves."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if request.method == "POST" and came_from.netloc == request.headers.get("host"):
        return came_from.path or "/"
    return "/"


HANDLERS: Any = {
    Refused: on_refused,
    Fault: on_fault,
    LoginNeeded: on_login_needed,
    HTTPException: on_http,
    RecursionError: on_too_deep,
    Exception: on_failure,
}
