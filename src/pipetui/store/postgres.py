"""What only PostgreSQL does: connecting, its transactions, notifications between sessions, its errors as sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from pipetui.core.message import say
from pipetui.errors import Conflict, Forbidden, PipetuiError, StoreProblem
from pipetui.store import secret as secrets
from pipetui.store.rows import KINDS

try:
    import psycopg
    from psycopg.adapt import Loader
except ImportError as missing:
    raise StoreProblem(
        say("PostgreSQL needs psycopg, which is not installed."),
        say("Run: pip install 'pipetui[postgresql]'"),
    ) from missing

Error = (psycopg.Error, UnicodeEncodeError)
SCHEMA = "pipetui_guard"
"""Where the functions stand that row policies and triggers call: see `policies`."""
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
    """A session as psycopg gives it; a password that is missing is looked for where `secret` knows."""
    try:
        return _plain(url, autocommit)
    except psycopg.OperationalError as error:
        if error.pgconn is None or not error.pgconn.needs_password:
            raise
        lock = _lock(error.pgconn)
    secret = secrets.password(lock)
    if secret is None:
        raise _unlocked(url, lock)
    try:
        link = _plain(url, autocommit, password=secret)
    except psycopg.OperationalError:
        secrets.forget(lock)
        raise
    secrets.keep(lock, secret)
    return link


def _lock(pgconn: psycopg.pq.abc.PGconn) -> secrets.Lock:
    names = (pgconn.user, pgconn.host, pgconn.port, pgconn.db)
    return secrets.Lock(*(name.decode(errors="replace") for name in names))


def _unlocked(url: str, lock: secrets.Lock) -> StoreProblem:
    return StoreProblem(
        say("The server of {place} asks {who} for a password.", place=place(url), who=lock.user),
        say(
            "Write it into ~/.pgpass (chmod 600) as HOST:PORT:DATABASE:USER:PASSWORD, or keep it with:"
            " keyring set pipetui {lock}",
            lock=str(lock),
        ),
    )


def _plain(url: str, autocommit: bool, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        url,
        **more,
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
    """Add many rows to a table, as a stream; where row policies bind, which streams go past, as one value."""
    if table in _SECURED and bound(link):
        names = ", ".join(columns)
        held = json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False)
        link.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s)",
            (held,),
        )
        return
    with link.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def bound(link: psycopg.Connection[Any]) -> bool:
    """Whether row policies bind this session; asked once."""
    found = _BOUND.get(link)
    if found is None:
        asked = link.execute(
            "SELECT count(*) FROM pg_class WHERE oid = to_regclass('deal') AND row_security_active(oid)"
        ).fetchone()
        found = _BOUND[link] = asked is not None and asked[0] > 0
    return found


_BOUND: WeakKeyDictionary[psycopg.Connection[Any], bool] = WeakKeyDictionary()
_SECURED = frozenset((*KINDS, "batch", "journal"))


def study(tables: Sequence[str]) -> tuple[str, ...]:
    """What makes the server count again: until then it plans for the rows it knew of."""
    return tuple(
        f"DO $$ BEGIN IF to_regproc('{SCHEMA}.study') IS NULL THEN ANALYZE {table};"
        f" ELSE PERFORM {SCHEMA}.study('{table}'); END IF; END $$"
        for table in tables
    )


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


def findings(link: psycopg.Connection[Any]) -> list[str]:
    """The server checks its own pages and references."""
    return []


def problem(error: Exception, url: str) -> PipetuiError:
    """An error of PostgreSQL as a sentence, without the address's secrets."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return Forbidden(
            say("The server does not let you do that; nothing was written."),
            say("It is somebody else's, or needs another role: ask an admin. See: pipetui members"),
        )
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
