from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator

import icalendar
import pytest

from governance import dispatches, roles
from governance.dispatches import CLAIM_LIVES, WAITS
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.notices import Channel, Dispatch, DispatchState, Notice
from governance.roles import Role
from tests.web.smtp import SmtpServer
from web import worker
from web.house import House
from web.mail import SmtpMailer


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


@pytest.fixture
def clock(now) -> list[dt.datetime]:
    """A clock of one value, which a test turns forward."""
    return [now]


@pytest.fixture
def post_office(house, server, clock) -> House:
    """The house with a mail server."""
    return dataclasses.replace(house, mailer=SmtpMailer(server.url), clock=lambda: clock[0])


@pytest.fixture
def notice(database, association, anna, now) -> Notice:
    meeting = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.CALLED,
        title={"sv": "Årsstämma 2027", "en": "Annual meeting 2027"},
        starts_at=now + dt.timedelta(days=30),
        place="Folkets hus",
        motions_close=now.date(),
    )
    with database.writing() as db:
        db.add(meeting)
        db.flush()
        made = Notice(
            meeting_id=meeting.id,
            texts={"sv": "## Dagordning\n\n1. Öppnande", "en": "## Agenda\n\n1. Opening"},
            sha256="a" * 64,
            approved_at=now,
            approved_by_id=anna.id,
            issued_at=now,
        )
        db.add(made)
    return made


@pytest.fixture
def write_to(database, notice, now):
    def write_to(member, **changed) -> int:
        given = {"channel": Channel.EMAIL, "address": member.email, "language": member.language}
        made = Dispatch(
            notice_id=notice.id,
            member_id=member.id,
            next_try_at=now,
            message_id=f"<notice.{member.id}@stamma.example>",
            **{**given, **changed},
        )
        with database.writing() as db:
            db.add(made)
        return made.id

    return write_to


def kept(house: House, dispatch_id: int) -> Dispatch:
    with house.database.reading() as db:
        return db.get_one(Dispatch, dispatch_id)


def test_each_member_gets_the_notice_in_their_language_with_a_calendar_entry(
    post_office, server, write_to, anna, bo
):
    write_to(anna)
    write_to(bo)
    worker.run_due(post_office)
    swedish, english = sorted(server.post.arrived, key=lambda mail: mail["To"])
    assert swedish["To"] == "Anna Åberg <anna@example.org>"
    assert swedish["Subject"] == "Kallelse: Årsstämma 2027"
    text = swedish.get_body(("plain",)).get_content()
    assert "Hej Anna Åberg!" in text
    assert "1. Öppnande" in text
    assert english["Subject"] == "Notice: Annual meeting 2027"
    html = english.get_body(("html",)).get_content()
    assert "<li>Opening</li>" in html
    [entry] = list(english.iter_attachments())
    [event] = icalendar.Calendar.from_ical(entry.get_content()).walk("VEVENT")
    assert event["summary"].startswith("Annual meeting 2027")


def test_whoever_has_the_notice_reads_that_the_meeting_is_cancelled_and_why(
    post_office, database, server, write_to, notice, anna, now
):
    write_to(anna)
    worker.run_due(post_office)
    with database.writing() as db:
        roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None)
        meeting = db.get_one(Meeting, notice.meeting_id)
        dispatches.call_off(db, meeting, "Lokalen har *brunnit*.", by_id=anna.id, now=now)
    worker.run_due(post_office)
    called, off = server.post.arrived
    assert off["Subject"] == "Inställd: Årsstämma 2027"
    assert off["Message-ID"] != called["Message-ID"]
    text = off.get_body(("plain",)).get_content()
    assert "Stämman den 31 mars 2027" in text
    assert "Lokalen har *brunnit*." in text
    [entry] = list(off.iter_attachments())
    whole = icalendar.Calendar.from_ical(entry.get_content())
    [event] = whole.walk("VEVENT")
    assert (whole["method"], event["status"]) == ("CANCEL", "CANCELLED")
    [first] = list(called.iter_attachments())
    [earlier] = icalendar.Calendar.from_ical(first.get_content()).walk("VEVENT")
    assert (event["uid"], event["sequence"] > earlier["sequence"]) == (earlier["uid"], True)


def test_the_letter_says_nothing_about_whether_it_was_read(post_office, server, write_to, anna):
    write_to(anna)
    worker.run_due(post_office)
    [mail] = server.post.arrived
    html = mail.get_body(("html",)).get_content()
    assert "<img" not in html
    assert "?" not in "".join(part for part in html.split('"') if part.startswith("http"))


def test_the_proof_is_kept_with_the_servers_own_words(post_office, server, write_to, anna, now):
    letter = write_to(anna)
    worker.run_due(post_office)
    proof = kept(post_office, letter)
    assert (proof.state, proof.sent_at) == (DispatchState.SENT, now)
    assert proof.reply == "250 2.0.0 taken as 1"
    assert server.post.arrived[0]["Message-ID"] == proof.message_id


def test_a_second_round_sends_nothing_twice(post_office, server, write_to, anna, bo):
    write_to(anna)
    write_to(bo)
    worker.run_due(post_office)
    worker.run_due(post_office)
    assert len(server.post.arrived) == 2


def test_many_letters_go_over_one_connection(post_office, server, write_to, make_member):
    for number in range(120):
        write_to(make_member(str(100 + number)))
    assert worker.send_letters(post_office) == 120
    assert server.post.connections == 1


def test_a_letter_refused_for_now_goes_later(post_office, server, write_to, anna, clock):
    letter = write_to(anna)
    server.post.replies[anna.email] = ["451 4.3.0 greylisted"]
    worker.run_due(post_office)
    assert kept(post_office, letter).state == DispatchState.DUE
    assert kept(post_office, letter).reply == "451 4.3.0 greylisted"
    worker.run_due(post_office)
    assert not server.post.arrived
    clock[0] += WAITS[0]
    worker.run_due(post_office)
    assert kept(post_office, letter).state == DispatchState.SENT


def test_a_letter_refused_for_good_is_listed_for_the_post(
    post_office, server, write_to, anna, bo, notice
):
    refused, _ = write_to(anna), write_to(bo)
    server.post.replies[anna.email] = ["550 5.1.1 no such person"]
    worker.run_due(post_office)
    assert kept(post_office, refused).state == DispatchState.FAILED
    with post_office.database.reading() as db:
        assert [member.id for _, member in dispatches.listed(db, notice.id, "post")] == [anna.id]
        assert dispatches.counts(db, notice.id).sent == 1


def test_a_broken_line_loses_no_letter(post_office, server, write_to, make_member, clock):
    letters = [write_to(make_member(str(100 + number))) for number in range(6)]
    server.post.hang_up_after = 3
    worker.run_due(post_office)
    clock[0] += WAITS[0]
    worker.run_due(post_office)
    assert {kept(post_office, letter).state for letter in letters} == {DispatchState.SENT}
    assert len({mail["Message-ID"] for mail in server.post.arrived}) == 6


def test_no_mail_server_keeps_every_letter(post_office, server, write_to, anna, clock):
    letter = write_to(anna)
    away = dataclasses.replace(post_office, mailer=SmtpMailer("smtp://127.0.0.1:9"))
    worker.run_due(away)
    assert kept(post_office, letter).state == DispatchState.DUE
    clock[0] += WAITS[0]
    worker.run_due(post_office)
    assert len(server.post.arrived) == 1


def test_a_letter_whose_sender_died_goes_again_as_the_same_letter(
    post_office, server, write_to, anna, clock, now
):
    write_to(anna)
    with post_office.database.writing() as db:
        [claimed] = dispatches.due(db, now, 10)  # and then nothing more is heard of them
    worker.run_due(post_office)
    assert not server.post.arrived
    clock[0] += CLAIM_LIVES
    worker.run_due(post_office)
    assert [mail["Message-ID"] for mail in server.post.arrived] == [claimed.message_id]


def test_two_workers_at_once_send_each_letter_once(post_office, server, write_to, make_member):
    for number in range(130):
        write_to(make_member(str(100 + number)))
    threads = [threading.Thread(target=worker.run_due, args=(post_office,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.post.arrived) == 130
    assert len({mail["Message-ID"] for mail in server.post.arrived}) == 130


def test_a_name_that_would_begin_a_header_does_not(post_office, server, write_to, make_member):
    write_to(make_member("5", given_name="Eva\r\nBcc: spy@example.org", family_name='"Öst" <x@y>'))
    worker.run_due(post_office)
    [mail] = server.post.arrived
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "member5@example.org"


def test_an_address_to_which_no_mail_can_be_written_needs_post(post_office, write_to, anna, bo):
    broken, good = write_to(anna, address="anna@@example .org"), write_to(bo)
    worker.run_due(post_office)
    assert kept(post_office, broken).state == DispatchState.FAILED
    assert kept(post_office, good).state == DispatchState.SENT
