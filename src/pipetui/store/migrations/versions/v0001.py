"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make all tables and their indexes."""
    make_tables()
    make_indexes()


def make_tables() -> None:
    """All tables, each after those it refers to."""
    op.create_table(
        "deal_search",
        sa.Column("deal_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("deal_id"),
    )
    op.create_table(
        "lost_reason",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "mapping",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("signature", WORDS, nullable=False),
        sa.Column("choices", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "member",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("login", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("email", WORDS, nullable=True),
        sa.Column("role", WORDS, server_default=sa.text("'rep'"), nullable=False),
        sa.Column("retired_at", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "pace",
        sa.Column("stage_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("days", WHOLE, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("computed_on", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("stage_id"),
    )
    op.create_table(
        "pipeline",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("position", WHOLE, server_default=sa.text("0"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rate",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("currency"),
    )
    op.create_table(
        "sequence",
        sa.Column("name", WORDS, autoincrement=False, nullable=False),
        sa.Column("next", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "setting",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "source",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tag",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tally",
        sa.Column("pipeline_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("stage_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("furthest_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("known", WHOLE, autoincrement=False, nullable=False),
        sa.Column("archived", WHOLE, autoincrement=False, nullable=False),
        sa.Column("currency", WORDS, autoincrement=False, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("without_amount", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("pipeline_id", "stage_id", "furthest_id", "known", "archived", "currency"),
    )
    op.create_table(
        "view",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("query", WORDS, nullable=False),
        sa.Column("sort", WORDS, nullable=True),
        sa.Column("slot", WHOLE, nullable=True),
        sa.Column("segment", WHOLE, server_default=sa.text("0"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "batch",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("member_id", WHOLE, nullable=True),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("target_id", WHOLE, nullable=True),
        sa.Column("undone", WHOLE, server_default=sa.text("0"), nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("label_values", WORDS, server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["target_id"], ["batch.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "organization",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("email", WORDS, nullable=True),
        sa.Column("phone", WORDS, nullable=True),
        sa.Column("website", WORDS, nullable=True),
        sa.Column("address", WORDS, nullable=True),
        sa.Column("city", WORDS, nullable=True),
        sa.Column("country", WORDS, nullable=True),
        sa.Column("industry", WORDS, nullable=True),
        sa.Column("employees", WHOLE, nullable=True),
        sa.Column("notes", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("external_id", WORDS, nullable=True),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("archived_at", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stage",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", WHOLE, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("kind", WORDS, server_default=sa.text("'open'"), nullable=False),
        sa.Column("definition", WORDS, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("ratio_from", WHOLE, nullable=True),
        sa.Column("ratio_to", WHOLE, nullable=True),
        sa.Column("days", WHOLE, server_default=sa.text("14"), nullable=False),
        sa.Column("event", WORDS, nullable=True),
        sa.Column("retired_at", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tagging",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("tag_id", WHOLE, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("subject_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "contact",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("organization_id", WHOLE, nullable=True),
        sa.Column("job", WORDS, nullable=True),
        sa.Column("email", WORDS, nullable=True),
        sa.Column("phone", WORDS, nullable=True),
        sa.Column("address", WORDS, nullable=True),
        sa.Column("city", WORDS, nullable=True),
        sa.Column("country", WORDS, nullable=True),
        sa.Column("notes", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("external_id", WORDS, nullable=True),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("archived_at", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "goal",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", WHOLE, nullable=False),
        sa.Column("period", WORDS, nullable=False),
        sa.Column("metric", WORDS, nullable=False),
        sa.Column("stage_id", WHOLE, nullable=True),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("target", WHOLE, nullable=False),
        sa.Column("currency", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "journal",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("batch_id", WHOLE, nullable=False),
        sa.Column("table_name", WORDS, nullable=False),
        sa.Column("row_id", WHOLE, nullable=False),
        sa.Column("last_id", WHOLE, nullable=True),
        sa.Column("deal_id", WHOLE, nullable=True),
        sa.Column("before", WORDS, nullable=True),
        sa.Column("after", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deal",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", WHOLE, nullable=False),
        sa.Column("stage_id", WHOLE, nullable=False),
        sa.Column("title", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("organization_id", WHOLE, nullable=True),
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("currency", WORDS, server_default=sa.text("'EUR'"), nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("source_id", WHOLE, nullable=True),
        sa.Column("expected_close", WORDS, nullable=True),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("stage_since", WORDS, nullable=False),
        sa.Column("closed_at", WORDS, nullable=True),
        sa.Column("lost_reason_id", WHOLE, nullable=True),
        sa.Column("closed_from_id", WHOLE, nullable=True),
        sa.Column("parked_until", WORDS, nullable=True),
        sa.Column("archived_at", WORDS, nullable=True),
        sa.Column("pinned_chance", WHOLE, nullable=True),
        sa.Column("pinned_by_id", WHOLE, nullable=True),
        sa.Column("pinned_reason", WORDS, nullable=True),
        sa.Column("pinned_until", WORDS, nullable=True),
        sa.Column("notes", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("external_id", WORDS, nullable=True),
        sa.Column("history_known", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.Column("next_activity_id", WHOLE, nullable=True),
        sa.Column("next_due", WORDS, nullable=True),
        sa.Column("furthest_id", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["closed_from_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["lost_reason_id"], ["lost_reason.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["pinned_by_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "activity",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=True),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("organization_id", WHOLE, nullable=True),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("text", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("due_on", WORDS, nullable=True),
        sa.Column("due_time", WORDS, nullable=True),
        sa.Column("done_at", WORDS, nullable=True),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("external_id", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "quote",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=False),
        sa.Column("number", WORDS, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("status", WORDS, server_default=sa.text("'draft'"), nullable=False),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("sent_on", WORDS, nullable=True),
        sa.Column("valid_until", WORDS, nullable=True),
        sa.Column("decided_on", WORDS, nullable=True),
        sa.Column("notes", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("external_id", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "visit",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("deal_id", WHOLE, nullable=False),
        sa.Column("stage_id", WHOLE, nullable=False),
        sa.Column("entered_at", WORDS, nullable=False),
        sa.Column("left_at", WORDS, nullable=True),
        sa.Column("next_stage_id", WHOLE, nullable=True),
        sa.Column("why", WORDS, nullable=True),
        sa.Column("version", WHOLE, server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["next_stage_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def make_indexes() -> None:
    """What the board reads in order, and what refers to what."""
    op.create_index("batch_target", "batch", ["target_id"])
    op.create_index("organization_external", "organization", ["external_id"])
    op.create_index("tagging_subject", "tagging", ["subject", "subject_id"])
    op.create_index("tagging_tag", "tagging", ["tag_id"])
    op.create_index("contact_external", "contact", ["external_id"])
    op.create_index("contact_organization", "contact", ["organization_id"])
    op.create_index("batch_member", "batch", ["member_id", "kind", "undone", "id"])
    op.create_index("journal_batch", "journal", ["batch_id", "id"])
    make_part("journal_deal", "journal", ["deal_id", "id"], "deal_id IS NOT NULL")
    make_part("journal_span", "journal", ["batch_id", "id"], "last_id IS NOT NULL")
    op.create_index("journal_row", "journal", ["table_name", "row_id"])
    op.create_index("deal_contact", "deal", ["contact_id"])
    op.create_index("deal_external", "deal", ["external_id"])
    op.create_index("deal_organization", "deal", ["organization_id"])
    op.create_index("activity_contact", "activity", ["contact_id"])
    op.create_index("activity_deal", "activity", ["deal_id"])
    op.create_index("activity_external", "activity", ["external_id"])
    op.create_index("activity_organization", "activity", ["organization_id"])
    op.create_index("quote_deal", "quote", ["deal_id"])
    op.create_index("visit_deal", "visit", ["deal_id"])
    make_orders()


def make_orders() -> None:
    """The orders of a column. Some are for the deals on the board alone, so that history makes them no slower."""
    keys: dict[str, str | sa.TextClause] = {
        "open_by_close": sa.text("COALESCE(expected_close, '9999-12-31')"),
        "open_by_age": "stage_since",
    }
    live, on_board = "archived_at IS NULL", "archived_at IS NULL AND closed_at IS NULL"
    due = sa.text("COALESCE(next_due, substr(stage_since, 1, 10))")
    make_part("open_by_urgency", "deal", ["stage_id", due, "id", "parked_until", "next_due"], on_board)
    amount = sa.text("COALESCE(amount, -9223372036854775807)")
    pin = ["amount", "pinned_chance", "pinned_until"]
    make_part("open_by_amount", "deal", ["stage_id", amount, "id", "parked_until", *pin], on_board)
    for name, key in keys.items():
        make_part(name, "deal", ["stage_id", key, "id", "parked_until"], on_board)
    for name, column in {"open_parked": "parked_until", "open_pinned": "pinned_chance"}.items():
        make_part(
            name, "deal", ["stage_id", column, "currency", "amount"], f"{on_board} AND {column} IS NOT NULL"
        )
    signed = sa.text("COALESCE(amount, -9223372036854775806)")
    make_part("deal_by_amount", "deal", ["stage_id", signed, "id"], live)
    closing = sa.text("COALESCE(closed_at, '')")
    make_part("deal_by_closing", "deal", ["stage_id", closing, "id", "amount"], live)
    make_part("deal_closing_sums", "deal", ["stage_id", "currency", closing, "amount"], live)


def make_part(name: str, table: str, columns: list[str | sa.TextClause], where: str) -> None:
    """An index over some of the rows."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
