"""Passes: what lets the booth of another origin, or the command line, act for a login in one vote.

A pass is no cookie: it is signed, not stored; it names the login by its hash, ends with it, and is
good for the booth's own addresses alone (`web/security.py`).
"""

from __future__ import annotations

import datetime as dt
import hmac
import re

from governance import logins

LIVES = dt.timedelta(minutes=30)
LIVES_ON_A_SLIP = dt.timedelta(hours=2)  # a file is downloaded, carried over and read first
NO_POLL = 0  # of a pass for the page of one's own key
FORM = re.compile(r"([0-9a-f]{64})\.([0-9]{1,10})\.([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


def issue(
    key: bytes, session: str, poll_id: int, *, now: dt.datetime, lives: dt.timedelta = LIVES
) -> str:
    """A pass for the login whose token has this hash, in one vote."""
    said = f"{session}.{poll_id}.{int((now + lives).timestamp())}"
    return f"{said}.{logins.keyed(key, 'pass', said)}"


def holder(key: bytes, text: str, poll_id: int, *, now: dt.datetime) -> str | None:
    """The hash of the token of the login that the pass is for; None where it does not hold."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    session, poll, expires, mac = match.groups()
    said = text.rpartition(".")[0]
    signed = hmac.compare_digest(mac, logins.keyed(key, "pass", said))
    holds = signed and int(poll) == poll_id and now.timestamp() < int(expires)
    return session if holds else None
