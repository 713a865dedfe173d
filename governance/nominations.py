"""Nominating: the committee's call, members' proposals until its last day, and what is forgotten.

What was nominated and answered is deleted 30 days after the meeting; who sits stays (`offices.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance import candidates, electing, journal, meetings, members, nomination_letters, texts
from governance.agenda import AgendaItem, ItemState
from governance.candidates import Acceptance, Candidate, CandidateState, Nomination
from governance.database import Base, Instant
from governance.electing import Election
from governance.errors import N_, Invalid, NotAllowed, Refused, WrongState
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.nomination_letters import About, NominationLetter

LONGEST_CALL = 5_000
FORGOTTEN_AFTER = dt.timedelta(days=30)


class NominationCall(Base):
    __tablename__ = "nomination_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), unique=True)
    closes_on: Mapped[dt.date]  # the last day, at the seat
    text: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # the committee's words, Markdown
    opened_at: Mapped[dt.datetime] = mapped_column(Instant)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))


class NominationsClosed(Refused):
    code = "nominations-closed"
    message = N_("Nominations were to be sent by %(date)s. At the meeting they open again.")


class NotCalled(WrongState):
    code = "not-called"
    message = N_("Nominations open when the nomination committee calls for them.")


def call_of(db: Session, meeting_id: int) -> NominationCall | None:
    return db.scalar(sa.select(NominationCall).where(NominationCall.meeting_id == meeting_id))


def call(
    db: Session,
    meeting: Meeting,
    closes_on: dt.date,
    text: Mapping[str, str],
    *,
    by_id: int,
    now: dt.datetime,
) -> NominationCall:
    """Open the nominations and write to every member. Called again it moves the day and the words,
    and writes no second letter. Raises Invalid."""
    electing.require(db, meeting, by_id)
    meetings.lock(db, meeting)
    if meeting.state not in electing.BEFORE - {MeetingState.DRAFT}:
        raise WrongState(N_("Nominations can be called for once the meeting is announced."))
    if not electing.of_meeting(db, meeting.id):
        raise WrongState(N_("Set up the elections first, so that members know what is filled."))
    _check_day(meeting, closes_on, now)
    words = texts.within(text, meeting.association.languages, LONGEST_CALL, field="text")
    standing = call_of(db, meeting.id)
    if standing is not None:
        standing.closes_on, standing.text = closes_on, words
        db.flush()
        _record(db, "nominations.call-changed", meeting, by_id=by_id, now=now, closes=closes_on)
        return standing
    made = NominationCall(
        meeting_id=meeting.id,
        closes_on=closes_on,
        text=words,
        opened_at=now,
        opened_by_id=by_id,
    )
    db.add(made)
    db.flush()
    letters = nomination_letters.call(db, meeting, now=now)
    _record(
        db, "nominations.called", meeting, by_id=by_id, now=now, closes=closes_on, letters=letters
    )
    return made


def _check_day(meeting: Meeting, day: dt.date, now: dt.datetime) -> None:
    if day < meeting.association.today(now):
        raise Invalid(N_("Choose today or a later day."), field="closes_on")
    if day >= meeting.association.today(meeting.starts_at):
        raise Invalid(N_("Choose a day before the meeting."), field="closes_on")


def is_open(db: Session, meeting: Meeting, *, now: dt.datetime) -> bool:
    """Whether members may nominate: the list closes by itself when its last day has passed."""
    called = call_of(db, meeting.id)
    if called is None or meeting.state not in electing.BEFORE:
        return False
    return meeting.association.today(now) <= called.closes_on


def nominate(
    db: Session,
    election: Election,
    whom: Member | str,
    reason: str,
    *,
    by: Member,
    now: dt.datetime,
) -> Candidate:
    """A member's proposal, oneself or another member, until the last day; the committee's until the
    meeting, which may also name a firm. Whoever has not consented is written to.

    Raises NotCalled, NominationsClosed, NotAllowed, Invalid.
    """
    meeting = db.get_one(Meeting, election.meeting_id)
    today = meeting.association.today(now)
    if by.association_id != meeting.association_id or not by.is_member_on(today):
        raise NotAllowed(N_("Only members can nominate."))
    committee = electing.works_here(db, meeting.association_id, by.id)
    _check_still_taken(db, meeting, election, committee=committee, now=now)
    if isinstance(whom, str) and (election.members_only or not committee):
        raise Invalid(N_("No member has this number or name."), field="who")
    candidate = candidates.put_forward(db, election, whom, reason, by_id=by.id, now=now)
    ask(db, meeting, candidate, now=now)
    return candidate


def _check_still_taken(
    db: Session, meeting: Meeting, election: Election, *, committee: bool, now: dt.datetime
) -> None:
    ahead = db.get_one(AgendaItem, election.item_id).state is ItemState.AHEAD
    if committee and ahead and meeting.state in electing.BEFORE:
        return
    called = call_of(db, meeting.id)
    if called is None:
        raise NotCalled
    if not is_open(db, meeting, now=now):
        raise NominationsClosed(date=called.closes_on)


def ask(db: Session, meeting: Meeting, candidate: Candidate, *, now: dt.datetime) -> None:
    """Write to somebody who has not answered; once, however often they are nominated."""
    if candidate.state is CandidateState.NOMINATED:
        nomination_letters.write(db, meeting, About.CONSENT, candidate, now=now)


def find(db: Session, association_id: int, who: str, day: dt.date) -> Member:
    """The member of that number, address or whole name. Raises Invalid for none and for several."""
    who = " ".join(who.split())
    named = members.named(db, association_id, who) if who else None
    if named is None and who:
        rows, _ = members.search(db, association_id, who, limit=20)
        same = [each for each in rows if each.name.casefold() == who.casefold()]
        if len(same) > 1:
            raise Invalid(
                N_("%(count)s members have this name. Write the member number."),
                field="who",
                count=len(same),
            )
        named = next(iter(same), None)
    if named is None or not named.is_member_on(day):
        raise Invalid(N_("No member has this number or name."), field="who")
    return named


def forget(db: Session, *, now: dt.datetime) -> int:
    """Delete nominations, answers and the pages of those not elected, 30 days after the meeting;
    returns of how many elections. Done again it changes nothing."""
    over = sa.func.coalesce(Meeting.closed_at, Meeting.starts_at) <= now - FORGOTTEN_AFTER
    kept = sa.exists().where(Candidate.election_id == Election.id, ~_sits())
    named = sa.exists().where(
        Candidate.election_id == Election.id, Nomination.candidate_id == Candidate.id
    )
    rows = sa.select(Election.id).join(Meeting, Meeting.id == Election.meeting_id)
    ended = (MeetingState.CLOSED, MeetingState.CANCELLED)
    due = db.scalars(rows.where(Meeting.state.in_(ended), over, sa.or_(kept, named))).all()
    for election_id in due:
        _forget(db, election_id)
    _forget_calls(db, now)
    return len(due)


def _sits() -> sa.ColumnElement[bool]:
    return sa.and_(Candidate.acceptance.is_not(None), Candidate.acceptance != Acceptance.DECLINED)


def _forget(db: Session, election_id: int) -> None:
    here = sa.select(Candidate.id).where(Candidate.election_id == election_id)
    db.execute(sa.delete(Nomination).where(Nomination.candidate_id.in_(here)))
    letters = sa.delete(NominationLetter).where(NominationLetter.candidate_id.in_(here))
    db.execute(letters)
    gone = sa.delete(Candidate).where(
        Candidate.election_id == election_id,
        sa.or_(Candidate.acceptance.is_(None), Candidate.acceptance == Acceptance.DECLINED),
    )
    db.execute(gone)
    elected = sa.update(Candidate).where(Candidate.election_id == election_id)
    db.execute(elected.values(answered_at=None))


def _forget_calls(db: Session, now: dt.datetime) -> None:
    """Addresses to which the call went."""
    over = sa.func.coalesce(Meeting.closed_at, Meeting.starts_at) <= now - FORGOTTEN_AFTER
    ended = (MeetingState.CLOSED, MeetingState.CANCELLED)
    meetings_over = sa.select(Meeting.id).where(Meeting.state.in_(ended), over)
    db.execute(
        sa.delete(NominationLetter).where(
            NominationLetter.about == About.CALL, NominationLetter.meeting_id.in_(meetings_over)
        )
    )


def _record(
    db: Session,
    act: str,
    meeting: Meeting,
    *,
    by_id: int,
    now: dt.datetime,
    closes: dt.date,
    **details: object,
) -> None:
    journal.record(
        db,
        act,
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        by_id=by_id,
        subject=f"meeting:{meeting.id}",
        now=now,
        closes=closes.isoformat(),
        **details,
    )
