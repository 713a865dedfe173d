"""Trustees: the board that the chair sets up, their devices' messages, opening, a lost key; and the
chair's steps with a secret vote."""

from __future__ import annotations

import json
import secrets

import pytest
from litestar.testing import TestClient

from ballots.belenios.ceremony import make_seed
from ballots.belenios.device import Device
from ballots.belenios.tally import parse_tally
from governance import electoral_boards, polls, secret, wording
from governance.agenda import ItemKind
from governance.electoral_boards import Step
from governance.members import Member
from governance.polls import Poll, PollKind, PollState
from governance.roles import Role
from web import worker
from web.app import create_app


@pytest.fixture
def people(secret_floor, floor):
    """Eva and Ali are tellers, Siv is a checker, Anna and Bo have come as well."""
    eva, ali, siv, *_ = secret_floor.people
    floor.elect(Role.TELLER, eva)
    floor.elect(Role.TELLER, ali)
    floor.elect(Role.CHECKER, siv)
    return secret_floor.people


@pytest.fixture
def here(floor):
    return f"/meetings/{floor.meeting.id}/electoral-board"


@pytest.fixture
def desk(client, log_in, chair, database):
    """The chair's browser; they read English."""
    with database.writing() as db:
        db.get_one(Member, chair.id).language = "en"
    log_in(client, chair)
    return client


@pytest.fixture
def device_of(house, log_in):
    """Another member's browser on the same house, and the trustee's device in it."""
    opened = []

    def device_of(member):
        client = TestClient(create_app(house=house), base_url="http://stamma.example")
        client.__enter__()
        client.follow_redirects = False
        client.headers.update({"sec-fetch-site": "same-origin", "accept-language": "en"})
        log_in(client, member)
        opened.append(client)
        return client, Device(make_seed(secrets.token_bytes), secrets.token_bytes)

    yield device_of
    for client in opened:
        client.__exit__(None, None, None)


# Setting up.


def test_the_tellers_and_checkers_are_proposed_and_set_up_in_two_clicks(
    desk, people, here, house, floor
):
    chair_page = desk.get(here.replace("electoral-board", "chair")).text
    assert f'href="{here}"' in chair_page
    page = desk.get(here).text
    for member in people[:3]:
        assert f'value="{member.id}" checked' in page
    chosen = [str(member.id) for member in people[:3]]
    answer = desk.post(here, data={"chosen": chosen, "needed": "2", "seen": ""})
    assert answer.headers["location"] == f"{here}?notice=electoral-board-set-up"
    with house.database.reading() as db:
        board = electoral_boards.standing(db, floor.meeting.id)
        seats = electoral_boards.trustees(db, board.id)
        assert [each.member_id for each in seats] == [each.id for each in people[:3]]
        assert board.needed == 2
    assert "has to make a key on their own device" in desk.get(here).text


def test_the_form_sent_twice_sets_up_one_board(desk, people, here, house, floor):
    form = {"chosen": [str(each.id) for each in people[:3]], "needed": "2", "seen": ""}
    desk.post(here, data=form)
    desk.post(here, data=form)
    with house.database.reading() as db:
        assert electoral_boards.standing(db, floor.meeting.id).id == 1


def test_one_trustee_alone_and_more_needed_than_there_are_are_refused_beside_the_field(
    desk, people, here
):
    one = desk.post(here, data={"chosen": str(people[0].id), "needed": "2", "seen": ""})
    assert one.status_code == 422
    assert "Choose two to 9 trustees, each once." in one.text
    chosen = [str(each.id) for each in people[:3]]
    all_and_more = desk.post(here, data={"chosen": chosen, "needed": "4", "seen": ""})
    assert all_and_more.status_code == 422
    assert 'aria-describedby="needed-error' in all_and_more.text


def test_a_member_without_an_office_neither_sees_nor_sets_up_the_board(
    client, log_in, people, here, anna
):
    log_in(client, anna)
    assert client.get(here).status_code == 403
    chosen = [str(each.id) for each in people[:3]]
    assert client.post(here, data={"chosen": chosen, "needed": "2"}).status_code == 403


def test_a_teller_sees_the_board_and_cannot_change_it(client, log_in, people, here, secret_floor):
    log_in(client, people[0])
    assert "There is no electoral board yet" in client.get(here).text
    secret_floor.electoral_board()
    page = client.get(here).text
    assert "Ready for secret votes" in page
    assert "/lost" not in page
    assert "Set up" not in page


# The devices' messages.


def step(client, device, board_id, message=None):
    task = client.get(f"/electoral-boards/{board_id}/task").json()
    assert task["yours"]
    sent = {"step": task["step"], "message": message or device.answer(task)}
    answer = client.post(f"/electoral-boards/{board_id}/messages", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_three_devices_make_a_key_and_open_a_result_through_the_pages_alone(
    desk, people, here, device_of, secret_floor, floor, house
):
    chosen = [str(each.id) for each in people[:3]]
    desk.post(here, data={"chosen": chosen, "needed": "2", "seen": ""})
    devices = [device_of(each) for each in people[:3]]
    meeting = devices[0][0].get(here.replace("/electoral-board", "")).text
    assert "You are a trustee of the electoral board" in meeting
    for _ in range(5):
        for client, device in devices:
            step(client, device, 1)
    assert "Ready for secret votes" in desk.get(here).text
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    client, device = devices[2]
    assert client.get(f"/polls/{poll.id}/opening").status_code == 409
    floor.close(poll)
    assert "Open the result" in client.get(here.replace("/electoral-board", "")).text
    assert "Open the result" in client.get("/electoral-boards/1").text
    for number, is_open in ((2, False), (0, True)):
        client, device = devices[number]
        given = client.get(f"/polls/{poll.id}/opening").json()
        part = device.part(given["task"], given["election"].encode(), given["tally"].encode())
        answer = client.post(f"/polls/{poll.id}/opening", json={"part": part})
        assert answer.json() == {"open": is_open}
    with house.database.reading() as db:
        found = db.get_one(Poll, poll.id)
        assert found.result["votes"] == {"adopt": 3, "reject": 1, "abstain": 1}


def test_what_a_trustee_is_given_to_open_holds_the_ballots_and_no_other_s_part(
    desk, people, device_of, secret_floor, floor, database
):
    secret_floor.electoral_board()
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    secret_floor.open_parts(poll, 1)
    client, _ = device_of(people[1])
    given = client.get(f"/polls/{poll.id}/opening").json()
    assert len(given["ballots"]) == 5
    with database.reading() as db:
        found = db.get_one(Poll, poll.id)
        [opened] = secret.openings(db, found)
        election = secret.election(secret.of(db, found))
    assert parse_tally(given["tally"].encode(), election)
    factor = json.loads(opened.partial)["decryption_factors"][0][0]
    assert factor not in json.dumps(given)


def test_a_message_that_does_not_hold_is_refused_and_names_whose_device_sent_it(
    desk, people, here, device_of
):
    desk.post(here, data={"chosen": [str(each.id) for each in people[:3]], "needed": "2"})
    client, device = device_of(people[0])
    certificate = device.answer({"step": "certificate"})
    certificate["signature"]["response"] = "1"
    sent = {"step": "certificate", "message": certificate}
    answer = client.post("/electoral-boards/1/messages", json=sent)
    assert answer.status_code == 422
    assert "Eva Ek" in answer.json()["error"]["message"]


BAD = [{}, {"step": "ready", "message": {}}, {"step": 3, "message": {}}, {"step": "certificate"}]


@pytest.mark.parametrize("sent", BAD)
def test_what_is_no_message_is_refused(desk, people, here, device_of, sent):
    desk.post(here, data={"chosen": [str(each.id) for each in people[:3]], "needed": "2"})
    client, _ = device_of(people[0])
    answer = client.post("/electoral-boards/1/messages", json=sent)
    assert answer.status_code in (409, 422)
    assert answer.json()["error"]["message"]


def test_nobody_but_its_trustee_has_a_place_on_the_board(
    desk, people, client, log_in, anna, secret_floor
):
    secret_floor.electoral_board()
    log_in(client, anna)
    for path in ("", "/task"):
        assert client.get(f"/electoral-boards/1{path}").status_code == 404
    sent = {"step": "certificate", "message": {}}
    assert client.post("/electoral-boards/1/messages", json=sent).status_code == 404
    poll = secret_floor.open()
    assert client.get(f"/polls/{poll.id}/opening").status_code == 403
    assert client.get("/electoral-boards/9").status_code == 404


def test_a_contribution_that_does_not_hold_is_blamed_and_the_chair_sees_on_whom(
    desk, people, here, device_of
):
    desk.post(here, data={"chosen": [str(each.id) for each in people[:3]], "needed": "2"})
    devices = [device_of(each) for each in people[:3]]
    for _ in range(3):
        for client, device in devices:
            step(client, device, 1)
    sent = {"step": "blame", "message": 3}
    assert devices[0][0].post("/electoral-boards/1/messages", json=sent).status_code == 200
    page = desk.get(here).text
    assert "Their device found that what Siv Lund sent does not hold" in page
    assert "stopped" in page


def test_the_command_lines_files_are_taken_where_the_browsers_messages_are(
    desk, people, here, device_of
):
    desk.post(here, data={"chosen": [str(each.id) for each in people[:3]], "needed": "2"})
    client, device = device_of(people[0])
    sent = json.dumps({"step": "certificate", "message": device.answer({"step": "certificate"})})
    files = {"file": ("answer.json", sent.encode(), "application/json")}
    answer = client.post("/electoral-boards/1/upload", files=files)
    assert answer.headers["location"] == "/electoral-boards/1?notice=message-taken"
    assert not client.get("/electoral-boards/1/task").json()["yours"]
    nothing = client.post("/electoral-boards/1/upload", files={"other": ("x", b"", "text/plain")})
    assert nothing.status_code == 422
    assert "Choose the file that the command has written." in nothing.text


# The chair.


def put(item, **more):
    form = {"question_sv": "Ansvarsfrihet", "question_en": "Discharge", "seen": "0"}
    return {**form, "holder": "board", **more}


def test_the_chair_opens_a_secret_vote_held_by_the_board(desk, people, secret_floor, floor, house):
    item = floor.item()
    floor.take_up(item)
    at = f"/meetings/{floor.meeting.id}"
    page = desk.get(f"{at}/chair?panel=decide&way=secret").text
    assert "Set up the electoral board" in page
    assert "Open the secret ballot" not in page
    secret_floor.electoral_board()
    page = desk.get(f"{at}/chair?panel=decide&way=secret").text
    assert "any 2 of Eva Ek, Ali Berg, Siv Lund" in page
    answer = desk.post(f"{at}/items/{item.id}/secret", data=put(item, revote="yes"))
    assert answer.headers["location"] == f"{at}/chair?notice=vote-opened"
    with house.database.reading() as db:
        poll = polls.open_now(db, floor.meeting.id)
        assert poll.kind is PollKind.SECRET_BALLOT
        assert secret.of(db, poll).revote
    shown = desk.get(f"{at}/chair").text
    assert "<strong>Few</strong> have voted" in shown
    assert "nobody can read a vote alone" in shown


def test_without_a_ready_board_no_vote_opens_whatever_is_posted(desk, people, here, floor):
    item = floor.item()
    floor.take_up(item)
    act = f"/meetings/{floor.meeting.id}/items/{item.id}/secret"
    none = desk.post(act, data=put(item))
    assert none.status_code == 404
    assert "This meeting has no electoral board." in none.text
    desk.post(here, data={"chosen": [str(each.id) for each in people[:3]], "needed": "2"})
    waiting = desk.post(act, data=put(item))
    assert waiting.status_code == 409
    assert "The electoral board is not ready" in waiting.text


def test_seats_are_filled_among_candidates_with_a_blank_vote(
    desk, people, secret_floor, floor, house
):
    secret_floor.electoral_board()
    item = floor.item(kind=ItemKind.ELECTION)
    floor.take_up(item)
    act = f"/meetings/{floor.meeting.id}/items/{item.id}/secret"
    wrong = desk.post(act, data=put(item, candidates="Eva Ek\nAli Berg", seats="0"))
    assert wrong.status_code == 422
    assert 'aria-describedby="seats-error' in wrong.text
    desk.post(act, data=put(item, candidates="Eva Ek\nAli Berg\nSiv Lund", seats="2"))
    with house.database.reading() as db:
        poll = polls.open_now(db, floor.meeting.id)
        assert poll.rule["seats"] == 2
        assert [option["id"] for option in poll.options][-1] == "blank"


def test_proposals_are_chosen_among_in_secret_by_approval_up_to_a_bound(
    desk, people, secret_floor, floor, house
):
    secret_floor.electoral_board()
    item = floor.item()
    floor.take_up(item)
    at = f"/meetings/{floor.meeting.id}"
    page = desk.get(f"{at}/chair?panel=decide&way=secret").text
    assert "At most so many approved of" in page
    asked = {"candidates": "Bastu\nKök\nTak", "seats": "1"}
    wrong = desk.post(f"{at}/items/{item.id}/secret", data=put(item, **asked, approval_most="4"))
    assert 'id="approval_most-error"' in wrong.text
    desk.post(f"{at}/items/{item.id}/secret", data=put(item, **asked, approval_most="2"))
    with house.database.reading() as db:
        poll = polls.open_now(db, floor.meeting.id)
        assert (poll.method, poll.asked.most) == ("approval", 2)
        assert secret.election(secret.of(db, poll)).questions[0].most == 2


def test_the_server_alone_holds_a_key_in_a_file_opens_by_itself_and_forgets_it(
    desk, people, secret_floor, floor, house
):
    item = floor.item()
    floor.take_up(item)
    at = f"/meetings/{floor.meeting.id}"
    page = desk.get(f"{at}/chair?panel=decide&way=secret&holder=server").text
    assert "whoever runs it could read every vote" in page
    desk.post(f"{at}/items/{item.id}/secret", data=put(item, holder="server"))
    with house.database.reading() as db:
        poll = polls.open_now(db, floor.meeting.id)
    assert house.server_keys.has(poll.election)
    voters = desk.get(f"{at}/chair").text
    assert "The server alone holds the key" in voters
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    desk.post(f"/polls/{poll.id}/close")
    assert "The server opens it now, by itself." in desk.get(f"{at}/chair").text
    worker.run_due(house)
    assert "Declare the result" in desk.get(f"{at}/chair").text
    desk.post(f"/polls/{poll.id}/declare")
    worker.run_due(house)
    assert not house.server_keys.has(poll.election)
    with house.database.reading() as db:
        assert db.get_one(Poll, poll.id).outcome == "adopt"


def test_the_chair_sees_who_has_opened_and_then_declares(desk, people, secret_floor, floor, house):
    secret_floor.electoral_board()
    poll = secret_floor.open()
    at = f"/meetings/{floor.meeting.id}/chair"
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    closed = desk.post(f"/polls/{poll.id}/close")
    assert closed.headers["location"] == f"{at}?notice=secret-vote-closed"
    assert desk.get(at).text.count("has not opened yet") == 3
    early = desk.post(f"/polls/{poll.id}/declare")
    assert early.status_code == 409
    secret_floor.open_parts(poll, 2)
    page = desk.get(at).text
    assert (page.count("has not opened yet"), page.count("has opened")) == (2, 1)
    secret_floor.open_parts(poll, 3)
    page = desk.get(at).text
    assert "To be declared:" in page
    desk.post(f"/polls/{poll.id}/declare")
    with house.database.reading() as db:
        assert db.get_one(Poll, poll.id).state is PollState.DECLARED


def test_one_lost_key_changes_nothing_and_two_lead_to_void_with_the_reason(
    desk, people, here, secret_floor, floor, house
):
    secret_floor.electoral_board()
    item = floor.item()
    floor.take_up(item)
    poll = secret_floor.open(item)
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    at = f"/meetings/{floor.meeting.id}/chair"
    desk.post("/electoral-boards/1/trustees/1/lost")
    assert "key lost" in desk.get(at).text
    enough = desk.post(f"/polls/{poll.id}/void-unopenable")
    assert enough.status_code == 409
    assert "Enough trustees are left to open this vote." in enough.text
    assert "Too few trustees" not in desk.get(at).text
    desk.post("/electoral-boards/1/trustees/3/lost")
    page = desk.get(at).text
    assert "Too few trustees are left to open it, so nobody can." in page
    desk.post("/electoral-boards/1/trustees/3/found")
    assert "Too few trustees" not in desk.get(at).text
    desk.post("/electoral-boards/1/trustees/3/lost")
    for _ in range(2):  # a second click finds what the first has done
        answer = desk.post(f"/polls/{poll.id}/void-unopenable")
        assert answer.headers["location"] == f"{at}?notice=vote-void"
    with house.database.reading() as db:
        voided = db.get_one(Poll, poll.id)
        assert (voided.state, voided.reason) == (PollState.VOID, wording.UNOPENABLE["sv"])
    # The record is anybody's, and the question can be put again once another board is ready.
    assert desk.get(f"/polls/{poll.id}/record.zip").status_code == 200
    act = f"/meetings/{floor.meeting.id}/items/{item.id}/secret"
    anew = put(item, seen=str(poll.id))
    refused = desk.post(act, data=anew)
    assert "Too few trustees are left to open a result." in refused.text
    assert secret_floor.electoral_board(*people[1:4]) == 2
    assert desk.post(act, data=anew).headers["location"] == f"{at}?notice=vote-opened"
    with house.database.reading() as db:
        again = polls.open_now(db, floor.meeting.id)
        assert (again.item_id, again.state) == (item.id, PollState.OPEN)


def test_a_trustee_reports_their_own_key_lost_and_nobody_elses(
    people, secret_floor, client, log_in, house
):
    secret_floor.electoral_board()
    log_in(client, people[0])
    assert "Record that my key is lost" in client.get("/electoral-boards/1").text
    assert client.post("/electoral-boards/1/trustees/2/lost").status_code == 403
    assert client.post("/electoral-boards/1/trustees/1/lost").status_code == 303
    assert "Record that my key is lost" not in client.get("/electoral-boards/1").text
    assert client.post("/electoral-boards/1/trustees/7/lost").status_code == 404
    with house.database.reading() as db:
        assert electoral_boards.left(electoral_boards.trustees(db, 1)) == 2
        assert electoral_boards.step(electoral_boards.trustees(db, 1)) is Step.READY


def test_fewer_than_five_on_the_roll_are_warned_of_before_the_vote_is_opened(
    desk, floor, make_member
):
    floor.come(*[make_member(str(number)) for number in range(60, 64)])
    floor.approve_roll()
    item = floor.item()
    floor.take_up(item)
    page = desk.get(f"/meetings/{floor.meeting.id}/chair?panel=decide&way=secret&holder=server")
    assert "Fewer than five can vote." in page.text


def test_few_who_voted_are_warned_of_before_the_result_is_opened(
    desk, people, secret_floor, floor, device_of
):
    secret_floor.electoral_board()
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject")
    floor.close(poll)
    assert "Only the outcome will be told" in desk.get(f"/meetings/{floor.meeting.id}/chair").text
    client, _ = device_of(people[0])
    assert "So few have voted" in client.get("/electoral-boards/1").text
    secret_floor.open_parts(poll, 1, 2)
    page = desk.get(f"/meetings/{floor.meeting.id}/chair").text
    assert "Only the outcome is told" in page
    assert "Adopted" in page
