from __future__ import annotations

import datetime as dt
import html

import pytest
import sqlalchemy as sa

from governance import agenda, meetings, notices
from governance.meetings import Meeting, MeetingKind, MeetingState

FORM = {
    "kind": "annual",
    "title_sv": "Årsstämma 2027",
    "title_en": "Annual meeting 2027",
    "date": "2027-06-10",
    "time": "18:00",
    "place": "Folkets hus, Umeå",
    "link": "https://meet.example/stamma",
}


def all_meetings(database) -> list[Meeting]:
    with database.reading() as db:
        return list(db.scalars(sa.select(Meeting).order_by(Meeting.id)))


def beside(answer, field: str) -> str:
    """What stands at the field as its error."""
    return html.unescape(answer.text.split(f'id="{field}-error">')[1].split("<")[0])


def filled(text: str) -> int:
    """How many filled buttons the page has."""
    return text.count('class="primary"') + text.count('class="button primary"')


def test_a_director_makes_a_draft_with_the_rulebooks_agenda(client, log_in, database, director):
    log_in(client, director)
    answer = client.post("/meetings", data=FORM)
    (made,) = all_meetings(database)
    assert answer.headers["location"] == f"/meetings/{made.id}/board?notice=meeting-created"
    assert (made.kind, made.state) == (MeetingKind.ANNUAL, MeetingState.DRAFT)
    assert made.title == {"sv": "Årsstämma 2027", "en": "Annual meeting 2027"}
    with database.reading() as db:
        assert [item.key for item in agenda.items(db, made.id)][-2:] == ["other", "closing"]


def test_date_and_time_are_the_seats_own(client, log_in, database, director):
    log_in(client, director)
    client.post("/meetings", data=FORM)
    (made,) = all_meetings(database)
    assert made.starts_at == dt.datetime(2027, 6, 10, 16, tzinfo=dt.UTC)
    assert 'value="18:00"' in client.get(f"/meetings/{made.id}/edit").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "ball"}, "kind"),
        ({"title_sv": "  "}, "title_sv"),
        ({"title_en": "x" * 201}, "title_en"),
        ({"date": ""}, "date"),
        ({"date": "2027-02-30"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "2027-02-28"}, "date"),  # has passed
        ({"time": "25:00"}, "time"),
        ({"time": "18:00+09:00"}, "time"),
        ({"date": "2027-03-28", "time": "02:30"}, "time"),  # that hour is left out
        ({"place": "x" * 301}, "place"),
        ({"link": "javascript:alert(1)"}, "link"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client, log_in, database, director, wrong, field
):
    log_in(client, director)
    answer = client.post("/meetings", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert beside(answer, field)
    assert f'href="#{field}"' in answer.text
    kept = {name: value for name, value in {**FORM, **wrong}.items() if name != "kind"}
    text = html.unescape(answer.text)
    assert all(f'value="{value.strip()}"' in text for value in kept.values())
    assert all_meetings(database) == []


def test_only_the_board_makes_a_meeting(client, log_in, database, anna):
    assert client.get("/meetings/new").headers["location"] == "/login?next=%2Fmeetings%2Fnew"
    assert client.post("/meetings", data=FORM).headers["location"].startswith("/login")
    log_in(client, anna)
    assert client.get("/meetings/new").status_code == 403
    assert client.post("/meetings", data=FORM).status_code == 403
    assert all_meetings(database) == []


def test_a_second_tap_makes_no_second_draft(client, log_in, database, director):
    log_in(client, director)
    first, second = (client.post("/meetings", data=FORM) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(all_meetings(database)) == 1


def test_who_begins_again_is_shown_the_draft_that_is_there(client, log_in, director, annual):
    log_in(client, director)
    text = client.get("/meetings/new").text
    assert f'href="/meetings/{annual.id}/board"' in text
    assert filled(text) == 1


def test_how_soon_a_meeting_can_be_held_is_told_before_a_date_is_chosen(client, log_in, director):
    log_in(client, director)
    text = client.get("/meetings/new").text
    assert "29 March 2027" in text  # four weeks on, 6:17
    assert "15 March 2027" in text  # two, 6:18


def test_without_meetings_the_page_says_who_begins(client, log_in, director, anna):
    text = client.get("/meetings").text
    assert "No meeting has been announced. The board announces the next one here." in text
    assert "/meetings/new" not in text
    log_in(client, director)
    assert "/meetings/new" in client.get("/meetings").text


def test_a_draft_is_listed_for_the_board_alone(client, log_in, director, anna, annual):
    assert "Annual meeting 2027" not in client.get("/meetings").text
    log_in(client, anna)
    assert "Årsstämma 2027" not in client.get("/meetings").text
    log_in(client, director)
    assert f'href="/meetings/{annual.id}/board"' in client.get("/meetings").text


def test_strangers_see_what_is_announced_in_their_language(client, announced):
    text = client.get("/meetings").text
    assert "Annual meeting 2027" in text
    assert "29 April 2027" in text  # the last day for motions
    text = client.get("/meetings", headers={"accept-language": "sv"}).text
    assert "Årsstämma 2027" in text
    assert "29 april 2027" in text


def test_earlier_meetings_stand_on_pages(client, database, association, now):
    held = [
        Meeting(
            association_id=association.id,
            kind=MeetingKind.ANNUAL,
            state=MeetingState.CLOSED,
            title={"sv": f"Stämma {year}"},
            starts_at=now.replace(year=year),
            motions_close=now.date(),
        )
        for year in range(2001, 2027)
    ]
    with database.writing() as db:
        db.add_all(held)
    first, second = client.get("/meetings").text, client.get("/meetings?number=2").text
    assert "Stämma 2026" in first
    assert "Stämma 2006" not in first
    assert "Stämma 2006" in second
    assert "Stämma 2001" in second
    assert 'href="/meetings?number=2"' in first


def test_the_board_moves_a_meeting_and_gives_members_their_day(
    client, log_in, database, director, announced
):
    log_in(client, director)
    changed = {**FORM, "date": "2027-06-17", "motions_close": "2027-05-05", "link": ""}
    answer = client.post(f"/meetings/{announced.id}/edit", data=changed)
    assert answer.headers["location"] == f"/meetings/{announced.id}/board?notice=saved"
    (kept,) = all_meetings(database)
    assert kept.starts_at == dt.datetime(2027, 6, 17, 16, tzinfo=dt.UTC)
    assert kept.motions_close == dt.date(2027, 5, 5)


def test_a_place_that_somebody_else_has_changed_is_not_put_back_unseen(
    client, log_in, database, director, annual
):
    log_in(client, director)
    path = f"/meetings/{annual.id}/edit"
    opened = client.get(path).text.split('name="seen" value="')[1].split('"')[0]
    form = {**FORM, "motions_close": "2027-04-29"}
    client.post(path, data={**form, "place": "Stadshuset"})
    answer = client.post(path, data={**form, "time": "19:00", "seen": opened})
    assert answer.status_code == 409
    assert 'value="19:00"' in answer.text
    assert all_meetings(database)[0].place == "Stadshuset"


@pytest.mark.parametrize("day", ["2027-02-28", "2027-06-10", "soon"])
def test_a_day_for_motions_that_helps_nobody_is_refused_beside_its_field(
    client, log_in, director, announced, day
):
    log_in(client, director)
    answer = client.post(
        f"/meetings/{announced.id}/edit", data={**FORM, "place": "Nytt rum", "motions_close": day}
    )
    assert answer.status_code == 422
    assert beside(answer, "motions_close")
    assert 'value="Nytt rum"' in answer.text


def test_a_continued_meeting_is_moved_without_a_day_for_motions(client, log_in, database, director):
    log_in(client, director)
    client.post("/meetings", data={**FORM, "kind": "continued"})
    (made,) = all_meetings(database)
    path = f"/meetings/{made.id}/edit"
    page = client.get(path).text
    assert "Last day for motions" not in page
    kept = page.split('name="motions_close" value="')[1].split('"')[0]
    answer = client.post(path, data={**FORM, "place": "Nytt rum", "motions_close": kept})
    assert answer.status_code == 303
    assert all_meetings(database)[0].place == "Nytt rum"


def test_what_stands_in_an_approved_notice_is_not_changed_and_the_text_is_kept(
    client, log_in, database, clock, director, announced
):
    clock.now = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
    with database.writing() as db:
        notices.approve(db, db.get_one(Meeting, announced.id), by_id=director.id, now=clock.now)
    log_in(client, director)
    assert client.get(f"/meetings/{announced.id}/edit").status_code == 409
    changed = {**FORM, "place": "Nytt rum", "motions_close": "2027-04-29"}
    answer = client.post(f"/meetings/{announced.id}/edit", data=changed)
    assert answer.status_code == 409
    assert 'value="Nytt rum"' in answer.text
    assert all_meetings(database)[0].place == "Folkets hus, Umeå"


def test_only_the_board_changes_a_meeting(client, log_in, database, anna, announced):
    path = f"/meetings/{announced.id}/edit"
    log_in(client, anna)
    assert client.get(path).status_code == 403
    answer = client.post(path, data={**FORM, "motions_close": "2027-04-29"})
    assert answer.status_code == 403


def test_a_meeting_called_off_stays_listed_until_its_day_has_passed(
    client, database, clock, director, announced
):
    with database.writing() as db:
        found = db.get_one(Meeting, announced.id)
        meetings.cancel(db, found, "No room.", by_id=director.id, now=clock.now)
    coming = client.get("/meetings").text.split("Earlier")[0]
    assert "Annual meeting 2027" in coming
    assert "Cancelled" in coming
    clock.now = dt.datetime(2027, 6, 11, tzinfo=dt.UTC)
    assert "Annual meeting 2027" in client.get("/meetings").text.split("Earlier")[1]


def test_a_draft_called_off_was_never_anybodys_but_the_boards(
    client, log_in, database, clock, director, anna, annual
):
    with database.writing() as db:
        found = db.get_one(Meeting, annual.id)
        meetings.cancel(db, found, "A mistake.", by_id=director.id, now=clock.now)
    assert "Annual meeting 2027" not in client.get("/meetings").text
    log_in(client, anna)
    assert client.get(f"/meetings/{annual.id}/documents").status_code == 404
    log_in(client, director)
    assert client.get(f"/meetings/{annual.id}/board").status_code == 200
