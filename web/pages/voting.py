"""Voting: the page on which a choice is reviewed before it is cast, and the receipt afterwards."""

from __future__ import annotations

import io
import secrets
from typing import Any

import segno
from litestar import Request, Response, get
from litestar.response import Redirect

from ballots.board import BallotEntry, parse_entry
from ballots.receipt import entry_of
from governance import polls
from governance.agenda import AgendaItem
from governance.casting import NotOnRoll
from governance.errors import N_, NotFound
from governance.polls import Poll
from web import choosing
from web.auth import Visitor
from web.choosing import Filled, Mistake
from web.house import House
from web.pages.booth import address as booth_address
from web.pages.check import reasons
from web.pages.polls import own, poll_for
from web.render import page, see


@get("/polls/{poll_id:int}/vote", sync_to_thread=True)
def review(
    request: Request[Any, Any, Any], house: House, visitor: Visitor, poll_id: int
) -> Response[Any] | Redirect:
    """What the member is about to cast; without a choice, or with none that there is, the choices.

    Salt and key are made here for the form that works without scripts; a script makes its own.
    """
    visitor.require()
    with house.database.reading() as db:
        poll, meeting = poll_for(db, visitor, poll_id)
        mine = own(db, visitor, poll)
        item = db.get_one(AgendaItem, poll.item_id)
    if poll.election is not None and mine.slot is None:
        raise NotOnRoll
    if not (mine.may_vote or mine.may_vote_again):
        return see(f"/polls/{poll_id}")
    if mine.keepers:
        return Redirect(booth_address(house, visitor, poll_id), status_code=303)
    form = choosing.filled(request.query_params.multi_items())
    chosen, mistake = _chosen(poll, form)
    return page(
        visitor,
        "polls/vote.html",
        status=422 if mistake else 200,
        meeting=meeting,
        item=item,
        poll=poll,
        own=mine,
        form=form,
        chosen=chosen,
        words=choosing.words(poll, chosen) if chosen else [],
        blank=chosen is not None and choosing.is_blank(poll, chosen),
        salt=secrets.token_hex(32),
        key=secrets.token_hex(16),
        log_key=house.signer.verifier_key,
        reasons=reasons(visitor.language),
        error=mistake,
    )


def _chosen(poll: Poll, form: Filled) -> tuple[str | None, Mistake | None]:
    """The choice that the form makes, or what is wrong with it; neither before it was sent."""
    if not form.sent:
        return None, None
    try:
        return choosing.choose(poll, form), None
    except Mistake as mistake:
        return None, mistake


@get("/polls/{poll_id:int}/receipt.tlog-proof", sync_to_thread=True)
def receipt(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    """The visitor's own receipt, as the file that other programs read."""
    return Response(
        _receipt(house, visitor, poll_id),
        media_type="text/plain; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="vote-{poll_id}.tlog-proof"'},
    )


@get("/polls/{poll_id:int}/receipt.svg", sync_to_thread=True)
def code(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    """A QR code that opens the check of this ballot on another device.

    What is to be checked stands after the #, so no server on the way learns of it.
    """
    entry = parse_entry(entry_of(_receipt(house, visitor, poll_id)))
    if not isinstance(entry, BallotEntry):
        raise NotFound
    named = f"{entry.election}/{entry.slot}/{entry.ballot_sha256}"
    drawn = io.BytesIO()
    segno.make(f"{visitor.base_url}/check#{named}", error="m").save(
        drawn, kind="svg", scale=4, border=3, dark="#000", light="#fff", xmldecl=False
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml")


def _receipt(house: House, visitor: Visitor, poll_id: int) -> str:
    member = visitor.require()
    with house.database.reading() as db:
        poll, _ = poll_for(db, visitor, poll_id)
        found = polls.receipt(db, house.board, poll, member.id) if poll.election else None
    if found is None:
        raise NotFound(N_("There is no ballot of yours in this vote."))
    return found


handlers = [review, receipt, code]
