"""Credentials: what signs a member's ballots in one secret vote.

A member with a key of their own signs with that. For the others the server makes a credential,
hands it over once they have logged in, and forgets it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ballots.belenios import credential
from ballots.belenios.group import BELENIOS_2048 as GROUP
from governance import member_keys
from governance.database import Base
from governance.errors import N_, Refused
from governance.member_keys import MemberKey
from governance.polling import NotOnRoll, NotOpen, Poll, PollState, PollVoter


class PollCredential(Base):
    """A credential that waits to be handed over; deleted once it is kept, or at the close."""

    __tablename__ = "poll_credential"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.Text)  # a scalar, in base 10


class CredentialGone(Refused):
    code = "credential-gone"
    message = N_("Another browser of yours holds your right to vote here. Vote there.")


@dataclass(frozen=True)
class Dealt:
    """One voter's credential in one vote."""

    public: int
    secret: int | None  # None where the member's own device makes it
    key_id: int | None  # of the member's own key


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a voter's device signs with: `secret` as it is, or its own key and `tweak` added."""

    slot: str
    secret: str = ""  # in base 10
    key: str = ""  # the public half of the member's own key as it was registered
    tweak: str = ""  # in base 10


def deal(
    db: Session, voters: Collection[int], uuid: str, chance: Callable[[int], bytes]
) -> dict[int, Dealt]:
    """A credential for each voter, by member, in the Belenios election of that uuid."""
    own = member_keys.of_all(db, voters)
    return {
        member_id: _own(own[member_id], uuid) if member_id in own else _made(chance)
        for member_id in voters
    }


def _own(key: MemberKey, uuid: str) -> Dealt:
    tweak = credential.tweak(key.shared, uuid, GROUP)
    return Dealt(credential.tweaked_public(int(key.public), tweak, GROUP), None, key.id)


def _made(chance: Callable[[int], bytes]) -> Dealt:
    secret = GROUP.scalar(chance)
    return Dealt(credential.public_of(secret, GROUP), secret, None)


def keep(db: Session, poll: Poll, dealt: dict[int, Dealt]) -> None:
    """Write down who votes with which, and the secrets that are to be handed over."""
    voters = [
        {
            "poll_id": poll.id,
            "member_id": member_id,
            "slot": credential.slot_of(each.public),
            "key_id": each.key_id,
        }
        for member_id, each in dealt.items()
    ]
    db.execute(sa.insert(PollVoter), voters)
    made = [
        {"poll_id": poll.id, "member_id": member_id, "secret": str(each.secret)}
        for member_id, each in dealt.items()
        if each.secret is not None
    ]
    if made:
        db.execute(sa.insert(PollCredential), made)


def hand_over(db: Session, poll: Poll, member_id: int, uuid: str) -> Right:
    """What the voter signs with. Raises NotOpen, NotOnRoll, and CredentialGone after `kept`."""
    if poll.state is not PollState.OPEN:
        raise NotOpen
    voter = db.get(PollVoter, (poll.id, member_id))
    if voter is None:
        raise NotOnRoll
    if voter.key_id is not None:
        key = db.get_one(MemberKey, voter.key_id)
        tweak = credential.tweak(key.shared, uuid, GROUP)
        return Right(slot=voter.slot, key=key.public, tweak=str(tweak))
    waiting = db.get(PollCredential, (poll.id, member_id))
    if waiting is None:
        raise CredentialGone
    return Right(slot=voter.slot, secret=waiting.secret)


def kept(db: Session, poll: Poll, member_id: int) -> None:
    """The voter's browser holds it: forget it here. Said again it changes nothing."""
    db.execute(
        sa.delete(PollCredential).where(
            PollCredential.poll_id == poll.id, PollCredential.member_id == member_id
        )
    )


def forget(db: Session, poll_id: int) -> None:
    """Delete what nobody has fetched: the vote is closed."""
    db.execute(sa.delete(PollCredential).where(PollCredential.poll_id == poll_id))
