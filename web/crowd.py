"""The demo's other members: they vote by themselves, one every few seconds, as anybody would.

Each logs in and hands in a ballot through the same sequencer as the pages' visitors. The invented
trustees open a secret vote once it is closed.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.choice import ONE
from governance import casting, logins, secret
from governance.associations import Association
from governance.credentials import PollCredential
from governance.demo import choices, electors, people
from governance.demo.electors import Seeds
from governance.demo.story import chosen
from governance.polls import Poll, PollKind, PollState, PollVoter
from web import demo, logs
from web.house import House

PAUSE = (1.5, 6.0)  # seconds between one vote and the next
STOP_WITHIN = 2.0  # seconds
PATIENCE = 20.0  # seconds until a ballot is cast
FOR, AGAINST = 58, 30  # percent; the rest abstains


@contextlib.contextmanager
def in_background(house: House) -> Iterator[None]:
    """The crowd in a thread of this process, until the block is left."""
    stop = threading.Event()
    seeds = demo.seeds(house.settings.data_dir)

    def votes() -> None:
        pause = random.SystemRandom()
        while not stop.wait(pause.uniform(*PAUSE)):
            try:
                cast_one(house)
                open_results(house, seeds)
            except Exception as error:
                logs.failed("crowd", error)

    thread = threading.Thread(target=votes, name="crowd", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_WITHIN)


def cast_one(house: House) -> bool:
    """One of the crowd votes in the poll that is open; False where nobody is left to."""
    token, now = secrets.token_urlsafe(32), house.clock()
    with house.database.reading() as db:
        poll = db.scalar(sa.select(Poll).where(Poll.state == PollState.OPEN).limit(1))
        if poll is None or poll.election is None:
            return False
        waiting = _waiting(db, house, poll)
        today = db.get_one(Association, house.association_id).today(now)
    if not waiting:
        return False
    with house.database.writing() as db:
        member_id = secrets.choice(waiting)
        logins.start(db, member_id, token=token, method="demo", now=now)
    asks = {"session": logins.sha256(token), "now": now, "today": today}
    write = _secret_ticket if poll.kind is PollKind.SECRET_BALLOT else _open_ticket
    house.sequencer.cast(write(house, poll, member_id, asks)).result(timeout=PATIENCE)
    house.live.publish(poll.meeting_id)
    return True


def _open_ticket(house: House, poll: Poll, member_id: int, asks: dict[str, Any]) -> casting.Ticket:
    values = {"choice": _choice(poll), "salt": secrets.token_hex(32), "key": secrets.token_hex(16)}
    return casting.ticket(poll.id, values, **asks)


def _secret_ticket(
    house: House, poll: Poll, member_id: int, asks: dict[str, Any]
) -> casting.SecretTicket:
    with house.database.writing() as db:
        body = electors.ballot(db, poll, member_id, _choice(poll), secrets.token_bytes)
        election = secret.of(db, poll).election
    checked = house.checker.check(election, body).result(timeout=PATIENCE)
    return casting.secret_ticket(poll.id, secrets.token_hex(16), body, checked, **asks)


def _choice(poll: Poll) -> str:
    if poll.kind is PollKind.SECRET_BALLOT or poll.asked.form == ONE:
        return chosen(poll.option_ids, (FOR, AGAINST), secrets.token_bytes)
    return choices.anything(poll.asked, secrets.token_bytes)


def open_results(house: House, seeds: Seeds) -> int:
    """The trustees open the secret votes that are closed; returns how many they opened."""
    closed = sa.select(Poll).where(
        Poll.kind == PollKind.SECRET_BALLOT, Poll.state == PollState.CLOSED
    )
    with house.database.reading() as db:
        waiting = [poll.id for poll in db.scalars(closed) if poll.result is None]
    opened = 0
    for poll_id in waiting:
        with house.database.writing() as db:
            poll = db.get_one(Poll, poll_id)
            now, chance = house.clock(), secrets.token_bytes
            opened += electors.open_result(db, poll, seeds, now=now, chance=chance)
        house.live.publish(poll.meeting_id)
    return opened


def _waiting(db: Session, house: House, poll: Poll) -> list[int]:
    """Who may vote and has not, the visitors left out: theirs is theirs to cast."""
    voted = {slot for slot, _ in house.board.ballots(db.connection(), str(poll.election))}
    spared = {each.id for each in people.find(db, house.association_id).visitors}
    voters = sa.select(PollVoter.member_id, PollVoter.slot).where(PollVoter.poll_id == poll.id)
    if poll.kind is PollKind.SECRET_BALLOT:  # whose own browser holds the credential votes there
        voters = voters.join(
            PollCredential,
            sa.and_(
                PollCredential.poll_id == PollVoter.poll_id,
                PollCredential.member_id == PollVoter.member_id,
            ),
        )
    rows = db.execute(voters)
    return [member for member, slot in rows if slot not in voted and member not in spared]
