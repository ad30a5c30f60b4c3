"""Deals as the board shows them: everything a card needs, by one statement for many deals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipetui.store.db import Database

CHUNK = 500
"""Deals read by one statement; below every engine's limit of parameters."""


@dataclass(frozen=True, slots=True)
class Card:
    """One deal on the board, with the names it hangs on and its next step."""

    id: int
    stage_id: int
    title: str
    organization: str | None
    contact: str | None
    email: str | None
    """The contact's; the organization's when the deal hangs on no contact."""
    phone: str | None
    amount: int | None
    """Minor units of `currency`."""
    currency: str
    owner: str | None
    expected_close: date | None
    created_at: datetime
    stage_since: datetime
    closed_at: datetime | None
    next_kind: str | None
    next_due: date | None
    next_time: str | None
    next_text: str | None
    parked_until: date | None
    pinned_chance: int | None
    """Percent; None too when the pin has run out."""
    lost_reason: str | None
    owner_id: int | None = None
    archived: bool = False


_CARD = """
    deal.id, deal.stage_id, deal.title, organization.name, contact.name,
    CASE WHEN deal.contact_id IS NULL THEN organization.email ELSE contact.email END,
    CASE WHEN deal.contact_id IS NULL THEN organization.phone ELSE contact.phone END,
    deal.amount, deal.currency, member.name, deal.expected_close, deal.created_at, deal.stage_since, deal.closed_at,
    activity.kind, deal.next_due, activity.due_time, activity.text, deal.parked_until,
    CASE WHEN deal.pinned_until IS NULL OR deal.pinned_until >= ? THEN deal.pinned_chance END,
    lost_reason.name, deal.owner_id, CASE WHEN deal.archived_at IS NULL THEN 0 ELSE 1 END"""
_JOINS = """
    LEFT JOIN organization ON organization.id = deal.organization_id
    LEFT JOIN contact ON contact.id = deal.contact_id
    LEFT JOIN member ON member.id = deal.owner_id
    LEFT JOIN activity ON activity.id = deal.next_activity_id
    LEFT JOIN lost_reason ON lost_reason.id = deal.lost_reason_id"""
_NAMES = [field.name for field in fields(Card)]
_DAYS = [_NAMES.index(name) for name in ("expected_close", "next_due", "parked_until")]
_MOMENTS = [_NAMES.index(name) for name in ("created_at", "stage_since", "closed_at")]


def cards(db: Database, ids: Sequence[int], today: date) -> list[Card]:
    """The deals of these numbers, in their order; numbers that no deal has are left out."""
    found: dict[int, Card] = {}
    for chunk in chunks(ids):
        sql = f"SELECT {_CARD} FROM deal {_JOINS} WHERE deal.id IN ({marks(chunk)})"
        found.update((values[0], _card(values)) for values in db.rows(sql, (today.isoformat(), *chunk)))
    return [found[deal_id] for deal_id in ids if deal_id in found]


def _card(values: Sequence[Any]) -> Card:
    card = list(values)
    for place in _DAYS:
        card[place] = date.fromisoformat(card[place]) if card[place] else None
    for place in _MOMENTS:
        card[place] = datetime.fromisoformat(card[place]) if card[place] else None
    card[-1] = bool(card[-1])
    return Card(*card)


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The numbers, some hundreds at a time."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def marks(ids: Sequence[object]) -> str:
    """A placeholder for each value."""
    return ", ".join("?" * len(ids))
