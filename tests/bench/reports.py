"""How long each report takes on a large store, told apart by everything it can be, and how many deals stand behind.

    python tests/bench/reports.py [--deals 100000] [--runs 3] [--accuracy]

The store is made by generate.py in a scratch folder. Best of some runs, each on a connection of its own as on the
screen, and what of it the processor took, which a busy machine changes less; `--accuracy` adds the look back, which
forecasts earlier days again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from board import store  # noqa: E402

from pipetui.core.moment import period  # noqa: E402
from pipetui.core.report import BY_NAME  # noqa: E402
from pipetui.store import behind, reports  # noqa: E402
from pipetui.store.db import Database  # noqa: E402
from pipetui.store.question import Question  # noqa: E402
from pipetui.store.windows import Scope  # noqa: E402

LIMIT = 1.0
"""Seconds a report may take."""


def asked(db: Database, when: str, by: str) -> Question:
    """All deals of the first pipeline."""
    now = datetime.now(UTC)
    today = now.astimezone().date()
    return reports.ask(db, Scope(1, today, now), period(when, today), by=by)


def timed(path: str, name: str, by: str, when: str) -> tuple[float, float, float, int]:
    """Seconds for the report, of the processor for it, for the deals behind its fullest figure; how many those are."""
    db = Database(path)
    db.make_room()
    try:
        question = asked(db, when, by)
        start, worked = time.perf_counter(), time.process_time()
        report = reports.make(name, question)
        made, work = time.perf_counter() - start, time.process_time() - worked
        full = max(
            (cell for column, cell in report.figures() if column.kind == "deals" and cell.behind),
            key=lambda cell: cell.value if isinstance(cell.value, int) else 0,
            default=None,
        )
        if full is None or full.behind is None:
            return made, work, 0.0, 0
        start = time.perf_counter()
        found = len(behind.numbers(question, full.behind))
        return made, work, time.perf_counter() - start, found
    finally:
        db.close()


def main(words: Sequence[str] | None = None) -> None:
    """Read the words and print."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--deals", type=int, default=100_000)
    given.add_argument("--runs", type=int, default=3)
    given.add_argument("--accuracy", action="store_true", help="the whole look back too")
    given.add_argument("--store", type=Path, help="a store that is there already")
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "pipetui-bench")
    options = given.parse_args(words)
    options.folder.mkdir(exist_ok=True)
    path = str(options.store or store(options.folder, options.deals))
    print(f"{'report':12}{'by':10}{'period':14}{'report':>10}{'processor':>11}{'deals':>10}")
    slow = 0
    for name in reports.offered():
        for by in BY_NAME[name].by or ("",):
            for when in dict.fromkeys(("all", "this-quarter", BY_NAME[name].period)):
                runs = [timed(path, name, by, when) for _ in range(options.runs)]
                made, work, listed = (min(run[part] for run in runs) for part in range(3))
                slow += made > LIMIT
                late = "  over a second" if made > LIMIT else ""
                print(
                    f"{name:12}{by:10}{when:14}{made * 1000:7.0f} ms{work * 1000:8.0f} ms{listed * 1000:7.0f} ms"
                    f"  {runs[0][3]:>8,}{late}",
                    flush=True,
                )
    print(f"{slow} over {LIMIT:.0f} s")
    if options.accuracy:
        db = Database(path)
        start = time.perf_counter()
        reports.looked_back(asked(db, "all", ""))
        print(f"accuracy, looked back: {time.perf_counter() - start:.1f} s")
        db.close()


if __name__ == "__main__":
    main()
