"""Trustees with their devices and voters with their browsers, around a hall's secret votes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ballots import secret_ballot, secret_poll
from ballots.belenios import credential
from ballots.belenios.ballot import make_ballot
from ballots.belenios.ceremony import make_seed
from ballots.belenios.device import Device
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.errors import Fault
from ballots.store import Cast, Placed
from governance import (
    credentials,
    electoral_boards,
    member_keys,
    opening,
    polls,
    roll,
    secret,
    trustees,
)
from governance.electoral_boards import ElectoralBoard, Step, Trustee
from governance.members import Member
from governance.polls import Poll
from tests.governance.conftest import Hall

chance = secrets.token_bytes


@dataclass
class Booth:
    hall: Hall
    devices: dict[int, Device] = field(default_factory=dict)  # by member
    own: dict[int, int] = field(default_factory=dict)  # private keys, by member
    held: dict[tuple[int, int], int] = field(default_factory=dict)  # credentials by poll, member

    # Trustees.

    def set_up(self, members: Sequence[Member], needed: int = 2) -> ElectoralBoard:
        hall = self.hall
        return electoral_boards.set_up(
            hall.db, hall.meeting, members, needed=needed, by_id=hall.chair.id, now=hall.now
        )

    def board(self, members: Sequence[Member] | None = None, needed: int = 2) -> ElectoralBoard:
        """An electoral board whose trustees have done everything before a vote."""
        made = self.set_up(members or self.hall.people[:3], needed)
        for step in Step:
            if step is not Step.READY:
                self.take(made, step)
        return made

    def take(self, board: ElectoralBoard, step: Step) -> None:
        """Everybody on it takes that step."""
        for trustee in electoral_boards.trustees(self.hall.db, board.id):
            assert trustees.task(self.hall.db, trustee).step is step
            self.hand_in(trustee, step, self.answer(trustee))

    def device(self, trustee: Trustee) -> Device:
        return self.devices.setdefault(trustee.member_id, Device(make_seed(chance), chance))

    def answer(self, trustee: Trustee) -> Any:
        return self.device(trustee).answer(trustees.task(self.hall.db, trustee).as_json())

    def hand_in(self, trustee: Trustee, step: Step, message: Any, by: Member | None = None) -> None:
        db, by_id = self.hall.db, by.id if by else trustee.member_id
        match step:
            case Step.CERTIFICATE:
                trustees.give_certificate(db, trustee, message, by_id=by_id)
            case Step.PLEDGE:
                trustees.give_pledge(db, trustee, message, by_id=by_id)
            case Step.CONTRIBUTION:
                trustees.give_contribution(db, trustee, message, by_id=by_id)
            case Step.PUBLIC_KEY:
                trustees.give_public_key(db, trustee, message, by_id=by_id, chance=chance)
            case Step.CHECK:
                trustees.answer_check(db, trustee, message, by_id=by_id, now=self.hall.now)

    def trustee(self, poll: Poll, number: int) -> Trustee:
        return secret.trust(self.hall.db, poll).trustees[number - 1]

    def part(self, poll: Poll, number: int) -> dict[str, Any]:
        db, trustee = self.hall.db, self.trustee(poll, number)
        work = opening.work(db, poll, trustee)
        task = trustees.task(db, trustee).as_json()
        return self.device(trustee).part(task, work.election.encode(), work.tally.encode())

    def open_part(self, poll: Poll, number: int) -> bool:
        trustee, part = self.trustee(poll, number), self.part(poll, number)
        return opening.take_part(self.hall.db, poll, trustee, part, now=self.hall.now)

    # Voters.

    def put(self, item: Any, **given: Any) -> Poll:
        hall = self.hall
        if roll.latest(hall.db, hall.meeting.id) is None:
            hall.approve_roll()
        given = {"by_id": hall.chair.id, "now": hall.now, "chance": hall.chance, **given}
        return polls.open_secret(hall.db, hall.board, hall.meeting, item, **given)

    def register(self, member: Member) -> None:
        """A key of their own, made on their device."""
        private = self.own[member.id] = GROUP.scalar(chance)
        public = str(credential.public_of(private, GROUP))
        member_keys.register(self.hall.db, member, public, now=self.hall.now, chance=chance)

    def right(self, poll: Poll, member: Member) -> int:
        """The private credential as the member's browser holds it, fetched once."""
        if (poll.id, member.id) not in self.held:
            db, uuid = self.hall.db, secret.of(self.hall.db, poll).uuid
            given = credentials.hand_over(db, poll, member.id, uuid)
            if given.secret:
                private = int(given.secret)
            else:
                tweak = int(given.tweak)
                private = credential.tweaked_secret(self.own[member.id], tweak, GROUP)
            assert credential.slot_of(credential.public_of(private, GROUP)) == given.slot
            credentials.kept(db, poll, member.id)
            self.held[poll.id, member.id] = private
        return self.held[poll.id, member.id]

    def ballot(self, poll: Poll, member: Member, *chosen: str) -> bytes:
        election = secret.election(secret.of(self.hall.db, poll))
        options = [each["id"] for each in poll.options]
        bits = secret_poll.choices(options, election.questions[0], chosen)
        return make_ballot(election, self.right(poll, member), [bits], chance).encode()

    def cast(self, poll: Poll, member: Member, *chosen: str) -> Placed | Fault:
        return self.hand_over(poll, self.ballot(poll, member, *chosen))

    def hand_over(self, poll: Poll, body: bytes, key: str | None = None) -> Placed | Fault:
        election = secret.election(secret.of(self.hall.db, poll))
        checked = secret_ballot.check(election, body)
        cast = Cast(
            str(poll.election),
            checked.slot,
            body,
            key or secrets.token_hex(16),
            proven_in=checked.election,
        )
        return self.hall.board.cast(self.hall.db.connection(), [cast])[0]

    def vote(self, poll: Poll, *choices: str) -> None:
        """The first members cast these choices, in turn."""
        for member, choice in zip(self.hall.people, choices, strict=False):
            assert isinstance(self.cast(poll, member, choice), Placed)
