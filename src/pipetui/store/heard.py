"""What other members have done since one last looked: a few rows of the journal, in plain SQL."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipetui.core.message import Message
from pipetui.store.journal import label
from pipetui.store.log import turned
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.db import Database

MOST = 10
"""Batches told at once."""
SHOWN = 200
"""Deals of a batch that are looked for on the board."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A batch of somebody else."""

    batch_id: int
    at: datetime
    who: str
    what: Message
    deals: frozenset[int] = frozenset()
    """Some of the deals it concerns."""


def newest(db: Database) -> int:
    """The number of the newest batch; 0 when there is none."""
    row = db.one("SELECT COALESCE(MAX(id), 0) FROM batch")
    return row[0] if row else 0


def heard(db: Database, since: int, login: str) -> list[Heard]:
    """What members other than this one did after a batch, newest first."""
    batches = db.rows(
        """SELECT batch.id, batch.at, member.name, batch.kind, batch.label, batch.label_values
            FROM batch JOIN member ON member.id = batch.member_id
            WHERE batch.id > ? AND batch.kind <> 'setup' AND member.login <> ? ORDER BY batch.id DESC LIMIT ?""",
        (since, login, MOST),
    )
    deals: dict[int, set[int]] = defaultdict(set)
    for which in among([batch[0] for batch in batches]):
        for batch_id, deal_id in db.rows(
            f"SELECT batch_id, deal_id FROM journal WHERE {which.of('batch_id')} AND deal_id IS NOT NULL LIMIT ?",
            (*which.params, SHOWN),
        ):
            deals[batch_id].add(deal_id)
    return [
        Heard(
            number, datetime.fromisoformat(at), name, _sentence(kind, text, packed), frozenset(deals[number])
        )
        for number, at, name, kind, text, packed in batches
    ]


def _sentence(kind: str, text: str, packed: str) -> Message:
    return turned(kind, label(text, json.loads(packed)))
