"""A pipeline to act on, and a store of rows as simple as can be: what the tests of the rules need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from pipetui.core.change import Change, Row, Scalar, record, row
from pipetui.core.deal import Deal, Record, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.standard import standard_pipeline

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EARLIER = NOW - timedelta(days=20)
ME = 7
R = TypeVar("R", bound=Record)


def standard() -> dict[str, Stage]:
    """The standard stages by name, numbered 1 to 6."""
    found = (one for one in standard_pipeline() if isinstance(one, Stage))
    return {stage.name: replace(stage, id=n, pipeline_id=1) for n, stage in enumerate(found, 1)}


LEAD, PROSPECT, MEETING, QUOTE, WON, LOST = standard().values()


def desk_of(*stages: Stage, now: datetime = NOW, today: date = TODAY) -> Desk:
    """Somebody at work on these stages; without any, on the standard ones."""
    return Desk(now=now, today=today, me=ME, stages=stages or tuple(standard().values()))


def deal_in(stage: Stage, **values: object) -> Deal:
    """A deal that has stood in a stage for twenty days."""
    given = {"title": "Web site", "created_at": EARLIER, "stage_since": EARLIER, **values}
    if stage.kind != "open":
        given = {
            "closed_at": EARLIER,
            "closed_from_id": QUOTE.id,
            "lost_reason_id": 1 if stage.kind == "lost" else None,
        } | given
    return Deal(id=1, pipeline_id=1, stage_id=stage.id, **given)  # type: ignore[arg-type]


def visit_of(deal: Deal) -> Visit:
    """The open visit of such a deal."""
    return Visit(id=1, deal_id=deal.id, stage_id=deal.stage_id, entered_at=deal.stage_since)


class World:
    """Rows by table and number. Writing checks that every change finds what it says was there."""

    def __init__(self, *records: Record) -> None:
        self.rows: dict[tuple[str, int], Row] = {(one.table, one.id): row(one) for one in records}
        self._numbers = count(1001)

    def write(self, changes: Iterable[Change]) -> None:
        """All changes; a field that does not hold its value before is an AssertionError."""
        for change in changes:
            key = (change.table, change.id)
            if change.before is None:
                assert key not in self.rows
                self.rows[key] = dict(change.after or {})
                continue
            here = self.rows[key]
            assert {name: here[name] for name in change.before} == change.before
            if change.after is None:
                del self.rows[key]
            else:
                here.update(change.after)

    def take_back(self, changes: tuple[Change, ...]) -> None:
        """The inverse of all changes, last one first."""
        self.write(change.inverse for change in reversed(changes))

    def settle(self) -> None:
        """Give new records their numbers, as a store does, wherever they are referred to."""
        given = {key: next(self._numbers) for key in self.rows if key[1] < 0}
        ids = {old: new for (_, old), new in given.items()}

        def named(name: str, value: Scalar) -> Scalar:
            refers = isinstance(value, int) and (name == "id" or name.endswith("_id"))
            return ids.get(value, value) if refers else value  # type: ignore[arg-type]

        self.rows = {
            (table, ids.get(n, n)): {name: named(name, value) for name, value in values.items()}
            for (table, n), values in self.rows.items()
        }

    def copy(self) -> dict[tuple[str, int], Row]:
        """The rows as they are now."""
        return {key: dict(values) for key, values in self.rows.items()}

    def all(self, kind: type[R]) -> list[R]:
        """The records of one kind."""
        return [record(kind, values) for (table, _), values in self.rows.items() if table == kind.table]

    def one(self, kind: type[R]) -> R:
        """The only record of its kind."""
        (found,) = self.all(kind)
        return found
