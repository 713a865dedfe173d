"""The floor of a meeting with secret votes, for tests of pages: trustees with their devices, voters
with rights of their own; each act in a transaction of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from ballots.belenios.ballot import Ballot, parse_ballot
from ballots.belenios.credential import public_of, slot_of
from ballots.belenios.encoding import compact, fingerprint
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.proof import Proof, prove_knowledge
from ballots.slots import Cast, Placed
from governance import credentials, secret
from governance.agenda import AgendaItem
from governance.meetings import Meeting
from governance.members import Member
from governance.polls import Poll
from tests.floor import Floor
from tests.governance.booth import Booth


@dataclass
class SecretFloor:
    """`people` are those who have checked in; the first three are the trustees."""

    floor: Floor
    people: list[Member]
    db: Session = field(init=False)  # of the act that goes on
    chance: Any = secrets.token_bytes

    def __post_init__(self) -> None:
        self.booth = Booth(self)  # type: ignore[arg-type] # it has what the booth needs of a hall
        self.floor.come(*self.people)
        self.floor.approve_roll()

    @property
    def board(self) -> Any:
        return self.floor.board

    @property
    def chair(self) -> Member:
        return self.floor.chair

    @property
    def now(self) -> Any:
        return self.floor.now

    @property
    def meeting(self) -> Meeting:
        return self.db.get_one(Meeting, self.floor.meeting.id)

    @contextmanager
    def acting(self) -> Iterator[Booth]:
        with self.floor.database.writing() as db:
            self.db = db
            yield self.booth

    def electoral_board(self, *members: Member) -> int:
        """One whose trustees have done everything before a vote; its id."""
        with self.acting() as booth:
            return booth.board(list(members) or self.people[:3]).id

    def open(self, item: AgendaItem | None = None, **asked: Any) -> Poll:
        item = item or self.floor.item()
        with self.acting() as booth:
            return booth.put(self.db.get_one(AgendaItem, item.id), **asked)

    def cast(self, poll: Poll, member: Member, *chosen: str) -> None:
        """As another device of theirs would."""
        with self.acting() as booth:
            booth.cast(self.db.get_one(Poll, poll.id), member, *chosen)

    def ballot(self, poll: Poll, member: Member, *chosen: str) -> str:
        """Encrypted and signed, to be handed in."""
        with self.acting() as booth:
            return booth.ballot(self.db.get_one(Poll, poll.id), member, *chosen).decode()

    def plant(self, poll: Poll, member: Member, copied: str) -> None:
        """As a server might that checks nothing: choices of another vote's ballot, signed anew."""
        with self.acting() as booth:
            found = self.db.get_one(Poll, poll.id)
            election = secret.election(secret.of(self.db, found))
            private = booth.right(found, member)
            answers = parse_ballot(copied.encode(), election).answers
            credential = public_of(private, GROUP)
            made = Ballot(election.uuid, election.hash, credential, answers, "", Proof(0, 0))
            signed = fingerprint(compact(made.unsigned()))
            proof = prove_knowledge(GROUP, f"sig|{signed}|", private, self.chance)
            body = replace(made, signed_hash=signed, signature=proof).encode()
            proven_in = sha256(election.raw).hexdigest()
            key = secrets.token_hex(16)
            cast = Cast(str(found.election), slot_of(credential), body, key, proven_in)
            assert isinstance(self.board.cast(self.db.connection(), [cast])[0], Placed)

    def vote(self, poll: Poll, *choices: str) -> None:
        with self.acting() as booth:
            booth.vote(self.db.get_one(Poll, poll.id), *choices)

    def open_parts(self, poll: Poll, *numbers: int) -> None:
        with self.acting() as booth:
            for number in numbers:
                booth.open_part(self.db.get_one(Poll, poll.id), number)

    def right(self, poll: Poll, member: Member) -> credentials.Right:
        """What the server would hand over now."""
        with self.acting():
            uuid = secret.of(self.db, self.db.get_one(Poll, poll.id)).uuid
            return credentials.hand_over(self.db, self.db.get_one(Poll, poll.id), member.id, uuid)
