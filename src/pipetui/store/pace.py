"""How long won deals stayed in each stage: after that, a deal counts as stalled."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from pipetui.core.hygiene import ENOUGH, stalled_after
from pipetui.store import upkeep

if TYPE_CHECKING:
    from pipetui.store.db import Database

STRIDE = 5_000
"""Deals whose stays are read at once: some twenty milliseconds, so that the board can read in between."""


def paces(db: Database) -> dict[int, int]:
    """By open stage: after how many days a deal counts as stalled; measured, or by its typical days of now while too
    few deals were won."""
    sql = """SELECT stage.id, stage.days, pace.days FROM stage
        LEFT JOIN pace ON pace.stage_id = stage.id AND pace.n >= ? WHERE stage.kind = 'open'"""
    return {
        stage_id: ceil(stalled_after((), typical)) if measured is None else measured
        for stage_id, typical, measured in db.rows(sql, (ENOUGH,))
    }


def measure_pace(db: Database, today: date, again: bool = False) -> None:
    """See how long won deals stayed in each stage, once a day; `again` after an import.

    Meant for a worker: it reads all stays of won deals, some at a time, and writes one row a stage.
    """
    if not upkeep.mine(db) or (
        not again and db.one("SELECT 1 FROM pace WHERE computed_on >= ?", (today.isoformat(),))
    ):
        return
    stays = _stays(db)
    rows = []
    for stage_id, typical in db.rows("SELECT id, days FROM stage WHERE kind = 'open' ORDER BY id"):
        lasted = sorted(stays.get(stage_id, Counter()).elements())
        rows.append((stage_id, ceil(stalled_after(lasted, typical)), len(lasted), today.isoformat()))
    with db.transaction():
        db.run("DELETE FROM pace")
        db.run_many("INSERT INTO pace (stage_id, days, n, computed_on) VALUES (?, ?, ?, ?)", rows)


def _stays(db: Database) -> dict[int, Counter[int]]:
    """By stage: how many stays of won deals lasted so many days."""
    # The sign keeps SQLite from walking all won deals for each part of them.
    won = "SELECT id FROM stage WHERE kind = 'won'"
    sql = f"""SELECT visit.stage_id, {_DAYS[db.dialect]}, COUNT(*) FROM visit JOIN deal ON deal.id = visit.deal_id
        WHERE visit.deal_id >= ? AND visit.deal_id < ? AND +deal.stage_id IN ({won}) AND deal.archived_at IS NULL
        AND visit.left_at IS NOT NULL GROUP BY 1, 2"""
    found = db.one("SELECT COALESCE(MAX(id), 0) FROM deal")
    stays: dict[int, Counter[int]] = {}
    for start in range(1, (found[0] if found else 0) + 1, STRIDE):
        for stage_id, days, count in db.rows(sql, (start, start + STRIDE)):
            stays.setdefault(stage_id, Counter())[days] += count
    return stays


_DAYS = {
    "sqlite": """(CAST(strftime('%s', visit.left_at) AS INTEGER) - CAST(strftime('%s', visit.entered_at) AS INTEGER)
        + 86399) / 86400""",
    "postgresql": """CAST(FLOOR(EXTRACT(EPOCH FROM CAST(visit.left_at AS timestamptz)))
        - FLOOR(EXTRACT(EPOCH FROM CAST(visit.entered_at AS timestamptz))) + 86399 AS bigint) / 86400""",
}
"""Days of a stay, begun ones counting whole: the one thing here that the engines say differently."""
