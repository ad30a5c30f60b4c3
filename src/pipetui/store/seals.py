"""Whether the seals and the chain of the journal hold, and every record is as its journal tells, back to how it came.

What was written before there were seals is held against its journal alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Row
from pipetui.core.message import Message, say
from pipetui.store import chain
from pipetui.store.rows import KINDS, Which, between, columns

if TYPE_CHECKING:
    from pipetui.store.db import Database

AT_ONCE = 512
"""Batches read at once."""
BIGGEST = 2**63 - 1
"""The last number there can be."""
WINDOW = 4000
"""Rows of a table read at once."""


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """A place where the store no longer says what was sealed."""

    batch_id: int
    line: int
    """Of the journal; 0 for the batch itself."""
    table: str = ""
    row_id: int = 0


def findings(db: Database) -> list[Message]:
    """The first broken link in a sentence; nothing when all seals hold."""
    broken = min(breaks(db), default=None)
    if broken is None:
        return _cut_off(db)
    if not broken.batch_id:
        return [
            say(
                "{table} {row} came from nowhere: no line of the journal tells of it. Compare with a backup.",
                table=broken.table,
                row=broken.row_id,
            )
        ]
    at = db.one(
        "SELECT batch.at, member.name FROM batch LEFT JOIN member ON member.id = batch.member_id WHERE batch.id = ?",
        (broken.batch_id,),
    )
    when, who = at or ("", None)
    return [
        say(
            "Something else than pipetui changed the journal, or what it tells of: the first broken link is batch"
            " {batch}, line {line} ({table} {row}), written at {when} by {who}. Compare with a backup.",
            batch=broken.batch_id,
            line=broken.line,
            table=broken.table or "batch",
            row=broken.row_id or broken.batch_id,
            when=when,
            who=who or "?",
        )
    ]


def _cut_off(db: Database) -> list[Message]:
    """Whether numbers of lines were given that the journal does not hold: its newest batches went."""
    row = db.one(
        "SELECT (SELECT next FROM sequence WHERE name = 'journal') - 1, (SELECT COALESCE(MAX(id), 0) FROM journal)"
    )
    if row is None or row[0] is None or row[0] <= row[1]:
        return []
    return [
        say(
            "The end of the journal is missing: its last line is {last}, and {given} were written. Compare with a"
            " backup.",
            last=row[1],
            given=row[0],
        )
    ]


def breaks(db: Database) -> Iterator[Break]:
    """Every place that is not as it was sealed, in no order."""
    yield from _links(db)
    again = sealed_again(db, "journal")
    for table in KINDS:
        yield from _rows(db, table, again)


def sealed_again(db: Database, table: str) -> dict[int, str]:
    """The seals of lines (`journal`) or of labels (`batch`) that an erasure blanked, by number; the newest counts."""
    rows = db.rows(
        "SELECT journal.row_id, journal.digest FROM journal JOIN batch ON batch.id = journal.batch_id"
        " WHERE journal.table_name = ? AND batch.kind = 'erase' ORDER BY journal.id",
        (table,),
    )
    return dict(rows)


def as_they_came(db: Database, table: str, line: int, first: int, last: int, salted: str) -> str | None:
    """The seal of the rows that a line of the journal says came, as the store tells them now; None when one is
    missing."""
    shape = db.one(
        "SELECT batch.shape FROM journal JOIN batch ON batch.id = journal.batch_id WHERE journal.id = ?",
        (line,),
    )
    run = chain.Run(table, first, salted, shape[0] if shape else None)
    for start in range(first, last + 1, WINDOW):
        which = between(start, min(start + WINDOW - 1, last))
        rows, lines = _read(db, table, which), _lines(db, table, which)
        came: list[Row] = []
        for number in range(which.params[0], which.params[1] + 1):
            there = dict(zip(columns(table), rows[number], strict=True)) if number in rows else None
            row = _came(there, lines.get(number, ()), line)
            if row is None:
                return None
            came.append(row)
        run.add(came)
    return run.seal


def _came(row: Row | None, lines: Iterable[_Line], since: int) -> Row | None:
    """A row with all its edits after a line of the journal taken back."""
    for line in sorted(lines, key=attrgetter("id"), reverse=True):
        if line.id > since and line.before is not None:
            was = json.loads(line.before)
            row = was if line.after is None else None if row is None else {**row, **was}
    return row


def _links(db: Database) -> Iterator[Break]:
    """Batches whose chain, or whose label, is not what their content gives."""
    again = sealed_again(db, "batch")
    first = db.one("SELECT MIN(id) FROM batch WHERE chain IS NOT NULL OR shape IS NOT NULL")
    if not first or first[0] is None:
        return
    before = ""
    for which in _there(db, "SELECT MIN(id) FROM batch WHERE id >= ?", first[0], AT_ONCE):
        lines = db.rows(
            "SELECT batch_id, id, table_name, row_id, last_id, deal_id, digest FROM journal"
            f" WHERE {which.of('batch_id')} ORDER BY batch_id, id",
            which.params,
        )
        by_batch = {
            number: [tuple(line[1:]) for line in group] for number, group in groupby(lines, itemgetter(0))
        }
        for batch in db.rows(
            "SELECT id, at, member_id, kind, target_id, shape, label, label_values, salt, digest, chain FROM batch"
            f" WHERE {which.of('id')} ORDER BY id",
            which.params,
        ):
            number, text, values, salted, digest, kept = batch[0], *batch[6:]
            head = chain.Head(*batch[:6])
            link = head.open(before, digest or "")
            link.add(by_batch.get(number, ()))
            said = chain.seal(salted or "", chain.label_content(text, values))
            if link.chain != kept or said != again.get(number, digest):
                yield Break(number, 0)
            before = kept or ""


@dataclass(slots=True)
class _Line:
    """A line of the journal; `run` is set when it tells of several rows that came."""

    id: int
    batch_id: int
    shape: str | None
    before: str | None
    after: str | None
    salt: str | None
    digest: str | None
    run: chain.Run | None = None
    first: int = 0
    last: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    """Those of a run that wait to be added to its seal."""

    def covers(self, numbers: Collection[int]) -> bool:
        """Whether the run tells of all these rows."""
        return not numbers or (self.first <= min(numbers) and max(numbers) <= self.last)

    def seal(self) -> None:
        """Add what waits."""
        if self.run is not None and self.rows and self.digest:
            places = {name: at for at, name in enumerate(columns(self.run.table))}
            sealed = itemgetter(*(places[name] for name in chain.covered(self.run.table, self.shape)))
            self.run.add_values([sealed(row) for row in self.rows])
        self.rows.clear()


def _rows(db: Database, table: str, again: Mapping[int, str]) -> Iterator[Break]:
    """Lines of a table that say something else than was sealed, and rows that are not as their journal tells."""
    runs = _runs(db, table)
    for which in _windows(db, table):
        rows, lines = _read(db, table, which), _lines(db, table, which)
        near = [one for one in runs if one.last >= which.params[0] and one.first <= which.params[1]]
        if not lines and len(near) == 1 and near[0].covers(rows):
            near[0].rows += (rows[number] for number in sorted(rows))
            near[0].seal()
            continue
        for number in sorted({*rows, *lines}):
            covering = [one for one in near if one.first <= number <= one.last]
            if number not in lines and len(covering) == 1:
                covering[0].rows.append(rows[number])
                continue
            row = dict(zip(columns(table), rows[number], strict=True)) if number in rows else None
            history = sorted([*lines.get(number, ()), *covering], key=attrgetter("id"), reverse=True)
            yield from _taken_back(table, number, row, history, again)
        for one in near:
            one.seal()
    for one in runs:
        if one.digest and one.run and again.get(one.id, one.digest) != one.run.seal:
            yield Break(one.batch_id, one.id, table, one.first)


def _read(db: Database, table: str, which: Which) -> dict[int, tuple[Any, ...]]:
    """The values of rows, by number."""
    sql = f"SELECT {', '.join(columns(table))} FROM {table} WHERE {which.of('id')}"
    return {row[0]: row for row in db.rows(sql, which.params)}


def _windows(db: Database, table: str) -> Iterator[Which]:
    """The numbers of all rows there are, and of those the journal tells of."""
    sql = f"""SELECT MIN(id) FROM (SELECT MIN(id) AS id FROM {table} WHERE id >= ?
        UNION ALL SELECT MIN(row_id) FROM journal WHERE table_name = '{table}' AND row_id >= ?) AS there"""
    return _there(db, sql, 1, WINDOW)


def _there(db: Database, following: str, first: int, size: int) -> Iterator[Which]:
    """Windows over numbers that there are, however far apart they lie; `following` asks for the first from one on."""
    start: int | None = first
    while start is not None:
        found = db.one(following, (start,) * following.count("?"))
        if not found or found[0] is None:
            return
        last = min(found[0] + size - 1, BIGGEST)
        yield between(found[0], last)
        start = last + 1 if last < BIGGEST else None


def _runs(db: Database, table: str) -> list[_Line]:
    """The runs of rows that came, those without a seal too: they tell how a row came."""
    rows = db.rows(
        "SELECT journal.id, batch_id, shape, row_id, last_id, journal.salt, journal.digest FROM journal"
        " JOIN batch ON batch.id = journal.batch_id WHERE table_name = ? AND last_id IS NOT NULL",
        (table,),
    )
    found: list[_Line] = []
    for number, batch_id, shape, first, last, salted, digest in rows:
        run = chain.Run(table, first, salted or "", shape)
        found.append(_Line(number, batch_id, shape, None, None, salted, digest, run, first, last))
    return found


def _lines(db: Database, table: str, which: Which) -> dict[int, list[_Line]]:
    """The other lines, by row."""
    lines: dict[int, list[_Line]] = defaultdict(list)
    for row_id, *line in db.rows(
        "SELECT row_id, journal.id, batch_id, shape, before, after, journal.salt, journal.digest FROM journal"
        " JOIN batch ON batch.id = journal.batch_id"
        f" WHERE table_name = ? AND last_id IS NULL AND {which.of('row_id')}",
        (table, *which.params),
    ):
        lines[row_id].append(_Line(*line))
    return lines


def _taken_back(
    table: str,
    number: int,
    row: Row | None,
    history: Iterable[_Line],
    again: Mapping[int, str],
) -> Iterator[Break]:
    """Take a row back, line by line, newest first, to nothing."""
    for line in history:
        if line.before is not None:
            was, becomes = json.loads(line.before), json.loads(line.after) if line.after else None
            if not (_sealed(line, again) and _agrees(row, becomes)):
                yield Break(line.batch_id, line.id, table, number)
            row = was if becomes is None else None if row is None else {**row, **was}
            continue
        if row is None or not (line.run or _sealed_row(table, row, line, again)):
            yield Break(line.batch_id, line.id, table, number)
        elif line.run and row is not None:
            line.rows.append(tuple(row.get(name) for name in columns(table)))
        row = None
    if row is not None:
        yield Break(0, 0, table, number)


def _agrees(row: Row | None, becomes: Row | None) -> bool:
    """Whether a row is what a line says it becomes."""
    if row is None or becomes is None:
        return row is becomes
    return all(row.get(name) == value for name, value in becomes.items() if name not in chain.UNSEALED)


def _sealed(line: _Line, again: Mapping[int, str]) -> bool:
    if line.digest is None:
        return True
    content = chain.edit_content(line.before or "", line.after)
    return chain.seal(line.salt or "", content) == again.get(line.id, line.digest)


def _sealed_row(table: str, row: Row, line: _Line, again: Mapping[int, str]) -> bool:
    if line.digest is None:
        return True
    if line.after is not None:
        return False
    run = chain.Run(table, 1, line.salt or "", line.shape)
    run.add([row])
    return run.seal == again.get(line.id, line.digest)
