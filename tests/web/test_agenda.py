from __future__ import annotations

import datetime as dt
import html

import pytest

from governance import agenda, electing, meetings, notices
from governance.agenda import AgendaItem, ItemKind
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind
from governance.offices import Office

FORM = {
    "kind": "decision",
    "title_sv": "Nya stadgar",
    "title_en": "New bylaws",
    "text_sv": "Stadgarna **ändras**.",
    "text_en": "The bylaws are *changed*.",
    "majority": "bylaws",
}


@pytest.fixture
def path(annual) -> str:
    return f"/meetings/{annual.id}/agenda"


def items(database, meeting) -> list[AgendaItem]:
    with database.reading() as db:
        return list(agenda.items(db, meeting.id))


def item(database, meeting, key: str) -> AgendaItem:
    return next(each for each in items(database, meeting) if each.key == key)


def keys(database, meeting) -> list[str]:
    return [each.key for each in items(database, meeting)]


def test_an_item_of_the_boards_own_comes_before_other_matters(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    answer = client.post(path, data=FORM)
    added = items(database, annual)[-3]
    assert answer.headers["location"] == f"{path}#item-{added.id}"
    assert added.title == {"sv": "Nya stadgar", "en": "New bylaws"}
    assert added.text == {"sv": "Stadgarna **ändras**.", "en": "The bylaws are *changed*."}
    assert (added.kind, added.majority) == (ItemKind.DECISION, "bylaws")
    assert "At least two thirds of those voting" in client.get(path).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_sv": ""}, "title_sv"),
        ({"title_en": "x" * 201}, "title_en"),
        ({"text_en": "x" * 20_001}, "text_en"),
        ({"kind": "motion"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"majority": "loudest"}, "majority"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_texts_are_kept(
    client, log_in, database, director, annual, path, wrong, field
):
    log_in(client, director)
    before = keys(database, annual)
    answer = client.post(path, data={**FORM, **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    text = html.unescape(answer.text)
    for name in ("text_sv", "text_en"):
        assert {**FORM, **wrong}[name] in text
    assert keys(database, annual) == before


def test_a_preview_shows_the_text_as_it_will_be_read_and_saves_nothing(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    before = keys(database, annual)
    text = {**FORM, "text_sv": "Stadgarna **ändras**. <script>alert(1)</script>"}
    answer = client.post(path, data={**text, "step": "preview"})
    assert answer.status_code == 200
    shown = answer.text.split("data-preview")[1].split("</section>")[0]
    assert "<strong>ändras</strong>" in shown
    assert "<em>changed</em>" in shown
    assert "<script>" not in shown
    assert html.escape(text["text_sv"], quote=False) in answer.text  # still in the form
    assert keys(database, annual) == before


def test_a_proposal_is_written_on_an_item_that_the_law_asks_for(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    accounts = item(database, annual, "accounts")
    edit = f"{path}/{accounts.id}/edit"
    page = client.get(edit).text
    assert 'value="Adoption of the income statement and the balance sheet"' in page
    assert "/remove" not in page
    changed = {**FORM, "title_sv": "Fastställande", "majority": "ordinary"}
    assert client.post(edit, data=changed).headers["location"] == f"{path}#item-{accounts.id}"
    kept = item(database, annual, "accounts")
    assert kept.title["sv"] == "Fastställande"
    assert kept.text["en"] == "The bylaws are *changed*."
    assert "with a proposal: 1" in client.get(f"/meetings/{annual.id}/board").text


def test_of_two_who_work_on_one_item_the_later_replaces_nothing_unseen(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    discharge = item(database, annual, "discharge")
    edit = f"{path}/{discharge.id}/edit"
    opened = client.get(edit).text.split('name="seen" value="')[1].split('"')[0]
    client.post(edit, data={**FORM, "text_sv": "Disas text."})
    mine = {**FORM, "text_sv": "Min text.", "seen": opened}
    assert client.post(edit, data={**mine, "step": "preview"}).status_code == 200
    answer = client.post(edit, data=mine)
    assert answer.status_code == 409
    assert "Somebody else has changed this" in answer.text
    assert "Min text." in answer.text
    assert item(database, annual, "discharge").text["sv"] == "Disas text."
    again = answer.text.split('name="seen" value="')[1].split('"')[0]
    assert client.post(edit, data={**mine, "seen": again}).status_code == 303
    assert item(database, annual, "discharge").text["sv"] == "Min text."
    assert client.post(edit, data=mine).status_code == 303  # sent twice, it is one change


def test_an_item_without_its_title_is_not_saved_and_the_texts_are_kept(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    accounts = item(database, annual, "accounts")
    answer = client.post(f"{path}/{accounts.id}/edit", data={**FORM, "title_sv": ""})
    assert answer.status_code == 422
    assert 'id="title_sv-error"' in answer.text
    assert "The bylaws are *changed*." in answer.text
    assert item(database, annual, "accounts").text == {}


def test_items_change_places_one_step_at_a_time(client, log_in, database, director, annual, path):
    log_in(client, director)
    before = keys(database, annual)
    fees = item(database, annual, "fees")
    answer = client.post(f"{path}/{fees.id}/up")
    assert answer.headers["location"] == f"{path}#item-{fees.id}"
    at = before.index("fees")
    assert keys(database, annual).index("fees") == at - 1
    client.post(f"{path}/{fees.id}/down")
    assert keys(database, annual) == before


def test_opening_and_closing_keep_their_places(client, log_in, database, director, annual, path):
    log_in(client, director)
    before = keys(database, annual)
    first, last = item(database, annual, "chair"), item(database, annual, "other")
    assert client.post(f"{path}/{first.id}/up").status_code == 409
    assert client.post(f"{path}/{last.id}/down").status_code == 409
    assert client.post(f"{path}/{item(database, annual, 'closing').id}/remove").status_code == 409
    assert keys(database, annual) == before


def test_what_the_law_asks_for_is_not_removed(client, log_in, database, director, annual, path):
    log_in(client, director)
    discharge = item(database, annual, "discharge")
    answer = client.post(f"{path}/{discharge.id}/remove")
    assert answer.status_code == 409
    assert "The law asks for this item (6:10), so it stays on the agenda." in answer.text
    assert "discharge" in keys(database, annual)


def test_what_the_board_put_there_can_be_removed(client, log_in, database, director, annual, path):
    log_in(client, director)
    client.post(path, data=FORM)
    added = items(database, annual)[-3]
    assert f"{path}/{added.id}/remove" in client.get(f"{path}/{added.id}/edit").text
    answer = client.post(f"{path}/{added.id}/remove")
    assert answer.headers["location"] == f"{path}?notice=item-removed"
    assert added.id not in {each.id for each in items(database, annual)}


def test_an_approved_notice_freezes_the_agenda_and_gives_the_text_back(
    client, log_in, database, clock, director, announced, path
):
    discharge = item(database, announced, "discharge")
    clock.now = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
    with database.writing() as db:
        notices.approve(db, db.get_one(Meeting, announced.id), by_id=director.id, now=clock.now)
    log_in(client, director)
    before = keys(database, announced)
    answer = client.post(path, data=FORM)
    assert answer.status_code == 409
    assert "The bylaws are *changed*." in answer.text
    for step in ("up", "down", "remove"):
        assert client.post(f"{path}/{discharge.id}/{step}").status_code == 409
    assert client.get(f"{path}/new").status_code == 409
    assert client.get(f"{path}/{discharge.id}/edit").status_code == 409
    text = client.get(path).text
    assert "The agenda is frozen with the notice." in text
    assert "<button" not in text.split("<main")[1].split("</main>")[0]
    assert keys(database, announced) == before


def test_only_the_board_touches_the_agenda(client, log_in, database, anna, announced, path):
    before = keys(database, announced)
    discharge = item(database, announced, "discharge")
    assert client.post(path, data=FORM).headers["location"].startswith("/login")
    log_in(client, anna)
    for page in (path, f"{path}/new", f"{path}/{discharge.id}/edit"):
        assert client.get(page).status_code == 403
    for step in ("", f"/{discharge.id}/edit", f"/{discharge.id}/up", f"/{discharge.id}/remove"):
        assert client.post(f"{path}{step}", data=FORM).status_code == 403
    assert keys(database, announced) == before


def test_an_item_of_another_meeting_is_not_here(
    client, log_in, database, association, director, annual, path, now
):
    with database.writing() as db:
        other = meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.EXTRA,
            title={"sv": "Extra"},
            starts_at=annual.starts_at,
            place="",
            link="",
            by_id=director.id,
            now=now,
        )
    foreign = items(database, other)[1]
    log_in(client, director)
    for step in ("edit", "up", "down", "remove"):
        assert client.post(f"{path}/{foreign.id}/{step}", data=FORM).status_code == 404


def test_the_board_says_which_office_its_own_election_fills(
    client, log_in, database, director, annual, path
):
    log_in(client, director)
    form = {**FORM, "kind": "election", "majority": "ordinary", "office": "board-deputies"}
    client.post(path, data=form)
    added = items(database, annual)[-3]
    with database.reading() as db:
        election = electing.of_item(db, added.id)
    assert (election.office, election.of_deputies) == (Office.BOARD, True)
    opened = client.get(f"{path}/{added.id}/edit").text
    assert '<option value="board-deputies" selected' in opened
    other = {**form, "office": "other", "office_title_sv": "Arkivarie"}
    client.post(f"{path}/{added.id}/edit", data=other)
    with database.reading() as db:
        election = electing.of_item(db, added.id)
    assert (election.office, election.title) == (Office.OTHER, {"sv": "Arkivarie"})
    shown = client.get(f"/elections/{election.id}").text
    assert "Arkivarie" in shown
    wrong = client.post(f"{path}/{added.id}/edit", data={**form, "office": "king"})
    assert wrong.status_code == 422
    assert 'id="office-error"' in wrong.text
