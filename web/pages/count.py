"""How a vote was counted: every round, every transfer, every tie, and how to count it again."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from ballots.choice import RANKING
from governance import recounts
from governance.agenda import AgendaItem
from governance.errors import NotFound
from governance.polls import PollKind, PollState
from web import tallies
from web.auth import Visitor
from web.counting_words import QUOTA
from web.house import House
from web.pages.polls import poll_for
from web.render import page


@get("/polls/{poll_id:int}/count", sync_to_thread=True)
def show(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    """Whoever may see the poll's result may see this. A decision by majority has no rounds."""
    with house.database.reading() as db:
        poll, meeting = poll_for(db, visitor, poll_id)
        if poll.method not in tallies.SHOWN or not poll.result:
            raise NotFound
        item = db.get_one(AgendaItem, poll.item_id)
        later = recounts.of_poll(db, poll.id)
    first = tallies.of(poll, poll.result, visitor.language)
    return page(
        visitor,
        "polls/count.html",
        meeting=meeting,
        item=item,
        poll=poll,
        tally=first,
        recounts=[(each, tallies.of(poll, each.result, visitor.language)) for each in later],
        deputies_of=tallies.of_deputies,
        quota=QUOTA.get(poll.method, ""),
        recorded=poll.election is not None and poll.state is PollState.DECLARED,
        blt=poll.asked.form == RANKING and not poll.rule.get("equal"),
        secret=poll.kind is PollKind.SECRET_BALLOT,
    )


handlers: list[Any] = [show]
