"""The demo's mailbox: what would have been sent, to whom, as it would arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from litestar import Response, get

from governance.errors import NotFound
from web.auth import Visitor
from web.house import House
from web.pages.documents import file
from web.render import page
from web.security import POLICY

NAME = re.compile(r"[0-9]{6}-[0-9a-f]{8}")
ON_A_PAGE = 40
# A mail is somebody else's page: drawn in a frame that may run, load and send nothing.
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Mail:
    name: str
    message: EmailMessage

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""

    @property
    def attachments(self) -> list[EmailMessage]:
        return list(self.message.iter_attachments())


@get("/mailbox", sync_to_thread=True)
def show(house: House, visitor: Visitor, to: str = "") -> Response[str]:
    names = _names(house, visitor)
    wanted = to.strip().lower()
    mails = []
    for name in names:
        mail = _read(house, name)
        if wanted in str(mail.message["To"]).lower():
            mails.append(mail)
        if len(mails) == ON_A_PAGE:
            break
    return page(visitor, "mailbox/list.html", mails=mails, to=to, count=len(names))


@get("/mailbox/{name:str}", sync_to_thread=True)
def read(house: House, visitor: Visitor, name: str) -> Response[str]:
    answer = page(visitor, "mailbox/show.html", mail=_find(house, visitor, name))
    answer.headers["content-security-policy"] = f"{POLICY}; frame-src 'self'"
    return answer


@get("/mailbox/{name:str}/html", sync_to_thread=True)
def draw(house: House, visitor: Visitor, name: str) -> Response[str]:
    return Response(
        _find(house, visitor, name).part("html"),
        media_type="text/html",
        headers={"content-security-policy": LETTER_POLICY},
    )


@get("/mailbox/{name:str}/{number:int}", sync_to_thread=True)
def attachment(house: House, visitor: Visitor, name: str, number: int) -> Response[bytes]:
    attachments = _find(house, visitor, name).attachments
    if not 0 <= number < len(attachments):
        raise NotFound
    part = attachments[number]
    content: Any = part.get_payload(decode=True)
    return file(content, part.get_filename() or "attachment", part.get_content_type())


def _names(house: House, visitor: Visitor) -> list[str]:
    """Every mail, the newest first."""
    if not visitor.demo:
        raise NotFound
    directory: Path = house.settings.mailbox
    return sorted((path.stem for path in directory.glob("*.eml")), reverse=True)


def _find(house: House, visitor: Visitor, name: str) -> Mail:
    if not NAME.fullmatch(name) or name not in _names(house, visitor):
        raise NotFound
    return _read(house, name)


def _read(house: House, name: str) -> Mail:
    written = (house.settings.mailbox / f"{name}.eml").read_bytes()
    return Mail(name, message_from_bytes(written, policy=policy.default))


handlers = [show, read, draw, attachment]
