"""A hall full of voters, written straight into the tables: members, logins, a meeting, one poll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ballots.manifest import Manifest, roll_sha256
from ballots.store import SqlBoard
from governance.agenda import AgendaItem, ItemKind, ItemState
from governance.associations import Association
from governance.logins import SESSION_LIVES, LoginSession, sha256
from governance.meetings import Meeting, MeetingKind, MeetingState
from governance.members import Member
from governance.polls import Poll, PollKind, PollState, PollVoter
from governance.roll import Roll, RollEntry, hashed

Chance = Callable[[int], bytes]

QUESTION = {"sv": "Bifaller stämman motion 1?", "en": "Does the meeting adopt motion 1?"}
OPTIONS = [
    {"id": "adopt", "label": {"sv": "Bifall", "en": "Adopt"}},
    {"id": "reject", "label": {"sv": "Avslag", "en": "Reject"}},
    {"id": "abstain", "label": {"sv": "Avstår", "en": "Abstain"}},
]
RULE = {"base": "cast_valid", "operator": ">", "share": [1, 2], "tie": "chair", "paragraph": "6:33"}


@dataclass(frozen=True)
class Voter:
    member_id: int
    token: str  # of their session's cookie
    slot: str


@dataclass(frozen=True)
class Hall:
    meeting_id: int
    poll_id: int
    election: str
    voters: list[Voter]


def fill(
    db: Session,
    board: SqlBoard,
    association: Association,
    count: int,
    *,
    now: dt.datetime,
    chance: Chance,
) -> Hall:
    """So many members at a meeting in progress, each logged in, and a poll open for them all."""
    members = _members(db, association, count, now.date(), chance)
    meeting = Meeting(
        association_id=association.id,
        kind=MeetingKind.ANNUAL,
        state=MeetingState.OPEN,
        title={"sv": "Årsstämma", "en": "Annual meeting"},
        starts_at=now,
        motions_close=now.date() - dt.timedelta(days=60),
        opened_at=now,
    )
    db.add(meeting)
    db.flush()
    roll = _roll(db, meeting, members, now, chance)
    slots = [chance(16).hex() for _ in members]
    poll = _poll(db, board, meeting, roll, slots, now)
    tokens = [chance(32).hex() for _ in members]
    _insert(
        db,
        PollVoter,
        [
            {"poll_id": poll.id, "member_id": member, "slot": slot}
            for (member, _), slot in zip(members, slots, strict=True)
        ],
    )
    _insert(
        db,
        LoginSession,
        [
            {
                "token": sha256(token),
                "member_id": member,
                "method": "demo",
                "authenticated_at": now,
                "expires_at": now + SESSION_LIVES,
            }
            for (member, _), token in zip(members, tokens, strict=True)
        ],
    )
    voters = [
        Voter(member, token, slot)
        for (member, _), token, slot in zip(members, tokens, slots, strict=True)
    ]
    return Hall(meeting.id, poll.id, str(poll.election), voters)


def _members(
    db: Session, association: Association, count: int, today: dt.date, chance: Chance
) -> list[tuple[int, str]]:
    """(id, number) of each; the numbers are new, so that halls can be filled one after another."""
    batch = chance(4).hex()
    numbers = [f"{batch}-{number}" for number in range(1, count + 1)]
    rows = [
        {
            "association_id": association.id,
            "number": number,
            "given_name": "Kim",
            "family_name": f"Voter {number}",
            "email": f"{number}@example.org",
            "country": "SE",
            "place": "",
            "language": "sv",
            "skills": "",
            "joined": today,
            "by_post": False,
        }
        for number in numbers
    ]
    _insert(db, Member, rows)
    made = sa.select(Member.id, Member.number).where(Member.number.startswith(f"{batch}-"))
    return [(id_, number) for id_, number in db.execute(made.order_by(Member.id))]


def _roll(
    db: Session, meeting: Meeting, members: list[tuple[int, str]], now: dt.datetime, chance: Chance
) -> Roll:
    salt = chance(32).hex()
    roll = Roll(
        meeting_id=meeting.id,
        version=1,
        voters=len(members),
        salt=salt,
        sha256=hashed(meeting.id, 1, salt, (number for _, number in members)),
        approved_at=now,
        approved_by_id=members[0][0],
    )
    db.add(roll)
    db.flush()
    _insert(db, RollEntry, [{"roll_id": roll.id, "member_id": member} for member, _ in members])
    return roll


def _poll(
    db: Session, board: SqlBoard, meeting: Meeting, roll: Roll, slots: list[str], now: dt.datetime
) -> Poll:
    item = AgendaItem(
        meeting_id=meeting.id,
        position=1,
        kind=ItemKind.DECISION,
        title={"sv": "Motion 1", "en": "Motion 1"},
        state=ItemState.CURRENT,
    )
    db.add(item)
    db.flush()
    manifest = Manifest(
        origin=board.origin,
        meeting=str(meeting.id),
        question=QUESTION,
        options=OPTIONS,
        method="majority",
        rule=RULE,
        voters=len(slots),
        roll_sha256=roll_sha256(slots),
    )
    board.open_election(db.connection(), manifest)
    poll = Poll(
        meeting_id=meeting.id,
        item_id=item.id,
        kind=PollKind.OPEN_BALLOT,
        state=PollState.OPEN,
        question=QUESTION,
        options=OPTIONS,
        rule=RULE,
        roll_id=roll.id,
        election=manifest.election,
        opened_at=now,
    )
    db.add(poll)
    db.flush()
    return poll


def _insert(db: Session, table: type, rows: list[dict[str, object]]) -> None:
    db.execute(sa.insert(table), rows)
