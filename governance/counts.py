"""A poll's count, and the decision that it makes: from its ballots, by its own rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ballots import count_poll
from ballots.counting import majority
from ballots.open_ballot import parse_open_ballot
from ballots.store import last_ballots
from governance import election_words, wording
from governance.agenda import AgendaItem, ItemKind
from governance.meetings import Meeting
from governance.polling import Poll
from governance.roll import Roll

Result = dict[str, Any]


def cast(db: Session, poll: Poll) -> dict[str, int]:
    """How many open ballots in the box choose what."""
    ballots = last_ballots(db.connection(), str(poll.election))
    return Counter(parse_open_ballot(body).choice for _, body in ballots)


def kept(db: Session, poll: Poll) -> dict[str, int] | None:
    """The same of a poll that has been counted; None where its numbers were not to be kept.

    Of hands, and of a secret ballot, there are the votes by option alone.
    """
    votes: dict[str, int] | None = (poll.result or {}).get("votes")
    if votes is not None or poll.method in count_poll.SUMMED:
        return votes
    return cast(db, poll)


def counted(
    db: Session,
    poll: Poll,
    choices: Mapping[str, int],
    *,
    members: int,
    casting_vote: str | None = None,
    seed: str | None = None,
    withdrawn: Collection[str] = (),
    earlier: count_poll.Lotteries | None = None,
) -> Result:
    """The count, with the numbers that no ballot holds and that a recount needs beside them."""
    beside: dict[str, Any] = {"present": poll.present, "members": members}
    if poll.method != "majority":
        among = count_poll.count(poll, choices, seed=seed, withdrawn=withdrawn, earlier=earlier)
        return {**among, **beside}
    rule = majority.MajorityRule.parse(poll.rule)
    decided = majority.count(
        count_poll.votes(poll, choices),
        rule,
        present=poll.present,
        eligible=db.get_one(Roll, poll.roll_id).voters if poll.roll_id else poll.present,
        members=members,
        casting_vote=casting_vote,
    )
    if seed is not None:
        beside["seed"] = seed
    return {**decided.as_dict(), **beside}


def outcome(result: Mapping[str, Any]) -> str:
    """The option that has carried, the first one elected, or nothing."""
    if result["method"] == "majority":
        return str(result["outcome"])
    return str(result["elected"][0]) if result["elected"] else ""


def decision(db: Session, poll: Poll, outcome: str, result: Mapping[str, Any]) -> dict[str, str]:
    """The sentence of the minutes, in each language of the association."""
    languages = db.get_one(Meeting, poll.meeting_id).association.languages
    elects = db.get_one(AgendaItem, poll.item_id).kind is ItemKind.ELECTION
    if poll.method == "majority":
        said = wording.AS_PROPOSED if elects and outcome == majority.ADOPT else outcome
        return wording.decision(said, poll.question, languages)
    elected = names(poll, result["elected"], languages[0])
    seats = poll.rule["seats"]
    if not elects:
        return election_words.among_proposals(
            elected, poll.question, languages, method=poll.method, seats=seats
        )
    deputies = names(poll, result.get("deputies", []), languages[0])
    vacant = max(seats - len(elected), 0)
    return election_words.election(
        elected, poll.question, languages, deputies=deputies, vacant=vacant
    )


def waits(result: Mapping[str, Any]) -> bool:
    """Whether a lot is still to be drawn."""
    return bool(result.get("tied")) and not result.get("seed")


@dataclass(frozen=True)
class Unmet:
    """A condition on the seats for which some stay vacant."""

    name: dict[str, str]
    least: int | None
    most: int | None
    elected: int  # of those it is about


def unmet(poll: Poll, result: Mapping[str, Any]) -> list[Unmet]:
    """The conditions for which seats stay vacant: too few elected, or no more allowed."""
    elected = set(result.get("elected", ()))
    seats = poll.rule.get("seats", 0)
    if waits(result) or len(elected) >= seats:
        return []
    out = set(result.get("withdrawn", ()))
    return [
        Unmet(told["name"], told.get("least"), told.get("most"), number)
        for told in poll.rule.get("conditions", ())
        for group in [set(told["options"]) - out]
        for number in [len(group & elected)]
        if number < told.get("least", 0) or (number == told.get("most") and group - elected)
    ]


def names(poll: Poll, options: Collection[str], language: str) -> list[str]:
    labels = {each["id"]: each["label"] for each in poll.options}
    return [labels[each][language] for each in options]
