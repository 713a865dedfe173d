"""The committee's proposal for an election: who, in which order, and why; and how the notice says
it.

The notice's words are no part of the interface's catalogue, as in `notice_text.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import candidates, electing, texts
from governance.candidates import Candidate, CandidateState
from governance.electing import Election
from governance.errors import N_, Invalid
from governance.languages import pick
from governance.markdown import escape, quote
from governance.meetings import Meeting
from governance.units import Unit, UnitMember

LONGEST_REASON = 10_000

WORDS = {
    "sv": {
        "proposes": "Valberedningens förslag",
        "seats": "Antal ordinarie: %(seats)s. Ersättare: %(deputies)s.",
        "seats-only": "Antal: %(seats)s.",
        "deputy": "ersättare",
        "years": "Mandattid: till årsstämman %(year)s.",
    },
    "en": {
        "proposes": "The nomination committee proposes",
        "seats": "Ordinary seats: %(seats)s. Deputies: %(deputies)s.",
        "seats-only": "Seats: %(seats)s.",
        "deputy": "deputy",
        "years": "Term: until the annual meeting of %(year)s.",
    },
}


@dataclass(frozen=True)
class Unmet:
    """A condition on those elected that a list of people does not meet."""

    unit: str
    least: int | None
    most: int | None
    count: int


def make(
    db: Session,
    election: Election,
    ranked: Sequence[int],
    reason: Mapping[str, str],
    *,
    by_id: int,
    now: dt.datetime,
) -> None:
    """Propose these candidates in this order, ordinary seats first, and say why; again until the
    meeting takes the election up. After the notice's approval it is marked as later than it.

    Raises Invalid for somebody who has not consented, for one named twice, for too many.
    """
    meeting = electing.to_prepare(db, election, by_id)
    candidates.check_open(db, election)
    standing = {
        each.id: each for each in candidates.of_election(db, election.id, CandidateState.STANDING)
    }
    _check(election, ranked, standing)
    before = proposed(db, election)
    for each in standing.values():
        each.rank = ranked.index(each.id) + 1 if each.id in ranked else None
    languages = meeting.association.languages
    written = texts.within(reason, languages, LONGEST_REASON, field="reason")
    changed = (election.reason, [each.id for each in before]) != (written, list(ranked))
    election.reason = written
    election.proposed_at = election.proposed_at or now
    if changed:
        electing.mark(db, election, now)
    db.flush()
    electing.record(db, "election.proposed", election, by_id=by_id, now=now, number=len(ranked))


def _check(election: Election, ranked: Sequence[int], standing: Mapping[int, Candidate]) -> None:
    if set(ranked) - standing.keys():
        raise Invalid(N_("Only candidates who have consented can be proposed."), field="ranks")
    if len(set(ranked)) != len(ranked):
        raise Invalid(N_("Give each place to one candidate."), field="ranks")
    most = election.proposed_seats + election.proposed_deputies
    if len(ranked) > most:
        raise Invalid(
            N_("At most %(most)s are elected. Change the number of seats first."),
            field="ranks",
            most=most,
        )


def proposed(db: Session, election: Election) -> list[Candidate]:
    """In the order proposed; who has withdrawn since is not among them."""
    found = candidates.of_election(db, election.id, CandidateState.STANDING)
    return [each for each in found if each.rank is not None]


def unmet(db: Session, election: Election, people: Sequence[Candidate]) -> list[Unmet]:
    """The conditions that these people together would not meet."""
    lacking = []
    for condition in election.conditions:
        count = len(of_unit(db, condition["unit"], people))
        least, most = condition.get("least"), condition.get("most")
        if (least is not None and count < least) or (most is not None and count > most):
            name = db.get_one(Unit, condition["unit"]).name
            lacking.append(Unmet(name, least, most, count))
    return lacking


def of_unit(db: Session, unit_id: int, people: Sequence[Candidate]) -> list[Candidate]:
    """Those of them who belong to the unit."""
    ids = {each.member_id for each in people}
    rows = sa.select(UnitMember.member_id).where(
        UnitMember.unit_id == unit_id, UnitMember.member_id.in_(ids)
    )
    within = set(db.scalars(rows))
    return [each for each in people if each.member_id in within]


def for_notice(db: Session, meeting: Meeting) -> dict[int, dict[str, str]]:
    """What the notice says of each proposed election: {item: {language: Markdown}}."""
    said = {}
    for election, item in electing.of_meeting(db, meeting.id):
        if election.proposed_at is not None:
            people = proposed(db, election)
            said[item.id] = {
                code: _text(meeting, election, people, code)
                for code in meeting.association.languages
            }
    return said


def _text(meeting: Meeting, election: Election, people: list[Candidate], language: str) -> str:
    words = WORDS.get(language, WORDS["en"])
    seats, deputies = election.proposed_seats, election.proposed_deputies
    how_many = words["seats" if deputies else "seats-only"] % {"seats": seats, "deputies": deputies}
    starts = election.starts_on or meeting.association.today(meeting.starts_at)
    until = words["years"] % {"year": starts.year + election.years} if election.years else ""
    names = [
        f"{at}. {escape(each.name)}" + (f" ({words['deputy']})" if at > seats else "")
        for at, each in enumerate(people, 1)
    ]
    parts = [
        f"**{words['proposes']}**",
        "\n".join(names),
        f"{how_many} {until}".strip(),
        quote(pick(election.reason, language)),
    ]
    return "\n\n".join(part for part in parts if part)
