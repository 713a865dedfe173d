"""A meeting is convened from the rulebook, changed until its notice stands, moved by a table."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from governance import agenda, meetings, roles
from governance.associations import Association
from governance.errors import Invalid, NotAllowed, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import NEXT, Meeting, MeetingKind, MeetingState
from governance.roles import Role

STARTS = dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC)
TITLE = {"sv": "Årsstämma 2027", "en": "Annual meeting 2027"}


@pytest.fixture
def director(database, make_member, now):
    made = make_member("9", given_name="Disa", family_name="Ek")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def db(database, association, director, anna):
    with database.writing() as db:
        yield db


@pytest.fixture
def convene(db, association, director, now):
    def convene(**changed) -> Meeting:
        given = {
            "kind": MeetingKind.ANNUAL,
            "title": TITLE,
            "starts_at": STARTS,
            "place": "Folkets hus, Umeå",
            "link": "",
            "by_id": director.id,
            "now": now,
        }
        return meetings.create(db, db.get_one(Association, association.id), **{**given, **changed})

    return convene


def change(db, meeting, director, now, **changed):
    given = {
        "title": meeting.title,
        "starts_at": meeting.starts_at,
        "place": meeting.place,
        "link": meeting.link,
        "motions_close": meeting.motions_close,
    }
    meetings.change(db, meeting, **{**given, **changed}, by_id=director.id, now=now)


def acts(db) -> list[str]:
    return list(db.scalars(sa.select(JournalEntry.act).order_by(JournalEntry.id)))


def test_a_new_meeting_is_a_draft_with_the_rulebooks_agenda_in_its_languages(db, convene):
    meeting = convene()
    assert meeting.state is MeetingState.DRAFT
    items = agenda.items(db, meeting.id)
    assert [item.position for item in items] == list(range(1, 19))
    assert (items[0].key, items[-1].key) == ("opening", "closing")
    assert items[10].title == {
        "sv": "Ansvarsfrihet för styrelsen",
        "en": "Discharge of the board from liability",
    }
    assert items[10].paragraph == "6:10"
    assert "meeting.created" in acts(db)


def test_an_association_of_one_language_gets_its_agenda_in_that_one(db, association, convene):
    db.get_one(Association, association.id).languages = ["sv"]
    meeting = convene(title={"sv": "Årsstämma", "en": "not one of its languages"})
    assert meeting.title == {"sv": "Årsstämma"}
    assert all(item.title.keys() == {"sv"} for item in agenda.items(db, meeting.id))


def test_the_last_day_for_motions_leaves_two_weeks_before_the_notice_is_due(convene):
    assert convene().motions_close == dt.date(2027, 4, 29)


def test_at_short_notice_members_have_today_for_their_motions(convene, now):
    soon = convene(kind=MeetingKind.EXTRA, starts_at=now + dt.timedelta(weeks=3))
    assert soon.motions_close == now.date()


def test_a_continued_meeting_takes_no_motions(db, convene, director, now):
    meeting = convene(kind=MeetingKind.CONTINUED)
    assert meeting.motions_close < now.date()
    meetings.announce(db, meeting, by_id=director.id, now=now)
    assert meeting.state is MeetingState.ANNOUNCED


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": {"en": "Annual meeting"}}, "title_sv"),
        ({"title": {"sv": "  \n "}}, "title_sv"),
        ({"title": {**TITLE, "en": "x" * 201}}, "title_en"),
        ({"starts_at": dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)}, "starts_at"),
        ({"place": "x" * 301}, "place"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://" + "x" * 500}, "link"),
    ],
)
def test_what_cannot_be_a_meeting_is_refused_beside_its_field(db, convene, changed, field):
    with pytest.raises(Invalid) as refused:
        convene(**changed)
    assert refused.value.field == field
    assert not db.scalars(sa.select(Meeting)).all()


def test_only_the_board_convenes_changes_announces_and_cancels(db, convene, anna, now):
    meeting = convene()
    with pytest.raises(NotAllowed):
        convene(by_id=anna.id)
    with pytest.raises(NotAllowed):
        change(db, meeting, anna, now, place="My place")
    with pytest.raises(NotAllowed):
        meetings.announce(db, meeting, by_id=anna.id, now=now)
    with pytest.raises(NotAllowed):
        meetings.cancel(db, meeting, "No", by_id=anna.id, now=now)
    assert (meeting.state, meeting.place) == (MeetingState.DRAFT, "Folkets hus, Umeå")


def test_an_administrator_convenes_too(db, convene, anna, now):
    roles.grant(db, anna, Role.ADMINISTRATOR, now=now, by_id=None)
    assert convene(by_id=anna.id).id


def test_another_associations_meeting_is_not_found(db, convene, association):
    meeting = convene()
    assert meetings.get(db, association.id, meeting.id) is meeting
    with pytest.raises(NotFound):
        meetings.get(db, association.id + 1, meeting.id)
    with pytest.raises(NotFound):
        meetings.get(db, association.id, meeting.id + 1)


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.ANNOUNCED])
def test_until_the_notice_is_approved_a_meeting_may_be_changed(db, convene, director, now, state):
    meeting = convene()
    meeting.state = state
    later = STARTS + dt.timedelta(days=7)
    closes = dt.date(2027, 4, 1)
    change(db, meeting, director, now, starts_at=later, place=" Åre\n ", motions_close=closes)
    assert (meeting.starts_at, meeting.place) == (later, "Åre")
    assert meeting.motions_close == closes


@pytest.mark.parametrize(
    "state", [state for state in MeetingState if state not in meetings.PREPARATION]
)
def test_what_stands_in_an_approved_notice_is_not_changed(db, convene, director, now, state):
    meeting = convene()
    meeting.state = state
    with pytest.raises(WrongState):
        change(db, meeting, director, now, place="Åre")
    assert meeting.place == "Folkets hus, Umeå"


@pytest.mark.parametrize("closes", [dt.date(2027, 2, 28), dt.date(2027, 6, 10)])
def test_the_day_for_motions_is_neither_over_nor_the_meetings(db, convene, director, now, closes):
    with pytest.raises(Invalid) as refused:
        change(db, convene(), director, now, motions_close=closes)
    assert refused.value.field == "motions_close"


def test_a_day_for_motions_that_has_passed_may_stay_as_it_is(db, convene, director):
    meeting = convene()
    later = dt.datetime(2027, 5, 3, tzinfo=dt.UTC)
    change(db, meeting, director, later, place="Åre")
    assert meeting.place == "Åre"


def test_a_meeting_is_not_announced_when_nobody_could_send_a_motion_any_more(db, convene, director):
    meeting = convene()
    at_the_seat = dt.datetime(2027, 4, 29, 22, tzinfo=dt.UTC)  # there it is the 30th
    with pytest.raises(WrongState):
        meetings.announce(db, meeting, by_id=director.id, now=at_the_seat)
    meetings.announce(db, meeting, by_id=director.id, now=at_the_seat - dt.timedelta(minutes=1))
    assert meeting.state is MeetingState.ANNOUNCED


def test_a_meeting_is_cancelled_with_a_reason_before_it_is_opened(db, convene, director, now):
    meeting = convene()
    meetings.announce(db, meeting, by_id=director.id, now=now)
    with pytest.raises(Invalid) as refused:
        meetings.cancel(db, meeting, " ", by_id=director.id, now=now)
    assert refused.value.field == "reason"
    meetings.cancel(db, meeting, " The hall has burnt down. ", by_id=director.id, now=now)
    assert meeting.state is MeetingState.CANCELLED
    assert meeting.reason == "The hall has burnt down."
    with pytest.raises(WrongState):
        meetings.announce(db, meeting, by_id=director.id, now=now)


def test_a_meeting_that_has_begun_is_not_cancelled(db, convene, director, now):
    meeting = convene()
    meeting.state = MeetingState.OPEN
    with pytest.raises(WrongState):
        meetings.cancel(db, meeting, "We are tired", by_id=director.id, now=now)


@pytest.mark.parametrize("was", MeetingState)
def test_a_meeting_takes_the_steps_of_its_table_and_no_others(db, convene, now, was):
    meeting = convene()
    for to in MeetingState:
        meeting.state = was
        if to in NEXT[was]:
            meetings.move(db, meeting, to, now=now, by_id=None)
            assert meeting.state is to
            assert acts(db)[-1] == f"meeting.{to.value}"
        else:
            with pytest.raises(WrongState):
                meetings.move(db, meeting, to, now=now, by_id=None)
            assert meeting.state is was


def test_of_two_who_announce_at_once_one_is_told_that_it_is_done(
    database, association, director, now
):
    with database.writing() as db:
        made = meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.EXTRA,
            title=TITLE,
            starts_at=STARTS,
            place="Umeå",
            link="",
            by_id=director.id,
            now=now,
        )

    def announce(_) -> str:
        try:
            with database.writing() as db:
                found = db.get_one(Meeting, made.id)
                meetings.announce(db, found, by_id=director.id, now=now)
        except WrongState:
            return "refused"
        return "announced"

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(announce, range(4)))
    assert outcomes == ["announced", "refused", "refused", "refused"]
