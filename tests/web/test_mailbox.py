from __future__ import annotations

import dataclasses
from email.message import EmailMessage

import pytest
from litestar.testing import TestClient

from web.app import create_app


@pytest.fixture
def demo(house):
    shown = dataclasses.replace(house, settings=dataclasses.replace(house.settings, demo=True))
    with TestClient(create_app(house=shown), base_url="http://stamma.example") as made:
        made.headers.update({"accept-language": "en"})
        yield made


def send(house, to: str = "Åsa Öst <asa@example.org>") -> str:
    mail = EmailMessage()
    mail["From"] = "board@stamma.example"
    mail["To"] = to
    mail["Subject"] = "Kallelse <b>"
    mail.set_content("Se http://stamma.example/meetings/1 <script>")
    mail.add_alternative("<p>Hej</p><script>alert(1)</script>", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="m.ics")
    return house.mailer.send(mail).removeprefix("250 ").removesuffix(".eml")


def test_the_mailbox_lists_mails_and_finds_them_by_recipient(demo, house):
    send(house)
    send(house, "Bo <bo@example.org>")
    assert "Åsa Öst" in demo.get("/mailbox").text
    found = demo.get("/mailbox?to=BO@").text
    assert "bo@example.org" in found
    assert "Åsa Öst" not in found


def test_a_mail_shows_its_text_with_links_and_runs_nothing(demo, house):
    name = send(house)
    page = demo.get(f"/mailbox/{name}")
    assert '<a href="http://stamma.example/meetings/1"' in page.text
    assert "&lt;script&gt;" in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]


def test_the_html_of_a_mail_is_drawn_in_a_sandbox(demo, house):
    drawn = demo.get(f"/mailbox/{send(house)}/html")
    assert "<p>Hej</p>" in drawn.text
    assert drawn.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_an_attachment_is_saved_under_its_name(demo, house):
    name = send(house)
    got = demo.get(f"/mailbox/{name}/0")
    assert got.content == b"BEGIN:VCALENDAR"
    assert "m.ics" in got.headers["content-disposition"]
    assert demo.get(f"/mailbox/{name}/1").status_code == 404


@pytest.mark.parametrize("name", ["%2e%2e%2fsecret.key", "000001-00000000", "x"])
def test_only_mails_are_found(demo, house, name):
    send(house)
    assert demo.get(f"/mailbox/{name}").status_code == 404


def test_a_house_with_real_members_has_no_mailbox_page(client, house):
    name = send(house)
    for path in ("/mailbox", f"/mailbox/{name}", f"/mailbox/{name}/html", f"/mailbox/{name}/0"):
        assert client.get(path).status_code == 404
