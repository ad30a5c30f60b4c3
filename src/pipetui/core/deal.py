"""The records of the sales pipeline. Each is a frozen dataclass with the columns of its table.

Identifiers are positive once the store has numbered a record, negative before. Moments are aware UTC; days are local
calendar days; money is integer minor units beside an ISO 4217 code. Rules about these records stand in `moves`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

from pipetui.core.access import Role as Role
from pipetui.core.choice import Macro as Macro
from pipetui.core.choice import Mapping as Mapping
from pipetui.core.choice import Rate as Rate
from pipetui.core.choice import Setting as Setting
from pipetui.core.choice import View as View
from pipetui.core.meeting import Decision as Decision
from pipetui.core.meeting import Review as Review
from pipetui.core.party import Contact as Contact
from pipetui.core.party import LostReason as LostReason
from pipetui.core.party import Organization as Organization
from pipetui.core.party import Participant as Participant
from pipetui.core.party import Source as Source
from pipetui.core.party import Spending as Spending
from pipetui.core.party import Tag as Tag
from pipetui.core.party import Tagging as Tagging
from pipetui.core.stage import Criterion as Criterion
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
    role: Role = "rep"
    retired_at: datetime | None = None
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
    repeat: str | None = None
    """How far the next one lies ahead when this one is done: `2w`, `1m`; None for once."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer made for a deal."""

    table: ClassVar[str] = "quote"
    id: int
    deal_id: int
    number: str
    amount: int
    """Minor units of `currency`, without tax; the sum of its lines when it has any."""
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
class QuoteLine:
    """One line of a quote. Quantities and percentages are decimal numbers as text, exact."""

    table: ClassVar[str] = "quote_line"
    id: int
    quote_id: int
    position: int
    text: str
    quantity: str = "1"
    unit_price: int
    """Minor units of the quote's currency, without tax."""
    discount: str = "0"
    """Percent taken off."""
    tax: str = "0"
    """Percent of tax that comes on top."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One criterion of a stage that is met by one deal."""

    table: ClassVar[str] = "evidence"
    id: int
    deal_id: int
    criterion_id: int
    owner_id: int | None = None
    """Who ticked it."""
    ticked_at: datetime
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


RECORDS: tuple[type[Record], ...] = (
    Pipeline, Stage, Member, Organization, Contact, Source, LostReason, Tag, Deal, Tagging, Visit, Activity, Quote,
    Goal, View, Rate, Setting, Mapping, Participant, Spending, QuoteLine, Criterion, Evidence, Review, Decision, Macro,
)  # fmt: skip
"""All kinds of record, each after those it refers to."""
