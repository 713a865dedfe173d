"""Electoral boards: the trustees of a meeting's secret votes, some of whom together open a result.

A board stands for the whole meeting, so that the next secret vote opens at once. Which messages its
trustees exchange is in `trustees.py`; what they open, in `opening.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from governance import journal, polling, presiding, roles
from governance.database import Base, Instant
from governance.errors import N_, Invalid, NotAllowed, NotFound, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.roles import Role

NUMBER, NEEDED = 3, 2  # what is proposed: three, of whom any two open
MOST = 9
MAY_SET_UP = (Role.SECRETARY, Role.DIRECTOR)  # besides whoever presides
OVER = (MeetingState.CLOSED, MeetingState.CANCELLED)


class Step(StrEnum):
    """What a board waits for; everybody takes a step before anybody can take the next."""

    CERTIFICATE = "certificate"
    PLEDGE = "pledge"
    CONTRIBUTION = "contribution"
    PUBLIC_KEY = "public-key"
    CHECK = "check"
    READY = "ready"


class ElectoralBoard(Base):
    """Kept for good: the votes that its trustees have opened name it."""

    __tablename__ = "electoral_board"
    __table_args__ = (
        sa.Index(
            "uq_electoral_board_standing",
            "meeting_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    needed: Mapped[int]  # how many trustees open a result
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # another stands in its place


class Trustee(Base):
    """One of a board, and what their device has handed in: public, or encrypted to the others.

    Their private key is nowhere here: their device makes it again from the seed that it keeps.
    """

    __tablename__ = "trustee"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "number"),
        sa.UniqueConstraint("board_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("electoral_board.id"))
    number: Mapped[int]  # from 1, as the archive counts them
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    # Each null until it is handed in; the JSON is that of `ballots/belenios/ceremony.py`.
    certificate: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    pledge: Mapped[str | None] = mapped_column(sa.String(64))
    commitments: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    secrets: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    public_key: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    blames: Mapped[int | None]  # whose secret to this trustee did not hold, by number
    nonce: Mapped[str | None] = mapped_column(sa.String(64))  # what the key check asks with
    checked_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    lost_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # cannot open any more

    member: Mapped[Member] = relationship()


class OnTheBoard(WrongState):
    code = "board-in-use"
    message = N_("A vote that this electoral board is to open is not finished.")


class NoSuchBoard(NotFound):
    message = N_("This meeting has no electoral board.")


class BoardNotReady(Refused):
    code = "board-not-ready"
    message = N_(
        "The electoral board is not ready: every trustee has to make their key and pass its check."
    )


class TooFewTrustees(Refused):
    code = "too-few-trustees"
    message = N_(
        "Too few trustees are left to open a result. Set up another electoral board first."
    )


def proposed(db: Session, meeting_id: int) -> list[Member]:
    """Whom to ask: the meeting's tellers, then its checkers, as many as are needed."""
    asked: dict[int, Member] = {}
    for office in (Role.TELLER, Role.CHECKER):
        for member in roles.holders(db, office, meeting_id=meeting_id):
            asked.setdefault(member.id, member)
    return list(asked.values())[:NUMBER]


def may_set_up(db: Session, meeting_id: int, member_id: int) -> bool:
    held = roles.held(db, member_id, meeting_id)
    return bool(held & set(MAY_SET_UP)) or presiding.presides(db, meeting_id, member_id)


def set_up(
    db: Session,
    meeting: Meeting,
    members: Sequence[Member],
    *,
    needed: int = NEEDED,
    by_id: int,
    now: dt.datetime,
) -> ElectoralBoard:
    """Name the trustees; whichever board stood before is replaced. Before or during the meeting."""
    _require(db, meeting.id, by_id)
    presiding.hold(db, meeting)
    if meeting.state in OVER:
        raise WrongState
    _check_members(meeting, members, needed, now)
    before = standing(db, meeting.id)
    if before is not None:
        _end(db, before, now)
    made = ElectoralBoard(meeting_id=meeting.id, needed=needed, made_at=now, made_by_id=by_id)
    db.add(made)
    db.flush()
    for number, member in enumerate(members, 1):
        db.add(Trustee(board_id=made.id, number=number, member_id=member.id))
    db.flush()
    record(db, "electoral-board.set-up", made, by_id=by_id, now=now, of=len(members), needed=needed)
    return made


def standing(db: Session, meeting_id: int) -> ElectoralBoard | None:
    return db.scalar(
        sa.select(ElectoralBoard).where(
            ElectoralBoard.meeting_id == meeting_id, ElectoralBoard.ended_at.is_(None)
        )
    )


def get(db: Session, association_id: int, board_id: int) -> ElectoralBoard:
    """Raises NotFound, also for another association's board."""
    found = db.get(ElectoralBoard, board_id)
    if found is None or db.get_one(Meeting, found.meeting_id).association_id != association_id:
        raise NotFound
    return found


def trustees(db: Session, board_id: int, *, anew: bool = False) -> Sequence[Trustee]:
    """By number; `anew`, as the database has them now."""
    of_board = sa.select(Trustee).where(Trustee.board_id == board_id).order_by(Trustee.number)
    return db.scalars(of_board, execution_options={"populate_existing": anew}).all()


def trustee_of(db: Session, board_id: int, member_id: int) -> Trustee | None:
    return db.scalar(
        sa.select(Trustee).where(Trustee.board_id == board_id, Trustee.member_id == member_id)
    )


DONE: dict[Step, Callable[[Trustee], object | None]] = {
    Step.CERTIFICATE: lambda trustee: trustee.certificate,
    Step.PLEDGE: lambda trustee: trustee.pledge,
    Step.CONTRIBUTION: lambda trustee: trustee.commitments,
    Step.PUBLIC_KEY: lambda trustee: trustee.public_key,
    Step.CHECK: lambda trustee: trustee.checked_at,
}


def step(members: Sequence[Trustee]) -> Step:
    """What the board waits for."""
    for each, done in DONE.items():
        if not all(done(trustee) is not None for trustee in members):
            return each
    return Step.READY


def waits_for(trustee: Trustee, at: Step) -> bool:
    """Whether it is this trustee's turn in the step that the board is at."""
    return at in DONE and DONE[at](trustee) is None


def left(members: Sequence[Trustee]) -> int:
    """How many can still open a result."""
    return sum(trustee.lost_at is None for trustee in members)


def require_ready(db: Session, meeting_id: int) -> ElectoralBoard:
    """The standing board, whose trustees have all passed. NoSuchBoard, BoardNotReady, TooFew…"""
    board = standing(db, meeting_id)
    if board is None:
        raise NoSuchBoard
    members = trustees(db, board.id)
    if step(members) is not Step.READY:
        raise BoardNotReady
    if left(members) < board.needed:
        raise TooFewTrustees
    return board


def lose(db: Session, trustee: Trustee, *, by_id: int, now: dt.datetime) -> int:
    """Record that a trustee cannot open any more, by themselves too; returns how many are left."""
    return _mark(db, trustee, now, by_id=by_id, now=now)


def find(db: Session, trustee: Trustee, *, by_id: int, now: dt.datetime) -> int:
    """Their key has turned up again; returns how many are left."""
    return _mark(db, trustee, None, by_id=by_id, now=now)


def _mark(
    db: Session, trustee: Trustee, lost_at: dt.datetime | None, *, by_id: int, now: dt.datetime
) -> int:
    board = db.get_one(ElectoralBoard, trustee.board_id)
    if by_id != trustee.member_id:
        _require(db, board.meeting_id, by_id)
    if (trustee.lost_at is None) != (lost_at is None):
        trustee.lost_at = lost_at
        db.flush()
        act = "trustee.lost" if lost_at else "trustee.found"
        record(db, act, board, by_id=by_id, now=now, number=trustee.number)
    return left(trustees(db, board.id))


def _require(db: Session, meeting_id: int, by_id: int) -> None:
    if not may_set_up(db, meeting_id, by_id):
        raise NotAllowed


def _check_members(
    meeting: Meeting, members: Sequence[Member], needed: int, now: dt.datetime
) -> None:
    if not 2 <= len({member.id for member in members}) == len(members) <= MOST:
        raise Invalid(
            N_("Choose two to %(most)s trustees, each once."), field="trustees", most=MOST
        )
    today = meeting.association.today(now)
    for member in members:
        own = member.association_id == meeting.association_id
        if not (own and member.is_member_on(today)):
            raise Invalid(N_("A trustee is a member of the association."), field="trustees")
    if not 2 <= needed <= len(members):
        # One alone could read every ballot, which is what trustees are there to prevent.
        raise Invalid(N_("At least two trustees open a result, at most all."), field="needed")


def _end(db: Session, board: ElectoralBoard, now: dt.datetime) -> None:
    waiting = polling.unfinished(db, board.meeting_id)
    if waiting is not None and waiting.kind is polling.PollKind.SECRET_BALLOT:
        raise OnTheBoard
    board.ended_at = now
    db.flush()


def record(
    db: Session,
    act: str,
    board: ElectoralBoard,
    *,
    by_id: int | None,
    now: dt.datetime,
    **details: Any,
) -> None:
    """In the journal."""
    journal.record(
        db,
        act,
        association_id=db.get_one(Meeting, board.meeting_id).association_id,
        meeting_id=board.meeting_id,
        by_id=by_id,
        subject=f"electoral-board:{board.id}",
        now=now,
        **details,
    )
