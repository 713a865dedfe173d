"""The two kinds of transaction."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from governance.associations import Association


def test_a_transaction_for_reading_leaves_nothing_behind(database):
    with contextlib.suppress(DBAPIError), database.reading() as db:
        db.add(Association(slug="x", name="X", languages=["sv"], origin="example/x"))
        db.flush()
    with database.reading() as db:
        assert db.scalars(sa.select(Association)).all() == []
