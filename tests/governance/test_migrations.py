"""The migrations lead from nothing to exactly what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from governance.migrations import config, upgrade
from governance.schema import METADATA


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


def test_the_migrated_schema_is_the_models(database):
    with database.reading() as db:
        context = MigrationContext.configure(db.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_second_upgrade_changes_nothing(database, association):
    upgrade(database)
    with database.reading() as db:
        assert db.get(type(association), association.id).slug == "test"
