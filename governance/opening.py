"""Opening a secret vote after its close: the trustees' parts, checked one by one, and the result.

Enough parts open the sum at once. No single ballot is ever opened, and nothing before the close.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ballots.belenios import tally as tallies
from ballots.belenios.encoding import compact, fields, items
from ballots.belenios.proof import Proof, parse_proof
from ballots.belenios.tally import PartialDecryption
from ballots.belenios.trustee import owners
from ballots.errors import Fault
from ballots.store import SqlBoard
from governance import declaring, electoral_boards, polling, secret, wording
from governance.electoral_boards import Trustee
from governance.errors import N_, NotAllowed, Refused, WrongState
from governance.meetings import Meeting
from governance.polling import Poll, PollState
from governance.secret import Opening, SecretPoll

SERVER = 1  # the number that the server has where it holds the key alone


class NotATrustee(NotAllowed):
    message = N_("Only the trustees of this vote can open it.")


class TrusteeLost(NotAllowed):
    message = N_("The key of %(name)s is recorded as lost. Record first that it has been found.")


class NotClosed(WrongState):
    message = N_("A secret vote is opened after its close.")


class OpenedAlready(WrongState):
    code = "opened-already"
    message = N_("The result was open before the part of %(name)s came. It is not needed.")


class WrongDecryption(Refused):
    """Who sent it is named; nothing of it is kept."""

    code = "wrong-decryption"
    message = N_("The part of %(name)s does not hold, and was not taken (%(fault)s).")


class EnoughAreLeft(WrongState):
    code = "enough-trustees"
    message = N_("Enough trustees are left to open this vote.")


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a trustee's device opens: it computes its share by the task, and decrypts the tally."""

    election: str  # the Belenios election's JSON, to be hashed as it stands
    tally: str  # JSON
    few: bool  # so few voted that the numbers would say who chose what: only the outcome is told
    given: bool  # whether this trustee's part is there
    waits_for: int  # how many more parts it takes


def work(db: Session, poll: Poll, trustee: Trustee) -> Work:
    """Raises NotClosed."""
    kept = secret.of(db, poll)
    if kept.tally is None or poll.state is not PollState.CLOSED:
        raise NotClosed
    given = {each.number for each in secret.openings(db, poll)}
    return Work(
        election=kept.election.decode(),
        tally=kept.tally.decode(),
        few=kept.few,
        given=trustee.number in given,
        waits_for=secret.trust(db, poll).needed - len(given),
    )


def take_part(db: Session, poll: Poll, trustee: Trustee, part: Any, *, now: dt.datetime) -> bool:
    """Keep a trustee's part; returns whether the result is open.

    `part` is {"partial": the specification's partial decryption, "strong": a strong proof for each
    of its factors}. A second part of the same trustee changes nothing.
    """
    polling.hold(db, poll)
    kept = secret.of(db, poll)
    _check_may(poll, kept, trustee)
    parts = secret.openings(db, poll)
    if trustee.number in {each.number for each in parts}:
        return poll.result is not None
    if poll.result is not None:
        raise OpenedAlready(name=trustee.member.name)
    try:
        partial, strong = _parse(kept, part)
        _check(kept, trustee.number, partial, strong)
    except Fault as fault:
        raise WrongDecryption(name=trustee.member.name, fault=fault.message) from fault
    _keep(db, poll, trustee.number, partial, strong, now)
    polling.record(
        db, "poll.part-opened", poll, by_id=trustee.member_id, now=now, number=trustee.number
    )
    return _open(db, poll)


def open_alone(
    db: Session, poll: Poll, private: int, *, now: dt.datetime, chance: Callable[[int], bytes]
) -> None:
    """Open with the key that the server holds alone; what is open already stays as it is."""
    polling.hold(db, poll)
    kept = secret.of(db, poll)
    added = secret.tally(kept)
    if added is None or kept.board_id is not None or poll.state is not PollState.CLOSED:
        raise NotClosed
    if poll.result is not None:
        return
    election = secret.election(kept)
    partial = tallies.decrypt(election, added, private, chance)
    strong = tallies.prove_strongly(election, added, private, chance)
    _check(kept, SERVER, partial, strong)
    _keep(db, poll, SERVER, partial, strong, now)
    _open(db, poll)


def void_unopenable(
    db: Session, board: SqlBoard, poll: Poll, *, by_id: int, now: dt.datetime
) -> Poll:
    """Declare void a vote that too few trustees are left to open, with that as its reason."""
    trust = secret.trust(db, poll)
    if poll.result is not None or electoral_boards.left(trust.trustees) >= trust.needed:
        raise EnoughAreLeft
    language = db.get_one(Meeting, poll.meeting_id).association.languages[0]
    return declaring.void(db, board, poll, wording.UNOPENABLE[language], by_id=by_id, now=now)


def _check_may(poll: Poll, kept: SecretPoll, trustee: Trustee) -> None:
    if kept.board_id is None or trustee.board_id != kept.board_id:
        raise NotATrustee
    if poll.state is not PollState.CLOSED:
        if poll.state is PollState.DECLARED:
            raise OpenedAlready(name=trustee.member.name)
        raise NotClosed
    if trustee.lost_at is not None:
        raise TrusteeLost(name=trustee.member.name)


def _parse(kept: SecretPoll, part: Any) -> tuple[PartialDecryption, list[list[Proof]]]:
    group = secret.election(kept).group
    found = fields(part, ("partial", "strong"))
    partial = tallies.parse_partial(compact(found["partial"]), _added(kept), group)
    strong = [[parse_proof(each, group) for each in items(row)] for row in items(found["strong"])]
    return partial, strong


def _check(
    kept: SecretPoll, number: int, partial: PartialDecryption, strong: list[list[Proof]]
) -> None:
    """Both proofs, with the key that the trustee committed to before the vote. Raises Rejected."""
    election, added = secret.election(kept), _added(kept)
    public = owners(secret.holders(kept))[number - 1].public
    tallies.check_partial(election, added, public, partial)
    tallies.check_strongly(election, added, public, partial, strong)


def _added(kept: SecretPoll) -> tallies.Tally:
    added = secret.tally(kept)
    if added is None:
        raise NotClosed
    return added


def _keep(
    db: Session,
    poll: Poll,
    number: int,
    partial: PartialDecryption,
    strong: list[list[Proof]],
    now: dt.datetime,
) -> None:
    part = Opening(
        poll_id=poll.id,
        number=number,
        place=len(secret.openings(db, poll)) + 1,
        partial=partial.encode(),
        strong=tallies.encode_strong({number: strong}),
        at=now,
    )
    db.add(part)
    db.flush()


def _open(db: Session, poll: Poll) -> bool:
    """The result, as soon as enough have opened; counted as any vote is."""
    if len(secret.openings(db, poll)) < secret.trust(db, poll).needed:
        return False
    declaring.count_secret(db, poll)
    return True
