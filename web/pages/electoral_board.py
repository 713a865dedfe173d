"""A meeting's electoral board: who holds the key of its secret votes, how far they have come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import attendance, electoral_boards, members, trustees
from governance.electoral_boards import ElectoralBoard, Step, Trustee
from governance.errors import N_, Invalid, NotAllowed, NotFound, Refused
from governance.meetings import Meeting
from governance.members import Member
from governance.roles import Role
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form, numbers
from web.house import House
from web.pages.documents import meeting_for
from web.render import page, see

WATCHERS = {
    Role.CHAIR,
    Role.SECRETARY,
    Role.DIRECTOR,
    Role.ADMINISTRATOR,
    Role.TELLER,
    Role.CHECKER,
}
MOST_FOUND = 12

# What a trustee's device has done, or is to do, by the step that the board waits for.
WAITS = {
    Step.CERTIFICATE: N_("has to make a key on their own device"),
    Step.PLEDGE: N_("is preparing a part of the key"),
    Step.CONTRIBUTION: N_("is preparing a part of the key"),
    Step.PUBLIC_KEY: N_("is putting the parts together"),
    Step.CHECK: N_("is being checked"),
}


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One trustee as the page shows them."""

    number: int
    member_id: int
    name: str
    fingerprint: str
    waits: str  # a msgid of what their device is to do now; "" where it has done it
    checked: bool
    lost: bool
    blames: str  # whose part does not hold, as their device has found; else ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    id: int
    step: Step
    needed: int
    left: int
    seats: list[Seat]

    @property
    def is_ready(self) -> bool:
        return self.step is Step.READY and self.left >= self.needed

    def seat_of(self, member_id: int) -> Seat | None:
        return next((each for each in self.seats if each.member_id == member_id), None)


def standing(db: Session, meeting_id: int) -> Standing | None:
    board = electoral_boards.standing(db, meeting_id)
    return None if board is None else shown(db, board)


def shown(db: Session, board: ElectoralBoard) -> Standing:
    everybody = electoral_boards.trustees(db, board.id)
    at = electoral_boards.step(everybody)
    names = {each.number: each.member.name for each in everybody}
    return Standing(
        id=board.id,
        step=at,
        needed=board.needed,
        left=electoral_boards.left(everybody),
        seats=[_seat(each, at, names) for each in everybody],
    )


def _seat(trustee: Trustee, at: Step, names: dict[int, str]) -> Seat:
    return Seat(
        number=trustee.number,
        member_id=trustee.member_id,
        name=trustee.member.name,
        fingerprint=trustees.fingerprint(trustee),
        waits=WAITS[at] if electoral_boards.waits_for(trustee, at) else "",
        checked=trustee.checked_at is not None,
        lost=trustee.lost_at is not None,
        blames=names.get(trustee.blames or 0, ""),
    )


@get("/meetings/{meeting_id:int}/electoral-board", sync_to_thread=True)
def show(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    q: str = "",
    chosen: list[int] | None = None,
    again: bool = False,
) -> Response[str]:
    return _page(house, visitor, meeting_id, words=q.strip(), chosen=chosen or [], again=again)


def _page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    *,
    words: str = "",
    chosen: list[int] | None = None,
    again: bool = False,
    error: Refused | None = None,
) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        found = standing(db, meeting_id)
        mine = found.seat_of(member.id) if found else None
        if not (mine or visitor.roles_in(meeting_id) & WATCHERS):
            raise NotAllowed
        may_set_up = electoral_boards.may_set_up(db, meeting_id, member.id)
        proposed = electoral_boards.proposed(db, meeting_id)
        ids = chosen or [each.id for each in proposed]
        people = _people(db, visitor, meeting, proposed, ids, words) if may_set_up else []
    return page(
        visitor,
        "trustees/board.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        board=found,
        mine=mine,
        may_set_up=may_set_up,
        choosing=may_set_up and (found is None or again or error is not None),
        people=people[:MOST_FOUND],
        chosen=ids,
        words=words,
        needed=electoral_boards.NEEDED,
        most=electoral_boards.MOST,
        error=error,
    )


def _people(
    db: Session,
    visitor: Visitor,
    meeting: Meeting,
    proposed: list[Member],
    chosen: list[int],
    words: str,
) -> list[Member]:
    """Those chosen so far and those proposed, then those whom the words find: among the present,
    or, for the board of directors, in the whole register."""
    first = {each.id: each for each in proposed}
    for member_id in chosen:
        if member_id not in first:
            first[member_id] = members.get(db, visitor.association.id, member_id)
    found = list(attendance.find(db, meeting.id, words))
    if words and not found and Role.DIRECTOR in visitor.roles:
        found = list(members.search(db, visitor.association.id, words, limit=MOST_FOUND)[0])
    ordered = sorted(first.values(), key=lambda each: each.id not in chosen)
    return [*ordered, *(each for each in found if each.id not in first)]


@post("/meetings/{meeting_id:int}/electoral-board", sync_to_thread=True)
def set_up(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    chosen = numbers(data.get("chosen"))
    needed = numbers(data.get("needed"))
    try:
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            named = [members.get(db, house.association_id, each) for each in chosen]
            # Sent twice, the form sets up one board.
            if not _is_standing(db, meeting_id, chosen, data):
                electoral_boards.set_up(
                    db,
                    meeting,
                    named,
                    needed=needed[0] if needed else electoral_boards.NEEDED,
                    by_id=member.id,
                    now=house.clock(),
                )
    except (NotAllowed, NotFound):
        raise
    except Refused as error:
        if isinstance(error, Invalid) and error.field == "trustees":
            error.field = "q"
        return _page(house, visitor, meeting_id, chosen=list(chosen), error=error)
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/electoral-board", notice="electoral-board-set-up")


def _is_standing(
    db: Session, meeting_id: int, chosen: tuple[int, ...], data: dict[str, Any]
) -> bool:
    """Whether another board stands than the one the form was drawn over, of the same people."""
    found = electoral_boards.standing(db, meeting_id)
    if found is None or str(found.id) == str(data.get("seen", "")):
        return False
    return [each.member_id for each in electoral_boards.trustees(db, found.id)] == list(chosen)


@post("/electoral-boards/{board_id:int}/trustees/{number:int}/lost", sync_to_thread=True)
def lose(house: House, visitor: Visitor, board_id: int, number: int) -> Response[Any]:
    """Their key is gone, so that they cannot open; they say so themselves, or the chair does."""
    return _mark(house, visitor, board_id, number, lost=True)


@post("/electoral-boards/{board_id:int}/trustees/{number:int}/found", sync_to_thread=True)
def find(house: House, visitor: Visitor, board_id: int, number: int) -> Response[Any]:
    return _mark(house, visitor, board_id, number, lost=False)


def _mark(
    house: House, visitor: Visitor, board_id: int, number: int, *, lost: bool
) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        board = electoral_boards.get(db, house.association_id, board_id)
        meeting_for(db, visitor, board.meeting_id)
        seats = [each for each in electoral_boards.trustees(db, board_id) if each.number == number]
        if not seats:
            raise NotFound
        mark = electoral_boards.lose if lost else electoral_boards.find
        mark(db, seats[0], by_id=member.id, now=house.clock())
    house.live.publish(board.meeting_id)
    notice = "trustee-lost" if lost else "trustee-found"
    return see(f"/meetings/{board.meeting_id}/electoral-board", notice=notice)


handlers: list[Any] = [show, set_up, lose, find]
