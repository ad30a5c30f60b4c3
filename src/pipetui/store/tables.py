"""The schema, written once: what the migrations must lead to. Loaded to make or upgrade a store, and by the tests.

Reads and writes are plain SQL elsewhere; the columns of a record's table are the fields of its dataclass in
`core.deal`, and what the store derives from them. References wait for the end of the transaction, so that the order of
changes inside a batch does not matter.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Text, text
from sqlmodel import Field, SQLModel

from pipetui.store.orders import AMOUNT, CLOSE, CLOSED, DUE, SIGNED, SINCE

WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; SQLite's own word for a row's number."""
WORDS = Text(collation="C").with_variant(Text(), "sqlite")
"""Text that both engines sort alike, by code point."""

metadata = MetaData()


class Table(SQLModel):
    """What all tables share: where they are listed."""

    metadata: ClassVar[MetaData] = metadata


def number() -> Any:
    """The row's own number, given by the store."""
    return Field(sa_column=Column(WHOLE, primary_key=True, autoincrement=False))


def whole(default: int | None = None, optional: bool = False) -> Any:
    """An integer."""
    given = None if default is None else text(str(default))
    return Field(sa_column=Column(WHOLE, nullable=optional, server_default=given))


def words(default: str | None = None, optional: bool = False, unique: bool = False) -> Any:
    """A text; also days and moments, which are ISO 8601 and sort as time."""
    given = None if default is None else text(f"'{default}'")
    return Field(sa_column=Column(WORDS, nullable=optional, server_default=given, unique=unique or None))


def to(table: str, optional: bool = False) -> Any:
    """The number of a row of another table."""
    key = ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(WHOLE, key, nullable=optional))


def part(kind: Any) -> Any:
    """A column of a key made of several."""
    return Field(sa_column=Column(kind, primary_key=True, autoincrement=False))


class PipelineRow(Table, table=True):
    __tablename__ = "pipeline"
    id: int = number()
    name: str = words()
    position: int = whole(0)
    version: int = whole(1)


class StageRow(Table, table=True):
    __tablename__ = "stage"
    id: int = number()
    pipeline_id: int = to("pipeline")
    name: str = words()
    kind: str = words("open")
    definition: str = words()
    position: int = whole()
    ratio_from: int | None = whole(optional=True)
    ratio_to: int | None = whole(optional=True)
    days: int = whole(14)
    event: str | None = words(optional=True)
    retired_at: str | None = words(optional=True)
    version: int = whole(1)


class MemberRow(Table, table=True):
    __tablename__ = "member"
    id: int = number()
    login: str = words(unique=True)
    name: str = words()
    email: str | None = words(optional=True)
    role: str = words("rep")
    retired_at: str | None = words(optional=True)
    version: int = whole(1)


class OrganizationRow(Table, table=True):
    __tablename__ = "organization"
    id: int = number()
    name: str = words()
    email: str | None = words(optional=True)
    phone: str | None = words(optional=True)
    website: str | None = words(optional=True)
    address: str | None = words(optional=True)
    city: str | None = words(optional=True)
    country: str | None = words(optional=True)
    industry: str | None = words(optional=True)
    employees: int | None = whole(optional=True)
    notes: str = words("")
    owner_id: int | None = to("member", optional=True)
    external_id: str | None = words(optional=True)
    created_at: str = words()
    archived_at: str | None = words(optional=True)
    opted_out_at: str | None = words(optional=True)
    version: int = whole(1)


class ContactRow(Table, table=True):
    __tablename__ = "contact"
    id: int = number()
    name: str = words()
    organization_id: int | None = to("organization", optional=True)
    job: str | None = words(optional=True)
    email: str | None = words(optional=True)
    phone: str | None = words(optional=True)
    address: str | None = words(optional=True)
    city: str | None = words(optional=True)
    country: str | None = words(optional=True)
    notes: str = words("")
    owner_id: int | None = to("member", optional=True)
    external_id: str | None = words(optional=True)
    created_at: str = words()
    archived_at: str | None = words(optional=True)
    opted_out_at: str | None = words(optional=True)
    version: int = whole(1)


class SourceRow(Table, table=True):
    __tablename__ = "source"
    id: int = number()
    name: str = words()
    version: int = whole(1)


class LostReasonRow(Table, table=True):
    __tablename__ = "lost_reason"
    id: int = number()
    name: str = words()
    version: int = whole(1)


class TagRow(Table, table=True):
    __tablename__ = "tag"
    id: int = number()
    name: str = words()
    version: int = whole(1)


class DealRow(Table, table=True):
    __tablename__ = "deal"
    id: int = number()
    pipeline_id: int = to("pipeline")
    stage_id: int = to("stage")
    title: str = words("")
    contact_id: int | None = to("contact", optional=True)
    organization_id: int | None = to("organization", optional=True)
    amount: int | None = whole(optional=True)
    currency: str = words("EUR")
    owner_id: int | None = to("member", optional=True)
    source_id: int | None = to("source", optional=True)
    expected_close: str | None = words(optional=True)
    created_at: str = words()
    stage_since: str = words()
    closed_at: str | None = words(optional=True)
    lost_reason_id: int | None = to("lost_reason", optional=True)
    closed_from_id: int | None = to("stage", optional=True)
    parked_until: str | None = words(optional=True)
    archived_at: str | None = words(optional=True)
    pinned_chance: int | None = whole(optional=True)
    pinned_by_id: int | None = to("member", optional=True)
    pinned_reason: str | None = words(optional=True)
    pinned_until: str | None = words(optional=True)
    notes: str = words("")
    external_id: str | None = words(optional=True)
    history_known: int = whole(1)
    version: int = whole(1)
    next_activity_id: int | None = whole(optional=True)
    next_due: str | None = words(optional=True)
    furthest_id: int | None = whole(optional=True)


class TaggingRow(Table, table=True):
    __tablename__ = "tagging"
    id: int = number()
    tag_id: int = to("tag")
    subject: str = words()
    subject_id: int = whole()
    version: int = whole(1)


class VisitRow(Table, table=True):
    __tablename__ = "visit"
    id: int = number()
    deal_id: int = to("deal")
    stage_id: int = to("stage")
    entered_at: str = words()
    left_at: str | None = words(optional=True)
    next_stage_id: int | None = to("stage", optional=True)
    why: str | None = words(optional=True)
    version: int = whole(1)


class ActivityRow(Table, table=True):
    __tablename__ = "activity"
    id: int = number()
    deal_id: int | None = to("deal", optional=True)
    contact_id: int | None = to("contact", optional=True)
    organization_id: int | None = to("organization", optional=True)
    kind: str = words()
    text: str = words("")
    due_on: str | None = words(optional=True)
    due_time: str | None = words(optional=True)
    done_at: str | None = words(optional=True)
    owner_id: int | None = to("member", optional=True)
    created_at: str = words()
    external_id: str | None = words(optional=True)
    repeat: str | None = words(optional=True)
    version: int = whole(1)


class QuoteRow(Table, table=True):
    __tablename__ = "quote"
    id: int = number()
    deal_id: int = to("deal")
    number: str = words()
    amount: int = whole()
    currency: str = words()
    status: str = words("draft")
    created_at: str = words()
    sent_on: str | None = words(optional=True)
    valid_until: str | None = words(optional=True)
    decided_on: str | None = words(optional=True)
    notes: str = words("")
    external_id: str | None = words(optional=True)
    version: int = whole(1)


class GoalRow(Table, table=True):
    __tablename__ = "goal"
    id: int = number()
    pipeline_id: int = to("pipeline")
    period: str = words()
    metric: str = words()
    stage_id: int | None = to("stage", optional=True)
    owner_id: int | None = to("member", optional=True)
    target: int = whole()
    currency: str | None = words(optional=True)
    version: int = whole(1)


class ViewRow(Table, table=True):
    __tablename__ = "view"
    id: int = number()
    name: str = words()
    query: str = words()
    sort: str | None = words(optional=True)
    slot: int | None = whole(optional=True)
    segment: int = whole(0)
    version: int = whole(1)


class RateRow(Table, table=True):
    __tablename__ = "rate"
    id: int = number()
    currency: str = words(unique=True)
    value: str = words()
    version: int = whole(1)


class SettingRow(Table, table=True):
    __tablename__ = "setting"
    id: int = number()
    name: str = words(unique=True)
    value: str = words()
    version: int = whole(1)


class MappingRow(Table, table=True):
    __tablename__ = "mapping"
    id: int = number()
    signature: str = words()
    choices: str = words()
    version: int = whole(1)


class ParticipantRow(Table, table=True):
    __tablename__ = "participant"
    id: int = number()
    deal_id: int = to("deal")
    contact_id: int = to("contact")
    role: str = words("")
    version: int = whole(1)


class SpendingRow(Table, table=True):
    __tablename__ = "spending"
    id: int = number()
    source_id: int = to("source")
    spent_on: str = words()
    amount: int = whole()
    currency: str = words()
    text: str = words("")
    version: int = whole(1)


class QuoteLineRow(Table, table=True):
    __tablename__ = "quote_line"
    id: int = number()
    quote_id: int = to("quote")
    position: int = whole()
    text: str = words()
    quantity: str = words("1")
    unit_price: int = whole()
    discount: str = words("0")
    tax: str = words("0")
    version: int = whole(1)


class CriterionRow(Table, table=True):
    __tablename__ = "criterion"
    id: int = number()
    stage_id: int = to("stage")
    text: str = words()
    position: int = whole()
    retired_at: str | None = words(optional=True)
    version: int = whole(1)


class EvidenceRow(Table, table=True):
    __tablename__ = "evidence"
    id: int = number()
    deal_id: int = to("deal")
    criterion_id: int = to("criterion")
    owner_id: int | None = to("member", optional=True)
    ticked_at: str = words()
    version: int = whole(1)


class ReviewRow(Table, table=True):
    __tablename__ = "review"
    id: int = number()
    pipeline_id: int = to("pipeline")
    owner_id: int | None = to("member", optional=True)
    query: str = words("")
    began_at: str = words()
    ended_at: str | None = words(optional=True)
    minutes: str | None = words(optional=True)
    version: int = whole(1)


class DecisionRow(Table, table=True):
    __tablename__ = "decision"
    id: int = number()
    review_id: int = to("review")
    deal_id: int = to("deal")
    verdict: str = words()
    text: str = words("")
    decided_at: str = words()
    version: int = whole(1)


class MacroRow(Table, table=True):
    __tablename__ = "macro"
    id: int = number()
    name: str = words()
    acts: str = words()
    version: int = whole(1)


class DealSearchRow(Table, table=True):
    """What the words of a filter are looked for in, folded."""

    __tablename__ = "deal_search"
    deal_id: int = part(WHOLE)
    text: str = words()


class PartySearchRow(Table, table=True):
    """What people and companies are listed by and looked for in, folded."""

    __tablename__ = "party_search"
    subject: str = part(WORDS)
    """`contact` or `organization`."""
    party_id: int = part(WHOLE)
    archived: int = whole(0)
    name: str = words()
    text: str = words()
    """A line each: name, e-mail, phone, company or web site, job or industry, city, country."""


class TallyRow(Table, table=True):
    """Counts and sums of deals, kept in every transaction, so that no column is counted by reading it."""

    __tablename__ = "tally"
    pipeline_id: int = part(WHOLE)
    stage_id: int = part(WHOLE)
    furthest_id: int = part(WHOLE)
    """The furthest open stage reached; 0 when none is known."""
    known: int = part(WHOLE)
    """1 for deals whose stage history is known."""
    archived: int = part(WHOLE)
    currency: str = part(WORDS)
    n: int = whole()
    amount: int = whole()
    without_amount: int = whole()


class PaceRow(Table, table=True):
    """After how many days in a stage a deal counts as stalled."""

    __tablename__ = "pace"
    stage_id: int = part(WHOLE)
    days: int = whole()
    n: int = whole()
    computed_on: str = words()


class StayCountRow(Table, table=True):
    """How long deals stayed and where they went, by month: the life table of the stays that are over."""

    __tablename__ = "stay_count"
    stage_id: int = part(WHOLE)
    month: str = part(WORDS)
    """`2026-11`, in UTC."""
    bin: int = part(WHOLE)
    """The age, as `core.lifetable` cuts it."""
    next_id: int = part(WHOLE)
    """The stage they left to; 0 for all that were at risk of leaving."""
    n: int = whole()
    """Millionths of a deal."""
    unseen: int = whole(0)
    """Millionths that would not have been at risk, had those that left gone out of sight."""


class StaleRow(Table, table=True):
    """A derived table that is to be made again before it is read."""

    __tablename__ = "stale"
    name: str = part(WORDS)


class SequenceRow(Table, table=True):
    """The next number of each table: a number is never given twice."""

    __tablename__ = "sequence"
    name: str = part(WORDS)
    next: int = whole()


class BatchRow(Table, table=True):
    """One act: the changes that stand or fall together."""

    __tablename__ = "batch"
    id: int = number()
    at: str = words()
    member_id: int | None = to("member", optional=True)
    kind: str = words()
    """`do`, `undo`, `redo`, `erase`, which no undo takes back, or `setup`, which nobody did and undo leaves alone."""
    target_id: int | None = to("batch", optional=True)
    """The batch that an undo took back, or that a redo did again."""
    undone: int = whole(0)
    label: str = words()
    label_values: str = words("{}")
    shape: str | None = words(optional=True)
    """The schema it was written under, which tells what its seals cover; null before there were any."""
    salt: str | None = words(optional=True)
    digest: str | None = words(optional=True)
    """The seal of the label: see `chain`."""
    chain: str | None = words(optional=True)


class JournalRow(Table, table=True):
    """One record before and after; both null when it came, since the row itself tells the rest."""

    __tablename__ = "journal"
    id: int = number()
    batch_id: int = to("batch")
    table_name: str = words()
    row_id: int = whole()
    last_id: int | None = whole(optional=True)
    """An import that adds rows in a row says so once: from `row_id` to this one."""
    deal_id: int | None = whole(optional=True)
    """The deal it concerns, for the history of the deal."""
    before: str | None = words(optional=True)
    after: str | None = words(optional=True)
    salt: str | None = words(optional=True)
    digest: str | None = words(optional=True)
    """The seal of what it says, or of the rows as they came: see `chain`."""


def bare(key: str) -> str:
    """A key of `orders` without the name of the table, as an index takes it."""
    return key.replace("deal.", "")


def index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    """List an index on columns or expressions, over all rows or those of `where`."""
    only: dict[str, Any] = {"sqlite_where": text(where), "postgresql_where": text(where)} if where else {}
    own = metadata.tables[table].c
    keys = (own[c] if c in own else text(c) for c in columns)
    Index(name, *keys, **only, _table=metadata.tables[table])


LIVE = "archived_at IS NULL"
OPEN = "closed_at IS NULL"


_where = f"{LIVE} AND {OPEN}"
index("open_by_urgency", "deal", "stage_id", bare(DUE), "id", "parked_until", "next_due", where=_where)
_pin = ("amount", "pinned_chance", "pinned_until")
index("open_by_amount", "deal", "stage_id", bare(AMOUNT), "id", "parked_until", *_pin, where=_where)
for _name, _key in (("close", CLOSE), ("age", SINCE)):
    index(f"open_by_{_name}", "deal", "stage_id", bare(_key), "id", "parked_until", where=_where)
for _name, _column in (("parked", "parked_until"), ("pinned", "pinned_chance")):
    _where = f"{LIVE} AND {OPEN} AND {_column} IS NOT NULL"
    index(f"open_{_name}", "deal", "stage_id", _column, "currency", "amount", where=_where)
index("deal_by_amount", "deal", "stage_id", bare(SIGNED), "id", where=LIVE)
index("deal_by_closing", "deal", "stage_id", bare(CLOSED), "id", "amount", where=LIVE)
index("deal_closing_sums", "deal", "stage_id", "currency", bare(CLOSED), "amount", where=LIVE)
index("deal_contact", "deal", "contact_id")
index("deal_organization", "deal", "organization_id")
index("deal_external", "deal", "external_id")
index("contact_organization", "contact", "organization_id")
index("contact_external", "contact", "external_id")
index("organization_external", "organization", "external_id")
index("activity_deal", "activity", "deal_id")
index("activity_contact", "activity", "contact_id")
index("activity_organization", "activity", "organization_id")
index("activity_external", "activity", "external_id")
index("activity_due", "activity", "due_on", "id", where="due_on IS NOT NULL AND done_at IS NULL")
index("visit_deal", "visit", "deal_id")
index("quote_deal", "quote", "deal_id")
index("quote_number", "quote", "number")
index("quote_open", "quote", "valid_until", "id", where="status IN ('draft', 'sent')")
index("quote_line_quote", "quote_line", "quote_id")
index("participant_deal", "participant", "deal_id")
index("participant_contact", "participant", "contact_id")
index("spending_source", "spending", "source_id")
index("evidence_deal", "evidence", "deal_id")
index("decision_deal", "decision", "deal_id")
index("decision_review", "decision", "review_id")
index("party_by_name", "party_search", "subject", "archived", "name", "party_id")
index("batch_at", "batch", "at", "id")
index("tagging_subject", "tagging", "subject", "subject_id")
index("tagging_tag", "tagging", "tag_id")
index("journal_row", "journal", "table_name", "row_id")
index("journal_batch", "journal", "batch_id", "id")
index("journal_deal", "journal", "deal_id", "id", where="deal_id IS NOT NULL")
index("journal_span", "journal", "batch_id", "id", where="last_id IS NOT NULL")
index("batch_target", "batch", "target_id")
index("batch_member", "batch", "member_id", "kind", "undone", "id")
