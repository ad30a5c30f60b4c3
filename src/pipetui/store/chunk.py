"""Some changes, applied in their order to the rows they touch, then written by one statement for each kind of write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from pipetui.core.change import Row
from pipetui.core.message import say
from pipetui.errors import Clash, Forbidden
from pipetui.store import journal
from pipetui.store.rows import KINDS, among, columns, concerned, found, own

if TYPE_CHECKING:
    from pipetui.store.db import Database

Place = tuple[str, int]
"""A table and a row's number."""
Step = tuple[str, int, Row | None, Row | None]
"""A change: table, number, before, after. The row that comes belongs to the chunk."""
DERIVED = {"deal": ("next_activity_id", "next_due", "furthest_id")}
KEPT_BY_THE_STORE = ("id", "version")
"""Columns that nobody else sets, so nobody clashes over them."""


class Chunk:
    """Rows as they are and as they become. Raises Conflict when somebody else changed the same fields first."""

    def __init__(self, db: Database, steps: Sequence[Step]) -> None:
        self._db = db
        self._origins = self._read(steps)
        self._rows = dict(self._origins)
        self.applied: list[tuple[str, int, Row | None, Row | None, int | None]] = []
        """What really changes, and the deal it concerns; a row that comes as it came, before later changes."""
        clashes = [clash for step in steps for clash in self._apply(step)]
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
            if table in gone:
                touched = sum(
                    self._db.run(f"DELETE FROM {table} WHERE {which.of('id')}", which.params)
                    for which in among(gone[table])
                )
                _all_touched(len(gone[table]), touched)
        for table in KINDS:
            if table in self.came:
                names = (*columns(table), *DERIVED.get(table, ()))
                self._db.insert(table, names, map(itemgetter(*names), self.came[table]))
        for (table, names), rows in sorted(edited.items(), key=_leaves_first):
            if names:
                places = ", ".join(f"{name} = ?" for name in names)
                _all_touched(len(rows), self._db.run_many(f"UPDATE {table} SET {places} WHERE id = ?", rows))

    def _read(self, steps: Sequence[Step]) -> dict[Place, Row | None]:
        origins: dict[Place, Row | None] = {}
        wanted: dict[str, list[int]] = defaultdict(list)
        for table, number, before, _ in steps:
            if (table, number) not in origins:
                origins[table, number] = None
                if before is not None:
                    wanted[table].append(number)
        for table, numbers in wanted.items():
            for which in among(numbers):
                for number, row in found(self._db, table, which).items():
                    origins[table, number] = row
        return origins

    def _apply(self, step: Step) -> Iterable[Clash]:
        table, number, before, after = step
        row = self._rows[table, number]
        if before is None and after is not None:
            return self._add(table, number, row, after)
        if after is None:
            return self._drop(table, number, row, before or {})
        return self._edit(table, number, row, before or {}, after)

    def _add(self, table: str, number: int, there: Row | None, row: Row) -> Iterable[Clash]:
        if there is not None:
            return (Clash(table, number, "id", None, number, number),)
        self._rows[table, number] = row
        self.applied.append((table, number, None, row, concerned(table, row)))
        return ()

    def _drop(self, table: str, number: int, row: Row | None, before: Row) -> Iterable[Clash]:
        if row is None:
            return ()
        self._rows[table, number] = None
        self.applied.append((table, number, own(table, row), None, concerned(table, row)))
        origin = self._origins[table, number] or {}
        return [
            Clash(table, number, name, was, theirs, None)
            for name, was in before.items()
            if name not in KEPT_BY_THE_STORE and was not in (theirs := origin.get(name, was), row[name])
        ]

    def _edit(self, table: str, number: int, row: Row | None, before: Row, after: Row) -> Iterable[Clash]:
        if row is None:
            return [
                Clash(table, number, name, before.get(name), None, value) for name, value in after.items()
            ]
        clashes = self._clashes(table, number, row, before, after)
        fresh = {n: v for n, v in after.items() if n not in KEPT_BY_THE_STORE and row[n] != v}
        if fresh:
            was = {name: row[name] for name in fresh}
            known = row is self._origins[table, number]
            row = self._rows[table, number] = {**row, **fresh}
            if known:
                row["version"] = int(row["version"] or 0) + 1
            self.applied.append((table, number, was, fresh, concerned(table, row)))
        return clashes

    def _clashes(self, table: str, number: int, row: Row, before: Row, after: Row) -> Iterable[Clash]:
        """Fields that held neither what they should nor what they become, before this batch wrote them nor since."""
        origin = self._origins[table, number] or row
        return [
            Clash(table, number, name, was, origin[name], after.get(name))
            for name, was in before.items()
            if name not in KEPT_BY_THE_STORE and not {was, after.get(name, was)} & {origin[name], row[name]}
        ]


OWNERS = ("contact", "organization", "deal")
"""The records others hang on are changed after them, in this order: a server that looks at whose a record is sees
whose it was."""


def _leaves_first(edit: tuple[tuple[str, tuple[str, ...]], object]) -> int:
    table = edit[0][0]
    return OWNERS.index(table) + 1 if table in OWNERS else 0


def _all_touched(wanted: int, touched: int) -> None:
    """A server's row policies pass over in silence what is not the member's to change."""
    if touched != wanted:
        raise Forbidden(
            say("The server does not let you change all of that; nothing was written."),
            say("Some of it belongs to somebody else: ask an admin. See: pipetui members"),
        )
