"""The mails that elections send: the call for nominations, to the nominated, to the elected.

Plain words and one link; who nominated whom is on the page, not in a mailbox.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from governance import markdown
from governance.errors import N_
from governance.languages import pick
from governance.meetings import Meeting
from governance.members import Member
from governance.nomination_letters import About, NominationLetter
from governance.nominations import NominationCall
from web import i18n
from web.letters import Sender


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a letter is about."""

    meeting: Meeting
    call: NominationCall | None
    office: dict[str, str]  # the item's title; empty in a call


SUBJECTS = {
    About.CALL: N_("Nominate: %(meeting)s"),
    About.CONSENT: N_("You have been nominated: %(office)s"),
    About.ELECTED: N_("You have been elected: %(office)s"),
}
TEXTS = {
    About.CALL: (
        N_("%(meeting)s, on %(when)s, elects. You can nominate yourself or another member."),
        N_("The last day is %(last)s. The offices, and how to nominate:"),
    ),
    About.CONSENT: (
        N_("Somebody has nominated you for an office at %(meeting)s, on %(when)s: %(office)s."),
        N_("Say yes or no on this page. Nobody but the nomination committee sees a no:"),
    ),
    About.ELECTED: (
        N_("%(meeting)s has elected you: %(office)s."),
        N_("Say on this page whether you accept:"),
    ),
}


def letter(
    sender: Sender,
    member: Member,
    asked: NominationLetter,
    occasion: Occasion,
    *,
    now: dt.datetime,
) -> EmailMessage:
    """Sent again it is the same mail with the same Message-ID."""
    association, language = sender.association, i18n.chosen(member.language)
    meeting, call = occasion.meeting, occasion.call
    facts = {
        "name": member.name,
        "meeting": pick(meeting.title, language),
        "office": pick(occasion.office, language),
        "when": i18n.date(meeting.starts_at, language, association.zone),
        "last": i18n.date(call.closes_on, language, association.zone) if call else "",
    }
    made = EmailMessage()
    made["From"] = Address(" ".join(association.name.split()), addr_spec=sender.address)
    made["To"] = Address(" ".join(member.name.split()), addr_spec=asked.address)
    made["Subject"] = i18n.translate(language, SUBJECTS[asked.about], **facts)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = asked.message_id
    made["Content-Language"] = language
    made["Auto-Submitted"] = "auto-generated"
    said = [i18n.translate(language, text, **facts) for text in TEXTS[asked.about]]
    words = markdown.plain(pick(call.text, language)) if call and asked.about is About.CALL else ""
    hello = i18n.translate(language, N_("Hello %(name)s,"), **facts)
    parts = [hello, said[0], words, said[1], _page(sender, asked), association.name]
    made.set_content("\n\n".join(part for part in parts if part) + "\n")
    return made


def _page(sender: Sender, asked: NominationLetter) -> str:
    if asked.candidate_id is None:
        return f"{sender.base_url}/meetings/{asked.meeting_id}/elections"
    return f"{sender.base_url}/candidates/{asked.candidate_id}"
