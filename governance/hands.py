"""Voting without ballots: by acclamation, or by a show of hands that tellers count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from ballots.counting.majority import ABSTAIN, ADOPT, REJECT
from governance import attendance, counts, declaring, polling
from governance.agenda import AgendaItem
from governance.balloting import Texts, put
from governance.errors import N_, Invalid
from governance.meetings import Meeting
from governance.polling import Poll, PollKind, PollState


def acclaim(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    *,
    outcome: str,
    clause: int | None = None,
    question: Texts | None = None,
    by_id: int,
    now: dt.datetime,
) -> Poll:
    """Record what the chair has found the meeting to want; it is declared at once."""
    if outcome not in (ADOPT, REJECT):
        raise Invalid(N_("Choose whether the meeting adopted or rejected."), field="outcome")
    poll = put(db, meeting, item, PollKind.ACCLAMATION, question, clause, by_id=by_id, now=now)
    poll.state = PollState.CLOSED
    poll.closed_at = now
    poll.present = attendance.count(db, meeting.id).total
    db.add(poll)
    db.flush()
    declaring.settle(db, poll, outcome, by_id=by_id, now=now)
    return poll


def show_of_hands(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    *,
    votes: Mapping[str, int],
    clause: int | None = None,
    question: Texts | None = None,
    by_id: int,
    now: dt.datetime,
) -> Poll:
    """Enter the hands that the tellers counted; the poll is counted and waits to be declared."""
    poll = put(db, meeting, item, PollKind.SHOW_OF_HANDS, question, clause, by_id=by_id, now=now)
    counted = _hands(votes)
    most = len(declaring.voters_here(db, poll))
    if sum(counted.values()) > most:
        raise Invalid(
            N_("More hands than voters: %(votes)s counted, %(voters)s with a vote are here."),
            field="votes",
            votes=sum(counted.values()),
            voters=most,
        )
    poll.state = PollState.CLOSED
    poll.closed_at = now
    poll.present = attendance.count(db, meeting.id).total
    members = declaring.members_of(db, meeting, poll, now)
    poll.result = counts.counted(db, poll, counted, members=members)
    db.add(poll)
    db.flush()
    polling.record(db, "poll.counted", poll, by_id=by_id, now=now)
    return poll


def _hands(votes: Mapping[str, int]) -> dict[str, int]:
    if votes.keys() - {ADOPT, REJECT, ABSTAIN}:
        raise Invalid(N_("Hands are counted for, against and abstaining."), field="votes")
    hands = {option: votes.get(option, 0) for option in (ADOPT, REJECT, ABSTAIN)}
    if any(type(number) is not int or number < 0 for number in hands.values()):
        raise Invalid(N_("Enter whole numbers."), field="votes")
    if not any(hands.values()):
        raise Invalid(N_("Enter how many hands were raised."), field="votes")
    return hands
