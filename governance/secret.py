"""A secret vote as it is kept: its Belenios election, its encrypted sum, what its trustees opened.

Its ballots lie on the board, encrypted; with what is here they make an archive that anyone can
check, and a result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots import audit_kit, secret_poll
from ballots.belenios import archive as archives
from ballots.belenios import ceremony
from ballots.belenios import tally as tallies
from ballots.belenios.archive import Archive
from ballots.belenios.ballot import parse_ballot
from ballots.belenios.election import Election, parse_election
from ballots.belenios.membership import Deferred
from ballots.belenios.proof import Proof
from ballots.belenios.tally import Tally
from ballots.belenios.trustee import Item, Pedersen, owners, parse_trustees
from ballots.store import SqlBoard
from ballots.verify_secret import FEWEST
from governance import electoral_boards
from governance.database import Base, Instant
from governance.electoral_boards import Trustee
from governance.polling import Poll, PollKind, PollState, PollVoter
from governance.roll import Roll

NUMBERS = ("votes", "base", "needed")  # of a count: what tells how many chose what


class SecretPoll(Base):
    """What a secret vote has besides what every poll has."""

    __tablename__ = "secret_poll"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), primary_key=True)
    # Who opens it; None: the server alone, with a key in a file of its own.
    board_id: Mapped[int | None] = mapped_column(sa.ForeignKey("electoral_board.id"))
    uuid: Mapped[str] = mapped_column(sa.String(40))
    # Hashed as they stand, never written again.
    election: Mapped[bytes] = mapped_column(sa.LargeBinary)
    trustees: Mapped[bytes] = mapped_column(sa.LargeBinary)
    credentials: Mapped[bytes] = mapped_column(sa.LargeBinary)
    revote: Mapped[bool]
    # From the close on.
    tally: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    tallied: Mapped[int | None]  # how many voters' ballots are in it
    members: Mapped[int | None]  # of the association or unit, then
    few: Mapped[bool] = mapped_column(default=False)  # so that no number of votes is told


class Opening(Base):
    """A trustee's part of opening the sum, with the specification's proof and the strong one."""

    __tablename__ = "poll_opening"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the trustee's
    place: Mapped[int]  # from 1, in the order in which they came
    partial: Mapped[bytes] = mapped_column(sa.LargeBinary)
    strong: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Trust:
    """Who could learn what: for the sentence that everybody reads before voting."""

    server_alone: bool
    needed: int
    trustees: Sequence[Trustee]  # none where the server holds the key alone


def of(db: Session, poll: Poll) -> SecretPoll:
    """Raises NoResultFound for a poll that is not secret."""
    return db.get_one(SecretPoll, poll.id)


def trust(db: Session, poll: Poll) -> Trust:
    kept = of(db, poll)
    if kept.board_id is None:
        return Trust(True, 1, ())
    everybody = electoral_boards.trustees(db, kept.board_id)
    board = db.get_one(electoral_boards.ElectoralBoard, kept.board_id)
    return Trust(False, board.needed, everybody)


def few_on_roll(db: Session, poll: Poll) -> bool:
    """Whether so few may vote that only the outcome will be told, as is known beforehand."""
    return db.get_one(Roll, poll.roll_id).voters < FEWEST


def own_keys(db: Session, poll: Poll) -> int:
    """How many of the voters sign with a key of their own; the others were handed theirs."""
    voters = sa.select(sa.func.count()).select_from(PollVoter)
    own = voters.where(PollVoter.poll_id == poll.id, PollVoter.key_id.is_not(None))
    return db.scalars(own).one()


def waiting_for_the_server(db: Session) -> Sequence[Poll]:
    """The closed votes whose key the server holds alone."""
    closed = sa.select(Poll).join(SecretPoll, SecretPoll.poll_id == Poll.id)
    closed = closed.where(Poll.state == PollState.CLOSED, SecretPoll.board_id.is_(None))
    return [poll for poll in db.scalars(closed) if poll.result is None]


def closed_since(db: Session, at: dt.datetime) -> bool:
    """Whether a secret vote was closed after that: what it forgot may still lie in a log."""
    closed = sa.select(Poll.id).where(Poll.kind == PollKind.SECRET_BALLOT, Poll.closed_at >= at)
    return db.scalar(closed.limit(1)) is not None


def election(kept: SecretPoll) -> Election:
    return parse_election(kept.election)


def holders(kept: SecretPoll) -> tuple[Item, ...]:
    return parse_trustees(kept.trustees, election(kept).group)


def tally(kept: SecretPoll) -> Tally | None:
    """The encrypted sum; None while the vote is open."""
    return None if kept.tally is None else tallies.parse_tally(kept.tally, election(kept))


def add_up(db: Session, board: SqlBoard, poll: Poll, *, members: int) -> None:
    """Multiply all voters' last ballots together: what the trustees are to open."""
    kept = of(db, poll)
    own = election(kept)
    # Every number was shown to be an element when its ballot was taken (`secret_ballot.py`).
    reading = replace(own, group=Deferred(own.group))
    bodies = board.every_ballot(db.connection(), str(poll.election))
    counted = tallies.last_ballots([parse_ballot(body, reading) for body in bodies])
    kept.tally = tallies.encode_tally(tallies.add_up(own, counted))
    kept.tallied, kept.members = len(counted), members
    kept.few = len(counted) < FEWEST or few_on_roll(db, poll)
    db.flush()


def openings(db: Session, poll: Poll) -> Sequence[Opening]:
    """In the order in which they came."""
    parts = sa.select(Opening).where(Opening.poll_id == poll.id).order_by(Opening.place)
    return db.scalars(parts).all()


def votes(db: Session, poll: Poll) -> dict[str, int]:
    """How many chose each option, from what the trustees have opened. Raises Rejected."""
    kept = of(db, poll)
    own, added = election(kept), tally(kept)
    if added is None:
        raise LookupError("the vote is not closed")
    partials = {
        each.number: tallies.parse_partial(each.partial, added, own.group)
        for each in openings(db, poll)
    }
    [sums] = tallies.open_tally(own, holders(kept), added, partials, kept.tallied or 0)
    return secret_poll.votes([each["id"] for each in poll.options], own.questions[0], sums)


def told(db: Session, poll: Poll, result: dict[str, Any]) -> dict[str, Any]:
    """The count as it is published: of so few voters without any number of votes."""
    voters, own = db.get_one(Roll, poll.roll_id).voters, own_keys(db, poll)
    beside = {"own_keys": own, "handed_over": voters - own}
    if not of(db, poll).few:
        return {**result, **beside}
    told = {key: value for key, value in result.items() if key not in NUMBERS}
    return {**told, **beside, "few": True}


def forget_numbers(db: Session, poll: Poll) -> None:
    """Of so few voters nobody is to read the numbers later, either: forget what opens the sum."""
    if of(db, poll).few:
        _forget(db, poll)


def forget_opening(db: Session, poll: Poll) -> None:
    """The vote is void: what it would have said is nobody's to know."""
    poll.result = None
    _forget(db, poll)


def _forget(db: Session, poll: Poll) -> None:
    db.execute(sa.delete(Opening).where(Opening.poll_id == poll.id))


def archive(db: Session, board: SqlBoard, poll: Poll) -> bytes:
    """The archive as far as the vote has come; it only grows. What was withheld is not in it."""
    kept = of(db, poll)
    made = Archive(int(poll.opened_at.timestamp()))
    archives.set_up(made, kept.election, kept.trustees, kept.credentials)
    for body in board.every_ballot(db.connection(), str(poll.election)):
        made.add_event("Ballot", body)
    if kept.tally is None:
        return made.encode()
    made.add_event("EndBallots")
    archives.add_tally(made, kept.tally, kept.tallied or 0)
    for part in openings(db, poll):
        archives.add_partial(made, part.number, part.partial)
    if poll.result is not None:
        made.add_event("Result", tallies.encode_result([_sums(db, poll)]))
    return made.encode()


def _sums(db: Session, poll: Poll) -> list[int]:
    """As the archive counts them: the blank ones first, where there can be any."""
    found = votes(db, poll)
    chosen = [found[option] for option in found if option != secret_poll.BLANK]
    return [found[secret_poll.BLANK], *chosen] if secret_poll.BLANK in found else chosen


def strong(db: Session, poll: Poll) -> bytes:
    """The strong proofs of those who have opened, as they lie beside the archive."""
    group = election(of(db, poll)).group
    given: dict[int, list[list[Proof]]] = {}
    for each in openings(db, poll):
        given |= tallies.parse_strong(each.strong, group)
    return tallies.encode_strong(given)


def fingerprint(kept: SecretPoll) -> str:
    """Of the electoral board whose key it is, as its trustees' devices show it; "" where the server
    holds the key alone."""
    [held] = holders(kept)
    if not isinstance(held, Pedersen):
        return ""
    return ceremony.board_fingerprint(held.certificates, held.needed)


def audit_text(db: Session, poll: Poll) -> str:
    """How anyone checks it, step by step."""
    kept = of(db, poll)
    held = holders(kept)
    return audit_kit.text(
        uuid=kept.uuid,
        voters=db.get_one(Roll, poll.roll_id).voters,
        own=own_keys(db, poll),
        needed=held[0].needed,
        holders=len(owners(held)),
        server_alone=kept.board_id is None,
        fingerprint=fingerprint(kept),
    )
