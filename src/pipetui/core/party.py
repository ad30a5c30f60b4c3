"""The records of the customer file: companies and people, where they come from, and the words they carry.

See `core.deal` for what all records share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal


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
    opted_out_at: datetime | None = None
    """When it was said that no marketing is wanted; None while it is welcome."""
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
    opted_out_at: datetime | None = None
    """When it was said that no marketing is wanted; None while it is welcome."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """The part a person plays in a deal; its first contact stands in the deal itself and may have a part too."""

    table: ClassVar[str] = "participant"
    id: int
    deal_id: int
    contact_id: int
    role: str = ""
    """In the words of the team: decides, uses, pays."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where leads come from: web site, blog, trade show, referral."""

    table: ClassVar[str] = "source"
    id: int
    name: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was paid to get leads from a source: a stand, an advertisement."""

    table: ClassVar[str] = "spending"
    id: int
    source_id: int
    spent_on: date
    amount: int
    """Minor units of `currency`."""
    currency: str
    text: str = ""
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
