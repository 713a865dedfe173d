"""From the call to the notice: a member names another, who says yes and is proposed."""

from __future__ import annotations

import datetime as dt
import io
import secrets
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from governance import logins, meetings, roles
from governance.associations import Association
from governance.meetings import Meeting, MeetingKind
from governance.members import Member
from governance.roles import Role
from tests.journeys.people import DESK, PHONE, Person, arrive
from web.auth import session_cookie


@pytest.fixture
def people(database, make_member, now) -> dict[str, Member]:
    names = {"Anna": "Åberg", "Bo": "Öst", "Nils": "Val", "Disa": "Ek"}
    made = {
        given: make_member(str(number), given_name=given, family_name=family, language="en")
        for number, (given, family) in enumerate(names.items(), 1)
    }
    with database.writing() as db:
        roles.grant(db, made["Nils"], Role.NOMINATOR, now=now, by_id=None)
        roles.grant(db, made["Disa"], Role.DIRECTOR, now=now, by_id=None)
    return made


@pytest.fixture
def meeting(database, association, people, now) -> Meeting:
    with database.writing() as db:
        by = people["Disa"].id
        made = meetings.create(
            db,
            db.get_one(Association, association.id),
            kind=MeetingKind.ANNUAL,
            title={"sv": "Årsstämma 2027", "en": "Annual meeting 2027"},
            starts_at=dt.datetime(2027, 6, 10, 16, tzinfo=dt.UTC),
            place="Umeå",
            link="",
            by_id=by,
            now=now,
        )
        meetings.announce(db, made, by_id=by, now=now)
    return made


@pytest.fixture
def comes(browser, server, house, people, now) -> Iterator[Callable[..., Person]]:
    come: list[Person] = []

    def comes(name: str, size: tuple[int, int] = PHONE, scripts: bool = True) -> Person:
        person = arrive(browser, server, name, size=size, scripts=scripts)
        token = secrets.token_urlsafe(32)
        with house.database.writing() as db:
            logins.start(db, people[name].id, token=token, method="demo", now=now)
        cookie = {"name": session_cookie(house.settings), "value": token, "url": server}
        person.context.add_cookies([cookie])
        come.append(person)
        return person

    yield comes
    for person in come:
        person.context.close()
        assert person.faults == []


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (1200, 900), "seagreen").save(drawn, "JPEG")
    return drawn.getvalue()


def test_a_member_is_nominated_consents_shows_herself_and_stands_in_the_notice(comes, meeting):
    at = f"/meetings/{meeting.id}/elections"
    nils = comes("Nils", DESK)
    nils.visit(at)
    nils.press("Set up the elections")
    nils.follow("Write the call")
    nils.write("Last day for nominations", "2027-04-15")
    nils.press("Open the nominations and write to everybody")
    nils.sees("Nominations are open. The letters are on their way.")

    anna = comes("Anna", scripts=False)  # everything works without them
    anna.visit(at)
    anna.follow("Nominate")
    anna.label("Office").select_option(label="Election of the board")
    anna.choose("Another member")
    anna.write("Their member number or whole name", "bo öst")
    anna.write("Why", "Listens.")
    anna.press("Send the nomination")
    anna.follow("Election of the board")
    anna.sees("Nobody has said yes yet.")
    anna.sees_no("Bo Öst")

    bo = comes("Bo")
    bo.visit("/me")
    bo.page.get_by_role("link", name="You have been nominated").click()
    bo.sees("Anna Åberg: Listens.")
    bo.press("Yes, I stand")
    bo.write("About you, English", "I can *count*.")
    bo.press("Save")
    bo.follow("Change the page")
    bo.label("A picture of you").set_input_files(
        {"name": "bo.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    bo.press("Upload the picture")
    bo.write("What the picture shows, English", "Bo at the sea")
    bo.press("Save")

    anna.visit(at)
    anna.follow("Election of the board")
    anna.follow("Bo Öst")
    shown = anna.page.get_by_role("img", name="Bo at the sea")
    assert shown.get_attribute("src") is not None
    anna.sees("count")

    nils.visit(at)
    nils.follow("Election of the board")
    nils.follow("Write the proposal")
    nils.label("Bo Öst").select_option("1")
    nils.write("Why, English", "Knows the accounts.")
    nils.press("Make the proposal")
    nils.sees("The proposal is made.")

    disa = comes("Disa", DESK)
    disa.visit(f"/meetings/{meeting.id}/notice")
    disa.sees("The nomination committee proposes")
    disa.sees("Bo Öst")
    disa.sees("Knows the accounts.")
