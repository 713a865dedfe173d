"""A member's own key for secret votes: registered by its public half, used, ended."""

from __future__ import annotations

import re
import secrets

import pytest

from ballots.belenios import credential
from ballots.belenios.group import BELENIOS_2048 as GROUP
from governance import member_keys


@pytest.fixture
def me(client, log_in, bo):
    log_in(client, bo)
    return client


def public_of(code: str, origin: str) -> str:
    return str(credential.public_of(credential.secret_of_code(code, origin, GROUP), GROUP))


@pytest.fixture
def public(house) -> str:
    return public_of(credential.make_code(secrets.token_bytes), house.board.origin)


def test_the_page_of_the_key_gets_its_words_and_the_logs_name(me, house):
    said = me.get("/me/key").json()
    assert said["origin"] == house.board.origin
    assert (said["registered"], said["language"]) == ("", "en")
    assert said["words"]["key-make"] == "Make my key in this browser"
    assert 'href="/booth/key#me=key"' in me.get("/me").text


def test_a_key_is_registered_once_and_votes_opened_after_it_are_signed_with_it(
    me, public, bo, secret_floor, database
):
    for _ in range(2):  # the first answer was lost
        assert me.post("/me/key", json={"public": public}).json() == {"public": public}
    assert me.get("/me/key").json()["registered"] == public
    assert "You vote with a key of your own" in me.get("/me").text
    with database.reading() as db:
        assert member_keys.of(db, bo.id).id == 1
    secret_floor.electoral_board()
    poll = secret_floor.open()
    right = me.post(f"/polls/{poll.id}/credential", json={}).json()
    assert (right["key"], right["secret"]) == (public, "")
    assert right["tweak"].isdecimal()


def test_an_ended_key_gives_way_to_a_right_that_is_handed_over(me, public, secret_floor):
    me.post("/me/key", json={"public": public})
    ended = me.post("/me/key/end")
    assert ended.headers["location"] == "/me?notice=own-key-ended"
    assert me.get("/me/key").json()["registered"] == ""
    secret_floor.electoral_board()
    poll = secret_floor.open()
    assert me.post(f"/polls/{poll.id}/credential", json={}).json()["secret"].isdecimal()


BAD = [{}, {"public": 1}, {"public": "1"}, {"public": "2"}, {"public": "0x1"}, {"public": "-1"}]


@pytest.mark.parametrize("sent", BAD)
def test_what_is_no_key_is_refused(me, sent):
    answer = me.post("/me/key", json=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert me.get("/me/key").json()["registered"] == ""


def test_a_stranger_has_no_key(client, public):
    asked = client.get("/me/key", headers={"accept": "application/json"})
    assert asked.status_code == 401
    assert client.post("/me/key", json={"public": public}).status_code == 401


def test_the_code_and_the_logs_name_make_the_key_again(house):
    code = credential.make_code(secrets.token_bytes)
    assert re.fullmatch(r"(?:[1-9A-HJ-NP-Za-km-z]{3}-){4}[1-9A-HJ-NP-Za-km-z]{3}", code)
    once, again = (public_of(code, house.board.origin) for _ in range(2))
    assert once == again != public_of(code, "another.example/board")
