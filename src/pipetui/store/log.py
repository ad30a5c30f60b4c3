"""The journal as people read it: one entry for each batch, with what it changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Change, Row
from pipetui.core.message import Message, say
from pipetui.store.journal import label
from pipetui.store.rows import among, between, columns, found, own

if TYPE_CHECKING:
    from pipetui.store.db import Database

SHOWN = 50
"""Changes of a batch that its entry carries."""
BATCH = """SELECT batch.id, batch.at, member.name, batch.kind, batch.target_id, batch.undone, batch.label,
    batch.label_values FROM batch LEFT JOIN member ON member.id = batch.member_id"""
LINE = "SELECT id, batch_id, table_name, row_id, last_id, before, after FROM journal"
TOLD = "table_name NOT IN ('journal', 'batch')"
"""Lines that tell of records; the others seal again what an erasure blanked."""
Line = tuple[int, int, str, int, int | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch as the log shows it."""

    id: int
    at: datetime
    member: str | None
    """The name of who did it."""
    kind: str
    """`do`, `undo`, `redo`, `erase` or `setup`."""
    target_id: int | None
    """The batch that was taken back or made again."""
    undone: bool
    """Taken back, and not made again since."""
    label: Message
    n: int
    """How many changes it made, here those of the deal when the log of one deal was asked for."""
    changes: tuple[Change, ...]
    """The first of them."""

    @property
    def sentence(self) -> Message:
        """What it did: what was taken back, or made again, says so."""
        what = turned(self.kind, self.label)
        return say("{what} (taken back)", what=what) if self.undone else what


def turned(kind: str, label: Message) -> Message:
    """What a batch of this kind did with what the label tells."""
    if kind == "undo":
        return say("Undone: {what}", what=label)
    return say("Done again: {what}", what=label) if kind == "redo" else label


def entries(db: Database, limit: int) -> list[Entry]:
    """The newest batches first."""
    return [
        _entry(batch, _changes(db, _lines(db, batch[0])), _count(db, batch[0]))
        for batch in db.rows(f"{BATCH} ORDER BY batch.id DESC LIMIT ?", (limit,))
    ]


def entry(db: Database, batch_id: int) -> Entry:
    """One batch."""
    batch = db.rows(f"{BATCH} WHERE batch.id = ?", (batch_id,))[0]
    return _entry(batch, _changes(db, _lines(db, batch_id)), _count(db, batch_id))


def entries_of(db: Database, deal_id: int, limit: int) -> list[Entry]:
    """The newest batches that concern one deal first, each with its changes of that deal and what hangs on it."""
    return _told_of(db, _lines_of(db, deal_id), deal_id, limit)


def entries_of_row(db: Database, table: str, row_id: int, limit: int) -> list[Entry]:
    """The newest batches that concern one record first, each with its changes of that record."""
    runs = db.rows(f"{LINE} WHERE table_name = ? AND last_id >= ? AND row_id <= ?", (table, row_id, row_id))
    lines = db.rows(
        f"{LINE} WHERE table_name = ? AND row_id = ? AND last_id IS NULL ORDER BY id", (table, row_id)
    )
    return _told_of(db, [*runs, *lines], row_id, limit)


def _told_of(db: Database, lines: Iterable[Line], row_id: int, limit: int) -> list[Entry]:
    by_batch: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_batch[line[1]].append(line)
    newest = sorted(by_batch, reverse=True)[:limit]
    batches = {
        b[0]: b
        for which in among(newest)
        for b in db.rows(f"{BATCH} WHERE {which.of('batch.id')}", which.params)
    }
    told = []
    for number in newest:
        changes = _changes(db, by_batch[number], row_id)
        told.append(_entry(batches[number], changes, len(changes)))
    return told


def _entry(batch: Sequence[Any], changes: tuple[Change, ...], n: int) -> Entry:
    number, at, member, kind, target_id, undone, text, packed = batch
    told = label(text, json.loads(packed))
    return Entry(number, datetime.fromisoformat(at), member, kind, target_id, bool(undone), told, n, changes)


def _lines(db: Database, batch_id: int) -> list[Any]:
    """The first lines of a batch; the rows that an import told as runs came before all else."""
    runs = db.rows(
        f"{LINE} WHERE batch_id = ? AND last_id IS NOT NULL ORDER BY id LIMIT ?", (batch_id, SHOWN)
    )
    return runs + db.rows(
        f"{LINE} WHERE batch_id = ? AND last_id IS NULL AND {TOLD} ORDER BY id LIMIT ?", (batch_id, SHOWN)
    )


def _lines_of(db: Database, deal_id: int) -> list[Any]:
    runs = db.rows(f"{LINE} WHERE table_name = 'deal' AND last_id >= ? AND row_id <= ?", (deal_id, deal_id))
    return runs + db.rows(f"{LINE} WHERE deal_id = ? ORDER BY id", (deal_id,))


def _count(db: Database, batch_id: int) -> int:
    lines = db.one(f"SELECT COUNT(*) FROM journal WHERE batch_id = ? AND {TOLD}", (batch_id,))
    runs = db.one(
        "SELECT SUM(last_id - row_id) FROM journal WHERE batch_id = ? AND last_id IS NOT NULL", (batch_id,)
    )
    return (lines[0] if lines else 0) + ((runs[0] or 0) if runs else 0)


def _changes(db: Database, lines: Iterable[Line], deal_id: int | None = None) -> tuple[Change, ...]:
    changes: list[Change] = []
    for line in lines:
        changes += _told(db, line, deal_id, SHOWN - len(changes))
    return tuple(changes)


def _told(db: Database, line: Line, deal_id: int | None, at_most: int) -> Iterator[Change]:
    number, _, table, first, last, before, after = line
    if before is not None and at_most > 0:
        yield Change(table, first, json.loads(before), json.loads(after) if after else None)
    elif before is None:
        run = range(first, (last or first) + 1) if last is None or deal_id is None else (deal_id,)
        for row_id in run[: max(at_most, 0)]:
            yield Change(table, row_id, None, _as_it_came(db, table, row_id, 0 if last else number))


def _as_it_came(db: Database, table: str, row_id: int, since: int) -> Row:
    """A row as it was when line `since` of the journal made it: as it is now, with all later changes taken back."""
    there = found(db, table, between(row_id, row_id)).get(row_id)
    row = {} if there is None else own(table, there)
    for before, after in db.rows(
        "SELECT before, after FROM journal WHERE table_name = ? AND row_id = ? AND last_id IS NULL AND id > ?"
        " ORDER BY id DESC",
        (table, row_id, since),
    ):
        row = {} if before is None and after is None else {**row, **json.loads(before)}
    return {name: row[name] for name in columns(table) if name in row}
