"""What happened under an item, as paragraphs of Markdown: what is on record, proposed, voted on.

Nothing of it is typed by the secretary. `Writer` says it in the language of the minutes, for
members or, without a name of its own making, for the public.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from babel import dates, lists
from sqlalchemy.orm import Session

from ballots.counting.plurality import NOBODY
from ballots.store import SqlBoard
from governance import minutes_words, notice_text, notices, polling, roles, secret
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.languages import locale, pick
from governance.markdown import escape, quote
from governance.meetings import Meeting
from governance.members import Member
from governance.motions import Motion, MotionState, Opinion
from governance.polling import Poll, PollKind, PollState
from governance.roles import Role
from governance.roll import Roll


@dataclass(frozen=True)
class Writer:
    db: Session
    board: SqlBoard
    meeting: Meeting
    language: str
    public: bool

    def say(self, key: str, **facts: object) -> str:
        return minutes_words.words(self.language)[key] % facts

    def pick(self, texts: dict[str, str]) -> str:
        return escape(pick(texts, self.language))

    def who(self, members: Sequence[Member]) -> str:
        """Their names; for the public, how many they are."""
        if self.public:
            one = len(members) == 1
            return self.say("one") if one else self.say("many", number=len(members))
        return self.listed([escape(each.name) for each in members])

    def listed(self, parts: list[str]) -> str:
        return lists.format_list(parts, locale=locale(self.language))

    def date(self, at: dt.datetime) -> str:
        day = self.meeting.association.today(at)
        return dates.format_date(day, "long", locale=locale(self.language))

    def time(self, at: dt.datetime) -> str:
        zone = self.meeting.association.zone
        return dates.format_time(at, "short", tzinfo=zone, locale=locale(self.language))

    def at(self, at: dt.datetime) -> str:
        """The time alone on the day on which the meeting was opened."""
        if self.date(at) == self.date(self.meeting.opened_at or self.meeting.starts_at):
            return self.say("clock", time=self.time(at))
        return self.moment(at)

    def moment(self, at: dt.datetime) -> str:
        return self.say("moment", date=self.date(at), time=self.time(at))

    def rolls(self) -> Sequence[Roll]:
        of_meeting = sa.select(Roll).where(Roll.meeting_id == self.meeting.id)
        return self.db.scalars(of_meeting.order_by(Roll.version)).all()


def before(w: Writer, item: AgendaItem) -> list[str]:
    """What stands before the secretary's prose: the record, what the meeting was asked."""
    parts = [*on_record(w, item)]
    if item.motion_id is not None:
        return [*parts, *_motion(w, w.db.get_one(Motion, item.motion_id))]
    if text := pick(item.text or {}, w.language):
        parts += [f"**{w.say('proposal')}**", quote(text)]
    return parts


def after(w: Writer, item: AgendaItem) -> list[str]:
    """What stands after it: each vote, its result, the decision."""
    return [part for poll in polling.of_item(w.db, item.id) for part in _poll(w, item, poll)]


def first_prose(w: Writer, item: AgendaItem) -> str:
    """What the minutes say of an item of which nothing else is known than that it was there."""
    if on_record(w, item) or polling.of_item(w.db, item.id):
        return ""
    return w.say("noted" if item.kind is ItemKind.INFORMATION else "dealt-with")


def on_record(w: Writer, item: AgendaItem) -> list[str]:
    found = RECORDS.get(item.key)
    record = list(found(w)) if found else []
    # An office or a roll is proof enough that the meeting has dealt with it; a notice is not.
    if item.state is ItemState.AHEAD and (not record or item.key == "called"):
        record.append(w.say("not-taken-up"))
    return record


def _opening(w: Writer) -> Iterator[str]:
    if w.meeting.opened_at is not None:
        yield w.say("opened", at=w.at(w.meeting.opened_at))


def _closing(w: Writer) -> Iterator[str]:
    if w.meeting.closed_at is not None:
        yield w.say("closed", at=w.at(w.meeting.closed_at))


def _elected(*offices: Role) -> Callable[[Writer], Iterator[str]]:
    def elected(w: Writer) -> Iterator[str]:
        for office in offices:
            if held := roles.holders(w.db, office, meeting_id=w.meeting.id):
                yield w.say(f"elected-{office.value}", who=w.who(held))

    return elected


def _roll(w: Writer) -> Iterator[str]:
    for each in w.rolls():
        at = w.at(each.approved_at)
        yield w.say("roll-approved", version=each.version, at=at, voters=each.voters)


def _called(w: Writer) -> Iterator[str]:
    notice = notices.of(w.db, w.meeting.id)
    if notice is None or notice.issued_at is None:
        return
    yield w.say("notice-issued", date=w.date(notice.issued_at))
    if notice.deviation:
        yield w.say("deviation", reason=escape(notice.deviation))


# By the rulebook's keys of agenda items.
RECORDS: dict[str, Callable[[Writer], Iterator[str]]] = {
    "opening": _opening,
    "chair": _elected(Role.CHAIR),
    "secretary": _elected(Role.SECRETARY),
    "checkers": _elected(Role.CHECKER, Role.TELLER),
    "roll": _roll,
    "called": _called,
    "closing": _closing,
}


def _motion(w: Writer, motion: Motion) -> Iterator[str]:
    words = notice_text.words(w.language)
    if not w.public:
        yield words["from"] % {"author": escape(motion.author.name)}
    yield f"**{words['asked']}**"
    # Within a quotation, so that a list in the prose that follows does not go on with it.
    yield quote("\n".join(f"{at}. {escape(each)}" for at, each in enumerate(motion.clauses, 1)))
    yield words[motion.opinion.value if motion.opinion else "none"]
    if motion.opinion is Opinion.OTHER:
        yield quote(motion.opinion_text)
    if motion.state is MotionState.WITHDRAWN:
        yield w.say("withdrawn")


def _poll(w: Writer, item: AgendaItem, poll: Poll) -> Iterator[str]:
    label = w.say("clause", clause=poll.clause) if poll.clause else w.say("vote")
    # The heading has asked it already, where the question is the item itself.
    asked = [] if poll.question == item.title else [w.pick(poll.question)]
    version = w.db.get_one(Roll, poll.roll_id).version if poll.roll_id else ""
    yield f"**{label}:** " + "\\\n".join([*asked, w.say(poll.kind.value, version=version)])
    if poll.state is PollState.VOID:
        yield w.say("void", reason=escape(poll.reason))
        return
    labels = options(w, poll)
    if poll.kind is PollKind.SECRET_BALLOT:
        yield " ".join(_secrecy(w, poll))
    if poll.kind is not PollKind.ACCLAMATION:
        yield _votes(w, poll, labels)
        yield " ".join(_rule(w, poll, labels))
    yield f"**{w.say('decision')}:** {_decision(w, poll, labels)}"
    yield from _dissents(w, poll)


def _secrecy(w: Writer, poll: Poll) -> Iterator[str]:
    """Who could have opened what, and by what the voters signed."""
    counted = poll.result or {}
    trust = secret.trust(w.db, poll)
    if trust.server_alone:
        yield w.say("key-alone")
    else:
        who = w.who([each.member for each in trust.trustees])
        yield w.say("key-shared", who=who, needed=trust.needed)
    yield w.say("own-keys", own=counted["own_keys"], handed=counted["handed_over"])


def options(w: Writer, poll: Poll) -> dict[str, str]:
    """What was chosen among; candidates are numbers to the public."""
    hidden = w.public and poll.method == "plurality"
    return {
        each["id"]: w.say("candidate", number=number)
        if hidden and each["id"] not in NOBODY
        else w.pick(each["label"])
        for number, each in enumerate(poll.options, 1)
    }


def _votes(w: Writer, poll: Poll, labels: dict[str, str]) -> str:
    votes = (poll.result or {}).get("votes")
    if votes is None:
        return w.say("few")
    rows = [f"| {label} | {votes[option]} |" for option, label in labels.items()]
    return "\n".join([f"| {w.say('option')} | {w.say('votes')} |", "| --- | ---: |", *rows])


def _rule(w: Writer, poll: Poll, labels: dict[str, str]) -> Iterator[str]:
    counted = poll.result or {}
    if poll.present is not None:
        yield w.say("present", number=poll.present)
    yield w.say("rule", name=w.pick(poll.rule["name"]), paragraph=escape(poll.rule["paragraph"]))
    if "needed" in counted:
        yield w.say("needed", needed=counted["needed"], base=counted["base"])
    if counted["tied"] and counted.get("seed"):
        yield w.say("lot", seed=counted["seed"])
    elif counted["tied"] and counted.get("casting_vote"):
        yield w.say("casting-vote", choice=labels[counted["casting_vote"]])


def _decision(w: Writer, poll: Poll, labels: dict[str, str]) -> str:
    elected = (poll.result or {}).get("elected")
    if w.public and elected:
        return w.say("elected", who=w.listed([labels[each] for each in elected]))
    return w.pick(poll.decision)


def _dissents(w: Writer, poll: Poll) -> Iterator[str]:
    found = polling.dissents(w.db, poll.id)
    if found and w.public:
        yield f"**{w.say('dissent')}:** {w.who([_dissenter(w, each.member_id) for each in found])}."
        return
    for each in found:
        reason = f": {escape(each.text)}" if each.text else "."
        yield f"**{w.say('dissent')}:** {escape(_dissenter(w, each.member_id).name)}{reason}"


def _dissenter(w: Writer, member_id: int) -> Member:
    return w.db.get_one(Member, member_id)
