"""Work in the background, derived from the tables: whatever is due is done, by whoever comes first.

Each step claims what it does and can be done twice without harm, so that any number of processes
may run this beside each other, and one that dies leaves nothing undone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import threading
from collections.abc import Iterator, Sequence
from email.errors import MessageError

from sqlalchemy.orm import Session

from governance import (
    addresses,
    dispatches,
    logins,
    opening,
    polls,
    register_upload,
    secret,
)
from governance.addresses import AddressChange
from governance.associations import Association
from governance.credentials import PollCredential
from governance.errors import WrongState
from governance.meetings import Meeting
from governance.members import Member
from governance.notices import Dispatch, Notice
from governance.polls import Poll
from governance.server_keys import ServerKeyGone
from web import address_letters, logs
from web.election_work import send_election_letters, settle_elections
from web.house import House
from web.letters import Sender, letter
from web.mail import Mailer, MailRefused

BATCH = 50  # letters claimed at once, so that other workers have theirs
MOST_BATCHES = 20  # letters of one round; polls are closed between rounds
BETWEEN_ROUNDS = 2.0  # seconds
SCRUBBED_FOR = dt.timedelta(minutes=1)  # after a close; one time might meet somebody reading
STOP_WITHIN = 5.0  # seconds; what a round that goes on leaves behind, another takes up


def run_due(house: House) -> None:
    """One round: every step on its own, so that a fault in one does not stop the others."""
    steps = (
        close_polls,
        open_alone,
        settle_elections,
        send_letters,
        send_election_letters,
        tell_old_addresses,
        take_addresses,
        forget,
    )
    for step in steps:
        try:
            step(house)
        except Exception as error:
            logs.failed(f"worker.{step.__name__}", error)


def close_polls(house: House) -> int:
    """Close and count the ballots whose time has passed; returns how many."""
    with house.database.reading() as db:
        due = [poll.id for poll in polls.due(db, house.clock())]
    closed = 0
    for poll_id in due:
        try:
            with house.database.writing() as db:
                poll = db.get_one(Poll, poll_id)
                polls.close(db, house.board, poll, by_id=None, now=house.clock())
        except WrongState:  # the chair or another worker was faster
            continue
        house.live.publish(poll.meeting_id)
        closed += 1
    return closed


def open_alone(house: House) -> int:
    """Open the closed secret votes whose key the server holds alone; returns how many."""
    with house.database.reading() as db:
        waiting = [poll.id for poll in secret.waiting_for_the_server(db)]
    opened = 0
    for poll_id in waiting:
        try:
            with house.database.writing() as db:
                poll = db.get_one(Poll, poll_id)
                private = house.server_keys.private(str(poll.election))
                now, chance = house.clock(), secrets.token_bytes
                opening.open_alone(db, poll, private, now=now, chance=chance)
        except (WrongState, ServerKeyGone):  # another was faster; or the chair has to void it
            continue
        house.live.publish(poll.meeting_id)
        opened += 1
    return opened


def send_letters(house: House) -> int:
    """Send what is due over one connection; returns how many letters left."""
    left = 0
    with house.mailer.session() as mailer:
        for _ in range(MOST_BATCHES):
            claimed = _claim(house)
            taken = sum(_send(house, mailer, each) for each in claimed)
            left += taken
            if not taken:  # none is due, or the mail server is away: leave the rest for later
                break
    return left


def tell_old_addresses(house: House) -> None:
    """Write to the old address of whoever is to have a new one."""
    with house.database.writing() as db:
        changes = addresses.to_tell(db, house.clock(), BATCH)
    with house.mailer.session() as mailer:
        for change in changes:
            _tell(house, mailer, change)


def _tell(house: House, mailer: Mailer, change: AddressChange) -> None:
    with house.database.reading() as db:
        member = db.get_one(Member, change.member_id)
        sender = _sender(house, db, member.association_id)
    try:
        mailer.send(address_letters.letter(sender, member, change, now=house.clock()))
    except MailRefused as refused:
        if not refused.permanent:
            return  # the claim runs out, and the letter is tried again
    except (MessageError, ValueError) as error:
        logs.failed("worker.address_letter", error)
    with house.database.writing() as db:
        addresses.told(db, change.id)


def forget(house: House) -> None:
    """Delete what was kept for a time: codes, sessions, uploads that nobody confirmed, keys."""
    now = house.clock()
    with house.database.writing() as db:
        logins.forget(db, now=now)
        register_upload.forget(db, now=now)
        house.server_keys.forget_finished(db)
        credentials_forgotten = secret.closed_since(db, now - SCRUBBED_FOR)
    if credentials_forgotten:
        house.database.scrub(PollCredential.__tablename__)


def take_addresses(house: House) -> int:
    """Take into use the new addresses that have waited long enough."""
    with house.database.writing() as db:
        return addresses.take_due(db, house.clock())


def _claim(house: House) -> Sequence[Dispatch]:
    with house.database.writing() as db:
        return dispatches.due(db, house.clock(), BATCH)


def _send(house: House, mailer: Mailer, dispatch: Dispatch) -> bool:
    with house.database.reading() as db:
        notice = db.get_one(Notice, dispatch.notice_id)
        meeting = db.get_one(Meeting, notice.meeting_id)
        member = db.get_one(Member, dispatch.member_id)
        sender = _sender(house, db, meeting.association_id)
    try:
        reply = mailer.send(letter(sender, meeting, notice, dispatch, member, now=house.clock()))
    except MailRefused as refused:
        return _note_failure(house, dispatch, refused.reply, permanent=refused.permanent)
    except (MessageError, ValueError) as error:
        # No mail can be written to such an address.
        return _note_failure(house, dispatch, type(error).__name__, permanent=True)
    with house.database.writing() as db:
        dispatches.sent(db, dispatch.id, reply, now=house.clock())
    return True


def _sender(house: House, db: Session, association_id: int) -> Sender:
    return Sender(
        association=db.get_one(Association, association_id),
        address=house.settings.mail_from,
        base_url=house.settings.base_url.rstrip("/"),
    )


def _note_failure(house: House, dispatch: Dispatch, reply: str, *, permanent: bool) -> bool:
    with house.database.writing() as db:
        dispatches.failed(db, dispatch.id, reply, permanent=permanent, now=house.clock())
    return False


@contextlib.contextmanager
def in_background(house: House) -> Iterator[None]:
    """Rounds in a thread of this process, until the block is left."""
    stop = threading.Event()

    def rounds() -> None:
        while not stop.wait(BETWEEN_ROUNDS):
            run_due(house)

    thread = threading.Thread(target=rounds, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_WITHIN)
