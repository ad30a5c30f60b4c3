"""What the events of the stages would have moved: a look before a rule is changed.

An event counts for a deal when it was recorded since the deal entered the stage it stands in: what came earlier was
known to who put the deal there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.change import Change
from pipetui.core.deal import Deal, Event, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.moves import record_event

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store

_DONE = "activity.deal_id = deal.id AND activity.done_at >= deal.stage_since"
_SINCE = "quote.deal_id = deal.id AND quote.{} >= substr(deal.stage_since, 1, 10)"
RECORDED: dict[Event, str] = {
    "contact made": f"EXISTS (SELECT 1 FROM activity WHERE {_DONE} AND activity.kind IN ('call', 'meeting'))",
    "meeting booked": """EXISTS (SELECT 1 FROM activity WHERE activity.deal_id = deal.id AND activity.kind = 'meeting'
        AND (activity.done_at >= deal.stage_since OR (activity.done_at IS NULL AND activity.due_on IS NOT NULL)))""",
    "quote sent": f"EXISTS (SELECT 1 FROM quote WHERE {_SINCE.format('sent_on')})",
    "quote signed": f"EXISTS (SELECT 1 FROM quote WHERE {_SINCE.format('decided_on')} AND quote.status = 'signed')",
}
"""By event: whether it is recorded of an open deal, in SQL."""


class Mover(NamedTuple):
    """A deal that a rule would move."""

    deal_id: int
    title: str
    organization: str | None
    contact: str | None
    stage_id: int
    """Where it stands."""


def movers(db: Database, to: Stage, event: Event) -> list[Mover]:
    """The open deals in earlier stages that the event would bring into the stage, the longest there first."""
    sql = f"""SELECT deal.id, deal.title, organization.name, contact.name, deal.stage_id FROM deal
        JOIN stage ON stage.id = deal.stage_id
        LEFT JOIN organization ON organization.id = deal.organization_id
        LEFT JOIN contact ON contact.id = deal.contact_id
        WHERE deal.pipeline_id = ? AND stage.kind = 'open' AND stage.position < ? AND deal.archived_at IS NULL
        AND deal.closed_at IS NULL AND {RECORDED[event]} ORDER BY deal.stage_since, deal.id"""
    return [Mover(*row) for row in db.rows(sql, (to.pipeline_id, to.position))]


def moved(store: Store, desk: Desk, event: Event, deal_ids: list[int]) -> tuple[Change, ...]:
    """The changes that bring these deals where the event brings them by the rules of the desk."""
    changes: list[Change] = []
    for number in deal_ids:
        visit = next(iter(store.all(Visit, deal_id=number, left_at=None)), None)
        changes += record_event(event, store.get(Deal, number), visit, desk)
    return tuple(changes)
