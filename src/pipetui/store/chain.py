"""Seals that make tampering evident: a digest of what every line of the journal says, and a chain over all batches.

A seal is SHA-256 over a random salt and the content: the fields before and after, or the row as it came. The chain of
a batch is SHA-256 over the chain before it, the batch and the seals of its lines, in JSON. So content can be blanked
and sealed again (a line about table `journal` or `batch` carries the new seal) while the chain stays whole.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from json import JSONEncoder
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Row
from pipetui.core.message import Message
from pipetui.store.journal import dumped, label_values
from pipetui.store.rows import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipetui.store.db import Database

encoded: Callable[[Any], str] = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
SALT_BYTES = 16
LEAST = 8
"""Signs of a chain that name it."""
UNSEALED = frozenset(("version",))
"""Columns that the store keeps by itself."""
Line = tuple[int, str, int, int | None, int | None, str | None]
"""Of the journal, as the chain holds it: number, table, row, last row of a run, deal, seal."""


def salt() -> str:
    """A new one."""
    return secrets.token_hex(SALT_BYTES)


def seal(salted: str, content: str) -> str:
    """The digest of some content, in hexadecimal."""
    return sha256(f"{salted}{content}".encode(errors="surrogatepass")).hexdigest()


def label_content(text: str, values: str) -> str:
    """What the seal of a batch covers."""
    return f"{text}\n{values}"


def edit_content(before: str, after: str | None) -> str:
    """What the seal of a line covers that edits or drops a row."""
    return f"{before}\n{after or ''}"


def sealed_edit(before: Row, after: Row | None) -> tuple[str, str | None, str, str]:
    """The fields as the journal keeps them, and their salt and seal."""
    was, becomes, salted = dumped(before), None if after is None else dumped(after), salt()
    return was, becomes, salted, seal(salted, edit_content(was, becomes))


SINCE: Mapping[tuple[str, str], str] = {}
"""By table and column: the shape of the store in which the column came, when rows had been sealed without it. Columns
of records only ever come: one that went, or took another name, would break the seals of before."""


@cache
def covered(table: str, shape: str | None) -> tuple[str, ...]:
    """The columns that the seal of a row covers which came in a store of this shape; None for that of today."""
    return tuple(
        name
        for name in columns(table)
        if name not in UNSEALED and (shape is None or SINCE.get((table, name), "") <= shape)
    )


@cache
def fields(table: str, shape: str | None) -> Callable[[Row], tuple[Any, ...]]:
    """The values of a row that its seal covers, in the order of the columns."""
    return itemgetter(*covered(table, shape))


class Run:
    """Rows of a table that came one after the other, sealed together while they pass."""

    def __init__(self, table: str, first: int, salted: str, shape: str | None = None) -> None:
        """`shape` is that of the store they came in, as their batch says; that of today without it."""
        self.table, self.first, self.last, self.salt, self.shape = table, first, first - 1, salted, shape
        self._hash = sha256(salted.encode())

    def add(self, rows: Sequence[Row]) -> None:
        """The next rows, their numbers without a gap."""
        self.add_values([fields(self.table, self.shape)(row) for row in rows])

    def add_values(self, rows: Sequence[Sequence[Any]]) -> None:
        """The same, of each row the values that are sealed."""
        values = encoded(rows)[1:-1]
        comma = "," if self.last >= self.first else ""
        self._hash.update(f"{comma}{values}".encode(errors="surrogatepass"))
        self.last += len(rows)

    @property
    def seal(self) -> str:
        """The digest of all rows so far."""
        return self._hash.hexdigest()


def sealed_row(table: str, row: Row) -> tuple[str, str]:
    """Salt and seal of a row that came alone: a run of one."""
    run = Run(table, 1, salt())
    run.add([row])
    return run.salt, run.seal


class Runs:
    """The rows of an import, as runs: one for each table, as long as numbers follow each other."""

    def __init__(self) -> None:
        self._done: list[Run] = []
        self._open: dict[str, Run] = {}

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Rows in the order they came."""
        start = 0
        for at in range(1, len(rows) + 1):
            if at == len(rows) or rows[at]["id"] != rows[at - 1]["id"] + 1:  # type: ignore[operator]
                self._add(table, rows[start:at])
                start = at

    def _add(self, table: str, rows: Sequence[Row]) -> None:
        first: Any = rows[0]["id"]
        run = self._open.get(table)
        if run is None or first != run.last + 1:
            run = self._open[table] = Run(table, first, salt())
            self._done.append(run)
        run.add(rows)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._done)


class Head:
    """A batch as the chain holds it, before its lines."""

    def __init__(
        self, number: int, at: str, member: int | None, kind: str, target: int | None, shape: str
    ) -> None:
        self.number, self.member, self.target = number, member, target
        self.values = (number, at, member, kind, target, shape)

    def open(self, before: str, label_seal: str) -> Link:
        """The link of this batch, to which its lines are added."""
        return Link(before, encoded([*self.values, label_seal]))


class Link:
    """The chain of one batch while its lines pass."""

    def __init__(self, before: str, head: str) -> None:
        self._hash = sha256(f"{before}\n{head}\n".encode(errors="surrogatepass"))

    def add(self, lines: Iterable[Line]) -> None:
        """The next lines, in the order of their numbers."""
        text = "".join(f"{encoded(line)}\n" for line in lines)
        self._hash.update(text.encode(errors="surrogatepass"))

    @property
    def chain(self) -> str:
        """The digest of the chain so far."""
        return self._hash.hexdigest()


def last(db: Database) -> str:
    """The chain of the newest batch; empty before the first sealed one."""
    row = db.one("SELECT chain FROM batch ORDER BY id DESC LIMIT 1")
    return str(row[0]) if row and row[0] else ""


def number_of(db: Database, link: str) -> int | None:
    """The batch with which the chain was as it was noted, by eight of its first signs or more; None without one."""
    noted = link.strip().lower()
    if len(noted) < LEAST or set(noted) - set("0123456789abcdef"):
        return None
    row = db.one("SELECT id FROM batch WHERE chain LIKE ? ORDER BY id LIMIT 1", (f"{noted}%",))
    return int(row[0]) if row else None


def head(db: Database) -> tuple[int, str] | None:
    """The newest batch and the chain over all there is; None before the first sealed one."""
    row = db.one("SELECT id, chain FROM batch WHERE chain IS NOT NULL ORDER BY id DESC LIMIT 1")
    return (int(row[0]), str(row[1])) if row else None


def sealed_label(label: Message) -> tuple[str, str, str, str]:
    """Text and values of a label as the journal keeps them, and their salt and seal."""
    values, salted = label_values(label), salt()
    return label.text, values, salted, seal(salted, label_content(label.text, values))
