"""A motion's own page: to read, for its author to send in, for the board to treat."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from governance import motions, rulebook
from governance.errors import N_, Invalid, Refused, WrongState
from governance.motions import Motion, MotionsClosed, MotionState, Opinion
from web.auth import Visitor
from web.errors import status_of
from web.forms import ChangedMeanwhile, Form, check_seen, seen
from web.house import House
from web.pages.documents import BOARD, is_board
from web.pages.motions import OPINIONS, motion_for, takes_motions
from web.render import entered, page, see


@get("/motions/{motion_id:int}", sync_to_thread=True)
def show(house: House, visitor: Visitor, motion_id: int) -> Response[str]:
    return motion_page(house, visitor, motion_id)


def motion_page(
    house: House,
    visitor: Visitor,
    motion_id: int,
    *,
    form: dict[str, str] | None = None,
    error: Refused | None = None,
    preview: bool = False,
) -> Response[str]:
    member = visitor.require()
    with house.database.reading() as db:
        motion, meeting = motion_for(db, visitor, motion_id)
        waiting = motions.of_meeting(db, meeting.id, MotionState.SUBMITTED)
        author = motion.author.name
    as_it_is = _as_it_is(motion)
    return page(
        visitor,
        "motions/show.html",
        status=status_of(error) if error else 200,
        meeting=meeting,
        motion=motion,
        author=author,
        mine=motion.author_id == member.id,
        board=is_board(visitor) and motion.submitted_at is not None,
        next_waiting=next((each.id for each in waiting if each.id != motion_id), None),
        takes_motions=takes_motions(house, visitor, meeting),
        opinions=OPINIONS,
        majorities=rulebook.of(visitor.association).majorities,
        form={"reason": "", "seen": seen(as_it_is), **as_it_is, **(form or {})},
        error=error,
        preview=preview,
    )


def _as_it_is(motion: Motion) -> dict[str, str]:
    opinion = motion.opinion.value if motion.opinion else ""
    return {"opinion": opinion, "text": motion.opinion_text}


@post("/motions/{motion_id:int}/submit", sync_to_thread=True)
def submit(house: House, visitor: Visitor, motion_id: int) -> Response[Any]:
    """After the day the page says so; what was written stays a draft."""
    member = visitor.require()
    try:
        with house.database.writing() as db:
            motion, _ = motion_for(db, visitor, motion_id)
            motions.submit(db, motion, by_id=member.id, now=house.clock())
    except MotionsClosed as error:
        return motion_page(house, visitor, motion_id, error=error)
    house.live.publish(motion.meeting_id)
    return see(f"/motions/{motion_id}", notice="motion-sent")


@get("/motions/{motion_id:int}/withdraw", sync_to_thread=True)
def ask(house: House, visitor: Visitor, motion_id: int) -> Response[str]:
    """Withdrawing cannot be taken back, so it is asked once more."""
    member = visitor.require()
    with house.database.reading() as db:
        motion, meeting = motion_for(db, visitor, motion_id)
    if motion.author_id != member.id:
        raise motions.NotTheAuthor
    if MotionState.WITHDRAWN not in motions.NEXT[motion.state]:
        raise WrongState
    return page(visitor, "motions/withdraw.html", meeting=meeting, motion=motion)


@post("/motions/{motion_id:int}/withdraw", sync_to_thread=True)
def withdraw(house: House, visitor: Visitor, motion_id: int) -> Response[Any]:
    member = visitor.require()
    with house.database.writing() as db:
        motion, _ = motion_for(db, visitor, motion_id)
        motions.withdraw(db, motion, by_id=member.id, now=house.clock())
    house.live.publish(motion.meeting_id)
    return see(f"/meetings/{motion.meeting_id}/motions", notice="motion-withdrawn")


@post("/motions/{motion_id:int}/admit", sync_to_thread=True)
def admit(house: House, visitor: Visitor, motion_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    majority = entered(data, "majority")["majority"] or "ordinary"
    with house.database.writing() as db:
        motion, _ = motion_for(db, visitor, motion_id)
        motions.admit(db, motion, majority=majority, by_id=member.id, now=house.clock())
    house.live.publish(motion.meeting_id)
    return see(f"/motions/{motion_id}", notice="motion-admitted")


@post("/motions/{motion_id:int}/return", sync_to_thread=True)
def send_back(house: House, visitor: Visitor, motion_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, "reason")
    try:
        with house.database.writing() as db:
            motion, _ = motion_for(db, visitor, motion_id)
            motions.send_back(db, motion, form["reason"], by_id=member.id, now=house.clock())
    except Invalid as error:
        return motion_page(house, visitor, motion_id, form=form, error=error)
    house.live.publish(motion.meeting_id)
    return see(f"/motions/{motion_id}", notice="motion-returned")


@post("/motions/{motion_id:int}/opinion", sync_to_thread=True)
def give_opinion(house: House, visitor: Visitor, motion_id: int, data: Form) -> Response[Any]:
    member = visitor.must_be(*BOARD)
    form = entered(data, "opinion", "text", "seen")
    if data.get("step") == "preview":
        return motion_page(house, visitor, motion_id, form=form, preview=True)
    try:
        if form["opinion"] not in set(OPINIONS):
            raise Invalid(N_("Choose what the board proposes."), field="opinion")
        with house.database.writing() as db:
            motion, _ = motion_for(db, visitor, motion_id)
            check_seen(form, _as_it_is(motion))
            motions.give_opinion(
                db,
                motion,
                Opinion(form["opinion"]),
                form["text"],
                by_id=member.id,
                now=house.clock(),
            )
    except (Invalid, ChangedMeanwhile) as error:
        return motion_page(house, visitor, motion_id, form=form, error=error)
    house.live.publish(motion.meeting_id)
    return see(f"/motions/{motion_id}", notice="opinion-given")


handlers = [show, submit, ask, withdraw, admit, send_back, give_opinion]
