"""What only PostgreSQL does: connecting, its transactions, notifications between sessions, its errors as sentences."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from time import monotonic, sleep
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from pipetui.core.message import Message, say
from pipetui.core.text import fold
from pipetui.errors import Conflict, ConnectionLost, Forbidden, PipetuiError, StoreProblem
from pipetui.store import secret as secrets
from pipetui.store.rows import KINDS

try:
    import psycopg
    from psycopg.adapt import Loader
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
except ImportError as missing:
    raise StoreProblem(
        say("PostgreSQL needs psycopg, which is not installed."),
        say("Run: pip install 'pipetui[postgresql]'"),
    ) from missing

# What psycopg warns of when a connection breaks would be written across the screen; what matters is raised.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

Error = (psycopg.Error, UnicodeEncodeError)
SCHEMA = "pipetui_guard"
"""Where the functions stand that row policies and triggers call: see `policies`."""
WRITERS = 0x70697065
"""The advisory lock that lets one writer in at a time: `pipe` in ASCII, unlikely to be another application's."""
BEGIN = ("BEGIN", f"SELECT pg_advisory_xact_lock({WRITERS})")
BEGIN_READING = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
COMMIT = ("NOTIFY pipetui", "COMMIT")
CONNECT_SECONDS = 10
LOCK_SECONDS = 60
"""How long one writer waits for another: as long as hundreds of them take when all write at once."""
FULL_SECONDS = 3.0
"""How long a server without a free connection is asked again."""
DEAD_SECONDS = 10
"""After so long a silence a network counts as dead, on both of its ends."""
KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": DEAD_SECONDS * 1000,
}
"""How a network that went is noticed; the address may say otherwise."""
SESSION = "; ".join((
    "SET timezone TO 'UTC'",
    f"SET lock_timeout TO '{LOCK_SECONDS}s'",
    "SET tcp_keepalives_idle TO 4",
    "SET tcp_keepalives_interval TO 2",
    "SET tcp_keepalives_count TO 3",
    f"SET tcp_user_timeout TO '{DEAD_SECONDS}s'",
))  # fmt: skip
"""How a session is set; the server, too, lets go of whom the network took, and with him of the writers' lock."""
LISTEN = "LISTEN pipetui"
POLL_SECONDS = 1.0
"""How often a server that notifies nobody is asked for the newest batch."""
_FULL = re.compile("too many (?:clients|connections)|connection slots|trop de (?:clients|connexions)")
_FOR_GOOD = re.compile(
    "authentication failed|does not exist|pg_hba|no password|certificate|support SSL|not permitted"
)
"""Why a server turns somebody away who need not try again."""
HOLDER = """SELECT who.application_name, who.usename FROM pg_locks lock JOIN pg_stat_activity who USING (pid)
    WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objid = %s AND who.datname = current_database()"""
"""Who writes."""
_ADDRESS = re.compile(
    r"postgres(?:ql)?://(?:[^@/?#:]*(?::[^@/?#]*)?@)?"
    r"(?P<host>[^@/?#:,]*(?::\d+)?(?:,[^@/?#:,]*(?::\d+)?)*)(?P<name>/[^@/?#]*)?(?:\?[^@#]*)?"
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


class Link(psycopg.Connection[tuple[Any, ...]]):
    """A session that knows whether the server tells it of the writes of others."""

    hears = True
    asked = 0.0
    """When the newest batch was asked for."""
    newest = 0


def connect(url: str, make: bool = True) -> Link:
    """Open a session; a database is never made. Raises StoreProblem; its words never hold the password."""
    place(url)
    deadline = monotonic() + FULL_SECONDS
    while True:
        try:
            return _session(url)
        except psycopg.Error as error:
            reason = _reason(error, url)
            if not _FULL.search(reason):
                raise _refused(reason, url) from None
            if monotonic() > deadline:
                raise _full(url) from None
        sleep(0.25)


def connect_again(url: str, gone: Link) -> Link:
    """Open a session in place of one that is gone. Raises StoreProblem."""
    return connect(url)


def _session(url: str) -> Link:
    link = plain(url, autocommit=True)
    try:
        link.adapters.register_loader("numeric", _Number)
        link.adapters.register_loader("bool", _Truth)
        link.execute(SESSION)
        try:
            link.execute(LISTEN)
        except (psycopg.NotSupportedError, psycopg.ProgrammingError):
            link.hears = False
    except BaseException:
        link.close()
        raise
    return link


def plain(url: str, autocommit: bool = False) -> Link:
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


def _plain(url: str, autocommit: bool, **more: Any) -> Link:
    given = conninfo_to_dict(url)
    quick = {name: value for name, value in KEEPALIVES.items() if name not in given}
    return Link.connect(
        make_conninfo(url, **quick),
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


_ACCENTED = [letter for letter in map(chr, range(0xC0, 0x250)) if len(fold(letter)) == 1]
"""Latin letters that search as one letter, capitals too: not every server knows what is small."""
_LETTERS = "".join(_ACCENTED), "".join(map(fold, _ACCENTED))


def folded(column: str) -> str:
    """A column as it is searched in: no case, no accents on Latin letters."""
    return f"translate(lower({column}), '{_LETTERS[0]}', '{_LETTERS[1]}')"


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


def mark(link: Link, before: int) -> int:
    """A number that is another one than `before` after another session wrote."""
    if not link.hears:
        return _polled(link)
    own = link.info.backend_pid
    others = [notice for notice in link.notifies(timeout=0) if notice.pid != own]
    return before + len(others)


def _polled(link: Link) -> int:
    """The newest batch, asked for now and then; 0 in a store that is still to be made."""
    now = monotonic()
    if now - link.asked >= POLL_SECONDS:
        link.asked = now
        with suppress(psycopg.errors.UndefinedTable):
            row = link.execute("SELECT COALESCE(MAX(id), 0) FROM batch").fetchone()
            link.newest = row[0] if row else 0
    return link.newest


def displaced(link: Link, url: str) -> None:
    """A server answers for its own database."""


def introduce(link: Link, name: str) -> None:
    """Show the server, and who looks there, whose session this is."""
    link.execute("SELECT set_config('application_name', %s, false)", (name,))


def roll_back(link: psycopg.Connection[Any]) -> None:
    """Leave the transaction; a lost connection has ended it already."""
    with suppress(psycopg.Error):
        if link.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            link.execute("ROLLBACK")


def backup(link: psycopg.Connection[Any], url: str, to: str, mode: int) -> None:
    """Never: the pages of a server are no file; `copying` writes its rows into one."""
    raise NotImplementedError


def wipe(link: psycopg.Connection[Any], url: str, tables: Sequence[str]) -> Message | None:
    """Have the server clear the old versions of rows away; it lets owners of tables alone do so."""
    kept = []
    for table in tables:
        owner = link.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(%s)", (table,)
        ).fetchone()
        if owner is None or not owner[0]:
            kept.append(table)
            continue
        try:
            link.execute(f"VACUUM {table}")
        except psycopg.errors.LockNotAvailable:
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
    """The server checks its own pages."""
    return []


def broken_references(link: psycopg.Connection[Any]) -> list[str]:
    """The server lets no reference break."""
    return []


def lost(link: Link, error: Exception, url: str) -> ConnectionLost | None:
    """The connection is gone, by an error; None when it still stands."""
    if not (isinstance(error, psycopg.Error) and link.closed):
        return None
    return ConnectionLost(
        say("The connection to {place} was lost; nothing was written.", place=place(url)),
        say("It is tried again by itself: {reason}", reason=_reason(error, url)),
    )


def busy(link: Link, error: Exception, url: str) -> StoreProblem | None:
    """Another writer was waited for in vain: who it is, as far as the server shows it."""
    if not isinstance(error, psycopg.errors.LockNotAvailable):
        return None
    roll_back(link)
    with suppress(psycopg.Error):
        for name, role in link.execute(HOLDER, (WRITERS,)).fetchall():
            return StoreProblem(
                say(
                    "{who} is writing, and has been for a while; nothing was written.",
                    who=_whose(name) or role,
                ),
                say("Try again in a moment."),
            )
    return StoreProblem(
        say("Somebody else keeps {place} busy; nothing was written.", place=place(url)),
        say("Try again in a moment."),
    )


def _whose(name: str | None) -> str:
    """The login in the name of one of our sessions."""
    found = re.match(r"pipetui[:=]([^@]+)", name or "")
    return unquote(found[1]) if found else ""


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


def _refused(reason: str, url: str) -> StoreProblem:
    """Why there is no session; what may pass by itself is a connection that is lost."""
    problem = _unreachable(reason, url)
    return problem if _FOR_GOOD.search(reason) else ConnectionLost(problem.message, problem.hint)


def _full(url: str) -> ConnectionLost:
    return ConnectionLost(
        say("The server of {place} has no connection free.", place=place(url)),
        say("Somebody has to leave, or its administrator allows more; nothing was written."),
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
