"""All rows of a store, table by table: out of one store, into another, on either engine, with the same numbers.

Records, journal, sequences and what is derived go along as they are, so that undo goes on where it was. Rows pass in
pieces; the two stores are compared by counts and digests before anything is confirmed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.message import say
from pipetui.errors import StoreProblem

if TYPE_CHECKING:
    from pipetui.store.db import Database

AT_ONCE = 2000
"""Rows in a piece."""
NOT_CARRIED = frozenset(("alembic_version",))
"""Tables that tell of the store itself."""


class Piece(NamedTuple):
    """Some rows of a table, in the order of its key."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Layout(NamedTuple):
    """A table as the engine has it."""

    columns: tuple[str, ...]
    key: tuple[str, ...]


class Sum:
    """The rows of a table counted and digested, in the order of its key."""

    def __init__(self) -> None:
        self.n = 0
        self._hash = hashlib.sha256()

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Some more rows."""
        for row in rows:
            self.n += 1
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            self._hash.update(text.encode("utf-8", "surrogatepass") + b"\n")

    @property
    def digest(self) -> str:
        """SHA-256 of the rows, each as a JSON list on a line."""
        return self._hash.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and (self.n, self.digest) == (other.n, other.digest)

    __hash__ = None  # type: ignore[assignment]


Sums = dict[str, Sum]


def layouts(db: Database) -> dict[str, Layout]:
    """The tables that are carried."""
    if db.dialect == "sqlite":
        names = db.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
        )
        found = {name: _sqlite_layout(db, name) for (name,) in names}
    else:
        names = db.rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            ' ORDER BY relname COLLATE "C"'
        )
        found = {name: _postgres_layout(db, name) for (name,) in names}
    return {name: layout for name, layout in found.items() if name not in NOT_CARRIED}


def _sqlite_layout(db: Database, table: str) -> Layout:
    columns = db.rows("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (table,))
    keys = sorted((place, name) for name, place in columns if place)
    return Layout(tuple(name for name, _ in columns), tuple(name for _, name in keys))


def _postgres_layout(db: Database, table: str) -> Layout:
    columns = db.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        (table,),
    )
    keys = db.rows(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)"
        " WHERE indrelid = to_regclass(?) AND indisprimary ORDER BY array_position(indkey::int2[], attnum)",
        (table,),
    )
    return Layout(tuple(name for (name,) in columns), tuple(name for (name,) in keys))


def pieces(db: Database) -> Iterator[Piece]:
    """Every row of a store, as it is at one moment. The store is read until the last piece was taken."""
    with db.reading():
        if db.dialect == "postgresql" and any(_hides(db, table) for table in layouts(db)):
            # What a policy would hide from this member is an error: a copy with holes would look whole.
            db.run("SET LOCAL row_security = off")
        for table, layout in layouts(db).items():
            yield from _pieces(db, table, layout)


def _hides(db: Database, table: str) -> bool:
    """Whether a row policy may keep rows of a table from this member: none lets all be read, or one restricts."""
    sql = """SELECT count(*) FROM pg_class c WHERE c.oid = to_regclass(?) AND row_security_active(c.oid) AND (
        NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
            AND 0 = ANY(p.polroles) AND pg_get_expr(p.polqual, p.polrelid) = 'true')
        OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
            AND p.polcmd IN ('r', '*')))"""
    (found,) = db.one(sql, (table,)) or (0,)
    return bool(found)


def _pieces(db: Database, table: str, layout: Layout) -> Iterator[Piece]:
    names, keys = ", ".join(layout.columns), ", ".join(layout.key)
    places = [layout.columns.index(name) for name in layout.key]
    after = f"WHERE ({keys}) > ({', '.join('?' * len(places))})"
    where, last = "", ()
    while True:
        rows = db.rows(f"SELECT {names} FROM {table} {where} ORDER BY {keys} LIMIT {AT_ONCE}", last)
        if rows or not where:
            yield Piece(table, layout.columns, rows)
        if len(rows) < AT_ONCE:
            return
        where, last = after, tuple(rows[-1][place] for place in places)


def fill(db: Database, source: Iterable[Piece]) -> Sums:
    """Write the pieces into the empty tables of a store, inside its transaction, and read them back.

    Raises StoreProblem when a piece does not fit, or when what is read back is not what came.
    """
    there, came = layouts(db), Sums()
    for piece in source:
        known = there.get(piece.table)
        if known is None or set(known.columns) != set(piece.columns):
            raise _unlike(piece.table)
        came.setdefault(piece.table, Sum()).add(piece.rows)
        if piece.rows:
            db.insert(piece.table, piece.columns, piece.rows)
    for missing in there.keys() - came.keys():
        raise _unlike(missing)
    columns = {table: there[table] for table in came}
    if unequal := [
        table for table, layout in columns.items() if _read_back(db, table, layout) != came[table]
    ]:
        raise StoreProblem(
            say("The copy of {tables} is not equal to what was copied.", tables=", ".join(sorted(unequal))),
            say("Nothing was written."),
        )
    return came


def _read_back(db: Database, table: str, layout: Layout) -> Sum:
    found = Sum()
    for piece in _pieces(db, table, layout):
        found.add(piece.rows)
    return found


def empty(db: Database) -> bool:
    """Whether nobody has done anything in a store: nothing would be lost with it."""
    return db.one("SELECT 1 FROM batch WHERE kind <> 'setup'") is None and (
        db.one("SELECT 1 FROM deal") is None and db.one("SELECT 1 FROM contact") is None
    )


def clear(db: Database) -> None:
    """Take all rows away, inside a transaction of PostgreSQL."""
    db.run(f"TRUNCATE {', '.join(layouts(db))}")


def _unlike(table: str) -> StoreProblem:
    return StoreProblem(
        say("The table {table} is not alike in both stores; nothing was copied.", table=table),
        say("Open the older one with this version first: pipetui --db … doctor"),
    )
