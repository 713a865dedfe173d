from __future__ import annotations

import datetime as dt

import pytest

from governance import roles
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.roles import Role

PDF = b"%PDF-1.7 accounts"


@pytest.fixture
def meeting(database, association, now) -> Meeting:
    made = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.ANNOUNCED,
        title={"sv": "Årsstämma", "en": "Annual meeting"},
        starts_at=now + dt.timedelta(days=60),
        motions_close=dt.date(2027, 2, 1),
    )
    with database.writing() as db:
        db.add(made)
    return made


@pytest.fixture
def director(database, make_member, now):
    made = make_member("7", given_name="Disa", family_name="Ek", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def upload(client, meeting):
    def upload(name: str = "Bokslut åå.pdf", body: bytes = PDF, **form: str):
        data = {"kind": "accounts", "language": "sv", **form}
        return client.post(
            f"/meetings/{meeting.id}/documents", data=data, files={"file": (name, body)}
        )

    return upload


def address_on(page) -> str:
    return "/documents/" + page.text.split("/documents/")[1].split('"')[0]


def test_what_the_board_adds_members_read_and_strangers_do_not(
    client, log_in, director, anna, meeting, upload
):
    log_in(client, director)
    assert upload().headers["location"].startswith(f"/meetings/{meeting.id}/documents")
    log_in(client, anna)
    path = address_on(client.get(f"/meetings/{meeting.id}/documents"))
    got = client.get(path)
    assert (got.status_code, got.content, got.headers["content-type"]) == (
        200,
        PDF,
        "application/pdf",
    )
    assert (
        got.headers["content-disposition"] == "inline; filename*=UTF-8''Bokslut%20%C3%A5%C3%A5.pdf"
    )
    client.cookies.clear()
    assert client.get(path).headers["location"].startswith("/login")
    assert path not in client.get(f"/meetings/{meeting.id}/documents").text


def test_a_document_for_everyone_is_read_without_logging_in(
    client, log_in, director, meeting, upload
):
    log_in(client, director)
    upload(public="yes")
    client.cookies.clear()
    path = address_on(client.get(f"/meetings/{meeting.id}/documents"))
    assert client.get(path).content == PDF


def test_a_member_without_office_adds_nothing(client, log_in, anna, meeting, upload):
    log_in(client, anna)
    assert upload().status_code == 403
    assert "/documents/" not in client.get(f"/meetings/{meeting.id}/documents").text


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("page.html", b"<script>", "This kind of file is not taken"),
        ("a.pdf", b"<script>", "The file is not what its name says."),
        ("a.txt", b"", "The file is empty."),
    ],
)
def test_a_file_that_is_refused_is_told_beside_its_field(
    client, log_in, director, upload, name, body, said
):
    log_in(client, director)
    answer = upload(name, body)
    assert answer.status_code == 422
    assert said in answer.text.split('id="file-error"')[1]


def test_what_the_house_makes_itself_cannot_be_handed_in(client, log_in, director, upload):
    log_in(client, director)
    assert upload(kind="notice").status_code == 422


def test_documents_of_a_draft_are_the_boards_own(
    client, log_in, database, director, anna, meeting, upload
):
    log_in(client, director)
    upload()
    path = address_on(client.get(f"/meetings/{meeting.id}/documents"))
    with database.writing() as db:
        db.merge(meeting).state = MeetingState.DRAFT
    log_in(client, anna)
    assert client.get(path).status_code == 404
    assert client.get(f"/meetings/{meeting.id}/documents").status_code == 404


def test_a_file_that_runs_is_saved_not_shown(client, log_in, director, upload, meeting):
    log_in(client, director)
    upload("lista.csv", b"a;b")
    path = address_on(client.get(f"/meetings/{meeting.id}/documents"))
    assert client.get(path).headers["content-disposition"].startswith("attachment")
    assert client.get(path).headers["x-content-type-options"] == "nosniff"
