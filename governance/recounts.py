"""Counting an election again without somebody elected who does not take the seat.

The first result stands as it was declared, and the board holds its hash; each recount is published
beside it, and the board holds its hash, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots import count_poll
from ballots.board import ResultEntry
from ballots.counting import lot as lots
from ballots.errors import Malformed
from ballots.record import encode_result
from ballots.store import SqlBoard
from governance import counts, election_words, polling, presiding
from governance.database import Base, Instant
from governance.errors import N_, Invalid, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.polling import Poll, PollState


class PollRecount(Base):
    """One later count of a declared poll."""

    __tablename__ = "poll_recount"
    __table_args__ = (sa.UniqueConstraint("poll_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), index=True)
    number: Mapped[int]  # from 1
    withdrawn: Mapped[list[str]] = mapped_column(sa.JSON)  # the option ids of all who are out
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    decision: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # {language: sentence}
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    at: Mapped[dt.datetime] = mapped_column(Instant)


class NoNumbers(Refused):
    code = "no-numbers"
    message = N_("So few voted that the numbers were not kept. Hold the election again.")


class RecountTied(Refused):
    code = "recount-tied"
    message = N_(
        "No lot was drawn among those who are equal now. The recount needs a new one's seed."
    )


def recount_without(
    db: Session,
    board: SqlBoard,
    poll: Poll,
    *,
    withdrawn: Collection[str],
    seed: str | None = None,
    by_id: int,
    now: dt.datetime,
) -> PollRecount:
    """Count again as if these candidates had never stood, nor those of earlier recounts.

    A lot of an earlier count holds among those whom it was drawn among; any other tie needs the
    seed of a new one. Raises NotPresiding, WrongState, Invalid, NoNumbers, RecountTied.
    """
    presiding.require(db, poll.meeting_id, by_id)
    polling.hold(db, poll)
    earlier = of_poll(db, poll.id)
    out = _out(db, poll, withdrawn, earlier)
    result = _count(db, poll, out, seed, earlier)
    languages = db.get_one(Meeting, poll.meeting_id).association.languages
    said = counts.decision(db, poll, counts.outcome(result), result)
    made = PollRecount(
        poll_id=poll.id,
        number=len(earlier) + 1,
        withdrawn=out,
        result=result,
        decision=election_words.without(counts.names(poll, out, languages[0]), said),
        by_id=by_id,
        at=now,
    )
    db.add(made)
    hashed = sha256(public_result(poll, made)).hexdigest()
    board.append(db.connection(), [ResultEntry(str(poll.election), hashed).encode()])
    db.flush()
    polling.record(db, "poll.recounted", poll, by_id=by_id, now=now, number=made.number)
    return made


def _out(
    db: Session, poll: Poll, withdrawn: Collection[str], earlier: Sequence[PollRecount]
) -> list[str]:
    """Everybody who is out, in the order of the options."""
    if poll.state is not PollState.DECLARED or poll.election is None or poll.method == "majority":
        raise WrongState(N_("Only a declared election with ballots can be counted again."))
    if db.get_one(Meeting, poll.meeting_id).state is MeetingState.CANCELLED:
        raise WrongState
    before = set(earlier[-1].withdrawn) if earlier else set()
    new = set(withdrawn) - before
    if not new or not new <= set(poll.asked.options):
        raise Invalid(N_("Choose who does not take the seat."), field="withdrawn")
    return [each for each in poll.asked.options if each in before | new]


def _count(
    db: Session, poll: Poll, out: list[str], seed: str | None, earlier: Sequence[PollRecount]
) -> dict[str, Any]:
    first = poll.result or {}
    choices = counts.kept(db, poll)
    if choices is None:
        raise NoNumbers
    try:
        if seed is not None:
            lots.order([], seed)
        result = counts.counted(
            db,
            poll,
            choices,
            members=first["members"],
            seed=seed,
            withdrawn=out,
            earlier=_lots(poll, choices, earlier),
        )
    except Malformed as error:
        raise Invalid(
            N_("A seed is 64 characters, each 0 to 9 or a to f."), field="seed"
        ) from error
    if counts.waits(result):
        raise RecountTied
    return {**result, "withdrawn": out}


def _lots(
    poll: Poll, choices: Mapping[str, int], earlier: Sequence[PollRecount]
) -> list[dict[str, Any]]:
    """All lots that earlier counts have drawn, each with its seed."""
    found: list[dict[str, Any]] = []
    counts_before = [((), poll.result or {}), *((each.withdrawn, each.result) for each in earlier)]
    for withdrawn, result in counts_before:
        if "lots" not in result and (seed := result.get("seed")) is not None:
            told = count_poll.count(poll, choices, seed=seed, withdrawn=withdrawn, earlier=())
            found += told["lots"]
        found += result.get("lots", [])
    return found


def of_poll(db: Session, poll_id: int) -> Sequence[PollRecount]:
    """In the order in which they were made; the last one is in force."""
    rows = sa.select(PollRecount).where(PollRecount.poll_id == poll_id)
    return db.scalars(rows.order_by(PollRecount.number)).all()


def before(db: Session, poll: Poll, recount: PollRecount) -> PollRecount | None:
    """The recount that this one follows; None where it follows the first count."""
    return next((each for each in of_poll(db, poll.id) if each.number == recount.number - 1), None)


def in_force(db: Session, poll: Poll) -> Mapping[str, Any]:
    """The result by which the seats are filled: the last recount's, else the first one."""
    later = of_poll(db, poll.id)
    return later[-1].result if later else poll.result or {}


def public_result(poll: Poll, recount: PollRecount) -> bytes:
    """As it is published, and as the board holds its hash."""
    return encode_result(str(poll.election), recount.result)
