"""A candidate's page: what they say of themselves in each language, a picture, what they speak.

Candidates write their own. For somebody without an address, and for a firm, the committee does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from governance import candidates, electing, pictures, texts
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid, NotAllowed, WrongState
from governance.languages import LANGUAGES
from governance.meetings import Meeting
from governance.members import Member

LONGEST_TEXT, LONGEST_ALT = 10_000, 300


class NotTheirPage(NotAllowed):
    message = N_("Only the candidate writes this page.")


def may_write(db: Session, candidate: Candidate, member_id: int) -> bool:
    """Their own; the committee's where nobody who logs in stands behind the name."""
    if candidate.member_id == member_id:
        return True
    member = db.get(Member, candidate.member_id) if candidate.member_id else None
    if member is not None and member.email:
        return False
    election = db.get_one(Election, candidate.election_id)
    association_id = db.get_one(Meeting, election.meeting_id).association_id
    return electing.works_here(db, association_id, member_id)


def write(
    db: Session,
    candidate: Candidate,
    *,
    text: Mapping[str, str],
    speaks: Sequence[str],
    alt: Mapping[str, str],
    by_id: int,
    now: dt.datetime,
) -> None:
    """Raises Invalid."""
    election, meeting = _to_write(db, candidate, by_id)
    languages = meeting.association.languages
    if set(speaks) - LANGUAGES.keys():
        raise Invalid(N_("Choose a language."), field="speaks")
    candidate.texts = texts.within(text, languages, LONGEST_TEXT, field="text")
    candidate.speaks = [code for code in LANGUAGES if code in speaks]
    candidate.picture_alt = texts.within(alt, languages, LONGEST_ALT, field="alt")
    db.flush()
    electing.record(
        db, "candidate.page-written", election, by_id=by_id, now=now, candidate=candidate.id
    )


def show_picture(
    db: Session, candidate: Candidate, body: bytes, *, by_id: int, now: dt.datetime
) -> None:
    """Keep a picture, made small and without what it says beside its pixels. Raises Invalid."""
    election, _ = _to_write(db, candidate, by_id)
    candidate.picture, candidate.picture_media = pictures.tidy(body), pictures.MEDIA
    db.flush()
    electing.record(
        db, "candidate.picture-added", election, by_id=by_id, now=now, candidate=candidate.id
    )


def take_picture_away(db: Session, candidate: Candidate, *, by_id: int, now: dt.datetime) -> None:
    election, _ = _to_write(db, candidate, by_id)
    candidate.picture, candidate.picture_media, candidate.picture_alt = None, "", {}
    db.flush()
    electing.record(
        db, "candidate.picture-removed", election, by_id=by_id, now=now, candidate=candidate.id
    )


def _to_write(db: Session, candidate: Candidate, by_id: int) -> tuple[Election, Meeting]:
    if not may_write(db, candidate, by_id):
        raise NotTheirPage
    if candidate.state is not CandidateState.STANDING:
        raise WrongState(N_("A candidate has a page after saying yes."))
    election = db.get_one(Election, candidate.election_id)
    candidates.check_open(db, election)
    return election, db.get_one(Meeting, election.meeting_id)
