"""Putting a question to a secret vote: key, credentials and roll are frozen with the question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy.orm import Session

from ballots import secret_poll
from ballots.belenios.credential import slot_of
from ballots.belenios.election import BASE58, Election, make_election
from ballots.belenios.encoding import compact
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.trustee import (
    Item,
    PublicKey,
    Single,
    check_public_key,
    encode_trustees,
    public_key,
)
from ballots.manifest import Secrecy
from ballots.store import SqlBoard
from governance import balloting, credentials, declaring, electoral_boards, polling, trustees
from governance.agenda import AgendaItem
from governance.credentials import Dealt
from governance.languages import pick
from governance.meetings import Meeting
from governance.polling import Poll, PollKind
from governance.secret import SecretPoll
from governance.standing import Settings, Standing, stand

UUID = 22  # letters of base 58: 128 bits


def open_secret(
    db: Session,
    board: SqlBoard,
    meeting: Meeting,
    item: AgendaItem,
    *,
    question: Mapping[str, str] | None = None,
    clause: int | None = None,
    candidates: Sequence[Standing] | None = None,
    method: str = "plurality",
    seats: int = 1,
    settings: Settings | None = None,
    revote: bool = False,
    server_key: PublicKey | None = None,
    closes_at: dt.datetime | None = None,
    by_id: int,
    now: dt.datetime,
    chance: Callable[[int], bytes],
) -> Poll:
    """Freeze question, key, credentials, rule and roll, and open the ballot box.

    The meeting's electoral board holds the key, or with `server_key` the server alone. With
    `candidates` up to `seats` of them are elected, by most votes or by approval. With `revote` the
    last ballot of each voter counts.
    """
    poll = balloting.put(
        db, meeting, item, PollKind.SECRET_BALLOT, question, clause, by_id=by_id, now=now
    )
    balloting.check_may_open(db, poll, closes_at, now)
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
    board_id, holders = _holders(db, meeting, server_key)
    uuid = _uuid(chance)
    dealt = credentials.deal(db, declaring.on_roll(db, poll), uuid, chance)
    kept = _freeze(meeting, poll, uuid, holders, dealt)
    kept.board_id, kept.revote = board_id, revote
    poll.closes_at = closes_at
    manifest = balloting.manifest(
        board, poll, [slot_of(each.public) for each in dealt.values()], _secrecy(kept, holders)
    )
    board.lock(db.connection())
    poll.election = manifest.election
    db.add(poll)
    db.flush()
    kept.poll_id = poll.id
    db.add(kept)
    credentials.keep(db, poll, dealt)
    board.open_election(db.connection(), manifest)
    polling.record(db, "poll.opened", poll, by_id=by_id, now=now, voters=len(dealt))
    db.flush()
    return poll


def _holders(
    db: Session, meeting: Meeting, server_key: PublicKey | None
) -> tuple[int | None, Item]:
    """The electoral board's id, where there is one, and the trustees as the archive lists them."""
    if server_key is not None:
        check_public_key(GROUP, server_key)
        return None, Single(server_key)
    standing = electoral_boards.require_ready(db, meeting.id)
    return standing.id, trustees.assemble(db, standing)


def _uuid(chance: Callable[[int], bytes]) -> str:
    number = int.from_bytes(chance(32), "big")
    return "".join(BASE58[number // 58**at % 58] for at in range(UUID))


def _freeze(
    meeting: Meeting, poll: Poll, uuid: str, holders: Item, dealt: Mapping[int, Dealt]
) -> SecretPoll:
    """The files that the archive begins with. Sorted, the credentials say nothing of whose."""
    public = sorted(str(each.public) for each in dealt.values())
    return SecretPoll(
        uuid=uuid,
        election=_election(meeting, poll, uuid, public_key(GROUP, [holders])).raw,
        trustees=encode_trustees([holders]),
        credentials=compact(public),
        few=False,
    )


def _election(meeting: Meeting, poll: Poll, uuid: str, key: int) -> Election:
    """The Belenios election, in the association's authentic language."""
    language = meeting.association.languages[0]
    labels = [(each["id"], pick(each["label"], language)) for each in poll.options]
    asked = secret_poll.question(pick(poll.question, language), labels, poll.method, poll.rule)
    return make_election(
        uuid=uuid,
        name=f"{meeting.association.name}, {pick(meeting.title, language)}",
        description="",
        group=GROUP,
        public_key=key,
        questions=(asked,),
    )


def _secrecy(kept: SecretPoll, holders: Item) -> Secrecy:
    election, trustees_, listed = (
        sha256(each).hexdigest() for each in (kept.election, kept.trustees, kept.credentials)
    )
    return Secrecy(
        election=election,
        trustees=trustees_,
        credentials=listed,
        needed=holders.needed,
        holders=len(holders.keys),
        server_alone=isinstance(holders, Single),
        revote=kept.revote,
    )
