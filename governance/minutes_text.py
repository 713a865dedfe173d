"""The text of the minutes, composed from what happened: the full one, and one that names nobody.

Both are Markdown in the association's authentic language: a title, the head, a section per item,
the state of the log; in the full one also the electoral roll and the recorded votes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ballots.open_ballot import parse_open_ballot
from governance import minutes_facts, minutes_votes, naming, roles, roll
from governance.agenda import AgendaItem
from governance.journal import JournalEntry
from governance.markdown import escape, plain
from governance.meetings import MeetingState
from governance.members import Member
from governance.minutes_writer import Writer
from governance.polling import Poll, PollKind, PollState, PollVoter
from governance.roles import Role
from governance.roll import Roll


@dataclass(frozen=True)
class Passage:
    """§ n as it will read: facts before and after, the secretary's prose between them."""

    item: AgendaItem
    heading: str
    before: str
    prose: str
    after: str

    @property
    def title(self) -> str:
        return plain(self.heading)

    @property
    def text(self) -> str:
        return _joined([f"## {self.heading}", self.before, self.prose, self.after])


@dataclass(frozen=True)
class Signature:
    """Who has signed or approved the text, as what, and when."""

    role: Role
    member: Member
    at: dt.datetime


def compose(
    w: Writer, prose: Iterable[tuple[AgendaItem, str]], *, note: str, full_sha256: str = ""
) -> str:
    """The whole text. `note` is the log's signed checkpoint, `full_sha256` the full version's."""
    parts = [f"# {title(w)}", *_head(w)]
    parts += [_passage(w, item, text).text for item, text in prose]
    parts += _log(w, note, full_sha256)
    if not w.public:
        parts += [*_roll_annex(w), *_ballot_annex(w)]
    text = _joined(parts) + "\n"
    return _without_names(w, text, _named(w, text)) if w.public else text


def passages(w: Writer, prose: Iterable[tuple[AgendaItem, str]]) -> list[Passage]:
    """Each section by itself, for the secretary; names in the prose are left for them to see."""
    found = [_passage(w, item, text) for item, text in prose]
    if not w.public:
        return found
    named = _named(
        w, "\n\n".join(f"{each.heading}\n\n{each.before}\n\n{each.after}" for each in found)
    )
    return [
        replace(
            each,
            heading=_without_names(w, each.heading, named),
            before=_without_names(w, each.before, named),
            after=_without_names(w, each.after, named),
        )
        for each in found
    ]


def _passage(w: Writer, item: AgendaItem, prose: str) -> Passage:
    return Passage(
        item=item,
        heading=f"§ {item.position} {w.pick(item.title)}",
        before=_joined(minutes_facts.before(w, item)),
        prose=prose,
        after=_joined(minutes_facts.after(w, item)),
    )


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _named(w: Writer, text: str) -> list[str]:
    return naming.named_in(w.db, w.meeting.association_id, text)


def _without_names(w: Writer, text: str, names: Sequence[str]) -> str:
    return naming.without(text, names, w.say("somebody"))


def title(w: Writer) -> str:
    return w.say("title", meeting=w.pick(w.meeting.title))


def body(text: str) -> str:
    """The text without its title, which page and print set themselves."""
    return text.partition("\n\n")[2]


def _head(w: Writer) -> Iterator[str]:
    association = w.meeting.association
    number = escape(association.registration_number)
    named = [escape(association.name), w.say("number", number=number) if number else ""]
    yield ", ".join(filter(None, named))
    if w.public:
        yield f"*{w.say('public-note')}*"
    lines = [("time", _span(w)), *_pauses(w), ("place", _place(w))]
    if not w.public:
        lines += _officers(w)
    lines.append(("voters", _voters(w)))
    # Hard breaks: a list of pairs, one to a line.
    yield "\\\n".join(f"**{w.say(label)}:** {text}" for label, text in lines if text)


def _place(w: Writer) -> str:
    place = escape(w.meeting.place)
    if not w.meeting.link:
        return place
    return w.say("and-online", place=place) if place else w.say("online")


def _span(w: Writer) -> str:
    begin = w.meeting.opened_at or w.meeting.starts_at
    end = w.meeting.closed_at or begin
    if w.date(begin) == w.date(end):
        return w.say("within-day", date=w.date(begin), begin=w.time(begin), end=w.time(end))
    return w.say("over-days", begin=w.moment(begin), end=w.moment(end))


def _pauses(w: Writer) -> Iterator[tuple[str, str]]:
    steps = sa.select(JournalEntry.act, JournalEntry.at).where(
        JournalEntry.meeting_id == w.meeting.id,
        JournalEntry.act.in_([f"meeting.{state.value}" for state in MeetingState]),
    )
    begun: dt.datetime | None = None
    for act, at in w.db.execute(steps.order_by(JournalEntry.id)):
        if begun is not None:
            yield "paused", w.say("over-days", begin=w.at(begun), end=w.at(at))
        begun = at if act == f"meeting.{MeetingState.ADJOURNED.value}" else None


def _officers(w: Writer) -> Iterator[tuple[str, str]]:
    for role in (Role.CHAIR, Role.SECRETARY, Role.CHECKER):
        if held := roles.holders(w.db, role, meeting_id=w.meeting.id):
            yield role.value, w.who(held)


def _voters(w: Writer) -> str:
    found = [w.say("voters-on", number=each.voters, version=each.version) for each in w.rolls()]
    return ", ".join(found) or w.say("no-roll")


def _log(w: Writer, note: str, full_sha256: str) -> Iterator[str]:
    yield f"## {w.say('log')}"
    yield w.say("log-text")
    yield f"```\n{note.strip()}\n```"
    if ballots := [*_elections(w)]:
        yield w.say("elections")
        yield "\n".join(ballots)
    yield w.say("key")
    yield f"```\n{w.board.signer.verifier_key}\n```"
    if full_sha256:
        yield w.say("full-sha256")
        yield f"```\n{full_sha256}\n```"


def _elections(w: Writer) -> Iterator[str]:
    for poll, position in _with_ballots(w):
        clause = f" {w.say('clause-number', clause=poll.clause)}" if poll.clause else ""
        yield f"- § {position}{clause}: `{poll.election}`"


def _with_ballots(w: Writer) -> Sequence[tuple[Poll, int]]:
    """The votes taken with ballots, each with the number of its item."""
    taken = (
        sa.select(Poll, AgendaItem.position)
        .join(AgendaItem, AgendaItem.id == Poll.item_id)
        .where(Poll.meeting_id == w.meeting.id, Poll.election.is_not(None))
        .order_by(AgendaItem.position, Poll.id)
    )
    return [(poll, position) for poll, position in w.db.execute(taken)]


def _roll_annex(w: Writer) -> Iterator[str]:
    """Each version by what it changed of the one before, so that all can be put together."""
    rolls = w.rolls()
    if rolls:
        yield f"## {w.say('roll-annex')}"
    before: list[Member] = []
    for each in rolls:
        members = roll.members(w.db, each.id)
        yield f"### {w.say('version', version=each.version, at=w.at(each.approved_at))}"
        yield from _changes(w, each, before, members)
        yield f"```\nsalt {each.salt}\nsha256 {each.sha256}\n```"
        before = members


def _changes(
    w: Writer, version: Roll, before: Sequence[Member], members: Sequence[Member]
) -> Iterator[str]:
    if version.version == 1:
        yield _run_in(members)
        return
    ids_before, ids = {each.id for each in before}, {each.id for each in members}
    for label, changed in (
        ("added", [each for each in members if each.id not in ids_before]),
        ("gone", [each for each in before if each.id not in ids]),
    ):
        if changed:
            yield f"**{w.say(label)}:** {_run_in(changed)}"


def _run_in(members: Iterable[Member]) -> str:
    """Names in one paragraph, as division lists are printed: a thousand lines help nobody."""
    return "; ".join(f"{escape(each.name)} ({escape(each.number)})" for each in members)


def _ballot_annex(w: Writer) -> Iterator[str]:
    """Open ballots are recorded votes: name and choice stand in the minutes that members read."""
    declared = [
        each
        for each in _with_ballots(w)
        if each[0].state is PollState.DECLARED and each[0].kind is PollKind.OPEN_BALLOT
    ]
    if declared:
        yield f"## {w.say('ballot-annex')}"
    for poll, position in declared:
        yield f"### § {position} {w.pick(poll.question)}"
        chosen = _chosen(w, poll)
        for text in sorted(chosen, key=lambda text: _place_of(poll, text, len(chosen[text]))):
            voters = chosen[text]
            yield f"**{minutes_votes.choice(w, poll, text)}, {len(voters)}:** {_run_in(voters)}"


def _place_of(poll: Poll, text: str, voters: int) -> tuple[int, int, str]:
    """Single options as they were shown; then what most have chosen."""
    ids = poll.option_ids
    return (ids.index(text) if text in ids else len(ids), -voters, text)


def _chosen(w: Writer, poll: Poll) -> dict[str, list[Member]]:
    """Who chose what, by name."""
    voters = w.db.execute(
        sa.select(Member, PollVoter.slot)
        .join(PollVoter, PollVoter.member_id == Member.id)
        .where(PollVoter.poll_id == poll.id)
        .order_by(Member.family_name, Member.given_name, Member.id)
    )
    ballots = dict(w.board.ballots(w.db.connection(), str(poll.election)))
    chosen: dict[str, list[Member]] = {}
    for member, slot in voters:
        if slot in ballots:
            chosen.setdefault(parse_open_ballot(ballots[slot]).choice, []).append(member)
    return chosen


def signatures(w: Writer, signed: Sequence[Signature]) -> str:
    """The signatures as they are printed under the text; to the public, the roles alone."""
    columns = ["role", "when"] if w.public else ["role", "name", "when"]
    rows = ["| " + " | ".join(map(w.say, columns)) + " |", "|" + " --- |" * len(columns)]
    for each in signed:
        cells = {
            "role": w.say(each.role.value),
            "name": escape(each.member.name),
            "when": w.moment(each.at),
        }
        rows.append("| " + " | ".join(cells[column] for column in columns) + " |")
    return _joined([f"## {w.say('signatures')}", "\n".join(rows)])


def addendum(w: Writer, number: int, text: str, at: dt.datetime, *, full_sha256: str = "") -> str:
    """A dated correction; for the public it states the SHA-256 of the one that members read."""
    heading = w.say("addendum", number=number, meeting=w.pick(w.meeting.title))
    parts = [f"# {heading}", f"*{w.date(at)}*", text]
    if full_sha256:
        parts += [w.say("full-sha256"), f"```\n{full_sha256}\n```"]
    whole = _joined(parts) + "\n"
    return _without_names(w, whole, _named(w, whole)) if w.public else whole
