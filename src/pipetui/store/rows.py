"""Rows of records by their numbers, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.change import Row, field_names
from pipetui.core.deal import RECORDS, Record

if TYPE_CHECKING:
    from pipetui.store.db import Database

KINDS: dict[str, type[Record]] = {kind.table: kind for kind in RECORDS}
OF_A_DEAL = frozenset(("visit", "activity", "quote", "participant", "evidence", "decision"))
"""Records with the deal they hang on in `deal_id`."""
AT_ONCE = 512
"""Numbers in one statement; below every engine's limit."""


class Which(NamedTuple):
    """A condition on the numbers in one column."""

    test: str
    """With `{}` for the column."""
    params: tuple[int, ...] = ()

    def of(self, column: str) -> str:
        """The condition on this column."""
        return self.test.format(column)


EVERY = Which("1 = 1")


def between(first: int, last: int) -> Which:
    """All numbers from the first to the last."""
    return Which("{} BETWEEN ? AND ?", (first, last))


def windows(last: int, size: int) -> Iterator[Which]:
    """All numbers from 1 on in windows of one size, until one holds the last."""
    for start in range(1, last + 1, size):
        yield between(start, start + size - 1)


def deals(db: Database, size: int) -> Iterator[Which]:
    """The numbers of all deals, so many at a time."""
    last = db.one("SELECT COALESCE(MAX(id), 0) FROM deal")
    yield from windows(last[0] if last else 0, size)


def among(ids: Iterable[int]) -> Iterator[Which]:
    """These numbers, some hundreds at a time; the statements come in few lengths, so that engines know them again."""
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        length = 1 << (len(some) - 1).bit_length()
        some += some[-1:] * (length - len(some))
        yield Which(f"{{}} IN ({', '.join('?' * length)})", tuple(some))


@cache
def columns(table: str) -> tuple[str, ...]:
    """The columns of a record's table, the number first."""
    return field_names(KINDS[table])


@cache
def references(table: str) -> tuple[str, ...]:
    """The columns that hold the number of another row."""
    return tuple(name for name in columns(table) if name.endswith("_id") and name != "external_id")


@cache
def _read(table: str) -> tuple[str, ...]:
    return (*columns(table), "furthest_id") if table == "deal" else columns(table)


def found(db: Database, table: str, which: Which) -> dict[int, Row]:
    """Rows by number; those of deals with the derived `furthest_id`, which the counts need."""
    names = _read(table)
    sql = f"SELECT {', '.join(names)} FROM {table} WHERE {which.of('id')}"
    return {values[0]: dict(zip(names, values, strict=True)) for values in db.rows(sql, which.params)}


def own(table: str, row: Row) -> Row:
    """A row without what is derived."""
    return {name: row[name] for name in columns(table)} if table == "deal" else row


def concerned(table: str, row: Row) -> int | None:
    """The deal a row belongs to."""
    deal: Any = None
    if table == "deal":
        deal = row["id"]
    elif table == "tagging":
        deal = row["subject_id"] if row["subject"] == "deal" else None
    elif table in OF_A_DEAL:
        deal = row["deal_id"]
    return deal if deal is None else int(deal)


class Spans:
    """Numbers given one by one, kept as runs of neighbours."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []

    def add(self, number: int) -> None:
        """One more, usually next to the last."""
        if self.runs:
            run = self.runs[-1]
            if number == run[1] + 1:
                run[1] = number
                return
            if number == run[0] - 1:
                run[0] = number
                return
        self.runs.append([number, number])

    def windows(self, size: int) -> Iterator[Which]:
        """The numbers, at most so many at a time."""
        for first, last in self.runs:
            for start in range(first, last + 1, size):
                yield between(start, min(start + size - 1, last))
