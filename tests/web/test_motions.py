from __future__ import annotations

import datetime as dt
import html

import pytest
import sqlalchemy as sa

from governance import motions, notices
from governance.meetings import Meeting
from governance.motions import Motion, MotionState

FORM = {
    "language": "sv",
    "title": "Cykelställ",
    "text": "Det saknas *cykelställ*.\r\n\r\n- vid dörren",
    "clause_1": "att ställ köps in",
    "clause_2": "",
    "clause_3": "att styrelsen väljer plats",
}
# 29 April is the last day at the seat, where it ends at 22:00 UTC.
LAST_MINUTE = dt.datetime(2027, 4, 29, 21, 59, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(2027, 4, 29, 22, 0, tzinfo=dt.UTC)


@pytest.fixture
def path(announced) -> str:
    return f"/meetings/{announced.id}/motions"


@pytest.fixture
def draft(database, announced, anna, now) -> Motion:
    with database.writing() as db:
        return motions.draft(
            db,
            db.get_one(Meeting, announced.id),
            anna,
            title="Cykelställ",
            text="Det saknas *cykelställ*.",
            clauses=["att ställ köps in"],
            language="sv",
            now=now,
        )


def all_motions(database) -> list[Motion]:
    with database.reading() as db:
        return list(db.scalars(sa.select(Motion).order_by(Motion.id)))


def reread(database, motion) -> Motion:
    with database.reading() as db:
        return db.get_one(Motion, motion.id)


def primaries(text: str) -> int:
    return text.count('class="primary"') + text.count('class="button primary"')


def test_a_member_writes_reads_through_and_sends(client, log_in, database, anna, path, now):
    log_in(client, anna)
    page = client.get(f"{path}/new").text
    assert "29 april 2027" in page
    answer = client.post(path, data=FORM)
    (made,) = all_motions(database)
    assert answer.headers["location"] == f"/motions/{made.id}?notice=motion-kept"
    assert made.clauses == ["att ställ köps in", "att styrelsen väljer plats"]
    assert made.text == "Det saknas *cykelställ*.\n\n- vid dörren"
    page = client.get(f"/motions/{made.id}").text
    assert "<em>cykelställ</em>" in page
    assert primaries(page) == 1
    answer = client.post(f"/motions/{made.id}/submit")
    assert answer.headers["location"] == f"/motions/{made.id}?notice=motion-sent"
    sent = reread(database, made)
    assert (sent.state, sent.number, sent.submitted_at) == (MotionState.SUBMITTED, 1, now)


def test_who_is_not_logged_in_is_asked_to(client, database, path, draft):
    assert client.get(path).headers["location"].startswith("/login")
    assert client.get(f"{path}/new").headers["location"].startswith("/login")
    assert client.post(path, data=FORM).headers["location"].startswith("/login")
    assert client.get(f"/motions/{draft.id}").headers["location"].startswith("/login")
    assert [each.id for each in all_motions(database)] == [draft.id]


def test_a_preview_shows_safe_text_and_saves_nothing(client, log_in, database, anna, path):
    log_in(client, anna)
    text = {**FORM, "text": "Det **saknas**. <img src=x onerror=alert(1)>"}
    answer = client.post(path, data={**text, "step": "preview"})
    assert answer.status_code == 200
    shown = answer.text.split("data-preview")[1].split("</section>")[0]
    assert "<strong>saknas</strong>" in shown
    assert "<li>att styrelsen väljer plats</li>" in shown
    assert "<img" not in answer.text
    assert text["text"] in html.unescape(answer.text)
    assert all_motions(database) == []


def test_one_more_clause_is_one_more_line_and_keeps_the_others(client, log_in, anna, path):
    log_in(client, anna)
    four = {f"clause_{number}": f"att {number}" for number in range(1, 5)}
    page = client.post(path, data={**FORM, **four, "step": "more"}).text
    assert 'id="clause_5"' in page
    assert "att 4" in page
    assert "Det saknas *cykelställ*." in page


def test_no_more_lines_are_offered_than_a_motion_has_clauses(client, log_in, anna, path):
    log_in(client, anna)
    lines = {f"clause_{number}": f"att {number}" for number in range(1, 21)}
    page = client.post(path, data={**FORM, **lines, "step": "more"}).text
    assert 'id="clause_20"' in page
    assert 'id="clause_21"' not in page
    assert "One more clause" not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"text": "  "}, "text"),
        ({"clause_1": "", "clause_3": ""}, "clause_1"),
        ({"clause_3": "x" * 2_001}, "clause_2"),  # the second of those written
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client, log_in, database, anna, path, wrong, field
):
    log_in(client, anna)
    answer = client.post(path, data={**FORM, **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    page = html.unescape(answer.text).replace("\r\n", "\n")
    for name, value in {**FORM, **wrong}.items():
        if name != "language":
            assert value.replace("\r\n", "\n").strip() in page
    assert all_motions(database) == []


def test_a_second_tap_makes_no_second_draft(client, log_in, database, anna, path):
    log_in(client, anna)
    first, second = (client.post(path, data=FORM) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(all_motions(database)) == 1


def test_who_comes_back_finds_the_draft(client, log_in, anna, path, draft):
    log_in(client, anna)
    assert f'href="/motions/{draft.id}"' in client.get(path).text
    assert f'href="/motions/{draft.id}"' in client.get(f"{path}/new").text


def test_a_draft_is_changed_and_keeps_its_language(client, log_in, database, anna, draft):
    log_in(client, anna)
    page = client.get(f"/motions/{draft.id}/edit").text
    assert "att ställ köps in" in page
    answer = client.post(f"/motions/{draft.id}/edit", data={**FORM, "title": "Fler cykelställ"})
    assert answer.headers["location"] == f"/motions/{draft.id}?notice=motion-kept"
    assert reread(database, draft).title == "Fler cykelställ"
    wrong = client.post(f"/motions/{draft.id}/edit", data={**FORM, "title": ""})
    assert wrong.status_code == 422
    assert "att styrelsen väljer plats" in wrong.text


def test_anothers_draft_is_nobody_elses(client, log_in, database, bo, director, draft, path):
    for person in (bo, director):
        log_in(client, person)
        assert "Cykelställ" not in client.get(path).text
        assert client.get(f"/motions/{draft.id}").status_code == 404
        assert client.get(f"/motions/{draft.id}/edit").status_code == 404
        assert client.get(f"/motions/{draft.id}/withdraw").status_code == 404
        for step in ("edit", "submit", "withdraw"):
            assert client.post(f"/motions/{draft.id}/{step}", data=FORM).status_code == 404
    kept = reread(database, draft)
    assert (kept.state, kept.title) == (MotionState.DRAFT, "Cykelställ")


def test_the_board_reads_what_is_sent_but_does_not_write_in_it(
    client, log_in, database, anna, director, draft
):
    log_in(client, anna)
    client.post(f"/motions/{draft.id}/submit")
    log_in(client, director)
    assert client.get(f"/motions/{draft.id}").status_code == 200
    assert client.get(f"/motions/{draft.id}/edit").status_code == 403
    for step in ("edit", "submit", "withdraw"):
        assert client.post(f"/motions/{draft.id}/{step}", data=FORM).status_code == 403
    assert reread(database, draft).state is MotionState.SUBMITTED


def test_what_is_sent_is_not_changed_and_a_late_change_is_given_back(
    client, log_in, database, anna, draft
):
    log_in(client, anna)
    client.post(f"/motions/{draft.id}/submit")
    assert client.get(f"/motions/{draft.id}/edit").status_code == 409
    answer = client.post(f"/motions/{draft.id}/edit", data={**FORM, "text": "Nytt skäl."})
    assert answer.status_code == 409
    assert "Nytt skäl." in answer.text
    assert reread(database, draft).text == "Det saknas *cykelställ*."


def test_the_last_minute_of_the_last_day_is_in_time(client, log_in, database, clock, anna, draft):
    clock.now = LAST_MINUTE
    log_in(client, anna)
    assert client.post(f"/motions/{draft.id}/submit").status_code == 303
    assert reread(database, draft).state is MotionState.SUBMITTED


def test_after_the_day_the_draft_stays_and_the_page_says_why(
    client, log_in, database, clock, anna, draft, path
):
    clock.now = TOO_LATE
    log_in(client, anna)
    answer = client.post(f"/motions/{draft.id}/submit")
    assert answer.status_code == 409
    assert "29 april 2027" in answer.text
    assert "<em>cykelställ</em>" in answer.text
    assert reread(database, draft).state is MotionState.DRAFT
    assert "/submit" not in client.get(f"/motions/{draft.id}").text
    assert "/motions/new" not in client.get(path).text
    assert client.get(f"{path}/new").status_code == 409


def test_what_was_being_written_at_midnight_is_kept(client, log_in, database, clock, anna, path):
    clock.now = TOO_LATE
    log_in(client, anna)
    assert client.post(path, data=FORM).status_code == 303
    assert all_motions(database)[0].state is MotionState.DRAFT


def test_a_meeting_that_takes_no_motions_gives_the_text_back(
    client, log_in, database, anna, announced, path
):
    log_in(client, anna)
    with database.writing() as db:
        db.get_one(Meeting, announced.id).state = "open"
    answer = client.post(path, data=FORM)
    assert answer.status_code == 409
    assert "att styrelsen väljer plats" in answer.text
    assert client.get(f"{path}/new").status_code == 409


def test_withdrawing_is_asked_once_more(client, log_in, database, anna, draft, path):
    log_in(client, anna)
    assert "Det går inte att ångra." in client.get(f"/motions/{draft.id}/withdraw").text
    assert reread(database, draft).state is MotionState.DRAFT
    answer = client.post(f"/motions/{draft.id}/withdraw")
    assert answer.headers["location"] == f"{path}?notice=motion-withdrawn"
    assert reread(database, draft).state is MotionState.WITHDRAWN
    assert client.get(f"/motions/{draft.id}/withdraw").status_code == 409
    assert client.post(f"/motions/{draft.id}/submit").status_code == 409


def test_without_motions_the_page_says_who_begins(client, log_in, anna, director, path):
    log_in(client, anna)
    page = client.get(path).text
    assert f'href="{path}/new"' in page
    assert "Motionerna står här när kallelsen är utfärdad" in page
    log_in(client, director)
    assert "No motions have been sent in." in client.get(path).text


def test_motions_are_the_members_to_read_once_the_notice_is_issued(
    client, log_in, database, board, clock, anna, bo, director, announced, draft, path
):
    def seen() -> tuple[int, bool]:
        page = client.get(path).text
        return client.get(f"/motions/{draft.id}").status_code, "Cykelställ" in page

    with database.writing() as db:
        motion = db.get_one(Motion, draft.id)
        motions.submit(db, motion, by_id=anna.id, now=clock.now)
        motions.admit(db, motion, by_id=director.id, now=clock.now)
    log_in(client, bo)
    assert seen() == (404, False)
    clock.now = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.approve(db, found, by_id=director.id, now=clock.now)
    log_in(client, bo)
    assert seen() == (404, False)  # it may still be withdrawn
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        notices.issue(db, board, found, by_id=director.id, now=clock.now)
    assert seen() == (200, True)
    page = client.get(f"/motions/{draft.id}").text
    assert "From Anna Åberg" in page
    client.cookies.clear()
    assert client.get(f"/motions/{draft.id}").headers["location"].startswith("/login")


def test_many_motions_stand_on_pages_those_that_wait_first(
    client, log_in, database, anna, director, announced, path, now
):
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        for number in range(1, 43):
            made = motions.draft(
                db,
                meeting,
                anna,
                title=f"Nummer {number}",
                text="Text.",
                clauses=["att det sker"],
                language="sv",
                now=now,
            )
            motions.submit(db, made, by_id=anna.id, now=now)
            if number <= 2:
                motions.admit(db, made, by_id=director.id, now=now)
    log_in(client, director)
    first, second = client.get(path).text, client.get(f"{path}?number=2").text
    assert "3. Nummer 3<" in first
    assert "1. Nummer 1<" not in first
    assert "1. Nummer 1<" in second
    assert "Waiting for the board: 40" in first


def test_there_is_no_motion_where_there_is_none(client, log_in, anna):
    log_in(client, anna)
    assert client.get("/motions/4711").status_code == 404
    assert client.post("/motions/4711/submit").status_code == 404
    assert client.get("/meetings/4711/motions").status_code == 404
