"""A poll's page: question, state, turnout, result and decision; one's own receipt; dissent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from sqlalchemy.orm import Session

from ballots.receipt import entry_of, short_code
from ballots.tables import board_ballot
from governance import polls, roll, secret
from governance.agenda import AgendaItem
from governance.errors import Invalid
from governance.meetings import Meeting, MeetingState
from governance.polls import Dissent, Poll, PollKind, PollState, PollVoter
from web import choosing, results
from web.auth import LoginNeeded, Visitor
from web.house import House
from web.pages.check import reasons
from web.pages.documents import meeting_for
from web.render import entered, page, see

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@dataclass(frozen=True)
class Keepers:
    """Who holds the key of a secret vote, and so could learn what."""

    server_alone: bool
    needed: int  # so many open it together
    names: list[str]  # of these


@dataclass(frozen=True, kw_only=True)
class Own:
    """A poll as it lies before one visitor."""

    poll: Poll
    slot: str | None  # None: not on its roll, or a poll without ballots
    index: int | None  # where their ballot stands on the log
    keepers: Keepers | None  # of a secret vote
    revote: bool  # whether a second ballot replaces the first

    @property
    def options(self) -> list[dict[str, Any]]:
        """As the visitor sees them: the poll may shuffle them for each voter."""
        return choosing.ordered(self.poll, self.slot)

    @property
    def why_so(self) -> str:
        return choosing.why_so(self.poll)

    @property
    def may_vote(self) -> bool:
        return self.poll.state is PollState.OPEN and self.slot is not None and self.index is None

    @property
    def may_vote_again(self) -> bool:
        voted = self.slot is not None and self.index is not None
        return self.poll.state is PollState.OPEN and voted and self.revote


@dataclass(frozen=True, kw_only=True)
class Box:
    """The ballot box of a poll, as far as it may be told."""

    poll: Poll
    ballots: int | None  # how many are in it; None: not told while a secret vote is open
    crowd: str  # then, "few" or "many"
    voters: int  # how many may vote


def own(db: Session, visitor: Visitor, poll: Poll) -> Own:
    slot, index = _place(db, visitor, poll)
    is_secret = poll.kind is PollKind.SECRET_BALLOT
    return Own(
        poll=poll,
        slot=slot,
        index=index,
        keepers=keepers(db, poll) if is_secret else None,
        revote=is_secret and secret.of(db, poll).revote,
    )


def _place(db: Session, visitor: Visitor, poll: Poll) -> tuple[str | None, int | None]:
    """The visitor's slot, and the entry with its last ballot: one query, for everybody's page."""
    if visitor.member is None or poll.election is None:
        return None, None
    voted = sa.and_(board_ballot.c.election == poll.election, board_ballot.c.slot == PollVoter.slot)
    found = db.execute(
        sa.select(PollVoter.slot, sa.func.max(board_ballot.c.index))
        .outerjoin(board_ballot, voted)
        .where(PollVoter.poll_id == poll.id, PollVoter.member_id == visitor.member.id)
        .group_by(PollVoter.slot)
    ).one_or_none()
    return (found[0], found[1]) if found else (None, None)


def box(db: Session, house: House, poll: Poll) -> Box:
    taken_on = db.get(roll.Roll, poll.roll_id) if poll.roll_id else None
    hidden = poll.kind is PollKind.SECRET_BALLOT and poll.state is PollState.OPEN
    return Box(
        poll=poll,
        ballots=None if hidden else polls.turnout(db, house.board, poll),
        crowd=polls.crowd(db, house.board, poll) if hidden else "",
        voters=taken_on.voters if taken_on else 0,
    )


def keepers(db: Session, poll: Poll) -> Keepers:
    trust = secret.trust(db, poll)
    names = [each.member.name for each in trust.trustees]
    return Keepers(trust.server_alone, trust.needed, names)


def has_archive(db: Session, poll: Poll) -> bool:
    """Whether its encrypted ballots are there for everybody."""
    published = poll.kind is PollKind.SECRET_BALLOT and poll.state in polls.PUBLISHED
    return published and not secret.of(db, poll).few


def poll_for(db: Session, visitor: Visitor, poll_id: int) -> tuple[Poll, Meeting]:
    """The poll as this visitor may see it: whoever is no member, when it is declared.

    Its record is public from then on; following a meeting that goes on is for members (6:8).
    """
    poll = polls.get(db, visitor.association.id, poll_id)
    meeting = meeting_for(db, visitor, poll.meeting_id)
    if poll.state not in polls.PUBLISHED and visitor.member is None:
        raise LoginNeeded(visitor.path)
    return poll, meeting


@get("/polls/{poll_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    return _page(house, visitor, poll_id)


def _page(
    house: House,
    visitor: Visitor,
    poll_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Invalid | None = None,
) -> Response[str]:
    with house.database.reading() as db:
        poll, meeting = poll_for(db, visitor, poll_id)
        mine = own(db, visitor, poll)
        item = db.get_one(AgendaItem, poll.item_id)
        reserved = polls.dissents(db, poll.id)
        cast = box(db, house, poll) if poll.election else None
        archive = has_archive(db, poll)
        receipt = None
        if visitor.member is not None and mine.index is not None:
            receipt = polls.receipt(db, house.board, poll, visitor.member.id)
    return page(
        visitor,
        "polls/show.html",
        status=422 if error else 200,
        meeting=meeting,
        item=item,
        poll=poll,
        own=mine,
        box=cast,
        result=results.of(poll, visitor.language),
        needed=results.NEEDED,
        archive=archive,
        receipt=receipt,
        code=short_code(entry_of(receipt)) if receipt else "",
        log_key=house.signer.verifier_key,
        reasons=reasons(visitor.language),
        dissents=len(reserved),
        dissent=_dissent_of(reserved, visitor),
        may_dissent=_may_dissent(meeting, poll, visitor),
        form=form or {"text": ""},
        error=error,
    )


def _dissent_of(reserved: Any, visitor: Visitor) -> Dissent | None:
    member = visitor.member
    return next((each for each in reserved if member and each.member_id == member.id), None)


def _may_dissent(meeting: Meeting, poll: Poll, visitor: Visitor) -> bool:
    """Whether to show the form; `polls.dissent` says who may in the end."""
    going_on = meeting.state in (MeetingState.OPEN, MeetingState.ADJOURNED)
    return visitor.member is not None and going_on and poll.state is PollState.DECLARED


@post("/polls/{poll_id:int}/dissent", sync_to_thread=True)
def dissent(house: House, visitor: Visitor, poll_id: int, data: Form) -> Response[Any] | Redirect:
    member = visitor.require()
    form = entered(data, "text")
    try:
        with house.database.writing() as db:
            poll, meeting = poll_for(db, visitor, poll_id)
            polls.dissent(db, poll, member, form["text"], now=house.clock())
    except Invalid as error:
        return _page(house, visitor, poll_id, form=form, error=error)
    house.live.publish(meeting.id)
    return see(f"/polls/{poll_id}", notice="dissent-recorded")


handlers = [show, dissent]
