"""The call for nominations by post: who needs it, on the page and as a file."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from governance import agenda, electing, roles
from governance.meetings import Meeting
from governance.nomination_letters import NominationLetter
from governance.notices import DispatchState
from governance.roles import Role


@pytest.fixture
def nominator(database, make_member, now):
    made = make_member("80", given_name="Nils", family_name="Val", language="en")
    with database.writing() as db:
        roles.grant(db, made, Role.NOMINATOR, now=now, by_id=None)
    return made


@pytest.fixture
def path(database, announced, nominator, client, log_in, now) -> str:
    with database.writing() as db:
        meeting = db.get_one(Meeting, announced.id)
        item = next(each for each in agenda.items(db, meeting.id) if each.key == "board")
        electing.set_up(db, meeting, item, by_id=nominator.id, now=now)
    log_in(client, nominator)
    return f"/meetings/{announced.id}/elections"


@pytest.fixture
def many(make_member):
    """More than a page of members without an address."""
    return [
        make_member(str(500 + at), given_name=f"Post{at:02}", family_name="Brev", email=None)
        for at in range(60)
    ]


def test_the_list_is_paged_and_filtered(client, path, many):
    assert "60 members are reached only by post" in client.get(path).text
    first = client.get(f"{path}/post").text
    assert ("Post00 Brev" in first, "Post59 Brev" in first) == (True, False)
    assert "Page 1 of 2" in first
    assert "Post59 Brev" in client.get(f"{path}/post?number=2").text
    found = client.get(f"{path}/post?q=Post07").text
    assert ("Post07 Brev" in found, "Post08 Brev" in found) == (True, False)


def test_the_file_holds_everybody_and_is_safe_in_a_spreadsheet(client, path, many, make_member):
    make_member("700", given_name="=HYPERLINK(1)", family_name="Elak", email=None)
    answer = client.get(f"{path}/post.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "medlemsnummer"
    assert len(rows) == 62
    (bad,) = [each for each in rows if each[0] == "700"]
    assert not bad[1].startswith("=")


def test_whose_letter_came_back_needs_post_too(client, path, anna, database):
    assert anna.name not in client.get(f"{path}/post").text
    client.post(f"{path}/call", data={"closes_on": "2027-04-15", "text_sv": "Vi söker."})
    with database.writing() as db:
        letters = sa.update(NominationLetter).where(NominationLetter.member_id == anna.id)
        db.execute(letters.values(state=DispatchState.FAILED))
    assert anna.name in client.get(f"{path}/post").text


@pytest.mark.parametrize("page", ["post", "post.csv"])
def test_the_list_is_for_the_committee_and_the_board(client, log_in, path, anna, director, page):
    log_in(client, anna)
    assert client.get(f"{path}/{page}").status_code == 403
    log_in(client, director)
    assert client.get(f"{path}/{page}").status_code == 200
