"""Alembic's environment: it runs on the connection it is given, inside that transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from governance.database import Instant, Word
from governance.schema import METADATA


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """A migration names the types of the database, so that it still runs when ours have moved."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Word):
        return f"sa.String(length={item.impl.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by making it anew
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
