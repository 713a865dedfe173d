from __future__ import annotations

import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

from ballots.board import NoticeEntry
from governance import agenda, documents, meetings, notices, roles
from governance.agenda import ItemKind
from governance.errors import NotAllowed, NotFound, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.motions import Motion, MotionState, Opinion
from governance.notices import (
    Channel,
    Dispatch,
    MotionsStillOpen,
    MotionsWaiting,
    OutsideWindow,
    TooLate,
)
from governance.roles import Role

# A Thursday; the notice goes out between 29 April and 13 May (6:17: six to four weeks before).
STARTS = dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC)
IN_TIME = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)


@pytest.fixture
def director(database, make_member, now):
    made = make_member("9", given_name="Disa", family_name="Ek")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def meeting(database, association, director, now) -> Meeting:
    """Announced, with the rulebook's agenda; motions until 15 March."""
    with database.writing() as db:
        made = meetings.create(
            db,
            db.merge(association),
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma 2027", "en": "Annual meeting 2027"},
            starts_at=STARTS,
            place="Folkets hus, Umeå",
            link="",
            by_id=director.id,
            now=now,
        )
        made.motions_close = dt.date(2027, 3, 15)
        meetings.move(db, made, MeetingState.ANNOUNCED, now=now, by_id=director.id)
    return made


@pytest.fixture
def motion(database, meeting, anna, now) -> Motion:
    made = Motion(
        meeting_id=meeting.id,
        author_id=anna.id,
        number=1,
        state=MotionState.ADMISSIBLE,
        language="sv",
        title="Cykelställ",
        text="Det saknas *cykelställ*.",
        clauses=["att ställ köps in"],
        submitted_at=now,
        opinion=Opinion.ADOPT,
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def approved(database, meeting, director):
    with database.writing() as db:
        notices.approve(db, db.get_one(Meeting, meeting.id), by_id=director.id, now=IN_TIME)
    return meeting


def issue(database, board, meeting, director, now=IN_TIME, deviation=""):
    with database.writing() as db:
        return notices.issue(
            db,
            board,
            db.get_one(Meeting, meeting.id),
            by_id=director.id,
            now=now,
            deviation=deviation,
        )


def letters(database) -> list[Dispatch]:
    with database.reading() as db:
        return list(db.scalars(sa.select(Dispatch).order_by(Dispatch.member_id)))


def test_a_draft_follows_the_meeting_in_each_of_its_languages(database, meeting, motion):
    with database.writing() as db:
        found = db.get_one(Meeting, meeting.id)
        texts = notices.draft(db, found, now=IN_TIME)
        assert set(texts) == {"sv", "en"}
        assert "Motion 1: Cykelställ" in texts["sv"]
        found.place = "Konsthallen"
        assert "Konsthallen" in notices.draft(db, found, now=IN_TIME)["sv"]


def test_approval_freezes_the_texts_and_takes_the_motions_in(database, meeting, motion, director):
    with database.writing() as db:
        found = db.get_one(Meeting, meeting.id)
        notice = notices.approve(db, found, by_id=director.id, now=IN_TIME)
        assert found.state == MeetingState.APPROVED
        assert db.get_one(Motion, motion.id).state == MotionState.IN_NOTICE
        assert any(item.motion_id == motion.id for item in agenda.items(db, meeting.id))
        frozen = dict(notice.texts)
        found.place = "Somewhere else"
        db.flush()
        assert notices.of(db, meeting.id).texts == frozen
    text = notices.canonical(meeting.id, frozen)
    assert notice.sha256 == hashlib.sha256(text).hexdigest()


def test_approval_keeps_a_pdf_in_each_language(database, approved):
    with database.reading() as db:
        kept = [each for each in documents.of(db, approved.id) if each.kind == "notice"]
        assert [each.language for each in kept] == ["sv", "en"]
        assert all(each.body.startswith(b"%PDF") for each in kept)


def test_no_approval_while_members_may_still_send_motions(database, meeting, director):
    last_day = dt.datetime(2027, 3, 15, 22, tzinfo=dt.UTC)
    with database.writing() as db, pytest.raises(MotionsStillOpen):
        notices.approve(db, db.get_one(Meeting, meeting.id), by_id=director.id, now=last_day)


def test_what_is_not_announced_or_already_approved_is_not_approved(
    database, approved, association, director, now
):
    with database.writing() as db:
        draft = meetings.create(
            db,
            db.merge(association),
            kind=MeetingKind.CONTINUED,
            title={"sv": "Fortsatt stämma", "en": "Continued meeting"},
            starts_at=STARTS,
            place="Umeå",
            link="",
            by_id=director.id,
            now=now,
        )
        for meeting in (draft, db.get_one(Meeting, approved.id)):
            with pytest.raises(WrongState):
                notices.approve(db, meeting, by_id=director.id, now=IN_TIME)
        assert notices.of(db, draft.id) is None


def test_no_approval_while_a_motion_waits_for_the_board(database, meeting, motion, director):
    with database.writing() as db:
        db.get_one(Motion, motion.id).state = MotionState.SUBMITTED
    with database.writing() as db, pytest.raises(MotionsWaiting):
        notices.approve(db, db.get_one(Meeting, meeting.id), by_id=director.id, now=IN_TIME)


def test_only_directors_approve_withdraw_and_issue(database, board, meeting, anna):
    with database.writing() as db:
        found = db.get_one(Meeting, meeting.id)
        for act in (notices.approve, notices.withdraw):
            with pytest.raises(NotAllowed):
                act(db, found, by_id=anna.id, now=IN_TIME)
        with pytest.raises(NotAllowed):
            notices.issue(db, board, found, by_id=anna.id, now=IN_TIME)


def test_a_withdrawn_notice_gives_the_motions_back_and_leaves_no_pdf(
    database, meeting, motion, approved, director
):
    with database.writing() as db:
        found = db.get_one(Meeting, meeting.id)
        notices.withdraw(db, found, by_id=director.id, now=IN_TIME)
        assert found.state == MeetingState.ANNOUNCED
        assert db.get_one(Motion, motion.id).state == MotionState.ADMISSIBLE
        assert notices.of(db, meeting.id) is None
        assert not documents.of(db, meeting.id)
        again = notices.approve(db, found, by_id=director.id, now=IN_TIME)
        assert "Cykelställ" in again.texts["sv"]


def test_issue_writes_to_each_member_in_their_language(
    database, board, approved, director, anna, bo, make_member
):
    make_member("3", language="fi")
    issue(database, board, approved, director)
    by_member = {letter.member_id: letter for letter in letters(database)}
    assert by_member[anna.id].language == "sv"
    assert by_member[bo.id].language == "en"
    assert {letter.language for letter in by_member.values()} == {"sv", "en"}
    assert len({letter.message_id for letter in by_member.values()}) == 4
    assert by_member[anna.id].address == anna.email


def test_who_has_no_address_or_asks_for_post_gets_post(
    database, board, approved, director, make_member
):
    wants, lacks = make_member("3", by_post=True), make_member("4", email=None)
    issue(database, board, approved, director)
    by_post = {each.member_id for each in letters(database) if each.channel is Channel.POST}
    assert by_post == {wants.id, lacks.id}


def test_whoever_has_a_vote_on_the_day_is_called_and_nobody_else(
    database, board, approved, director, make_member
):
    leaves_after = make_member("3", left=dt.date(2027, 6, 10))
    make_member("4", left=dt.date(2027, 6, 9))
    joins_before = make_member("5", joined=dt.date(2027, 6, 1))
    make_member("6", joined=dt.date(2027, 6, 11))
    issue(database, board, approved, director)
    called = {letter.member_id for letter in letters(database)}
    assert called == {director.id, leaves_after.id, joins_before.id}


def test_the_notices_hash_stands_on_the_board(database, board, approved, director):
    notice = issue(database, board, approved, director)
    with database.reading() as db:
        assert list(board.entries(db.connection())) == [
            NoticeEntry(str(approved.id), notice.sha256).encode()
        ]


# The first and the last day on which it may be issued count as the seat's own days.
@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2027, 4, 28, 22, 0, tzinfo=dt.UTC),  # 29 April 00:00 in Stockholm
        dt.datetime(2027, 5, 13, 21, 59, tzinfo=dt.UTC),  # 13 May 23:59
    ],
)
def test_a_notice_goes_out_on_the_first_and_on_the_last_day(
    database, board, approved, director, now
):
    assert issue(database, board, approved, director, now=now).issued_at == now


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2027, 4, 28, 21, 59, tzinfo=dt.UTC),
        dt.datetime(2027, 5, 13, 22, 0, tzinfo=dt.UTC),
    ],
)
def test_outside_the_window_it_is_refused_with_the_dates_and_the_paragraph(
    database, board, approved, director, now
):
    with pytest.raises(OutsideWindow) as refused:
        issue(database, board, approved, director, now=now)
    facts = refused.value.facts
    assert (facts["first"], facts["last"]) == (dt.date(2027, 4, 29), dt.date(2027, 5, 13))
    assert "6" in str(facts["paragraph"])
    assert not letters(database)
    with database.reading() as db:
        assert db.get_one(Meeting, approved.id).state == MeetingState.APPROVED
        assert board.size(db.connection()) == 0


# 6:18: two weeks before an extra meeting, but four where it is to decide on the bylaws.
@pytest.mark.parametrize(("majority", "refused"), [("ordinary", False), ("bylaws", True)])
def test_a_change_of_the_bylaws_makes_an_extra_meetings_notice_due_sooner(
    database, board, association, director, now, majority, refused
):
    with database.writing() as db:
        meeting = meetings.create(
            db,
            db.merge(association),
            kind=MeetingKind.EXTRA,
            title={"sv": "Extra stämma", "en": "Extra meeting"},
            starts_at=STARTS,
            place="Umeå",
            link="",
            by_id=director.id,
            now=now,
        )
        agenda.add(
            db,
            meeting,
            kind=ItemKind.DECISION,
            title={"sv": "Stadgar"},
            text={},
            majority=majority,
            by_id=director.id,
            now=now,
        )
        meetings.announce(db, meeting, by_id=director.id, now=now)
        three_weeks_before = STARTS - dt.timedelta(weeks=3)
        notices.approve(db, meeting, by_id=director.id, now=three_weeks_before)
    if refused:
        with pytest.raises(OutsideWindow) as outside:
            issue(database, board, meeting, director, now=three_weeks_before)
        assert outside.value.facts["last"] == dt.date(2027, 5, 13)
    else:
        assert issue(database, board, meeting, director, now=three_weeks_before).issued_at


def test_outside_the_window_a_written_reason_is_kept(database, board, approved, director):
    late = dt.datetime(2027, 5, 20, tzinfo=dt.UTC)
    notice = issue(database, board, approved, director, now=late, deviation=" The mail was down. ")
    assert notice.deviation == "The mail was down."


def test_in_time_there_is_no_deviation_to_keep(database, board, approved, director):
    assert issue(database, board, approved, director, deviation="no need").deviation == ""


def test_no_reason_issues_a_notice_after_the_meeting_began(database, board, approved, director):
    with pytest.raises(TooLate):
        issue(database, board, approved, director, now=STARTS, deviation="forgotten")


def test_a_notice_is_issued_once(database, board, approved, director):
    issue(database, board, approved, director)
    with pytest.raises(WrongState):
        issue(database, board, approved, director)
    with database.reading() as db:
        assert board.size(db.connection()) == 1


def test_without_approval_there_is_nothing_to_issue(database, board, meeting, director):
    with pytest.raises(NotFound):
        issue(database, board, meeting, director)
