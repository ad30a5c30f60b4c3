"""The records of the sales pipeline. Each is a frozen dataclass with the columns of its table.

Identifiers are positive once the store has numbered a record, negative before. Moments are aware UTC; days are local
calendar days; money is integer minor units beside an ISO 4217 code. Rules about these records stand in `moves`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

from pipetui.core.stage import Event as Event
from pipetui.core.stage import Kind as Kind
from pipetui.core.stage import Pipeline as Pipeline
from pipetui.core.stage import Stage as Stage

ActivityKind = Literal["call", "email", "meeting", "task", "note"]
QuoteStatus = Literal["draft", "sent", "signed", "refused", "expired"]
Metric = Literal["wins", "revenue", "reach"]


class Record(Protocol):
    """What all records share."""

    table: ClassVar[str]

    @property
    def id(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who works in this store."""

    table: ClassVar[str] = "member"
    id: int
    login: str
    name: str
    email: str | None = None
    role: Literal["owner", "manager", "rep", "reader"] = "rep"
    retired_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A company."""

    table: ClassVar[str] = "organization"
    id: int
    name: str
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    industry: str | None = None
    employees: int | None = None
    notes: str = ""
    owner_id: int | None = None
    external_id: str | None = None
    created_at: datetime
    archived_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person, alone or in a company."""

    table: ClassVar[str] = "contact"
    id: int
    name: str
    organization_id: int | None = None
    job: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    notes: str = ""
    owner_id: int | None = None
    external_id: str | None = None
    created_at: datetime
    archived_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where leads come from: web site, blog, trade show, referral."""

    table: ClassVar[str] = "source"
    id: int
    name: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LostReason:
    """Why a deal was lost."""

    table: ClassVar[str] = "lost_reason"
    id: int
    name: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A word deals, contacts and organizations can carry."""

    table: ClassVar[str] = "tag"
    id: int
    name: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """One tag on one deal, contact or organization."""

    table: ClassVar[str] = "tagging"
    id: int
    tag_id: int
    subject: Literal["deal", "contact", "organization"]
    subject_id: int
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One opportunity. It hangs on a contact, an organization, or both."""

    table: ClassVar[str] = "deal"
    id: int
    pipeline_id: int
    stage_id: int
    title: str = ""
    """What is sold; empty when the company or the person names the deal."""
    contact_id: int | None = None
    organization_id: int | None = None
    amount: int | None = None
    """Minor units of `currency`; None when not known yet, which is not zero."""
    currency: str = "EUR"
    owner_id: int | None = None
    source_id: int | None = None
    expected_close: date | None = None
    created_at: datetime
    stage_since: datetime
    """When it entered its stage; for a closed deal, when it closed."""
    closed_at: datetime | None = None
    """When it was won or lost; None while open, or when an imported file did not say."""
    lost_reason_id: int | None = None
    closed_from_id: int | None = None
    """The open stage it stood in when it was won or lost."""
    parked_until: date | None = None
    """Out of sight and out of the forecast until this day."""
    archived_at: datetime | None = None
    pinned_chance: int | None = None
    """Win chance in percent set by hand; overrides the ratios until `pinned_until`."""
    pinned_by_id: int | None = None
    pinned_reason: str | None = None
    pinned_until: date | None = None
    notes: str = ""
    external_id: str | None = None
    history_known: bool = True
    """False when it was imported without its stage visits: it stays out of the stage ratios."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay of a deal in an open stage."""

    table: ClassVar[str] = "visit"
    id: int
    deal_id: int
    stage_id: int
    entered_at: datetime
    left_at: datetime | None = None
    """None while the deal is still there."""
    next_stage_id: int | None = None
    """Where it went: an open stage, won or lost; None while it is still there."""
    why: str | None = None
    """The event that brought it in by itself; None when somebody moved it."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A call, email, meeting, task or note; planned when `due_on` is set and `done_at` is not."""

    table: ClassVar[str] = "activity"
    id: int
    deal_id: int | None = None
    contact_id: int | None = None
    organization_id: int | None = None
    kind: ActivityKind
    text: str = ""
    due_on: date | None = None
    due_time: str | None = None
    """Local wall clock, `HH:MM`; None for the whole day."""
    done_at: datetime | None = None
    owner_id: int | None = None
    created_at: datetime
    external_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer made for a deal."""

    table: ClassVar[str] = "quote"
    id: int
    deal_id: int
    number: str
    amount: int
    """Minor units of `currency`."""
    currency: str
    status: QuoteStatus = "draft"
    created_at: datetime
    sent_on: date | None = None
    valid_until: date | None = None
    decided_on: date | None = None
    """The day it was signed or refused."""
    notes: str = ""
    external_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target for a period, for the team or one owner."""

    table: ClassVar[str] = "goal"
    id: int
    pipeline_id: int
    period: str
    """`2026-11`, `2026-Q4`, `2026` or `2026-11-01..2026-12-15`."""
    metric: Metric
    stage_id: int | None = None
    """The stage to reach, for the metric `reach`."""
    owner_id: int | None = None
    """None for the whole team."""
    target: int
    """Deals, or minor units of `currency` for revenue."""
    currency: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved filter: a named view on a number key, or a segment for reports and marketing."""

    table: ClassVar[str] = "view"
    id: int
    name: str
    query: str
    sort: str | None = None
    slot: int | None = None
    """The number key, 1 to 9."""
    segment: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One unit of `currency` is worth `value` of the store's currency."""

    table: ClassVar[str] = "rate"
    id: int
    currency: str
    value: str
    """A decimal number as text, exact."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One choice that holds for everybody in the store: `currency`, `fiscal_month`, `week_start`, `history_start`."""

    table: ClassVar[str] = "setting"
    id: int
    name: str
    value: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the columns of one kind of file were placed last time."""

    table: ClassVar[str] = "mapping"
    id: int
    signature: str
    """The normalised headers of the file, joined."""
    choices: str
    """JSON: columns by field, stages by value, date order."""
    version: int = 1


RECORDS: tuple[type[Record], ...] = (
    Pipeline, Stage, Member, Organization, Contact, Source, LostReason, Tag, Deal, Tagging, Visit, Activity, Quote,
    Goal, View, Rate, Setting, Mapping,
)  # fmt: skip
"""All kinds of record, each after those it refers to."""
