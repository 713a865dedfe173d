"""Minutes: all that are published, one to read, its approval, its publication, its corrections."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Response, get
from sqlalchemy.orm import Session

from governance import markdown, meetings, minutes, minutes_published, minutes_text, presiding
from governance.deadlines import Deadline
from governance.errors import N_, NotFound, Refused
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.minutes import Minutes, MinutesState
from governance.minutes_published import PUBLISHERS, Addendum
from governance.minutes_text import Signature
from governance.roles import Role
from web.auth import Visitor
from web.errors import status_of
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import file, meeting_for
from web.render import page

ON_A_PAGE = 30
# Who sees minutes before they are published; the board answers for the three weeks of 6:40.
BEFOREHAND = frozenset({Role.SECRETARY, Role.CHAIR, Role.CHECKER, Role.DIRECTOR})


@dataclass(frozen=True, kw_only=True)
class Office:
    """What this visitor has to do with the minutes; nothing for all but a few."""

    writes: bool
    approves: bool  # is awaited
    sends_back: bool
    publishes: bool
    corrects: bool
    awaited: list[tuple[Member, Role]]
    missing: Role | None  # an office that this visitor has to record before anybody can sign
    due: Deadline | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One version of the minutes, set for the page."""

    public: bool
    title: str
    body: str  # Markdown, with the signatures
    sha256: str  # of the version's own text; "" of a draft
    addenda: list[str]
    signed: list[Signature]


@get("/minutes", sync_to_thread=True)
def list_all(house: House, visitor: Visitor, number: int = 1) -> Response[str]:
    number = min(max(number, 1), 100_000)
    with house.database.reading() as db:
        start = (number - 1) * ON_A_PAGE
        found, total = minutes_published.latest(
            db, house.association_id, start=start, limit=ON_A_PAGE
        )
        db.expunge_all()
    pages = Pages(number, -(-total // ON_A_PAGE), "/minutes?")
    return page(visitor, "minutes/list.html", found=found, pages=pages)


@get("/meetings/{meeting_id:int}/minutes", sync_to_thread=True)
def show(house: House, visitor: Visitor, meeting_id: int, version: str = "") -> Response[str]:
    return minutes_page(house, visitor, meeting_id, version)


def readable(db: Session, visitor: Visitor, meeting_id: int) -> tuple[Meeting, Minutes | None]:
    """The minutes as far as this visitor may see them. Raises NotFound until they are published."""
    meeting = meeting_for(db, visitor, meeting_id)
    written = minutes.of_meeting(db, meeting_id)
    if written is not None and written.state is MinutesState.PUBLISHED:
        return meeting, written
    if not visitor.roles_in(meeting_id) & BEFOREHAND:
        raise NotFound(N_("The minutes have not been published yet."))
    return meeting, written


def minutes_page(
    house: House,
    visitor: Visitor,
    meeting_id: int,
    version: str = "",
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Response[str]:
    public = _is_public(visitor, version)
    with house.database.reading() as db:
        meeting, written = readable(db, visitor, meeting_id)
        office = _office(db, visitor, meeting, written)
        shown = _shown(db, house, written, public=public) if written else None
    return page(
        visitor,
        "minutes/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        written=written,
        shown=shown,
        office=office,
        closed=meeting.state is MeetingState.CLOSED,
        form={"fault": "", "text": "", "public_text": "", "number": "", **(form or {})},
        error=error,
    )


def _is_public(visitor: Visitor, version: str) -> bool:
    if version == "full":
        visitor.require()
    return version == "public" or visitor.member is None


def _office(
    db: Session, visitor: Visitor, meeting: Meeting, written: Minutes | None
) -> Office | None:
    held = visitor.roles_in(meeting.id)
    if visitor.member is None or not held & BEFOREHAND:
        return None
    writes = minutes.writes(db, meeting.id, visitor.member.id)
    state = written.state if written else None
    awaited = minutes.awaited(db, written) if written and state is MinutesState.SIGNING else []
    final = state in (MinutesState.APPROVED, MinutesState.PUBLISHED)
    missing = minutes.missing(db, written) if written and state is MinutesState.DRAFT else []
    presides = presiding.leads(db, meeting.id, held)
    dates = meetings.deadlines(meeting, visitor.association)
    return Office(
        writes=writes,
        approves=visitor.member.id in {member.id for member, _ in awaited},
        sends_back=state is MinutesState.SIGNING and bool(held & (BEFOREHAND - {Role.DIRECTOR})),
        publishes=state is MinutesState.APPROVED and bool(held & set(PUBLISHERS)),
        corrects=final and bool(held & {Role.SECRETARY, Role.CHAIR}),
        awaited=awaited,
        missing=missing[0] if missing and presides else None,
        due=next((each for each in dates if each.key == "minutes"), None),
    )


def _shown(db: Session, house: House, written: Minutes, *, public: bool) -> Shown:
    w = minutes.writer(db, house.board, written, public=public)
    full, public_text = minutes.texts(db, house.board, written)
    text = public_text if public else full
    signed = minutes.signatures(db, written)
    parts = [minutes_text.body(text), minutes_text.signatures(w, signed) if signed else ""]
    return Shown(
        public=public,
        title=markdown.plain(minutes_text.title(w)),
        body="\n\n".join(parts),
        sha256=minutes.hashed(text) if written.state is not MinutesState.DRAFT else "",
        addenda=[_version(each, public) for each in minutes_published.addenda(db, written)],
        signed=signed,
    )


def _version(added: Addendum, public: bool) -> str:
    return added.public_text if public else added.text


def begun(db: Session, visitor: Visitor, meeting_id: int) -> Minutes:
    """Raises NotFound where there are no minutes, or none for this visitor."""
    _, written = readable(db, visitor, meeting_id)
    if written is None:
        raise NotFound
    return written


@get("/meetings/{meeting_id:int}/minutes.pdf", sync_to_thread=True)
def pdf(house: House, visitor: Visitor, meeting_id: int, version: str = "") -> Response[bytes]:
    """The paper that was kept when they were published; before that, as they stand."""
    public = _is_public(visitor, version)
    with house.database.reading() as db:
        written = begun(db, visitor, meeting_id)
        if kept := minutes_published.kept_pdf(db, written, public=public):
            return file(kept.body, kept.name, kept.media)
        body = minutes_published.as_pdf(db, house.board, written, public=public)
    return file(body, f"draft-{meeting_id}.pdf", "application/pdf")


@get("/meetings/{meeting_id:int}/minutes.md", sync_to_thread=True)
def text(house: House, visitor: Visitor, meeting_id: int, version: str = "") -> Response[bytes]:
    """The bytes that were signed; the SHA-256 of the public ones stands on the board."""
    public = _is_public(visitor, version)
    with house.database.reading() as db:
        written = begun(db, visitor, meeting_id)
        if written.state is MinutesState.DRAFT:
            raise NotFound
        body = written.public_text if public else written.text
    which = "-public" if public else ""
    return file(body.encode(), f"minutes-{meeting_id}{which}.md", "text/markdown")


handlers = [list_all, show, pdf, text]
