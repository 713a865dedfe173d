"""The letter to an old e-mail address: a new one has been asked for, or has come with a register.

It is the only way in which somebody whose mailbox or session is in other hands hears of it.
"""

from __future__ import annotations

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from governance.addresses import AddressChange
from governance.errors import N_
from governance.members import Member
from web import i18n
from web.letters import Sender


def letter(
    sender: Sender, member: Member, change: AddressChange, *, now: dt.datetime
) -> EmailMessage:
    """Sent again it is the same mail with the same Message-ID."""
    association, language = sender.association, i18n.chosen(member.language)
    facts = {
        "association": association.name,
        "name": member.name,
        "new": change.email,
        "when": i18n.date_and_time(change.due_at, language, association.zone),
    }
    host = association.origin.partition("/")[0]
    made = EmailMessage()
    made["From"] = Address(" ".join(association.name.split()), addr_spec=sender.address)
    made["To"] = Address(" ".join(member.name.split()), addr_spec=change.old_email or "")
    made["Subject"] = i18n.translate(
        language, N_("Your e-mail address at %(association)s"), **facts
    )
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<address.{change.id}@{host}>"
    made["Content-Language"] = language
    made["Auto-Submitted"] = "auto-generated"
    said = [i18n.translate(language, text, **facts) for text in _texts(change)]
    made.set_content("\n\n".join([*said, f"{sender.base_url}/me"]) + "\n")
    return made


def _texts(change: AddressChange) -> tuple[str, ...]:
    hello = N_("Hello %(name)s,")
    if not change.at_once:
        return (
            hello,
            N_("A new e-mail address has been asked for in your name: %(new)s."),
            N_("It is taken into use on %(when)s at the earliest. Until then this one holds."),
            N_(
                "Was it you? Then you need do nothing. If not, log in, withdraw it under "
                "My record, and tell the board."
            ),
        )
    return (
        hello,
        N_("The board has entered a new e-mail address for you in the register: %(new)s.")
        if change.email
        else N_("The board has removed your e-mail address from the register."),
        N_("If that is wrong, tell the board. What the register holds stands under My record:"),
    )
