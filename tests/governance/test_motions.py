"""A motion: written by a member, sent in time, answered by the board, taken into the notice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from governance import agenda, meetings, motions, notices, roles
from governance.agenda import ItemKind, ItemState
from governance.associations import Association
from governance.errors import Invalid, NotAllowed, NotFound, WrongState
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.motions import NEXT, Motion, MotionsClosed, MotionState, NotTheAuthor, Opinion
from governance.roles import Role

LAST_DAY = dt.date(2027, 3, 15)
# In Stockholm the day ends at 23:00 UTC.
LAST_MINUTE = dt.datetime(2027, 3, 15, 22, 59, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(2027, 3, 15, 23, 0, tzinfo=dt.UTC)


@pytest.fixture
def director(database, make_member, now):
    made = make_member("9", given_name="Disa", family_name="Ek")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def announced(database, association, director, now) -> Meeting:
    with database.writing() as db:
        made = meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma", "en": "Annual meeting"},
            starts_at=dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC),
            place="Umeå",
            link="",
            by_id=director.id,
            now=now,
        )
        made.motions_close = LAST_DAY
        meetings.announce(db, made, by_id=director.id, now=now)
    return made


@pytest.fixture
def db(database, announced, anna, bo):
    with database.writing() as db:
        yield db


@pytest.fixture
def meeting(db, announced) -> Meeting:
    return db.get_one(Meeting, announced.id)


@pytest.fixture
def write(db, meeting, anna, now):
    def write(author=anna, at=now, **changed) -> Motion:
        given = {
            "title": "Cykelställ",
            "text": "Det saknas *cykelställ*.",
            "clauses": ["att ställ köps in"],
            "language": "sv",
        }
        author = db.get_one(Member, author.id)
        return motions.draft(db, meeting, author, **{**given, **changed}, now=at)

    return write


@pytest.fixture
def motion(db, write, anna, now) -> Motion:
    """Anna's, sent in."""
    made = write()
    motions.submit(db, made, by_id=anna.id, now=now)
    return made


def admit(db, motion, director, now, **changed):
    motions.admit(db, motion, by_id=director.id, now=now, **changed)


def keys(db, meeting) -> list[str]:
    return [item.key for item in agenda.items(db, meeting.id)]


def test_a_motion_begins_as_its_authors_draft(db, write, meeting, anna):
    made = write(title=" Cykel\nställ ", clauses=["att ställ  köps in", "", "att det görs nu"])
    assert (made.state, made.number, made.submitted_at) == (MotionState.DRAFT, None, None)
    assert made.title == "Cykel ställ"
    assert made.clauses == ["att ställ köps in", "att det görs nu"]
    assert motions.of_author(db, meeting.id, anna.id) == [made]
    assert not motions.of_meeting(db, meeting.id), "a draft is nobody else's"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"text": "\n"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"clauses": []}, "clauses"),
        ({"clauses": [" ", ""]}, "clauses"),
        ({"clauses": ["x" * 2_001]}, "clauses"),
        ({"clauses": ["att"] * 21}, "clauses"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_cannot_be_a_motion_is_refused_beside_its_field(db, write, changed, field):
    with pytest.raises(Invalid) as refused:
        write(**changed)
    assert refused.value.field == field
    assert not db.scalars(sa.select(Motion)).all()


@pytest.mark.parametrize(
    "state",
    [
        MeetingState.DRAFT,
        MeetingState.OPEN,
        MeetingState.ADJOURNED,
        MeetingState.CLOSED,
        MeetingState.CANCELLED,
    ],
)
def test_a_closed_meeting_refuses_motions(db, meeting, write, anna, now, state):
    begun = write()
    meeting.state = state
    with pytest.raises(WrongState):
        write()
    with pytest.raises(WrongState):
        motions.submit(db, begun, by_id=anna.id, now=now)
    assert begun.state is MotionState.DRAFT


def test_who_is_no_member_any_more_sends_none(db, write, anna, now):
    begun = write()
    db.get_one(Member, anna.id).left = now.date() - dt.timedelta(days=1)
    with pytest.raises(NotAllowed):
        write()
    with pytest.raises(NotAllowed):
        motions.submit(db, begun, by_id=anna.id, now=now)


def test_who_has_resigned_sends_motions_until_the_membership_ends(db, write, anna, now):
    db.get_one(Member, anna.id).left = now.date()
    begun = write()
    motions.submit(db, begun, by_id=anna.id, now=now)
    assert begun.state is MotionState.SUBMITTED


def test_a_member_of_another_association_sends_none(db, meeting, anna, now):
    other = Association(slug="other", name="Another", origin="other.example/board")
    db.add(other)
    db.flush()
    stranger = db.get_one(Member, anna.id)
    stranger.association_id = other.id
    with pytest.raises(NotAllowed):
        motions.draft(
            db, meeting, stranger, title="T", text="t", clauses=["c"], language="sv", now=now
        )


def test_motions_are_numbered_and_timed_in_the_order_in_which_they_are_sent(
    db, write, meeting, anna, bo, now
):
    first, second = write(), write(bo, title="Kaffe")
    later = now + dt.timedelta(hours=1)
    motions.submit(db, second, by_id=bo.id, now=now)
    motions.submit(db, first, by_id=anna.id, now=later)
    assert (second.number, second.submitted_at) == (1, now)
    assert (first.number, first.submitted_at) == (2, later)
    assert motions.of_meeting(db, meeting.id) == [second, first]


def test_the_last_day_ends_at_midnight_at_the_seat(db, write, anna):
    in_time, late = write(), write(title="Kaffe")
    motions.submit(db, in_time, by_id=anna.id, now=LAST_MINUTE)
    assert in_time.state is MotionState.SUBMITTED
    with pytest.raises(MotionsClosed) as refused:
        motions.submit(db, late, by_id=anna.id, now=TOO_LATE)
    assert refused.value.facts == {"date": LAST_DAY}
    assert (late.state, late.number) == (MotionState.DRAFT, None)


def test_what_is_written_past_midnight_is_kept_as_a_draft(db, write, anna):
    late = write(at=TOO_LATE)
    motions.change(
        db, late, title="Cykelställ", text="t", clauses=["c"], by_id=anna.id, now=TOO_LATE
    )
    assert late.state is MotionState.DRAFT


def test_nobody_but_the_author_changes_sends_or_withdraws(db, write, director, now):
    begun = write()
    with pytest.raises(NotTheAuthor):
        motions.change(db, begun, title="T", text="t", clauses=["c"], by_id=director.id, now=now)
    with pytest.raises(NotTheAuthor):
        motions.submit(db, begun, by_id=director.id, now=now)
    with pytest.raises(NotTheAuthor):
        motions.withdraw(db, begun, by_id=director.id, now=now)
    assert begun.title == "Cykelställ"


def test_what_has_been_sent_is_not_changed(db, motion, anna, now):
    with pytest.raises(WrongState):
        motions.change(db, motion, title="T", text="t", clauses=["c"], by_id=anna.id, now=now)
    with pytest.raises(WrongState):
        motions.submit(db, motion, by_id=anna.id, now=now)
    assert motion.title == "Cykelställ"


def test_only_directors_admit_return_and_give_an_opinion(db, motion, bo, now):
    roles.grant(db, db.get_one(Member, bo.id), Role.ADMINISTRATOR, now=now, by_id=None)
    with pytest.raises(NotAllowed):
        admit(db, motion, bo, now)
    with pytest.raises(NotAllowed):
        motions.send_back(db, motion, "No", by_id=bo.id, now=now)
    with pytest.raises(NotAllowed):
        motions.give_opinion(db, motion, Opinion.REJECT, "", by_id=bo.id, now=now)
    assert motion.state is MotionState.SUBMITTED


def test_a_motion_is_returned_with_a_reason_mended_and_sent_again(db, motion, anna, director, now):
    with pytest.raises(Invalid) as refused:
        motions.send_back(db, motion, " ", by_id=director.id, now=now)
    assert refused.value.field == "reason"
    motions.send_back(db, motion, "Say what it costs.", by_id=director.id, now=now)
    assert (motion.state, motion.reason) == (MotionState.RETURNED, "Say what it costs.")
    later = now + dt.timedelta(hours=1)
    motions.change(
        db,
        motion,
        title="Cykelställ för 9 000 kr",
        text="t",
        clauses=["att ställ köps in"],
        by_id=anna.id,
        now=later,
    )
    motions.submit(db, motion, by_id=anna.id, now=later)
    assert (motion.state, motion.reason) == (MotionState.SUBMITTED, "")
    assert (motion.number, motion.submitted_at) == (1, now), "it keeps its number and its time"


# 6:15: else the board could refuse a motion that came in time by returning it on the last day.
def test_what_came_in_time_and_was_returned_may_come_again_after_the_last_day(
    db, meeting, motion, anna, director, now
):
    motions.send_back(db, motion, "Say what it costs.", by_id=director.id, now=TOO_LATE)
    motions.submit(db, motion, by_id=anna.id, now=TOO_LATE)
    assert motion.state is MotionState.SUBMITTED
    motions.send_back(db, motion, "Say who pays.", by_id=director.id, now=TOO_LATE)
    notices.approve(db, meeting, by_id=director.id, now=TOO_LATE)
    with pytest.raises(MotionsClosed):
        motions.submit(db, motion, by_id=anna.id, now=TOO_LATE)


def test_the_board_gives_its_opinion_and_may_change_it(db, motion, director, now):
    motions.give_opinion(db, motion, Opinion.REJECT, "", by_id=director.id, now=now)
    admit(db, motion, director, now)
    motions.give_opinion(db, motion, Opinion.ADOPT, " Gladly. ", by_id=director.id, now=now)
    assert (motion.opinion, motion.opinion_text) == (Opinion.ADOPT, "Gladly.")


@pytest.mark.parametrize("opinion", [Opinion.ANSWERED, Opinion.OTHER])
def test_an_answer_or_another_proposal_is_written_down(db, motion, director, now, opinion):
    with pytest.raises(Invalid) as refused:
        motions.give_opinion(db, motion, opinion, " ", by_id=director.id, now=now)
    assert refused.value.field == "text"
    assert motion.opinion is None


def test_an_opinion_is_frozen_with_the_notice(db, meeting, motion, director, now):
    admit(db, motion, director, now)
    motions.take_into_notice(db, meeting, now=now)
    with pytest.raises(WrongState):
        motions.give_opinion(db, motion, Opinion.REJECT, "", by_id=director.id, now=now)


def test_admitted_motions_become_items_in_their_order_before_other_matters(
    db, meeting, motion, write, bo, director, now
):
    second = write(bo, title="Kaffe", clauses=["att kaffe serveras", "att det är gratis"])
    motions.submit(db, second, by_id=bo.id, now=now)
    for each in (second, motion):
        admit(db, each, director, now)
    motions.take_into_notice(db, meeting, now=now)
    assert keys(db, meeting)[-5:] == ["nominators", "motion", "motion", "other", "closing"]
    items = [item for item in agenda.items(db, meeting.id) if item.kind is ItemKind.MOTION]
    assert [item.motion_id for item in items] == [motion.id, second.id]
    assert items[1].title == {"sv": "Motion 2: Kaffe", "en": "Motion 2: Kaffe"}
    assert [item.position for item in items] == [17, 18]
    assert {motion.state, second.state} == {MotionState.IN_NOTICE}


def test_a_motion_on_the_bylaws_needs_their_majority(db, meeting, motion, director, now):
    with pytest.raises(Invalid):
        admit(db, motion, director, now, majority="unanimous")
    admit(db, motion, director, now, majority="dues")
    admit(db, motion, director, now, majority="bylaws")
    motions.take_into_notice(db, meeting, now=now)
    item = next(item for item in agenda.items(db, meeting.id) if item.motion_id == motion.id)
    assert item.majority == "bylaws"


def test_only_admitted_motions_are_taken_into_the_notice(db, meeting, motion, write, now):
    write(title="Utkast")
    motions.take_into_notice(db, meeting, now=now)
    assert "motion" not in keys(db, meeting)
    assert motion.state is MotionState.SUBMITTED


def test_leaving_the_notice_undoes_it(db, meeting, motion, director, now):
    before = keys(db, meeting)
    admit(db, motion, director, now)
    motions.take_into_notice(db, meeting, now=now)
    motions.leave_notice(db, meeting, now=now)
    assert keys(db, meeting) == before
    assert [item.position for item in agenda.items(db, meeting.id)] == list(range(1, 19))
    assert motion.state is MotionState.ADMISSIBLE
    motions.take_into_notice(db, meeting, now=now)
    assert keys(db, meeting).count("motion") == 1


def test_a_motion_withdrawn_from_the_notice_keeps_its_item_until_the_notice_goes(
    db, meeting, motion, anna, director, now
):
    admit(db, motion, director, now)
    motions.take_into_notice(db, meeting, now=now)
    motions.withdraw(db, motion, by_id=anna.id, now=now)
    assert motion.state is MotionState.WITHDRAWN
    assert "motion" in keys(db, meeting), "the notice is frozen"
    motions.leave_notice(db, meeting, now=now)
    assert "motion" not in keys(db, meeting)
    assert motion.state is MotionState.WITHDRAWN


def test_what_the_meeting_has_taken_up_is_not_withdrawn(db, meeting, motion, anna, director, now):
    admit(db, motion, director, now)
    motions.take_into_notice(db, meeting, now=now)
    item = next(item for item in agenda.items(db, meeting.id) if item.motion_id == motion.id)
    item.state = ItemState.CURRENT
    with pytest.raises(WrongState):
        motions.withdraw(db, motion, by_id=anna.id, now=now)
    motions.decide(db, motion, now=now)
    assert motion.state is MotionState.DECIDED


def test_what_is_not_in_the_notice_is_not_decided(db, motion, now):
    with pytest.raises(WrongState):
        motions.decide(db, motion, now=now)


@pytest.mark.parametrize("was", MotionState)
def test_a_motion_takes_the_steps_of_its_table_and_no_others(db, motion, anna, director, now, was):
    steps = {
        MotionState.ADMISSIBLE: lambda: admit(db, motion, director, now),
        MotionState.RETURNED: lambda: motions.send_back(
            db, motion, "Why", by_id=director.id, now=now
        ),
        MotionState.WITHDRAWN: lambda: motions.withdraw(db, motion, by_id=anna.id, now=now),
        MotionState.DECIDED: lambda: motions.decide(db, motion, now=now),
        MotionState.SUBMITTED: lambda: motions.submit(db, motion, by_id=anna.id, now=now),
    }
    for to, step in steps.items():
        motion.state = was
        again = (MotionState.ADMISSIBLE, MotionState.ADMISSIBLE)
        # Out of the notice it comes with the notice alone, not by being admitted again.
        out = (MotionState.IN_NOTICE, MotionState.ADMISSIBLE)
        if (to in NEXT[was] or (was, to) == again) and (was, to) != out:
            step()
            assert motion.state is to
        else:
            with pytest.raises(WrongState):
                step()
            assert motion.state is was


def test_each_step_is_in_the_journal_without_its_words(db, motion, director, now):
    admit(db, motion, director, now)
    entries = db.scalars(
        sa.select(JournalEntry).where(JournalEntry.subject == f"motion:{motion.id}")
    )
    told = [(entry.act, entry.by_id, entry.details) for entry in entries]
    assert told == [
        ("motion.drafted", motion.author_id, {}),
        ("motion.submitted", motion.author_id, {}),
        ("motion.admitted", director.id, {"majority": "ordinary"}),
    ]


def test_another_associations_motion_is_not_found(db, motion, association):
    assert motions.get(db, association.id, motion.id) is motion
    with pytest.raises(NotFound):
        motions.get(db, association.id + 1, motion.id)
    with pytest.raises(NotFound):
        motions.get(db, association.id, motion.id + 1)


def test_motions_sent_at_the_same_moment_get_different_numbers(
    database, announced, make_member, now
):
    authors = [make_member(str(number)) for number in range(20, 26)]
    drafts = []
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        for author in authors:
            made = motions.draft(
                db,
                meeting,
                db.merge(author),
                title="Samtidigt",
                text="t",
                clauses=["c"],
                language="sv",
                now=now,
            )
            drafts.append((made.id, author.id))

    def send(draft: tuple[int, int]) -> int | None:
        with database.writing() as db:
            motion = db.get_one(Motion, draft[0])
            motions.submit(db, motion, by_id=draft[1], now=now)
            return motion.number

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(send, drafts)) == [1, 2, 3, 4, 5, 6]
