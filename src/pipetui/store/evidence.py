"""What stages ask for, and what became of the deals that left a stage with all of it shown, and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipetui.core.change import field_names, record
from pipetui.core.deal import Criterion
from pipetui.core.evidence import Compared, Outcome, asked_by
from pipetui.store.clause import Clause
from pipetui.store.windows import asked, live, stages

if TYPE_CHECKING:
    from pipetui.core.deal import Stage
    from pipetui.store.db import Database
    from pipetui.store.windows import Scope


def criteria(db: Database) -> list[Criterion]:
    """All criteria of all stages, the retired ones too."""
    names = field_names(Criterion)
    rows = db.rows(f"SELECT {', '.join(names)} FROM criterion ORDER BY stage_id, position, id")
    return [record(Criterion, dict(zip(names, row, strict=True))) for row in rows]


def evidence(db: Database, scope: Scope) -> list[Compared]:
    """Each open stage that asks for something, and the deals that left it with all of it shown or not.

    A deal counts once, as it left the stage last, when its way is known. Deals that left before anything was ever
    ticked in the stage tell nothing and are left out; so are those that left before the stage asked for anything.
    """
    every, found = criteria(db), []
    for stage in stages(db, scope.pipeline_id):
        if own := asked_by(stage.id, every):
            outcomes = _outcomes(db, scope, stage, [one.id for one in own])
            found.append(Compared(stage, len(own), outcomes.get(1, Outcome()), outcomes.get(0, Outcome())))
    return found


def _outcomes(db: Database, scope: Scope, stage: Stage, own: Sequence[int]) -> dict[int, Outcome]:
    """By whether all was shown (1) or not (0)."""
    marks = ", ".join("?" * len(own))
    since = db.one(f"SELECT MIN(ticked_at) FROM evidence WHERE criterion_id IN ({marks})", own)
    if since is None or since[0] is None:
        return {}
    chosen = asked(db, scope, live(scope, Clause("deal.pipeline_id = ?", (scope.pipeline_id,))))
    sql = f"""SELECT met, COUNT(*), SUM(went_on), SUM(won), SUM(lost) FROM (
            SELECT CASE WHEN (SELECT COUNT(*) FROM evidence WHERE evidence.deal_id = visit.deal_id
                    AND evidence.criterion_id IN ({marks}) AND evidence.ticked_at <= visit.left_at) >= ?
                THEN 1 ELSE 0 END AS met,
            CASE WHEN onward.kind = 'won' OR (onward.kind = 'open' AND onward.position > ?)
                THEN 1 ELSE 0 END AS went_on,
            CASE WHEN here.kind = 'won' THEN 1 ELSE 0 END AS won,
            CASE WHEN here.kind = 'lost' THEN 1 ELSE 0 END AS lost
            FROM visit JOIN deal ON deal.id = visit.deal_id JOIN stage here ON here.id = deal.stage_id
            JOIN stage onward ON onward.id = visit.next_stage_id
            WHERE visit.stage_id = ? AND visit.left_at >= ? AND deal.history_known = 1 AND {chosen.sql}
            AND NOT EXISTS (SELECT 1 FROM visit later WHERE later.deal_id = visit.deal_id
                AND later.stage_id = visit.stage_id AND later.id <> visit.id
                AND (later.left_at IS NULL OR later.left_at > visit.left_at
                    OR (later.left_at = visit.left_at AND later.id > visit.id)))
        ) gone GROUP BY met"""
    params = (*own, len(own), stage.position, stage.id, since[0], *chosen.params)
    return {met: Outcome(*(int(value or 0) for value in counts)) for met, *counts in db.rows(sql, params)}
