"""The orders of a column, and the indexes that hold them: one for each order that a large store must page through.

An index begins with the stage, goes on with the key of the order and the number of the deal, and ends with what else
decides whether a deal is in sight, so that neither skipping nor counting touches the deals themselves. The orders by
chance and by value depend on ratios that change, so they sort the column each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipetui.core.stage import Stage

Sort = Literal["urgency", "amount", "close", "chance", "value", "age"]
SORTS: tuple[Sort, ...] = ("urgency", "amount", "close", "chance", "value", "age")

DUE = "COALESCE(deal.next_due, substr(deal.stage_since, 1, 10))"
"""Urgency: the day of the next step; a deal without one has waited since it entered its stage."""
AMOUNT = "COALESCE(deal.amount, -9223372036854775807)"
"""Minor units whatever the currency; an unknown amount comes after all known ones."""
SIGNED = "COALESCE(deal.amount, -9223372036854775806)"
"""The same for closed deals; spelled differently, so that no engine reads open ones by the index of all history."""
CLOSE = "COALESCE(deal.expected_close, '9999-12-31')"
"""A deal with no expected day comes after all others."""
SINCE = "deal.stage_since"
"""Age: longest in its stage first."""
CLOSED = "COALESCE(deal.closed_at, '')"
"""A closed deal whose file did not say when was closed before all others."""


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of the deals in a column: keys that run one way, then the number of the deal."""

    keys: tuple[str, ...]
    descending: bool = False
    params: tuple[object, ...] = ()
    """Values of the placeholders in the keys."""
    along: str = "1 = 1"
    """True of every deal; names the index to read when the keys name none."""

    def by(self, backwards: bool = False) -> str:
        """The ORDER BY terms."""
        way = "DESC" if self.descending != backwards else "ASC"
        return ", ".join(f"{key} {way}" for key in (*self.keys, "deal.id"))


def order(sort: Sort, stage: Stage | None, today: date, chances: Mapping[int, float]) -> Order:
    """The order of a column; without a stage, of a list over all stages."""
    closed = stage is not None and stage.kind != "open"
    if closed and sort in ("urgency", "close", "age"):
        return Order((CLOSED,), descending=sort != "age")
    if sort == "urgency":
        return Order((DUE,))
    if sort == "close":
        return Order((CLOSE,))
    if sort == "age":
        return Order((SINCE,))
    if closed:
        return Order((SIGNED,), descending=True)
    if sort == "amount":
        return Order((AMOUNT,), descending=True)
    chance, params = _chance(stage, today, chances)
    along = f"{AMOUNT} >= -9223372036854775807" if stage else "1 = 1"
    if sort == "chance":
        return Order((chance, AMOUNT), descending=True, params=params, along=along)
    worth = f"COALESCE(deal.amount * {chance}, CAST(-1e300 AS double precision))"
    return Order((worth,), descending=True, params=params, along=along)


def _chance(stage: Stage | None, today: date, chances: Mapping[int, float]) -> tuple[str, tuple[object, ...]]:
    """The win chance of a deal in percent, as SQL: the pinned one while it holds, else that of its stage."""
    pinned = "WHEN deal.pinned_chance IS NOT NULL AND (deal.pinned_until IS NULL OR deal.pinned_until >= ?)"
    pinned += " THEN CAST(deal.pinned_chance AS double precision)"
    stages = [stage.id] if stage else list(chances)
    known = " ".join("WHEN deal.stage_id = ? THEN CAST(? AS double precision)" for _ in stages)
    values = [value for stage_id in stages for value in (stage_id, 100.0 * chances.get(stage_id, 0.0))]
    sql = f"(CASE {pinned} {known} ELSE CAST(0 AS double precision) END)"
    return sql, (today.isoformat(), *values)
