"""The chair puts a question to a secret vote, and ends one that nobody can open any more."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from litestar import Response, post
from sqlalchemy.orm import Session

from governance import opening, polls, server_keys
from governance.agenda import AgendaItem
from governance.meetings import Meeting
from governance.polls import Poll, PollState
from web import ways_of_counting
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.deciding import ballot, on_poll, put_to_vote
from web.render import entered


@post("/meetings/{meeting_id:int}/items/{item_id:int}/secret", sync_to_thread=True)
def open_secret(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, data: Form
) -> Response[Any]:
    """The electoral board holds the key, or the server alone: then with a key made here."""
    languages = visitor.association.languages
    own = ways_of_counting.fields(languages)
    given = entered(data, "candidates", "consents", "minutes", "revote", "holder", *own)
    # Nobody's choice is named in a secret ballot, whatever another form would say.
    form = {**given, "naming": ""}

    def put(db: Session, meeting: Meeting, item: AgendaItem, **asked: Any) -> str:
        alone = form["holder"] == "server"
        key = server_keys.make(secrets.token_bytes) if alone else None
        with ballot(db, item, form, languages, asked) as ballot_asked:
            poll = polls.open_secret(
                db,
                house.board,
                meeting,
                item,
                revote=form["revote"] == "yes",
                server_key=key.public if key else None,
                **ballot_asked,
            )
        if key:
            house.server_keys.keep(str(poll.election), key)
        return "vote-opened"

    return put_to_vote(house, visitor, (meeting_id, item_id), data, "secret", put, form)


@post("/polls/{poll_id:int}/void-unopenable", sync_to_thread=True)
def void_unopenable(house: House, visitor: Visitor, poll_id: int) -> Response[Any]:
    """The reason is written in the authentic language, as decisions are."""

    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if poll.state is not PollState.VOID:
            opening.void_unopenable(db, house.board, poll, by_id=by_id, now=now)
        return "vote-void"

    return on_poll(house, visitor, poll_id, act)


handlers = [open_secret, void_unopenable]
