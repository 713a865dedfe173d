"""Elections: what the rest of the house calls of them, under one name.

`electing.py` prepares one, `candidates.py` and `nominations.py` find who stands, `eligibility.py`
and `proposals.py` say who may and who is proposed, `floor_nominations.py` is the meeting's part,
`seating.py` and `offices.py` what follows: acceptance and terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from governance import eligibility, proposals, seating
from governance.agenda import AgendaItem
from governance.candidates import Candidate
from governance.electing import (
    Election,
    NotOfTheCommittee,
    committee,
    get,
    of_item,
    of_meeting,
    works_here,
)
from governance.meetings import Meeting
from governance.members import Member
from governance.seating import take_result, take_results, vacant
from governance.units import Unit

BOUNDS = ("least", "most")

__all__ = [
    "Election",
    "NotOfTheCommittee",
    "ballot",
    "committee",
    "get",
    "of_item",
    "of_meeting",
    "settings",
    "standing",
    "take_result",
    "take_results",
    "vacant",
    "works_here",
]


def settings(db: Session, election: Election) -> dict[str, Any]:
    """What a ballot on it is opened with beside its candidates: deputies and conditions, by the
    options' ids, as `standing.py` has them."""
    languages = db.get_one(Meeting, election.meeting_id).association.languages
    people, sits = eligibility.standing(db, election), seating.sitting(db, election.id)
    found: dict[str, Any] = {}
    if election.filled_deputies and election.poll_id is None:
        found["deputies"] = election.filled_deputies
    for condition in election.conditions:
        unit = db.get_one(Unit, condition["unit"])
        had = len(proposals.of_unit(db, unit.id, sits))
        bounds = {key: max(0, condition[key] - had) for key in BOUNDS if key in condition}
        options = [each.key for each in proposals.of_unit(db, unit.id, people)]
        name = dict.fromkeys(languages, unit.name)
        found.setdefault("conditions", []).append({"options": options, "name": name, **bounds})
    return found


def standing(db: Session, election: Election) -> list[tuple[str, str]]:
    """The options of its vote: id, which reads [a-z0-9-]{1,40} and stays, and name.

    Those who have consented and may be elected; the committee's proposal first, in its order. Of
    the same name they are told apart by their member numbers.
    """
    people = eligibility.standing(db, election)
    names = [each.name.casefold() for each in people]
    return [
        (each.key, each.name if names.count(each.name.casefold()) == 1 else _numbered(db, each))
        for each in people
    ]


def _numbered(db: Session, candidate: Candidate) -> str:
    member = db.get(Member, candidate.member_id) if candidate.member_id else None
    return f"{candidate.name} ({member.number})" if member else candidate.name


def ballot(db: Session, item: AgendaItem, lines: Sequence[str]) -> dict[str, Any]:
    """What `polls.open_ballot` is asked with where the chair has entered these names: those who
    stand in an election under their own ids, its seats, deputies and conditions."""
    names = [line for line in lines if line.strip()]
    election = of_item(db, item.id)
    if election is None or not names:
        return {"candidates": names or None}
    known = {name.casefold(): (key, name) for key, name in standing(db, election)}
    chosen = [known.get(" ".join(name.split()).casefold(), name) for name in names]
    asked = {"candidates": chosen, "seats": max(1, vacant(db, election))}
    return asked if len(chosen) != len(known) else {**asked, "settings": settings(db, election)}
