"""What only SQLite does: opening a file, its transactions, its copies, and its errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import get_ident
from typing import Any

from pipetui.core.message import Message, say
from pipetui.core.text import fold
from pipetui.errors import Conflict, ConnectionLost, Removed, Replaced, StoreProblem
from pipetui.paths import path_of
from pipetui.store.volume import refuse_network

Error = (sqlite3.Error, UnicodeError, OverflowError)
BEGIN = ("BEGIN IMMEDIATE",)
BEGIN_READING = ("BEGIN",)
COMMIT = ("COMMIT",)
MAGIC = b"SQLite format 3\0"
"""How the files of SQLite begin."""
BUSY_SECONDS = 10.0
UNREADABLE = "Could not decode"
"""What Python says, without a number, of a text whose bytes are no text."""
CACHE_KIB, ROOMY_KIB = 1_500, 16_384
"""Pages kept in memory, at most: few for the board, more for a filter, which reads 100,000 deals several times."""


Identity = tuple[int, int]
"""Device and inode: what a file is under whatever name."""


class Link(sqlite3.Connection):
    """A connection that knows which file it opened, whatever stands under that name later."""

    file: Identity | None = None
    wal: Identity | None = None
    """The log of this file, when it was last seen."""


def connect(url: str, make: bool = True) -> Link:
    """Open a file, made readable for its owner alone when it is new and may be made. Raises StoreProblem."""
    file = path(url)
    refuse_network(file)
    try:
        if not file.exists():
            if not make:
                raise _removed(file)
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        link = sqlite3.connect(
            file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=Link
        )
        try:
            _prepare(link)
            link.create_function("folded", 1, _fold, deterministic=True)
            link.file = _stands(file)
        except BaseException:
            link.close()
            raise
    except OSError as error:
        raise _unreachable(file, error.strerror or str(error)) from error
    except Error as error:
        raise problem(error, url) from error
    return link


def connect_again(url: str, gone: Link) -> Link:
    """Open the file that stands there now in place of the one that is `gone`; none is made. Raises StoreProblem."""
    file = path(url)
    there = _stands(file)
    if there is None:
        raise _removed(file)
    if there != gone.file:
        _put_away_log(file, gone.wal)
    return connect(url, make=False)


def displaced(link: Link, url: str) -> Replaced | None:
    """Why the open file must not be used any more: another one stands in its place, or none."""
    file = path(url)
    there = _stands(file)
    if there == link.file:
        link.wal = _stands(_beside(file, "-wal"))
        return None
    if there is None:
        return _removed(file)
    return Replaced(
        say("Another file took the place of the store {file}; nothing was written.", file=str(file)),
        say("Look at what it holds, then go on."),
    )


def _removed(file: Path) -> Removed:
    return Removed(
        say("The store {file} is not there any more; nothing was written.", file=str(file)),
        say("Put it back, or a backup of it: it is opened again by itself."),
    )


def _put_away_log(file: Path, log: Identity | None) -> None:
    """SQLite would take the log that the former file left for that of the new one: it is kept under another name."""
    left = _beside(file, "-wal")
    if log is None or _stands(left) != log:
        return
    number = 1
    while (kept := _beside(file, f"-wal.replaced-{number}")).exists():
        number += 1
    with suppress(OSError):
        left.rename(kept)
        _beside(file, "-shm").unlink(missing_ok=True)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _stands(file: Path) -> Identity | None:
    """Which file has this name; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def introduce(link: sqlite3.Connection, name: str) -> None:
    """Nothing: a file knows nobody."""


def lost(link: sqlite3.Connection, error: Exception, url: str) -> ConnectionLost | None:
    """A file is not lost by an error: see `displaced`."""
    return None


def busy(link: sqlite3.Connection, error: Exception, url: str) -> StoreProblem | None:
    """Nothing is known of who writes."""
    return None


def path(url: str) -> Path:
    """The file an address names; `sqlite:///` before a path may be written or left out. Raises Invalid."""
    return path_of(url.removeprefix("sqlite:///"))


def _prepare(link: sqlite3.Connection) -> None:
    link.execute("PRAGMA foreign_keys=ON")
    link.execute("PRAGMA synchronous=FULL")
    link.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    if link.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _use_wal(link)


def make_room(link: sqlite3.Connection) -> None:
    """Keep more pages from now on."""
    link.execute(f"PRAGMA cache_size=-{ROOMY_KIB}")


def _use_wal(link: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            link.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # This one statement does not wait for other openers of a new file by itself.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _fold(text: Any) -> Any:
    return fold(text) if isinstance(text, str) else text


def folded(column: str) -> str:
    """A column as it is searched in: no case, no accents."""
    return f"folded({column})"


def spelled(sql: str) -> str:
    """A statement in this engine's spelling."""
    return sql


def insert(
    link: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Add many rows to a table."""
    places = ", ".join("?" * len(columns))
    link.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def study(tables: Sequence[str]) -> tuple[str, ...]:
    """Nothing: SQLite chooses its ways by the schema alone."""
    return ()


def mark(link: sqlite3.Connection, before: int) -> int:
    """A number that is another one after another connection wrote."""
    number: int = link.execute("PRAGMA data_version").fetchone()[0]
    return number


def roll_back(link: sqlite3.Connection) -> None:
    """Leave the transaction; some errors have ended it already."""
    with suppress(sqlite3.Error):
        if link.in_transaction:
            link.execute("ROLLBACK")


def backup(link: sqlite3.Connection, url: str, to: str, mode: int = 0o600) -> None:
    """A consistent copy in a new file, whole from the moment it has its name. Raises StoreProblem."""
    copy = path(to)
    if copy.exists():
        raise _taken(copy)
    partial = copy.with_name(f".{copy.name}.partial-{os.getpid()}-{get_ident()}")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            with closing(sqlite3.connect(partial)) as target:
                link.backup(target)
            partial.chmod(mode)
            name(partial, copy)
        finally:
            partial.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _taken(copy) from error
    except OSError as error:
        raise _unreachable(copy, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        raise problem(error, to if _of_target(error) else url) from error


def _of_target(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def name(partial: Path, file: Path) -> None:
    """Give a finished file its name, unless another has it; on the disk when this returns."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise
    except OSError:  # not every file system knows two names for a file
        partial.rename(file)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _taken(file: Path) -> StoreProblem:
    return StoreProblem(say("{file} exists already.", file=str(file)), say("Choose another name."))


def wipe(link: sqlite3.Connection, url: str, tables: Sequence[str]) -> Message | None:
    """Write the file anew, so that no page keeps what it held, and empty the log beside it."""
    try:
        link.execute("PRAGMA secure_delete=ON")
        link.execute("VACUUM")
        held: int = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        return say(
            "The file still holds old bytes: {reason}. Give the same command again to have them gone.",
            reason=str(error),
        )
    if held:
        return say(
            "The file still holds old bytes, since somebody is reading it. Give the same command again to have them"
            " gone."
        )
    return None


def copies(url: str) -> list[str]:
    """Other stores beside this one that are called after it: copies of a day, made before a migration, or by hand."""
    file = path(url)
    stem, own = (
        file.name.split(".")[0],
        {file.name, *(file.name + end for end in ("-wal", "-shm", "-journal"))},
    )
    found = []
    for other in sorted({*file.parent.glob("*"), *file.parent.glob("*/*")}):
        called_after = other.name.startswith(stem) or other.parent.name == f"{file.name}.copies"
        if called_after and other.name not in own and other.is_file():
            with suppress(OSError), other.open("rb") as opened:
                if opened.read(len(MAGIC)) == MAGIC:
                    found.append(str(other))
    return found


def findings(link: sqlite3.Connection) -> list[str]:
    """What SQLite finds broken in pages and indexes."""
    return [row[0] for row in link.execute("PRAGMA integrity_check") if row[0] != "ok"]


def broken_references(link: sqlite3.Connection) -> list[str]:
    """Rows that refer to rows that are not there."""
    return [f"{table} {row} → {to}" for table, row, to, _ in link.execute("PRAGMA foreign_key_check")]


def problem(error: Exception, url: str) -> StoreProblem:
    """An error of SQLite as a sentence."""
    file = str(path(url))
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return StoreProblem(
            say("{file} is not a pipetui store.", file=file), say("Choose another file with --db FILE.")
        )
    if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError) or UNREADABLE in str(error):
        return StoreProblem(
            say("{file} is damaged.", file=file),
            say("Go back to a copy: pipetui restore FILE keeps the damaged one."),
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return _unreachable(path(url), str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return kept_busy(url)
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Conflict(
            say(
                "A record that this refers to is gone, or one that would go is still referred to; nothing was written."
            ),
            (),
            say("Look again: somebody else may have changed it meanwhile."),
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreProblem(
            say("There is no room left on the disk of {file}.", file=file), say("Nothing was written.")
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreProblem(
            say("The disk of {file} does not do its work: {reason}.", file=file, reason=str(error)),
            say("Look whether it is full, over its quota or gone; nothing was written."),
        )
    return StoreProblem(say("The store {file} refused: {reason}.", file=file, reason=str(error)))


def kept_busy(url: str) -> StoreProblem:
    """Somebody else writes for too long."""
    return StoreProblem(
        say("{file} is kept busy by another program.", file=str(path(url))),
        say("Try again in a moment; nothing was written."),
    )


def _unreachable(file: Path, reason: str) -> StoreProblem:
    return StoreProblem(
        say("The store {file} cannot be opened for writing: {reason}.", file=str(file), reason=reason),
        say("Look at the rights of the folder, or choose another file with --db FILE."),
    )
