"""Some changes, applied in their order to the rows they touch, then written by one statement for each kind of write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from pipetui.core.change import Change, Row
from pipetui.errors import Clash
from pipetui.store import journal
from pipetui.store.rows import KINDS, among, columns, concerned, found, own

if TYPE_CHECKING:
    from pipetui.store.db import Database

Place = tuple[str, int]
"""A table and a row's number."""
DERIVED = {"deal": ("furthest_id", "next_activity_id", "next_due")}
KEPT_BY_THE_STORE = ("id", "version")
"""Columns that nobody else sets, so nobody clashes over them."""


class Chunk:
    """Rows as they are and as they become. Raises Conflict when somebody else changed the same fields first."""

    def __init__(self, db: Database, changes: Sequence[Change]) -> None:
        self._db = db
        self._origins = self._read(changes)
        self._rows = dict(self._origins)
        self.applied: list[tuple[Change, int | None]] = []
        """What really changes, with the deal it concerns."""
        clashes = [clash for change in changes for clash in self._apply(change)]
        if clashes:
            raise journal.conflict(db, clashes)
        self.came: dict[str, list[Row]] = defaultdict(list)
        """New rows by table."""
        self.changed: list[tuple[str, Row, Row | None]] = []
        """Rows that take other values, or go: the table, before, after."""
        for (table, number), was in self._origins.items():
            becomes = self._rows[table, number]
            if was is not None and was is not becomes:
                self.changed.append((table, was, becomes))
            elif was is None and becomes is not None:
                self.came[table].append(becomes)

    def write(self) -> None:
        """Rows go, come and change."""
        gone: dict[str, list[int]] = defaultdict(list)
        edited: dict[tuple[str, tuple[str, ...]], list[tuple[object, ...]]] = defaultdict(list)
        for table, was, becomes in self.changed:
            if becomes is None:
                gone[table].append(was["id"])  # type: ignore[arg-type]
            else:
                names = tuple(name for name in columns(table) if was[name] != becomes[name])
                edited[table, names].append((*(becomes[name] for name in names), was["id"]))
        for table in reversed(KINDS):
            for which in among(gone[table]) if table in gone else ():
                self._db.run(f"DELETE FROM {table} WHERE {which.of('id')}", which.params)
        for table in KINDS:
            if table in self.came:
                names = (*columns(table), *DERIVED.get(table, ()))
                self._db.insert(table, names, map(itemgetter(*names), self.came[table]))
        for (table, names), rows in edited.items():
            if names:
                places = ", ".join(f"{name} = ?" for name in names)
                self._db.run_many(f"UPDATE {table} SET {places} WHERE id = ?", rows)

    def _read(self, changes: Sequence[Change]) -> dict[Place, Row | None]:
        origins: dict[Place, Row | None] = {}
        wanted: dict[str, list[int]] = defaultdict(list)
        for change in changes:
            place = change.table, change.id
            if place not in origins:
                origins[place] = None
                if change.before is not None:
                    wanted[change.table].append(change.id)
        for table, numbers in wanted.items():
            for which in among(numbers):
                for number, row in found(self._db, table, which).items():
                    origins[table, number] = row
        return origins

    def _apply(self, change: Change) -> Iterator[Clash]:
        if change.before is None and change.after is not None:
            yield from self._add(change, change.after)
        elif change.after is None:
            yield from self._drop(change)
        else:
            yield from self._edit(change, change.after)

    def _add(self, change: Change, row: Row) -> Iterator[Clash]:
        there = self._rows[change.table, change.id]
        if there is not None:
            yield Clash(change.table, change.id, "id", None, there["id"], change.id)
            return
        self._rows[change.table, change.id] = row
        self.applied.append((change, concerned(change.table, row)))

    def _drop(self, change: Change) -> Iterator[Clash]:
        row = self._rows[change.table, change.id]
        if row is None:
            return
        yield from self._clashes(change, row)
        self._rows[change.table, change.id] = None
        whole = Change(change.table, change.id, own(change.table, row), None)
        self.applied.append((whole, concerned(change.table, row)))

    def _edit(self, change: Change, after: Row) -> Iterator[Clash]:
        place = change.table, change.id
        row = self._rows[place]
        if row is None:
            for name, value in after.items():
                yield Clash(change.table, change.id, name, (change.before or {}).get(name), None, value)
            return
        yield from self._clashes(change, row)
        fresh = {n: v for n, v in after.items() if n not in KEPT_BY_THE_STORE and row[n] != v}
        if not fresh:
            return
        before = {name: row[name] for name in fresh}
        if row is self._origins[place]:
            row = self._rows[place] = {**row, "version": int(row["version"] or 0) + 1}
        row.update(fresh)
        self.applied.append((Change(change.table, change.id, before, fresh), concerned(change.table, row)))

    def _clashes(self, change: Change, row: Row) -> Iterator[Clash]:
        """Fields that hold neither what they held nor what they become; what this batch itself wrote does not count."""
        origin, after = self._origins[change.table, change.id], change.after or {}
        if origin is None:
            return
        for name, was in (change.before or {}).items():
            theirs = origin[name]
            if name in KEPT_BY_THE_STORE or theirs == was or (name in after and theirs == after[name]):
                continue
            if change.after is None and row[name] == was:
                continue
            yield Clash(change.table, change.id, name, was, theirs, after.get(name))
