"""What a notice says, as Markdown: time and place, who may come, agenda, proposals, motions.

Its headings are those of 6:22 (time, place, items, how to take part). The words are no part of
the interface's catalogue: a notice is frozen, and must read the same after any change of the pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import dates

from governance import rulebook
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.documents import Document
from governance.languages import locale, pick
from governance.markdown import escape, quote
from governance.meetings import Meeting, MeetingKind
from governance.motions import Motion, MotionState, Opinion

IN_IT = (MotionState.ADMISSIBLE, MotionState.IN_NOTICE, MotionState.DECIDED)

Words = dict[str, str]

SV: Words = {
    "title": "Kallelse: %(meeting)s",
    "calls": "Styrelsen för %(association)s kallar medlemmarna till %(kind)s.",
    "annual": "ordinarie föreningsstämma",
    "extra": "extra föreningsstämma",
    "continued": "fortsatt föreningsstämma",
    "number": "Organisationsnummer %(number)s",
    "when": "Tid och plats",
    "at": "%(date)s klockan %(time)s, %(zone)s",
    "online": "På distans: %(link)s",
    "who": "Vem som får delta",
    "members": "Den som är medlem på stämmodagen får delta och har en röst. "
    "Anmäl dig när du kommer, i lokalen eller på stämmans sida.",
    "votes": "Omröstningar sker på stämmans sida. Varje röst får ett kvitto som du själv kan "
    "kontrollera. Den som inte har egen telefon eller dator får hjälp vid dörren.",
    "agenda": "Dagordning",
    "proposals": "Förslag",
    "motions": "Motioner och styrelsens yttranden",
    "motion": "Motion %(number)s: %(title)s",
    "from": "Från %(author)s.",
    "asked": "Förslag till beslut",
    "opinion": "Styrelsens yttrande",
    "none": "Styrelsen har inte yttrat sig.",
    "adopt": "Styrelsen föreslår att stämman bifaller motionen.",
    "reject": "Styrelsen föreslår att stämman avslår motionen.",
    "answered": "Styrelsen föreslår att stämman anser motionen besvarad.",
    "other": "Styrelsen föreslår ett annat beslut.",
    "documents": "Handlingar",
    "there": "Handlingarna finns på stämmans sida: %(page)s",
    "data": "Personuppgifter",
    "kept": "Adresser används bara för att sända kallelsen. Namn och val i öppna omröstningar står "
    "i medlemmarnas protokoll, inte i det offentliga.",
    "board": "Styrelsen, %(date)s",
    "hello": "Hej %(name)s!",
    "here": "Här är kallelsen. Den finns också på stämmans sida, som PDF och för din kalender.",
    "page": "Stämmans sida: %(page)s",
    "cancelled": "Inställd: %(title)s",
    "called-off": "Stämman den %(date)s som du har fått kallelse till är inställd. Skälet:",
    "called-off-page": "Mer står på stämmans sida:",
    "why": "Du får brevet för att du är medlem i %(association)s. På %(me)s kan du rätta din "
    "adress eller välja att få kallelser med post.",
}

EN: Words = {
    "title": "Notice: %(meeting)s",
    "calls": "The board of %(association)s calls the members to %(kind)s.",
    "annual": "an annual general meeting",
    "extra": "an extraordinary general meeting",
    "continued": "a continued general meeting",
    "number": "Registration number %(number)s",
    "when": "Time and place",
    "at": "%(date)s at %(time)s, %(zone)s",
    "online": "Online: %(link)s",
    "who": "Who may take part",
    "members": "Whoever is a member on the day of the meeting may take part and has one vote. "
    "Check in when you come, in the room or on the meeting's page.",
    "votes": "Votes are taken on the meeting's page. Each vote gets a receipt that you can check "
    "yourself. Those without a telephone or computer of their own are helped at the door.",
    "agenda": "Agenda",
    "proposals": "Proposals",
    "motions": "Motions and the board's opinions",
    "motion": "Motion %(number)s: %(title)s",
    "from": "From %(author)s.",
    "asked": "Proposed decision",
    "opinion": "The board's opinion",
    "none": "The board has given no opinion.",
    "adopt": "The board proposes that the meeting adopt the motion.",
    "reject": "The board proposes that the meeting reject the motion.",
    "answered": "The board proposes that the meeting consider the motion answered.",
    "other": "The board proposes another decision.",
    "documents": "Documents",
    "there": "The documents are on the meeting's page: %(page)s",
    "data": "Personal data",
    "kept": "Addresses are used only to send the notice. Names and choices in open votes stand in "
    "the members' minutes, not in the public ones.",
    "board": "The board, %(date)s",
    "hello": "Dear %(name)s,",
    "here": "Here is the notice. It is also on the meeting's page, as a PDF and for your calendar.",
    "page": "The meeting's page: %(page)s",
    "cancelled": "Cancelled: %(title)s",
    "called-off": "The meeting on %(date)s to which you were called is cancelled. The reason:",
    "called-off-page": "More is on the meeting's page:",
    "why": "You get this letter because you are a member of %(association)s. At %(me)s you can "
    "correct your address or choose to have notices by post.",
}

WORDS: dict[str, Words] = {"sv": SV, "en": EN}


def words(language: str) -> Words:
    """The words in that language, in English where there are none yet."""
    return WORDS.get(language, EN)


def title(meeting: Meeting, language: str) -> str:
    return words(language)["title"] % {"meeting": pick(meeting.title, language)}


def date(day: dt.date, language: str, form: str = "long") -> str:
    return dates.format_date(day, form, locale=locale(language))


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a notice is about; `page` is the address of the meeting's page."""

    association: Association
    meeting: Meeting
    items: Sequence[AgendaItem]
    elections: Mapping[int, dict[str, str]] = field(default_factory=dict)  # proposals, by item
    motions: Sequence[Motion]
    documents: Sequence[Document]
    page: str
    today: dt.date


def compose(matter: Matter, language: str) -> str:
    """The whole notice in one language."""
    writer = _Writer(matter, language)
    parts = [
        *writer.opening(),
        *writer.agenda(),
        *writer.proposals(),
        *writer.motions(),
        *writer.papers(),
        *writer.closing(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Writer:
    def __init__(self, matter: Matter, language: str) -> None:
        self.matter = matter
        self.language = language
        self.words = words(language)

    def say(self, key: str, **facts: Any) -> str:
        return self.words[key] % facts

    def opening(self) -> list[str]:
        association, meeting = self.matter.association, self.matter.meeting
        kind = self.words[MeetingKind(meeting.kind).value]
        number = association.registration_number
        return [
            self.say("calls", association=escape(association.name), kind=kind),
            self.say("number", number=escape(number)) if number else "",
            f"## {self.words['when']}",
            self.when(),
            escape(meeting.place),
            self.say("online", link=_address(meeting.link)) if meeting.link else "",
            f"## {self.words['who']}",
            self.words["members"],
            self.words["votes"],
        ]

    def when(self) -> str:
        zone = self.matter.association.zone
        starts = self.matter.meeting.starts_at.astimezone(zone)
        return self.say(
            "at",
            date=date(starts.date(), self.language, "full"),
            time=dates.format_time(starts, "short", tzinfo=zone, locale=locale(self.language)),
            zone=dates.get_timezone_name(starts, locale=locale(self.language)),
        )

    def agenda(self) -> list[str]:
        items = [
            f"{each.position}. {self.title_of(each)}{self.majority(each)}"
            for each in self.matter.items
        ]
        return [f"## {self.words['agenda']}", "\n".join(items)] if items else []

    def majority(self, item: AgendaItem) -> str:
        """What the decision takes, where it takes more than the ordinary majority."""
        if not item.majority or item.majority == "ordinary":
            return ""
        needed = rulebook.of(self.matter.association).majorities[item.majority]
        return f". *{escape(pick(needed.name, self.language))} ({needed.rule.paragraph}).*"

    def title_of(self, item: AgendaItem) -> str:
        return escape(pick(item.title, self.language))

    def proposals(self) -> list[str]:
        parts = []
        for item in self.matter.items:
            text = quote(pick(item.text or {}, self.language))
            proposed = self.matter.elections.get(item.id, {}).get(self.language, "")
            if (text or proposed) and item.motion_id is None:
                parts += [f"### {item.position}. {self.title_of(item)}", text, proposed]
        return [f"## {self.words['proposals']}", *parts] if parts else []

    def motions(self) -> list[str]:
        parts = [part for each in self.matter.motions for part in self.motion(each)]
        return [f"## {self.words['motions']}", *parts] if parts else []

    def motion(self, motion: Motion) -> list[str]:
        clauses = [f"{number}. {escape(each)}" for number, each in enumerate(motion.clauses, 1)]
        opinion = Opinion(motion.opinion).value if motion.opinion else "none"
        return [
            f"### {self.say('motion', number=motion.number, title=escape(motion.title))}",
            self.say("from", author=escape(motion.author.name)),
            quote(motion.text),
            f"**{self.words['asked']}**",
            "\n".join(clauses),
            f"**{self.words['opinion']}**",
            self.words[opinion],
            quote(motion.opinion_text),
        ]

    def papers(self) -> list[str]:
        if not self.matter.documents:
            return []
        names = [f"- {escape(each.name)}" for each in self.matter.documents]
        there = self.say("there", page=_address(self.matter.page)) if self.matter.page else ""
        return [f"## {self.words['documents']}", "\n".join(names), there]

    def closing(self) -> list[str]:
        return [
            f"## {self.words['data']}",
            self.words["kept"],
            self.say("board", date=date(self.matter.today, self.language)),
        ]


def _address(link: str) -> str:
    """A link that shows itself, if it is one; else the words."""
    whole = link.startswith(("https://", "http://")) and not set(link) & set(' <>"\\')
    return f"<{link}>" if whole else escape(link)
