"""Secret votes without a page: a member with a voting slip, trustees with files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ballots import cast_command
from ballots.__main__ import main
from ballots.belenios import credential, tally
from ballots.belenios.ballot import parse_ballot
from ballots.belenios.election import parse_election
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.checkpoint import VerifierKey
from ballots.receipt import short_code, verify_receipt
from governance import electoral_boards, logins, member_keys, polls
from governance.agenda import ItemKind
from governance.credentials import PollCredential
from governance.members import Member
from governance.polls import Poll
from web.auth import session_cookie


@pytest.fixture
def browser_of(house, server) -> Iterator[Callable[[Member], httpx.Client]]:
    """What downloads and uploads files for a member: their browser, as far as it matters here."""
    opened = []

    def browser_of(member: Member) -> httpx.Client:
        token = secrets.token_urlsafe(32)
        with house.database.writing() as db:
            logins.start(db, member.id, token=token, method="demo", now=house.clock())
        cookies = {session_cookie(house.settings): token}
        headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
        client = httpx.Client(base_url=server, cookies=cookies, headers=headers, timeout=30)
        opened.append(client)
        return client

    yield browser_of
    for client in opened:
        client.close()


@pytest.fixture
def poll(secret_floor) -> Poll:
    secret_floor.electoral_board()
    return secret_floor.open()


@pytest.fixture
def slip(browser_of, poll, bo, tmp_path) -> Path:
    """Bo's, as the vote's page gives it."""
    return downloaded(browser_of(bo).post(f"/polls/{poll.id}/slip"), tmp_path / "slip.json")


def downloaded(answer: httpx.Response, to: Path) -> Path:
    assert answer.status_code == 200, answer.text
    to.write_bytes(answer.content)
    return to


def changed(slip: Path, **more: Any) -> Path:
    said = {**json.loads(slip.read_text()), **more}
    slip.write_text(json.dumps(said))
    return slip


def counted(house, poll: Poll) -> int:
    with house.database.reading() as db:
        return len(house.board.every_ballot(db.connection(), poll.election))


# Voting.


def test_a_slip_votes_once_and_the_receipt_is_verified_and_written(
    slip, poll, house, bo, capsys, tmp_path
):
    assert main(["cast", str(slip), "--choose", "adopt"]) == 0
    said = capsys.readouterr().out
    receipt = (tmp_path / f"vote-{poll.id}.tlog-proof").read_text()
    proved = verify_receipt(receipt, VerifierKey.parse(house.signer.verifier_key))
    assert "You have voted." in said
    assert short_code(proved.entry) in said
    with house.database.reading() as db:
        found = db.get_one(Poll, poll.id)
        assert polls.receipt(db, house.board, found, bo.id) == receipt
        assert db.get(PollCredential, (poll.id, bo.id)) is None  # forgotten
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["slip.json"]
    assert main(["cast", str(slip), "--choose", "reject"]) == 1
    assert "already-voted" in capsys.readouterr().out
    assert counted(house, poll) == 1


def test_without_a_choice_the_voter_is_asked_at_the_terminal(slip, poll, monkeypatch, capsys):
    asked = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "2"

    monkeypatch.setattr("builtins.input", answer)
    assert main(["cast", str(slip), "--language", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Any 2 of 3 trustees open the result together; none reads a vote." in shown
    assert "  2. Reject" in shown
    assert asked == ["Your choice, by number: "]


def test_several_seats_and_a_blank_vote(browser_of, secret_floor, floor, bo, anna, tmp_path, house):
    secret_floor.electoral_board()
    poll = secret_floor.open(
        floor.item(kind=ItemKind.ELECTION), candidates=["Eva", "Ali", "Siv"], seats=2
    )
    address = f"/polls/{poll.id}/slip"
    two = downloaded(browser_of(bo).post(address), tmp_path / "two.json")
    blank = downloaded(browser_of(anna).post(address), tmp_path / "blank.json")
    three = [f"--choose=candidate-{number}" for number in (1, 2, 3)]
    assert main(["cast", str(two), *three, "--out", str(tmp_path / "two.proof")]) == 1
    assert main(["cast", str(two), *three[:2], "--out", str(tmp_path / "two.proof")]) == 0
    assert main(["cast", str(blank), "--choose", "blank", "--out", str(tmp_path / "b.proof")]) == 0
    assert counted(house, poll) == 2


def test_a_lost_answer_is_asked_for_again_with_the_same_ballot(
    slip, poll, house, monkeypatch, capsys
):
    monkeypatch.setattr(cast_command, "PAUSES", (0, 0))
    ask, sent = cast_command._ask, []

    def lose(given, name, what):
        sent.append(what)
        ask(given, name, what)
        raise OSError("lost on the way back")

    monkeypatch.setattr(cast_command, "_ask", lose)
    assert main(["cast", str(slip), "--choose", "adopt"]) == 1
    assert "may have arrived or not" in capsys.readouterr().out
    pending = next(slip.parent.glob("*.sent.json"))
    assert pending.stat().st_mode & 0o777 == 0o600
    assert "adopt" not in pending.read_text()
    monkeypatch.setattr(cast_command, "_ask", ask)
    assert main(["cast", str(slip), "--choose", "reject"]) == 0
    assert "You have voted." in capsys.readouterr().out
    assert sent[0] == sent[1]
    assert counted(house, poll) == 1
    assert not pending.exists()


def test_a_wrong_receipt_is_never_called_a_vote(
    slip, poll, house, secret_floor, monkeypatch, capsys
):
    other = secret_floor.people[0]
    secret_floor.cast(poll, other, "adopt")
    with house.database.reading() as db:
        theirs = polls.receipt(db, house.board, db.get_one(Poll, poll.id), other.id)
    for lie in (theirs, theirs.replace("\nindex ", "\nindex 1"), ""):
        monkeypatch.setattr(cast_command, "_ask", lambda *_, said=lie: {"receipt": said})
        assert main(["cast", str(slip), "--choose", "adopt"]) == 1
        said = capsys.readouterr().out
        assert "NOT CAST" in said
        assert "You have voted" not in said
    assert not list(slip.parent.glob("*.tlog-proof"))


def test_a_member_with_a_key_of_their_own_types_the_code(
    browser_of, secret_floor, bo, house, database, tmp_path, monkeypatch, capsys
):
    code = credential.make_code(secrets.token_bytes)
    own = credential.secret_of_code(code, house.board.origin, GROUP)
    public = str(credential.public_of(own, GROUP))
    with database.writing() as db:
        mine = db.get_one(Member, bo.id)
        member_keys.register(db, mine, public, now=house.clock(), chance=secrets.token_bytes)
    secret_floor.electoral_board()
    poll = secret_floor.open()
    slip = downloaded(browser_of(bo).post(f"/polls/{poll.id}/slip"), tmp_path / "slip.json")
    assert json.loads(slip.read_text())["right"]["secret"] == ""
    another = credential.make_code(secrets.token_bytes)
    for typed, code_of in ((another, 1), (code, 0)):
        monkeypatch.setattr("getpass.getpass", lambda _, said=typed: said)
        assert main(["cast", str(slip), "--choose", "abstain"]) == code_of
    assert "other-key" in capsys.readouterr().out
    assert counted(house, poll) == 1


WRONG = {
    "another server in clear": {"at": "http://stamma.example"},
    "another format": {"format": "stamma-slip/v2"},
    "another log": {
        "logKey": "vote.coop.example/board+caf0cc61+ATc5eVbd6VuZ6Dwl5NldDoFXPF7ix1mL68zazAWaUH3/"
    },
    "another place": {"slot": "00"},
    "no right": {"right": {"secret": "", "key": "", "tweak": ""}},
    "more": {"more": "1"},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_slip_that_does_not_agree_with_itself_votes_nowhere(slip, fault, capsys):
    assert main(["cast", str(changed(slip, **WRONG[fault])), "--choose", "adopt"]) == 2
    assert capsys.readouterr().err.startswith("stamma: ")


def test_a_slip_whose_question_or_trustees_were_changed_votes_nowhere(slip, capsys):
    as_it_was = slip.read_text()
    said = json.loads(as_it_was)
    for name, old, new in (
        ("election", '"Bifall","Avslag"', '"Avslag","Bifall"'),
        ("trustees", '"threshold":2', '"threshold":1'),
    ):
        assert old in said[name]
        changed(slip, **{name: said[name].replace(old, new)})
        assert main(["cast", str(slip), "--choose", "adopt"]) == 2
        assert "stamma:" in capsys.readouterr().err
        slip.write_text(as_it_was)
    # Of a poll that no log has opened there is no receipt, whatever was handed in.
    changed(slip, manifest=said["manifest"].replace('"voters":5', '"voters":6'))
    assert main(["cast", str(slip), "--choose", "adopt"]) == 1
    assert "NOT CAST" in capsys.readouterr().out


def test_wrong_use_is_said_in_a_line(tmp_path, capsys):
    assert main(["cast", str(tmp_path / "nothing.json")]) == 2
    (tmp_path / "no.json").write_text("{}")
    assert main(["cast", str(tmp_path / "no.json")]) == 2
    assert main(["cast"]) == 2
    assert "Traceback" not in capsys.readouterr().err


# Trustees.


@pytest.fixture
def trustees(secret_floor, browser_of, tmp_path):
    """Three, each with a browser for the files and a directory for the seed."""
    with secret_floor.acting() as booth:
        booth.set_up(secret_floor.people[:3])
    made = []
    for number, member in enumerate(secret_floor.people[:3], 1):
        directory = tmp_path / f"trustee-{number}"
        directory.mkdir()
        made.append((browser_of(member), directory))
    return made


def answer(browser: httpx.Client, directory: Path, command: str, address: str) -> int:
    """Download the task, let the command answer it, upload what it wrote."""
    task = downloaded(browser.get(address), directory / "task.json")
    seed, out = directory / "seed.txt", directory / "answer.json"
    code = main(["trustee", command, str(seed), str(task), "--out", str(out)])
    if code == 0 and out.exists():
        upload(browser, out)
        out.unlink()
    return code


def upload(browser: httpx.Client, path: Path) -> None:
    files = {"file": (path.name, path.read_bytes(), "application/json")}
    answer = browser.post("/electoral-boards/1/upload", files=files)
    assert answer.headers["location"].endswith("notice=message-taken"), answer.text


def ready(trustees) -> None:
    task = "/electoral-boards/1/task"
    for _ in range(4):
        for browser, directory in trustees:
            assert answer(browser, directory, "keygen", task) == 0
    for browser, directory in trustees:
        assert answer(browser, directory, "check", task) == 0


def test_trustees_make_their_key_and_open_a_result_by_files_alone(
    trustees, secret_floor, floor, house, capsys
):
    ready(trustees)
    seed = trustees[0][1] / "seed.txt"
    assert seed.stat().st_mode & 0o777 == 0o600
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    for number in (2, 0):
        browser, directory = trustees[number]
        assert answer(browser, directory, "decrypt", f"/polls/{poll.id}/opening") == 0
    assert "Ballots in the sum: 5." in capsys.readouterr().err
    with house.database.reading() as db:
        found = db.get_one(Poll, poll.id)
        assert found.result["votes"] == {"adopt": 3, "reject": 1, "abstain": 1}
    # The seed alone makes the key again, whenever somebody asks.
    browser, directory = trustees[1]
    assert answer(browser, directory, "check", "/electoral-boards/1/task") == 0
    assert "HOLDS" in capsys.readouterr().err


def test_a_seed_is_never_written_over_and_another_seed_is_found_out(trustees, tmp_path, capsys):
    ready(trustees)
    browser, directory = trustees[0]
    seed = (directory / "seed.txt").read_text()
    task = str(downloaded(browser.get("/electoral-boards/1/task"), directory / "task.json"))
    assert main(["trustee", "keygen", str(directory / "seed.txt"), task]) == 1
    assert (directory / "seed.txt").read_text() == seed
    other = tmp_path / "other.txt"
    assert main(["trustee", "keygen", str(other)]) == 0
    assert main(["trustee", "check", str(other), task]) == 1
    assert "this key belongs to none of the trustees" in capsys.readouterr().err


def test_a_sum_that_is_not_that_of_the_ballots_is_not_opened(trustees, secret_floor, floor, capsys):
    ready(trustees)
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain")
    floor.close(poll)
    browser, directory = trustees[0]
    opening = directory / "opening.json"
    asked = browser.get(f"/polls/{poll.id}/opening").json()
    single = [json.loads(asked["ballots"][0])["answers"][0]["choices"]]
    lies = {
        "tally": {"tally": json.dumps(single, separators=(",", ":"))},
        "a ballot left out": {"ballots": asked["ballots"][1:]},
        "a ballot twice": {"ballots": [*asked["ballots"], asked["ballots"][0]]},
        "other voters": {"credentials": asked["credentials"].replace('","', '", "')},
    }
    for name, lie in lies.items():
        opening.write_text(json.dumps({**asked, **lie}))
        code = main(["trustee", "decrypt", str(directory / "seed.txt"), str(opening)])
        said = capsys.readouterr()
        if name == "a ballot twice":  # the last of one voter counts: the sum is the same
            assert code == 0
        else:
            assert (code, said.out) == (1, ""), name


def test_a_second_sum_of_the_same_vote_is_not_opened(trustees, secret_floor, floor, capsys):
    """The difference of two sums would be the choice of whoever is missing in one of them."""
    ready(trustees)
    poll = secret_floor.open()
    secret_floor.vote(poll, "adopt", "adopt", "reject", "adopt", "abstain", "adopt")
    floor.close(poll)
    browser, directory = trustees[0]
    opening = downloaded(browser.get(f"/polls/{poll.id}/opening"), directory / "opening.json")
    asked = json.loads(opening.read_text())
    election = parse_election(asked["election"].encode())
    fewer = [parse_ballot(each.encode(), election) for each in asked["ballots"][1:]]
    added = tally.encode_tally(tally.add_up(election, fewer)).decode()
    lie = directory / "lie.json"
    lie.write_text(json.dumps({**asked, "ballots": asked["ballots"][1:], "tally": added}))
    decrypt = ["trustee", "decrypt", str(directory / "seed.txt")]
    for _ in range(2):  # the same sum again: an answer may have been lost
        assert main([*decrypt, str(opening)]) == 0
    capsys.readouterr()
    assert main([*decrypt, str(lie)]) == 1
    said = capsys.readouterr()
    assert "second-sum" in said.err
    assert said.out == ""


def test_a_part_that_does_not_hold_is_reported_by_the_command(
    trustees, secret_floor, capsys, house
):
    task = "/electoral-boards/1/task"
    for _ in range(3):
        for browser, directory in trustees:
            assert answer(browser, directory, "keygen", task) == 0
    browser, directory = trustees[0]
    given = browser.get(task).json()
    given["contributions"][2]["secret"]["sealed"] = "00" * 40
    broken = directory / "task.json"
    broken.write_text(json.dumps(given))
    out = directory / "answer.json"
    seed = str(directory / "seed.txt")
    assert main(["trustee", "keygen", seed, str(broken), "--out", str(out)]) == 0
    assert json.loads(out.read_text()) == {"step": "blame", "message": 3}
    upload(browser, out)
    with house.database.reading() as db:
        seats = electoral_boards.trustees(db, 1)
        assert seats[0].blames == 3


def test_wrong_use_of_a_trustees_command_is_said_in_a_line(tmp_path, capsys):
    seed = tmp_path / "seed.txt"
    (tmp_path / "task.json").write_text("[]")
    (tmp_path / "empty.json").write_text("{}")
    (tmp_path / "bad.txt").write_text("no seed")
    for arguments in (
        ["trustee"],
        ["trustee", "check", str(seed), str(tmp_path / "task.json")],
        ["trustee", "keygen", str(tmp_path / "bad.txt")],
        ["trustee", "keygen", str(seed), str(tmp_path / "task.json")],
        ["trustee", "keygen", str(seed), str(tmp_path / "empty.json")],
        ["trustee", "decrypt", str(seed), str(tmp_path / "empty.json")],
    ):
        assert main(arguments) == 2
        said = capsys.readouterr().err
        assert said
        assert "Traceback" not in said
