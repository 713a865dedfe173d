"""The invented people, and who of them holds which office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.orm import Session

from governance import members, register, roles
from governance.associations import Association
from governance.members import Member
from governance.roles import Role

# The first members of the register are nobody but members: whoever tries the demo is one of them,
# and nobody votes in their place.
VISITORS = 25
SIZE = 60  # of the part of the register that holds offices or sends motions


@dataclass(frozen=True)
class Cast:
    """Who plays whom; taken from the register in its order."""

    visitors: Sequence[Member]
    administrator: Member
    directors: Sequence[Member]
    chair: Member
    secretary: Member
    checkers: Sequence[Member]
    tellers: Sequence[Member]
    authors: Sequence[Member]
    nominators: Sequence[Member]


def arrive(db: Session, association: Association, *, now: dt.datetime) -> None:
    """Import the register and appoint administrator and directors.

    Some of its rows are at fault on purpose and are refused, as they would be in any office.
    """
    data = (files("governance.demo") / "register.csv").read_bytes()
    register.import_register(db, association, data, now=now)
    people = find(db, association.id)
    roles.grant(db, people.administrator, Role.ADMINISTRATOR, now=now, by_id=None)
    for director in people.directors:
        roles.grant(db, director, Role.DIRECTOR, now=now, by_id=None)
    for nominator in people.nominators:
        roles.grant(db, nominator, Role.NOMINATOR, now=now, by_id=None)


def find(db: Session, association_id: int) -> Cast:
    """Long-standing members only: they were there at the meeting a year ago."""
    standing = sa.select(Member).where(
        Member.association_id == association_id,
        Member.left.is_(None),
        Member.email.is_not(None),
        Member.joined < dt.date(2024, 1, 1),
        Member.language.in_(["sv", "en"]),
    )
    found = db.scalars(standing.order_by(Member.id).limit(VISITORS + SIZE)).all()
    others = iter(found[VISITORS:])
    return Cast(
        visitors=found[:VISITORS],
        administrator=next(others),
        directors=[next(others) for _ in range(5)],
        chair=next(others),
        secretary=next(others),
        checkers=[next(others) for _ in range(2)],
        tellers=[next(others) for _ in range(2)],
        authors=[next(others) for _ in range(6)],
        nominators=[next(others) for _ in range(3)],
    )


def voters(db: Session, association_id: int, day: dt.date) -> Sequence[Member]:
    """Everybody who may come to a meeting on that day, in the register's order."""
    on_register = members.on_register(association_id, day).order_by(None)
    return db.scalars(on_register.order_by(Member.id)).all()
