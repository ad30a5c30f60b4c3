"""Where the password of a server comes from when neither the environment nor `~/.pgpass` has it: the keyring, a person.

It stays in the memory of this process, for the next connection, and is written nowhere.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NamedTuple

from pipetui.core.message import say

SERVICE = "pipetui"
"""Under this name the keyring keeps passwords."""


class Lock(NamedTuple):
    """What a password opens."""

    user: str
    host: str
    port: str
    database: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host or 'localhost'}:{self.port or '5432'}/{self.database}"


_known: dict[Lock, str] = {}


def password(lock: Lock) -> str | None:
    """The password: known already, from the keyring, or typed by whoever sits at the terminal; None without any."""
    return _known.get(lock) or _from_keyring(lock) or _typed(lock)


def keep(lock: Lock, secret: str) -> None:
    """It was the right one: the next connection need not ask."""
    _known[lock] = secret


def forget(lock: Lock) -> None:
    """It was not."""
    _known.pop(lock, None)


def _from_keyring(lock: Lock) -> str | None:
    """What the keyring of the system has, where the package `keyring` is installed."""
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(SERVICE, str(lock))
    except (keyring.errors.KeyringError, OSError):
        return None
    return found


def _typed(lock: Lock) -> str | None:
    """What a person types, unseen; None in a pipe and behind the board, which owns the terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from getpass import getpass

    from pipetui.lang import told

    return getpass(told(say("Password of {who}: ", who=str(lock)))) or None
