"""Migrations of the schema, by Alembic, run from code: there is no alembic.ini to find.

`python -m governance.migrations MESSAGE` writes the next revision from the models.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from governance.database import Database

HERE = Path(__file__).parent


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(HERE))
    return made


def upgrade(database: Database) -> None:
    """Bring the schema up to the newest revision, in one transaction."""
    with database.writing() as db:
        made = config()
        made.attributes["connection"] = db.connection()
        command.upgrade(made, "head")
