"""The invented trustees and voters of the demo's secret votes: what their devices would do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from ballots import secret_poll
from ballots.belenios.ballot import make_ballot
from ballots.belenios.ceremony import make_seed
from ballots.belenios.device import Device
from governance import credentials, electoral_boards, opening, secret, trustees
from governance.electoral_boards import Step, Trustee
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Poll, PollKind, PollState

Chance = Callable[[int], bytes]
Seeds = Mapping[int, str]  # by the trustee's member id; a real trustee's never leaves the device


def enrol(
    db: Session,
    meeting: Meeting,
    members: Sequence[Member],
    *,
    by_id: int,
    now: dt.datetime,
    chance: Chance,
) -> dict[int, str]:
    """Set up an electoral board and let its trustees take every step; returns their seeds."""
    board = electoral_boards.set_up(db, meeting, members, by_id=by_id, now=now)
    seeds = {member.id: make_seed(chance) for member in members}
    for step in Step:
        for trustee in electoral_boards.trustees(db, board.id):
            if step is not Step.READY:
                device = Device(seeds[trustee.member_id], chance)
                message = device.answer(trustees.task(db, trustee).as_json())
                _hand_in(db, trustee, step, message, now=now, chance=chance)
    return seeds


def _hand_in(
    db: Session, trustee: Trustee, step: Step, message: object, *, now: dt.datetime, chance: Chance
) -> None:
    by_id = trustee.member_id
    match step:
        case Step.CERTIFICATE:
            trustees.give_certificate(db, trustee, message, by_id=by_id)
        case Step.PLEDGE:
            trustees.give_pledge(db, trustee, str(message), by_id=by_id)
        case Step.CONTRIBUTION:
            trustees.give_contribution(db, trustee, message, by_id=by_id)
        case Step.PUBLIC_KEY:
            trustees.give_public_key(db, trustee, message, by_id=by_id, chance=chance)
        case Step.CHECK:
            trustees.answer_check(db, trustee, message, by_id=by_id, now=now)


def open_result(db: Session, poll: Poll, seeds: Seeds, *, now: dt.datetime, chance: Chance) -> bool:
    """Those whose seeds are known open a closed secret vote; returns whether that opened it."""
    if poll.kind is not PollKind.SECRET_BALLOT or poll.state is not PollState.CLOSED:
        return False
    for trustee in secret.trust(db, poll).trustees:
        if poll.result is None and trustee.member_id in seeds and trustee.lost_at is None:
            work = opening.work(db, poll, trustee)
            device = Device(seeds[trustee.member_id], chance)
            task = trustees.task(db, trustee).as_json()
            part = device.part(task, work.election.encode(), work.tally.encode())
            opening.take_part(db, poll, trustee, part, now=now)
    return poll.result is not None


def ballot(db: Session, poll: Poll, member_id: int, choice: str, chance: Chance) -> bytes:
    """The encrypted ballot of somebody without a key of their own, whose browser fetches one."""
    kept = secret.of(db, poll)
    election = secret.election(kept)
    options = [option["id"] for option in poll.options]
    bits = secret_poll.choices(options, election.questions[0], [choice])
    right = credentials.hand_over(db, poll, member_id, kept.uuid)
    credentials.kept(db, poll, member_id)
    return make_ballot(election, int(right.secret), [bits], chance).encode()
