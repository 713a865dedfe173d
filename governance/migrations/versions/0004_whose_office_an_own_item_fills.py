"""Whose office an election of the board's own fills"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("of_deputies", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("title", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.alter_column("of_deputies", server_default=None)
        batch_op.alter_column("title", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.drop_column("title")
        batch_op.drop_column("of_deputies")
