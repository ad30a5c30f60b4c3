"""What the forecast costs: `python tests/bench/forecast.py [--deals 1000 100000] [--days 30]`.

Median milliseconds of each part in one process, on a SQLite store made by generate.py in a scratch folder and kept
there. Cold: the counts by month made anew, the past read, the model learned. Warm: what follows every move.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import TypeVar

from generate import generate

from pipetui.core import jumps
from pipetui.core.ahead import learn
from pipetui.core.deal import Goal
from pipetui.core.effort import Outcomes
from pipetui.core.fit import fit
from pipetui.core.forecast import forecast
from pipetui.core.moment import range_of
from pipetui.core.replays import replays
from pipetui.core.totals import wins
from pipetui.store import learning, stays
from pipetui.store.book import all_stages, book
from pipetui.store.db import Database
from pipetui.store.schema import bring_up
from pipetui.store.windows import Scope

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def timed(name: str, job: Callable[[], T], times: int = 1) -> T:
    """Do it so often, and print the median and the memory used so far."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        result = job()
        found.append(1000 * (time.perf_counter() - start))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:44}{statistics.median(found):10.1f} ms   {memory:6.0f} MiB", flush=True)
    return result


def measure(path: Path, days: int) -> None:
    """All parts on one store."""
    with closing(Database(str(path))) as db:
        stages = all_stages(db, 1)
        period = range_of(TODAY, TODAY + timedelta(days=days))
        with db.transaction():
            stays.mark_stale(db)
        timed("cold: counts by month", lambda: stays.ensure(db))
        timeline = timed("cold: the past", lambda: learning.timeline(db, 1, NOW))
        now, said = learning.in_days(NOW), learning.said(stages)
        made = timed("cold: the model as of now", lambda: fit(timeline, now, days, said))
        timed("cold: twelve replays", lambda: replays(timeline, now, days, said))
        learned = timed("cold: all that is learned, with both", lambda: learn(timeline, now, days, said, 2))
        scope = Scope(1, TODAY, NOW)
        made_of = timed("warm: the open deals", lambda: book(db, scope, period, "EUR", None, True), 5)
        goal = Goal(id=1, pipeline_id=1, period=period.name, metric="wins", target=700)
        whole = timed(
            f"warm: the whole forecast, {len(made_of.deals):,} open",
            lambda: forecast(made_of, as_of=NOW, period=period, pipeline="", goal=goal, learned=learned),
            5,
        )
        base = whole.base
        assert base is not None and whole.ahead is not None
        chances = timed("warm: chances", lambda: {deal.id: learned.chance(deal) for deal in base.deals}, 5)
        groups = [(chance, 1) for chance in chances.values()]
        timed("warm: wins", lambda: wins(groups, learned.new, learned.sigma), 5)
        timed("warm: ratios", lambda: jumps.ratios(made.table, made.hazards, said.ratios), 5)
        outcomes = Outcomes.of(groups, learned.new, learned.sigma)
        fresh = whole.ahead.fresh
        timed("warm: plan", lambda: [outcomes.deals_for(700, one, p) for one in fresh for p in (0.5, 0.8)], 5)
        timed("warm: revenue", lambda: base.money.spread(base.deals, chances, learned.new, learned.sigma), 5)


def made(deals: int) -> Path:
    """A store of that size, kept for the next run, in the shape of this version."""
    folder = Path(gettempdir()) / "pipetui-bench"
    folder.mkdir(exist_ok=True)
    file = folder / f"forecast-{deals}.db"
    if not file.exists():
        generate(file, deals, 1, TODAY)
    with closing(Database(str(file))) as db:
        bring_up(db)
    return file


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deals", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    for deals in given.deals:
        print(f"{deals:,} deals")
        measure(made(deals), given.days)


if __name__ == "__main__":
    main()
