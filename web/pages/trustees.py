"""A trustee's own page: their device makes its part of the key, keeps it, and opens results.

The device is a browser (`static/js/trustee.js`) or the command line; both are given the same tasks
and hand in the same messages, in JSON. The page serves both, and holds no secret of either.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, RawBody
from sqlalchemy.orm import Session

from governance import electoral_boards, opening, polls, secret, trustees
from governance.electoral_boards import ElectoralBoard, Step, Trustee
from governance.errors import N_, Invalid, NotAllowed, NotFound, Refused
from governance.meetings import Meeting
from governance.polls import Poll, PollKind, PollState
from web.auth import Visitor
from web.errors import status_of
from web.house import House
from web.pages.cast import from_json
from web.pages.documents import file, meeting_for
from web.pages.electoral_board import shown
from web.render import page, see

LARGEST = 1_000_000  # bytes of a message; the contribution of one of nine trustees is under 60,000

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


def _seat(db: Session, visitor: Visitor, board_id: int) -> tuple[ElectoralBoard, Trustee, Meeting]:
    """The visitor's own place on the board. Raises NotFound for whoever is not on it."""
    member = visitor.require()
    board = electoral_boards.get(db, visitor.association.id, board_id)
    meeting = meeting_for(db, visitor, board.meeting_id)
    trustee = electoral_boards.trustee_of(db, board_id, member.id)
    if trustee is None:
        raise NotFound
    return board, trustee, meeting


@get("/electoral-boards/{board_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, board_id: int) -> Response[str]:
    return _page(house, visitor, board_id)


def _page(
    house: House, visitor: Visitor, board_id: int, *, error: Refused | None = None
) -> Response[str]:
    with house.database.reading() as db:
        board, trustee, meeting = _seat(db, visitor, board_id)
        found = shown(db, board)
        waiting = _to_open(db, board, trustee)
    mine = found.seat_of(trustee.member_id)
    return page(
        visitor,
        "trustees/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        board=found,
        ended=board.ended_at is not None,
        mine=mine,
        waiting=waiting,
        error=error,
    )


def _to_open(
    db: Session, board: ElectoralBoard, trustee: Trustee
) -> list[tuple[Poll, opening.Work]]:
    """The votes that are closed and wait for this trustee's part, or for others' after theirs."""
    closed = [
        poll
        for poll in polls.of_meeting(db, board.meeting_id)
        if poll.kind is PollKind.SECRET_BALLOT and poll.state is PollState.CLOSED
    ]
    return [(poll, opening.work(db, poll, trustee)) for poll in closed if poll.result is None]


@get("/electoral-boards/{board_id:int}/task", sync_to_thread=True)
def task(house: House, visitor: Visitor, board_id: int) -> Response[bytes]:
    """What the device is to do now, and all that it needs for it."""
    with house.database.reading() as db:
        _, trustee, _ = _seat(db, visitor, board_id)
        given = trustees.task(db, trustee).as_json()
    return file(_encoded(given), f"task-{given['step']}.json", "application/json")


@post(
    "/electoral-boards/{board_id:int}/messages",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LARGEST,
)
def hand_in(house: House, visitor: Visitor, board_id: int, body: RawBody) -> Response[bytes]:
    """A message from the browser; answered with what is to be done next."""
    given = _take(house, visitor, board_id, from_json(body))
    return Response(_encoded(given), media_type="application/json")


@post("/electoral-boards/{board_id:int}/upload", sync_to_thread=True, request_max_body_size=LARGEST)
def upload(house: House, visitor: Visitor, board_id: int, data: Upload) -> Response[Any]:
    """The same as a file, from the command line."""
    try:
        sent = from_json(_content(data))
        if "poll" in sent:
            _open(house, visitor, _whole(sent["poll"]), sent.get("part"))
        else:
            _take(house, visitor, board_id, sent)
    except (NotAllowed, NotFound):
        raise
    except Refused as error:
        return _page(house, visitor, board_id, error=error)
    return see(f"/electoral-boards/{board_id}", notice="message-taken")


def _content(data: dict[str, Any]) -> bytes:
    sent = data.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Invalid(N_("Choose the file that the command has written."), field="file")
    return sent.file.read()


def _take(house: House, visitor: Visitor, board_id: int, sent: Any) -> dict[str, Any]:
    member = visitor.require()
    with house.database.writing() as db:
        board, trustee, _ = _seat(db, visitor, board_id)
        _taken(db, trustee, sent.get("step"), sent.get("message"), member.id, house)
        given = trustees.task(db, trustee).as_json()
    house.live.publish(board.meeting_id)
    return given


def _taken(
    db: Session, trustee: Trustee, step: Any, message: Any, by_id: int, house: House
) -> None:
    now, chance = house.clock(), secrets.token_bytes
    steps: dict[str, Callable[[], None]] = {
        Step.CERTIFICATE: lambda: trustees.give_certificate(db, trustee, message, by_id=by_id),
        Step.PLEDGE: lambda: trustees.give_pledge(db, trustee, message, by_id=by_id),
        Step.CONTRIBUTION: lambda: trustees.give_contribution(db, trustee, message, by_id=by_id),
        Step.PUBLIC_KEY: lambda: trustees.give_public_key(
            db, trustee, message, by_id=by_id, chance=chance
        ),
        Step.CHECK: lambda: trustees.answer_check(db, trustee, message, by_id=by_id, now=now),
        "blame": lambda: trustees.blame(db, trustee, _whole(message), by_id=by_id, now=now),
    }
    if not isinstance(step, str) or step not in steps:
        raise Invalid(N_("This is not a message of a trustee's device."), field="file")
    steps[step]()


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise Invalid(N_("This is not a message of a trustee's device."), field="file")
    return value


# Opening.


@get("/polls/{poll_id:int}/opening", sync_to_thread=True)
def work(house: House, visitor: Visitor, poll_id: int) -> Response[bytes]:
    """What a trustee's device opens: the sum, and the ballots by which it sees whose sum it is.

    The other trustees' parts are not among it: two of them would be the result.
    """
    with house.database.reading() as db:
        poll, trustee = _trustee_of(db, visitor, poll_id)
        asked = opening.work(db, poll, trustee)
        manifest = house.board.manifest(db.connection(), str(poll.election))
        ballots = house.board.every_ballot(db.connection(), str(poll.election))
        own = trustees.task(db, trustee).as_json()
        credentials = secret.of(db, poll).credentials
    if manifest is None:
        raise NotFound
    given = {
        "poll": poll_id,
        "task": own,
        "manifest": manifest.encode().decode(),
        "election": asked.election,
        "credentials": credentials.decode(),
        "tally": asked.tally,
        "ballots": [each.decode() for each in ballots],
        "logKey": house.signer.verifier_key,
    }
    return file(_encoded(given), f"opening-{poll_id}.json", "application/json")


@post(
    "/polls/{poll_id:int}/opening",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LARGEST,
)
def open_part(house: House, visitor: Visitor, poll_id: int, body: RawBody) -> dict[str, bool]:
    """A trustee's part, from the browser."""
    return {"open": _open(house, visitor, poll_id, from_json(body).get("part"))}


def _open(house: House, visitor: Visitor, poll_id: int, part: Any) -> bool:
    with house.database.writing() as db:
        poll, trustee = _trustee_of(db, visitor, poll_id)
        is_open = opening.take_part(db, poll, trustee, part, now=house.clock())
    house.live.publish(poll.meeting_id)
    return is_open


def _trustee_of(db: Session, visitor: Visitor, poll_id: int) -> tuple[Poll, Trustee]:
    """Raises NotATrustee."""
    member = visitor.require()
    poll = polls.get(db, visitor.association.id, poll_id)
    meeting_for(db, visitor, poll.meeting_id)
    board_id = secret.of(db, poll).board_id if poll.kind is PollKind.SECRET_BALLOT else None
    trustee = electoral_boards.trustee_of(db, board_id, member.id) if board_id else None
    if trustee is None:
        raise opening.NotATrustee
    return poll, trustee


def _encoded(given: dict[str, Any]) -> bytes:
    return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()


handlers: list[Any] = [show, task, hand_in, upload, work, open_part]
