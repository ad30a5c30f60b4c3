"""Deals with the names of all they refer to, in one read: for lists, exports and JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pipetui.store.db import Database

SLICE = 500
"""How many deals have their tags read at once."""


class Line(NamedTuple):
    """One deal as a list shows it, names in place of numbers."""

    id: int
    title: str
    pipeline_id: int
    stage_id: int
    contact: str | None
    organization: str | None
    email: str | None
    phone: str | None
    amount: int | None
    """Minor units of `currency`."""
    currency: str
    owner: str | None
    source: str | None
    expected_close: date | None
    created_at: datetime
    stage_since: datetime
    closed_at: datetime | None
    lost_reason: str | None
    next_kind: str | None
    next_due: date | None
    next_time: str | None
    next_text: str | None
    parked_until: date | None
    archived_at: datetime | None
    pinned_chance: int | None
    """Percent."""
    pinned_until: date | None
    notes: str
    external_id: str | None
    history_known: bool
    tags: tuple[str, ...] = ()


_COLUMNS = """
    deal.id, deal.title, deal.pipeline_id, deal.stage_id, contact.name, organization.name,
    COALESCE(contact.email, organization.email), COALESCE(contact.phone, organization.phone),
    deal.amount, deal.currency, member.name, source.name, deal.expected_close, deal.created_at, deal.stage_since,
    deal.closed_at, lost_reason.name, activity.kind, activity.due_on, activity.due_time, activity.text,
    deal.parked_until, deal.archived_at, deal.pinned_chance, deal.pinned_until, deal.notes, deal.external_id,
    deal.history_known
"""
_JOINS = """
    LEFT JOIN contact ON contact.id = deal.contact_id
    LEFT JOIN organization ON organization.id = deal.organization_id
    LEFT JOIN member ON member.id = deal.owner_id
    LEFT JOIN source ON source.id = deal.source_id
    LEFT JOIN lost_reason ON lost_reason.id = deal.lost_reason_id
    LEFT JOIN activity ON activity.id = deal.next_activity_id
"""


def lines(
    db: Database, where: str = "1 = 1", params: Sequence[Any] = (), limit: int | None = None
) -> Iterator[Line]:
    """The deals that fulfil a condition on `deal`, newest first, the whole read at one moment."""
    chosen = f"SELECT deal.id FROM deal WHERE {where} ORDER BY deal.id DESC"
    if limit is not None:
        chosen += f" LIMIT {int(limit)}"
    found = db.rows(
        f"SELECT {_COLUMNS} FROM ({chosen}) chosen JOIN deal ON deal.id = chosen.id {_JOINS} ORDER BY deal.id DESC",
        params,
    )
    for start in range(0, len(found), SLICE):
        part = found[start : start + SLICE]
        tags = _tags(db, [row[0] for row in part])
        yield from (_line(row, tags) for row in part)


def named(db: Database, ids: Sequence[int]) -> Iterator[Line]:
    """The deals of these numbers, in no order."""
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        yield from lines(db, f"deal.id IN ({', '.join('?' * len(part))})", part)


def _tags(db: Database, ids: Sequence[int]) -> dict[int, list[str]]:
    places = ", ".join("?" * len(ids))
    tags: dict[int, list[str]] = defaultdict(list)
    for deal_id, name in db.rows(
        "SELECT tagging.subject_id, tag.name FROM tagging JOIN tag ON tag.id = tagging.tag_id"
        f" WHERE tagging.subject = 'deal' AND tagging.subject_id IN ({places}) ORDER BY tag.name",
        ids,
    ):
        tags[deal_id].append(name)
    return tags


def _line(row: Sequence[Any], tags: dict[int, list[str]]) -> Line:
    values = list(row)
    for place in _DAYS:
        if values[place] is not None:
            values[place] = date.fromisoformat(values[place])
    for place in _MOMENTS:
        if values[place] is not None:
            values[place] = datetime.fromisoformat(values[place])
    values[_KNOWN] = bool(values[_KNOWN])
    return Line._make([*values, tuple(tags.get(row[0], ()))])


_DAYS = tuple(
    Line._fields.index(name) for name in ("expected_close", "next_due", "parked_until", "pinned_until")
)
_MOMENTS = tuple(
    Line._fields.index(name) for name in ("created_at", "stage_since", "closed_at", "archived_at")
)
_KNOWN = Line._fields.index("history_known")
