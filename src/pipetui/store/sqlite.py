"""What only SQLite does: opening a file, its transactions, its copies, and its errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from pipetui.core.message import Message, say
from pipetui.errors import Conflict, StoreProblem

Error = (sqlite3.Error, UnicodeEncodeError, OverflowError)
BEGIN = ("BEGIN IMMEDIATE",)
BEGIN_READING = ("BEGIN",)
COMMIT = ("COMMIT",)
MAGIC = b"SQLite format 3\0"
"""How the files of SQLite begin."""
BUSY_SECONDS = 10.0
CACHE_KIB, ROOMY_KIB = 1_500, 16_384
"""Pages kept in memory, at most: few for the board, more for a filter, which reads 100,000 deals several times."""


def connect(url: str) -> sqlite3.Connection:
    """Open a file, made readable for its owner alone when it is new. Raises StoreProblem."""
    file = path(url)
    try:
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        link = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(link)
        except BaseException:
            link.close()
            raise
    except OSError as error:
        raise _unreachable(file, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        raise problem(error, url) from error
    return link


def path(url: str) -> Path:
    """The file an address names; `sqlite:///` before a path may be written or left out."""
    return Path(url.removeprefix("sqlite:///")).expanduser()


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


def backup(link: sqlite3.Connection, url: str, to: str) -> None:
    """A consistent copy in a new file, page by page beside the writers. Raises StoreProblem."""
    copy = path(to)
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise StoreProblem(
            say("{file} exists already.", file=str(copy)), say("Choose another name.")
        ) from error
    except OSError as error:
        raise _unreachable(copy, error.strerror or str(error)) from error
    try:
        with closing(sqlite3.connect(copy)) as target:
            link.backup(target)
    except BaseException as error:
        copy.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise problem(error, url) from error
        raise


def wipe(link: sqlite3.Connection, url: str, tables: Sequence[str]) -> Message | None:
    """Write the file anew, so that no page keeps what it held, and empty the log beside it."""
    try:
        link.execute("PRAGMA secure_delete=ON")
        link.execute("VACUUM")
        held: int = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
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
    """Other stores beside this one that are called after it: copies made before a migration, or by hand."""
    file = path(url)
    stem, own = (
        file.name.split(".")[0],
        {file.name, *(file.name + end for end in ("-wal", "-shm", "-journal"))},
    )
    found = []
    for other in sorted({*file.parent.glob("*"), *file.parent.glob("*/*")}):
        if other.name.startswith(stem) and other.name not in own and other.is_file():
            with suppress(OSError), other.open("rb") as opened:
                if opened.read(len(MAGIC)) == MAGIC:
                    found.append(str(other))
    return found


def findings(link: sqlite3.Connection) -> list[str]:
    """What SQLite finds broken: pages, indexes, references."""
    found = [row[0] for row in link.execute("PRAGMA integrity_check") if row[0] != "ok"]
    for table, row_id, parent, _ in link.execute("PRAGMA foreign_key_check"):
        found.append(f"{table} {row_id} → {parent}")
    return found


def problem(error: Exception, url: str) -> StoreProblem:
    """An error of SQLite as a sentence."""
    file = str(path(url))
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return StoreProblem(
            say("{file} is not a pipetui store.", file=file), say("Choose another file with --db FILE.")
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreProblem(
            say("{file} is damaged.", file=file), say("Go back to a backup; keep the damaged file.")
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return _unreachable(path(url), str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreProblem(
            say("{file} is kept busy by another program.", file=file),
            say("Try again in a moment; nothing was written."),
        )
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
    return StoreProblem(say("The store {file} refused: {reason}.", file=file, reason=str(error)))


def _unreachable(file: Path, reason: str) -> StoreProblem:
    return StoreProblem(
        say("The store {file} cannot be opened for writing: {reason}.", file=str(file), reason=reason),
        say("Look at the rights of the folder, or choose another file with --db FILE."),
    )
