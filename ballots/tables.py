"""The board's tables. They know nothing of members: no foreign key leads out of here."""

from __future__ import annotations

import sqlalchemy as sa

# Execution options of a transaction that only reads: on SQLite it must not take the write lock.
READING = {"stamma_reading": True}

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

board_log = sa.Table(
    "board_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin", sa.String(200), nullable=False, unique=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    # The roots of the complete subtrees, largest first: all that appending needs.
    sa.Column("peaks", sa.LargeBinary, nullable=False),
)

board_entry = sa.Table(
    "board_entry",
    metadata,
    sa.Column("log_id", sa.ForeignKey("board_log.id"), primary_key=True),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry", sa.LargeBinary, nullable=False),
    # The hashes of the subtrees that this entry completes, its leaf first.
    sa.Column("nodes", sa.LargeBinary, nullable=False),
    # The size of the tree after the entry's batch: the checkpoint that its receipt proves against.
    sa.Column("batch_size", sa.BigInteger, nullable=False),
)

board_election = sa.Table(
    "board_election",
    metadata,
    sa.Column("election", sa.String(64), primary_key=True),
    sa.Column("log_id", sa.ForeignKey("board_log.id"), nullable=False),
    sa.Column("manifest", sa.LargeBinary, nullable=False),
    sa.Column("opened_index", sa.BigInteger, nullable=False),
    sa.Column("closed_index", sa.BigInteger),
)

board_ballot = sa.Table(
    "board_ballot",
    metadata,
    sa.Column("election", sa.ForeignKey("board_election.election"), primary_key=True),
    sa.Column("slot", sa.String(32), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("index", sa.BigInteger, nullable=False),
    sa.Column("key", sa.String(64), nullable=False),  # idempotency: made by the voter's device
    sa.Column("body", sa.LargeBinary, nullable=False),
)
