"""The chair decides with the meeting: acclamation, hands, ballots; closing, ties, declaring."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from litestar import Response, post
from sqlalchemy.orm import Session

from governance import agenda, attendance, elections, polls
from governance.agenda import AgendaItem, ItemKind
from governance.errors import N_, Invalid
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Poll, PollKind, PollState
from web import forms, ways_of_counting
from web.auth import Visitor
from web.forms import Form
from web.house import House
from web.pages.chair import Asked, take
from web.render import entered
from web.rostrum import Step

MOST_MINUTES = 24 * 60
HANDS = ("adopt", "reject", "abstain")


# Puts a question to the vote: with the session, the meeting, the item, and what all ways need.
Put = Callable[..., str]


def put_to_vote(
    house: House,
    visitor: Visitor,
    address: tuple[int, int],
    data: dict[str, Any],
    way: str,
    put: Put,
    form: dict[str, str],
) -> Response[Any]:
    """Decide an item's question in one of the ways; `address` is the meeting's and the item's."""
    meeting_id, item_id = address
    form = {**form, **entered(data, *forms.fields(visitor.association, "question"))}
    sent = str(data.get("clause") or "")
    clause = int(sent) if sent.isascii() and sent.isdecimal() else None

    def act(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        item = agenda.get(db, meeting.id, item_id)
        if not _fresh(db, item, data):
            return ""
        question = forms.texts(form, "question", visitor.association)
        try:
            return put(db, meeting, item, question=question, clause=clause, by_id=by_id, now=now)
        except Invalid as error:
            authentic = forms.fields(visitor.association, "question")[0]
            raise forms.beside(error, {"question": authentic, "votes": "adopt"}) from error

    holder = form.get("holder", "")
    asked = Asked(panel=Step.DECIDE, way=way, holder=holder, clause=clause)
    return take(house, visitor, meeting_id, act, asked=asked, form=form)


def _fresh(db: Session, item: AgendaItem, data: dict[str, Any]) -> bool:
    """Whether the form was drawn after the item's latest vote: sent twice, it acts once."""
    before = [poll.id for poll in polls.of_item(db, item.id)]
    return str(before[-1] if before else 0) == str(data.get("seen", ""))


@post("/meetings/{meeting_id:int}/items/{item_id:int}/acclaim", sync_to_thread=True)
def acclaim(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, data: Form
) -> Response[Any]:
    form = entered(data, "outcome")

    def put(db: Session, meeting: Meeting, item: AgendaItem, **asked: Any) -> str:
        polls.acclaim(db, meeting, item, outcome=form["outcome"], **asked)
        return "vote-declared"

    return put_to_vote(house, visitor, (meeting_id, item_id), data, "acclamation", put, form)


@post("/meetings/{meeting_id:int}/items/{item_id:int}/hands", sync_to_thread=True)
def hands(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, data: Form
) -> Response[Any]:
    form = entered(data, *HANDS)

    def put(db: Session, meeting: Meeting, item: AgendaItem, **asked: Any) -> str:
        votes = {option: whole(form, option) for option in HANDS}
        polls.show_of_hands(db, meeting, item, votes=votes, **asked)
        return "hands-counted"

    return put_to_vote(house, visitor, (meeting_id, item_id), data, "hands", put, form)


def whole(form: dict[str, str], name: str) -> int:
    text = form[name] or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        raise Invalid(N_("Enter a whole number."), field=name)
    return int(text)


@post("/meetings/{meeting_id:int}/items/{item_id:int}/ballot", sync_to_thread=True)
def open_ballot(
    house: House, visitor: Visitor, meeting_id: int, item_id: int, data: Form
) -> Response[Any]:
    languages = visitor.association.languages
    own = ways_of_counting.fields(languages)
    form = entered(data, "candidates", "consents", "minutes", *own)

    def put(db: Session, meeting: Meeting, item: AgendaItem, **asked: Any) -> str:
        with ballot(db, item, form, languages, asked) as ballot_asked:
            polls.open_ballot(db, house.board, meeting, item, **ballot_asked)
        return "vote-opened"

    return put_to_vote(house, visitor, (meeting_id, item_id), data, "ballot", put, form)


@contextmanager
def ballot(
    db: Session,
    item: AgendaItem,
    form: dict[str, str],
    languages: Sequence[str],
    asked: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """What a ballot is opened with, open or secret; what is refused is said beside its field.

    Those who consent in the room are first nominated from the floor.
    """
    names = form["candidates"].splitlines()
    if form["consents"] == "yes":
        elections.name_from_floor(db, item, names, by_id=asked["by_id"], now=asked["now"])
    standing, elects = elections.ballot(db, item, names), item.kind is ItemKind.ELECTION
    with ways_of_counting.beside(ways_of_counting.chosen(form, elects=elects), languages):
        yield {
            **ways_of_counting.asked(form, standing, languages, elects=elects),
            "closes_at": closes_at(form, asked["now"]),
            "chance": secrets.token_bytes,
            **asked,
        }


def closes_at(form: dict[str, str], now: dt.datetime) -> dt.datetime | None:
    if not form["minutes"]:
        return None
    minutes = whole(form, "minutes")
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid(
            N_("Enter 1 to %(most)s minutes, or nothing."), field="minutes", most=MOST_MINUTES
        )
    return now + dt.timedelta(minutes=minutes)


def on_poll(
    house: House,
    visitor: Visitor,
    poll_id: int,
    act: Callable[[Session, Poll, int, dt.datetime], str],
    *,
    asked: Asked | None = None,
    form: dict[str, str] | None = None,
) -> Response[Any]:
    """A step with a poll: `act` is called with the session, the poll, who, and when."""
    visitor.require()
    with house.database.reading() as db:
        meeting_id = polls.get(db, house.association_id, poll_id).meeting_id

    def on_meeting(db: Session, meeting: Meeting, by_id: int, now: dt.datetime) -> str:
        return act(db, polls.get(db, house.association_id, poll_id), by_id, now)

    return take(house, visitor, meeting_id, on_meeting, asked=asked, form=form)


@post("/polls/{poll_id:int}/close", sync_to_thread=True)
def close(house: House, visitor: Visitor, poll_id: int) -> Response[Any]:
    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if poll.state is PollState.OPEN:
            polls.close(db, house.board, poll, by_id=by_id, now=now)
        is_secret = poll.kind is PollKind.SECRET_BALLOT
        return "secret-vote-closed" if is_secret else "vote-closed"

    return on_poll(house, visitor, poll_id, act)


@post("/polls/{poll_id:int}/declare", sync_to_thread=True)
def declare(house: House, visitor: Visitor, poll_id: int) -> Response[Any]:
    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if poll.state is not PollState.DECLARED:
            polls.declare(db, house.board, poll, by_id=by_id, now=now)
        return "vote-declared"

    return on_poll(house, visitor, poll_id, act)


@post("/polls/{poll_id:int}/casting-vote", sync_to_thread=True)
def casting_vote(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any]:
    form = entered(data, "choice")

    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if _is_broken(poll):
            return ""
        polls.casting_vote(db, poll, form["choice"], by_id=by_id, now=now)
        return "tie-broken"

    return on_poll(house, visitor, poll_id, act, form=form)


@post("/polls/{poll_id:int}/lot", sync_to_thread=True)
def lot(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any]:
    """With a seed that the meeting has made, or else one drawn now: nobody has seen it before."""
    form = entered(data, "seed")
    seed = "".join(form["seed"].split()).lower() or secrets.token_hex(32)

    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if _is_broken(poll):
            return ""
        polls.lot(db, poll, seed=seed, by_id=by_id, now=now)
        return "lot-drawn"

    return on_poll(house, visitor, poll_id, act, form=form)


def _is_broken(poll: Poll) -> bool:
    """A tie that the same click has broken before."""
    return bool(poll.result and poll.result["tied"]) and poll.tie_waits_for is None


@post("/polls/{poll_id:int}/void", sync_to_thread=True)
def void(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any]:
    form = entered(data, "reason")

    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        if poll.state is not PollState.VOID:
            polls.void(db, house.board, poll, form["reason"], by_id=by_id, now=now)
        return "vote-void"

    return on_poll(house, visitor, poll_id, act, form=form)


@post("/polls/{poll_id:int}/dissents", sync_to_thread=True)
def note_dissent(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any]:
    """The chair records what a member in the room asks to have recorded."""
    who, text = f"who-{poll_id}", f"text-{poll_id}"  # the page has such a form for each decision
    form = entered(data, who, text)

    def act(db: Session, poll: Poll, by_id: int, now: dt.datetime) -> str:
        try:
            member = _present(db, poll.meeting_id, form[who])
            polls.dissent(db, poll, member, form[text], by_id=by_id, now=now)
        except Invalid as error:
            raise forms.beside(error, {"who": who, "text": text}) from error
        return "dissent-noted"

    return on_poll(house, visitor, poll_id, act, form=form)


def _present(db: Session, meeting_id: int, words: str) -> Member:
    """The one person here whom the words name. Raises Invalid for none and for several."""
    found = attendance.find(db, meeting_id, words) if words else []
    if not found:
        raise Invalid(N_("Nobody present has this name or number."), field="who")
    if len(found) > 1:
        raise Invalid(
            N_("%(count)s people present match. Write the member number."),
            field="who",
            count=len(found),
        )
    return found[0]


handlers: list[Any] = [
    acclaim,
    hands,
    open_ballot,
    close,
    declare,
    casting_vote,
    lot,
    void,
    note_dissent,
]
