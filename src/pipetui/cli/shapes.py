"""Records as the JSON that scripts read: dates ISO 8601, amounts decimal strings, absent is null."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.change import field_names, moment_text
from pipetui.core.money import decimal_text

if TYPE_CHECKING:
    from pipetui.core.deal import Record
    from pipetui.store.listing import Line

Json = dict[str, Any]


def day(value: date | None) -> str | None:
    """`2026-11-30`."""
    return value.isoformat() if value else None


def moment(value: datetime | None) -> str | None:
    """`2026-11-23T09:30:00.000000Z`."""
    return moment_text(value) if value else None


def money(minor: int | None, currency: str | None) -> str | None:
    """`1250.00`."""
    return None if minor is None or currency is None else decimal_text(minor, currency)


def deal(line: Line, stage: str, pipeline: str, chance: float, flags: list[str]) -> Json:
    """One deal with the names of its stage and pipeline, its win chance (0 to 1) and its flags."""
    step = {"kind": line.next_kind, "due": day(line.next_due), "text": line.next_text}
    return {
        "id": line.id,
        "title": line.title,
        "stage": stage,
        "pipeline": pipeline,
        "contact": line.contact,
        "organization": line.organization,
        "amount": money(line.amount, line.currency),
        "currency": line.currency,
        "owner": line.owner,
        "source": line.source,
        "tags": list(line.tags),
        "expected_close": day(line.expected_close),
        "created_at": moment(line.created_at),
        "stage_since": moment(line.stage_since),
        "closed_at": moment(line.closed_at),
        "lost_reason": line.lost_reason,
        "next_step": step if line.next_kind else None,
        "probability": chance,
        "flags": flags,
    }


def record(one: Record, leave: tuple[str, ...] = ()) -> Json:
    """Any record: its fields, money as decimal text, without what only the store needs."""
    values: Json = {}
    for name in field_names(type(one)):
        if name in ("version", *leave):
            continue
        values[name] = _plain(getattr(one, name))
    if isinstance(values.get("amount"), int):
        values["amount"] = money(values["amount"], values["currency"])
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value
