"""Who works in a store, and who acts in it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipetui.core.access import ROLES, Actor, Role
from pipetui.store.policies import SCHEMA

if TYPE_CHECKING:
    from pipetui.store.db import Database

NEWCOMERS = "newcomers"
"""The setting that says which role somebody has who was never here."""


def actor(db: Database, login: str) -> Actor:
    """Who a login is, and what role that is: a newcomer has that of the setting, who left may read.

    Where the server keeps the rights, it says who acts: the login is the one it let in.
    """
    if bound(db):
        return _known_to_the_server(db)
    row = db.one("SELECT id, role, retired_at FROM member WHERE login = ?", (login,))
    if row is None:
        return Actor(None, _role(db.one("SELECT value FROM setting WHERE name = ?", (NEWCOMERS,)), "rep"))
    return Actor(row[0], "reader" if row[2] is not None else _role(row[1:], "reader"))


def login(db: Database, wanted: str) -> str:
    """The login that acts: the one the server let in where it keeps the rights, else the one `wanted`."""
    row = db.one("SELECT session_user::text") if bound(db) else None
    return str(row[0]) if row else wanted


def bound(db: Database) -> bool:
    """Whether the row policies of a server bind this connection."""
    return db.dialect == "postgresql" and db.one(_BOUND) == (1,)


_BOUND = "SELECT COALESCE((SELECT row_security_active(c.oid) FROM pg_class c WHERE c.oid = to_regclass('deal')), false)"


def _known_to_the_server(db: Database) -> Actor:
    found = db.one(f"SELECT {SCHEMA}.me(), {SCHEMA}.rank()")
    number, rank = found or (None, 0)
    return Actor(number, ROLES[max(rank, 0)] if number is not None else "reader")


def _role(row: Any, otherwise: Role) -> Role:
    """A role as the store keeps it; a word this version does not know gives no rights."""
    return otherwise if row is None else next((role for role in ROLES if role == row[0]), "reader")
