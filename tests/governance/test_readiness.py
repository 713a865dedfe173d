"""What the board is told that a lawful notice lacks, and what it only has to know."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from governance import agenda, documents, meetings, motions, notices, readiness, roles
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.motions import Opinion
from governance.roles import Role

STARTS = dt.datetime(2027, 6, 10, 12, tzinfo=dt.UTC)
CLOSED = dt.datetime(2027, 4, 30, 12, tzinfo=dt.UTC)  # the day after the last one for motions


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
            "title": {"sv": "Årsstämma", "en": "Annual meeting"},
            "starts_at": STARTS,
            "place": "Umeå",
            "link": "",
        }
        made = meetings.create(
            db,
            db.get_one(Association, association.id),
            **{**given, **changed},
            by_id=director.id,
            now=now,
        )
        meetings.announce(db, made, by_id=director.id, now=now)
        return made

    return convene


def add_papers(db, meeting, now):
    for kind in ("accounts", "audit"):
        body = b"%PDF-1.7 " + kind.encode()
        media = "application/pdf"
        documents.add(db, meeting.id, kind, "sv", f"{kind}.pdf", media, body, public=False, now=now)


def codes(db, meeting, now, *, warnings=False) -> list[str]:
    found = readiness.missing(db, meeting, now=now)
    return [each.code for each in found if each.warning is warnings]


def one(db, meeting, now, code):
    (found,) = [each for each in readiness.missing(db, meeting, now=now) if each.code == code]
    assert found.message % found.facts, "its facts fill its sentence"
    return found


def test_when_all_is_there_only_the_notice_is_missing(db, convene):
    meeting = convene()
    add_papers(db, meeting, CLOSED)
    found = readiness.missing(db, meeting, now=CLOSED)
    assert [each.code for each in found] == ["notice-not-approved"]
    assert (found[0].facts["first"], found[0].facts["last"]) == (
        dt.date(2027, 4, 29),
        dt.date(2027, 5, 13),
    )


def test_a_title_is_wanted_in_each_of_the_associations_languages(db, convene):
    found = one(db, convene(title={"sv": "Årsstämma"}), CLOSED, "no-title")
    assert found.facts == {"language": "English"}
    assert found.path.endswith("/edit")


def test_a_place_or_a_link_is_wanted(db, convene):
    assert "no-place" in codes(db, convene(place=""), CLOSED)
    online = convene(place="", link="https://meet.example/stamma")
    assert "no-place" not in codes(db, online, CLOSED)


def test_until_the_last_day_is_over_members_may_send_motions(db, convene):
    meeting = convene()
    on_the_last_day = dt.datetime(2027, 4, 29, 21, 59, tzinfo=dt.UTC)
    assert one(db, meeting, on_the_last_day, "motions-open").facts == {"date": dt.date(2027, 4, 29)}
    after = on_the_last_day + dt.timedelta(minutes=1)
    assert "motions-open" not in codes(db, meeting, after)


def test_a_day_for_motions_that_leaves_no_time_for_the_notice_is_told(db, convene, now):
    meeting = convene()
    meeting.motions_close = dt.date(2027, 5, 12)
    assert "motions-close-late" not in codes(db, meeting, now, warnings=True)
    meeting.motions_close = dt.date(2027, 5, 13)
    assert one(db, meeting, now, "motions-close-late").facts["last"] == dt.date(2027, 5, 13)


def test_motions_wait_for_the_board_and_then_for_its_opinion(db, convene, anna, director, now):
    meeting = convene()
    motion = motions.draft(
        db,
        meeting,
        db.get_one(Member, anna.id),
        title="Cykelställ",
        text="t",
        clauses=["c"],
        language="sv",
        now=now,
    )
    assert "motions-waiting" not in codes(db, meeting, now), "a draft waits for nobody"
    motions.submit(db, motion, by_id=anna.id, now=now)
    assert one(db, meeting, now, "motions-waiting").facts == {"count": 1}
    motions.admit(db, motion, by_id=director.id, now=now)
    assert "motions-waiting" not in codes(db, meeting, now)
    assert one(db, meeting, now, "motions-unanswered").facts == {"count": 1}
    motions.give_opinion(db, motion, Opinion.ADOPT, "", by_id=director.id, now=now)
    assert "motions-unanswered" not in codes(db, meeting, now, warnings=True)


def test_an_annual_meeting_wants_its_accounts_and_the_audit_by_their_day(db, convene, now):
    meeting = convene()
    assert {"no-accounts", "no-audit"} <= set(codes(db, meeting, now, warnings=True))
    accounts = one(db, meeting, now, "no-accounts")
    assert accounts.facts == {"last": dt.date(2027, 5, 27), "paragraph": "6:23"}
    assert accounts.path == f"/meetings/{meeting.id}/documents"
    add_papers(db, meeting, now)
    assert "no-accounts" not in codes(db, meeting, now, warnings=True)


def test_an_extra_meeting_wants_no_accounts(db, convene, now):
    found = codes(db, convene(kind=MeetingKind.EXTRA), now, warnings=True)
    assert not {"no-accounts", "no-audit"} & set(found)


def test_an_item_that_the_law_asks_for_is_missed(db, convene, now):
    meeting = convene()
    db.execute(sa.delete(AgendaItem).where(AgendaItem.key.in_(["discharge", "seats"])))
    found = one(db, meeting, now, "item-missing")
    assert found.facts["item"]["sv"] == "Ansvarsfrihet för styrelsen"
    assert found.facts["paragraph"] == "6:10"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ({"sv": "Ny logotyp"}, {}),
        ({"sv": "Ny logotyp", "en": "New logo"}, {"sv": "Den är grön."}),
    ],
)
def test_an_item_that_is_not_written_in_every_language_is_told(
    db, convene, director, now, title, text
):
    meeting = convene()
    agenda.add(
        db, meeting, kind=ItemKind.DECISION, title=title, text=text, by_id=director.id, now=now
    )
    found = one(db, meeting, now, "item-untranslated")
    assert found.facts == {"position": 17, "language": "English"}
    assert found.path == f"/meetings/{meeting.id}/agenda"


def test_an_annual_meeting_later_than_six_months_after_the_year_is_told(db, convene, now):
    on_the_last_day = convene(starts_at=dt.datetime(2027, 6, 30, 21, 59, tzinfo=dt.UTC))
    assert "date-late" not in codes(db, on_the_last_day, now, warnings=True)
    # In Stockholm it is the first of July.
    late = convene(starts_at=dt.datetime(2027, 6, 30, 22, 0, tzinfo=dt.UTC))
    assert one(db, late, now, "date-late").facts == {
        "last": dt.date(2027, 6, 30),
        "paragraph": "6:9",
    }
    extra = convene(kind=MeetingKind.EXTRA, starts_at=late.starts_at)
    assert "date-late" not in codes(db, extra, now, warnings=True)


def test_a_date_for_which_no_notice_can_be_in_time_any_more_is_told(db, convene, now):
    soon = convene(starts_at=now + dt.timedelta(weeks=4))
    assert "window-passed" not in codes(db, soon, now, warnings=True)
    too_soon = convene(starts_at=now + dt.timedelta(days=27))
    assert one(db, too_soon, now, "window-passed").facts == {
        "last": dt.date(2027, 2, 28),
        "paragraph": "6:17",
    }


def test_an_approved_notice_is_missing_until_it_is_issued(db, convene, director, board):
    meeting = convene()
    add_papers(db, meeting, CLOSED)
    notices.approve(db, meeting, by_id=director.id, now=CLOSED)
    assert codes(db, meeting, CLOSED) == ["notice-not-issued"]


def test_once_called_only_papers_may_still_be_missing(db, convene):
    meeting = convene(place="", title={"sv": "Årsstämma"})
    meeting.state = MeetingState.CALLED
    assert codes(db, meeting, CLOSED) == []
    assert codes(db, meeting, CLOSED, warnings=True) == ["no-accounts", "no-audit"]


@pytest.mark.parametrize(
    "state",
    [MeetingState.OPEN, MeetingState.ADJOURNED, MeetingState.CLOSED, MeetingState.CANCELLED],
)
def test_a_meeting_that_has_begun_or_is_off_misses_nothing(db, convene, now, state):
    meeting = convene(place="")
    meeting.state = state
    assert readiness.missing(db, meeting, now=now) == []
