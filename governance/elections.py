"""Elections: what the rest of the house calls of them, under one name.

`electing.py` prepares one, `candidates.py` and `nominations.py` find who stands, `eligibility.py`
and `proposals.py` say who may and who is proposed, `floor_nominations.py` is the meeting's part,
`seating.py` and `offices.py` what follows: acceptance and terms.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from governance import eligibility
from governance.electing import (
    Election,
    NotOfTheCommittee,
    committee,
    get,
    of_item,
    of_meeting,
    works_here,
)
from governance.seating import take_result, take_results

__all__ = [
    "Election",
    "NotOfTheCommittee",
    "committee",
    "get",
    "of_item",
    "of_meeting",
    "standing",
    "take_result",
    "take_results",
    "works_here",
]


def standing(db: Session, election: Election) -> list[tuple[str, str]]:
    """The options of its vote: id, which reads [a-z0-9-]{1,40} and stays, and name.

    Those who have consented and may be elected; the committee's proposal first, in its order.
    """
    return [(each.key, each.name) for each in eligibility.standing(db, election)]
