"""What an import costs beside a raw executemany of the very rows it wrote, into the same tables.

python tests/bench/intake.py [--deals 100000] [--runs 3]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

HEADERS = (
    "external_id", "title", "organization", "contact", "email", "phone", "amount", "currency", "owner", "source",
    "tags", "stage", "created_at", "closed_at", "expected_close",
)  # fmt: skip
STAGES = ("Lead", "Prospect", "Meeting", "Quote", "Won", "Lost")


def write_file(path: Path, deals: int, seed: int = 1) -> None:
    """A file of so many deals with companies, people, amounts and dates."""
    dice, today = random.Random(seed), datetime.now().astimezone().date()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number in range(deals):
            stage = dice.choices(STAGES, (6, 5, 4, 3, 20, 62))[0]
            created = today - timedelta(days=dice.randrange(20, 700))
            closed = created + timedelta(days=dice.randrange(1, 19)) if stage in ("Won", "Lost") else None
            company, person = dice.randrange(deals // 10 or 1), dice.randrange(deals // 8 or 1)
            writer.writerow([
                f"D{number}", f"Order {number}", f"Company {company}", f"Person {person}", f"p{person}@example.org",
                f"+3315550{person:05d}", f"{dice.randrange(100, 90000)}.{dice.randrange(100):02d}", "EUR",
                f"Owner {number % 9}", f"Source {number % 5}", "vip" if number % 40 == 0 else "", stage,
                created.isoformat(), closed.isoformat() if closed else "",
                "" if closed else (today + timedelta(days=number % 90)).isoformat(),
            ])  # fmt: skip


def run(*words: str) -> float:
    """Seconds of one command."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pipetui", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def raw(full: Path, empty: Path, to: Path) -> float:
    """Seconds to write the rows that `full` has beyond `empty` with executemany, indexes and all, at once."""
    shutil.copy(empty, to)
    with (
        closing(sqlite3.connect(full)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as target,
    ):
        names = [name for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {
            name: source.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
            if name != "sqlite_sequence"
        }
        target.execute("PRAGMA foreign_keys=OFF")
        target.execute("PRAGMA synchronous=FULL")
        start = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            if rows:
                target.execute(f"DELETE FROM {name}")
                target.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        target.execute("COMMIT")
        return time.perf_counter() - start


def main() -> None:
    """Read the words and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--deals", type=int, default=100_000)
    words.add_argument("--runs", type=int, default=3)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["PIPETUI_CONFIG"] = str(folder / "none.toml")
        file, empty, full = folder / "deals.csv", folder / "empty.db", folder / "full.db"
        write_file(file, asked.deals)
        run("--db", str(empty), "stages")
        start_up = min(run("--db", str(empty), "stages") for _ in range(3))
        ratios = []
        for number in range(asked.runs):
            shutil.copy(empty, full)
            ours = run("--db", str(full), "import", str(file)) - start_up
            theirs = raw(full, empty, folder / f"raw{number}.db")
            ratios.append(ours / theirs)
            print(f"import {ours:.2f} s, raw {theirs:.2f} s: {ours / theirs:.2f} x")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"median {statistics.median(ratios):.2f} x raw executemany, {peak:.0f} MiB at most")


if __name__ == "__main__":
    main()
