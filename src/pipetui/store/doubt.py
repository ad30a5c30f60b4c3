"""A connection that is lost while a batch is being kept: nobody knows whether it was, until the journal is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.message import say
from pipetui.errors import ConnectionLost

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.writing import Writing


class Doubt:
    """The batch of which nobody knows whether it was kept; at most one at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._about: Writing | None = None

    def settled(self, wrote: Writing | None, lost: ConnectionLost) -> bool:
        """Whether the batch is there whose keeping nobody confirmed. Raises ConnectionLost when nobody can tell yet."""
        self._about = wrote
        try:
            landed = self._landed(wrote)
        except ConnectionLost:
            raise ConnectionLost(
                say("The connection was lost while writing; what was written is looked for when it is back."),
                lost.hint,
                doubtful=True,
            ) from None
        self._about = None
        return landed

    def cleared(self) -> bool | None:
        """Whether what was in doubt when a connection was lost has been written; None when nothing is in doubt."""
        if self._about is None:
            return None
        landed = self._landed(self._about)
        self._about = None
        return landed

    def _landed(self, wrote: Writing | None) -> bool:
        """Whether a batch is in the journal. It asks as a writer: by then the session that was lost has ended."""
        if wrote is None:
            return False
        with self._db.transaction():
            sql = "SELECT 1 FROM batch WHERE id = ? AND chain = ?"
            return self._db.one(sql, (wrote.batch_id, wrote.chain)) is not None
