"""Sources with what they brought: deals, what became of them, and what was paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipetui.store.db import Database


class Brought(NamedTuple):
    """A source and all that ever came from it; sums in minor units by currency."""

    id: int
    name: str
    deals: int
    open: int
    won: int
    value: Mapping[str, int]
    """Of the deals that were won."""
    paid: Mapping[str, int]


def brought(db: Database) -> list[Brought]:
    """All sources by name, archived deals left out."""
    counts: dict[int, dict[str, int]] = {}
    values: dict[int, dict[str, int]] = {}
    for source_id, kind, currency, n, amount in db.rows(
        """SELECT deal.source_id, stage.kind, deal.currency, COUNT(*), COALESCE(SUM(deal.amount), 0) FROM deal
            JOIN stage ON stage.id = deal.stage_id WHERE deal.source_id IS NOT NULL AND deal.archived_at IS NULL
            GROUP BY 1, 2, 3"""
    ):
        kinds = counts.setdefault(source_id, {})
        kinds[kind] = kinds.get(kind, 0) + n
        if kind == "won" and amount:
            values.setdefault(source_id, {})[currency] = int(amount)
    paid: dict[int, dict[str, int]] = {}
    for source_id, currency, amount in db.rows(
        "SELECT source_id, currency, SUM(amount) FROM spending GROUP BY 1, 2"
    ):
        paid.setdefault(source_id, {})[currency] = int(amount)
    return [
        Brought(
            number,
            name,
            sum(counts.get(number, {}).values()),
            counts.get(number, {}).get("open", 0),
            counts.get(number, {}).get("won", 0),
            values.get(number, {}),
            paid.get(number, {}),
        )
        for number, name in db.rows("SELECT id, name FROM source ORDER BY name, id")
    ]
