"""One connection to a store, and plain SQL through it: the same for a SQLite file and a PostgreSQL database.

Statements are written once, in the words both engines know, with `?` for values and no `?` elsewhere. Rows are plain
tuples of JSON scalars on both. What differs between the engines stands in `sqlite` and `postgres`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pipetui.core.message import Message

Params = Sequence[Any]


class Database:
    """An open store. Threads may share it: each statement, and each transaction as a whole, waits for the others."""

    def __init__(self, url: str) -> None:
        """Open the file, or the database at a `postgresql://` address. Raises StoreProblem."""
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = dialect(url)
        self._engine = engine(url)
        self._link: Any = self._engine.connect(url)
        self._lock = RLock()
        self._seen: int = self._engine.mark(self._link, 0)

    def rows(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            try:
                return self._link.execute(self._engine.spelled(sql), params).fetchall()  # type: ignore[no-any-return]
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error

    def one(self, sql: str, params: Params = ()) -> tuple[Any, ...] | None:
        """The first row of a query, None when there is none."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def run(self, sql: str, params: Params = ()) -> int:
        """Execute a statement; how many rows it touched."""
        with self._lock:
            try:
                return self._link.execute(self._engine.spelled(sql), params).rowcount  # type: ignore[no-any-return]
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error

    def run_many(self, sql: str, rows: Iterable[Params]) -> None:
        """Execute a statement once for each row of values."""
        with self._lock:
            try:
                self._link.cursor().executemany(self._engine.spelled(sql), rows)
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Params]) -> None:
        """Add many rows to a table by the engine's fastest way."""
        with self._lock:
            try:
                self._engine.insert(self._link, table, columns, rows)
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error

    def study(self, tables: Sequence[str]) -> None:
        """Let the engine look at tables that changed much, so that it goes on finding rows the short way."""
        for statement in self._engine.study(tables):
            self.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is inside is written as a whole, or not at all when it raises. Writers wait for one another."""
        with self._lock:
            self._control(self._engine.BEGIN)
            try:
                yield
                self._control(self._engine.COMMIT)
            except BaseException:
                self._engine.roll_back(self._link)
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The queries inside see the store at one moment, whoever writes meanwhile."""
        with self._lock:
            self._control(self._engine.BEGIN_READING)
            try:
                yield
            finally:
                self._engine.roll_back(self._link)

    def changed(self) -> bool:
        """Whether somebody else wrote since the last time this was asked. Costs some microseconds."""
        with self._lock:
            try:
                before, self._seen = self._seen, self._engine.mark(self._link, self._seen)
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error
            return before != self._seen

    def make_room(self) -> None:
        """Read the same rows again and again, soon: take some megabytes for that."""
        with self._lock:
            self._engine.make_room(self._link)

    def backup(self, path: str) -> None:
        """A consistent copy in a new file while the store is in use. Raises StoreProblem, always on PostgreSQL."""
        with self._lock:
            self._engine.backup(self._link, self.url, path)

    def wipe(self, tables: Sequence[str]) -> Message | None:
        """Have what was erased from these tables gone from the disk too; what keeps it there, None when it is gone."""
        with self._lock:
            rest: Message | None = self._engine.wipe(self._link, self.url, tables)
            return rest

    def findings(self) -> list[str]:
        """What the engine itself finds broken, in its own words; empty when all is well."""
        with self._lock:
            try:
                found: list[str] = self._engine.findings(self._link)
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error
            return found

    def close(self) -> None:
        """Let go of the file or the server. The store cannot be used after."""
        with self._lock:
            self._link.close()

    def _control(self, statements: tuple[str, ...]) -> None:
        try:
            for statement in statements:
                self._link.execute(statement)
        except self._engine.Error as error:
            raise self._engine.problem(error, self.url) from error


def dialect(url: str) -> Literal["sqlite", "postgresql"]:
    """Which engine an address names: everything that is no PostgreSQL address is the path of a file."""
    return "postgresql" if url.startswith(("postgresql://", "postgres://")) else "sqlite"


def engine(url: str) -> ModuleType:
    """The module that knows the engine; psycopg is imported for an address only."""
    if dialect(url) == "postgresql":
        from pipetui.store import postgres

        return postgres
    from pipetui.store import sqlite

    return sqlite
