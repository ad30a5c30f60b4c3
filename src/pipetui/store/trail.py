"""Whether the journal is whole and tells the truth: no line or batch missing, no record other than it says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.change import moment_text
from pipetui.core.message import Message, say, say_n
from pipetui.store.rows import KINDS, columns

if TYPE_CHECKING:
    from pipetui.store.db import Database

AT_ONCE = 5000
"""Records compared at once."""
DRIFT = timedelta(minutes=2)
"""Clocks of several hosts differ by less."""


class Line(NamedTuple):
    """What the journal says of a record."""

    batch: int
    before: str | None
    after: str | None

    @property
    def drops(self) -> bool:
        """Whether the record went."""
        return self.before is not None and self.after is None


def gaps(db: Database) -> Iterator[Message]:
    """Lines and batches that are missing."""
    n, first, last = db.rows("SELECT COUNT(*), COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM journal")[0]
    following = db.one("SELECT next FROM sequence WHERE name = 'journal'")
    given = max(last, following[0] - 1 if following else 0)
    if n != given:
        yield say_n(
            "{n} line of the journal is missing, the first of them number {first}: somebody wrote past pipetui."
            " Compare with a copy.",
            "{n} lines of the journal are missing, the first of them number {first}: somebody wrote past pipetui."
            " Compare with a copy.",
            n=given - n,
            first=_first_gap(db, first, last),
        )
    yield from _without(
        db,
        "SELECT batch.id FROM batch WHERE kind IN ('do', 'setup')"
        " AND NOT EXISTS (SELECT 1 FROM journal WHERE batch_id = batch.id) ORDER BY id",
        say("act {number} has no lines in the journal"),
    )
    yield from _without(
        db,
        "SELECT DISTINCT batch_id FROM journal WHERE NOT EXISTS (SELECT 1 FROM batch WHERE id = batch_id)"
        " ORDER BY batch_id",
        say("act {number} is missing, but its lines in the journal are there"),
    )


def _first_gap(db: Database, first: int, last: int) -> int:
    if first > 1:
        return 1
    found = db.one(
        "SELECT MIN(id) + 1 FROM journal WHERE NOT EXISTS (SELECT 1 FROM journal later WHERE later.id = journal.id + 1)"
    )
    return found[0] if found and found[0] else last + 1


def _without(db: Database, sql: str, what: Message) -> Iterator[Message]:
    numbers = [row[0] for row in db.rows(sql)]
    if numbers:
        yield say_n(
            "{n} act is incomplete ({what}): somebody wrote past pipetui. Compare with a copy.",
            "{n} acts are incomplete (first: {what}): somebody wrote past pipetui. Compare with a copy.",
            n=len(numbers),
            what=Message(what.text, {"number": numbers[0]}),
        )


def jumps(db: Database, now: datetime) -> Iterator[Message]:
    """Acts whose time goes back, or has not come yet."""
    back = [
        number
        for number, at, before in db.rows(
            "SELECT id, at, before FROM (SELECT id, at, LAG(at) OVER (ORDER BY id) AS before FROM batch) AS acts"
            " WHERE at < before ORDER BY id"
        )
        if datetime.fromisoformat(before) - datetime.fromisoformat(at) > DRIFT
    ]
    if back:
        yield say_n(
            "The clock was set back at act {first}: what was done around then has a wrong time. See that the clock is"
            " set by the network.",
            "The clock was set back {n} times, first at act {first}: what was done around then has a wrong time. See"
            " that the clock is set by the network.",
            n=len(back),
            first=back[0],
        )
    ahead = db.rows("SELECT COUNT(*), MIN(id) FROM batch WHERE at > ?", (moment_text(now + DRIFT),))[0]
    if ahead[0]:
        yield say_n(
            "{n} act lies in the future, number {first}: the clock is wrong, or was. See that it is set by the"
            " network.",
            "{n} acts lie in the future, the first of them number {first}: the clock is wrong, or was. See that it is"
            " set by the network.",
            n=ahead[0],
            first=ahead[1],
        )


def contradictions(db: Database) -> Iterator[Message]:
    """Records that are not as the journal says."""
    for table in KINDS:
        wrong: list[int] = []
        last = db.rows(
            "SELECT MAX(last) FROM (SELECT COALESCE(MAX(row_id), 0) AS last FROM journal WHERE table_name = ?"
            f" UNION ALL SELECT COALESCE(MAX(id), 0) FROM {table}) AS ends",
            (table,),
        )[0][0]
        runs = db.rows(
            "SELECT batch_id, row_id, last_id FROM journal WHERE table_name = ? AND last_id IS NOT NULL"
            " ORDER BY batch_id",
            (table,),
        )
        for start in range(1, last + 1, AT_ONCE):
            wrong += _contradicted(db, table, start, start + AT_ONCE - 1, runs)
        if wrong:
            yield say_n(
                "{n} record of {table} is not as the journal says, number {first}: somebody wrote past pipetui."
                " Compare with a copy.",
                "{n} records of {table} are not as the journal says, the first of them number {first}: somebody wrote"
                " past pipetui. Compare with a copy.",
                n=len(wrong),
                table=table,
                first=wrong[0],
            )


def _contradicted(db: Database, table: str, first: int, last: int, runs: list[Any]) -> list[int]:
    """The records of a table between two numbers that differ from what the journal says last of them."""
    names = columns(table)
    there = {
        row[0]: dict(zip(names, row, strict=True))
        for row in db.rows(f"SELECT {', '.join(names)} FROM {table} WHERE id BETWEEN ? AND ?", (first, last))
    }
    lines: dict[int, list[Line]] = defaultdict(list)
    for number, *line in db.rows(
        "SELECT row_id, batch_id, before, after FROM journal WHERE table_name = ? AND row_id BETWEEN ? AND ?"
        " AND last_id IS NULL ORDER BY id DESC",
        (table, first, last),
    ):
        lines[number].append(Line(*line))
    brought = _within(runs, first, last)
    return [
        number
        for number in sorted({*there, *lines, *brought})
        if not _agrees(there.get(number), lines.get(number, []), brought.get(number, 0))
    ]


def _within(runs: list[Any], first: int, last: int) -> dict[int, int]:
    """The records in the window that an import brought, and the act that did so last."""
    return {
        number: batch
        for batch, start, end in runs
        if start <= last and end >= first
        for number in range(max(start, first), min(end, last) + 1)
    }


def _agrees(row: dict[str, Any] | None, lines: list[Line], brought: int) -> bool:
    """Whether a record is what its lines, newest first, make of it since an act brought it; 0 when none did."""
    since = [line for line in lines if line.batch >= brought]
    if not since:
        return (row is not None) == bool(brought)
    if row is None or since[0].drops:
        return row is None and since[0].drops
    seen: set[str] = set()
    for line in since:
        if line.before is None or line.after is None:
            break
        for name, value in json.loads(line.after).items():
            if name not in seen and row.get(name) != value:
                return False
            seen.add(name)
    return True
