"""Candidates: nominated by members, asked for their consent, shown with a page of their own.

Who was nominated, by whom and what they answered is the committee's alone to see. Nobody is
proposed, and no page is shown, without consent.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from governance import electing, polling, presiding, texts
from governance.agenda import AgendaItem
from governance.database import Base, Instant, Word
from governance.electing import Election
from governance.errors import N_, Invalid, NotAllowed, NotFound, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member

LONGEST_NAME, LONGEST_REASON, LONGEST_TEXT, LONGEST_ALT = 200, 2_000, 10_000, 300
KEY = 40  # characters of an option's id
RESERVED = frozenset({"", "blank", "abstain", "adopt", "reject"})
OVER = frozenset({MeetingState.CLOSED, MeetingState.CANCELLED})


class CandidateState(StrEnum):
    NOMINATED = "nominated"  # asked, and has not answered
    STANDING = "standing"  # has consented
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # had consented; the page says so


class Acceptance(StrEnum):
    WAITING = "waiting"  # elected, and has not answered
    ACCEPTED = "accepted"
    DECLINED = "declined"


NEXT: dict[CandidateState, frozenset[CandidateState]] = {
    CandidateState.NOMINATED: frozenset({CandidateState.STANDING, CandidateState.DECLINED}),
    CandidateState.STANDING: frozenset({CandidateState.WITHDRAWN}),
    # Who said no may think again until the vote.
    CandidateState.DECLINED: frozenset({CandidateState.STANDING}),
    CandidateState.WITHDRAWN: frozenset(),
}


class Candidate(Base):
    __tablename__ = "candidate"
    __table_args__ = (
        sa.UniqueConstraint("election_id", "key"),
        sa.UniqueConstraint("election_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    election_id: Mapped[int] = mapped_column(sa.ForeignKey("election.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(250))  # as it was when they were nominated
    key: Mapped[str] = mapped_column(sa.String(KEY))  # the option's id in the vote
    state: Mapped[CandidateState] = mapped_column(Word(CandidateState))
    from_floor: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int | None]  # in the committee's proposal, from 1; the last ones are deputies
    nominated_at: Mapped[dt.datetime] = mapped_column(Instant)
    answered_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    texts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # Markdown, by language
    speaks: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # codes of languages
    picture: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    picture_media: Mapped[str] = mapped_column(sa.String(40), default="")
    picture_alt: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    # Why they may stand although a rule speaks against it, and who has answered for that.
    override: Mapped[str] = mapped_column(sa.Text, default="")
    overridden_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    # What the meeting has decided: their place among those elected, and their answer to it.
    place: Mapped[int | None]
    deputy: Mapped[bool] = mapped_column(default=False)
    acceptance: Mapped[Acceptance | None] = mapped_column(Word(Acceptance))


class Nomination(Base):
    """One member's proposal of a candidate, and why."""

    __tablename__ = "nomination"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("candidate.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[dt.datetime] = mapped_column(Instant)


class VoteBegun(WrongState):
    code = "vote-begun"
    message = N_("The vote has begun, so who stands in it is fixed.")


class HasNominees(Refused):
    code = "has-nominees"
    message = N_("Members have been nominated under this item, so it stays on the agenda.")


class NotYours(NotAllowed):
    message = N_("Only the nominated member can answer.")


def get(db: Session, association_id: int, candidate_id: int) -> Candidate:
    """Raises NotFound, also for another association's."""
    found = db.scalar(
        sa.select(Candidate)
        .join(Election, Election.id == Candidate.election_id)
        .join(Meeting, Meeting.id == Election.meeting_id)
        .where(Candidate.id == candidate_id, Meeting.association_id == association_id)
    )
    if found is None:
        raise NotFound
    return found


def of_election(db: Session, election_id: int, *states: CandidateState) -> Sequence[Candidate]:
    """Those proposed in their order, then the others as they were nominated."""
    rows = sa.select(Candidate).where(Candidate.election_id == election_id)
    if states:
        rows = rows.where(Candidate.state.in_(states))
    by_rank = sa.case((Candidate.rank.is_(None), 1), else_=0)
    return db.scalars(rows.order_by(by_rank, Candidate.rank, Candidate.id)).all()


def of_member(db: Session, member_id: int) -> Sequence[tuple[Candidate, Election, Meeting]]:
    """Where this member is nominated, while the meeting is not long past."""
    rows = (
        sa.select(Candidate, Election, Meeting)
        .join(Election, Election.id == Candidate.election_id)
        .join(Meeting, Meeting.id == Election.meeting_id)
        .where(Candidate.member_id == member_id)
        .order_by(Candidate.id)
    )
    return [(candidate, election, meeting) for candidate, election, meeting in db.execute(rows)]


def by(db: Session, election_id: int, member_id: int) -> Sequence[Candidate]:
    """Whom this member has nominated."""
    named = sa.select(Nomination.candidate_id).where(Nomination.by_id == member_id)
    rows = sa.select(Candidate).where(Candidate.election_id == election_id, Candidate.id.in_(named))
    return db.scalars(rows.order_by(Candidate.id)).all()


def reasons(db: Session, candidate_id: int) -> Sequence[tuple[Nomination, Member]]:
    rows = sa.select(Nomination, Member).join(Member, Member.id == Nomination.by_id)
    found = rows.where(Nomination.candidate_id == candidate_id).order_by(Nomination.id)
    return [(nomination, member) for nomination, member in db.execute(found)]


def put_forward(
    db: Session,
    election: Election,
    whom: Member | str,
    reason: str,
    *,
    by_id: int,
    now: dt.datetime,
    from_floor: bool = False,
) -> Candidate:
    """Enter a nomination; the same person named again is the same candidate.

    Who nominates themselves consents. A name without a membership is a firm or an outsider.
    """
    check_open(db, election)
    reason = texts.trimmed(reason, LONGEST_REASON, field="reason")
    candidate = _same(db, election, whom) or _new(db, election, whom, from_floor, now)
    if isinstance(whom, Member) and whom.id == by_id:
        _consent(candidate, now)
    _name(db, candidate, by_id, reason, now)
    db.flush()
    electing.record(db, "nomination.made", election, by_id=by_id, now=now, floor=from_floor)
    return candidate


def _same(db: Session, election: Election, whom: Member | str) -> Candidate | None:
    rows = sa.select(Candidate).where(Candidate.election_id == election.id)
    if isinstance(whom, Member):
        return db.scalar(rows.where(Candidate.member_id == whom.id))
    name = texts.line(whom, LONGEST_NAME, field="who")
    if not name:
        raise Invalid(N_("This must not be empty."), field="who")
    outsiders = db.scalars(rows.where(Candidate.member_id.is_(None))).all()
    return next((each for each in outsiders if each.name.casefold() == name.casefold()), None)


def _new(
    db: Session, election: Election, whom: Member | str, from_floor: bool, now: dt.datetime
) -> Candidate:
    name = whom.name if isinstance(whom, Member) else " ".join(whom.split())
    taken = {each.key for each in of_election(db, election.id)}
    made = Candidate(
        election_id=election.id,
        member_id=whom.id if isinstance(whom, Member) else None,
        name=name,
        key=_key(name, taken),
        state=CandidateState.NOMINATED,
        from_floor=from_floor,
        nominated_at=now,
        texts={},
        speaks=[],
        picture_alt={},
    )
    db.add(made)
    db.flush()
    return made


def _key(name: str, taken: set[str]) -> str:
    """An option's id that reads like the name: "anna-aberg", a second one "anna-aberg-2"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: KEY - 4].strip("-")
    number, key = 1, stem
    while key in taken | RESERVED:
        number += 1
        key = f"{stem or 'candidate'}-{number}"
    return key


def _name(db: Session, candidate: Candidate, by_id: int, reason: str, now: dt.datetime) -> None:
    same = sa.select(Nomination).where(
        Nomination.candidate_id == candidate.id, Nomination.by_id == by_id
    )
    named = db.scalar(same)
    if named is None:
        db.add(Nomination(candidate_id=candidate.id, by_id=by_id, reason=reason, at=now))
    elif reason:
        named.reason = reason


def answer(
    db: Session, candidate: Candidate, consents: bool, *, by_id: int, now: dt.datetime
) -> None:
    """Yes or no, by the nominated themselves.

    The committee records what those say who cannot log in, the chair what is said in the room.
    """
    election = db.get_one(Election, candidate.election_id)
    check_open(db, election)
    _check_answers(db, candidate, election, by_id)
    to = CandidateState.STANDING if consents else CandidateState.DECLINED
    if to is candidate.state:
        return
    if to not in NEXT[candidate.state]:
        raise WrongState
    candidate.state, candidate.answered_at = to, now
    db.flush()
    # Whose answer it was would tell who had been nominated.
    recorded = None if candidate.member_id == by_id else by_id
    electing.record(db, "consent.answered", election, by_id=recorded, now=now)


def _consent(candidate: Candidate, now: dt.datetime) -> None:
    if CandidateState.STANDING in NEXT[candidate.state]:
        candidate.state, candidate.answered_at = CandidateState.STANDING, now


def _check_answers(db: Session, candidate: Candidate, election: Election, by_id: int) -> None:
    if candidate.member_id == by_id:
        return
    meeting = db.get_one(Meeting, election.meeting_id)
    if meeting.state is MeetingState.OPEN and presiding.presides(db, meeting.id, by_id):
        return
    member = db.get(Member, candidate.member_id) if candidate.member_id else None
    reachable = member is not None and bool(member.email)
    if reachable or not electing.works_here(db, meeting.association_id, by_id):
        raise NotYours


def withdraw(db: Session, candidate: Candidate, *, by_id: int, now: dt.datetime) -> None:
    """The candidate's own step until the vote; the chair's, for one who says so in the room."""
    election = db.get_one(Election, candidate.election_id)
    check_open(db, election)
    _check_answers(db, candidate, election, by_id)
    if CandidateState.WITHDRAWN not in NEXT[candidate.state]:
        raise WrongState
    candidate.state = CandidateState.WITHDRAWN
    if candidate.rank is not None:
        candidate.rank = None
        electing.mark(db, election, now)
    db.flush()
    electing.record(db, "candidate.withdrawn", election, by_id=by_id, now=now)


def check_open(db: Session, election: Election) -> None:
    """Locks the election. Raises WrongState while its vote goes on, when every seat is filled, and
    when the meeting is over."""
    db.flush()
    db.refresh(election, with_for_update={"key_share": True})
    if db.get_one(Meeting, election.meeting_id).state in OVER:
        raise WrongState(N_("The meeting is over."))
    taken = polling.of_item(db, election.item_id)
    if any(poll.state in polling.UNFINISHED for poll in taken) or _is_filled(db, election):
        raise VoteBegun


def _is_filled(db: Session, election: Election) -> bool:
    """The meeting has elected, and to every seat somebody who has not declined."""
    if election.poll_id is None:
        return False
    sits = sa.select(sa.func.count(Candidate.id)).where(
        Candidate.election_id == election.id,
        Candidate.place.is_not(None),
        Candidate.deputy.is_(False),
        Candidate.acceptance != Acceptance.DECLINED,
    )
    return (db.scalar(sits) or 0) >= election.filled


def drop(db: Session, item: AgendaItem) -> None:
    """Before its item leaves the agenda. Raises HasNominees where members have been nominated."""
    election = electing.of_item(db, item.id)
    if election is None:
        return
    if of_election(db, election.id):
        raise HasNominees
    db.delete(election)
    db.flush()
