"""What a board costs on PostgreSQL that keeps the rights: a million deals beside a thousand, and many writers.

    python tests/bench/postgres.py postgresql://postgres@/postgres?host=/var/run/postgresql [--deals 1000 1000000]
        [--runs 7] [--size 80x24] [--writers 200] [--moves 5]

The address is a superuser's, on a server that lets every login in over this address without a password and allows for
as many connections as there are writers. The databases `pipetui_bench_N` are made once and kept for the next run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit, urlunsplit

import psycopg

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from board import Size, first_paint, keys, median, size_of  # noqa: E402

from acts import add_deal, move  # noqa: E402
from pipetui.store import derived, server  # noqa: E402
from pipetui.store.store import Store  # noqa: E402

REP = "pipetui_bench"
FILL = """
INSERT INTO organization (id, name, created_at) SELECT n, 'Boréal ' || n, '2024-01-01T00:00:00.000000Z'
    FROM generate_series(1, 20000) n;
INSERT INTO contact (id, name, organization_id, email, created_at) SELECT n, 'Marie Curie ' || n, n, n || '@acme.fr',
    '2024-01-01T00:00:00.000000Z' FROM generate_series(1, 20000) n;
INSERT INTO deal (id, pipeline_id, stage_id, title, contact_id, organization_id, amount, created_at, stage_since,
        closed_at, expected_close, next_due, furthest_id)
    SELECT n, s.pipeline_id, s.id, 'Web site ' || n, 1 + n % 20000, 1 + n % 20000, n::bigint * 7919 % 5000000,
        d.day, d.day,
        CASE WHEN s.kind <> 'open' THEN d.day END,
        CASE WHEN s.kind = 'open' THEN to_char(now() + n % 90 * interval '1 day', 'YYYY-MM-DD') END,
        CASE WHEN s.kind = 'open' AND n % 3 > 0 THEN to_char(now() + n % 60 * interval '1 day', 'YYYY-MM-DD') END,
        CASE WHEN s.kind = 'open' THEN s.id ELSE 4 END
    FROM generate_series(1, {deals}) n
    CROSS JOIN LATERAL (SELECT * FROM stage ORDER BY position OFFSET CASE WHEN n % 7 = 0 THEN n / 7 % 4
        ELSE 4 + n % 2 END LIMIT 1) s
    CROSS JOIN LATERAL (SELECT to_char(now() - n % 700 * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.000000"Z"')
        AS day) d;
INSERT INTO deal_search (deal_id, text) SELECT id, lower(title) FROM deal;
INSERT INTO sequence (name, next) VALUES ('deal', {deals} + 1), ('organization', 20001), ('contact', 20001)
    ON CONFLICT (name) DO UPDATE SET next = excluded.next
"""


def named(url: str, name: str, login: str | None = None) -> str:
    """The address of another database of the server, for another login."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}@{host}" if login else parts.netloc, path=f"/{name}"))


def database(url: str, deals: int) -> str:
    """The address of a store with so many deals for a rep, made once."""
    name = f"pipetui_bench_{deals}"
    with closing(psycopg.connect(url, autocommit=True)) as link:
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            link.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")  # type: ignore[arg-type]
            fill(named(url, name), deals)
    return named(url, name, REP)


def fill(url: str, deals: int) -> None:
    """A store as `server init` leaves it, with deals that no journal tells of."""
    with closing(server.opened(url, lambda: datetime.now(UTC))) as store:
        server.init(store.db)
        server.grant(store, REP, "rep", create=True)
        with store.db.transaction():
            store.db.run(FILL.format(deals=deals))
            derived.rebuild_tally(store.db)
        store.db.study(("deal", "contact", "organization"))


def compare(urls: dict[int, str], size: Size, runs: int) -> None:
    """Opening and keys, each size beside the others within one run."""
    env = {"LC_ALL": "C.UTF-8", "PIPETUI_CONFIG": "/nonexistent"}
    commands = {deals: [sys.executable, "-m", "pipetui", "--db", url] for deals, url in urls.items()}
    painted: dict[int, list[float]] = {deals: [] for deals in urls}
    obeyed: dict[int, list[float]] = {deals: [] for deals in urls}
    waits: dict[int, list[float]] = {deals: [] for deals in urls}
    script = ["down"] * 30 + ["right"] + ["down"] * 20 + ["right", "pagedown", "left", "end", "home"]
    for _ in range(runs):
        for deals, command in commands.items():
            seen, done = first_paint(command, size, "Lead", env)
            painted[deals].append(seen)
            obeyed[deals].append(done)
            waits[deals] += keys(command, size, "Lead", script, env)[0]
    least = min(urls)
    for deals in urls:
        found = [painted[deals], obeyed[deals], waits[deals]]
        base = [painted[least], obeyed[least], waits[least]]
        shown = [
            f"{median(some):.1f} ms ({median(some) / median(one):.2f} x)"
            for some, one in zip(found, base, strict=True)
        ]
        print(
            f"{deals:>9,} deals, {size[0]}x{size[1]}: on screen {shown[0]}, first key obeyed {shown[1]}, key {shown[2]}"
        )


def writers(url: str, many: int, moves: int) -> None:
    """So many connections that write at once: waits and errors."""
    took: list[float] = []
    errors: list[str] = []
    ready = Barrier(many + 1)

    def work(n: int) -> None:
        try:
            store = Store.open(url, login="", now=lambda: datetime.now(UTC))
            deal = add_deal(store, f"Writer {n}")
        except Exception as error:
            errors.append(repr(error))
            ready.wait()
            raise
        ready.wait()
        with closing(store):
            for turn in range(moves):
                start = time.perf_counter()
                try:
                    deal = move(store, deal, ("Prospect", "Lead")[turn % 2])
                except Exception as error:  # noqa: BLE001 - counted
                    errors.append(repr(error))
                took.append(time.perf_counter() - start)

    threads = [Thread(target=work, args=(n,)) for n in range(many)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{many} writers x {moves} moves: {len(took) / (time.perf_counter() - start):.0f} a second, p50 {cuts[49]:.2f}"
        f" s, p99 {cuts[98]:.2f} s, longest {max(took):.2f} s, {len(errors)} errors {errors[:1] or ''}"
    )


def main() -> None:
    """Read the words and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("url")
    words.add_argument("--deals", type=int, nargs="*", default=[1_000, 1_000_000])
    words.add_argument("--size", type=size_of, default=(80, 24))
    words.add_argument("--runs", type=int, default=7)
    words.add_argument("--writers", type=int, default=200)
    words.add_argument("--moves", type=int, default=5)
    asked = words.parse_args()
    urls: dict[int, str] = {deals: database(asked.url, deals) for deals in asked.deals}
    if urls:
        compare(urls, asked.size, asked.runs)
    if asked.writers:
        writers(database(asked.url, 1_000), asked.writers, asked.moves)


if __name__ == "__main__":
    main()
