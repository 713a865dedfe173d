"""The call for nominations by post: whom no mail reaches, as a list and as a file."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import Response, get
from sqlalchemy.orm import Session

from governance import nomination_letters, register_file
from governance.errors import NotAllowed
from governance.meetings import Meeting
from governance.members import Member
from web.auth import Visitor
from web.house import House
from web.pages.dispatches import ON_A_PAGE, Pages
from web.pages.documents import BOARD, file, meeting_for
from web.pages.elections import committee_for
from web.render import page

COLUMNS = ("medlemsnummer", "förnamn", "efternamn", "ort", "land", "språk")


def _meeting(db: Session, visitor: Visitor, meeting_id: int) -> Meeting:
    """For those who send the letters: the committee and the board."""
    visitor.require()
    meeting = meeting_for(db, visitor, meeting_id)
    if not committee_for(db, visitor, meeting) and not visitor.roles & set(BOARD):
        raise NotAllowed
    return meeting


@get("/meetings/{meeting_id:int}/elections/post", sync_to_thread=True)
def show(
    house: House, visitor: Visitor, meeting_id: int, q: str = "", number: int = 1
) -> Response[str]:
    now, words = house.clock(), q.strip()
    number = min(max(number, 1), 100_000)
    with house.database.reading() as db:
        meeting = _meeting(db, visitor, meeting_id)
        total = nomination_letters.how_many_by_post(db, meeting, words, now=now)
        found = nomination_letters.only_by_post(meeting, words, now=now)
        people = db.scalars(found.offset((number - 1) * ON_A_PAGE).limit(ON_A_PAGE)).all()
    path = f"/meetings/{meeting_id}/elections/post?{urlencode({'q': words})}"
    return page(
        visitor,
        "elections/post.html",
        meeting=meeting,
        people=people,
        total=total,
        words=words,
        pages=Pages(number, -(-total // ON_A_PAGE), path),
    )


@get("/meetings/{meeting_id:int}/elections/post.csv", sync_to_thread=True)
def as_csv(house: House, visitor: Visitor, meeting_id: int) -> Response[bytes]:
    """All of them, safe to open in a spreadsheet."""
    with house.database.reading() as db:
        meeting = _meeting(db, visitor, meeting_id)
        people = db.scalars(nomination_letters.only_by_post(meeting, now=house.clock())).all()
    listed = register_file.spreadsheet(COLUMNS, map(_row, people))
    return file(listed, f"call-by-post-{meeting_id}.csv", "text/csv")


def _row(member: Member) -> tuple[str, ...]:
    who = (member.number, member.given_name, member.family_name)
    return (*who, member.place, member.country, member.language)


handlers = [show, as_csv]
