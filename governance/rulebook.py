"""The rulebook: what law and bylaws ask of a meeting, as data, each rule with its paragraph."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from ballots.counting.majority import MajorityRule
from ballots.errors import Malformed
from governance.associations import Association
from governance.errors import N_, Invalid

DIRECTORY = Path(__file__).parent / "rulebooks"
SECTIONS = {
    "key",
    "name",
    "effective",
    "notice",
    "motions",
    "documents",
    "annual",
    "adjournment",
    "minutes",
    "challenge",
    "majorities",
    "elections",
    "agenda",
}


class MeetingKind(StrEnum):
    ANNUAL = "annual"
    EXTRA = "extra"
    CONTINUED = "continued"


class ItemKind(StrEnum):
    PROCEDURE = "procedure"  # opening, chair, roll, duly called, agenda, closing
    DECISION = "decision"
    ELECTION = "election"
    MOTION = "motion"
    INFORMATION = "information"  # must not decide anything


class RulebookFault(ValueError):
    """A rulebook's file does not say what a rulebook says."""


class BeyondTheLaw(Invalid):
    code = "beyond-the-law"
    message = N_("The bylaws cannot set this: %(paragraph)s does not allow it.")


@dataclass(frozen=True)
class Span:
    """A time that a rule sets, in the unit that its place in the rulebook names."""

    length: int
    paragraph: str
    verified: bool  # False: practice or unread; the pages say "check against your bylaws"


@dataclass(frozen=True)
class NoticeWindow:
    """Weeks before the meeting between which the notice is issued."""

    earliest_weeks: int
    latest_weeks: int
    least_latest_weeks: int  # how late the bylaws may let it be
    paragraph: str
    verified: bool
    weighty_latest_weeks: int  # with a matter on the agenda that needs one of these majorities
    weighty: frozenset[str]

    def latest(self, majorities: Collection[str]) -> int:
        return self.weighty_latest_weeks if self.weighty & set(majorities) else self.latest_weeks


@dataclass(frozen=True)
class Majority:
    key: str
    name: dict[str, str]
    rule: MajorityRule

    def as_dict(self) -> dict[str, Any]:
        """What a poll freezes, for `MajorityRule.parse`."""
        quorum = {"quorum": list(self.rule.quorum)} if self.rule.quorum else {}
        return {
            "key": self.key,
            "name": self.name,
            "base": self.rule.base,
            "operator": self.rule.operator,
            "share": list(self.rule.share),
            "tie": self.rule.tie,
            "paragraph": self.rule.paragraph,
            **quorum,
        }


@dataclass(frozen=True)
class Item:
    """An item that the rulebook puts on an agenda; `paragraph` where the law asks for it."""

    key: str
    kind: ItemKind
    title: dict[str, str]
    paragraph: str = ""
    majority: str = "ordinary"


@dataclass(frozen=True)
class Bar:
    """What keeps somebody from an office; `offices` are those nobody holds beside it."""

    paragraph: str
    verified: bool
    offices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ElectionRule:
    """What the law asks of those elected to one office."""

    term: Span | None  # at most so many financial years
    members: Bar | None  # only members, where the bylaws do not let others in
    not_also: Bar | None


@dataclass(frozen=True)
class Rulebook:
    key: str
    name: dict[str, str]
    effective: dt.date
    notice: dict[MeetingKind, NoticeWindow]
    motions: Span  # days before the notice is due
    documents: Span  # weeks before the meeting
    annual: Span  # months after the end of the financial year
    adjournment: Span  # weeks after which a meeting needs a notice to go on
    minutes: Span  # weeks after the meeting
    challenge: Span  # months after the meeting
    majorities: dict[str, Majority]
    elections: dict[str, ElectionRule]  # by office; none where the law says nothing of it
    agendas: dict[MeetingKind, tuple[Item, ...]]

    def majority(self, key: str) -> dict[str, Any]:
        """Raises Invalid where the rulebook knows no such majority."""
        if key not in self.majorities:
            raise Invalid(N_("The rulebook knows no such majority."), field="majority")
        return self.majorities[key].as_dict()

    def agenda(self, kind: MeetingKind) -> tuple[Item, ...]:
        return self.agendas.get(kind, self.agendas[MeetingKind.EXTRA])


def of(association: Association) -> Rulebook:
    """The association's rulebook, with its bylaws laid over. Raises BeyondTheLaw."""
    book = load(association.rulebook)
    latest = association.bylaws.get("notice_latest_weeks")
    if latest is None:
        return book
    windows = {kind: _moved(kind, window, latest) for kind, window in book.notice.items()}
    return replace(book, notice=windows)


def _moved(kind: MeetingKind, window: NoticeWindow, latest: object) -> NoticeWindow:
    """Bylaws may let the notice go out later, as far as the law lets them, or ask for it sooner.

    For an extra meeting that moves what weighty matters ask for (6:18), and nothing else.
    """
    allowed = type(latest) is int and window.least_latest_weeks <= latest < window.earliest_weeks
    if not allowed or not isinstance(latest, int):
        raise BeyondTheLaw(paragraph=window.paragraph)
    if kind is MeetingKind.ANNUAL:
        return replace(window, latest_weeks=latest, weighty_latest_weeks=latest)
    return replace(window, weighty_latest_weeks=latest) if window.weighty else window


@cache
def load(key: str) -> Rulebook:
    """Raises RulebookFault where the file is missing or says something else than it should."""
    path = DIRECTORY / f"{key}.toml"
    if not key.replace("-", "").isalnum() or not path.is_file():
        raise RulebookFault(f"there is no rulebook {key}")
    return parse(tomllib.loads(path.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Rulebook:
    """Strictly: what is missing, unknown or of another type is a RulebookFault."""
    if set(data) != SECTIONS:
        raise RulebookFault(f"sections: {sorted(set(data) ^ SECTIONS)}")
    try:
        majorities = {k: _majority(k, v) for k, v in data["majorities"].items()}
        return Rulebook(
            key=data["key"],
            name=data["name"],
            effective=data["effective"],
            notice={MeetingKind(k): _window(v, majorities) for k, v in data["notice"].items()},
            motions=_span(data["motions"], "days_before_notice"),
            documents=_span(data["documents"], "weeks_before"),
            annual=_span(data["annual"], "months_after_year_end"),
            adjournment=_span(data["adjournment"], "notice_after_weeks"),
            minutes=_span(data["minutes"], "available_weeks"),
            challenge=_span(data["challenge"], "months"),
            majorities=majorities,
            elections={key: _election(each) for key, each in data["elections"].items()},
            agendas={
                MeetingKind(kind): tuple(_item(each, majorities) for each in items)
                for kind, items in data["agenda"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RulebookFault(str(error)) from error


def _only(section: Mapping[str, Any], *known: str) -> None:
    """A misspelt key would be a rule that nobody keeps."""
    if unknown := set(section) - set(known):
        raise RulebookFault(f"unknown: {sorted(unknown)}")


def _span(section: Mapping[str, Any], name: str) -> Span:
    _only(section, name, "paragraph", "verified")
    return Span(_whole(section, name), _paragraph(section), _verified(section))


def _whole(section: Mapping[str, Any], name: str) -> int:
    value = section[name]
    if type(value) is not int or value < 0:
        raise RulebookFault(f"{name} is not a whole number")
    return value


def _paragraph(section: Mapping[str, Any]) -> str:
    value = section["paragraph"]
    if not isinstance(value, str) or not value:
        raise RulebookFault("a rule stands without its paragraph")
    return value


def _verified(section: Mapping[str, Any]) -> bool:
    value = section.get("verified", True)
    if type(value) is not bool:
        raise RulebookFault("verified is true or false")
    return value


def _window(section: Mapping[str, Any], majorities: Mapping[str, Majority]) -> NoticeWindow:
    known = ("earliest_weeks", "latest_weeks", "least_latest_weeks", "paragraph", "verified")
    _only(section, *known, "weighty_latest_weeks", "weighty")
    latest = _whole(section, "latest_weeks")
    weighty = frozenset(section.get("weighty", ()))
    if unknown := weighty - set(majorities):
        raise RulebookFault(f"no such majority: {sorted(unknown)}")
    window = NoticeWindow(
        earliest_weeks=_whole(section, "earliest_weeks"),
        latest_weeks=latest,
        least_latest_weeks=_whole(section, "least_latest_weeks"),
        paragraph=_paragraph(section),
        verified=_verified(section),
        weighty_latest_weeks=_whole(section, "weighty_latest_weeks") if weighty else latest,
        weighty=weighty,
    )
    for weeks in (window.latest_weeks, window.weighty_latest_weeks):
        if not window.least_latest_weeks <= weeks < window.earliest_weeks:
            raise RulebookFault("a notice window that never opens")
    return window


def _majority(key: str, section: Mapping[str, Any]) -> Majority:
    _only(section, "name", "base", "operator", "share", "tie", "paragraph", "quorum")
    _paragraph(section)
    try:
        return Majority(key, dict(section["name"]), MajorityRule.parse(section))
    except Malformed as error:
        raise RulebookFault(f"{key}: {error.message}") from error


def _election(section: Mapping[str, Any]) -> ElectionRule:
    _only(section, "term", "members", "not_also")
    return ElectionRule(
        term=_span(section["term"], "most_years") if "term" in section else None,
        members=_bar(section["members"]) if "members" in section else None,
        not_also=_bar(section["not_also"]) if "not_also" in section else None,
    )


def _bar(section: Mapping[str, Any]) -> Bar:
    _only(section, "offices", "paragraph", "verified")
    return Bar(_paragraph(section), _verified(section), tuple(section.get("offices", ())))


def _item(section: Mapping[str, Any], majorities: Mapping[str, Majority]) -> Item:
    _only(section, "key", "kind", "title", "paragraph", "majority")
    majority = section.get("majority", "ordinary")
    if majority not in majorities:
        raise RulebookFault(f"no such majority: {majority}")
    return Item(
        key=section["key"],
        kind=ItemKind(section["kind"]),
        title=dict(section["title"]),
        paragraph=section.get("paragraph", ""),
        majority=majority,
    )
