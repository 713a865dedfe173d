"""A vote, as paragraphs of the minutes: how it was taken, the votes, what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ballots.choice import MARKS, RANKING
from ballots.counting.plurality import NOBODY
from governance import counts, polling, recounts, secret
from governance.agenda import AgendaItem, ItemKind
from governance.markdown import escape
from governance.members import Member
from governance.minutes_writer import Writer
from governance.polling import Poll, PollKind, PollState
from governance.recounts import PollRecount
from governance.roll import Roll


def told(w: Writer, item: AgendaItem, poll: Poll) -> Iterator[str]:
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
    counted = poll.result or {}
    if poll.kind is not PollKind.ACCLAMATION:
        yield _votes(w, poll, counted, labels)
        yield " ".join(_rule(w, poll, counted, labels))
        yield from _unmet(w, poll, counted)
    yield f"**{w.say('decision')}:** {_decision(w, poll, counted, poll.decision, labels)}"
    for later in recounts.of_poll(w.db, poll.id):
        yield from _recount(w, poll, later, labels)
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
    """What was chosen among; candidates are numbers to the public, and proposals are not."""
    hidden = w.public and poll.method != "majority" and _elects(w, poll)
    return {
        each["id"]: w.say("candidate", number=number)
        if hidden and each["id"] not in NOBODY
        else w.pick(each["label"])
        for number, each in enumerate(poll.options, 1)
    }


def _elects(w: Writer, poll: Poll) -> bool:
    return w.db.get_one(AgendaItem, poll.item_id).kind is ItemKind.ELECTION


def _votes(w: Writer, poll: Poll, counted: Mapping[str, Any], labels: dict[str, str]) -> str:
    if "rounds" in counted:
        return _rounds(w, poll, counted, labels)
    votes = counted.get("votes")
    if votes is None:
        return w.say("few")
    # Who was left out of a recount has no votes in it.
    rows = [[label, str(votes[option])] for option, label in labels.items() if option in votes]
    return _table([w.say("option"), w.say("votes")], rows)


# What the figures of a method's rounds are; votes where nothing else is said.
FIGURES = {
    "score": "points",
    "cumulative": "points",
    "majority-judgment": "middle-grade",
    **dict.fromkeys(("schulze", "ranked-pairs"), "beats"),
}


def _rounds(w: Writer, poll: Poll, counted: Mapping[str, Any], labels: dict[str, str]) -> str:
    """The figures of the first round, those of the last where they differ, and who came in."""
    shown, heads = counted["rounds"][:1], [FIGURES.get(poll.method, "votes")]
    if counted["rounds"][-1]["votes"] != shown[0]["votes"]:
        shown, heads = [*shown, counted["rounds"][-1]], ["first-round", "last-round"]
    places = {each: str(at) for at, each in enumerate(counted["elected"], 1)}
    for at, each in enumerate(counted.get("deputies", []), 1):
        places[each] = w.say("deputy-place", place=at)
    rows = [
        [label, *(_figure(w, poll, each["votes"].get(option, "")) for each in shown), place]
        for option, label in labels.items()
        if any(option in each["votes"] for each in shown)
        for place in [places.get(option, "")]
    ]
    told = _table([w.say("option"), *map(w.say, heads), w.say("came-in")], rows)
    return f"{told}\n\n{w.say('valid', valid=counted['valid'], blank=counted['blank'])}"


def _figure(w: Writer, poll: Poll, figure: str) -> str:
    grades = poll.rule.get("grades")
    return w.pick(grades[int(figure)]) if grades and figure else figure


def _table(heads: list[str], rows: list[list[str]]) -> str:
    rule = "| " + " | ".join(["---", *["---:"] * (len(heads) - 1)]) + " |"
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])


def _rule(
    w: Writer, poll: Poll, counted: Mapping[str, Any], labels: dict[str, str]
) -> Iterator[str]:
    if poll.present is not None:
        yield w.say("present", number=poll.present)
    yield w.say("rule", name=w.pick(poll.rule["name"]), paragraph=escape(poll.rule["paragraph"]))
    if "needed" in counted:
        yield w.say("needed", needed=counted["needed"], base=counted["base"])
    if counted.get("seed"):
        yield w.say("lot", seed=counted["seed"])
    elif counted["tied"] and counted.get("casting_vote"):
        yield w.say("casting-vote", choice=labels[counted["casting_vote"]])


def _unmet(w: Writer, poll: Poll, counted: Mapping[str, Any]) -> Iterator[str]:
    """Which conditions leave seats vacant, and how many those are."""
    found = counts.unmet(poll, counted)
    if not found:
        return
    said = [
        w.say("at-least", name=w.pick(each.name), number=each.least, count=each.elected)
        if each.elected < (each.least or 0)
        else w.say("at-most", name=w.pick(each.name), number=each.most, count=each.elected)
        for each in found
    ]
    vacant = poll.rule["seats"] - len(counted["elected"])
    yield w.say("conditions-unmet", number=vacant, which="; ".join(said))


def _decision(
    w: Writer, poll: Poll, counted: Mapping[str, Any], said: dict[str, str], labels: dict[str, str]
) -> str:
    """As it was frozen; the public reads numbers in place of names."""
    if not w.public or not counted.get("elected") or not _elects(w, poll):
        return w.pick(said)
    parts = [w.say("elected", who=w.listed([labels[each] for each in counted["elected"]]))]
    if deputies := counted.get("deputies"):
        parts.append(w.say("deputies", who=", ".join(labels[each] for each in deputies)))
    if vacant := poll.rule.get("seats", 0) - len(counted["elected"]):
        parts.append(w.say("vacant", number=vacant))
    return " ".join(parts)


def recounted(w: Writer, poll: Poll, later: PollRecount) -> Iterator[str]:
    """What an addendum says of a recount that came after the minutes: the result as it was, and
    the new one."""
    labels = options(w, poll)
    yield f"**{w.say('vote')}:** {w.pick(poll.question)}"
    before = recounts.before(w.db, poll, later)
    result = before.result if before else poll.result or {}
    said = before.decision if before else poll.decision
    yield f"**{w.say('earlier-decision')}:** {_decision(w, poll, result, said, labels)}"
    yield from _recount(w, poll, later, labels)


def _recount(w: Writer, poll: Poll, later: PollRecount, labels: dict[str, str]) -> Iterator[str]:
    who = w.listed([labels[each] for each in later.withdrawn])
    at = w.at(later.at)
    yield f"**{w.say('recount', number=later.number)}:** {w.say('recounted', who=who, at=at)}"
    yield _votes(w, poll, later.result, labels)
    yield from _unmet(w, poll, later.result)
    lots = later.result.get("lots", [])
    for each in lots:
        among = w.listed([labels[one] for one in each["between"]])
        yield w.say("lot-among", who=among, seed=each["seed"])
    if not lots and later.result.get("seed"):  # counted before each lot was told by itself
        yield w.say("lot", seed=later.result["seed"])
    decided = _decision(w, poll, later.result, later.decision, labels)
    yield f"**{w.say('decision')}:** {decided}"


def choice(w: Writer, poll: Poll, text: str) -> str:
    """What a ballot chose, in words: "Anna Berg, then Bo Dal"."""
    labels = options(w, poll)
    if text in labels:
        return labels[text]
    read = poll.asked.parse(text)
    if poll.asked.form == RANKING:
        ranks = (" = ".join(labels[each] for each in rank) for rank in read.ranks)
        return ", ".join(f"{at}. {rank}" for at, rank in enumerate(ranks, 1))
    if poll.asked.form != MARKS:
        return ", ".join(labels[each] for each in read.named)
    grades = [w.pick(each) for each in poll.rule.get("grades", [])]
    return ", ".join(
        f"{labels[each]} ({grades[mark] if grades else mark})" for each, mark in read.marks
    )


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
