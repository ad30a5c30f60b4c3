"""The counts of stays by month, which the forecast is made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the tables; stays that are there already are to be counted before the counts are read."""
    op.create_table(
        "stay_count",
        sa.Column("stage_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("month", WORDS, nullable=False),
        sa.Column("bin", WHOLE, autoincrement=False, nullable=False),
        sa.Column("next_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("unseen", WHOLE, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("stage_id", "month", "bin", "next_id"),
    )
    op.create_table("stale", sa.Column("name", WORDS, nullable=False), sa.PrimaryKeyConstraint("name"))
    op.execute("INSERT INTO stale (name) SELECT 'stay_count' WHERE EXISTS (SELECT 1 FROM visit)")
