"""Who keeps what is derived: whoever writes. A server lets readers look at it as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipetui.store.db import Database


def mine(db: Database) -> bool:
    """Whether this connection may make derived tables again."""
    if db.dialect == "sqlite":
        return True
    return db.one("SELECT CAST(has_table_privilege('stale', 'DELETE') AS integer)") == (1,)
