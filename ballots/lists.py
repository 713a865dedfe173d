"""Lists as parameters: on PostgreSQL the statement keeps its text, and is planned once.

With a parameter for each value, as `IN` has them, every size of a batch is another statement.
SQLite plans in our own process, and cheaply; there it stays `IN`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class one_of(FunctionElement[bool]):  # noqa: N801 - it is used as a function is
    """`one_of(column, "name")`: whether the column's value is in the list given under that name."""

    type = sa.Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # as `IN` is; SQLite would get "… = 1", for which it has no index

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=ARRAY(column.type)))


@compiles(one_of)
def _in(element: one_of, compiler: SQLCompiler, **more: Any) -> str:
    column, values = element.clauses
    one_each = sa.bindparam(values.key, type_=column.type, expanding=True)
    return compiler.process(column.in_(one_each), **more)


@compiles(one_of, "postgresql")
def _in_array(element: one_of, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} = ANY ({values})"


def add_all(conn: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, which all have the same columns, in order."""
    if conn.dialect.name != "postgresql":
        conn.execute(table.insert(), rows)
        return
    # One statement for all, its parameters an array for each column.
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    conn.execute(_insert_arrays(table, tuple(columns)), columns)


@cache
def _insert_arrays(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    columns = [table.c[name] for name in names]
    arrays = [sa.bindparam(each.name, type_=ARRAY(each.type)) for each in columns]
    given = sa.func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    return table.insert().from_select(names, sa.select(*given.c))
