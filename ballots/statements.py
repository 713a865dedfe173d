"""The board's statements, each built once: building one costs more than running it."""

from __future__ import annotations

import sqlalchemy as sa

from ballots.lists import one_of
from ballots.tables import board_ballot, board_election, board_entry, board_log

_origin: sa.BindParameter[str] = sa.bindparam("origin")

LOG = sa.select(board_log.c.id, board_log.c.size, board_log.c.peaks).where(
    board_log.c.origin == _origin
)
LOCKED_LOG = LOG.with_for_update()
GROW_LOG = (
    board_log.update()
    .where(board_log.c.id == sa.bindparam("log"))
    .values(size=sa.bindparam("grown"), peaks=sa.bindparam("higher"))
)

# The nodes of the tree that end with these leaves.
NODES = (
    sa.select(board_entry.c.index, board_entry.c.nodes)
    .join(board_log, board_log.c.id == board_entry.c.log_id)
    .where(board_log.c.origin == _origin)
    .where(one_of(board_entry.c.index, "indexes"))
)

ELECTIONS = (
    sa.select(board_election.c.election, board_election.c.manifest, board_election.c.closed_index)
    .where(board_election.c.log_id == sa.bindparam("log"))
    .where(one_of(board_election.c.election, "elections"))
)
MANIFEST = sa.select(board_election.c.manifest).where(
    board_election.c.election == sa.bindparam("election")
)
COUNT_SLOTS = sa.select(sa.func.count(board_ballot.c.slot.distinct())).where(
    board_ballot.c.election == sa.bindparam("election")
)

# The ballots of these slots, and where they stand.
PLACED = (
    sa.select(board_ballot.c.election, board_ballot.c.slot)
    .add_columns(board_ballot.c.body, board_ballot.c.key)
    .add_columns(board_entry.c.index, board_entry.c.batch_size, board_entry.c.entry)
    .join(board_entry, board_entry.c.index == board_ballot.c.index)
    .join(board_log, board_log.c.id == board_entry.c.log_id)
    .where(board_log.c.origin == _origin)
    .where(one_of(board_ballot.c.election, "elections"))
    .where(one_of(board_ballot.c.slot, "slots"))
    .order_by(board_ballot.c.revision)
)
