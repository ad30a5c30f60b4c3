"""Seals over the journal, and a role for every member: who was here first becomes the admin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WORDS = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the columns. What was written before has no seal: the chain begins with the next batch."""
    for table, names in (("batch", ("shape", "salt", "digest", "chain")), ("journal", ("salt", "digest"))):
        for name in names:
            op.add_column(table, sa.Column(name, WORDS, nullable=True))
    op.execute("UPDATE member SET role = 'admin' WHERE role = 'owner' OR id = (SELECT MIN(id) FROM member)")
