"""Sending mail: by SMTP, or into a directory that the demo shows as a mailbox."""

from __future__ import annotations

import contextlib
import secrets
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from web.settings import Settings, SettingsError

PATIENCE = 20  # seconds for each step of the conversation with the mail server


class MailRefused(Exception):
    """The mail was not taken over; `permanent` where trying again would not help."""

    def __init__(self, reply: str, *, permanent: bool) -> None:
        self.reply = reply
        self.permanent = permanent
        super().__init__(reply)


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> str:
        """Hand the mail over; returns what the server said. Raises `MailRefused`."""

    def session(self) -> AbstractContextManager[Mailer]:
        """The same for many mails, over one connection where there is one."""


class SmtpMailer:
    """Sends to `smtp://user:password@host:port?starttls=yes` or `smtps://`.

    Outside a session each mail is a conversation of its own.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("smtp_url: not an smtp:// or smtps:// address")
        self.implicit_tls = parts.scheme == "smtps"
        self.starttls = parse_qs(parts.query).get("starttls", ["no"])[0] in ("yes", "true", "1")
        self.host = parts.hostname
        self.port = parts.port or (465 if self.implicit_tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: EmailMessage) -> str:
        with self.session() as session:
            return session.send(message)

    @contextlib.contextmanager
    def session(self) -> Iterator[SmtpSession]:
        session = SmtpSession(self)
        try:
            yield session
        finally:
            session.close()

    def connect(self) -> Conversation:
        tls = ssl.create_default_context()
        server: Conversation
        if self.implicit_tls:
            server = SecretConversation(self.host, self.port, timeout=PATIENCE, context=tls)
        else:
            server = Conversation(self.host, self.port, timeout=PATIENCE)
        try:
            if self.starttls:
                server.starttls(context=tls)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


class Conversation(smtplib.SMTP):
    """Remembers what the server said to the mail itself: the proof that it took it over."""

    reply: tuple[int, bytes] = (0, b"")

    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        self.reply = super().data(msg)
        return self.reply


class SecretConversation(Conversation, smtplib.SMTP_SSL):
    """The same inside TLS from the first byte."""


class SmtpSession:
    """A connection that is opened when it is needed and anew after it broke."""

    def __init__(self, mailer: SmtpMailer) -> None:
        self.mailer = mailer
        self.server: Conversation | None = None

    def send(self, message: EmailMessage) -> str:
        try:
            self.server = self.server or self.mailer.connect()
            self.server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            # An address beyond ASCII, and a server that does not know RFC 6531.
            raise MailRefused(str(error), permanent=True) from None
        except (OSError, smtplib.SMTPException) as error:
            # Greeting, login or sender refused, or the line broke: an operator or time mends it.
            self.close()
            raise MailRefused(_said(error), permanent=False) from None
        return _line(*self.server.reply)

    def session(self) -> AbstractContextManager[Self]:
        return contextlib.nullcontext(self)

    def close(self) -> None:
        if self.server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.server.quit()
            self.server = None


def _refused(code: int, reply: bytes | str) -> MailRefused:
    # Of what was said to this recipient or this mail, 5xx is final (RFC 5321 §4.2.1).
    return MailRefused(_line(code, reply), permanent=code // 100 == 5)


def _line(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"[:400]


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return type(error).__name__


class MailboxMailer:
    """Each mail an .eml file, for the demo and for a house that has no mail server yet."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: EmailMessage) -> str:
        self.directory.mkdir(parents=True, exist_ok=True)
        number = f"{len(list(self.directory.glob('*.eml'))) + 1:06d}"
        name = f"{number}-{secrets.token_hex(4)}.eml"
        whole = self.directory / name
        # Written aside and renamed: whoever lists the mailbox never meets half a mail.
        part = whole.with_suffix(".part")
        part.write_bytes(bytes(message))
        part.replace(whole)
        return f"250 {name}"

    def session(self) -> AbstractContextManager[Self]:
        return contextlib.nullcontext(self)


def mailer(settings: Settings) -> Mailer:
    return SmtpMailer(settings.smtp_url) if settings.smtp_url else MailboxMailer(settings.mailbox)
