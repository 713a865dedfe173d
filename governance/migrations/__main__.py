"""`python -m governance.migrations MESSAGE`: write the next revision from the models."""

from __future__ import annotations

import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory

from governance.database import Database
from governance.migrations import config, upgrade


def main(message: str) -> None:
    made = config()
    number = len(list(ScriptDirectory.from_config(made).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/stamma.db")
        upgrade(database)
        with database.writing() as db:
            made.attributes["connection"] = db.connection()
            command.revision(made, message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m governance.migrations MESSAGE")
    main(sys.argv[1])
