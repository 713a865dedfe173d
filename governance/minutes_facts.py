"""What happened under an item, as paragraphs of Markdown: what is on record, proposed, voted on.

Nothing of it is typed by the secretary. What a vote has given is in `minutes_votes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from governance import minutes_votes, notice_text, notices, polling, roles
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.languages import pick
from governance.markdown import escape, quote
from governance.minutes_writer import Writer
from governance.motions import Motion, MotionState, Opinion
from governance.roles import Role


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
    taken = polling.of_item(w.db, item.id)
    return [part for poll in taken for part in minutes_votes.told(w, item, poll)]


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
