"""A poll as it is kept: one vote being taken, its states, its voters, and how it is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.choice import Asked, asked
from ballots.manifest import METHODS
from ballots.record import encode_result
from ballots.store import SqlBoard
from governance import journal, member_keys  # noqa: F401 - a voter names the key they sign with
from governance.database import Base, Instant, Word
from governance.errors import N_, NotFound, Refused, WrongState
from governance.meetings import Meeting


class PollKind(StrEnum):
    ACCLAMATION = "acclamation"  # the chair hears and declares
    SHOW_OF_HANDS = "show-of-hands"  # counted in the room, the numbers entered by the chair
    OPEN_BALLOT = "open-ballot"  # each member casts; name and choice stand in the minutes
    # Cast as an open one; nobody's choice stands in any minutes.
    PSEUDONYMOUS_BALLOT = "pseudonymous-ballot"
    SECRET_BALLOT = "secret-ballot"  # noqa: S105 - encrypted; trustees open the sum alone


class PollState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # counted; a tie waits for the chair's vote or the lot
    DECLARED = "declared"
    VOID = "void"  # annulled with a reason; its ballots stay on the board


NEXT: dict[PollState, frozenset[PollState]] = {
    PollState.OPEN: frozenset({PollState.CLOSED, PollState.VOID}),
    PollState.CLOSED: frozenset({PollState.DECLARED, PollState.VOID}),
    PollState.DECLARED: frozenset(),
    PollState.VOID: frozenset(),
}
# What a poll among several chooses.
PEOPLE, PROPOSAL, PRIORITIES, FUNDING = "people", "proposal", "priorities", "funding"

UNFINISHED = (PollState.OPEN, PollState.CLOSED)
PUBLISHED = (PollState.DECLARED, PollState.VOID)  # whose ballots anyone may recount


class Poll(Base):
    __tablename__ = "poll"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), index=True)
    kind: Mapped[PollKind] = mapped_column(Word(PollKind))
    state: Mapped[PollState] = mapped_column(Word(PollState), default=PollState.OPEN)
    clause: Mapped[int | None]  # which of the motion's clauses, from 1; None: the whole
    question: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # {language: text}
    # [{"id": "adopt", "label": {language: text}}, …] in the order shown
    options: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    rule: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # the majority rule as it was frozen
    roll_id: Mapped[int | None] = mapped_column(sa.ForeignKey("roll.id"))
    # sha256 of the manifest, by which `ballots` knows this poll; None without ballots.
    election: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    opened_at: Mapped[dt.datetime] = mapped_column(Instant)
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    closes_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # closed by itself then
    closed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    present: Mapped[int | None]  # how many were in the meeting at the close
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # the count, exact integers
    declared_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(sa.String(40), default="")  # the option carried
    decision: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # {language: sentence}
    reason: Mapped[str] = mapped_column(sa.Text, default="")  # why it was declared void

    @property
    def method(self) -> str:
        """How it is counted, one of the manifest's METHODS. A choice among several has seats."""
        if "seats" not in self.rule:
            return "majority"
        return str(self.rule["key"]) if self.rule["key"] in METHODS else "plurality"

    @property
    def chooses(self) -> str:
        """PEOPLE, PROPOSAL, PRIORITIES or FUNDING; nothing where it adopts or rejects."""
        if self.method == "majority":
            return ""
        if "costs" in self.rule:
            return FUNDING
        # The ids of proposals are made where a poll is opened (`standing.py`), and of no one else.
        if not self.option_ids[0].startswith(f"{PROPOSAL}-"):
            return PEOPLE
        return PROPOSAL if self.rule["seats"] == 1 else PRIORITIES

    @property
    def option_ids(self) -> list[str]:
        return [option["id"] for option in self.options]

    @property
    def asked(self) -> Asked:
        """What a ballot of it may choose."""
        return asked(self.method, self.rule, self.option_ids)

    @property
    def tie_waits_for(self) -> str | None:
        """Who is to break the tie that keeps this poll from being declared: "chair" or "lot"."""
        if self.state is not PollState.CLOSED or not self.result or not self.result["tied"]:
            return None
        broken = "casting_vote" if self.method == "majority" else "seed"
        return None if self.result[broken] is not None else str(self.rule["tie"])


class PollVoter(Base):
    """The slot under which a member votes in one poll: random, so that polls cannot be joined.

    In a secret ballot it is a hash of the credential that the member signs with.
    """

    __tablename__ = "poll_voter"
    __table_args__ = (sa.UniqueConstraint("poll_id", "slot"),)

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(sa.String(32))  # 128 random bits, hex
    # The own key that a secret ballot is signed with; None: a credential is handed over.
    key_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_key.id"))


class Dissent(Base):
    """A reservation: a member's dissent from a decision, recorded on request."""

    __tablename__ = "dissent"
    __table_args__ = (sa.UniqueConstraint("poll_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[dt.datetime] = mapped_column(Instant)


class NotOpen(WrongState):
    message = N_("This vote is not open.")


class NotOnRoll(Refused):
    code = "not-on-roll"
    message = N_("You are not on the electoral roll that this vote is taken on.")


class TurnoutHidden(Refused):
    code = "turnout-hidden"
    message = N_("How many have voted in a secret vote is told when it is closed.")


def get(db: Session, association_id: int, poll_id: int) -> Poll:
    """Raises NotFound, also for another association's poll."""
    own = sa.select(Poll).join(Meeting, Meeting.id == Poll.meeting_id)
    own = own.where(Poll.id == poll_id, Meeting.association_id == association_id)
    found = db.scalar(own)
    if found is None:
        raise NotFound
    return found


def of_meeting(db: Session, meeting_id: int) -> Sequence[Poll]:
    """In the order in which they were taken."""
    return db.scalars(sa.select(Poll).where(Poll.meeting_id == meeting_id).order_by(Poll.id)).all()


def of_item(db: Session, item_id: int) -> Sequence[Poll]:
    return db.scalars(sa.select(Poll).where(Poll.item_id == item_id).order_by(Poll.id)).all()


def open_now(db: Session, meeting_id: int) -> Poll | None:
    """The ballot that is open; there is never more than one."""
    return db.scalar(
        sa.select(Poll).where(Poll.meeting_id == meeting_id, Poll.state == PollState.OPEN)
    )


def unfinished(db: Session, meeting_id: int) -> Poll | None:
    """A poll that is neither declared nor void."""
    return db.scalar(
        sa.select(Poll)
        .where(Poll.meeting_id == meeting_id, Poll.state.in_(UNFINISHED))
        .order_by(Poll.id)
        .limit(1)
    )


def due(db: Session, now: dt.datetime) -> Sequence[Poll]:
    """The open polls whose time has passed."""
    waiting = sa.select(Poll).where(Poll.state == PollState.OPEN, Poll.closes_at <= now)
    return db.scalars(waiting.order_by(Poll.closes_at)).all()


def voter_slot(db: Session, poll_id: int, member_id: int) -> str | None:
    """The member's slot in this poll; None for who is not on its roll."""
    voter = db.get(PollVoter, (poll_id, member_id))
    return None if voter is None else voter.slot


def turnout(db: Session, board: SqlBoard, poll: Poll) -> int:
    """How many ballots are in the box, or how many hands were counted. Never for what.

    Raises TurnoutHidden while a secret ballot is open: `crowd` says what may be shown of it.
    """
    if poll.kind is PollKind.SECRET_BALLOT and poll.state is PollState.OPEN:
        raise TurnoutHidden
    if poll.election is not None:
        return board.turnout(db.connection(), poll.election)
    return sum((poll.result or {}).get("votes", {}).values())


def crowd(db: Session, board: SqlBoard, poll: Poll) -> str:
    """ "few" or "many": whether at least half of the roll have handed in a ballot."""
    voters = sa.select(sa.func.count()).select_from(PollVoter).where(PollVoter.poll_id == poll.id)
    voted = board.turnout(db.connection(), str(poll.election))
    return "many" if 2 * voted >= db.scalars(voters).one() else "few"


def receipt(db: Session, board: SqlBoard, poll: Poll, member_id: int) -> str | None:
    """The receipt of the member's ballot, always the same text; None without a ballot."""
    slot = voter_slot(db, poll.id, member_id)
    if poll.election is None or slot is None:
        return None
    return board.receipt(db.connection(), poll.election, slot)


def public_result(poll: Poll) -> bytes:
    """The count as it is published and as the board holds its hash. Raises NotFound."""
    if poll.election is None or poll.result is None:
        raise NotFound
    return encode_result(poll.election, poll.result)


def dissents(db: Session, poll_id: int) -> Sequence[Dissent]:
    return db.scalars(
        sa.select(Dissent).where(Dissent.poll_id == poll_id).order_by(Dissent.id)
    ).all()


def hold(db: Session, poll: Poll) -> None:
    """Until the transaction ends nobody else moves this poll; what it says is read anew."""
    db.flush()
    db.refresh(poll, with_for_update={"key_share": True})


def move(poll: Poll, to: PollState) -> None:
    if to not in NEXT[poll.state]:
        raise WrongState
    poll.state = to


def record(
    db: Session, act: str, poll: Poll, *, by_id: int | None, now: dt.datetime, **details: Any
) -> None:
    """In the journal; never what anybody voted."""
    journal.record(
        db,
        act,
        association_id=db.get_one(Meeting, poll.meeting_id).association_id,
        meeting_id=poll.meeting_id,
        by_id=by_id,
        subject=f"poll:{poll.id}",
        now=now,
        **details,
    )
