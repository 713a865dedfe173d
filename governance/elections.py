"""Elections: what the rest of the house calls of them, under one name.

`electing.py` prepares one, `candidates.py` and `nominations.py` find who stands, `eligibility.py`
and `proposals.py` say who may and who is proposed, `floor_nominations.py` is the meeting's part,
`seating.py` and `offices.py` what follows: acceptance and terms.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from governance import eligibility, proposals, seating
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
from governance.seating import take_result, take_results, vacant
from governance.units import Unit

BOUNDS = ("least", "most")

__all__ = [
    "Election",
    "NotOfTheCommittee",
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

    Those who have consented and may be elected; the committee's proposal first, in its order.
    """
    return [(each.key, each.name) for each in eligibility.standing(db, election)]
