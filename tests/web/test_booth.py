"""The booth: its files and their hash, its words, its addresses, and a secret ballot handed in."""

from __future__ import annotations

import datetime as dt
import json
import posixpath
import re
import secrets
from hashlib import sha256

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from ballots.board import BallotEntry, parse_entry
from ballots.checkpoint import VerifierKey
from ballots.receipt import short_code, verify_receipt
from governance import polls
from governance.casting import NotLoggedIn
from governance.credentials import PollCredential
from web import booth, passes
from web.app import create_app
from web.booth_words import WORDS, words
from web.cli import main as stamma
from web.house import furnish
from web.settings import Settings, SettingsError


@pytest.fixture
def poll(secret_floor):
    """A secret vote, adopt or reject, opened by two of three trustees."""
    secret_floor.electoral_board()
    return secret_floor.open()


@pytest.fixture
def voter(client, log_in, anna):
    log_in(client, anna)
    return anna


def handed_in(ballot: str, key: str | None = None) -> dict[str, str]:
    return {"ballot": ballot, "key": key or secrets.token_hex(16)}


# The static page.


def test_the_booth_is_the_same_bytes_for_everybody_under_a_strict_policy(client, voter):
    page = client.get("/booth")
    assert page.content == booth.files()["booth/booth.html"]
    assert client.get("/booth/key").content == booth.files()["booth/key.html"]
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    client.cookies.clear()
    assert client.get("/booth").content == page.content


def test_every_file_that_a_page_of_the_booth_loads_is_in_its_hash_and_loaded_at_once():
    named = set(booth.files())
    assert {"booth/booth.js", "booth/key.js", "js/belenios/ballot.js", "js/tlog.js"} <= named
    loaded = set()
    for name in booth.PAGES:
        page = booth.files()[name].decode()
        named_here = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page))
        assert named_here == loads(name) - {name}
        loaded |= named_here
    assert loaded == named - set(booth.PAGES)


def loads(name: str) -> set[str]:
    """The file and everything that it leads to."""
    found, waiting = set(), [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            text = booth.files()[each].decode()
            waiting += re.findall(r'(?:src|href)="/static/([^"]+)"', text)
            for path in re.findall(r'from "([^"]+)";', text):
                near = posixpath.normpath(posixpath.join(posixpath.dirname(each), path))
                waiting.append(path.removeprefix("/static/") if path.startswith("/") else near)
    return found


def test_the_hash_can_be_made_again_with_sha256sum_alone():
    lines = booth.listing().splitlines()
    assert lines[0] == "stamma-booth/v1"
    for line in lines[1:]:
        digest, name = line.split("  ")
        assert sha256(booth.files()[name]).hexdigest() == digest
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.split("  ")[1])
    assert booth.digest() == sha256(booth.listing().encode()).hexdigest()


@pytest.mark.parametrize("name", booth.PAGES)
def test_the_booth_holds_no_word_of_any_language_but_for_when_no_words_come(name):
    page = booth.files()[name].decode()
    templates = page[page.index("<template") :]
    text = re.sub(r"<[^>]*>", "", templates)
    assert set(text.split()) <= {"✓", "✗"}


def test_every_word_of_the_booth_is_said_and_every_said_word_is_there():
    asked: set[str] = set()
    for name in booth.PAGES:
        page = booth.files()[name].decode()
        script = booth.files()[name.replace(".html", ".js")].decode()
        asked |= set(re.findall(r'data-word="([^"]+)"', page))
        asked |= set(re.findall(r'word\("([^"]+)"', script))
        choices = re.findall(r'\? "([^"]+)" : "([^"]+)"', script)
        asked |= {each for pair in choices for each in pair}
    assert asked == set(WORDS)
    assert set(words("sv")) == set(WORDS)


def test_the_booths_hash_is_logged_once_and_again_when_a_file_has_changed(house, monkeypatch):
    booth.log_files(house)
    booth.log_files(house)
    with house.database.reading() as db:
        found = booth.newest(db.connection(), house.board.origin)
        assert house.board.size(db.connection()) == 1
    assert (found.index, found.sha256) == (0, booth.digest())
    monkeypatch.setattr(booth, "files", lambda: {"booth/booth.html": b"another"})
    booth.log_files(house)
    with house.database.reading() as db:
        assert booth.newest(db.connection(), house.board.origin).sha256 == booth.digest()
        assert house.board.size(db.connection()) == 2


def test_a_server_that_starts_logs_the_booth_and_the_command_prints_the_same(settings, association):
    for _ in range(2):
        house = create_app(settings).state.house
        with house.database.reading() as db:
            assert house.board.size(db.connection()) == 1
            assert booth.newest(db.connection(), house.board.origin).sha256 == booth.digest()
        house.close()
    assert CliRunner().invoke(stamma, ["booth-hash"]).output == f"{booth.digest()}\n"
    assert CliRunner().invoke(stamma, ["booth-hash", "--files"]).output == booth.listing()


# The vote, and the right to take part in it.


def test_the_booth_gets_the_frozen_texts_and_the_voters_own_words(client, poll, anna, log_in, bo):
    log_in(client, anna)
    said = client.get(f"/polls/{poll.id}/booth").json()
    assert sha256(said["manifest"].encode()).hexdigest() == poll.election
    manifest = json.loads(said["manifest"])
    assert manifest["secret"]["election"] == sha256(said["election"].encode()).hexdigest()
    assert said["names"] == ["Eva Ek", "Ali Berg", "Siv Lund"]
    assert (said["open"], said["voted"], said["language"]) == (True, False, "sv")
    assert said["words"]["voted"] != ""
    log_in(client, bo)
    other = client.get(f"/polls/{poll.id}/booth").json()
    assert other["slot"] != said["slot"]
    assert other["words"]["voted"] == "You have voted"


def test_an_open_vote_and_a_stranger_have_no_booth(client, poll, floor, log_in, anna, make_member):
    address = f"/polls/{poll.id}/booth"
    asked = client.get(address, headers={"accept": "application/json"})
    assert (asked.status_code, asked.json()["error"]["code"]) == (401, "login-needed")
    late = make_member("99")
    log_in(client, late)
    assert client.get(address).status_code == 403
    floor.close(poll)
    floor.void(poll, "once more")
    log_in(client, anna)
    item = floor.item(title={"sv": "Budget", "en": "Budget"})
    opened = floor.open_ballot(item)
    assert client.get(f"/polls/{opened.id}/booth").status_code == 404


def test_the_right_stays_until_the_browser_has_kept_it_and_is_forgotten_then(
    client, poll, voter, database, secret_floor
):
    address = f"/polls/{poll.id}/credential"
    first, lost = client.post(address, json={}).json(), client.post(address, json={}).json()
    assert first == lost  # the first answer never arrived
    assert first["secret"].isdecimal()
    assert client.post(f"{address}/kept", json={}).status_code == 200
    assert client.post(f"{address}/kept", json={}).status_code == 200
    gone = client.post(address, json={})
    assert (gone.status_code, gone.json()["error"]["code"]) == (409, "credential-gone")
    with database.reading() as db:
        assert db.get(PollCredential, (poll.id, voter.id)) is None


def test_after_the_close_no_right_is_handed_over(client, poll, voter, floor):
    floor.close(poll)
    assert client.post(f"/polls/{poll.id}/credential", json={}).status_code == 409


def test_voting_leads_from_the_meetings_page_to_the_booth(client, poll, voter):
    page = client.get(f"/meetings/{poll.meeting_id}").text
    assert f'href="/polls/{poll.id}/vote"' in page
    assert "Eva Ek, Ali Berg, Siv Lund" in page
    to = client.get(f"/polls/{poll.id}/vote")
    assert (to.status_code, to.headers["location"]) == (303, f"/booth#poll={poll.id}")


# Handing in a ballot.


def test_an_encrypted_ballot_gets_a_receipt_of_its_hash(client, poll, voter, secret_floor, board):
    ballot = secret_floor.ballot(poll, voter, "adopt")
    answer = client.post(f"/polls/{poll.id}/cast-secret", json=handed_in(ballot))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    proved = verify_receipt(said["receipt"], VerifierKey.parse(board.signer.verifier_key))
    entry = parse_entry(proved.entry)
    assert isinstance(entry, BallotEntry)
    assert entry.election == poll.election
    assert entry.ballot_sha256 == sha256(ballot.encode()).hexdigest()
    assert said["code"] == short_code(proved.entry)


def test_a_retry_gets_the_same_receipt_also_after_the_close(
    client, poll, voter, secret_floor, floor
):
    sent = handed_in(secret_floor.ballot(poll, voter, "reject"))
    address = f"/polls/{poll.id}/cast-secret"
    first = client.post(address, json=sent).json()
    floor.close(poll)
    assert client.post(address, json=sent).json() == first


def test_a_second_ballot_is_refused_unless_the_vote_allows_it(client, secret_floor, voter):
    secret_floor.electoral_board()
    once = secret_floor.open()
    address = f"/polls/{once.id}/cast-secret"
    client.post(address, json=handed_in(secret_floor.ballot(once, voter, "adopt")))
    again = client.post(address, json=handed_in(secret_floor.ballot(once, voter, "reject")))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already-voted")


def test_where_voting_again_is_allowed_the_last_ballot_counts(client, secret_floor, voter, board):
    secret_floor.electoral_board()
    poll = secret_floor.open(revote=True)
    address = f"/polls/{poll.id}/cast-secret"
    for choice in ("adopt", "reject"):
        sent = handed_in(secret_floor.ballot(poll, voter, choice))
        answer = client.post(address, json=sent).json()
    proved = verify_receipt(answer["receipt"], VerifierKey.parse(board.signer.verifier_key))
    assert parse_entry(proved.entry).revision == 2


def broken(ballot: str, path: str) -> str:
    """A ballot of which one number is another."""
    value = json.loads(ballot)
    part, steps = value, path.split("/")
    for step in steps[:-1]:
        part = part[int(step) if step.isdecimal() else step]
    part[steps[-1]] = str(int(part[steps[-1]]) + 1)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


FAULTS = {
    "signature/proof/response": (422, "signature"),
    "answers/0/individual_proofs/0/0/response": (422, "signature"),
    "answers/0/choices/0/alpha": (400, "malformed"),
}


@pytest.mark.parametrize("path", FAULTS)
def test_a_ballot_whose_proofs_do_not_hold_is_not_taken(
    client, poll, voter, secret_floor, board, database, path
):
    ballot = broken(secret_floor.ballot(poll, voter, "adopt"), path)
    answer = client.post(f"/polls/{poll.id}/cast-secret", json=handed_in(ballot))
    assert (answer.status_code, answer.json()["error"]["code"]) == FAULTS[path]
    assert answer.json()["error"]["message"]
    with database.reading() as db:
        assert polls.receipt(db, board, poll, voter.id) is None


def test_another_voters_ballot_and_one_of_another_vote_are_not_taken(
    client, poll, voter, secret_floor, floor, bo
):
    address = f"/polls/{poll.id}/cast-secret"
    stolen = client.post(address, json=handed_in(secret_floor.ballot(poll, bo, "adopt")))
    assert (stolen.status_code, stolen.json()["error"]["code"]) == (409, "wrong-slot")
    mine = secret_floor.ballot(poll, voter, "adopt")
    floor.close(poll)
    floor.void(poll, "once more")
    other = secret_floor.open(floor.item(title={"sv": "Budget", "en": "Budget"}))
    moved = client.post(f"/polls/{other.id}/cast-secret", json=handed_in(mine))
    assert (moved.status_code, moved.json()["error"]["code"]) == (409, "wrong-poll")


BAD = {
    "no JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "no key": (b'{"ballot": "{}"}', 400),
    "more": (b'{"ballot": "{}", "key": "00", "choice": "adopt"}', 400),
    "no text": (b'{"ballot": 1, "key": "00112233445566778899aabbccddeeff"}', 400),
    "half a letter": (b'{"ballot": "\\ud800", "key": "00112233445566778899aabbccddeeff"}', 400),
    "not a ballot": (b'{"ballot": "{}", "key": "00112233445566778899aabbccddeeff"}', 400),
    "too large": (b'{"ballot": "' + b"0" * 800_000 + b'"}', 413),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_ballot_is_refused_in_words(client, poll, voter, kind):
    body, status = BAD[kind]
    headers = {"content-type": "application/json"}
    answer = client.post(f"/polls/{poll.id}/cast-secret", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_an_open_vote_takes_no_secret_ballot_and_a_secret_one_no_open_one(
    client, poll, voter, secret_floor, floor
):
    sent = {"choice": "adopt", "salt": "0" * 64, "key": secrets.token_hex(16)}
    assert client.post(f"/polls/{poll.id}/cast", json=sent).status_code == 400
    ballot = secret_floor.ballot(poll, voter, "adopt")
    floor.close(poll)
    floor.void(poll, "once more")
    opened = floor.open_ballot(floor.item(title={"sv": "Budget", "en": "Budget"}))
    answer = client.post(f"/polls/{opened.id}/cast-secret", json=handed_in(ballot))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")


def test_nobody_but_a_voter_makes_the_server_check_proofs(
    client, poll, secret_floor, anna, log_in, make_member, house, monkeypatch
):
    asked = []
    monkeypatch.setattr(house.checker, "check", lambda *given: asked.append(given))
    sent = handed_in(secret_floor.ballot(poll, anna, "adopt"))
    address = f"/polls/{poll.id}/cast-secret"
    assert client.post(address, json=sent).status_code == 401
    log_in(client, make_member("99"))
    refused = client.post(address, json=sent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not-on-roll")
    assert asked == []


# The booth of another origin.


@pytest.fixture
def elsewhere(tmp_path, database, association, board, clock):
    """The same house, whose booth has an origin of its own."""
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=database.url.render_as_string(hide_password=False),
        base_url="http://stamma.example",
        booth_origin="http://booth.example",
        work_in_server=False,
    )
    made = furnish(settings, database, association.id, board, board.signer, clock=clock)
    with TestClient(create_app(house=made), base_url="http://stamma.example") as client:
        client.follow_redirects = False
        client.house = made
        yield client
    made.close()


def test_the_way_to_another_origin_carries_a_pass_that_votes_there_and_does_nothing_else(
    elsewhere, poll, anna, log_in, secret_floor, clock
):
    ballot = secret_floor.ballot(poll, anna, "adopt")
    log_in(elsewhere, anna)
    to = elsewhere.get(f"/polls/{poll.id}/vote").headers["location"]
    assert to.startswith(
        f"http://booth.example/booth#poll={poll.id}&at=http%3A%2F%2Fstamma.example"
    )
    given = to.partition("pass=")[2]
    elsewhere.cookies.clear()
    booth_says = {
        "origin": "http://booth.example",
        "sec-fetch-site": "cross-site",
        "authorization": f"Bearer {given}",
        "accept": "application/json",
    }
    asked = elsewhere.get(f"/polls/{poll.id}/booth", headers=booth_says)
    assert asked.headers["access-control-allow-origin"] == "http://booth.example"
    assert "access-control-allow-credentials" not in asked.headers
    assert asked.json()["slot"]
    # At any other address it opens nothing.
    assert elsewhere.get(f"/polls/{poll.id}/report", headers=booth_says).status_code == 401
    posted = elsewhere.post(f"/polls/{poll.id}/dissent", data={"text": ""}, headers=booth_says)
    assert posted.status_code == 403
    cast = elsewhere.post(
        f"/polls/{poll.id}/cast-secret", json=handed_in(ballot), headers=booth_says
    )
    assert cast.status_code == 200
    assert cast.headers["access-control-allow-origin"] == "http://booth.example"
    clock.now += passes.LIVES
    assert elsewhere.get(f"/polls/{poll.id}/booth", headers=booth_says).status_code == 401


def test_a_browser_that_asks_beforehand_is_let_in_from_the_booth_alone(elsewhere, poll):
    asks = {"access-control-request-method": "POST", "origin": "http://booth.example"}
    allowed = elsewhere.options(f"/polls/{poll.id}/cast-secret", headers=asks)
    assert allowed.status_code == 204
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    for address, origin in (
        (f"/polls/{poll.id}/cast-secret", "http://evil.example"),
        ("/me", "http://booth.example"),
    ):
        answer = elsewhere.options(address, headers={**asks, "origin": origin})
        assert "access-control-allow-origin" not in answer.headers


def test_from_another_origin_no_cookie_votes(elsewhere, poll, anna, log_in):
    log_in(elsewhere, anna)
    for origin in ("http://booth.example", "http://evil.example"):
        says = {"origin": origin, "sec-fetch-site": "cross-site"}
        assert (
            elsewhere.post(f"/polls/{poll.id}/credential", json={}, headers=says).status_code == 403
        )


def test_the_booths_origin_serves_the_booth_and_nothing_else(elsewhere):
    there = {"host": "booth.example"}
    page = elsewhere.get("/booth", headers=there)
    assert page.status_code == 200
    assert "connect-src 'self' http://stamma.example" in page.headers["content-security-policy"]
    assert elsewhere.get("/booth/key", headers=there).status_code == 200
    assert elsewhere.get("/static/booth/booth.js", headers=there).status_code == 200
    for path in ("/", "/login", "/check"):
        assert elsewhere.get(path, headers=there).status_code == 404


def test_a_pass_that_was_changed_or_is_for_another_vote_does_not_hold(now):
    key = secrets.token_bytes(32)
    given = passes.issue(key, "ab" * 32, 7, now=now)
    assert passes.holder(key, given, 7, now=now) == "ab" * 32
    assert passes.holder(key, given, 8, now=now) is None
    assert passes.holder(secrets.token_bytes(32), given, 7, now=now) is None
    assert passes.holder(key, given.replace("ab", "cd", 1), 7, now=now) is None
    assert passes.holder(key, "", 7, now=now) is None
    assert passes.holder(key, given, 7, now=now + passes.LIVES) is None
    assert passes.holder(key, given, 7, now=now + passes.LIVES - dt.timedelta(seconds=1))


def test_a_pass_ends_with_the_login_that_it_was_given_for(
    elsewhere, poll, anna, log_in, house, database, secret_floor
):
    ballot = secret_floor.ballot(poll, anna, "adopt")
    log_in(elsewhere, anna)
    given = elsewhere.get(f"/polls/{poll.id}/vote").headers["location"].partition("pass=")[2]
    elsewhere.post("/logout", headers={"sec-fetch-site": "same-origin"})
    elsewhere.cookies.clear()
    says = {"authorization": f"Bearer {given}"}
    for sent in ({}, handed_in(ballot)):
        path = "cast-secret" if sent else "credential"
        answer = elsewhere.post(f"/polls/{poll.id}/{path}", json=sent, headers=says)
        assert answer.status_code == 401
    assert NotLoggedIn.code == answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "origin", ["http://stamma.example", "booth.example", "https://b/x", "ftp://b"]
)
def test_a_booths_origin_has_to_be_another_one(origin):
    with pytest.raises(SettingsError, match="booth_origin"):
        Settings(base_url="http://stamma.example", booth_origin=origin)


# The slip for the command line.


def test_a_slip_is_the_voters_right_and_a_pass_in_a_file_of_their_own(
    client, poll, voter, secret_floor
):
    page = client.get(f"/polls/{poll.id}").text
    assert f'action="/polls/{poll.id}/slip"' in page
    answer = client.post(f"/polls/{poll.id}/slip")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert said["right"]["secret"] == secret_floor.right(poll, voter).secret
    client.cookies.clear()
    given = {"authorization": f"Bearer {said['pass']}"}
    ballot = secret_floor.ballot(poll, voter, "adopt")
    address = f"/polls/{poll.id}/cast-secret"
    assert client.post(address, json=handed_in(ballot), headers=given).status_code == 200


def test_nobody_gets_a_slip_that_is_not_theirs(client, poll, anna, log_in, make_member):
    assert client.post(f"/polls/{poll.id}/slip").status_code == 303  # to log in
    log_in(client, make_member("99"))
    assert client.post(f"/polls/{poll.id}/slip").status_code == 403
    log_in(client, anna)
    client.post(f"/polls/{poll.id}/credential/kept", json={})
    assert client.post(f"/polls/{poll.id}/slip").status_code == 409
