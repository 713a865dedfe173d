"""How anyone checks a secret vote: the steps, the archive, and the ballots by their hashes."""

from __future__ import annotations

import base64
from hashlib import sha256

from litestar import MediaType, Response, get
from sqlalchemy.orm import Session

from governance import polls, secret
from governance.errors import N_, NotFound
from governance.meetings import Meeting
from governance.polls import Poll, PollKind
from web import booth
from web.auth import Visitor
from web.house import House
from web.pages.documents import file
from web.pages.polls import has_archive, keepers, poll_for
from web.render import page

MOST = 500  # ballots listed on the page; all are in the text


class NotThereYet(NotFound):
    message = N_("The archive of a secret vote is here when its result has been declared.")


class Withheld(NotFound):
    message = N_("So few took part that the archive would say who voted how. It is not published.")


@get("/polls/{poll_id:int}/audit", sync_to_thread=True)
def show(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    with house.database.reading() as db:
        poll, meeting = _published(db, visitor, poll_id)
        kept = secret.of(db, poll)
        own = secret.own_keys(db, poll)
        found = [] if kept.few else _trackers(db, house, poll)
        logged = booth.newest(db.connection(), house.board.origin, before=poll.election)
        return page(
            visitor,
            "polls/audit.html",
            meeting=meeting,
            poll=poll,
            kept=kept,
            keepers=keepers(db, poll),
            own_keys=own,
            fingerprint=secret.fingerprint(kept),
            trackers=found,
            most=MOST,
            booth=logged,
            log_key=house.signer.verifier_key,
        )


def _published(db: Session, visitor: Visitor, poll_id: int) -> tuple[Poll, Meeting]:
    poll, meeting = poll_for(db, visitor, poll_id)
    if poll.kind is not PollKind.SECRET_BALLOT:
        raise NotFound
    if poll.state not in polls.PUBLISHED:
        raise NotThereYet
    return poll, meeting


@get("/polls/{poll_id:int}/archive.bel", sync_to_thread=True)
def archive(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        poll, _ = _published(db, visitor, poll_id)
        if not has_archive(db, poll):
            raise Withheld
        made = secret.archive(db, house.board, poll)
        uuid = secret.of(db, poll).uuid
    return file(made, f"{uuid}.bel", "application/x-tar")


@get("/polls/{poll_id:int}/strong.json", sync_to_thread=True)
def strong(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    with house.database.reading() as db:
        poll, _ = _published(db, visitor, poll_id)
        if not has_archive(db, poll):
            raise Withheld
        made = secret.strong(db, poll)
    return file(made, "strong.json", "application/json")


@get("/polls/{poll_id:int}/trackers.txt", sync_to_thread=True)
def trackers(house: House, visitor: Visitor, poll_id: int) -> Response[str]:
    """The ballots that were counted, by their names in the archive, one per line."""
    with house.database.reading() as db:
        poll, _ = _published(db, visitor, poll_id)
        if not has_archive(db, poll):
            raise Withheld
        found = _trackers(db, house, poll)
    return Response("".join(f"{each}\n" for each in found), media_type=MediaType.TEXT)


def _trackers(db: Session, house: House, poll: Poll) -> list[str]:
    """Sorted: the order says nothing of when anybody voted."""
    last = house.board.ballots(db.connection(), str(poll.election))
    return sorted(_tracker(body) for _slot, body in last)


def _tracker(body: bytes) -> str:
    return base64.b64encode(sha256(body).digest()).decode().rstrip("=")


handlers = [show, archive, strong, trackers]
