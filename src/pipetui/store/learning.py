"""What a store teaches the forecast: its past as a timeline, counted by month, and the model learned from it.

Meant for a worker or a command: reading the past of 100,000 deals takes a second or two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from pipetui.core.ahead import Learned, learn
from pipetui.core.backtest import Backtest, backtest
from pipetui.core.fit import Declared, Timeline
from pipetui.core.funnel import declared, open_stages
from pipetui.core.lifetable import AT_RISK, Cell, Slice, add_stay
from pipetui.core.past import GONE, Stay
from pipetui.store import lives, stays
from pipetui.store.counts import deals_by_stage

if TYPE_CHECKING:
    from pipetui.core.deal import Stage
    from pipetui.core.moment import Period
    from pipetui.store.db import Database

SEGMENTS = ("source", "owner")
"""What the deals are told apart by, in this order."""
DAY = 86_400
FEW = 20_000
"""Up to so many deals all is learned in a moment, and need not be asked for."""
METHOD = "forecast_method"
"""The setting that names a simpler method whose chances are used instead."""


def said(stages: Sequence[Stage]) -> Declared:
    """What was declared for the open stages."""
    shown = open_stages(stages)
    return Declared(tuple(map(declared, shown)), tuple(float(max(stage.days, 1)) for stage in shown))


def in_days(moment: datetime) -> float:
    """A moment in days since 1970, UTC."""
    return moment.timestamp() / DAY


def horizon(period: Period, now: datetime) -> tuple[float, float] | None:
    """Days until a period begins, 0 when it has, and until it ends; None when it has no end."""
    start, end = period.instants()
    if end is None:
        return None
    wait = 0.0 if start is None else max(in_days(start) - in_days(now), 0.0)
    return wait, max(in_days(end) - in_days(now), 0.0)


def learned(
    db: Database, pipeline_id: int, stages: Sequence[Stage], now: datetime, period: Period
) -> Learned | None:
    """What the past teaches about a period as of now; None for one without an end, or before the first deal."""
    days = horizon(period, now)
    if days is None:
        return None
    known = timeline(db, pipeline_id, now)
    if not known.past.stages or not known.past.lives:
        return None
    chosen = db.one("SELECT value FROM setting WHERE name = ?", (METHOD,))
    method = str(chosen[0]) if chosen else ""
    return learn(known, in_days(now), days[1], said(stages), len(SEGMENTS), days[0], method)


def tried(
    db: Database,
    pipeline_id: int,
    stages: Sequence[Stage],
    now: datetime,
    days: float,
    by: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """The forecast tried on the store's own past, `days` ahead each time; `by` is `stage` or one of `SEGMENTS`.

    `progress` hears how many earlier days are done, of how many.
    """
    variable = None if by is None else SEGMENTS.index(by) if by in SEGMENTS else -1
    known = timeline(db, pipeline_id, now)
    return backtest(known, in_days(now), days, said(stages), len(SEGMENTS), variable, progress)


def quick(db: Database, pipeline_id: int) -> bool:
    """Whether a pipeline is learned from in a moment."""
    return sum(deals_by_stage(db, pipeline_id).values()) <= FEW


def timeline(db: Database, pipeline_id: int, now: datetime) -> Timeline:
    """The past of a pipeline, its months counted already."""
    stays.ensure(db)
    past = lives.lives(db, pipeline_id, SEGMENTS).until(in_days(now))
    edges = _months(past.start, now)
    return Timeline(past, edges, _counted(db, pipeline_id, edges))


def _months(start: float, now: datetime) -> list[float]:
    """The first instants of the months from the one of `start` up to now, in UTC."""
    last = now.astimezone(UTC)
    first = last if start * DAY >= now.timestamp() else datetime.fromtimestamp(start * DAY, UTC)
    found = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.append(in_days(datetime(year, month, 1, tzinfo=UTC)))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def _counted(db: Database, pipeline_id: int, edges: Sequence[float]) -> Callable[[float], Slice | None]:
    """Whole months by their start: what the store counted of stays that are over, and the stays that go on."""
    places = lives.Stages.read(db, pipeline_id)
    kept = stays.month_counts(db, pipeline_id)
    ends = dict(pairwise(edges))
    going = [
        Stay(places.open[one.stage_id], one.entered, one.left, GONE)
        for one in lives.open_stays(db, pipeline_id)
    ]

    def counted(start: float) -> Slice | None:
        end = ends.get(start)
        if end is None:
            return None
        counts = Counter[Cell]()
        month = datetime.fromtimestamp(start * DAY, UTC).strftime("%Y-%m")
        for (stage, k, following), n in kept.get(month, {}).items():
            going_to = AT_RISK if following == stays.AT_RISK else places.all[following]
            counts[places.open[stage], k, going_to] += n
        for stay in going:
            add_stay(counts, stay, start, end)
        return Slice(start, end, counts)

    return counted
