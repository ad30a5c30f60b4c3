"""One connection to a store, and plain SQL through it: the same for a SQLite file and a PostgreSQL database.

Statements are written once, in the words both engines know, with `?` for values and no `?` elsewhere. Rows are plain
tuples of JSON scalars on both. What differs between the engines stands in `sqlite` and `postgres`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import RLock
from time import monotonic, sleep
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from pipetui.core.message import Message

from pipetui.errors import ConnectionLost, StoreProblem

T = TypeVar("T")
Params = Sequence[Any]
PATIENCE = 8.0
"""Seconds that writers and commands wait for a connection that was lost."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two attempts to connect again; each pause is twice the one before."""


class Database:
    """An open store. Threads may share it: each statement, and each transaction as a whole, waits for the others.

    A connection that is lost is made again by the next who asks, for as long as `patience` lasts; without any, who
    asks learns of the loss at once, and somebody calls `reconnect` on a thread where waiting does no harm.
    """

    def __init__(self, url: str, make: bool = True) -> None:
        """Open the file, or the database at a `postgresql://` address; a file that is not there is made, if it may be.

        Raises StoreProblem.
        """
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = dialect(url)
        self.patience = PATIENCE
        """Seconds to wait for a connection that was lost."""
        self.lost: ConnectionLost | None = None
        """Why the connection cannot be used; None while it can."""
        self._engine = engine(url)
        self._link: Any = self._engine.connect(url, make)
        self._lock = RLock()
        self._inside = False
        self._missed = False
        """Somebody may have written while the connection was lost."""
        self._name = ""
        self._seen = self._met(self._link)
        self.vouch: Callable[[Database], None] | None = None
        """Asked before each write and after somebody else wrote: raises what keeps this version from the store."""
        self._look()

    def rows(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

        def read(link: Any) -> list[tuple[Any, ...]]:
            return link.execute(self._engine.spelled(sql), params).fetchall()  # type: ignore[no-any-return]

        return self._ask(read, again=True)

    def one(self, sql: str, params: Params = ()) -> tuple[Any, ...] | None:
        """The first row of a query, None when there is none."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def run(self, sql: str, params: Params = ()) -> int:
        """Execute a statement; how many rows it touched."""

        def touched(link: Any) -> int:
            return link.execute(self._engine.spelled(sql), params).rowcount  # type: ignore[no-any-return]

        return self._ask(touched)

    def run_many(self, sql: str, rows: Iterable[Params]) -> int:
        """Execute a statement once for each row of values; how many rows it touched."""

        def touched(link: Any) -> int:
            cursor = link.cursor()
            cursor.executemany(self._engine.spelled(sql), rows)
            return int(cursor.rowcount)

        return self._ask(touched)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Params]) -> None:
        """Add many rows to a table by the engine's fastest way."""
        self._ask(lambda link: self._engine.insert(link, table, columns, rows))

    def folded(self, column: str) -> str:
        """A column as SQL, without case and accents, to be searched in for what `fold` makes of words."""
        searched: str = self._engine.folded(column)
        return searched

    def study(self, tables: Sequence[str]) -> None:
        """Let the engine look at tables that changed much, so that it goes on finding rows the short way."""
        for statement in self._engine.study(tables):
            self.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is inside is written as a whole, or not at all when it raises. Writers wait for one another."""
        with self._lock, self._begun(self._engine.BEGIN):
            try:
                if self.vouch is not None:
                    self.vouch(self)
                yield
                self._keep()
            except BaseException:
                self._engine.roll_back(self._link)
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The queries inside see the store at one moment, whoever writes meanwhile."""
        with self._lock, self._begun(self._engine.BEGIN_READING):
            try:
                yield
            finally:
                self._engine.roll_back(self._link)

    def changed(self) -> bool:
        """Whether somebody else wrote since the last time this was asked. Costs some microseconds.

        Raises ConnectionLost when the server, or the file that was opened, is not there any more.
        """
        with self._lock:
            self._look()
            before = self._seen
            self._seen = self._ask(lambda link: self._engine.mark(link, before))
            missed, self._missed = self._missed, False
            changed = missed or before != self._seen
            if changed and self.vouch is not None:
                self.vouch(self)
            return changed

    def reconnect(self) -> None:
        """Open the store again in place of a connection that was lost. Raises StoreProblem when that fails."""
        link = self._engine.connect_again(self.url, self._link)
        seen = self._met(link)
        with self._lock:
            gone, self._link = self._link, link
            self.lost, self._missed, self._seen = None, True, seen
            self._look()
        with suppress(*self._engine.Error):
            gone.close()

    def _met(self, link: Any) -> int:
        """The mark of a new connection, once it knows who looks; one that breaks at once is closed."""
        try:
            if self._name:
                self._engine.introduce(link, self._name)
            return int(self._engine.mark(link, 0))
        except self._engine.Error as error:
            problem = self._engine.lost(link, error, self.url) or self._engine.problem(error, self.url)
            with suppress(*self._engine.Error):
                link.close()
            raise problem from error

    def introduce(self, name: str) -> None:
        """Say who is connected, where the server can show it to others."""
        self._name = name
        self._ask(lambda link: self._engine.introduce(link, name))

    def make_room(self) -> None:
        """Read the same rows again and again, soon: take some megabytes for that."""
        self._ask(self._engine.make_room)

    def backup(self, path: str, mode: int = 0o600) -> None:
        """A consistent copy in a new file while the store is in use.

        Raises StoreProblem; NotImplementedError on PostgreSQL, whose pages are no file.
        """
        with self._lock:
            self._engine.backup(self._link, self.url, path, mode)

    def wipe(self, tables: Sequence[str]) -> Message | None:
        """Have what was erased from these tables gone from the disk too; what keeps it there, None when it is gone."""
        with self._lock:
            try:
                rest: Message | None = self._engine.wipe(self._link, self.url, tables)
            except self._engine.Error as error:
                return self._problem(error).message
            return rest

    def findings(self) -> list[str]:
        """What the engine itself finds broken, in its own words; empty when all is well."""
        found: list[str] = self._ask(self._engine.findings)
        return found

    def broken_references(self) -> list[str]:
        """Rows that refer to rows that are not there: the table, the number, and the table that lacks it."""
        with self._lock:
            try:
                found: list[str] = self._engine.broken_references(self._link)
            except self._engine.Error as error:
                raise self._engine.problem(error, self.url) from error
            return found

    def close(self) -> None:
        """Let go of the file or the server. The store cannot be used after."""
        with self._lock:
            self._link.close()

    # Being connected

    def _ask(self, act: Callable[[Any], T], again: bool = False) -> T:
        """Do something on the connection; `again` after a loss, when it changes nothing and stands alone."""
        with self._lock:
            self._be_there()
            try:
                return act(self._link)
            except self._engine.Error as error:
                problem = self._problem(error)
                if not (again and self.lost and self.patience and not self._inside):
                    raise problem from error
            self._be_there()
            return self._ask(act)

    @contextmanager
    def _begun(self, statements: tuple[str, ...]) -> Iterator[None]:
        if not self._inside:
            self._look()
        try:
            self._begin(statements)
        except ConnectionLost:
            if not self.patience:
                raise
            self._begin(statements)
        self._inside = True
        try:
            yield
        finally:
            self._inside = False

    def _begin(self, statements: tuple[str, ...]) -> None:
        self._be_there()
        try:
            for statement in statements:
                self._link.execute(statement)
        except self._engine.Error as error:
            problem = self._problem(error)
            self._engine.roll_back(self._link)
            raise problem from error

    def _keep(self) -> None:
        """The end of a transaction: what was written is to stay."""
        for statement in self._engine.COMMIT:
            try:
                self._link.execute(statement)
            except self._engine.Error as error:
                problem = self._problem(error)
                if isinstance(problem, ConnectionLost) and statement == self._engine.COMMIT[-1]:
                    raise ConnectionLost(problem.message, problem.hint, doubtful=True) from error
                raise problem from error

    def _look(self) -> None:
        """Raises Replaced when the file that is open is not the one that stands there."""
        if self.lost is None and (why := self._engine.displaced(self._link, self.url)):
            self.lost = why
            raise type(why)(why.message, why.hint)

    def _problem(self, error: Exception) -> StoreProblem:
        """What to raise for an error of the engine; a loss is remembered."""
        if lost := self._engine.lost(self._link, error, self.url):
            self.lost = lost
            return ConnectionLost(lost.message, lost.hint)
        return self._engine.busy(self._link, error, self.url) or self._engine.problem(error, self.url)  # type: ignore[no-any-return]

    def _be_there(self) -> None:
        """Wait for a connection that was lost, unless a transaction went with it. Raises ConnectionLost."""
        if self.lost is None:
            return
        deadline, pause = monotonic() + self.patience, FIRST_PAUSE
        while not self._inside and self.patience:
            with suppress(StoreProblem):
                self.reconnect()
                return
            if monotonic() + pause > deadline:
                break
            sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise type(self.lost)(self.lost.message, self.lost.hint)


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
