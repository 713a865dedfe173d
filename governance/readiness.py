"""Readiness: what is missing before the board can call a meeting lawfully, and where to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from governance import agenda, documents, electing, meetings, motions, rulebook
from governance.agenda import AgendaItem
from governance.associations import Association
from governance.deadlines import Deadline
from governance.electing import Election
from governance.errors import N_
from governance.languages import LANGUAGES
from governance.meetings import Meeting, MeetingState
from governance.motions import Motion, MotionState

PREPARED = (*meetings.PREPARATION, MeetingState.APPROVED)


@dataclass(frozen=True)
class Missing:
    """Something that a lawful notice lacks, or that the board must know before it issues one."""

    code: str
    message: str  # a msgid; its `%(…)s` are filled from `facts`
    facts: dict[str, Any] = field(default_factory=dict)
    path: str = ""  # the page where it is mended; none where it takes time alone, or the next step
    warning: bool = False  # it hinders no notice: it comes later, or the board answers for it


@dataclass(frozen=True)
class _Look:
    """What is looked through, read once."""

    meeting: Meeting
    association: Association
    today: dt.date
    items: Sequence[AgendaItem]
    motions: Sequence[Motion]
    elections: Sequence[Election]
    papers: frozenset[str]  # the kinds of documents that are there
    deadlines: dict[str, Deadline]

    def path(self, page: str) -> str:
        return f"/meetings/{self.meeting.id}/{page}"


def missing(db: Session, meeting: Meeting, *, now: dt.datetime) -> list[Missing]:
    """In the order in which the board sees to it; nothing once the meeting is called, but papers
    that are still to be read before it."""
    association = db.get_one(Association, meeting.association_id)
    items = agenda.items(db, meeting.id)
    look = _Look(
        meeting=meeting,
        association=association,
        today=association.today(now),
        items=items,
        motions=motions.of_meeting(db, meeting.id),
        elections=[election for election, _ in electing.of_meeting(db, meeting.id)],
        papers=frozenset(each.kind for each in documents.of(db, meeting.id)),
        deadlines={each.key: each for each in meetings.deadlines(meeting, association, items)},
    )
    checks: Sequence[Callable[[_Look], Iterable[Missing]]] = ()
    if meeting.state in PREPARED:
        checks = (_date, _texts, _place, _agenda, _motions, _elections, _papers, _notice)
    elif meeting.state is MeetingState.CALLED:
        checks = (_papers,)
    return [each for check in checks for each in check(look)]


def _date(look: _Look) -> Iterable[Missing]:
    notice, starts = look.deadlines["notice"], look.association.today(look.meeting.starts_at)
    annual = look.deadlines.get("annual")
    if annual and annual.last and starts > annual.last:
        yield Missing(
            "date-late",
            N_("An annual meeting is to be held by %(last)s (%(paragraph)s)."),
            {"last": annual.last, "paragraph": annual.paragraph},
            look.path("edit"),
            warning=True,
        )
    if notice.last and look.today > notice.last:
        yield Missing(
            "window-passed",
            N_("The notice was to be issued by %(last)s (%(paragraph)s). Choose a later date."),
            {"last": notice.last, "paragraph": notice.paragraph},
            look.path("edit"),
            warning=True,
        )


def _texts(look: _Look) -> Iterable[Missing]:
    for code in look.association.languages:
        language = {"language": LANGUAGES[code]}
        if not look.meeting.title.get(code):
            message = N_("The meeting has no title in %(language)s.")
            yield Missing("no-title", message, language, look.path("edit"))
        for item in look.items:
            proposed = any(item.text.values()) and not item.text.get(code)
            if not item.title.get(code) or proposed:
                yield Missing(
                    "item-untranslated",
                    N_("Item %(position)s of the agenda is not written in %(language)s."),
                    {"position": item.position, **language},
                    look.path("agenda"),
                    warning=True,
                )


def _place(look: _Look) -> Iterable[Missing]:
    if not look.meeting.place and not look.meeting.link:
        message = N_("The meeting has neither a place nor a link (6:22).")
        yield Missing("no-place", message, {}, look.path("edit"))


def _agenda(look: _Look) -> Iterable[Missing]:
    there = {item.key for item in look.items}
    for asked in rulebook.of(look.association).agenda(look.meeting.kind):
        if asked.paragraph and asked.key not in there:
            yield Missing(
                "item-missing",
                N_("The law asks for an item that is not on the agenda: %(item)s (%(paragraph)s)."),
                {"item": asked.title, "paragraph": asked.paragraph},
                look.path("agenda"),
            )


def _motions(look: _Look) -> Iterable[Missing]:
    meeting, notice = look.meeting, look.deadlines["notice"]
    if look.today <= meeting.motions_close:
        message = N_("Members may send motions until %(date)s; the notice waits for them (6:15).")
        yield Missing("motions-open", message, {"date": meeting.motions_close})
    if notice.last and meeting.motions_close >= notice.last:
        yield Missing(
            "motions-close-late",
            N_("The last day for motions leaves no time for a notice by %(last)s (%(paragraph)s)."),
            {"last": notice.last, "paragraph": notice.paragraph},
            look.path("edit"),
            warning=True,
        )
    waiting = [each for each in look.motions if each.state is MotionState.SUBMITTED]
    if waiting:
        message = N_("Motions that the board has neither admitted nor returned: %(count)s.")
        yield Missing("motions-waiting", message, {"count": len(waiting)}, look.path("motions"))
    admitted = [each for each in look.motions if each.state is MotionState.ADMISSIBLE]
    if unanswered := [each for each in admitted if each.opinion is None]:
        yield Missing(
            "motions-unanswered",
            N_("Motions on which the board has given no opinion: %(count)s."),
            {"count": len(unanswered)},
            look.path("motions"),
            warning=True,
        )


def _elections(look: _Look) -> Iterable[Missing]:
    """What the committee has begun and not proposed; the meeting can elect without a proposal."""
    unproposed = [each for each in look.elections if each.proposed_at is None]
    if unproposed:
        yield Missing(
            "elections-unproposed",
            N_("Elections without the nomination committee's proposal: %(count)s."),
            {"count": len(unproposed)},
            look.path("elections"),
            warning=True,
        )


PAPERS = {
    "accounts": N_(
        "The annual report is not there: members read it from %(last)s at the latest "
        "(%(paragraph)s)."
    ),
    "audit": N_(
        "The auditor's report is not there: members read it from %(last)s at the latest "
        "(%(paragraph)s)."
    ),
}


def _papers(look: _Look) -> Iterable[Missing]:
    due = look.deadlines.get("documents")
    for kind, message in PAPERS.items():
        if due and kind not in look.papers:
            facts = {"last": due.last, "paragraph": due.paragraph}
            yield Missing(f"no-{kind}", message, facts, look.path("documents"), warning=True)


def _notice(look: _Look) -> Iterable[Missing]:
    due = look.deadlines["notice"]
    facts = {"first": due.first, "last": due.last, "paragraph": due.paragraph}
    if look.meeting.state is not MeetingState.APPROVED:
        message = N_("The notice is not approved. It is issued from %(first)s to %(last)s.")
        yield Missing("notice-not-approved", message, facts)
    else:
        message = N_("The notice is not issued. It is issued from %(first)s to %(last)s.")
        yield Missing("notice-not-issued", message, facts)
