"""Putting one store in the place of another: what comes is checked first, what goes is kept beside it.

A SQLite file is replaced page by page under its own lock, so that programs that have it open see the old store or the
new one and never a mixture; a database on PostgreSQL is filled in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from threading import get_ident
from typing import NamedTuple

from pipetui.core.message import say
from pipetui.errors import Refused, StoreProblem
from pipetui.store import copying, schema, sqlite
from pipetui.store.copying import Piece, Sums
from pipetui.store.db import Database, dialect
from pipetui.store.sharing import PRIVATE_FILE, mode_for_copies

PAGES = 256
"""Pages copied between two looks at the clock."""
TRIES = 5


class Replaced(NamedTuple):
    """What was put in the place of a store."""

    sums: Sums
    """Of each table; nothing of pages, which come as they are."""
    kept: Path | None
    """Where what it replaces is kept; None when there was nothing worth keeping."""


class _WroteOnError(Exception):
    """Somebody wrote between the copy of the old store and the lock on it."""


def backup(db: Database, to: str) -> None:
    """Everything in a new SQLite file while the store is in use, from either engine. Raises StoreProblem."""
    if db.dialect == "sqlite":
        db.backup(to)
        return
    file = sqlite.path(to)
    if file.exists():
        raise StoreProblem(say("{file} exists already.", file=to), say("Choose another name."))
    with _made(file, copying.pieces(db)) as (made, _):
        sqlite.name(made, file)


def restore(url: str, file: Path, now: datetime) -> Replaced:
    """Put a backup in the place of the store at `url`. Raises StoreProblem when the backup is not sound."""
    beside = file if dialect(url) == "postgresql" else sqlite.path(url)
    with _vetted(file, beside.parent) as ready, closing(Database(str(ready))) as source:
        if dialect(url) == "postgresql":
            return _fill_server(url, copying.pieces(source), True, kept_name(file, now))
        source.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return Replaced({}, _install(ready, url, now, keep=True))


def put(source: Iterable[Piece], to: str, replace: bool, now: datetime) -> Replaced:
    """Write all rows of a store into an empty one; with `replace`, in the place of what is there, which is kept.

    Raises Refused when there is something and nobody said to replace it.
    """
    if dialect(to) == "postgresql":
        from pipetui.store.postgres import place

        kept = Path(f"{place(to).rpartition('/')[2] or 'store'}.db")
        return _fill_server(to, source, replace, kept_name(kept, now))
    file = sqlite.path(to)
    full = file.exists() and file.stat().st_size > 0 and not _is_empty(file)
    if full and not replace:
        raise _occupied(str(file))
    with _made(file, source) as (made, found):
        if not file.exists() or not file.stat().st_size:
            made.replace(file)
            return Replaced(found, None)
        return Replaced(found, _install(made, str(file), now, keep=full))


def kept_name(file: Path, now: datetime) -> Path:
    """Where what a file replaces is kept: beside it, named by the time."""
    name = f"{file.name}.replaced-{now.astimezone():%Y%m%d-%H%M%S}"
    names = (file.with_name(name + end) for end in chain(("",), (f"-{n}" for n in count(2))))
    return next(free for free in names if not free.exists())


def _occupied(place: str) -> Refused:
    return Refused(
        say("{store} holds a store already.", store=place),
        say("Choose another place, or say --replace: what is there is kept in a file."),
    )


def _is_empty(file: Path) -> bool:
    with closing(Database(str(file))) as db:
        return schema.version(db) is None or copying.empty(db)


def _partial(file: Path) -> Path:
    return file.with_name(f".{file.name}.partial-{os.getpid()}-{get_ident()}")


@contextmanager
def _made(file: Path, source: Iterable[Piece]) -> Iterator[tuple[Path, Sums]]:
    """A new store with these rows, beside where it is to be; taken away unless it got another name."""
    partial = _partial(file)
    try:
        schema.upgrade(str(partial))
        with closing(Database(str(partial))) as db:
            db.run("PRAGMA synchronous = OFF")
            with db.transaction():
                found = copying.fill(db, source)
            db.run("PRAGMA synchronous = FULL")
            db.run("PRAGMA wal_checkpoint(TRUNCATE)")
        partial.chmod(PRIVATE_FILE)
        _to_disk(partial)
        yield partial, found
    finally:
        _remove(partial)


def _to_disk(file: Path) -> None:
    with file.open("rb+") as content:
        os.fsync(content.fileno())


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            file.with_name(file.name + end).unlink(missing_ok=True)


@contextmanager
def _vetted(file: Path, folder: Path) -> Iterator[Path]:
    """A copy of a backup, sound and in the shape of this version. The backup itself is only read."""
    vet(file)
    partial = _partial(folder / file.name)
    try:
        with closing(_read_only(file)) as source:
            sqlite.backup(source, str(file), str(partial))
        with closing(Database(str(partial))) as db:
            schema.bring_up(db, copy=False)
        yield partial
    finally:
        _remove(partial)


def vet(file: Path) -> None:
    """Raises StoreProblem when a file is no store, is damaged, or is of a newer version."""
    if not file.is_file():
        raise StoreProblem(say("There is no file {file}.", file=str(file)))
    try:
        with closing(_read_only(file)) as link:
            found = link.execute("SELECT version_num FROM alembic_version").fetchone()
            link.execute("SELECT 1 FROM pipeline")
            schema.refuse_newer(str(found[0]) if found else None)
            if broken := sqlite.findings(link) + sqlite.broken_references(link):
                raise StoreProblem(
                    say("{file} is damaged: {finding}.", file=str(file), finding=broken[0]),
                    say("Nothing was changed; choose another backup."),
                )
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise sqlite.problem(error, str(file)) from error
        raise StoreProblem(
            say("{file} is not a pipetui store.", file=str(file)), say("Choose another file.")
        ) from error
    except sqlite3.Error as error:
        raise sqlite.problem(error, str(file)) from error


def _read_only(file: Path) -> sqlite3.Connection:
    """A connection that leaves nothing beside the file; one in use has its newest pages beside it."""
    in_use = file.with_name(file.name + "-wal").exists()
    options = "mode=ro" if in_use else "immutable=1"
    try:
        return sqlite3.connect(f"{file.absolute().as_uri()}?{options}", uri=True)
    except sqlite3.Error as error:
        raise sqlite.problem(error, str(file)) from error


def _install(made: Path, url: str, now: datetime, keep: bool) -> Path | None:
    """Put the pages of a store in the place of those of a live file."""
    live = sqlite.path(url)
    if not live.exists():
        made.chmod(mode_for_copies(url))
        sqlite.name(made, live)
        return None
    kept = kept_name(live, now)
    try:
        return _pour(made, url, kept if keep else None)
    except StoreProblem as problem:
        if not isinstance(problem.__cause__, sqlite3.DatabaseError) or not _beyond_reading(live):
            raise
    _set_aside(live, kept)
    made.chmod(mode_for_copies(str(kept)))
    sqlite.name(made, live)
    return kept


def _pour(made: Path, url: str, kept: Path | None) -> Path | None:
    for _ in range(TRIES):
        with closing(sqlite.connect(url)) as target, closing(sqlite.connect(url)) as watch:
            before = sqlite.mark(watch, 0)
            if kept is not None:
                sqlite.backup(watch, url, str(kept), mode_for_copies(url))
            try:
                _pages(made, url, target, watch, before)
            except _WroteOnError:
                if kept is not None:
                    kept.unlink()
                continue
            with suppress(sqlite3.Error):
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return kept
    raise sqlite.kept_busy(url)


def _pages(made: Path, url: str, target: sqlite3.Connection, watch: sqlite3.Connection, before: int) -> None:
    deadline = time.monotonic() + sqlite.BUSY_SECONDS

    def look(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise TimeoutError
        if status == sqlite3.SQLITE_OK and sqlite.mark(watch, 0) != before:
            raise _WroteOnError

    try:
        with closing(_read_only(made)) as source:
            # In two parts at least: the first takes the lock, after it nobody writes, and `look` sees who did before.
            half = source.execute("PRAGMA page_count").fetchone()[0] // 2
            source.backup(target, pages=max(1, min(PAGES, half)), progress=look, sleep=0.01)
    except TimeoutError as error:
        raise sqlite.kept_busy(url) from error
    except sqlite3.Error as error:
        raise sqlite.problem(error, url) from error


def _beyond_reading(file: Path) -> bool:
    """Whether a file is so damaged that SQLite does not take it for a database any more."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as link:
            link.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    return False


def _set_aside(file: Path, kept: Path) -> None:
    """Rename a file that cannot be read, with what is beside it. Raises StoreProblem while others have it open."""
    if _is_open(file):
        raise StoreProblem(
            say("{file} is damaged, and another program has it open.", file=str(file)),
            say("End that program, then restore again; nothing was changed."),
        )
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + end).rename(kept.with_name(kept.name + end))


def _is_open(file: Path) -> bool:
    """Whether another process has a SQLite file open: each holds a lock on these bytes as long as it does."""
    try:
        import fcntl
    except ImportError:
        return False
    with file.open("rb+") as content:
        try:
            fcntl.lockf(content, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except OSError:
            return True
    return False


def _fill_server(url: str, source: Iterable[Piece], replace: bool, kept: Path) -> Replaced:
    with closing(Database(url)) as db:
        if schema.version(db) is None:
            schema.upgrade(url)
        schema.bring_up(db)
        full = not copying.empty(db)
        if full and not replace:
            from pipetui.store.postgres import place

            raise _occupied(place(url))
        if full:
            backup(db, str(kept))
        try:
            with db.transaction():
                copying.clear(db)
                found = copying.fill(db, source)
        except BaseException:
            if full:
                kept.unlink()
            raise
        db.study(sorted(found))
        return Replaced(found, kept if full else None)
