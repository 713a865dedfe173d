"""Reports of problems with a vote: who may write them, how many, and who is told."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from governance import problems
from governance.errors import Invalid
from governance.journal import JournalEntry
from governance.meetings import Meeting
from governance.problems import LARGEST, LONGEST, MOST, ReportedOften
from governance.roles import Role


@pytest.fixture
def poll(floor):
    return floor.acclaim(floor.item())


@pytest.fixture
def db(database, poll, anna, bo):
    with database.writing() as db:
        yield db


def report(db, poll, member, now, text="Röd", receipt=""):
    return problems.report(db, poll, member, text, receipt, now=now)


def test_reports_are_found_by_meeting_the_latest_first(db, poll, anna, bo, now):
    report(db, poll, anna, now, text="  först \n")
    report(db, poll, bo, now, text="sedan", receipt="kept as it is \n")
    found = problems.of_meeting(db, poll.meeting_id)
    assert [(each.member.name, each.text, each.receipt) for each in found] == [
        ("Bo Öst", "sedan", "kept as it is \n"),
        ("Anna Åberg", "först", ""),
    ]
    assert problems.count(db, poll.meeting_id) == 2


def test_another_meetings_reports_are_not_among_them(db, poll, anna, now, open_meeting):
    standing = db.get_one(Meeting, open_meeting.id)
    other = Meeting(
        association_id=standing.association_id,
        kind=standing.kind,
        state=standing.state,
        title=standing.title,
        starts_at=now,
        motions_close=now.date(),
    )
    db.add(other)
    db.flush()
    report(db, poll, anna, now)
    assert list(problems.of_meeting(db, other.id)) == []
    assert problems.count(db, other.id) == 0


@pytest.mark.parametrize(
    ("text", "receipt", "field"),
    [(" \n", "", "text"), ("x" * (LONGEST + 1), "", "text"), ("?", "x" * (LARGEST + 1), "receipt")],
)
def test_nothing_and_too_much_are_refused_beside_their_field(
    db, poll, anna, now, text, receipt, field
):
    with pytest.raises(Invalid) as refused:
        report(db, poll, anna, now, text, receipt)
    assert refused.value.field == field


def test_one_members_reports_end_somewhere_and_anothers_do_not(db, poll, anna, bo, now):
    for number in range(MOST):
        report(db, poll, anna, now, text=str(number))
    with pytest.raises(ReportedOften):
        report(db, poll, anna, now)
    report(db, poll, bo, now)


def test_tellers_and_checkers_are_told_each_once_and_the_chair_is_not(
    database, floor, chair, anna, bo
):
    for office, member in ((Role.TELLER, anna), (Role.CHECKER, anna), (Role.CHECKER, bo)):
        floor.elect(office, member)
    with database.reading() as db:
        told = problems.readers(db, floor.meeting.id)
    assert [each.id for each in told] == [anna.id, bo.id]


def test_the_journal_knows_that_there_was_a_report_and_not_what_it_says(db, poll, anna, now):
    report(db, poll, anna, now, text="hemligt")
    entry = db.scalars(sa.select(JournalEntry).where(JournalEntry.act == "problem.reported")).one()
    assert (entry.subject, entry.by_id, entry.details) == (f"poll:{poll.id}", anna.id, {})
