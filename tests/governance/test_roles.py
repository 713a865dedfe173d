"""Roles are given, held where they were given, and ended without being forgotten."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from governance import roles
from governance.errors import NotAllowed, NotFound
from governance.journal import JournalEntry
from governance.roles import Grant, Role


def test_a_role_is_held_from_when_it_is_given_until_it_is_ended(database, anna, now):
    with database.writing() as db:
        given = roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None)
        assert roles.held(db, anna.id) == {Role.DIRECTOR}
        roles.end(db, given, now=now, by_id=None)
        assert roles.held(db, anna.id) == frozenset()
        assert db.get(Grant, given.id).ended_at == now


def test_a_role_given_twice_is_one_grant(database, anna, now):
    with database.writing() as db:
        first = roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None)
        assert roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None).id == first.id


def test_who_holds_what_is_listed_by_role_and_name(database, association, anna, bo, now):
    with database.writing() as db:
        given = roles.grant(db, bo, Role.DIRECTOR, now=now, by_id=None)
        roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None)
        roles.grant(db, bo, Role.ADMINISTRATOR, now=now, by_id=None)
        standing = [(grant.role, who.id) for grant, who in roles.standing(db, association.id)]
        assert standing == [
            (Role.ADMINISTRATOR, bo.id),
            (Role.DIRECTOR, anna.id),
            (Role.DIRECTOR, bo.id),
        ]
        assert roles.get(db, association.id, given.id) is given
        with pytest.raises(NotFound):
            roles.get(db, association.id + 1, given.id)


def test_who_lacks_the_role_is_refused(database, anna, bo, now):
    with database.writing() as db:
        roles.grant(db, anna, Role.DIRECTOR, now=now, by_id=None)
        roles.require(db, anna.id, Role.DIRECTOR, Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            roles.require(db, bo.id, Role.DIRECTOR)


def test_the_last_administrator_stays(database, anna, bo, now):
    with database.writing() as db:
        given = roles.grant(db, anna, Role.ADMINISTRATOR, now=now, by_id=None)
        with pytest.raises(roles.LastAdministrator):
            roles.end(db, given, now=now, by_id=anna.id)
        roles.grant(db, bo, Role.ADMINISTRATOR, now=now, by_id=anna.id)
        roles.end(db, given, now=now, by_id=anna.id)
        left = roles.holders(db, Role.ADMINISTRATOR, association_id=anna.association_id)
        assert [member.id for member in left] == [bo.id]


def test_the_journal_tells_who_gave_what_without_a_name(database, anna, bo, now):
    with database.writing() as db:
        roles.grant(db, bo, Role.DIRECTOR, now=now, by_id=anna.id)
        [entry] = db.scalars(sa.select(JournalEntry))
    assert (entry.act, entry.by_id, entry.subject) == ("role.granted", anna.id, f"member:{bo.id}")
    assert entry.details == {"role": "director"}
