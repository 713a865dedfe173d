"""Who sits when: every office's people, since which meeting, until when, and what is vacant."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import offices, seating
from governance.errors import NotAllowed
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.roles import Role
from web.auth import Visitor
from web.house import House
from web.render import page, see

MAY_END = (Role.DIRECTOR, Role.ADMINISTRATOR)
MOST_EARLIER = 60


@get("/offices", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    visitor.require()
    now = house.clock()
    with house.database.reading() as db:
        seats = seating.seats(db, house.association_id)
        earlier = offices.earlier(db, house.association_id, MOST_EARLIER)
        held = {each.meeting_id for each in earlier}
        titles = {
            each.id: each.title
            for each in db.scalars(sa.select(Meeting).where(Meeting.id.in_(held)))
        }
        coming = _next_annual(db, house)
    return page(
        visitor,
        "offices/show.html",
        seats=seats,
        names=offices.NAMES,
        deputies=offices.DEPUTIES,
        earlier=earlier,
        titles=titles,
        coming=coming,
        year=visitor.association.today(coming.starts_at if coming else now).year,
        may_end=bool(visitor.roles & set(MAY_END)),
    )


def _next_annual(db: Session, house: House) -> Meeting | None:
    """The annual meeting at which the terms that run out are filled again."""
    ahead = (
        MeetingState.ANNOUNCED,
        MeetingState.APPROVED,
        MeetingState.CALLED,
        MeetingState.OPEN,
        MeetingState.ADJOURNED,
    )
    rows = sa.select(Meeting).where(
        Meeting.association_id == house.association_id,
        Meeting.kind == MeetingKind.ANNUAL,
        Meeting.state.in_(ahead),
    )
    return db.scalar(rows.order_by(Meeting.starts_at).limit(1))


@post("/offices/{term_id:int}/end", sync_to_thread=True)
def end(house: House, visitor: Visitor, term_id: int) -> Response[Any]:
    """Before its time: who sits has resigned, or a meeting has removed them."""
    member = visitor.require()
    with house.database.writing() as db:
        term = offices.get(db, house.association_id, term_id)
        if term.member_id != member.id and not visitor.roles & set(MAY_END):
            raise NotAllowed
        offices.leave(db, term, by_id=member.id, now=house.clock())
    return see("/offices", notice="term-ended")


handlers = [show, end]
