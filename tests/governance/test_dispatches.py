from __future__ import annotations

import datetime as dt

import pytest

from governance import dispatches, notices, roles
from governance.dispatches import CLAIM_LIVES, WAITS
from governance.errors import NotAllowed, NotFound, WrongState
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.notices import About, Channel, Dispatch, DispatchState, Notice
from governance.roles import Role

DAY = dt.timedelta(days=1)


@pytest.fixture
def meeting(database, association, now) -> Meeting:
    made = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.CALLED,
        title={"sv": "Årsstämma"},
        starts_at=now + 30 * DAY,
        motions_close=now.date(),
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def director(database, make_member, now):
    made = make_member(number="0003")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def notice(database, meeting, anna, now) -> Notice:
    made = Notice(
        meeting_id=meeting.id,
        texts={"sv": "Kallelse"},
        sha256="0" * 64,
        approved_at=now,
        approved_by_id=anna.id,
        issued_at=now,
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def letter(database, notice, now):
    def letter(member, channel=Channel.EMAIL) -> Dispatch:
        made = Dispatch(
            notice_id=notice.id,
            member_id=member.id,
            channel=channel,
            language="sv",
            address=member.email,
            next_try_at=now,
            message_id=f"<{member.id}@stamma.example>",
        )
        with database.writing() as db:
            db.add(made)
        return made

    return letter


def test_a_claimed_letter_is_not_claimed_again_until_the_claim_runs_out(
    database, letter, anna, now
):
    letter(anna)
    with database.writing() as db:
        assert len(dispatches.due(db, now, 10)) == 1
    with database.writing() as db:
        assert not dispatches.due(db, now + CLAIM_LIVES / 2, 10)
        [again] = dispatches.due(db, now + CLAIM_LIVES, 10)
        assert again.message_id == f"<{anna.id}@stamma.example>"


def test_two_workers_claim_different_letters(database, letter, anna, bo, now):
    letter(anna)
    letter(bo)
    with database.writing() as db:
        first = dispatches.due(db, now, 1)
        if not database.is_sqlite:  # SQLite lets one writer in at a time
            with database.writing() as other:
                second = dispatches.due(other, now, 10)
            assert {each.id for each in first} & {each.id for each in second} == set()
            assert len(second) == 1


def test_a_sent_letter_keeps_the_servers_words_and_goes_no_more(database, letter, anna, now):
    sent = letter(anna)
    with database.writing() as db:
        dispatches.due(db, now, 10)
        dispatches.sent(db, sent.id, "250 queued", now=now)
    with database.writing() as db:
        assert not dispatches.due(db, now + 30 * DAY, 10)
        kept = db.get_one(Dispatch, sent.id)
        assert (kept.state, kept.reply, kept.sent_at) == (DispatchState.SENT, "250 queued", now)


def test_a_letter_refused_for_a_while_waits_longer_each_time_and_then_needs_post(
    database, letter, anna, now
):
    waiting, at, tries = letter(anna), now, 0
    with database.writing() as db:
        while dispatches.due(db, at, 10):
            tries += 1
            dispatches.failed(db, waiting.id, "450 later", permanent=False, now=at)
            at = max(at, db.get_one(Dispatch, waiting.id).next_try_at)
        assert tries == len(WAITS) + 1
        assert db.get_one(Dispatch, waiting.id).state == DispatchState.FAILED
        assert dispatches.counts(db, waiting.notice_id).post == 1


def test_a_letter_refused_for_good_needs_post_at_once(database, letter, anna, now):
    refused = letter(anna)
    with database.writing() as db:
        dispatches.due(db, now, 10)
        dispatches.failed(db, refused.id, "550 no such person", permanent=True, now=now)
        [(listed, member)] = dispatches.listed(db, refused.notice_id, "post")
        assert (listed.reply, member.id) == ("550 no such person", anna.id)


def test_nothing_is_sent_for_a_cancelled_meeting(database, letter, meeting, anna, now):
    letter(anna)
    with database.writing() as db:
        db.merge(meeting).state = MeetingState.CANCELLED
        db.flush()
        assert not dispatches.due(db, now, 10)


def test_letters_by_post_wait_for_a_hand_and_are_then_sent(
    database, letter, anna, make_member, now
):
    director = make_member("9")
    with database.writing() as db:
        roles.grant(db, director, Role.DIRECTOR, now=now, by_id=None)
    paper = letter(anna, Channel.POST)
    with database.writing() as db:
        assert not dispatches.due(db, now, 10)
        dispatches.posted(db, anna.association_id, paper.id, by_id=director.id, now=now)
        counts = dispatches.counts(db, paper.notice_id)
        assert (counts.members, counts.sent, counts.post) == (1, 1, 0)
        with pytest.raises(WrongState):
            dispatches.posted(db, anna.association_id, paper.id, by_id=director.id, now=now)


def test_post_replaces_a_failed_mail_and_the_member_counts_once(
    database, letter, anna, make_member, now
):
    director = make_member("9")
    mail = letter(anna)
    with database.writing() as db:
        roles.grant(db, director, Role.DIRECTOR, now=now, by_id=None)
        dispatches.due(db, now, 10)
        dispatches.failed(db, mail.id, "550 no", permanent=True, now=now)
        paper = dispatches.posted(db, anna.association_id, mail.id, by_id=director.id, now=now)
        assert (paper.channel, paper.state) == (Channel.POST, DispatchState.SENT)
        assert db.get_one(Dispatch, mail.id).state == DispatchState.REPLACED
        counts = dispatches.counts(db, mail.notice_id)
        assert (counts.members, counts.sent, counts.post) == (1, 1, 0)


def test_a_member_without_office_posts_nothing(database, letter, anna, now):
    paper = letter(anna, Channel.POST)
    with database.writing() as db, pytest.raises(NotAllowed):
        dispatches.posted(db, anna.association_id, paper.id, by_id=anna.id, now=now)


def test_another_association_finds_no_letter(database, letter, anna, now):
    paper = letter(anna, Channel.POST)
    with database.writing() as db:
        roles.grant(db, db.merge(anna), Role.DIRECTOR, now=now, by_id=None)
        with pytest.raises(NotFound):
            dispatches.posted(db, anna.association_id + 1, paper.id, by_id=anna.id, now=now)


def called_off(database, meeting, by, now) -> list[Dispatch]:
    with database.writing() as db:
        standing = db.get_one(Meeting, meeting.id)
        dispatches.call_off(db, standing, "Lokalen har brunnit.", by_id=by.id, now=now)
        return list(db.query(Dispatch).filter_by(about=About.CANCELLATION).order_by(Dispatch.id))


def test_whoever_has_the_notice_is_written_to_when_the_meeting_is_cancelled(
    database, meeting, letter, anna, bo, director, now
):
    letter(anna)
    letter(bo, Channel.POST)
    with database.writing() as db:
        [claimed] = dispatches.due(db, now, 10)
        dispatches.sent(db, claimed.id, "250 taken", now=now)
    by_mail = called_off(database, meeting, director, now)
    assert [(each.member_id, each.channel) for each in by_mail] == [(anna.id, Channel.EMAIL)]
    with database.writing() as db:
        [due] = dispatches.due(db, now, 10)
        assert due.about is About.CANCELLATION


def test_a_letter_that_was_tried_may_have_left_and_one_refused_for_good_has_not(
    database, meeting, letter, anna, bo, director, now
):
    letter(anna)
    letter(bo)
    with database.writing() as db:
        tried = {each.member_id: each for each in dispatches.due(db, now, 10)}
        dispatches.failed(db, tried[anna.id].id, "450 later", permanent=False, now=now)
        dispatches.failed(db, tried[bo.id].id, "550 nobody", permanent=True, now=now)
    written = called_off(database, meeting, director, now)
    assert [each.member_id for each in written] == [anna.id]


def test_nobody_is_called_any_more_to_a_meeting_that_is_cancelled(
    database, meeting, letter, anna, director, now
):
    letter(anna)
    assert called_off(database, meeting, director, now) == []
    with database.writing() as db:
        assert not dispatches.due(db, now, 10)
        notice = notices.of(db, meeting.id)
        assert dispatches.counts(db, notice.id, About.CANCELLATION).members == 0
