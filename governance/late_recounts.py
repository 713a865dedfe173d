"""A recount after the minutes are approved: a dated addendum, so that nothing changes silently."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from ballots.store import SqlBoard
from governance import minutes, minutes_published, minutes_votes
from governance.errors import N_, WrongState
from governance.meetings import Meeting
from governance.minutes import MinutesState
from governance.polling import Poll
from governance.recounts import PollRecount

KEPT = frozenset({MinutesState.APPROVED, MinutesState.PUBLISHED})


class MinutesInSigning(WrongState):
    code = "minutes-in-signing"
    message = N_(
        "The minutes are being signed. Count again when they are approved: the recount is then an "
        "addendum to them; or send them back first."
    )


def check(db: Session, meeting: Meeting) -> None:
    """Raises MinutesInSigning: what is signed would no longer be all that happened."""
    written = minutes.of_meeting(db, meeting.id)
    if written is not None and written.state is MinutesState.SIGNING:
        raise MinutesInSigning


def enter(
    db: Session, board: SqlBoard, poll: Poll, made: PollRecount, *, by_id: int, now: dt.datetime
) -> None:
    """Add the recount to minutes that are approved; before that they tell it themselves."""
    written = minutes.of_meeting(db, poll.meeting_id)
    if written is None or written.state not in KEPT:
        return
    text, public_text = (
        "\n\n".join(
            minutes_votes.recounted(minutes.writer(db, board, written, public=public), poll, made)
        )
        for public in (False, True)
    )
    minutes_published.append(db, board, written, text, public_text, by_id=by_id, now=now)
