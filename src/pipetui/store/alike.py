"""The deals behind a chance: those that had been as long in the same stage, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pipetui.core.change import moment_text
from pipetui.core.horizon import rounded
from pipetui.store.monthly import days
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.db import Database


@dataclass(frozen=True, slots=True)
class Alike:
    """A deal that was in the stage at that age."""

    deal_id: int
    outcome: Literal["won", "lost", "open"]
    """Within the days asked for."""
    after: float | None
    """Days from that age to its closing."""


def alike(db: Database, stage_id: int, age: float, horizon: float, now: datetime) -> list[Alike]:
    """The cases that `core.cases` counts, one by one, the newest first; all times are in days."""
    reached = float(rounded(age))
    latest = moment_text(now - timedelta(days=horizon + reached))
    sql = """SELECT visit.deal_id, visit.entered_at, visit.left_at FROM visit JOIN deal ON deal.id = visit.deal_id
        WHERE visit.stage_id = ? AND visit.entered_at <= ? AND deal.history_known = 1 ORDER BY visit.entered_at DESC"""
    there = [
        (number, days(entered))
        for number, entered, left in db.rows(sql, (stage_id, latest))
        if left is None or days(left) - days(entered) > reached
    ]
    ends = _closings(db, {number for number, _ in there})
    return [_case(number, entered + reached, horizon, ends.get(number, [])) for number, entered in there]


def _case(number: int, moment: float, horizon: float, closings: list[tuple[float, str]]) -> Alike:
    for closed, kind in closings:
        if closed > moment:
            if closed <= moment + horizon:
                return Alike(number, "won" if kind == "won" else "lost", closed - moment)
            break
    return Alike(number, "open", None)


def _closings(db: Database, numbers: set[int]) -> dict[int, list[tuple[float, str]]]:
    """When and how these deals were closed, in time."""
    found: dict[int, list[tuple[float, str]]] = {}
    for which in among(sorted(numbers)):
        sql = f"""SELECT visit.deal_id, visit.left_at, stage.kind FROM visit
            JOIN stage ON stage.id = visit.next_stage_id
            WHERE {which.of("visit.deal_id")} AND stage.kind <> 'open' AND visit.left_at IS NOT NULL
            ORDER BY visit.left_at"""
        for number, left, kind in db.rows(sql, which.params):
            found.setdefault(number, []).append((days(left), kind))
    return found
