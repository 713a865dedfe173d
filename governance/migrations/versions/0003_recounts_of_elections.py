"""Recounts of elections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_poll_recount_by_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_recount_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_recount")),
        sa.UniqueConstraint("poll_id", "number", name=op.f("uq_poll_recount_poll_id_number")),
    )
    with op.batch_alter_table("poll_recount", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_recount_poll_id"), ["poll_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("poll_recount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_recount_poll_id"))

    op.drop_table("poll_recount")
