"""Structured logs: one JSON object a line, with a request id.

Never an address, a token, a name or a choice. An exception is logged by its class and the places
it passed, without its message: a database error's message carries the parameters of the statement.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(level: str = "info") -> None:
    structlog.configure(
        processors=[
            _name_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # What libraries log may hold anything; only that something failed is let through.
    logging.basicConfig(level=logging.CRITICAL, force=True)


# The request during which a line is logged, where there is one.
REQUEST: ContextVar[str] = ContextVar("request")


def _name_request(logger: Any, method: str, event: EventDict) -> EventDict:
    if (request := REQUEST.get("")) and "request_id" not in event:
        event["request_id"] = request
    return event


_encode = json.JSONEncoder(sort_keys=True, default=repr).encode


def _line(event: dict[str, Any], **_: Any) -> str:
    return _encode(event)


def log() -> Any:
    return structlog.get_logger()


def places(trace: TracebackType | None) -> list[str]:
    """Where an exception passed, innermost last: "polls.py:87 close_poll"."""
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames]


def failed(event: str, error: BaseException, **facts: object) -> None:
    log().error(event, error=type(error).__name__, at=places(error.__traceback__), **facts)
