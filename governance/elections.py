"""Elections: what the rest of the house calls of them, under one name.

`electing.py` prepares one, `candidates.py` and `nominations.py` find who stands, `eligibility.py`
and `proposals.py` say who may and who is proposed, `floor_nominations.py` is the meeting's part,
`seating.py` and `offices.py` what follows: acceptance and terms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from governance import eligibility, floor_nominations, nominations, proposals, seating
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
from governance.errors import N_, Invalid
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


class NotStanding(Invalid):
    code = "not-standing"
    message = N_(
        "%(name)s does not stand in this election, so the vote would fill no seat. Say that they "
        "consent, or name them from the floor on the election's page."
    )


class MayNotStand(Invalid):
    code = "may-not-stand"
    message = N_("%(name)s may not be elected: the election's page says why.")


def name_from_floor(
    db: Session, item: AgendaItem, lines: Sequence[str], *, by_id: int, now: dt.datetime
) -> None:
    """Nominate whom the chair has written and who does not stand yet, and who consents in the room.

    Each is exactly one member, by number, address or whole name. Raises Invalid, FloorClosed.
    """
    election = of_item(db, item.id)
    if election is None:
        return
    association = db.get_one(Meeting, election.meeting_id).association
    known = _by_name(db, election)
    chair = db.get_one(Member, by_id)
    for line in (" ".join(each.split()) for each in lines):
        if not line or line.casefold() in known:
            continue
        try:
            whom = nominations.find(db, association.id, line, association.today(now))
        except Invalid as error:
            error.field = "candidates"
            raise
        made = floor_nominations.nominate(db, election, whom, consents=True, by=chair, now=now)
        if made.key not in dict(standing(db, election)):
            raise MayNotStand(field="candidates", name=made.name)


def ballot(db: Session, item: AgendaItem, lines: Sequence[str]) -> dict[str, Any]:
    """What `polls.open_ballot` is asked with where the chair has entered these names: those who
    stand in an election under their own ids, its seats, deputies and conditions.

    Raises NotStanding: of anybody else the result would fill no seat.
    """
    names = [line for line in lines if line.strip()]
    election = of_item(db, item.id)
    if election is None or not names:
        return {"candidates": names or None}
    known = _by_name(db, election)
    chosen = []
    for name in names:
        found = known.get(" ".join(name.split()).casefold())
        if found is None:
            raise NotStanding(field="candidates", name=name.strip())
        if found not in chosen:
            chosen.append(found)
    asked = {"candidates": chosen, "seats": max(1, vacant(db, election))}
    return (
        asked
        if len(chosen) != len(set(known.values()))
        else {**asked, "settings": settings(db, election)}
    )


def _by_name(db: Session, election: Election) -> dict[str, tuple[str, str]]:
    """Who stands, by what the chair may have written: the option's name, or the member's number."""
    found = {}
    for each, option in zip(
        eligibility.standing(db, election), standing(db, election), strict=True
    ):
        found[option[1].casefold()] = option
        member = db.get(Member, each.member_id) if each.member_id else None
        if member is not None:
            found.setdefault(member.number.casefold(), option)
    return found
