"""Pages: Jinja templates in the visitor's language, and the redirects between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from markupsafe import Markup

from governance.errors import N_, Refused
from governance.languages import LANGUAGES, pick
from web import i18n
from web.auth import Visitor

# What was just done, said once on the page that follows a redirect: ?notice=<code>.
NOTICES = {
    "saved": N_("Saved."),
    "logged-in": N_("You are logged in."),
    "logged-out": N_("You are logged out."),
    "language": N_("The language has been changed."),
    "address-asked": N_("The new address waits three days. The old one is told at once."),
    "address-kept": N_("The address stays as it is."),
    "own-key-ended": N_("Your own key is ended. Your right to vote is handed over again."),
    "logged-out-elsewhere": N_("You are logged out everywhere but here."),
    "members-imported": N_("The register is imported."),
    "role-given": N_("The role is given."),
    "role-ended": N_("The role is ended."),
    "document-added": N_("The document has been added."),
    "meeting-created": N_("The draft is made. Only the board sees it."),
    "meeting-announced": N_("The meeting is announced. Everyone sees it, and motions can come."),
    "meeting-cancelled": N_("The meeting is cancelled."),
    "item-removed": N_("The item is off the agenda."),
    "motion-kept": N_("The motion is kept as a draft. It has not been sent in."),
    "motion-sent": N_("The motion is sent in. The board treats it now."),
    "motion-withdrawn": N_("The motion is withdrawn."),
    "motion-admitted": N_("The motion is admitted. What is left is the board's opinion."),
    "motion-returned": N_("The motion is returned to its author."),
    "opinion-given": N_("The board's opinion is saved."),
    "elections-set-up": N_("The elections are set up. Look each through."),
    "nominations-called": N_("Nominations are open. The letters are on their way."),
    "nominated": N_("The nomination is in. Whoever is nominated is asked."),
    "nominated-oneself": N_("You stand. Write your page now."),
    "consent-given": N_("You stand. Tell the members who you are."),
    "consent-refused": N_("Your answer is kept. Only the nomination committee sees it."),
    "answer-recorded": N_("The answer is recorded."),
    "candidate-withdrawn": N_("You no longer stand. Your page says so."),
    "proposal-made": N_("The proposal is made. Members see it, and it goes into the notice."),
    "nominations-closed": N_("The nominations are closed."),
    "nominations-reopened": N_("The nominations are open again."),
    "seats-decided": N_("The number is entered."),
    "elected-as-proposed": N_("Elected as proposed. Now they accept or decline."),
    "seat-accepted": N_("The seat is accepted."),
    "seat-recounted": N_("Counted again. Whoever is elected now is asked."),
    "seat-declined": N_("The seat is declined. The next deputy is asked, if there is one."),
    "term-ended": N_("The term is ended."),
    "notice-approved": N_("The notice is approved and frozen. It has not been sent yet."),
    "notice-withdrawn": N_("The notice is withdrawn; the agenda can be changed again."),
    "notice-issued": N_("The notice is issued. The letters are on their way."),
    "meeting-opened": N_("The meeting is open."),
    "meeting-adjourned": N_("The meeting is adjourned."),
    "meeting-resumed": N_("The meeting goes on."),
    "meeting-closed": N_("The meeting is closed."),
    "officers-recorded": N_("Recorded."),
    "roll-approved": N_("The roll is approved and frozen."),
    "electoral-board-set-up": N_("The electoral board is set up. Its trustees make the key now."),
    "trustee-lost": N_("Recorded: that trustee cannot open any more."),
    "trustee-found": N_("Recorded: that trustee's key has been found."),
    "message-taken": N_("What the command wrote has been taken."),
    "vote-opened": N_("The vote is open."),
    "vote-closed": N_("The vote is closed and counted."),
    "secret-vote-closed": N_("The vote is closed. Its trustees open the sum."),
    "hands-counted": N_("The hands are counted. Nothing is declared yet."),
    "tie-broken": N_("The tie is broken. The result can be declared."),
    "lot-drawn": N_("The lot is drawn. The result can be declared."),
    "vote-declared": N_("The decision is declared."),
    "vote-void": N_("The vote is void."),
    "dissent-noted": N_("The dissent is recorded."),
    "voted": N_("Your receipt is below."),
    "checked-in": N_("You are checked in."),
    "checked-out": N_("You have left the meeting. Check in again when you come back."),
    "dissent-recorded": N_("Your dissent is recorded."),
    "problem-reported": N_("Your report is with the tellers and checkers."),
    "minutes-drafted": N_("The minutes are drafted. Add what else they should say."),
    "minutes-signed": N_("You have signed. The chair and the checkers approve now."),
    "minutes-checked": N_("You have approved the minutes."),
    "minutes-approved": N_("The minutes are approved. They can change no more."),
    "minutes-sent-back": N_("The minutes are back with the secretary."),
    "minutes-published": N_("The minutes are published."),
    "minutes-corrected": N_("The correction stands below the minutes."),
    "posted": N_("Noted as put in the post."),
}


@cache
def environment(language: str) -> jinja2.Environment:
    """One per language: gettext is bound when a template is compiled into it."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    catalogue = i18n.translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined] # added by the extension
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    return made


def page(
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    cookies: list[Cookie] | None = None,
    **context: Any,
) -> Response[str]:
    return Response(
        html(visitor, template, **context),
        media_type=MediaType.HTML,
        status_code=status,
        cookies=cookies,
    )


def html(visitor: Visitor, template: str, **context: Any) -> str:
    words = tools(visitor.language, visitor.association.zone)
    return (
        environment(visitor.language)
        .get_template(template)
        .render(
            {
                **words,
                "visitor": visitor,
                "association": visitor.association,
                "languages": {code: LANGUAGES[code] for code in i18n.INTERFACE},
                "error": None,
                "notice": NOTICES.get(visitor.notice, ""),
                "url": partial(absolute, visitor),
                **context,
            }
        )
    )


def tools(language: str, zone: ZoneInfo) -> dict[str, Any]:
    """What every template may call, bound to the reader's language and the seat's time zone."""

    def moment(write: Any, value: dt.date | dt.datetime) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(
            value.isoformat(), write(value, language, zone)
        )

    return {
        "language": language,
        "date": partial(moment, i18n.date),
        "time": partial(moment, i18n.time),
        "datetime_": partial(moment, i18n.date_and_time),
        "number": partial(i18n.number, language=language),
        "pick": lambda texts: pick(texts, language),
        "markdown": markdown,
        "sentence": lambda error: i18n.sentence(error, language, zone),
    }


def markdown(text: str) -> Markup:
    from governance.markdown import to_html

    return Markup(to_html(text))  # noqa: S704 - to_html lets nothing but safe elements through


def absolute(visitor: Visitor, path: str) -> str:
    """The whole address of a page, for mails, calendars and QR codes."""
    return visitor.base_url + path


def see(path: str, *, notice: str = "", cookies: list[Cookie] | None = None) -> Redirect:
    """After a POST: see this page (303), with a sentence about what was done."""
    query = {"notice": notice} if notice else {}
    joint = "&" if "?" in path else "?"
    target = path + (joint + urlencode(query) if query else "")
    return Redirect(target, status_code=303, cookies=cookies)


def refusal(error: Refused, visitor: Visitor) -> str:
    return i18n.sentence(error, visitor.language, visitor.association.zone)


def local(path: str | None) -> str:
    """The path if it leads to a page of ours, else the start page."""
    # "//host" and "/\host" are addresses of other hosts to a browser.
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\"):
        return "/"
    return path if path.isprintable() else "/"


def entered(form: Mapping[str, Any], *names: str) -> dict[str, str]:
    """The named fields of a form as stripped text, "" where one is missing."""
    return {name: _text(form.get(name)) for name in names}


def _text(value: Any) -> str:
    # Browsers end the lines of a textarea with CR and LF; PostgreSQL keeps no NUL.
    return str(value or "").replace("\r\n", "\n").replace("\0", "").strip()
