"""The letter that carries a notice, or says that its meeting is cancelled: plain text and HTML, in
the member's language, with .ics.

Nothing in it tells on its reader: no picture, no token, no link that counts.
"""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from governance import invitation, markdown, notice_text
from governance.associations import Association
from governance.languages import pick
from governance.meetings import Meeting
from governance.members import Member
from governance.notices import About, Dispatch, Notice

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="max-width:38em;margin:1em auto;font:1em/1.5 Georgia,serif">
<p>{hello}</p><p>{here} <a href="{page}">{page}</a></p>
<h1 style="font-size:1.5em">{title}</h1>
{notice}<hr><p style="font-size:.85em">{why}</p></body></html>
"""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """From whom the letters come and where their links lead."""

    association: Association
    address: str
    base_url: str  # without a slash at its end


def page_of(sender: Sender, meeting: Meeting) -> str:
    return f"{sender.base_url}/meetings/{meeting.id}"


def letter(
    sender: Sender,
    meeting: Meeting,
    notice: Notice,
    dispatch: Dispatch,
    member: Member,
    *,
    now: dt.datetime,
) -> EmailMessage:
    """The mail of one dispatch; sent again it is the same mail with the same Message-ID."""
    language = dispatch.language
    called_off = dispatch.about is About.CANCELLATION
    words = _words(sender, meeting, member, language)
    title, text = _said(sender, meeting, notice, language, called_off)
    made = EmailMessage()
    made["From"] = _mailbox(sender.association.name, sender.address)
    made["To"] = _mailbox(member.name, dispatch.address)
    made["Subject"] = title
    made["Date"] = format_datetime(now)
    made["Message-ID"] = dispatch.message_id
    _tell_machines(made, sender, language)
    made.set_content(_plain(words, title, text, called_off))
    made.add_alternative(_html(words, title, text, language, called_off), subtype="html")
    made.add_attachment(
        invitation.calendar(
            sender.association,
            meeting,
            language,
            page=words["page"],
            link="" if called_off else meeting.link,
            now=notice.issued_at or now,
        ),
        maintype="text",
        subtype="calendar",
        filename=f"meeting-{meeting.id}.ics",
        params={"method": "CANCEL" if called_off else "PUBLISH", "charset": "utf-8"},
    )
    return made


def _said(
    sender: Sender, meeting: Meeting, notice: Notice, language: str, called_off: bool
) -> tuple[str, str]:
    """Title and Markdown of the letter."""
    title = notice_text.title(meeting, language)
    if not called_off:
        return title, notice.texts[language]
    words = notice_text.words(language)
    day = notice_text.date(sender.association.today(meeting.starts_at), language)
    reason = markdown.quote(meeting.reason)
    title = words["cancelled"] % {"title": pick(meeting.title, language)}
    return title, words["called-off"] % {"date": day} + f"\n\n{reason}"


def _mailbox(name: str, address: str) -> Address:
    # A name may hold whatever people are called, but no line break: that would begin a header.
    return Address(display_name=" ".join(name.split()), addr_spec=address)


def _tell_machines(made: EmailMessage, sender: Sender, language: str) -> None:
    host = sender.association.origin.partition("/")[0]
    made["Content-Language"] = language
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "out of office" in answer
    made["List-Id"] = f"<members.{host}>"
    # Where a member chooses post instead. A notice is owed: there is no way to have none.
    made["List-Unsubscribe"] = f"<{sender.base_url}/me>"


def _words(sender: Sender, meeting: Meeting, member: Member, language: str) -> dict[str, str]:
    words = notice_text.words(language)
    me = f"{sender.base_url}/me"
    return {
        "hello": words["hello"] % {"name": member.name},
        "here": words["here"],
        "called-off": words["called-off-page"],
        "page": page_of(sender, meeting),
        "pdf": f"{page_of(sender, meeting)}/notice.pdf",
        "why": words["why"] % {"association": sender.association.name, "me": me},
    }


def _plain(words: dict[str, str], title: str, text: str, called_off: bool) -> str:
    if called_off:
        parts = [words["hello"], markdown.plain(text), words["called-off"], words["page"]]
    else:
        page = (words["page"], words["pdf"])
        parts = [words["hello"], words["here"], *page, title.upper(), markdown.plain(text)]
    return "\n\n".join([*parts, "-- \n" + words["why"]]) + "\n"


def _html(words: dict[str, str], title: str, text: str, language: str, called_off: bool) -> str:
    safe = {name: html.escape(word) for name, word in words.items()}
    here = safe["called-off" if called_off else "here"]
    return PAGE.format(
        language=language,
        title=html.escape(title),
        notice=markdown.to_html(text),
        **{**safe, "here": here},
    )
