"""What the forecast and the flags count: deals by stage and furthest stage, wins, pinned chances, parked ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipetui.core.funnel import Tally
from pipetui.store.clause import Clause
from pipetui.store.windows import Scope, asked, parked, sight, stages, tally

if TYPE_CHECKING:
    from pipetui.core.moment import Period
    from pipetui.store.db import Database


@dataclass(frozen=True, slots=True)
class Wins:
    """The deals won in a period."""

    count: int
    totals: Mapping[str, tuple[int, int]]
    """By currency: how many have an amount, and their sum in minor units."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """An open deal whose chance was set by hand and still holds."""

    deal_id: int
    stage_id: int
    chance: int
    """Percent."""
    amount: int | None
    currency: str


def tallies(db: Database, scope: Scope) -> list[Tally]:
    """All deals of the pipeline, parked and archived ones too, counted by where they stand and how far they came.

    Read from what the store keeps; with a filter or an owner, by looking at every deal.
    """
    if scope.whole:
        sql = """SELECT stage_id, furthest_id, known, archived, currency, n, amount, without_amount FROM tally
            WHERE pipeline_id = ?"""
        return [Tally(*values) for values in db.rows(sql, (scope.pipeline_id,))]
    chosen = asked(db, scope, Clause("deal.pipeline_id = ?", (scope.pipeline_id,)))
    sql = f"""SELECT deal.stage_id, COALESCE(deal.furthest_id, 0), deal.history_known,
        CASE WHEN deal.archived_at IS NULL THEN 0 ELSE 1 END, deal.currency,
        COUNT(*), COALESCE(SUM(deal.amount), 0), COUNT(*) - COUNT(deal.amount)
        FROM deal WHERE {chosen.sql} GROUP BY 1, 2, 3, 4, 5"""
    return [Tally(*values) for values in db.rows(sql, chosen.params)]


def wins(db: Database, scope: Scope, period: Period) -> Wins:
    """The deals won in a period, with their sums."""
    count, totals = 0, dict[str, tuple[int, int]]()
    then = replace(scope, period=period)
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "won":
            for currency, (n, known, minor) in tally(db, sight(db, then, stage)).items():
                so_far = totals.get(currency, (0, 0))
                count, totals[currency] = count + n, (so_far[0] + known, so_far[1] + minor)
    return Wins(count, {currency: sums for currency, sums in totals.items() if sums[0]})


def pinned(db: Database, scope: Scope) -> list[Pinned]:
    """Open deals in sight with a chance of their own, by stage."""
    found = []
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "open":
            seen = sight(db, scope, stage).also("deal.pinned_chance IS NOT NULL")
            seen = seen.also("(deal.pinned_until IS NULL OR deal.pinned_until >= ?)", scope.today.isoformat())
            columns = "deal.id, deal.stage_id, deal.pinned_chance, deal.amount, deal.currency"
            sql = f"SELECT {columns} FROM deal WHERE {seen.sql} ORDER BY deal.id"
            found += [Pinned(*values) for values in db.rows(sql, seen.params)]
    return found


def waiting(db: Database, scope: Scope) -> dict[int, dict[str, tuple[int, int, int]]]:
    """Parked deals by stage and currency: how many, how many with an amount, their sum in minor units."""
    open_stages = [stage for stage in stages(db, scope.pipeline_id) if stage.kind == "open"]
    return {stage.id: found for stage in open_stages if (found := parked(db, scope, stage))}


def deals_by_stage(db: Database, pipeline_id: int) -> dict[int, int]:
    """How many deals stand in each stage, parked and archived ones too."""
    sql = "SELECT stage_id, CAST(SUM(n) AS BIGINT) FROM tally WHERE pipeline_id = ? GROUP BY stage_id"
    return dict(db.rows(sql, (pipeline_id,)))
