"""The customer file, quotes with lines, exit criteria, reviews, macros; and when marketing is not wanted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the columns, the tables and their indexes; who is there already is to be listed before the list is read."""
    for table, column in (
        ("contact", "opted_out_at"),
        ("organization", "opted_out_at"),
        ("activity", "repeat"),
    ):
        op.add_column(table, sa.Column(column, WORDS, nullable=True))
    make_tables()
    make_indexes()
    for table in ("contact", "organization"):
        op.execute(
            f"INSERT INTO stale (name) SELECT 'party_search' WHERE EXISTS (SELECT 1 FROM {table})"
            " AND NOT EXISTS (SELECT 1 FROM stale WHERE name = 'party_search')"
        )


def make_tables() -> None:
    """The new tables, each after those it refers to."""
    op.create_table(
        "participant",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=False),
        sa.Column("contact_id", WHOLE, nullable=False),
        sa.Column("role", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "spending",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source_id", WHOLE, nullable=False),
        sa.Column("spent_on", WORDS, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("text", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "quote_line",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("quote_id", WHOLE, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("quantity", WORDS, server_default=sa.text("'1'"), nullable=False),
        sa.Column("unit_price", WHOLE, nullable=False),
        sa.Column("discount", WORDS, server_default=sa.text("'0'"), nullable=False),
        sa.Column("tax", WORDS, server_default=sa.text("'0'"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "criterion",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("stage_id", WHOLE, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("retired_at", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=False),
        sa.Column("criterion_id", WHOLE, nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("ticked_at", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "review",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", WHOLE, nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("query", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("began_at", WORDS, nullable=False),
        sa.Column("ended_at", WORDS, nullable=True),
        sa.Column("minutes", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decision",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("review_id", WHOLE, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=False),
        sa.Column("verdict", WORDS, nullable=False),
        sa.Column("text", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("decided_at", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "macro",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("acts", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "party_search",
        sa.Column("subject", WORDS, autoincrement=False, nullable=False),
        sa.Column("party_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("archived", WHOLE, server_default=sa.text("0"), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("subject", "party_id"),
    )


def make_indexes() -> None:
    """The ways to find rows."""
    where = sa.text("due_on IS NOT NULL AND done_at IS NULL")
    op.create_index("activity_due", "activity", ["due_on", "id"], sqlite_where=where, postgresql_where=where)
    op.create_index("quote_number", "quote", ["number"])
    where = sa.text("status IN ('draft', 'sent')")
    op.create_index("quote_open", "quote", ["valid_until", "id"], sqlite_where=where, postgresql_where=where)
    op.create_index("participant_contact", "participant", ["contact_id"])
    op.create_index("participant_deal", "participant", ["deal_id"])
    op.create_index("spending_source", "spending", ["source_id"])
    op.create_index("quote_line_quote", "quote_line", ["quote_id"])
    op.create_index("evidence_deal", "evidence", ["deal_id"])
    op.create_index("decision_deal", "decision", ["deal_id"])
    op.create_index("decision_review", "decision", ["review_id"])
    op.create_index("party_by_name", "party_search", ["subject", "archived", "name", "party_id"])
    op.create_index("batch_at", "batch", ["at", "id"])
