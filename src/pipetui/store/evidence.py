"""What stages ask for, and what became of the deals that left a stage with all of it shown, and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.change import field_names, record
from pipetui.core.deal import Criterion, Stage
from pipetui.core.evidence import Compared, Outcome, asked_by
from pipetui.store.clause import Clause
from pipetui.store.windows import asked, live, stages

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.windows import Scope

MOMENT = len("2026-11-23T09:30:00.000000Z")
"""Characters of a moment in the store."""
NEVER = "9999"
"""A moment after all others."""
AT_ONCE, MANY = 6, 1000
"""Stages counted by one statement, and more ticks than a stage can ask for: six such counts fit a whole number."""
LEFT, ONWARD, WAYS = 1, 2, 4
"""How a deal left a stage, added up: that it did, to a later stage; and how many sums there can be."""


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
    every, known = criteria(db), stages(db, scope.pipeline_id)
    asking = [(stage, own) for stage in known if (own := [one.id for one in asked_by(stage.id, every)])]
    since = _since(db, [own for _, own in asking])
    told = [Asking(stage, own, first) for (stage, own), first in zip(asking, since, strict=True)]
    found: list[Compared] = []
    for start in range(0, len(told), AT_ONCE):
        some = told[start : start + AT_ONCE]
        counted = _counted(db, scope, known, some)
        found += [
            Compared(
                one.stage, len(one.own), _outcome(counted, at, met=True), _outcome(counted, at, met=False)
            )
            for at, one in enumerate(some)
        ]
    return found


class Asking(NamedTuple):
    """A stage, the numbers of what it asks for, and since when anything of it was ticked."""

    stage: Stage
    own: list[int]
    since: str


def _since(db: Database, asked_for: Sequence[Sequence[int]]) -> list[str]:
    """When any of these criteria was ticked first, for each list of them; one pass over the ticks."""
    if not asked_for:
        return []
    first = ", ".join(
        f"COALESCE(MIN(CASE WHEN criterion_id IN ({_list(own)}) THEN ticked_at END), '{NEVER}')"
        for own in asked_for
    )
    return list(db.one(f"SELECT {first} FROM evidence") or ())


def _counted(
    db: Database, scope: Scope, known: Sequence[Stage], asking: Sequence[Asking]
) -> Counter[tuple[int, int, bool, str]]:
    """Deals by the place of a stage in `asking`, how they left it, whether all was shown by then, and the kind of the
    stage they are in now.

    One pass over the stays in the order of their deals: of each deal and stage the last moment it left and where it
    went, in one text; of each deal the ticks in time, counted for all stages in one number.
    """
    left, shown, ways = [], [], []
    for at, one in enumerate(asking):
        on = _list(f"'{to.id}'" for to in known if _onward(one.stage, to))
        last = f"COALESCE(left_at || next_stage_id, '{NEVER}')"
        left.append(f"MAX(CASE WHEN stage_id = {one.stage.id} THEN {last} END) AS left{at}")
        shown.append(f"""WHEN criterion_id IN ({_list(one.own)})
            THEN CASE WHEN ticked_at <= gone.left{at} THEN {MANY**at} ELSE 0 END""")
        ways.append(f"""{WAYS**at} * CASE WHEN gone.left{at} >= ? AND gone.left{at} < '{NEVER}' THEN {LEFT}
            + CASE WHEN substr(gone.left{at}, {MOMENT + 1}) IN ({on}) THEN {ONWARD} ELSE 0 END ELSE 0 END""")
    chosen = asked(db, scope, live(scope, Clause("deal.pipeline_id = ?", (scope.pipeline_id,))))
    sql = f"""SELECT {" + ".join(ways)}, deal.stage_id,
        (SELECT CAST(SUM(CASE {" ".join(shown)} ELSE 0 END) AS bigint) FROM evidence
            WHERE evidence.deal_id = gone.deal_id), COUNT(*)
        FROM (SELECT deal_id, {", ".join(left)} FROM visit GROUP BY deal_id) gone
        JOIN deal ON deal.id = gone.deal_id
        WHERE deal.history_known = 1 AND {chosen.sql} GROUP BY 1, 2, 3"""
    kinds = dict(db.rows("SELECT id, kind FROM stage"))
    counted = Counter[tuple[int, int, bool, str]]()
    for way, stage, ticks, n in db.rows(sql, (*(one.since for one in asking), *chosen.params)):
        for at, one in enumerate(asking):
            met = (ticks or 0) // MANY**at % MANY == len(one.own)
            counted[at, way // WAYS**at % WAYS, met, kinds[stage]] += n
    return counted


def _outcome(counted: Mapping[tuple[int, int, bool, str], int], at: int, met: bool) -> Outcome:
    mine = {
        (way, kind): n
        for (place, way, shown, kind), n in counted.items()
        if place == at and way & LEFT and shown == met
    }
    return Outcome(
        n=sum(mine.values()),
        went_on=sum(n for (way, _), n in mine.items() if way & ONWARD),
        won=sum(n for (_, kind), n in mine.items() if kind == "won"),
        lost=sum(n for (_, kind), n in mine.items() if kind == "lost"),
    )


def _onward(stage: Stage, to: Stage) -> bool:
    return to.kind == "won" or (to.kind == "open" and to.position > stage.position)


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(str, values)) or "NULL"
