"""What deserves a look: deals without a next step, late, stalled, parked, or past the day they should have closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pipetui.core.stage import Kind

Flag = Literal["late", "today", "none", "stalled", "parked", "overdue"]

ENOUGH = 10
"""Cases below which a percentile says nothing."""
PATIENCE = 2.0
"""Without enough cases a deal is stalled after so many times the typical days of its stage."""


def flags(
    *,
    kind: Kind,
    next_due: date | None,
    stage_since: datetime,
    parked_until: date | None,
    expected_close: date | None,
    stalled_after: float | None,
    now: datetime,
    today: date,
) -> frozenset[Flag]:
    """What to show on a card. A closed deal has no flag; a parked one is parked and nothing else.

    `next_due` is the day of the earliest planned activity, None when nothing is planned; `stalled_after` is in days,
    None when it is not known. A deal is parked until the morning of its day, late from the day after its step.
    """
    if kind != "open":
        return frozenset()
    if parked_until is not None and parked_until > today:
        return frozenset({"parked"})
    found: set[Flag] = {_step(next_due, today)} if next_due is None or next_due <= today else set()
    if stalled_after is not None and days_between(stage_since, now) > stalled_after:
        found.add("stalled")
    if expected_close is not None and expected_close < today:
        found.add("overdue")
    return frozenset(found)


def _step(next_due: date | None, today: date) -> Flag:
    if next_due is None:
        return "none"
    return "today" if next_due == today else "late"


def days_between(start: datetime, end: datetime) -> float:
    """Days of 24 hours; negative when `end` comes first."""
    return (end - start).total_seconds() / 86_400


def stalled_after(stays: Sequence[float], typical_days: float) -> float:
    """The age in days after which a deal counts as stalled in its stage.

    `stays` are the days spent in this stage by deals that went on to be won: nine in ten of them were gone by then
    (90th percentile, nearest rank). With fewer than ten of them, twice the typical days of the stage.
    """
    if len(stays) < ENOUGH:
        return PATIENCE * typical_days
    return sorted(stays)[-(-9 * len(stays) // 10) - 1]
