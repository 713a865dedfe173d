"""Casting: from what somebody hands in to the ballot that the board takes, or why it does not.

It runs inside the sequencer's transaction, for up to 128 people at once: one query, Core only.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ballots.board import HEX32, HEX64
from ballots.choice import CHOICE
from ballots.errors import Malformed, Rejected
from ballots.lists import one_of
from ballots.open_ballot import OpenBallot
from ballots.secret_ballot import Checked
from ballots.store import Cast
from governance.errors import N_, Refused
from governance.logins import LoginSession
from governance.members import Member
from governance.polling import NotOnRoll as NotOnRoll
from governance.polling import Poll, PollKind, PollVoter
from governance.secret import SecretPoll

KEY = re.compile(r"[0-9a-f]{32}")  # 128 random bits: a key that another ballot has is a retry
FORMS = {"choice": CHOICE, "salt": HEX64, "key": KEY}


class NotLoggedIn(Refused):
    """The session does not exist, has ended or expired, or is of somebody who has left."""

    code = "login-needed"
    message = N_("Log in first.")


@dataclass(frozen=True, kw_only=True)
class _Ticket:
    poll_id: int
    session: str  # sha256 of the session's token; whose it is comes out in the transaction
    key: str  # the same in every retry
    now: dt.datetime
    today: dt.date  # at the seat of the association


@dataclass(frozen=True, kw_only=True)
class Ticket(_Ticket):
    """What somebody hands in. Salt and key are made by their browser, once per ballot."""

    choice: str
    salt: str  # 64 hex
    slot: str | None  # for whom the page was made, where it says so


@dataclass(frozen=True, kw_only=True)
class SecretTicket(_Ticket):
    """An encrypted ballot whose proofs were checked before it came here."""

    body: bytes
    checked: Checked


def ticket(
    poll_id: int,
    values: Mapping[str, object],
    *,
    session: str,
    now: dt.datetime,
    today: dt.date,
) -> Ticket:
    """Raises Malformed."""
    if not FORMS.keys() <= values.keys() <= FORMS.keys() | {"slot"}:
        raise Malformed("a ballot is handed in as choice, salt and key")
    read = {name: _read(name, form, values) for name, form in FORMS.items()}
    slot = _read("slot", HEX32, values) if "slot" in values else None
    return Ticket(poll_id=poll_id, session=session, **read, slot=slot, now=now, today=today)


def secret_ticket(
    poll_id: int,
    key: object,
    body: bytes,
    checked: Checked,
    *,
    session: str,
    now: dt.datetime,
    today: dt.date,
) -> SecretTicket:
    """Raises as `ticket` does. `checked` is what `secret_ballot.Checker` says of `body`."""
    return SecretTicket(
        poll_id=poll_id,
        session=session,
        key=_read("key", KEY, {"key": key}),
        body=body,
        checked=checked,
        now=now,
        today=today,
    )


@dataclass(frozen=True, kw_only=True)
class Asked(_Ticket):
    """Somebody is about to hand in a secret ballot."""

    key: str = ""


def elections_for(conn: sa.Connection, asked: Sequence[Asked]) -> list[bytes | Exception]:
    """For each, the election in which their ballot's proofs are to be checked, or the refusal.

    Nobody but its voters, once they have logged in, makes us check any: NotLoggedIn, NotOnRoll,
    Malformed, Rejected.
    """
    found = _look_up(conn, asked)
    polls = {each.poll_id for each in asked} & found.secret
    wanted = sa.select(SecretPoll.poll_id, SecretPoll.election)
    elections: dict[int, bytes] = {}
    if polls:
        rows = conn.execute(wanted.where(SecretPoll.poll_id.in_(polls)))
        elections = {row.poll_id: row.election for row in rows}
    return [_election(each, found, elections) for each in asked]


def _election(asked: Asked, found: _Found, elections: Mapping[int, bytes]) -> bytes | Exception:
    slot = _slot(asked, found)
    if isinstance(slot, Exception):
        return slot
    if asked.poll_id not in elections:
        return Malformed("this poll takes ballots of another kind")
    return elections[asked.poll_id]


def _read(name: str, form: re.Pattern[str], values: Mapping[str, object]) -> str:
    value = values[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Malformed(f"the {name} is not well-formed")
    return value


def admit(conn: sa.Connection, tickets: Sequence[Ticket | SecretTicket]) -> list[Cast | Exception]:
    """Each ticket as a ballot in its voter's slot, or the refusal. Never raises for one of them.

    Whether the poll is open and offers the choice is the board's to say, under its lock; so a
    retry that comes after the close still gets the receipt that it had lost.
    """
    found = _look_up(conn, tickets)
    return [_cast(ticket, found) for ticket in tickets]


@dataclass
class _Found:
    # The time that each session is good until, and the days between which its owner is a member.
    sessions: dict[str, tuple[dt.datetime, dt.date, dt.date | None]] = field(default_factory=dict)
    elections: dict[int, str | None] = field(default_factory=dict)  # none: without ballots
    secret: set[int] = field(default_factory=set)  # of the polls
    slots: dict[tuple[str, int], str] = field(default_factory=dict)  # by session and poll


def _look_up(conn: sa.Connection, tickets: Sequence[_Ticket]) -> _Found:
    rows = conn.execute(
        QUERY,
        {
            "polls": list({ticket.poll_id for ticket in tickets}),
            "sessions": list({ticket.session for ticket in tickets}),
        },
    )
    found = _Found()
    for session, expires_at, joined, left, poll_id, election, kind, slot in rows:
        found.sessions[session] = (expires_at, joined, left)
        found.elections[poll_id] = election
        if kind is PollKind.SECRET_BALLOT:
            found.secret.add(poll_id)
        if slot is not None:
            found.slots[session, poll_id] = slot
    return found


# Outer joins: a session without the poll, and a poll without this voter, are told apart.
QUERY = (
    sa.select(LoginSession.token, LoginSession.expires_at, Member.joined, Member.left)
    .add_columns(Poll.id, Poll.election, Poll.kind, PollVoter.slot)
    .join(Member, Member.id == LoginSession.member_id)
    .outerjoin(Poll, one_of(Poll.id, "polls"))
    .outerjoin(PollVoter, sa.and_(PollVoter.poll_id == Poll.id, PollVoter.member_id == Member.id))
    .where(one_of(LoginSession.token, "sessions"))
    .where(LoginSession.ended_at.is_(None))
)


def _slot(ticket: _Ticket, found: _Found) -> str | Exception:
    if not _is_logged_in(ticket, found):
        return NotLoggedIn()
    if found.elections.get(ticket.poll_id) is None:
        return Rejected("unknown-poll", "there is no such poll")
    return found.slots.get((ticket.session, ticket.poll_id)) or NotOnRoll()


def _cast(ticket: Ticket | SecretTicket, found: _Found) -> Cast | Exception:
    slot = _slot(ticket, found)
    if isinstance(slot, Exception):
        return slot
    election = str(found.elections[ticket.poll_id])
    if isinstance(ticket, SecretTicket) != (ticket.poll_id in found.secret):
        return Malformed("this poll takes ballots of another kind")
    own = ticket.checked.slot if isinstance(ticket, SecretTicket) else ticket.slot
    if own not in (None, slot):
        # Somebody else has logged in since the page was made: it must not vote for them.
        return Rejected("wrong-slot", "this ballot was made for another voter")
    if isinstance(ticket, SecretTicket):
        proven_in = ticket.checked.election  # the board compares it with the poll's
        return Cast(election, slot, ticket.body, ticket.key, proven_in=proven_in)
    body = OpenBallot(election, slot, ticket.salt, ticket.choice).encode()
    return Cast(election, slot, body, ticket.key)


def _is_logged_in(ticket: _Ticket, found: _Found) -> bool:
    if ticket.session not in found.sessions:
        return False
    expires_at, joined, left = found.sessions[ticket.session]
    is_member = joined <= ticket.today and (left is None or ticket.today <= left)
    return expires_at > ticket.now and is_member
