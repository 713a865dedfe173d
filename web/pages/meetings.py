"""Meetings: the list, a new one, and the changing of its date, place and title."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from sqlalchemy.orm import Session

from governance import meetings, rulebook
from governance.associations import Association
from governance.errors import N_, Invalid, Refused, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from web.auth import Visitor
from web.errors import status_of
from web.forms import (
    ChangedMeanwhile,
    Form,
    beside,
    check_seen,
    day,
    fields,
    instant,
    languages,
    seen,
    spread,
    texts,
    when,
)
from web.house import House
from web.pages.dispatches import Pages
from web.pages.documents import BOARD, is_board, meeting_for
from web.render import entered, page, see

ON_A_PAGE = 20
NOW = (MeetingState.OPEN, MeetingState.ADJOURNED)
COMING = (MeetingState.ANNOUNCED, MeetingState.APPROVED, MeetingState.CALLED)
CHANGEABLE = meetings.PREPARATION

KINDS = {
    MeetingKind.ANNUAL: N_("Annual meeting"),
    MeetingKind.EXTRA: N_("Extra meeting"),
    MeetingKind.CONTINUED: N_("Continued meeting"),
}
PLAIN = ("date", "time", "place", "link", "motions_close")  # fields that stand once
AT = {"starts_at": "date"}  # where a fault of the domain's is shown in the form


@get("/meetings", sync_to_thread=True)
def show(house: House, visitor: Visitor, number: int = 1) -> Response[str]:
    number = min(max(number, 1), 100_000)
    with house.database.reading() as db:
        ahead = coming(db, house.association_id, house.clock())
        held, total = earlier(db, house.association_id, house.clock(), number)
        drafts = being_prepared(db, house.association_id) if is_board(visitor) else []
    return page(
        visitor,
        "meetings/list.html",
        coming=ahead,
        drafts=drafts,
        held=held,
        pages=Pages(number, -(-total // ON_A_PAGE), "/meetings"),
        today=visitor.association.today(house.clock()),
        board=is_board(visitor),
    )


def coming(db: Session, association_id: int, now: dt.datetime) -> Sequence[Meeting]:
    """Under way and ahead, the next first; one that is cancelled until its day has passed."""
    off = sa.and_(_called_off(), Meeting.starts_at > now)
    rows = sa.select(Meeting).where(Meeting.association_id == association_id)
    rows = rows.where(sa.or_(Meeting.state.in_((*NOW, *COMING)), off))
    return db.scalars(rows.order_by(Meeting.starts_at, Meeting.id)).all()


def earlier(
    db: Session, association_id: int, now: dt.datetime, number: int = 1, limit: int = ON_A_PAGE
) -> tuple[Sequence[Meeting], int]:
    """A page of those that have been held or cancelled, the latest first; how many there are."""
    off = sa.and_(_called_off(), Meeting.starts_at <= now)
    rows = sa.select(Meeting).where(Meeting.association_id == association_id)
    rows = rows.where(sa.or_(Meeting.state == MeetingState.CLOSED, off))
    total = db.scalars(sa.select(sa.func.count()).select_from(rows.subquery())).one()
    rows = rows.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return db.scalars(rows.offset((number - 1) * limit).limit(limit)).all(), total


def being_prepared(db: Session, association_id: int) -> Sequence[Meeting]:
    """The board's drafts, of which nobody else knows."""
    rows = sa.select(Meeting).where(
        Meeting.association_id == association_id, Meeting.state == MeetingState.DRAFT
    )
    return db.scalars(rows.order_by(Meeting.starts_at, Meeting.id)).all()


def _called_off() -> sa.ColumnElement[bool]:
    """Cancelled after members knew of it; a draft that is cancelled leaves the lists."""
    return sa.and_(Meeting.state == MeetingState.CANCELLED, ~meetings.never_announced())


@get("/meetings/new", sync_to_thread=True)
def new(house: House, visitor: Visitor) -> Response[str]:
    visitor.must_be(*BOARD)
    form = dict.fromkeys((*fields(visitor.association, "title"), *PLAIN), "")
    return _new_page(house, visitor, {**form, "kind": MeetingKind.ANNUAL.value})


def _new_page(
    house: House, visitor: Visitor, form: dict[str, str], error: Invalid | None = None
) -> Response[str]:
    association = visitor.association
    with house.database.reading() as db:
        drafts = being_prepared(db, house.association_id)
    return page(
        visitor,
        "meetings/new.html",
        status=422 if error else 200,
        form=form,
        error=error,
        drafts=drafts,
        kinds=KINDS,
        earliest=_earliest(association, house.clock()),
        tongues=languages(association),
    )


def _earliest(
    association: Association, now: dt.datetime
) -> list[tuple[MeetingKind, dt.date, int, str]]:
    """For each kind the first day for which a notice that went out today would be in time."""
    windows = rulebook.of(association).notice
    return [
        (
            kind,
            association.today(now) + dt.timedelta(weeks=windows[kind].latest_weeks),
            windows[kind].latest_weeks,
            windows[kind].paragraph,
        )
        for kind in KINDS
        if kind in windows
    ]


@post("/meetings", sync_to_thread=True)
def create(house: House, visitor: Visitor, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, "kind", *fields(visitor.association, "title"), *PLAIN)
    try:
        given = _given(form, visitor.association)
        if form["kind"] not in set(KINDS):
            raise Invalid(N_("Choose what kind of meeting it is."), field="kind")
        kind = MeetingKind(form["kind"])
        with house.database.writing() as db:
            made = _same(db, house.association_id, kind, given) or meetings.create(
                db,
                db.get_one(Association, house.association_id),
                kind=kind,
                by_id=member.id,
                now=house.clock(),
                **given,
            )
    except Invalid as error:
        return _new_page(house, visitor, form, beside(error, AT))
    return see(f"/meetings/{made.id}/board", notice="meeting-created")


def _given(form: dict[str, str], association: Association) -> dict[str, Any]:
    """What the form says of the meeting. Raises Invalid."""
    return {
        "title": texts(form, "title", association),
        "starts_at": instant(form, association.zone),
        "place": form["place"],
        "link": form["link"],
    }


def _same(
    db: Session, association_id: int, kind: MeetingKind, given: dict[str, Any]
) -> Meeting | None:
    """The draft that a second tap on the button would make again."""
    for draft in being_prepared(db, association_id):
        same = (draft.kind, draft.starts_at, draft.title)
        if same == (kind, given["starts_at"], given["title"]):
            return draft
    return None


@get("/meetings/{meeting_id:int}/edit", sync_to_thread=True)
def edit(house: House, visitor: Visitor, meeting_id: int) -> Response[str]:
    visitor.must_be(*BOARD)
    with house.database.reading() as db:
        meeting = meeting_for(db, visitor, meeting_id)
    if meeting.state not in CHANGEABLE:
        raise WrongState(N_("Date, place and title are frozen with the notice."))
    form = _as_it_is(visitor, meeting)
    form["seen"] = seen(form)
    return _edit_page(visitor, meeting, form)


def _as_it_is(visitor: Visitor, meeting: Meeting) -> dict[str, str]:
    association = visitor.association
    return {
        **spread(association, "title", meeting.title),
        **when(meeting.starts_at, association.zone),
        "place": meeting.place,
        "link": meeting.link,
        "motions_close": meeting.motions_close.isoformat(),
    }


def _edit_page(
    visitor: Visitor, meeting: Meeting, form: dict[str, str], error: Refused | None = None
) -> Response[str]:
    return page(
        visitor,
        "meetings/edit.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        form=form,
        error=error,
        kinds=KINDS,
        tongues=languages(visitor.association),
    )


@post("/meetings/{meeting_id:int}/edit", sync_to_thread=True)
def change(house: House, visitor: Visitor, meeting_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, *fields(visitor.association, "title"), *PLAIN, "seen")
    with house.database.reading() as db:
        as_it_is = meeting_for(db, visitor, meeting_id)
    try:
        given = {**_given(form, visitor.association), "motions_close": day(form, "motions_close")}
        with house.database.writing() as db:
            meeting = meeting_for(db, visitor, meeting_id)
            check_seen(form, _as_it_is(visitor, meeting))
            meetings.change(db, meeting, by_id=member.id, now=house.clock(), **given)
    except (Invalid, WrongState, ChangedMeanwhile) as error:
        return _edit_page(visitor, as_it_is, form, beside(error, AT))
    house.live.publish(meeting_id)
    return see(f"/meetings/{meeting_id}/board", notice="saved")


handlers = [show, new, create, edit, change]
