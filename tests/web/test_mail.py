from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.web.smtp import SmtpServer
from web.mail import MailboxMailer, MailRefused, SmtpMailer


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


def mail(to: str = "anna@example.org", name: str = "Anna") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "board@stamma.example"
    made["To"] = f"{name} <{to}>"
    made["Subject"] = "Kallelse till årsstämma"
    made.set_content("Hej Åsa!\n")
    return made


def test_a_mail_arrives_and_the_servers_words_come_back(server):
    assert SmtpMailer(server.url).send(mail(name="Åsa Öst")) == "250 2.0.0 taken as 1"
    [arrived] = server.post.arrived
    assert arrived["To"] == "Åsa Öst <anna@example.org>"
    assert arrived["Subject"] == "Kallelse till årsstämma"


def test_many_mails_go_over_one_connection(server):
    with SmtpMailer(server.url).session() as session:
        for _ in range(5):
            session.send(mail())
    assert (len(server.post.arrived), server.post.connections) == (5, 1)


@pytest.mark.parametrize(
    ("said", "permanent"), [("450 4.2.0 try later", False), ("550 5.1.1 no such person", True)]
)
def test_a_refused_recipient_is_told_apart_and_the_next_mail_goes(server, said, permanent):
    server.post.replies["anna@example.org"] = [said]
    with SmtpMailer(server.url).session() as session:
        with pytest.raises(MailRefused) as refused:
            session.send(mail())
        session.send(mail("bo@example.org"))
    assert (refused.value.reply, refused.value.permanent) == (said, permanent)
    assert len(server.post.arrived) == 1


def test_after_the_line_broke_the_next_mail_connects_anew(server):
    server.post.hang_up_after = 1
    with SmtpMailer(server.url).session() as session:
        session.send(mail())
        with pytest.raises(MailRefused) as refused:
            session.send(mail())
        session.send(mail())
    assert not refused.value.permanent
    assert (len(server.post.arrived), server.post.connections) == (2, 2)


def test_no_server_is_a_fault_that_may_pass():
    with pytest.raises(MailRefused) as refused:
        SmtpMailer("smtp://127.0.0.1:9").send(mail())
    assert not refused.value.permanent


def test_an_address_that_the_server_cannot_write_is_refused_for_good():
    server = SmtpServer(knows_utf8=False)
    with pytest.raises(MailRefused) as refused:
        SmtpMailer(server.url).send(mail("åsa@example.org"))
    server.stop()
    assert refused.value.permanent


def test_a_mailbox_keeps_each_mail_as_a_file(tmp_path):
    mailbox = MailboxMailer(tmp_path)
    with mailbox.session() as session:
        session.send(mail())
        session.send(mail("bo@example.org"))
    assert len(list(tmp_path.glob("*.eml"))) == 2
