"""Who may be elected: what the rulebook asks, with its paragraph, and who may answer for a bar.

The register holds neither age nor bankruptcy: what it does not know is not checked here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import candidates, electing, presiding, rulebook, texts
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid, NotAllowed, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.offices import Office, Term
from governance.rulebook import Bar

LONGEST_REASON = 2_000
ALSO = {
    Office.AUDITOR: N_("Is auditor, and nobody audits what they manage (%(paragraph)s)."),
    Office.BOARD: N_("Sits on the board, and nobody audits what they manage (%(paragraph)s)."),
}


@dataclass(frozen=True)
class Hindrance:
    """Something that speaks against electing somebody; `bylaws` where the law leaves it to them."""

    code: str
    message: str  # a msgid; its `%(…)s` are filled from `facts`
    bylaws: bool
    facts: dict[str, Any] = field(default_factory=dict)


def hindrances(db: Session, candidate: Candidate, election: Election) -> list[Hindrance]:
    """What speaks against the candidate on the day of the meeting; empty where nothing does."""
    meeting = db.get_one(Meeting, election.meeting_id)
    law = rulebook.of(meeting.association).elections.get(election.office.value)
    members = law.members if law is not None else None
    found = list(_membership(db, candidate, election, meeting, members))
    if law is not None and law.not_also is not None:
        found += _other_offices(db, candidate, meeting, law.not_also)
    return found


def _membership(
    db: Session, candidate: Candidate, election: Election, meeting: Meeting, law: Bar | None
) -> Iterable[Hindrance]:
    day = meeting.association.today(meeting.starts_at)
    member = db.get(Member, candidate.member_id) if candidate.member_id else None
    if member is not None and member.is_member_on(day):
        return
    if election.members_only:
        paragraph = law.paragraph if law is not None else ""
        message = N_("Not a member on the day. Directors are members (%(paragraph)s).")
        if law is None:
            message = N_("Not a member on the day, and only members are elected to this office.")
        yield Hindrance("not-a-member", message, True, {"paragraph": paragraph})


def _other_offices(
    db: Session, candidate: Candidate, meeting: Meeting, bar: Bar
) -> Iterable[Hindrance]:
    """Offices that go on after this meeting: what it ends is no hindrance."""
    if candidate.member_id is None:
        return
    held = sa.select(Term.office).where(
        Term.association_id == meeting.association_id,
        Term.member_id == candidate.member_id,
        Term.office.in_([Office(each) for each in bar.offices]),
        Term.ended_on.is_(None),
    )
    if meeting.kind is MeetingKind.ANNUAL:
        held = held.where(Term.until_year > meeting.association.today(meeting.starts_at).year)
    for office in sorted(set(db.scalars(held))):
        yield Hindrance(f"also-{office}", ALSO[office], False, {"paragraph": bar.paragraph})


def may_stand(db: Session, candidate: Candidate, election: Election) -> bool:
    """Nothing speaks against them, or the bylaws allow it and somebody has answered for that."""
    found = hindrances(db, candidate, election)
    return all(each.bylaws and candidate.override for each in found)


def override(
    db: Session, candidate: Candidate, reason: str, *, by_id: int, now: dt.datetime
) -> None:
    """The meeting's chair or the committee answers for what the law leaves to the bylaws."""
    election = db.get_one(Election, candidate.election_id)
    meeting = db.get_one(Meeting, election.meeting_id)
    chairs = meeting.state is MeetingState.OPEN and presiding.presides(db, meeting.id, by_id)
    if not chairs and not electing.works_here(db, meeting.association_id, by_id):
        raise NotAllowed
    candidates.check_open(db, election)
    reason = texts.trimmed(reason, LONGEST_REASON, field="reason")
    if not reason:
        raise Invalid(N_("Say which rule of the bylaws allows it."), field="reason")
    found = hindrances(db, candidate, election)
    if not found or not all(each.bylaws for each in found):
        raise WrongState(N_("The law does not leave this to the bylaws."))
    candidate.override, candidate.overridden_by_id = reason, by_id
    db.flush()
    electing.record(
        db, "candidate.overridden", election, by_id=by_id, now=now, candidate=candidate.id
    )


def standing(db: Session, election: Election) -> list[Candidate]:
    """Who is voted on: consented, eligible and not elected yet; those proposed first, in order."""
    found = candidates.of_election(db, election.id, CandidateState.STANDING)
    return [each for each in found if each.acceptance is None and may_stand(db, each, election)]
