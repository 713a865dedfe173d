"""Logging in by e-mail code: bound, counted, single use, the same for strangers."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from governance import logins
from governance.logins import Attempt, LoginCode, LoginSession
from governance.members import Member
from governance.roles import Grant, Role
from web.app import create_app


def letters(house):
    paths = sorted(house.settings.mailbox.glob("*.eml"))
    parse = email.message_from_bytes
    return [parse(path.read_bytes(), policy=email.policy.default) for path in paths]


def code_and_link(letter):
    text = letter.get_content()
    token = re.search(r"/login/link#(\S+)", text)[1]
    return re.search(r"\b\d{6}\b", text)[0], token


def ask(client, address="anna@example.org", **headers):
    return client.post("/login", data={"email": address, "next": "/me"}, headers=headers)


def test_a_member_logs_in_with_the_code_from_the_mail(client, house, anna):
    assert ask(client).headers["location"] == "/login/code?next=/me"
    code, _ = code_and_link(letters(house)[0])
    answer = client.post("/login/code", data={"code": f"{code[:3]} {code[3:]}", "next": "/me"})
    assert answer.headers["location"] == "/me"
    assert anna.name in client.get("/").text


def test_the_letter_is_in_the_members_language(client, house, make_member):
    make_member("2", email="en@example.org", language="en")
    ask(client, "en@example.org")
    assert "It holds for ten minutes" in letters(house)[0].get_content()


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, house, anna):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.headers["location"] == unknown.headers["location"]
    assert len(letters(house)) == 1
    with house.database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(LoginCode)) == 2


def test_an_address_is_found_in_whatever_case(client, house, anna):
    ask(client, "  Anna@Example.ORG ")
    assert len(letters(house)) == 1


def test_somebody_who_has_left_gets_no_code(client, house, make_member, now):
    make_member("3", email="left@example.org", left=now.date() - dt.timedelta(days=1))
    ask(client, "left@example.org")
    assert letters(house) == []


def test_a_code_holds_in_the_browser_that_asked_alone(client, house, anna):
    ask(client)
    code, _ = code_and_link(letters(house)[0])
    client.cookies.clear()
    answer = client.post("/login/code", data={"code": code, "next": "/"})
    assert answer.status_code == 422


def test_a_code_is_used_once(client, house, anna):
    ask(client)
    browser = client.cookies["stamma-browser"]
    code, _ = code_and_link(letters(house)[0])
    assert client.post("/login/code", data={"code": code}).status_code == 303
    client.cookies.set("stamma-browser", browser, domain="stamma.example")
    assert client.post("/login/code", data={"code": code}).status_code == 422


def test_after_five_wrong_tries_the_right_code_no_longer_helps(client, house, anna):
    ask(client)
    code, _ = code_and_link(letters(house)[0])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert client.post("/login/code", data={"code": wrong}).status_code == 422
    assert client.post("/login/code", data={"code": code}).status_code == 422


def test_a_code_is_over_after_ten_minutes(house, anna, now):
    later = replace(house, clock=lambda: now + dt.timedelta(minutes=10))
    with house.database.writing() as db:
        logins.ask(db, anna, browser="b", token="t", key=house.secret, now=now)
    code = logins.digits(house.secret, "t")
    with house.database.writing() as db:
        args = {"browser": "b", "key": house.secret}
        assert logins.redeem(db, code, now=later.clock(), **args) is None
        assert logins.redeem(db, code, now=now, **args) == anna.id


def test_asking_again_ends_the_earlier_code(client, house, anna, now):
    for token in ("first", "second"):
        with house.database.writing() as db:
            logins.ask(db, anna, browser="b", token=token, key=house.secret, now=now)
    with house.database.writing() as db:
        first = logins.digits(house.secret, "first")
        args = {"browser": "b", "key": house.secret, "now": now}
        assert logins.redeem(db, first, **args) is None
        assert logins.redeem(db, logins.digits(house.secret, "second"), **args) == anna.id


def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(client, house, anna):
    ask(client)
    code, _ = code_and_link(letters(house)[0])
    for method in ("GET", "HEAD"):
        client.request(method, "/login/link")
    assert client.post("/login/code", data={"code": code}).status_code == 303


def test_the_link_logs_in_where_it_was_asked_for(client, house, anna):
    ask(client)
    _, token = code_and_link(letters(house)[0])
    assert client.post("/login/link", data={"token": token}).status_code == 303
    assert anna.name in client.get("/").text


def test_the_link_opened_elsewhere_shows_the_code_and_logs_nobody_in(client, house, anna):
    ask(client)
    code, token = code_and_link(letters(house)[0])
    mine = dict(client.cookies)
    client.cookies.clear()
    answer = client.post("/login/link", data={"token": token})
    assert code in answer.text
    assert "set-cookie" not in answer.headers
    client.cookies.update(mine)
    assert client.post("/login/code", data={"code": code}).status_code == 303


def test_a_made_up_link_shows_no_code(client, anna):
    answer = client.post("/login/link", data={"token": "made-up"})
    assert not re.search(r"\b\d{6}\b", re.sub(r"Request \w+", "", answer.text))
    assert "no longer holds" in answer.text


def test_the_sixth_code_for_one_address_within_a_quarter_is_refused(client, house, anna):
    answers = [ask(client).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert len(letters(house)) == 5


def test_attempts_at_the_same_moment_are_all_counted(house, now):
    def count(_):
        with house.database.writing() as db:
            window = dt.timedelta(minutes=15)
            return logins.count_attempt(db, "x", window=window, key=house.secret, now=now)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(count, range(24))) == list(range(1, 25))
    with house.database.reading() as db:
        assert "x" not in db.scalars(sa.select(Attempt.subject)).all()


def test_neither_codes_nor_tokens_are_stored(client, house, anna):
    ask(client)
    code, token = code_and_link(letters(house)[0])
    with house.database.reading() as db:
        row = db.scalars(sa.select(LoginCode)).one()
    stored = f"{row.code} {row.token} {row.browser}"
    assert code != row.code
    assert token not in stored
    assert client.cookies["stamma-browser"] not in stored


def test_logging_in_gives_a_new_token_and_ends_the_old_session(client, house, anna):
    client.cookies.set("stamma", "chosen-by-somebody-else", domain="stamma.example")
    ask(client)
    code, _ = code_and_link(letters(house)[0])
    client.post("/login/code", data={"code": code})
    first = client.cookies["stamma"]
    assert first != "chosen-by-somebody-else"
    ask(client)
    code, _ = code_and_link(letters(house)[-1])
    client.post("/login/code", data={"code": code})
    with house.database.reading() as db:
        ended = db.get_one(LoginSession, logins.sha256(first)).ended_at
    assert ended is not None


def test_logging_out_ends_the_session_also_for_a_copied_cookie(client, anna, log_in):
    log_in(client, anna)
    copied = client.cookies["stamma"]
    assert client.post("/logout").status_code == 303
    client.cookies.set("stamma", copied, domain="stamma.example")
    assert anna.name not in client.get("/").text


def test_a_session_is_over_after_twelve_hours(house, anna, now):
    with house.database.writing() as db:
        logins.start(db, anna.id, token="t", method="email", now=now)
    with house.database.reading() as db:
        assert logins.current(db, "t", now=now + dt.timedelta(hours=11, minutes=59))
        assert logins.current(db, "t", now=now + dt.timedelta(hours=12)) is None


def test_a_session_ends_with_the_membership(client, house, anna, log_in, now):
    log_in(client, anna)
    with house.database.writing() as db:
        db.get_one(Member, anna.id).left = now.date() - dt.timedelta(days=1)
    assert anna.name not in client.get("/").text


def test_what_has_run_its_course_is_forgotten(house, anna, now):
    with house.database.writing() as db:
        logins.ask(db, anna, browser="b", token="t", key=house.secret, now=now)
        window = dt.timedelta(minutes=15)
        logins.count_attempt(db, "x", window=window, key=house.secret, now=now)
        logins.start(db, anna.id, token="s", method="email", now=now)
    with house.database.writing() as db:
        logins.forget(db, now=now + dt.timedelta(days=32))
        for table in (LoginCode, Attempt, LoginSession):
            assert db.scalar(sa.select(sa.func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "x", "/a\n/b"]
)
def test_login_leads_to_pages_of_ours_alone(client, house, anna, elsewhere):
    ask(client)
    code, _ = code_and_link(letters(house)[0])
    answer = client.post("/login/code", data={"code": code, "next": elsewhere})
    assert answer.headers["location"] == "/"


def test_choosing_a_person_works_in_the_demo_alone(client, house, anna):
    choice = {"member": str(anna.id), "next": "/me"}
    assert client.post("/login/demo", data=choice).status_code == 404
    assert anna.name not in client.get("/login").text
    demo = replace(house, settings=replace(house.settings, demo=True))
    with TestClient(create_app(house=demo), base_url="http://stamma.example") as shown:
        shown.headers.update({"sec-fetch-site": "same-origin", "accept-language": "en"})
        shown.follow_redirects = False
        assert anna.name in shown.get("/login").text
        assert shown.post("/login/demo", data=choice).headers["location"] == "/me"
        assert anna.name in shown.get("/").text


def test_the_demo_lists_each_role_and_finds_by_name(house, make_member, now):
    chair = make_member("7", given_name="Cecilia", family_name="Åberg")
    make_member("8", given_name="David", family_name="Öst")
    with house.database.writing() as db:
        db.add(Grant(member_id=chair.id, role=Role.DIRECTOR, meeting_id=None, granted_at=now))
    demo = replace(house, settings=replace(house.settings, demo=True))
    with TestClient(create_app(house=demo), base_url="http://stamma.example") as shown:
        shown.headers.update({"accept-language": "en"})
        assert "Director" in shown.get("/login").text
        found = shown.get("/login", params={"q": "öst"}).text
        assert "David Öst" in found
        assert "Cecilia" not in found


def test_what_is_not_an_address_is_told_beside_the_field(client):
    answer = ask(client, "anna")
    assert answer.status_code == 422
    assert 'aria-describedby="email-error"' in answer.text
