"""Records as anyone downloads them, verified with the stranger's own tool."""

from __future__ import annotations

import io
import zipfile

import pytest

from ballots import verify
from ballots.checkpoint import VerifierKey
from governance import minutes, minutes_published, polls, presiding
from governance.meetings import Meeting, MeetingState
from governance.polls import PollState
from tests import held_meeting


@pytest.fixture
def hall(database, board, association, now):
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        held_meeting.hold(hall)
    return hall


@pytest.fixture
def publish(database, board, hall, now):
    def publish() -> str:
        there = hall.people
        with database.writing() as db:
            meeting = db.get_one(Meeting, hall.meeting.id)
            written = minutes.draft(db, board, meeting, by_id=there.secretary.id, now=now)
            minutes.sign(db, board, written, by_id=there.secretary.id, now=now)
            for member in (there.checker, there.chair):
                minutes.approve(db, written, written.sha256, by_id=member.id, now=now)
            minutes_published.publish(db, board, written, by_id=there.chair.id, now=now)
            minutes_published.correct(
                db, board, written, "Eva Ek.", "En medlem.", by_id=there.chair.id, now=now
            )
        return str(written.public_text)

    return publish


def of_state(database, hall, state: PollState) -> list[polls.Poll]:
    with database.reading() as db:
        taken = polls.of_meeting(db, hall.meeting.id)
    return [each for each in taken if each.election and each.state is state]


def findings(tmp_path, answer, key: str | None = None) -> list[str]:
    path = tmp_path / "record.zip"
    path.write_bytes(answer.content)
    parsed = VerifierKey.parse(key) if key else None
    return [each.code for each in verify.verify(path, parsed)]


def names(answer) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_a_meetings_record_is_anyones_and_holds(client, hall, publish, signer, tmp_path):
    text = publish()
    answer = client.get(f"/meetings/{hall.meeting.id}/record.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert findings(tmp_path, answer, signer.verifier_key) == []
    held = zipfile.ZipFile(io.BytesIO(answer.content))
    assert held.read("minutes.md").decode() == text
    assert "En medlem." in held.read("addenda/1.md").decode()


def test_the_record_is_the_same_file_each_time(client, hall, publish):
    publish()
    path = f"/meetings/{hall.meeting.id}/record.zip"
    assert client.get(path).content == client.get(path).content


def test_minutes_are_in_the_record_when_they_are_published_and_not_before(client, hall, publish):
    path = f"/meetings/{hall.meeting.id}/record.zip"
    assert "minutes.md" not in names(client.get(path))
    publish()
    assert {"minutes.md", "addenda/1.md"} <= set(names(client.get(path)))


def test_the_texts_of_a_record_name_nobody(client, hall, publish):
    publish()
    answer = client.get(f"/meetings/{hall.meeting.id}/record.zip")
    held = zipfile.ZipFile(io.BytesIO(answer.content))
    for name in ("minutes.md", "addenda/1.md", "README.txt"):
        assert held_meeting.named_in(held.read(name).decode(), hall.people) == set()


def test_a_votes_record_holds_that_vote_alone(client, database, hall, signer, tmp_path):
    for poll in of_state(database, hall, PollState.DECLARED):
        answer = client.get(f"/polls/{poll.id}/record.zip")
        assert findings(tmp_path, answer, signer.verifier_key) == []
        assert {each.split("/")[1] for each in names(answer) if "/" in each} == {poll.election}


def test_a_void_vote_stays_on_record_without_a_result(client, database, hall, tmp_path):
    (void,) = of_state(database, hall, PollState.VOID)
    answer = client.get(f"/polls/{void.id}/record.zip")
    assert findings(tmp_path, answer) == []
    assert f"polls/{void.election}/result.json" not in names(answer)


def test_no_ballot_leaves_before_the_result_is_declared(
    client, database, board, association, now, tmp_path
):
    with database.writing() as db:
        hall = held_meeting.call(db, board, association, now)
        presiding.open_meeting(db, hall.meeting, by_id=hall.people.chair.id, now=hall.later())
        held_meeting.check_in(hall)
        hall.approve_roll()
        poll = hall.ballot(hall.take_up("accounts"), {hall.people.chair: "adopt"})
    answer = client.get(f"/polls/{poll.id}/record.zip")
    assert answer.status_code == 404
    assert "when its result has been declared" in answer.text
    whole = client.get(f"/meetings/{hall.meeting.id}/record.zip")
    assert findings(tmp_path, whole) == []
    assert not [each for each in names(whole) if each.startswith("polls/")]


def test_a_vote_without_ballots_has_no_record(client, database, hall):
    with database.reading() as db:
        bare = [each for each in polls.of_meeting(db, hall.meeting.id) if each.election is None]
    answer = client.get(f"/polls/{bare[0].id}/record.zip")
    assert answer.status_code == 404
    assert "without ballots" in answer.text


def test_nothing_is_told_of_what_is_not_there(client, database, hall):
    assert client.get("/polls/99999/record.zip").status_code == 404
    assert client.get("/meetings/99999/record.zip").status_code == 404
    with database.writing() as db:
        db.merge(hall.meeting).state = MeetingState.DRAFT
    assert client.get(f"/meetings/{hall.meeting.id}/record.zip").status_code == 404
    (void,) = of_state(database, hall, PollState.VOID)
    assert client.get(f"/polls/{void.id}/record.zip").status_code == 404
