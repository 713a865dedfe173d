from __future__ import annotations

import datetime as dt

import pytest

from governance import motions
from governance.meetings import Meeting
from governance.motions import Motion, MotionState, Opinion


@pytest.fixture
def sent(database, announced, anna, now):
    def sent(title: str = "Cykelställ") -> Motion:
        with database.writing() as db:
            made = motions.draft(
                db,
                db.get_one(Meeting, announced.id),
                anna,
                title=title,
                text="Det saknas.",
                clauses=["att ställ köps in"],
                language="sv",
                now=now,
            )
            motions.submit(db, made, by_id=anna.id, now=now)
        return made

    return sent


@pytest.fixture
def motion(sent) -> Motion:
    return sent()


def reread(database, motion) -> Motion:
    with database.reading() as db:
        return db.get_one(Motion, motion.id)


def primaries(text: str) -> int:
    return text.count('class="primary"') + text.count('class="button primary"')


def test_a_director_admits_and_writes_the_opinion(client, log_in, database, director, motion):
    at = f"/motions/{motion.id}"
    log_in(client, director)
    page = client.get(at).text
    assert "may not be refused (6:15)" in page
    assert primaries(page) == 1
    assert client.post(f"{at}/admit").headers["location"] == f"{at}?notice=motion-admitted"
    assert reread(database, motion).state is MotionState.ADMISSIBLE
    assert primaries(client.get(at).text) == 1
    answer = client.post(f"{at}/opinion", data={"opinion": "reject", "text": "Hyresvärden gör."})
    assert answer.headers["location"] == f"{at}?notice=opinion-given"
    kept = reread(database, motion)
    assert (kept.opinion, kept.opinion_text) == (Opinion.REJECT, "Hyresvärden gör.")
    page = client.get(at).text
    assert f'class="button primary" href="/meetings/{motion.meeting_id}/board"' in page
    assert primaries(page) == 1


def test_the_board_says_which_majority_the_decision_needs(
    client, log_in, database, director, motion
):
    log_in(client, director)
    assert client.post(f"/motions/{motion.id}/admit", data={"majority": "loud"}).status_code == 422
    client.post(f"/motions/{motion.id}/admit", data={"majority": "bylaws"})
    assert reread(database, motion).majority == "bylaws"


def test_what_is_admitted_is_not_returned(client, log_in, database, director, motion):
    log_in(client, director)
    client.post(f"/motions/{motion.id}/admit")
    page = client.get(f"/motions/{motion.id}").text
    assert "/return" not in page
    answer = client.post(f"/motions/{motion.id}/return", data={"reason": "No."})
    assert answer.status_code == 409
    assert reread(database, motion).state is MotionState.ADMISSIBLE


def test_a_motion_is_returned_with_what_has_to_be_mended(
    client, log_in, database, director, anna, motion
):
    at = f"/motions/{motion.id}"
    log_in(client, director)
    answer = client.post(f"{at}/return", data={"reason": "Säg var ställen ska stå."})
    assert answer.headers["location"] == f"{at}?notice=motion-returned"
    log_in(client, anna)
    page = client.get(at).text
    assert "Säg var ställen ska stå." in page
    assert f'href="{at}/edit"' in page
    assert primaries(page) == 1


def test_without_a_reason_nothing_is_returned(client, log_in, database, director, motion):
    log_in(client, director)
    answer = client.post(f"/motions/{motion.id}/return", data={"reason": " "})
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert 'id="reason-error"' in answer.text
    assert reread(database, motion).state is MotionState.SUBMITTED


def test_a_reason_that_is_too_long_is_given_back(client, log_in, database, director, motion):
    log_in(client, director)
    long = "x" * (motions.LONGEST_REASON + 1)
    answer = client.post(f"/motions/{motion.id}/return", data={"reason": long})
    assert answer.status_code == 422
    assert long in answer.text


def test_what_came_in_time_may_come_again_after_the_day(
    client, log_in, database, clock, director, anna, motion
):
    at = f"/motions/{motion.id}"
    log_in(client, director)
    client.post(f"{at}/return", data={"reason": "Säg var."})
    clock.now = dt.datetime(2027, 5, 2, tzinfo=dt.UTC)
    log_in(client, anna)
    assert f'action="{at}/submit"' in client.get(at).text
    assert client.post(f"{at}/submit").status_code == 303
    again = reread(database, motion)
    assert (again.state, again.number) == (MotionState.SUBMITTED, 1)


def test_an_opinion_is_previewed_and_not_saved(client, log_in, database, director, motion):
    log_in(client, director)
    data = {"opinion": "answered", "text": "Redan **gjort**. <b>x</b>", "step": "preview"}
    answer = client.post(f"/motions/{motion.id}/opinion", data=data)
    assert answer.status_code == 200
    shown = answer.text.split("data-preview")[1].split("</div>")[0]
    assert "Consider the motion answered" in shown
    assert "<strong>gjort</strong>" in shown
    assert "<b>" not in shown
    assert "Redan **gjort**." in answer.text
    assert reread(database, motion).opinion is None


def test_two_directors_do_not_overwrite_each_others_opinion_unseen(
    client, log_in, database, director, motion
):
    at = f"/motions/{motion.id}"
    log_in(client, director)
    opened = client.get(at).text.split('name="seen" value="')[1].split('"')[0]
    client.post(f"{at}/opinion", data={"opinion": "reject", "text": "Nej."})
    mine = {"opinion": "adopt", "text": "Ja.", "seen": opened}
    answer = client.post(f"{at}/opinion", data={**mine, "step": "preview"})
    assert f'name="seen" value="{opened}"' in answer.text
    answer = client.post(f"{at}/opinion", data=mine)
    assert answer.status_code == 409
    assert "Ja." in answer.text
    assert reread(database, motion).opinion_text == "Nej."


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"opinion": "", "text": "Redan gjort."}, "opinion"),
        ({"opinion": "maybe", "text": "Redan gjort."}, "opinion"),
        ({"opinion": "answered", "text": ""}, "text"),
        ({"opinion": "adopt", "text": "x" * 20_001}, "text"),
    ],
)
def test_an_opinion_that_says_nothing_is_refused_beside_its_field(
    client, log_in, database, director, motion, data, field
):
    log_in(client, director)
    answer = client.post(f"/motions/{motion.id}/opinion", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert data["text"] in answer.text
    assert reread(database, motion).opinion is None


def test_members_neither_admit_nor_return_nor_answer(client, log_in, database, anna, bo, motion):
    for person in (anna, bo):
        log_in(client, person)
        for step in ("admit", "return", "opinion"):
            data = {"reason": "No.", "opinion": "adopt", "text": ""}
            assert client.post(f"/motions/{motion.id}/{step}", data=data).status_code == 403
    client.cookies.clear()
    assert client.post(f"/motions/{motion.id}/admit").headers["location"].startswith("/login")
    kept = reread(database, motion)
    assert (kept.state, kept.opinion) == (MotionState.SUBMITTED, None)


def test_an_authors_page_offers_nothing_of_the_boards(client, log_in, anna, motion):
    log_in(client, anna)
    page = client.get(f"/motions/{motion.id}").text
    assert "/admit" not in page
    assert "/opinion" not in page
    assert f'href="/motions/{motion.id}/withdraw"' in page


def test_from_one_motion_the_board_goes_on_to_the_next(client, log_in, director, sent):
    first, second = sent(), sent("Kaffe")
    log_in(client, director)
    assert f'href="/motions/{second.id}"' in client.get(f"/motions/{first.id}").text
    client.post(f"/motions/{second.id}/admit")
    assert f'href="/motions/{second.id}"' not in client.get(f"/motions/{first.id}").text


def test_the_boards_list_leads_to_the_first_that_waits(client, log_in, director, announced, sent):
    first, second = sent(), sent("Kaffe")
    log_in(client, director)
    client.post(f"/motions/{first.id}/admit")
    page = client.get(f"/meetings/{announced.id}/motions").text
    assert f'class="button primary" href="/motions/{second.id}"' in page
    assert "Waiting for the board: 1" in page
    assert primaries(page) == 1
