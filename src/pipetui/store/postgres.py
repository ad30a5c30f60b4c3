"""What only PostgreSQL does: connecting, its transactions, notifications between sessions, its errors as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from pipetui.core.message import Message, say
from pipetui.errors import Conflict, StoreProblem

try:
    import psycopg
    from psycopg.adapt import Loader
except ImportError as missing:
    raise StoreProblem(
        say("PostgreSQL needs psycopg, which is not installed."),
        say("Run: pip install 'pipetui[postgresql]'"),
    ) from missing

Error = (psycopg.Error, UnicodeEncodeError)
WRITERS = 0x70697065
"""The advisory lock that lets one writer in at a time: `pipe` in ASCII, unlikely to be another application's."""
BEGIN = ("BEGIN", f"SELECT pg_advisory_xact_lock({WRITERS})")
BEGIN_READING = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
COMMIT = ("NOTIFY pipetui", "COMMIT")
CONNECT_SECONDS = 10
_ADDRESS = re.compile(
    r"postgres(?:ql)?://(?:[^@/?#:]*(?::[^@/?#]*)?@)?(?P<host>[^@/?#:]*(?::\d+)?)(?P<name>/[^@/?#]*)?(?:\?[^@#]*)?"
)
_SECRET = re.compile(r"(?:://[^@/?#:]*:(?=[^@/?#]*@)|password=)([^@&#]*)")
"""The passwords in an address that is well formed."""


class _Number(Loader):
    """Sums of integers come back as `numeric`: a whole number is an int here, as it is with SQLite."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text or "N" in text else int(text)


class _Truth(Loader):
    """True and false are 1 and 0, as they are with SQLite."""

    def load(self, data: Any) -> int:
        return int(bytes(data) == b"t")


def connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a session. Raises StoreProblem; its words never hold the password."""
    place(url)
    try:
        link = plain(url, autocommit=True)
        link.adapters.register_loader("numeric", _Number)
        link.adapters.register_loader("bool", _Truth)
        link.execute("SET timezone TO 'UTC'")
        link.execute("LISTEN pipetui")
    except psycopg.Error as error:
        raise _unreachable(_reason(error, url), url) from None
    return link


def plain(url: str, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """A session as psycopg gives it."""
    return psycopg.connect(
        url,
        autocommit=autocommit,
        connect_timeout=CONNECT_SECONDS,
        application_name="pipetui",
        client_encoding="utf8",
    )


def place(url: str) -> str:
    """The address without user, password and options, for people to read. Raises StoreProblem when it is malformed."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise StoreProblem(
            say("The address of the PostgreSQL store cannot be read."),
            say(
                "Write postgresql://user:password@host/database, with @ / ? # in a password as %40 %2F %3F %23."
            ),
        )
    return f"{found['host'] or 'localhost'}{found['name'] or ''}"


@lru_cache(maxsize=1024)
def spelled(sql: str) -> str:
    """A statement in this engine's spelling."""
    return sql.replace("%", "%%").replace("?", "%s")


def insert(
    link: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Add many rows to a table, as a stream."""
    with link.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def study(tables: Sequence[str]) -> tuple[str, ...]:
    """What makes the server count again: until then it plans for the rows it knew of."""
    return tuple(f"ANALYZE {table}" for table in tables)


def make_room(link: psycopg.Connection[Any]) -> None:
    """Nothing: the server has its own memory."""


def mark(link: psycopg.Connection[Any], before: int) -> int:
    """A number that is another one than `before` after another session wrote."""
    own = link.info.backend_pid
    others = [notice for notice in link.notifies(timeout=0) if notice.pid != own]
    return before + len(others)


def roll_back(link: psycopg.Connection[Any]) -> None:
    """Leave the transaction; a lost connection has ended it already."""
    with suppress(psycopg.Error):
        if link.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            link.execute("ROLLBACK")


def backup(link: psycopg.Connection[Any], url: str, to: str) -> None:
    """Refused: the server has its own tools for it. Raises StoreProblem."""
    raise StoreProblem(
        say("A store on PostgreSQL is not copied into a file by pipetui."),
        say("Run pg_dump on {place}, or export to JSON.", place=place(url)),
    )


def wipe(link: psycopg.Connection[Any], url: str, tables: Sequence[str]) -> Message | None:
    """Have the server clear the old versions of rows away; it lets owners of tables alone do so."""
    kept = []
    for table in tables:
        owner = link.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(%s)", (table,)
        ).fetchone()
        if owner is not None and owner[0]:
            link.execute(f"VACUUM {table}")
        else:
            kept.append(table)
    if not kept:
        return None
    return say(
        "The server keeps the old rows on its disk until it vacuums them. Ask who owns the tables for: VACUUM {tables}",
        tables=", ".join(kept),
    )


def copies(url: str) -> list[str]:
    """None that are known of."""
    return []


def findings(link: psycopg.Connection[Any]) -> list[str]:
    """The server checks its own pages and references."""
    return []


def problem(error: Exception, url: str) -> StoreProblem:
    """An error of PostgreSQL as a sentence, without the address's secrets."""
    if isinstance(error, psycopg.IntegrityError):
        return Conflict(
            say(
                "A record that this refers to is gone, or one that would go is still referred to; nothing was written."
            ),
            (),
            say("Look again: somebody else may have changed it meanwhile."),
        )
    if isinstance(error, psycopg.OperationalError):
        return _unreachable(_reason(error, url), url)
    return StoreProblem(
        say("The store {file} refused: {reason}.", file=place(url), reason=_reason(error, url))
    )


def _unreachable(reason: str, url: str) -> StoreProblem:
    return StoreProblem(
        say("The server of {place} cannot be used: {reason}", place=place(url), reason=reason),
        say("Look at the address, the network and the password; nothing was written."),
    )


def _reason(error: Exception, url: str) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    for secret in filter(None, _SECRET.findall(url)):
        for spelling in (secret, unquote(secret)):
            reason = reason.replace(spelling, "…")
    return reason
