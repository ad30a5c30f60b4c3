"""What the board's reads cost: `python tests/bench/reads.py [--deals 1000 100000 1000000] [--times 21]`.

Median milliseconds of each read on a warm SQLite store, in one process. Stores are made by generate.py in a scratch
folder and kept there for the next run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from generate import generate

from pipetui.core.moment import month_of
from pipetui.core.query import parse
from pipetui.store import counts, windows
from pipetui.store.db import Database
from pipetui.store.orders import SORTS
from pipetui.store.pace import measure_pace
from pipetui.store.windows import Scope

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANCES = {1: 0.1, 2: 0.18, 3: 0.33, 4: 0.6}
FILTERS = (
    "e", "website", "maintenance 4242", "nowhere", "owner:me", "amount>10k", "tag:vip", "-tag:vip", "is:stalled",
    "next:none", "is:late", "org:acme", "contact:curie", "source:salon", "age>30d",
    "owner:me tag:vip amount>10k site",
)  # fmt: skip
HEAD = 20
"""Cards in sight."""
WINDOW = 64
"""Cards of a page and the one ahead."""
Reads = dict[str, Callable[[], object]]


def plain(db: Database, scope: Scope) -> Reads:
    """Reads without a filter."""
    first, won = 1, 5
    count = windows.columns(db, scope)[0].count
    middle = windows.page(db, scope, first, "urgency", count // 2, 1)[0].id
    reads: Reads = {
        "columns": lambda: windows.columns(db, scope),
        "columns and six first pages": lambda: (
            windows.columns(db, scope),
            [windows.page(db, scope, stage, "urgency", 0, HEAD) for stage in range(1, 7)],
        ),
        "columns, all won and lost": lambda: windows.columns(db, replace(scope, period=None)),
        "page in the middle": lambda: windows.page(db, scope, first, "urgency", count // 2, WINDOW, count),
        "last page": lambda: windows.page(db, scope, first, "urgency", max(0, count - WINDOW), WINDOW, count),
        "place in the middle": lambda: windows.place(db, scope, middle, "urgency"),
        "first page of won": lambda: windows.page(db, scope, won, "close", 0, WINDOW),
        "attention": lambda: windows.attention(db, scope),
        "list, first hundred": lambda: list(islice(windows.listing(db, scope, limit=100), 100)),
        "tallies": lambda: counts.tallies(db, scope),
    }
    for sort in SORTS:
        reads[f"first page by {sort}"] = lambda sort=sort: windows.page(db, scope, first, sort, 0, WINDOW)  # type: ignore[misc]
    return reads


def filtered(db: Database, scope: Scope) -> Iterator[tuple[str, Callable[[], object]]]:
    """Reads through a filter: the first column in sight, and all columns counted."""
    for text in FILTERS:
        narrow = replace(scope, filter=parse(text, TODAY))
        yield f"{text}: first page", lambda narrow=narrow: windows.page(db, narrow, 1, "urgency", 0, WINDOW)  # type: ignore[misc]
        yield f"{text}: columns", lambda narrow=narrow: windows.columns(db, narrow)  # type: ignore[misc]


def cost(read: Callable[[], object], times: int) -> float:
    """Median milliseconds; a slow read is repeated less often."""
    read()
    taken: list[float] = []
    while len(taken) < times and sum(taken) < 3:
        start = time.perf_counter()
        read()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def measured(file: Path, times: int) -> dict[str, float]:
    """Every read on one store."""
    with closing(Database(str(file))) as db:
        measure_pace(db, TODAY)
        scope = Scope(1, TODAY, NOW, period=month_of(TODAY), me=1, chances=CHANCES)
        reads = {**plain(db, scope), **dict(filtered(db, scope))}
        return {name: cost(read, times) for name, read in reads.items()}


def main() -> None:
    """Read the command line, make the stores that are missing, print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--deals", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    words.add_argument("--times", type=int, default=21)
    words.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "pipetui-bench")
    asked = words.parse_args()
    asked.folder.mkdir(exist_ok=True)
    columns = {}
    for deals in asked.deals:
        file = asked.folder / f"reads-{deals}.db"
        if not file.exists():
            generate(file, deals, 1, TODAY)
        columns[deals] = measured(file, asked.times)
    print(f"{'milliseconds, median':52}" + "".join(f"{deals:>12,}" for deals in columns))
    for name in next(iter(columns.values())):
        print(f"{name:52}" + "".join(f"{column[name]:12.2f}" for column in columns.values()))


if __name__ == "__main__":
    main()
