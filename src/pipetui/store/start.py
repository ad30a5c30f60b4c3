"""What the first frame asks besides the columns: whether the store is ready, and which pipelines there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.change import field_names, record
from pipetui.core.stage import Pipeline
from pipetui.store import schema

if TYPE_CHECKING:
    from pipetui.store.db import Database


def ready(db: Database) -> bool:
    """Whether the store has the shape of this version and a pipeline.

    Raises StoreProblem for a foreign file, and for a store of a newer version.
    """
    found = schema.version(db)
    schema.refuse_newer(found)
    if found != schema.HEAD or db.one("SELECT 1 FROM pipeline") is None:
        return False
    db.vouch = schema.vouch
    return True


def pipelines(db: Database) -> list[Pipeline]:
    """All pipelines in their order."""
    names = field_names(Pipeline)
    rows = db.rows(f"SELECT {', '.join(names)} FROM pipeline ORDER BY position, id")
    return [record(Pipeline, dict(zip(names, row, strict=True))) for row in rows]
