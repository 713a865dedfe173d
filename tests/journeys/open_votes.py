"""Meetings in which a vote is going on or about to, one for each form of an open ballot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from governance import roles
from governance.agenda import ItemKind
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.roles import Role
from tests.floor import Floor
from web.house import House

COUNCIL = ["Anna Berg", "Bo Dal", "Cilla Ek", "Dan Falk", "Elin Åkerström", "Farid Nilsson"]
PLANS = ["Ny bastu vid sjön", "Verktyg till verkstaden", "Solceller på taket"]
# Under which name in the addresses, what is asked, and how.
VOTES = {
    "ranking": (ItemKind.ELECTION, COUNCIL, {"method": "schulze", "settings": {"equal": True}}),
    "graded": (ItemKind.ELECTION, COUNCIL[:3], {"method": "majority-judgment"}),
    "shared_out": (ItemKind.DECISION, PLANS, {"method": "cumulative", "settings": {"points": 10}}),
    "budgeted": (
        ItemKind.DECISION,
        PLANS,
        {"method": "equal-shares", "settings": {"costs": [40, 15, 120], "budget": 150, "most": 2}},
    ),
}


def hall(house: House, association: Association, chair: Member, now: dt.datetime) -> Floor:
    """An open meeting of its own, led by the chair."""
    with house.database.writing() as db:
        meeting = Meeting(
            association_id=association.id,
            kind=MeetingKind.EXTRA,
            state=MeetingState.OPEN,
            title={"sv": "Extra stämma om val", "en": "Extra general meeting on elections"},
            starts_at=now,
            opened_at=now,
            motions_close=now.date() - dt.timedelta(days=60),
        )
        db.add(meeting)
        db.flush()
        roles.grant(db, chair, Role.CHAIR, now=now, by_id=None, meeting_id=meeting.id)
    return Floor(house.database, house.board, meeting, chair, now)


def begin(
    house: House,
    association: Association,
    chair: Member,
    people: Sequence[Member],
    now: dt.datetime,
) -> dict[str, str | int]:
    """A vote of each kind is open; in one more meeting the chair chooses how to elect."""
    found: dict[str, str | int] = {}
    for name, (kind, names, asked) in VOTES.items():
        floor = hall(house, association, chair, now)
        floor.come(*people)
        floor.approve_roll()
        item = floor.item(kind, title={"sv": "Vad vill vi?", "en": "What do we want?"})
        found[name] = floor.open_ballot(item, candidates=names, **asked).id
        found[f"{name}_in"] = floor.meeting.id
    floor = hall(house, association, chair, now)
    floor.come(*people)
    floor.approve_roll()
    floor.take_up(floor.item(ItemKind.ELECTION))
    return {**found, "choosing": floor.meeting.id}
