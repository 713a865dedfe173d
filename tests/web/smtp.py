"""A real SMTP server on loopback that answers as a test tells it to."""

from __future__ import annotations

import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Post:
    """What arrived, in order; `replies` are given to the next mails instead of taking them."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.connections = 0
        self.replies: dict[str, list[str]] = {}  # {address: what is said to its next mails}
        self.hang_up_after: int | None = None  # this many mails, then the line breaks
        self.news = threading.Condition()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if said := self.replies.get(address):
            return said.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.hang_up_after is not None:
            if not self.hang_up_after:
                self.hang_up_after = None
                server.transport.abort()
                return "421 gone"
            self.hang_up_after -= 1
        with self.news:
            self.arrived.append(message_from_bytes(envelope.content, policy=policy.default))
            self.news.notify_all()
        return f"250 2.0.0 taken as {len(self.arrived)}"

    def to(self, address: str, *, most: int = 0, within: float = 20) -> list[EmailMessage]:
        """The mails to this address, when more than `most` have come. Raises TimeoutError."""

        def mine() -> list[EmailMessage]:
            return [each for each in self.arrived if address in str(each["To"])]

        with self.news:
            if not self.news.wait_for(lambda: len(mine()) > most, within):
                raise TimeoutError(address)
            return mine()


class SmtpServer:
    """The server and its address, in a thread of its own."""

    def __init__(self, *, knows_utf8: bool = True) -> None:
        self.post = Post()
        # The controller greets itself when it starts, so it has to know its port beforehand.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{port}"
        self.controller = Controller(
            self.post, hostname="127.0.0.1", port=port, enable_SMTPUTF8=knows_utf8
        )
        self.controller.start()
        self.post.connections = 0

    def stop(self) -> None:
        self.controller.stop(no_assert=True)
