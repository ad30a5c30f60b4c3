"""Who has the board open, without writing into the store.

Beside a file: one small file for each session in a folder of its own, held by a lock that ends with the process, so
that nobody stays present after a crash. On PostgreSQL: the name of the session, which the server shows to everybody.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pipetui.core.text import clean
from pipetui.store.sqlite import path

try:
    import fcntl
except ImportError:  # no such locks there: nobody is shown
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from pipetui.store.db import Database

MOST = 200
"""Sessions looked at."""
NAME_BYTES = 63
"""What PostgreSQL keeps of a session's name."""
_NAME = re.compile(r"pipetui:([^@]*)@([^:]*):([^+]*)\+([0-9a-f]{1,12})")
_SESSIONS = """SELECT pid = pg_backend_pid(), application_name,
    (SELECT login FROM member WHERE login = usename) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'pipetui:%' ORDER BY backend_start, pid LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Present:
    """One session with the board open."""

    login: str
    since: datetime
    host: str = ""
    terminal: str = ""
    own: bool = False
    """The session that asks."""


class Presence:
    """This session among the others of a store. Whoever cannot be present, for want of rights, still sees the rest."""

    def __init__(self, db: Database, login: str, now: datetime) -> None:
        self._db = db
        self._me = Present(login, now, socket.gethostname().partition(".")[0], _terminal(), own=True)
        self._file: Path | None = None
        self._held: int | None = None
        if db.dialect == "postgresql":
            db.introduce(_session_name(self._me))
        elif fcntl is not None:
            with suppress(OSError):
                self._hold(path(db.url))
            if self._file is None:  # somebody who left took the folder along
                with suppress(OSError):
                    self._hold(path(db.url))

    def everybody(self) -> tuple[Present, ...]:
        """All sessions, this one too, by name and then by when they came."""
        found = self._on_server() if self._db.dialect == "postgresql" else self._beside_file()
        return tuple(sorted(found, key=lambda one: (one.login, one.since, not one.own)))

    def leave(self) -> None:
        """Be present no more."""
        if self._file is not None and self._held is not None:
            self._file.unlink(missing_ok=True)
            os.close(self._held)
            with suppress(OSError):  # the last one to leave
                self._file.parent.rmdir()
            self._file = self._held = None

    def _on_server(self) -> Iterator[Present]:
        for own, name, let_in in self._db.rows(_SESSIONS, (MOST,)):
            if found := _NAME.fullmatch(name):
                said, host, terminal = (_clean(unquote(part)) for part in found.groups()[:3])
                login = (
                    let_in or said
                )  # a session names itself as it likes, whom the server knows it does not
                with suppress(ValueError, OverflowError, OSError):
                    yield Present(
                        login, datetime.fromtimestamp(int(found[4], 16), UTC), host, terminal, bool(own)
                    )

    def _beside_file(self) -> Iterator[Present]:
        folder = _folder(path(self._db.url))
        try:
            files = list(islice(folder.iterdir(), MOST)) if fcntl is not None else []
        except OSError:
            return
        for file in files:
            with suppress(OSError, ValueError, KeyError, TypeError):
                if (kept := _held_by_somebody(file)) is not None:
                    own = file == self._file
                    since = datetime.fromisoformat(kept["since"])
                    yield Present(
                        _clean(kept["login"]), since, _clean(kept["host"]), _clean(kept["terminal"]), own
                    )

    def _hold(self, store: Path) -> None:
        """Show this session: the file gets its name when it is locked, so that nobody takes it for a dead one."""
        folder, shared = _folder(store), bool(store.stat().st_mode & 0o020)
        if not folder.exists():
            with suppress(FileExistsError):
                folder.mkdir(0o700)
                with suppress(OSError):
                    os.chown(folder, -1, store.stat().st_gid)
                folder.chmod(0o2770 if shared else 0o700)
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        early = folder / f".{name}"
        held = os.open(early, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640 if shared else 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(held, json.dumps(_told(self._me)).encode())
            early.rename(folder / name)
        except OSError:
            os.close(held)
            early.unlink(missing_ok=True)
            raise
        self._file, self._held = folder / name, held


def _folder(store: Path) -> Path:
    return store.with_name(f"{store.name}.here")


def _held_by_somebody(file: Path) -> dict[str, Any] | None:
    """What a session says of itself; None when it ended, and its file is swept away then."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            kept = json.loads(os.read(descriptor, 4096))
            return kept if isinstance(kept, dict) else None
        file.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)


def _told(one: Present) -> dict[str, str]:
    return {
        "login": one.login,
        "since": one.since.isoformat(),
        "host": one.host,
        "terminal": one.terminal,
    }


def _session_name(one: Present) -> str:
    """All of it in as many bytes as the server keeps; only ASCII survives there."""
    since = f"{int(one.since.timestamp()):x}"
    tail = f"@{_quoted(one.host, 14)}:{_quoted(one.terminal, 8)}+{since}"
    return f"pipetui:{_quoted(one.login, NAME_BYTES - 8 - len(tail))}{tail}"


def _quoted(text: str, room: int) -> str:
    while len(quote(text, safe="/")) > room:
        text = text[:-1]
    return quote(text, safe="/")


def _clean(text: Any) -> str:
    return clean(str(text)).strip()[:60]


def _terminal() -> str:
    with suppress(OSError):
        return os.ttyname(0).removeprefix("/dev/")
    return ""
