"""The board's next step with a meeting, and how each deadline stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.agenda import AgendaItem
from governance.dispatches import Counts
from governance.errors import N_
from governance.meetings import Deadline, Meeting, MeetingKind, MeetingState
from governance.motions import Motion, MotionState
from governance.notices import Notice
from governance.readiness import Missing


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next thing to do: a sentence why, and the button that does it or leads there."""

    message: str  # a msgid, its fields in `facts`, as of a refusal
    label: str
    path: str
    posts: bool = False  # the button acts; else it leads to where the step is taken
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand with a meeting, as far as the board's next step depends on it."""

    meeting: Meeting
    items: Sequence[AgendaItem]
    deadlines: Sequence[Deadline]
    motions: Sequence[Motion]  # those sent in
    missing: Sequence[Missing]
    notice: Notice | None
    letters: Counts | None
    starts: dt.date  # this day and today are the seat's
    today: dt.date
    now: dt.datetime

    @property
    def base(self) -> str:
        return f"/meetings/{self.meeting.id}"

    @property
    def waiting(self) -> list[Motion]:
        """Motions that the board has neither admitted nor returned."""
        return [each for each in self.motions if each.state is MotionState.SUBMITTED]

    @property
    def to_mend(self) -> list[Missing]:
        """What can be seen to now; the rest takes time, or is the next step itself."""
        return [each for each in self.missing if each.path]

    @property
    def without_opinion(self) -> list[Motion]:
        admitted = [each for each in self.motions if each.state is MotionState.ADMISSIBLE]
        return [each for each in admitted if each.opinion is None]

    @property
    def proposals(self) -> int:
        return sum(any((item.text or {}).values()) for item in self.items)

    def deadline(self, key: str) -> Deadline | None:
        return next((each for each in self.deadlines if each.key == key), None)


def next_step(standing: Standing) -> Step | None:
    """None where nothing is left to do, as when the meeting is cancelled."""
    return _BY_STATE[standing.meeting.state](standing)


def _announce(standing: Standing) -> Step:
    meeting, path = standing.meeting, f"{standing.base}/announce"
    if meeting.kind is MeetingKind.CONTINUED:
        message = N_("Announced, the meeting is seen by everyone. Nothing is sent out yet.")
        return Step(message=message, label=N_("Announce the meeting"), path=path, posts=True)
    if meeting.motions_close < standing.today:
        return Step(
            message=N_(
                "The last day for motions was %(date)s. Choose one that members still have."
            ),
            facts={"date": meeting.motions_close},
            label=N_("Change the day"),
            path=f"{standing.base}/edit",
        )
    return Step(
        message=N_(
            "Announced, the meeting is seen by everyone, and members can send motions until "
            "%(date)s. Nothing is sent out yet."
        ),
        facts={"date": meeting.motions_close},
        label=N_("Announce the meeting"),
        path=path,
        posts=True,
    )


def _prepare(standing: Standing) -> Step:
    """Announced: first what members wait for, then what is missing, then the notice."""
    if standing.waiting or standing.without_opinion:
        return _treat(standing)
    # What only has to be known hinders no notice, but while that waits there is time for it.
    waits = standing.today <= standing.meeting.motions_close
    if mending := [each for each in standing.to_mend if waits or not each.warning]:
        return _mend(min(mending, key=lambda each: each.warning))
    if waits:
        return Step(
            message=N_(
                "Members can send motions until %(date)s. After that day the notice is approved."
            ),
            facts={"date": standing.meeting.motions_close},
            label=N_("Read the draft of the notice"),
            path=f"{standing.base}/notice",
        )
    return Step(
        message=N_("Nothing is missing. Read the notice and approve it."),
        label=N_("Approve the notice"),
        path=f"{standing.base}/notice",
    )


def _treat(standing: Standing) -> Step:
    if standing.waiting:
        return Step(
            message=N_("Motions that wait for the board: %(count)s. Admit or return each."),
            facts={"count": len(standing.waiting)},
            label=N_("Treat the first motion"),
            path=f"/motions/{standing.waiting[0].id}",
        )
    return Step(
        message=N_("Motions without the board's opinion: %(count)s."),
        facts={"count": len(standing.without_opinion)},
        label=N_("Write the opinion"),
        path=f"/motions/{standing.without_opinion[0].id}",
    )


def _mend(lacking: Missing) -> Step:
    return Step(
        message=lacking.message, facts=lacking.facts, label=N_("See to this"), path=lacking.path
    )


def _issue(standing: Standing) -> Step:
    window = standing.deadline("notice")
    if window and window.first and window.last and standing.today < window.first:
        message = N_(
            "The notice is approved. It is to be issued from %(first)s to %(last)s (%(paragraph)s)."
        )
        label = N_("See the notice")
    elif window and window.last and standing.today > window.last:
        message = N_(
            "The notice is approved, and the last day to issue it was %(last)s (%(paragraph)s)."
        )
        label = N_("See what can be done")
    else:
        message = N_("The notice is approved. Issuing it sends it to every member.")
        label = N_("Issue the notice")
    facts = {}
    if window:
        facts = {"first": window.first, "last": window.last, "paragraph": window.paragraph}
    return Step(message=message, facts=facts, label=label, path=f"{standing.base}/notice")


def _gather(standing: Standing) -> Step:
    """Called: the letters, the papers that are to be read before it, and then the day itself."""
    if standing.letters and standing.letters.post:
        return Step(
            message=N_("Members whose letter has to go by post: %(count)s."),
            facts={"count": standing.letters.post},
            label=N_("See the letters"),
            path=f"{standing.base}/dispatches?which=post",
        )
    if standing.to_mend and standing.now < standing.meeting.starts_at:
        return _mend(standing.to_mend[0])
    if standing.now < standing.meeting.starts_at:
        return Step(
            message=N_("The members are called. The meeting can be opened on %(starts)s."),
            facts={"starts": standing.meeting.starts_at},
            label=N_("See the chair's page"),
            path=f"{standing.base}/chair",
        )
    return Step(
        message=N_("The time of the meeting has come."),
        label=N_("Open the meeting"),
        path=f"{standing.base}/chair",
    )


def _preside(standing: Standing) -> Step:
    return Step(
        message=N_("The meeting is in progress. Everything happens on the chair's page."),
        label=N_("Go to the chair's page"),
        path=f"{standing.base}/chair",
    )


def _write_down(standing: Standing) -> Step:
    minutes = standing.deadline("minutes")
    message = N_("The meeting is closed. What is left is its minutes.")
    facts = {}
    if minutes and minutes.last:
        message = N_("The minutes have to be available at the latest %(last)s (%(paragraph)s).")
        facts = {"last": minutes.last, "paragraph": minutes.paragraph}
    return Step(
        message=message,
        facts=facts,
        label=N_("See the minutes"),
        path=f"{standing.base}/minutes",
    )


def _rest(standing: Standing) -> None:
    return None


_BY_STATE: dict[MeetingState, Callable[[Standing], Step | None]] = {
    MeetingState.DRAFT: _announce,
    MeetingState.ANNOUNCED: _prepare,
    MeetingState.APPROVED: _issue,
    MeetingState.CALLED: _gather,
    MeetingState.OPEN: _preside,
    MeetingState.ADJOURNED: _preside,
    MeetingState.CLOSED: _write_down,
    MeetingState.CANCELLED: _rest,
}


def mark(deadline: Deadline, standing: Standing) -> tuple[str, str]:
    """A state's code and its word: how this deadline stands today."""
    if deadline.key == "annual":
        late = deadline.last is not None and standing.starts > deadline.last
        return ("late", N_("The meeting comes later")) if late else ("yes", N_("In time"))
    if deadline.key == "notice" and standing.notice and standing.notice.issued_at:
        outside = bool(standing.notice.deviation)
        return ("late", N_("Issued outside it")) if outside else ("done", N_("Issued"))
    if deadline.first and standing.today < deadline.first:
        return ("ahead", N_("Ahead"))
    if deadline.last and standing.today > deadline.last:
        missed = deadline.key == "notice" and standing.meeting.state in _BEFORE_CALLED
        return ("late", N_("Missed")) if missed else ("done", N_("Over"))
    if deadline.first or (deadline.key == "motions" and standing.meeting.state in _KNOWN):
        return ("now", N_("Now"))
    return ("ahead", N_("Ahead"))


_KNOWN = (MeetingState.ANNOUNCED, MeetingState.APPROVED)
_BEFORE_CALLED = (MeetingState.DRAFT, MeetingState.ANNOUNCED, MeetingState.APPROVED)
