"""What the deals of a pipeline did, as the forecast takes it: each deal with its stays, in plain numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.past import GONE, Life, Past, Stay
from pipetui.store.monthly import days
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.db import Database

STRIDE = 5_000
"""Deals read at once, so that others can read in between."""
TRAITS = {
    "source": "(SELECT name FROM source WHERE source.id = deal.source_id)",
    "owner": "(SELECT login FROM member WHERE member.id = deal.owner_id)",
}
"""What deals are told apart by."""

Worth = Callable[[int, str], float | None]
"""Minor units of a currency in those of the forecast's, None when its rate is not known."""


class OpenStay(NamedTuple):
    """A stay that is not over; `Stay` tells the units."""

    deal_id: int
    stage_id: int
    entered: float
    left: float
    """Infinite, unless the deal was archived: then it went out of sight."""


class Stages(NamedTuple):
    """The stages of a pipeline that are in use, by their numbers in the forecast."""

    open: dict[int, int]
    """Open stages, by their numbers in the store, in order."""
    all: dict[int, int]
    """Won and lost too."""

    @classmethod
    def read(cls, db: Database, pipeline_id: int) -> Stages:
        """As the store has them."""
        rows = db.rows(
            "SELECT id, kind FROM stage WHERE pipeline_id = ? AND retired_at IS NULL ORDER BY position",
            (pipeline_id,),
        )
        places = {
            number: place for place, number in enumerate(number for number, kind in rows if kind == "open")
        }
        ends = {"won": len(places), "lost": len(places) + 1}
        return cls(places, places | {number: ends[kind] for number, kind in rows if kind != "open"})


def open_stays(db: Database, pipeline_id: int) -> list[OpenStay]:
    """The stays that are not over, of deals whose history is known, in the open stages in use."""
    found = []
    for which in among(Stages.read(db, pipeline_id).open):
        sql = f"""SELECT deal.id, deal.stage_id, visit.entered_at, deal.archived_at
            FROM deal JOIN visit ON visit.deal_id = deal.id AND visit.stage_id = deal.stage_id
            WHERE {which.of("deal.stage_id")} AND deal.history_known = 1 AND visit.left_at IS NULL
            ORDER BY deal.id, visit.id"""
        for number, stage_id, entered, archived in db.rows(sql, which.params):
            start = days(entered)
            found.append(OpenStay(number, stage_id, start, _until(start, archived)))
    return found


def _until(start: float, archived: str | None) -> float:
    return inf if archived is None else max(start, days(archived))


def lives(
    db: Database, pipeline_id: int, traits: Sequence[str] = tuple(TRAITS), worth: Worth | None = None
) -> Past:
    """The deals whose history is known with all their stays in the open stages in use; `traits` are some of `TRAITS`.

    Going to a stage that is used no more, or to another pipeline, is going out of sight, and so is being archived
    while open. Amounts are as they are without `worth`. A second or two for 100,000 deals.
    """
    stages = Stages.read(db, pipeline_id)
    return Past.of(len(stages.open), _lives(db, stages, traits, worth))


def _lives(db: Database, stages: Stages, traits: Sequence[str], worth: Worth | None) -> Iterator[Life]:
    last = db.one("SELECT COALESCE(MAX(id), 0) FROM deal")
    for start in range(1, (last[0] if last else 0) + 1, STRIDE):
        window = (start, start + STRIDE - 1)
        with db.reading():
            deals = _deals(db, window, traits)
            visits = _visits(db, window)
        stays = _stays(visits, deals, stages)
        for number, (_, _, amount, currency, *values) in deals.items():
            if (own := stays.get(number)) is not None:
                if amount is not None:
                    amount = float(amount) if worth is None else worth(amount, currency)
                own.sort(key=itemgetter(1, 2))
                yield Life(number, tuple(own), amount, tuple(value or "" for value in values))


def _deals(db: Database, window: tuple[int, int], traits: Sequence[str]) -> dict[int, tuple[Any, ...]]:
    """Stage, day of archiving, amount, currency and traits by number."""
    columns = ", ".join(
        ("stage_id", "archived_at", "amount", "currency", *(TRAITS[trait] for trait in traits))
    )
    sql = f"SELECT deal.id, {columns} FROM deal WHERE deal.id BETWEEN ? AND ? AND deal.history_known = 1"
    return {row[0]: row[1:] for row in db.rows(sql, window)}


def _visits(db: Database, window: tuple[int, int]) -> list[tuple[Any, ...]]:
    sql = """SELECT deal_id, stage_id, entered_at, left_at, next_stage_id FROM visit
        WHERE deal_id BETWEEN ? AND ? ORDER BY deal_id, id"""
    return db.rows(sql, window)


def _stays(
    visits: list[tuple[Any, ...]], deals: dict[int, tuple[Any, ...]], stages: Stages
) -> dict[int, list[Stay]]:
    """The stays by deal. One without an end counts where its deal still stands."""
    found: dict[int, list[Stay]] = defaultdict(list)
    places, nexts, before, until = stages.open, stages.all, "", 0.0
    for number, stage_id, entered, left, following in visits:
        deal, place = deals.get(number), places.get(stage_id)
        if deal is None or place is None:
            continue
        start = until if entered == before else days(entered)
        if left is not None:
            before, until = left, days(left)
            found[number].append(Stay(place, start, until, nexts.get(following, GONE)))
        elif deal[0] == stage_id:
            found[number].append(Stay(place, start, _until(start, deal[1]), GONE))
    return found
