"""The projector's page: the item, the vote that is open, the last result, read across the room."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from sqlalchemy.orm import Session

from governance import attendance, polls
from governance.agenda import AgendaItem
from governance.meetings import Meeting
from governance.polls import Poll, PollState
from web import results
from web.auth import Visitor
from web.house import House
from web.pages.documents import meeting_for
from web.pages.polls import box
from web.render import page


@get("/meetings/{meeting_id:int}/screen", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    # For the members: outsiders need everybody's leave to follow a meeting that goes on (6:8).
    visitor.require()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        item = _current(db, meeting)
        taken = polls.of_meeting(db, meeting_id)
        vote = next((each for each in taken if each.state in polls.UNFINISHED), None)
        last = _last(taken)
        cast = box(db, house, vote) if vote else None
        of = db.get_one(AgendaItem, last.item_id) if last else None
        counts = attendance.count(db, meeting_id)
    return page(
        visitor,
        "screen/show.html",
        meeting=meeting,
        item=item,
        box=cast,
        last=last,
        last_item=of,
        result=results.of(last, visitor.language) if last else None,
        needed=results.NEEDED,
        counts=counts,
    )


def _current(db: Session, meeting: Meeting) -> AgendaItem | None:
    return db.get(AgendaItem, meeting.current_item_id) if meeting.current_item_id else None


def _last(taken: Any) -> Poll | None:
    """The vote declared last: they are not always declared in the order they were put."""
    declared = [each for each in taken if each.state is PollState.DECLARED]
    return max(declared, key=lambda each: (each.declared_at, each.id), default=None)


handlers: list[Any] = [show]
