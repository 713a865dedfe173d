"""Putting a question to the vote: what is frozen, and how an open ballot is opened.

A secret ballot is opened in `secret_balloting.py`, a vote without ballots taken in `hands.py`, with
the parts that they have in common here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.manifest import (
    LARGEST,
    OPEN,
    PSEUDONYMOUS,
    SECRET,
    Manifest,
    Secrecy,
    roll_sha256,
)
from ballots.store import SqlBoard
from governance import (
    declaring,
    polling,
    presiding,
    roll,
    rulebook,
    texts,
    wording,
)
from governance.agenda import AgendaItem, ItemKind
from governance.errors import N_, Invalid, Refused
from governance.meetings import Meeting
from governance.motions import Motion
from governance.polling import Poll, PollKind, PollState, PollVoter
from governance.standing import Settings, Standing, stand

LONGEST = 4_000  # characters of a question, in each language
SLOT_BYTES = 16

# How exactly each way finds out what the meeting wants. What an acclamation has decided may be
# counted if somebody asks for it; what has been counted is not decided again less exactly.
EXACTNESS = {
    PollKind.ACCLAMATION: 1,
    PollKind.SHOW_OF_HANDS: 2,
    PollKind.OPEN_BALLOT: 3,
    PollKind.PSEUDONYMOUS_BALLOT: 3,
    PollKind.SECRET_BALLOT: 3,
}

BALLOTS = {
    PollKind.OPEN_BALLOT: OPEN,
    PollKind.PSEUDONYMOUS_BALLOT: PSEUDONYMOUS,
    PollKind.SECRET_BALLOT: SECRET,
}

Texts = Mapping[str, str]


class InformationOnly(Refused):
    code = "information-only"
    message = N_("This item is for information. Nothing can be decided under it.")


class NoRoll(Refused):
    code = "no-roll"
    message = N_("A ballot needs an electoral roll that the meeting has approved (6:27).")


class BallotOpen(Refused):
    code = "ballot-open"
    message = N_("Another ballot is open. Close it first.")


class AlreadyPut(Refused):
    code = "already-put"
    message = N_("This question is being voted on. Declare the result, or declare the vote void.")


class AlreadyDecided(Refused):
    code = "already-decided"
    message = N_("This question has been decided in this way or a more exact one.")


def open_ballot(
    db: Session,
    board: SqlBoard,
    meeting: Meeting,
    item: AgendaItem,
    *,
    question: Texts | None = None,
    clause: int | None = None,
    candidates: Sequence[Standing] | None = None,
    method: str = "plurality",
    seats: int = 1,
    settings: Settings | None = None,
    pseudonymous: bool = False,
    closes_at: dt.datetime | None = None,
    by_id: int,
    now: dt.datetime,
    chance: Callable[[int], bytes],
) -> Poll:
    """Freeze question, options, rule and roll, give every voter a slot, and open the ballot box.

    With `candidates` it chooses among them by `method` (`standing.py` has its settings); else it
    adopts or rejects. Of a pseudonymous ballot nobody's choice stands in any minutes.
    """
    kind = PollKind.PSEUDONYMOUS_BALLOT if pseudonymous else PollKind.OPEN_BALLOT
    poll = put(db, meeting, item, kind, question, clause, by_id=by_id, now=now)
    check_may_open(db, poll, closes_at, now)
    if candidates is not None:
        stand(
            poll,
            item,
            candidates,
            meeting.association.languages,
            method=method,
            seats=seats,
            settings=settings,
            chance=chance,
        )
    poll.closes_at = closes_at
    slots = {each: chance(SLOT_BYTES).hex() for each in declaring.on_roll(db, poll)}
    frozen = manifest(board, poll, slots.values())
    board.lock(db.connection())
    poll.election = frozen.election
    db.add(poll)
    db.flush()
    rows = [{"poll_id": poll.id, "member_id": each, "slot": slots[each]} for each in slots]
    db.execute(sa.insert(PollVoter), rows)
    board.open_election(db.connection(), frozen)
    polling.record(db, "poll.opened", poll, by_id=by_id, now=now, voters=len(slots))
    return poll


def put(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    kind: PollKind,
    question: Texts | None,
    clause: int | None,
    *,
    by_id: int,
    now: dt.datetime,
) -> Poll:
    """The poll as it is frozen whatever its kind; the item is taken up if it is not current."""
    presiding.take_up(db, meeting, item, by_id=by_id, now=now)
    if item.kind is ItemKind.INFORMATION:
        raise InformationOnly
    asked = _question(db, meeting, item, clause, question)
    _check_not_decided(db, item, clause, asked, kind)
    standing = roll.latest(db, meeting.id)
    return Poll(
        meeting_id=meeting.id,
        item_id=item.id,
        kind=kind,
        state=PollState.OPEN,
        clause=clause,
        question=asked,
        options=wording.options(meeting.association.languages),
        rule=_rule(meeting, item),
        roll_id=standing.id if standing else None,
        opened_at=now,
        opened_by_id=by_id,
        outcome="",
        decision={},
        reason="",
    )


def check_may_open(
    db: Session, poll: Poll, closes_at: dt.datetime | None, now: dt.datetime
) -> None:
    """Raises Invalid, NoRoll, BallotOpen."""
    if closes_at is not None and closes_at <= now:
        raise Invalid(N_("Choose a time to come."), field="closes_at")
    if poll.roll_id is None:
        raise NoRoll
    if polling.open_now(db, poll.meeting_id) is not None:
        raise BallotOpen


def _rule(meeting: Meeting, item: AgendaItem) -> dict[str, Any]:
    rule = rulebook.of(meeting.association).majority(item.majority)
    if item.kind is ItemKind.ELECTION and rule["tie"] == "chair":
        # The chair's vote breaks ties of decisions, never of elections (6:33, 6:34).
        return {**rule, "tie": "lot"}
    return rule


def _question(
    db: Session, meeting: Meeting, item: AgendaItem, clause: int | None, given: Texts | None
) -> dict[str, str]:
    motion = db.get_one(Motion, item.motion_id) if item.motion_id is not None else None
    if clause is not None and (motion is None or not 1 <= clause <= len(motion.clauses)):
        raise Invalid(N_("The motion has no such clause."), field="clause")
    if given is not None:
        languages = meeting.association.languages
        return texts.required(given, languages, LONGEST, field="question")
    if motion is not None and clause is not None:
        return {motion.language: motion.clauses[clause - 1]}
    return dict(item.title)


def _check_not_decided(
    db: Session, item: AgendaItem, clause: int | None, question: Texts, kind: PollKind
) -> None:
    for poll in polling.of_item(db, item.id):
        if (poll.clause, poll.question) != (clause, question):
            continue
        if poll.state in polling.UNFINISHED:
            raise AlreadyPut
        less_exact = EXACTNESS[poll.kind] < EXACTNESS[kind]
        if poll.state is PollState.DECLARED and not less_exact:
            raise AlreadyDecided


def manifest(
    board: SqlBoard, poll: Poll, slots: Collection[str], secret: Secrecy | None = None
) -> Manifest:
    """What the board opens the poll with. Raises Invalid where it is too long."""
    frozen = Manifest(
        origin=board.origin,
        meeting=str(poll.meeting_id),
        question=poll.question,
        options=poll.options,
        method=poll.method,
        rule=poll.rule,
        voters=len(slots),
        roll_sha256=roll_sha256(slots),
        ballots=BALLOTS[poll.kind],
        secret=secret,
    )
    if len(frozen.encode()) > LARGEST:
        raise Invalid(N_("Question and options together are too long."), field="question")
    return frozen
