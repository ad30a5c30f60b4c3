"""Whom and what a store knows already, as an import needs it to recognise the rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal, LostReason, Member, Organization, Source, Tag, Visit
from pipetui.core.desk import Desk
from pipetui.errors import PipetuiError


class KnownCompany(NamedTuple):
    """A company by what recognises it."""

    id: int
    name: str
    external_id: str | None


class KnownPerson(NamedTuple):
    """A person by what recognises one."""

    id: int
    name: str
    email: str | None
    organization_id: int | None
    external_id: str | None


class KnownDeal(NamedTuple):
    """A deal by what recognises it."""

    id: int
    external_id: str | None
    title: str
    organization_id: int | None
    contact_id: int | None
    created_at: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What there is before an import, and how to read one record whole."""

    desk: Desk
    currency: str
    """For amounts that name none."""
    members: Sequence[Member]
    sources: Sequence[Source]
    reasons: Sequence[LostReason]
    tags: Sequence[Tag]
    companies: Iterable[KnownCompany]
    people: Iterable[KnownPerson]
    deals: Iterable[KnownDeal]
    deal: Callable[[int], Deal]
    visits: Callable[[int], Sequence[Visit]]
    tags_of: Callable[[int], Sequence[int]]
    """The tags a deal carries, by number."""
    company: Callable[[int], Organization]
    person: Callable[[int], Contact]
    refused: Callable[[Iterable[Change]], PipetuiError | None] = lambda changes: None
    """Why these changes are not for who acts to make; None when they are."""
