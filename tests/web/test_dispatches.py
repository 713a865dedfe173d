from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from governance import dispatches, roles
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.notices import Channel, Dispatch, DispatchState, Notice
from governance.roles import Role


@pytest.fixture
def director(database, make_member, now):
    made = make_member("90", given_name="Disa", family_name="Ek", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def notice(database, association, director, now) -> Notice:
    meeting = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.CALLED,
        title={"sv": "Årsstämma", "en": "Annual meeting"},
        starts_at=now + dt.timedelta(days=30),
        motions_close=now.date(),
    )
    with database.writing() as db:
        db.add(meeting)
        db.flush()
        made = Notice(
            meeting_id=meeting.id,
            texts={"sv": "Kallelse"},
            sha256="a" * 64,
            approved_at=now,
            approved_by_id=director.id,
            issued_at=now,
        )
        db.add(made)
    return made


@pytest.fixture
def letter(database, notice, now):
    def letter(member, channel=Channel.EMAIL, state=DispatchState.DUE, **changed) -> Dispatch:
        made = Dispatch(
            notice_id=notice.id,
            member_id=member.id,
            channel=channel,
            state=state,
            language="sv",
            next_try_at=now,
            **changed,
        )
        with database.writing() as db:
            db.add(made)
        return made

    return letter


@pytest.fixture
def path(notice) -> str:
    return f"/meetings/{notice.meeting_id}/dispatches"


def test_the_board_sees_how_many_left_and_the_proof_of_each(
    client, log_in, director, letter, anna, bo, path, now
):
    letter(anna, state=DispatchState.SENT, sent_at=now, reply="250 queued as 17")
    letter(bo, state=DispatchState.FAILED, reply="550 no such person")
    log_in(client, director)
    text = client.get(path).text
    assert "250 queued as 17" in text
    assert "<strong>2</strong> members" in text
    assert "<strong>1</strong> need post" in text


def test_members_see_no_letters_of_others(client, log_in, letter, anna, path):
    letter(anna)
    assert client.get(path).headers["location"].startswith("/login")
    log_in(client, anna)
    assert client.get(path).status_code == 403
    assert client.get(f"{path}/post.csv").status_code == 403


def test_who_needs_post_is_a_list_that_runs_nothing(
    client, log_in, director, letter, make_member, anna, path
):
    letter(make_member("3", given_name="=cmd|'/c calc'!A1"), Channel.POST)
    letter(anna)
    log_in(client, director)
    got = client.get(f"{path}/post.csv")
    assert got.headers["content-type"].startswith("text/csv")
    _, row = csv.reader(io.StringIO(got.content.decode("utf-8-sig")), delimiter=";")
    assert row[:2] == ["3", "'=cmd|'/c calc'!A1"]


def test_a_letter_noted_as_posted_leaves_the_list(client, log_in, director, letter, anna, path):
    paper = letter(anna, Channel.POST)
    log_in(client, director)
    assert "Åberg" in client.get(f"{path}?which=post").text
    assert client.post(f"/dispatches/{paper.id}/posted").status_code == 303
    assert "Åberg" not in client.get(f"{path}?which=post").text
    assert client.post(f"/dispatches/{paper.id}/posted").status_code == 409


def test_a_whole_list_is_noted_as_posted_at_once(
    client, log_in, director, letter, anna, bo, path, house, notice
):
    letter(anna, Channel.POST)
    letter(bo, state=DispatchState.FAILED)
    log_in(client, director)
    client.post(f"{path}/posted")
    with house.database.reading() as db:
        counts = dispatches.counts(db, notice.id)
    assert (counts.members, counts.sent, counts.post) == (2, 2, 0)


def test_a_member_notes_nothing(client, log_in, letter, anna, path):
    paper = letter(anna, Channel.POST)
    log_in(client, anna)
    assert client.post(f"/dispatches/{paper.id}/posted").status_code == 403
    assert client.post(f"{path}/posted").status_code == 403


def test_a_long_list_comes_in_pages(client, log_in, director, letter, make_member, path):
    for number in range(60):
        letter(make_member(str(number), family_name=f"Öst{number:02}"))
    log_in(client, director)
    first, second = client.get(path).text, client.get(f"{path}?which=all&number=2").text
    assert "Öst00" in first
    assert "Öst59" not in first
    assert "Öst59" in second
    assert client.get(f"{path}?number=99").status_code == 200
