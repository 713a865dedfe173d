"""The chair's page: one thing to do next, and the steps of the meeting itself."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from governance import presiding, roles, roll, rulebook
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.attendance import Presence
from governance.journal import JournalEntry
from governance.meetings import Meeting, MeetingState
from governance.roles import Role
from tests.web.reading import filled


@pytest.fixture
def anna(make_member):
    return make_member("1", given_name="Anna", family_name="Åberg", language="en")


@pytest.fixture
def chair(database, make_member, open_meeting, now):
    made = make_member("90", given_name="Cleo", family_name="Ordförande", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.CHAIR, now=now, by_id=None, meeting_id=open_meeting.id)
    return made


@pytest.fixture
def path(open_meeting) -> str:
    return f"/meetings/{open_meeting.id}"


@pytest.fixture
def items(database, open_meeting) -> list[AgendaItem]:
    """An agenda, before anybody has been elected."""
    agenda = (
        (ItemKind.PROCEDURE, "opening", "Opening"),
        (ItemKind.ELECTION, "chair", "Chair of the meeting"),
        (ItemKind.DECISION, "discharge", "Discharge"),
        (ItemKind.INFORMATION, "other", "Other matters"),
    )
    made = [
        AgendaItem(
            meeting_id=open_meeting.id, position=position, kind=kind, key=key, title={"en": title}
        )
        for position, (kind, key, title) in enumerate(agenda, 1)
    ]
    with database.writing() as db:
        db.add_all(made)
    return made


@pytest.fixture
def presiding_page(client, log_in, chair, floor, items, path):
    """The elected chair looks at the page."""
    log_in(client, chair)
    return f"{path}/chair"


@pytest.fixture
def put(database, open_meeting):
    def put(**facts) -> None:
        with database.writing() as db:
            for name, value in facts.items():
                setattr(db.get_one(Meeting, open_meeting.id), name, value)

    return put


@pytest.fixture
def meeting_now(house, open_meeting):
    def meeting_now() -> Meeting:
        with house.database.reading() as db:
            return db.get_one(Meeting, open_meeting.id)

    return meeting_now


def acts(house, act: str) -> int:
    with house.database.reading() as db:
        return len(db.scalars(sa.select(JournalEntry).where(JournalEntry.act == act)).all())


def test_the_board_opens_a_called_meeting_once_however_often_it_is_clicked(
    client, log_in, director, items, path, put, meeting_now, now, house
):
    put(state=MeetingState.CALLED, opened_at=None)
    log_in(client, director)
    assert filled(client.get(f"{path}/chair")) == ["Open the meeting"]
    for _ in range(2):
        answer = client.post(f"{path}/open")
        assert answer.headers["location"] == f"{path}/chair?notice=meeting-opened"
    assert (meeting_now().state, meeting_now().opened_at) == (MeetingState.OPEN, now)
    assert acts(house, "meeting.open") == 1


def test_before_its_time_a_meeting_cannot_be_opened_and_the_page_says_when(
    client, log_in, director, items, path, put, meeting_now, now
):
    put(state=MeetingState.CALLED, opened_at=None, starts_at=now + dt.timedelta(hours=2))
    log_in(client, director)
    page = client.get(f"{path}/chair")
    assert filled(page) == ["To the check-in desk"]
    assert f'action="{path}/open"' not in page.text
    answer = client.post(f"{path}/open")
    assert answer.status_code == 409
    assert "it cannot be opened before" in answer.text
    assert meeting_now().state is MeetingState.CALLED


@pytest.mark.parametrize("state", [MeetingState.ANNOUNCED, MeetingState.APPROVED])
def test_a_meeting_that_is_not_called_leads_to_the_board(
    client, log_in, director, items, path, put, state
):
    put(state=state, opened_at=None)
    log_in(client, director)
    assert filled(client.get(f"{path}/chair")) == ["To the board's page"]
    assert client.post(f"{path}/open").status_code == 409


def test_the_next_item_is_the_filled_button_and_moves_the_meeting_on(
    client, presiding_page, path, items, house, meeting_now
):
    assert filled(client.get(presiding_page)) == ["Next: § 1 Opening"]
    assert client.post(f"{path}/items/{items[0].id}/take-up").status_code == 303
    assert meeting_now().current_item_id == items[0].id
    assert filled(client.get(presiding_page)) == ["Next: § 2 Chair of the meeting"]


def test_any_item_can_be_taken_up_and_the_next_is_the_one_after_it(
    client, presiding_page, path, items, house
):
    client.post(f"{path}/items/{items[3].id}/take-up")
    page = client.get(presiding_page)
    assert "Nothing is decided under this item." in page.text
    assert filled(page) == ["Next: § 1 Opening"]  # nothing comes after it, and this was left out
    client.post(f"{path}/items/{items[0].id}/take-up")
    page = client.get(presiding_page)
    assert filled(page) == ["Next: § 2 Chair of the meeting"]
    with house.database.reading() as db:
        states = [each.state for each in db.scalars(sa.select(AgendaItem).order_by("position"))]
    assert states == [ItemState.CURRENT, ItemState.AHEAD, ItemState.AHEAD, ItemState.DONE]


def test_while_a_vote_is_unfinished_no_other_item_is_taken_up(
    client, presiding_page, path, items, floor, anna, meeting_now
):
    floor.come(anna)
    floor.approve_roll()
    floor.open_ballot(items[2])
    page = client.get(presiding_page)
    assert "take-up" not in page.text
    answer = client.post(f"{path}/items/{items[3].id}/take-up")
    assert answer.status_code == 409
    assert "A vote is not finished." in answer.text
    assert meeting_now().current_item_id == items[2].id


def test_closing_the_meeting_with_an_undeclared_vote_is_refused_with_the_reason(
    client, presiding_page, path, items, floor, anna, meeting_now
):
    floor.come(anna)
    floor.approve_roll()
    poll = floor.open_ballot(items[2])
    for finish in (lambda: None, lambda: floor.close(poll)):
        finish()
        answer = client.post(f"{path}/close-meeting")
        assert answer.status_code == 409
        assert "Close and declare it first, or declare it void." in answer.text
        assert meeting_now().state is MeetingState.OPEN


def test_closing_asks_first_names_what_is_left_and_cannot_be_undone(
    client, presiding_page, path, items, floor, meeting_now, now, house
):
    floor.take_up(items[0])
    page = client.get(f"{presiding_page}?panel=close-meeting")
    assert filled(page) == ["Close the meeting"]
    assert "This cannot be undone." in page.text
    for left in ("§ 2 Chair of the meeting", "§ 4 Other matters", "No checker of the minutes"):
        assert left in page.text
    for _ in range(2):
        answer = client.post(f"{path}/close-meeting")
        assert answer.headers["location"].endswith("notice=meeting-closed")
    assert (meeting_now().state, meeting_now().closed_at) == (MeetingState.CLOSED, now)
    assert acts(house, "meeting.closed") == 1
    assert filled(client.get(presiding_page)) == ["To the minutes"]
    assert client.post(f"{path}/resume").status_code == 409


def test_when_every_item_has_been_taken_up_the_close_is_next(client, presiding_page, items, floor):
    for item in items:
        floor.take_up(item)
    page = client.get(presiding_page)
    assert filled(page) == ["Close the meeting …"]
    assert "panel=close-meeting" in page.text


def test_an_adjourned_meeting_does_nothing_but_go_on(
    client, presiding_page, path, items, meeting_now
):
    client.post(f"{path}/adjourn")
    client.post(f"{path}/adjourn")
    assert meeting_now().state is MeetingState.ADJOURNED
    page = client.get(presiding_page)
    assert filled(page) == ["Resume the meeting"]
    assert "take-up" not in page.text
    assert client.post(f"{path}/items/{items[0].id}/take-up").status_code == 409
    client.post(f"{path}/resume")
    assert meeting_now().state is MeetingState.OPEN


def test_after_too_long_a_break_the_reason_is_told_and_the_close_is_next(
    client, presiding_page, path, log_in, chair, clock, items, meeting_now
):
    client.post(f"{path}/adjourn")
    clock.now += dt.timedelta(weeks=4)
    log_in(client, chair)
    answer = client.post(f"{path}/resume")
    assert answer.status_code == 409
    assert "call a continued meeting" in answer.text
    assert filled(answer) == ["Close the meeting"]
    assert meeting_now().state is MeetingState.ADJOURNED
    client.post(f"{path}/close-meeting")
    assert meeting_now().state is MeetingState.CLOSED


def test_present_roll_and_quorum_are_always_in_view(client, presiding_page, floor, anna, bo, items):
    floor.come(anna, bo)
    floor.approve_roll()
    floor.come(bo, presence=Presence.ONLINE)
    gauges = client.get(presiding_page).text.split('data-live-part="gauges"')[1].split("</div>")[0]
    assert "<strong>2</strong> present" in gauges
    assert "1 in the room, 1 online" in gauges
    assert "<strong>2</strong> on the roll" in gauges
    assert "no minimum" in gauges
    assert "out of date" not in gauges


def test_the_roll_is_drawn_read_and_approved_once_by_a_double_click(
    client, presiding_page, path, floor, anna, bo, house, open_meeting
):
    floor.come(anna, bo)
    page = client.get(f"{presiding_page}?panel=roll")
    assert filled(page) == ["The meeting has approved it"]
    assert "Anna Åberg" in page.text
    for _ in range(2):
        assert client.post(f"{path}/roll", data={"seen": "0"}).status_code == 303
    with house.database.reading() as db:
        standing = roll.latest(db, open_meeting.id)
    assert (standing.version, standing.voters) == (1, 2)


def test_who_has_come_since_is_named_and_the_next_version_offered(
    client, presiding_page, floor, anna, bo
):
    floor.come(anna)
    floor.approve_roll()
    text = client.get(f"{presiding_page}?panel=roll").text
    assert "The version stands." in text
    floor.come(bo)
    assert "out of date" in client.get(presiding_page).text.split("</ul>")[1]
    text = client.get(f"{presiding_page}?panel=roll").text
    assert "Bo Öst" in text.split("Come")[1]
    assert 'name="seen" value="1"' in text


def test_an_empty_hall_has_no_roll_and_the_page_says_so(
    client, presiding_page, path, house, open_meeting
):
    assert filled(client.get(f"{presiding_page}?panel=roll")) == ["To the check-in desk"]
    answer = client.post(f"{path}/roll", data={"seen": "0"})
    assert answer.status_code == 409
    assert "Nobody has checked in" in answer.text
    with house.database.reading() as db:
        assert roll.latest(db, open_meeting.id) is None


def officers(house, meeting, office) -> list[str]:
    with house.database.reading() as db:
        return [each.given_name for each in presiding.officers(db, meeting.id)[office]]


def test_the_meetings_chair_is_found_among_those_present_and_takes_the_page_over(
    client, log_in, director, anna, bo, items, open_meeting, path, house
):
    log_in(client, director)
    for member in (anna, bo):
        client.post(f"{path}/desk/{member.id}/check-in")
    client.post(f"{path}/items/{items[1].id}/take-up")
    page = client.get(f"{path}/chair?panel=officers&office=chair&q=öst")
    assert filled(page) == ["Record who was elected"]
    assert f'value="{bo.id}"' in page.text
    assert f'value="{anna.id}"' not in page.text
    client.post(f"{path}/officers", data={"office": "chair", "chosen": str(bo.id)})
    assert officers(house, open_meeting, Role.CHAIR) == ["Bo"]
    page = client.get(f"{path}/chair")
    assert "Bo Öst presides." in page.text
    assert "take-up" not in page.text
    assert client.post(f"{path}/adjourn").status_code == 403
    log_in(client, bo)
    page = client.get(f"{path}/chair")
    assert filled(page) == ["Record and declare"]
    assert "Chair of the meeting: Bo Öst" in page.text


def test_who_is_not_here_is_not_offered(client, presiding_page, floor, anna, bo):
    floor.come(anna)
    text = client.get(f"{presiding_page}?panel=officers&office=teller&q=öst").text
    assert "Nobody present matches." in text


def test_several_checkers_are_chosen_over_several_searches(
    client, presiding_page, path, floor, anna, bo, house, open_meeting
):
    floor.come(anna, bo)
    ask = f"{presiding_page}?panel=officers&office=checker&q=öst&chosen={anna.id}"
    text = client.get(ask).text
    assert re.search(rf'value="{anna.id}" checked', text)
    assert f'value="{bo.id}" ' in text
    chosen = {"office": "checker", "chosen": [str(anna.id), str(bo.id)]}
    client.post(f"{path}/officers", data=chosen)
    assert officers(house, open_meeting, Role.CHECKER) == ["Anna", "Bo"]
    client.post(f"{path}/officers", data={"office": "checker", "chosen": str(bo.id)})
    assert officers(house, open_meeting, Role.CHECKER) == ["Bo"]


def test_the_chair_as_checker_is_refused_with_the_reason(
    client, presiding_page, path, chair, floor, house, open_meeting
):
    floor.come(chair)
    answer = client.post(f"{path}/officers", data={"office": "checker", "chosen": str(chair.id)})
    assert answer.status_code == 409
    assert "The chair cannot be a checker of the minutes as well (6:39)." in answer.text
    assert officers(house, open_meeting, Role.CHECKER) == []


@pytest.mark.parametrize("chosen", ["", "x", "²"])
def test_nobody_chosen_is_told_beside_the_search(client, presiding_page, path, chosen):
    answer = client.post(f"{path}/officers", data={"office": "teller", "chosen": chosen})
    assert answer.status_code == 422
    assert "Choose at least one person." in answer.text.split('id="q-error"')[1]


@pytest.mark.parametrize("office", ["director", "administrator", "king", ""])
def test_the_meeting_gives_no_other_office(client, presiding_page, path, anna, office):
    answer = client.post(f"{path}/officers", data={"office": office, "chosen": str(anna.id)})
    assert answer.status_code == 404


def test_a_refusal_is_shown_on_the_page_which_goes_on_following_the_meeting(
    client, presiding_page, path, items, floor
):
    floor.come(floor.chair)
    floor.approve_roll()
    floor.open_ballot(items[2])
    text = client.post(f"{path}/adjourn").text
    assert 'role="alert"' in text
    assert f'data-live-path="{presiding_page}"' in text
    assert "Close the vote …" in text


def test_members_without_office_do_not_see_it_and_strangers_log_in(
    client, log_in, anna, items, path, meeting_now
):
    assert client.get(f"{path}/chair").headers["location"].startswith("/login")
    log_in(client, anna)
    assert client.get(f"{path}/chair").status_code == 403
    for step in ("adjourn", "close-meeting", f"items/{items[0].id}/take-up"):
        assert client.post(f"{path}/{step}").status_code == 403
    assert client.post(f"{path}/roll", data={"seen": "0"}).status_code == 403
    assert meeting_now().state is MeetingState.OPEN


def test_the_secretary_watches_and_cannot_act(client, log_in, anna, floor, items, path, chair):
    floor.elect(Role.SECRETARY, anna)
    log_in(client, anna)
    page = client.get(f"{path}/chair")
    assert "Cleo Ordförande presides." in page.text
    assert filled(page) == ["Go to the meeting"]
    assert '<form method="post" action="/meetings' not in page.text


def test_what_is_not_there_is_not_found(client, presiding_page, path):
    assert client.post(f"{path}/items/999999/take-up").status_code == 404
    assert client.get("/meetings/999999/chair").status_code == 404
    assert client.post("/polls/999999/close").status_code == 404


@pytest.mark.parametrize(
    "ask", ["panel=x", "panel=close-vote", "panel=decide", "clause=9", "way=x"]
)
def test_an_address_that_asks_for_what_is_not_possible_shows_the_next_step(
    client, presiding_page, ask
):
    assert filled(client.get(f"{presiding_page}?{ask}")) == ["Next: § 1 Opening"]


def test_a_quorum_that_the_rulebook_asks_for_is_counted(monkeypatch, client, presiding_page, floor):
    book = rulebook.load("se-ekonomisk-forening")
    ordinary = book.majorities["ordinary"]
    asking = replace(ordinary, rule=replace(ordinary.rule, quorum=(1, 2)))
    changed = replace(book, majorities={**book.majorities, "ordinary": asking})
    monkeypatch.setattr(rulebook, "of", lambda association: changed)
    gauges = client.get(presiding_page).text.split('data-live-part="gauges"')[1].split("</div>")[0]
    assert "not met" in gauges
    floor.come(floor.chair)
    gauges = client.get(presiding_page).text.split('data-live-part="gauges"')[1].split("</div>")[0]
    assert "<strong>1</strong> quorum" in gauges
    assert "not met" not in gauges
