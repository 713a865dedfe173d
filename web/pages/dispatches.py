"""The letters of a notice: how many left, the proof of each, and who needs post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import dispatches, notices, register_file
from governance.dispatches import FILTERS
from governance.errors import N_, NotFound
from governance.meetings import Meeting
from governance.members import Member
from governance.notices import About, Dispatch, Notice
from web.auth import Visitor
from web.house import House
from web.pages.documents import BOARD, file, meeting_for
from web.render import page, see

ON_A_PAGE = 50
SHOWN = {
    "all": N_("All"),
    "sent": N_("Sent"),
    "waiting": N_("On their way"),
    "post": N_("Need post"),
}
COLUMNS = ("medlemsnummer", "förnamn", "efternamn", "ort", "land", "språk", "skäl")


@dataclass(frozen=True)
class Pages:
    """One page of a list, and the way to the others."""

    number: int
    pages: int
    path: str

    def link(self, number: int) -> str:
        joint = "&" if "?" in self.path else "?"
        return f"{self.path}{joint}{urlencode({'number': number})}"


def _issued(db: Session, visitor: Visitor, meeting_id: int) -> tuple[Meeting, Notice]:
    visitor.must_be(*BOARD)
    meeting = meeting_for(db, visitor, meeting_id)
    notice = notices.of(db, meeting_id)
    if notice is None or notice.issued_at is None:
        raise NotFound(N_("The notice has not been issued yet."))
    return meeting, notice


@get("/meetings/{meeting_id:int}/dispatches", sync_to_thread=True)
def show(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    which: str = "all",
    number: int = 1,
    about: About = About.NOTICE,
) -> Response[str]:
    """With `about`, the letters that say that the meeting is cancelled."""
    which = which if which in FILTERS else "all"
    number = min(max(number, 1), 100_000)
    with house.database.reading() as db:
        meeting, notice = _issued(db, visitor, meeting_id)
        counts = dispatches.counts(db, notice.id, about)
        total = dispatches.how_many(db, notice.id, which, about)
        start = (number - 1) * ON_A_PAGE
        letters = dispatches.listed(db, notice.id, which, about, start=start, limit=ON_A_PAGE)
    path = f"/meetings/{meeting_id}/dispatches?about={about}&which={which}"
    return page(
        visitor,
        "notices/dispatches.html",
        meeting=meeting,
        issue=notice,
        counts=counts,
        letters=letters,
        which=which,
        about=about,
        shown=SHOWN,
        pages=Pages(number, -(-total // ON_A_PAGE), path),
    )


@get("/meetings/{meeting_id:int}/dispatches/post.csv", sync_to_thread=True)
def as_csv(
    house: House, visitor: Visitor, meeting_id: int, about: About = About.NOTICE
) -> Response[bytes]:
    """Who needs post, safe to open in a spreadsheet."""
    with house.database.reading() as db:
        _, notice = _issued(db, visitor, meeting_id)
        letters = dispatches.listed(db, notice.id, "post", about)
    listed = register_file.spreadsheet(COLUMNS, (_row(*each) for each in letters))
    return file(listed, f"post-{meeting_id}.csv", "text/csv")


def _row(letter: Dispatch, member: Member) -> tuple[str, ...]:
    who = (member.number, member.given_name, member.family_name)
    return (*who, member.place, member.country, letter.language, letter.reply)


@post("/dispatches/{dispatch_id:int}/posted", sync_to_thread=True)
def note(house: House, visitor: Visitor, dispatch_id: int) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        letter = dispatches.posted(
            db, house.association_id, dispatch_id, by_id=member.id, now=house.clock()
        )
        meeting_id, about = db.get_one(Notice, letter.notice_id).meeting_id, letter.about
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/dispatches?about={about}&which=post", notice="posted")


@post("/meetings/{meeting_id:int}/dispatches/posted", sync_to_thread=True)
def note_all(
    house: House, visitor: Visitor, meeting_id: int, about: About = About.NOTICE
) -> Response[Any]:
    """Everybody on the list has been written to by post."""
    member = visitor.must_be(*BOARD)
    with house.database.writing() as db:
        _, notice = _issued(db, visitor, meeting_id)
        for letter, _ in dispatches.listed(db, notice.id, "post", about):
            dispatches.posted(
                db, house.association_id, letter.id, by_id=member.id, now=house.clock()
            )
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/dispatches?about={about}", notice="posted")


handlers = [show, as_csv, note, note_all]
