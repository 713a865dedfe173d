"""Records: what anyone may download to recount a vote, or all votes of a meeting.

A vote's ballots leave the house when it is declared or void, and not before.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots import audit_kit, record
from ballots.checkpoint import parse_checkpoint, parse_note
from ballots.record import PollRecord
from ballots.store import SqlBoard
from ballots.tables import READING
from governance import minutes, minutes_published, polling, recounts, secret
from governance.errors import N_, NotFound
from governance.meetings import Meeting
from governance.minutes import MinutesState
from governance.polling import Poll, PollKind, PollState, PollVoter

Files = list[tuple[str, bytes]]


class NotPublished(NotFound):
    message = N_("The record of a vote is here when its result has been declared.")


class NoBallots(NotFound):
    message = N_("This vote was taken without ballots. Its result stands in the minutes.")


def of_poll(db: Session, board: SqlBoard, poll: Poll) -> Files:
    """Raises NoBallots, NotPublished."""
    if poll.election is None:
        raise NoBallots
    if poll.state not in polling.PUBLISHED:
        raise NotPublished
    return _files(db, board, [_poll(db, board, poll)])


def of_meeting(db: Session, board: SqlBoard, meeting: Meeting) -> Files:
    """Every ballot of the meeting that is declared or void, and its published minutes."""
    polls = [
        _poll(db, board, poll)
        for poll in polling.of_meeting(db, meeting.id)
        if poll.election is not None and poll.state in polling.PUBLISHED
    ]
    written = minutes.of_meeting(db, meeting.id)
    if written is None or written.state is not MinutesState.PUBLISHED:
        return _files(db, board, polls)
    addenda = [each.public_text for each in minutes_published.addenda(db, written)]
    return _files(db, board, polls, written.public_text, addenda)


def _poll(db: Session, board: SqlBoard, poll: Poll) -> PollRecord:
    conn = db.connection()
    election = str(poll.election)
    manifest = board.manifest(conn, election)
    if manifest is None:
        raise NotFound
    slots = db.scalars(sa.select(PollVoter.slot).where(PollVoter.poll_id == poll.id)).all()
    result = polling.public_result(poll) if poll.state is PollState.DECLARED else None
    later = [recounts.public_result(poll, each) for each in recounts.of_poll(db, poll.id)]
    if poll.kind is not PollKind.SECRET_BALLOT:
        ballots = board.ballots(conn, election)
        return PollRecord(manifest, slots, ballots, result, recounts=later)
    if secret.of(db, poll).few:
        # With its archive go the numbers, and so few of them say how people voted.
        return PollRecord(manifest, slots, (), result, audit=audit_kit.WITHHELD)
    return PollRecord(
        manifest,
        slots,
        (),
        result,
        archive=secret.archive(db, board, poll),
        strong=secret.strong(db, poll),
        audit=secret.audit_text(db, poll),
        recounts=later,
    )


def _files(
    db: Session,
    board: SqlBoard,
    polls: list[PollRecord],
    text: str | None = None,
    addenda: list[str] | None = None,
) -> Files:
    conn = db.connection()
    note = board.checkpoint(conn)
    size = parse_checkpoint(parse_note(note)[0]).size
    # Read anew: what the note covers may have been committed after this transaction began.
    with conn.engine.execution_options(**READING).connect() as fresh:
        entries = list(board.entries(fresh, end=size))
    made = record.files(
        verifier_key=board.signer.verifier_key,
        note=note,
        entries=entries,
        polls=polls,
        minutes=text,
        addenda=addenda or [],
    )
    return list(made)
