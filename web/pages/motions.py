"""Motions: the list, and the form in which members write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import motions, notices
from governance.agenda import AgendaItem
from governance.errors import N_, Invalid, NotFound, Refused, WrongState
from governance.languages import LANGUAGES
from governance.meetings import Meeting, MeetingState
from governance.members import Member
from governance.motions import Motion, MotionsClosed, MotionState, Opinion
from web.auth import Visitor
from web.errors import status_of
from web.forms import Form
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import is_board, meeting_for
from web.render import entered, page, see

ON_A_PAGE = 40
FEWEST, MOST = 3, motions.MOST_CLAUSES  # lines for clauses on the form

OPINIONS = {
    Opinion.ADOPT: N_("Adopt the motion"),
    Opinion.REJECT: N_("Reject the motion"),
    Opinion.ANSWERED: N_("Consider the motion answered"),
    Opinion.OTHER: N_("Another decision"),
}


def motion_for(db: Session, visitor: Visitor, motion_id: int) -> tuple[Motion, Meeting]:
    """The author's own always, the board's once it is sent in, everybody's once it is called."""
    member = visitor.require()
    motion = motions.get(db, visitor.association.id, motion_id)
    meeting = db.get_one(Meeting, motion.meeting_id)
    mine = motion.author_id == member.id
    if mine or (is_board(visitor) and motion.submitted_at) or _is_called(db, motion):
        return motion, meeting
    raise NotFound


def _is_called(db: Session, motion: Motion) -> bool:
    """It stands in a notice that has been issued: what is approved may still be withdrawn."""
    on_agenda = sa.select(AgendaItem.id).where(AgendaItem.motion_id == motion.id)
    notice = notices.of(db, motion.meeting_id)
    issued = notice is not None and notice.issued_at is not None
    return issued and db.scalar(on_agenda) is not None


@get("/meetings/{meeting_id:int}/motions", sync_to_thread=True)
def show_all(house: House, visitor: Visitor, meeting_id: int, number: int = 1) -> Response[str]:
    member = visitor.require()
    number = min(max(number, 1), 100_000)
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
        mine = motions.of_author(db, meeting_id, member.id)
        others = _others(db, visitor, meeting_id)
        shown = others[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        authors = _authors(db, shown)
    waiting = [each for each in others if each.state is MotionState.SUBMITTED]
    return page(
        visitor,
        "motions/list.html",
        meeting=meeting,
        mine=mine,
        motions=shown,
        authors=authors,
        total=len(others),
        waiting=len(waiting),
        first_waiting=waiting[0].id if waiting else None,
        pages=Pages(number, -(-len(others) // ON_A_PAGE), f"/meetings/{meeting_id}/motions"),
        takes_motions=takes_motions(house, visitor, meeting),
        board=is_board(visitor),
        opinions=OPINIONS,
    )


def _others(db: Session, visitor: Visitor, meeting_id: int) -> list[Motion]:
    """For the board what was sent in, what waits for it first; for members what is called."""
    if is_board(visitor):
        sent = motions.of_meeting(db, meeting_id)
        return sorted(sent, key=lambda each: each.state is not MotionState.SUBMITTED)
    called = motions.of_meeting(db, meeting_id, MotionState.IN_NOTICE, MotionState.DECIDED)
    return [each for each in called if _is_called(db, each)]


def _authors(db: Session, shown: Sequence[Motion]) -> dict[int, str]:
    rows = sa.select(Member).where(Member.id.in_({each.author_id for each in shown}))
    return {member.id: member.name for member in db.scalars(rows)}


def takes_motions(house: House, visitor: Visitor, meeting: Meeting) -> bool:
    today = visitor.association.today(house.clock())
    return meeting.state is MeetingState.ANNOUNCED and today <= meeting.motions_close


@get("/meetings/{meeting_id:int}/motions/new", sync_to_thread=True)
def new(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
    if meeting.state is not MeetingState.ANNOUNCED:
        raise WrongState(N_("Motions are sent in once a meeting is announced."))
    if not takes_motions(house, visitor, meeting):
        raise MotionsClosed(date=meeting.motions_close)
    form = {"title": "", "text": "", "language": _language(visitor, member)}
    return _form_page(house, visitor, meeting, form)


def _language(visitor: Visitor, member: Member) -> str:
    tongues = visitor.association.languages
    return member.language if member.language in tongues else tongues[0]


def _form_page(
    house: House,
    visitor: Visitor,
    meeting: Meeting,
    form: dict[str, str],
    *,
    motion: Motion | None = None,
    error: Refused | None = None,
    step: str = "",
) -> Response[str]:
    """The form, with what was entered; a preview above it, or one more line, if asked for."""
    clauses = _clauses(form)
    lines = min(max(FEWEST, len(clauses) + (step == "more")), MOST)
    member = visitor.require()
    with house.database.reading() as db:
        own = motions.of_author(db, meeting.id, member.id)
    return page(
        visitor,
        "motions/form.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        motion=motion,
        drafts=[each for each in own if each.state is MotionState.DRAFT and motion is None],
        form=form,
        clauses=[*clauses, *[""] * (lines - len(clauses))],
        more=lines < MOST,
        error=error,
        preview=step == "preview",
        tongues=[(code, LANGUAGES[code]) for code in visitor.association.languages],
    )


def _clauses(form: dict[str, str]) -> list[str]:
    """In their order, without the lines left empty."""
    lines = (form.get(f"clause_{number}", "") for number in range(1, MOST + 1))
    return [line for line in lines if line]


def _entered(data: dict[str, Any]) -> dict[str, str]:
    lines = [f"clause_{number}" for number in range(1, MOST + 1)]
    return entered(data, "title", "text", "language", *lines)


@post("/meetings/{meeting_id:int}/motions", sync_to_thread=True)
def draft(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    """Keep what was written as a draft: also after the day has passed, so that none of it is
    lost. Sending it in is another step."""
    member = visitor.require()
    form, step = _entered(data), str(data.get("step") or "")
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
    if step in ("preview", "more"):
        return _form_page(house, visitor, meeting, form, step=step)
    try:
        with house.database.writing() as db:
            motion = _same(db, meeting_id, member, form) or motions.draft(
                db,
                meeting_for(db, visitor, meeting_id),
                db.get_one(Member, member.id),
                title=form["title"],
                text=form["text"],
                clauses=_clauses(form),
                language=form["language"],
                now=house.clock(),
            )
    except (Invalid, WrongState) as error:
        return _form_page(house, visitor, meeting, form, error=_at_line(error, form))
    return see(f"/motions/{motion.id}", notice="motion-kept")


def _same(db: Session, meeting_id: int, member: Member, form: dict[str, str]) -> Motion | None:
    """The draft that a second tap on the button would make again."""
    written = (form["title"], form["text"], _clauses(form))
    for each in motions.of_author(db, meeting_id, member.id):
        if each.state is MotionState.DRAFT and (each.title, each.text, each.clauses) == written:
            return each
    return None


def _at_line(error: Refused, form: dict[str, str]) -> Refused:
    """What is wrong with a clause stands at that clause."""
    if isinstance(error, Invalid) and error.field == "clauses":
        long = (
            number
            for number, line in enumerate(_clauses(form), 1)
            if len(line) > motions.LONGEST_CLAUSE
        )
        error.field = f"clause_{next(long, 1)}"
    return error


@get("/motions/{motion_id:int}/edit", sync_to_thread=True)
def edit(house: House, visitor: Visitor, motion_id: int) -> Response[str]:
    motion, meeting = _own(house, visitor, motion_id)
    if motion.state not in motions.WRITABLE:
        raise WrongState(N_("The motion has been sent and can no longer be changed."))
    form = {"title": motion.title, "text": motion.text, "language": motion.language}
    form |= {f"clause_{number}": each for number, each in enumerate(motion.clauses, 1)}
    return _form_page(house, visitor, meeting, form, motion=motion)


def _own(house: House, visitor: Visitor, motion_id: int) -> tuple[Motion, Meeting]:
    """Raises NotTheAuthor, and NotFound where the visitor may not even see it."""
    member = visitor.require()
    with house.database.reading() as db:
        motion, meeting = motion_for(db, visitor, motion_id)
    if motion.author_id != member.id:
        raise motions.NotTheAuthor
    return motion, meeting


@post("/motions/{motion_id:int}/edit", sync_to_thread=True)
def change(house: House, visitor: Visitor, motion_id: int, data: Form) -> Response[Any]:
    member = visitor.require()
    form, step = _entered(data), str(data.get("step") or "")
    motion, meeting = _own(house, visitor, motion_id)
    if step in ("preview", "more"):
        return _form_page(house, visitor, meeting, form, motion=motion, step=step)
    try:
        with house.database.writing() as db:
            motions.change(
                db,
                motions.get(db, house.association_id, motion_id),
                title=form["title"],
                text=form["text"],
                clauses=_clauses(form),
                by_id=member.id,
                now=house.clock(),
            )
    except (Invalid, WrongState) as error:
        told = _at_line(error, form)
        return _form_page(house, visitor, meeting, form, motion=motion, error=told)
    return see(f"/motions/{motion_id}", notice="motion-kept")


handlers = [show_all, new, draft, edit, change]
