"""The demo's story and what it lacks, so that there is an example of every page."""

from __future__ import annotations

import datetime as dt
import io
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from governance import (
    agenda,
    candidate_pages,
    candidates,
    demo,
    documents,
    elections,
    logins,
    minutes,
    motions,
    notices,
    polls,
    problems,
    register_upload,
)
from governance.agenda import ItemKind
from governance.associations import Association
from governance.demo import people
from governance.demo.texts import MENTORS
from governance.meetings import Meeting
from governance.members import Member
from governance.notices import Dispatch
from governance.offices import Office
from governance.polls import PollState
from tests import held_meeting
from tests.floor import Floor
from tests.journeys import open_votes
from tests.secret_floor import SecretFloor
from web.house import House
from web.letters import Sender, letter

NOW = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Showcase:
    house: House
    tour: demo.Tour
    people: dict[str, Member]
    names: dict[str, str | int]  # what stands for what in the addresses

    def address(self, template: str) -> str:
        return template.format_map(self.names)

    def session(self, who: str) -> str:
        """The cookie of a fresh login."""
        token = secrets.token_urlsafe(32)
        with self.house.database.writing() as db:
            member_id = self.people[who].id
            logins.start(db, member_id, token=token, method="demo", now=self.house.clock())
        return token


def furnish(house: House, tour: demo.Tour) -> Showcase:
    """What a visitor would have left behind: a motion begun, an upload, a report, a letter."""
    with house.database.writing() as db:
        association = db.get_one(Association, house.association_id)
        cast = people.find(db, association.id)
        hall = held_meeting.call(db, house.board, association, NOW - dt.timedelta(days=2))
        held_meeting.hold(hall)
        there = {
            "member": cast.visitors[0],
            "administrator": cast.administrator,
            "director": cast.directors[0],
            "chair": cast.chair,
            "secretary": cast.secretary,
            "teller": cast.tellers[0],
            "author": cast.authors[1],
            "nominator": cast.nominators[0],
            "writer": hall.people.secretary,
        }
        by_id = hall.people.secretary.id
        minutes.draft(db, house.board, db.get_one(Meeting, hall.meeting.id), by_id=by_id, now=NOW)
        names = {
            "held": tour.held,
            "under_way": tour.under_way,
            "called": tour.called,
            "ahead": tour.ahead,
            "written": hall.meeting.id,
            "member": cast.visitors[0].id,
            "mail": _post_a_letter(db, house, association, tour),
            **_of_the_votes(db, house, tour, hall.meeting, there),
            **_being_written(db, association, tour, there),
            **_standing(db, tour, there),
        }
    electors = _vote_in_secret(house, association, there["chair"], cast.visitors[5:10])
    there |= {"trustee": cast.visitors[5], "voter": cast.visitors[9]}
    begun = open_votes.begin(house, association, there["chair"], cast.visitors[5:10], NOW)
    return Showcase(house, tour, there, names | electors | begun)


def _of_the_votes(
    db: Session, house: House, tour: demo.Tour, hall: Meeting, there: dict[str, Member]
) -> dict[str, str | int]:
    def only(meeting_id: int, **facts: object) -> polls.Poll:
        taken = polls.of_meeting(db, meeting_id)
        return next(
            each for each in taken if all(getattr(each, n) == value for n, value in facts.items())
        )

    opened = only(tour.under_way, state=PollState.OPEN)
    problems.report(db, opened, there["member"], "Nothing happened.", "no receipt", now=NOW)
    # A ballot of the author's, so that there is a receipt to look at.
    cast = [
        (each, slot)
        for each in polls.of_meeting(db, tour.held)
        if each.election
        and (slot := polls.voter_slot(db, each.id, there["author"].id))
        and polls.receipt(db, house.board, each, there["author"].id)
    ]
    counted, slot = cast[0]
    return {
        "open": opened.id,
        "counted": counted.id,
        "election": str(counted.election),
        "slot": slot,
        "tied": next(each.id for each in polls.of_meeting(db, hall.id) if _was_tied(each)),
        "void": only(hall.id, state=PollState.VOID).id,
    }


def _was_tied(poll: polls.Poll) -> bool:
    return bool(poll.result and poll.result.get("tied") and poll.method == "plurality")


def _being_written(
    db: Session, association: Association, tour: demo.Tour, there: dict[str, Member]
) -> dict[str, str | int]:
    draft = motions.draft(
        db,
        db.get_one(Meeting, tour.ahead),
        there["member"],
        title=MENTORS.title,
        text=MENTORS.text,
        clauses=list(MENTORS.clauses),
        language="sv",
        now=NOW,
    )
    body = "medlemsnummer;förnamn;efternamn;inträde\n9001;Ny;Person;2024-01-01\n9002;;Fel;2024"
    keeper = there["administrator"].id
    preview = register_upload.judge(db, association, body.encode(), now=NOW)
    kept = register_upload.keep(
        db, association, "register.csv", body.encode(), preview, by_id=keeper, now=NOW
    )
    return {
        "draft": draft.id,
        "waiting": motions.of_meeting(db, tour.called, motions.MotionState.SUBMITTED)[0].id,
        "decided": motions.of_meeting(db, tour.held)[0].id,
        "item": agenda.items(db, tour.called)[-3].id,
        "upload": kept.id,
        "document": next(each.id for each in documents.of(db, tour.held)),
    }


def _standing(db: Session, tour: demo.Tour, there: dict[str, Member]) -> dict[str, str | int]:
    """Elections prepared, standing and held; a candidate with a picture, a member who is asked."""

    def election(meeting_id: int, office: Office) -> int:
        return next(
            made.id for made, _ in elections.of_meeting(db, meeting_id) if made.office is office
        )

    filling = election(tour.called, Office.BOARD)
    people = {each.member_id: each for each in candidates.of_election(db, filling)}
    shown = people[there["director"].id]
    drawn = io.BytesIO()
    Image.new("RGB", (600, 400), "seagreen").save(drawn, "PNG")
    by = there["director"].id
    candidate_pages.show_picture(db, shown, drawn.getvalue(), by_id=by, now=NOW)
    return {
        "filling": filling,
        "council": election(tour.under_way, Office.OTHER),
        "elected": election(tour.held, Office.BOARD),
        "candidate": shown.id,
        "asked": people[there["member"].id].id,
    }


def _vote_in_secret(
    house: House, association: Association, chair: Member, people: Sequence[Member]
) -> dict[str, str | int]:
    """A meeting in which one secret vote has been opened, and another one is going on."""
    floor = open_votes.hall(house, association, chair, NOW)
    hall = SecretFloor(floor, list(people))
    electors = hall.electoral_board()
    first, second = floor.item(), floor.item(title={"sv": "Arvoden", "en": "Fees"})
    floor.take_up(first)
    opened = hall.open(first)
    hall.vote(opened, "adopt", "adopt", "reject", "adopt", "adopt")
    floor.close(opened)
    hall.open_parts(opened, 1, 2)
    floor.declare(opened)
    ranked, compared = _rank(floor, people), _compare(floor, people)
    floor.take_up(second)
    sealed = hall.open(second)
    return {
        "sealing": floor.meeting.id,
        "electors": electors,
        "opened": opened.id,
        "ranked": ranked.id,
        "compared": compared.id,
        "sealed": sealed.id,
    }


def _rank(floor: Floor, people: Sequence[Member]) -> polls.Poll:
    """An election by transferable votes, with a surplus, an exclusion and a lot in its rounds."""
    item = floor.item(ItemKind.ELECTION, title={"sv": "Val av råd", "en": "Council"})
    floor.take_up(item)
    names = ["Anna Berg", "Bo Dal", "Cilla Ek", "Dan Falk"]
    asked = {"candidates": names, "method": "scottish-stv", "seats": 2}
    poll = floor.open_ballot(item, **asked, settings={"deputies": 1})
    one, two, three, four = [option["id"] for option in poll.options][:4]
    orders = [[one, two], [one, three], [one, two], [three, four], [four, three]]
    for member, order in zip(people, orders, strict=False):
        floor.cast(poll, member, ">".join(order))
    floor.close(poll)
    with floor.database.writing() as db:
        found, seed = db.get_one(polls.Poll, poll.id), "5e" * 32
        if found.tie_waits_for == "lot":
            polls.lot(db, found, seed=seed, by_id=floor.chair.id, now=floor.now)
    return floor.declare(poll)


def _compare(floor: Floor, people: Sequence[Member]) -> polls.Poll:
    """An election in pairs, among so many that its table is wider than a phone."""
    item = floor.item(ItemKind.ELECTION, title={"sv": "Val av talesperson", "en": "Speaker"})
    floor.take_up(item)
    poll = floor.open_ballot(item, candidates=open_votes.COUNCIL, method="schulze")
    ids = [option["id"] for option in poll.options][: len(open_votes.COUNCIL)]
    for at, member in enumerate(people[:5]):
        floor.cast(poll, member, ">".join(ids[at % 2 :]))
    floor.close(poll)
    return floor.declare(poll)


def _post_a_letter(db: Session, house: House, association: Association, tour: demo.Tour) -> str:
    """The demo's letters left long ago; this one lands in its mailbox. Returns its name there."""
    notice = notices.of(db, tour.held)
    assert notice is not None
    dispatch = db.scalars(
        sa.select(Dispatch).where(Dispatch.notice_id == notice.id, Dispatch.address != "").limit(1)
    ).one()
    member, meeting = db.get_one(Member, dispatch.member_id), db.get_one(Meeting, tour.held)
    sender = Sender(association=association, address="demo@localhost", base_url="http://localhost")
    reply = house.mailer.send(letter(sender, meeting, notice, dispatch, member, now=NOW))
    return reply.removeprefix("250 ").removesuffix(".eml")


def story(database, board, base_url: str) -> tuple[int, demo.Tour]:
    """The demo as it is told on one day, the same each time."""
    with database.writing() as db:
        made = demo.association(NOW, board.origin)
        db.add(made)
        db.flush()
        board.create(db.connection())
    tour = demo.build(
        database,
        board,
        association_id=made.id,
        now=NOW,
        chance=random.Random(7).randbytes,  # noqa: S311 - the same story each time
        base_url=base_url,
    )
    return made.id, tour
