"""The board's reads: the counts and sums of its columns, and the rows in sight. Plain SQL over the DB-API.

Where nothing is filtered, counts and sums come from `tally` and rows from an index that ends with everything a row is
chosen by, so that a million deals cost what a thousand do. A filter is tested row by row along the same index. Names
and next steps are joined to the rows in sight alone (`cards`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipetui.core.change import field_names, moment_text, record
from pipetui.core.stage import Stage
from pipetui.store import orders
from pipetui.store.cards import Card, chunks, marks
from pipetui.store.cards import cards as cards_of
from pipetui.store.clause import Clause
from pipetui.store.orders import CLOSED, DUE, Order, Sort

if TYPE_CHECKING:
    from pipetui.core.moment import Period
    from pipetui.core.query import Expr
    from pipetui.store.db import Database
    from pipetui.store.listing import Line

ENDLESS = 2**62
"""The limit of a list that has none."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which deals are looked at, from when, and by whom."""

    pipeline_id: int
    today: date
    now: datetime
    filter: Expr | None = None
    period: Period | None = None
    """Won and lost deals are those closed in it; None for all. A filter on the closing date takes its place."""
    owner_id: int | None = None
    """Only the deals of this member."""
    me: int | None = None
    """The member that `owner:me` means."""
    chances: Mapping[int, float] = field(default_factory=dict)
    """Win chance, 0 to 1, by open stage: for the sorts by chance and by expected value."""

    def asks(self, word: str) -> bool:
        """Whether the filter speaks of this: a field, or a word after `is:`."""
        if self.filter is None:
            return False
        from pipetui.store import search

        return search.speaks_of(self.filter, word)

    @property
    def whole(self) -> bool:
        """Nothing but parked and archived deals is left out."""
        return self.filter is None and self.owner_id is None


@dataclass(frozen=True, slots=True)
class Column:
    """A stage of the board with what stands in it."""

    stage: Stage
    count: int
    totals: Mapping[str, tuple[int, int]]
    """By currency: how many deals have an amount, and their sum in minor units."""
    parked: int
    """Deals out of sight until their day; not in `count`."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Open deals in sight that ask for something."""

    late: int
    """The next step should have been taken before today."""
    without: int
    """No next step."""


Tally = dict[str, tuple[int, int, int]]
"""By currency: deals, deals with an amount, sum in minor units."""


def columns(db: Database, scope: Scope) -> list[Column]:
    """The stages of the pipeline in order, with counts and sums of the deals that `page` shows in them."""
    shown = stages(db, scope.pipeline_id)
    kept = _kept(db, scope.pipeline_id) if scope.whole else {}
    return [_column(db, scope, stage, kept) for stage in shown]


def page(
    db: Database, scope: Scope, stage_id: int, sort: Sort, offset: int, limit: int, count: int | None = None
) -> list[Card]:
    """The cards at `offset` of a column and below, at most `limit`.

    With the `count` of the column the second half is read from the end: the last page costs what the first does.
    """
    stage = _stage(db, stage_id)
    if stage is None:
        return []
    order = orders.order(sort, stage, scope.today, scope.chances)
    backwards = count is not None and offset > count // 2
    if count is not None and backwards:
        limit = max(0, min(limit, count - offset))
        offset = max(0, count - offset - limit)
    seen = sight(db, scope, stage).also(order.along)
    ids = db.rows(
        f"SELECT deal.id FROM deal WHERE {seen.sql} ORDER BY {order.by(backwards)} LIMIT ? OFFSET ?",
        (*seen.params, *order.params, limit, offset),
    )
    return cards_of(db, [deal_id for (deal_id,) in (reversed(ids) if backwards else ids)], scope.today)


def place(db: Database, scope: Scope, deal_id: int, sort: Sort) -> int | None:
    """How many cards stand above this deal in its column; None when the column does not show it."""
    row = db.one("SELECT stage_id FROM deal WHERE id = ?", (deal_id,))
    stage = _stage(db, row[0]) if row else None
    if stage is None:
        return None
    order, seen = orders.order(sort, stage, scope.today, scope.chances), sight(db, scope, stage)
    seen = seen.also(order.along)
    mine = db.one(
        f"SELECT {', '.join(order.keys)} FROM deal WHERE deal.id = ? AND {seen.sql}",
        (*order.params, deal_id, *seen.params),
    )
    if mine is None:
        return None
    before, from_mine = (">", ">=") if order.descending else ("<", "<=")
    names = ", ".join((*order.keys, "deal.id"))
    # The first key alone is what an index can search; the comparison of all keys decides among its equals.
    above = seen.also(f"{order.keys[0]} {from_mine} ?", *order.params, mine[0])
    above = above.also(f"({names}) {before} ({marks((*mine, deal_id))})", *order.params, *mine, deal_id)
    found = db.one(f"SELECT COUNT(*) FROM deal WHERE {above.sql}", above.params)
    return found[0] if found else None


def cards(db: Database, scope: Scope, ids: list[int]) -> list[Card]:
    """The deals of these numbers, whatever the scope shows, in the order of the numbers."""
    return cards_of(db, ids, scope.today)


def listing(
    db: Database, scope: Scope, sort: Sort | None = None, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """The deals of the pipeline that the filter lets through, parked ones too, archived ones when it asks for them.

    In one order for all stages, or by their numbers without a `sort`. The numbers are read at once, the rest some
    hundreds at a time.
    """
    from pipetui.store.listing import lines

    seen = asked(db, scope, live(scope, Clause("deal.pipeline_id = ?", (scope.pipeline_id,))))
    order = orders.order(sort, None, scope.today, scope.chances) if sort else Order(())
    sql = f"SELECT deal.id FROM deal WHERE {seen.sql} ORDER BY {order.by()} LIMIT ? OFFSET ?"
    ids = db.rows(sql, (*seen.params, *order.params, ENDLESS if limit is None else limit, offset))
    for chunk in chunks([deal_id for (deal_id,) in ids]):
        found = {line.id: line for line in lines(db, f"deal.id IN ({marks(chunk)})", chunk)}
        yield from (found[deal_id] for deal_id in chunk if deal_id in found)


def attention(db: Database, scope: Scope) -> Attention:
    """How many open deals in sight are late or have no next step."""
    late = without = 0
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "open":
            seen = sight(db, scope, stage)
            # True of every deal; it points the engine to the index that holds the next step.
            seen = seen.also(f"{DUE} >= ''")
            seen = seen.also("(deal.next_due IS NULL OR deal.next_due < ?)", scope.today.isoformat())
            row = db.one(f"SELECT COUNT(deal.next_due), COUNT(*) FROM deal WHERE {seen.sql}", seen.params)
            late, without = (late + row[0], without + row[1] - row[0]) if row else (late, without)
    return Attention(late, without)


def stages(db: Database, pipeline_id: int) -> list[Stage]:
    """The stages of a pipeline in order, without the retired ones."""
    sql = f"SELECT {_STAGE} FROM stage WHERE pipeline_id = ? AND retired_at IS NULL ORDER BY position, id"
    return [_as_stage(values) for values in db.rows(sql, (pipeline_id,))]


def _stage(db: Database, stage_id: int) -> Stage | None:
    values = db.one(f"SELECT {_STAGE} FROM stage WHERE id = ?", (stage_id,))
    return _as_stage(values) if values else None


_STAGE = ", ".join(field_names(Stage))


def _as_stage(values: tuple[object, ...]) -> Stage:
    return record(Stage, dict(zip(field_names(Stage), values, strict=True)))


def _column(db: Database, scope: Scope, stage: Stage, kept: Mapping[int, Tally]) -> Column:
    is_open = stage.kind == "open"
    waiting = parked(db, scope, stage) if is_open and not scope.asks("parked") else {}
    if scope.whole and (is_open or scope.period is None):
        shown = _less(kept.get(stage.id, {}), waiting)
    else:
        seen = sight(db, scope, stage)
        if scope.whole and (currencies := list(kept.get(stage.id, ()))):
            # With the currencies named, an engine adds up along `deal_closing_sums` and sorts nothing.
            seen = seen.also(f"deal.currency IN ({marks(currencies)})", *currencies)
        shown = tally(db, seen)
    totals = {currency: (known, minor) for currency, (_, known, minor) in shown.items() if known}
    return Column(stage, _count(shown), totals, _count(waiting))


def _kept(db: Database, pipeline_id: int) -> dict[int, Tally]:
    """What the store keeps by stage, parked deals among it."""
    sql = """SELECT stage_id, currency, SUM(n), SUM(n - without_amount), SUM(amount) FROM tally
        WHERE pipeline_id = ? AND archived = 0 GROUP BY stage_id, currency"""
    kept: dict[int, Tally] = {}
    for stage_id, currency, *sums in db.rows(sql, (pipeline_id,)):
        kept.setdefault(stage_id, {})[currency] = (sums[0], sums[1], sums[2])
    return kept


def _less(all_deals: Tally, some: Tally) -> Tally:
    """What is left of the counts and sums of all deals without those of some."""
    left = {}
    for currency, sums in all_deals.items():
        gone = some.get(currency, (0, 0, 0))
        left[currency] = (sums[0] - gone[0], sums[1] - gone[1], sums[2] - gone[2])
    return left


def _count(tally: Tally) -> int:
    return sum(count for count, _, _ in tally.values())


def sight(db: Database, scope: Scope, stage: Stage) -> Clause:
    """Which deals of a stage are in sight."""
    clause = asked(db, scope, live(scope, Clause("deal.stage_id = ?", (stage.id,))))
    if stage.kind == "open":
        clause = clause.also("deal.closed_at IS NULL")
        if not scope.asks("parked"):
            day = scope.today.isoformat()
            clause = clause.also("(deal.parked_until IS NULL OR deal.parked_until <= ?)", day)
    elif scope.period is not None and not scope.asks("closed"):
        start, end = scope.period.instants()
        if start is not None and end is not None:
            clause = clause.also(f"{CLOSED} >= ? AND {CLOSED} < ?", moment_text(start), moment_text(end))
    return clause


def parked(db: Database, scope: Scope, stage: Stage) -> Tally:
    """The deals of an open stage that wait out of sight."""
    clause = asked(db, scope, live(scope, Clause("deal.stage_id = ?", (stage.id,))))
    return tally(db, clause.also("deal.closed_at IS NULL AND deal.parked_until > ?", scope.today.isoformat()))


def live(scope: Scope, clause: Clause) -> Clause:
    """Without archived deals, unless the filter asks for them."""
    return clause if scope.asks("archived") else clause.also("deal.archived_at IS NULL")


def asked(db: Database, scope: Scope, clause: Clause) -> Clause:
    """A condition, and what owner and filter ask for beside it."""
    if scope.owner_id is not None:
        clause = clause.also("deal.owner_id = ?", scope.owner_id)
    if scope.filter is not None:
        from pipetui.store import search

        filtered = search.clause(db, scope.filter, scope.today, scope.now, scope.me)
        clause = clause.also(filtered.sql, *filtered.params)
    return clause


def tally(db: Database, clause: Clause) -> Tally:
    """Counts and sums of the deals that fulfil a condition, by looking at each."""
    sql = "SELECT deal.currency, COUNT(*), COUNT(deal.amount), COALESCE(SUM(deal.amount), 0) FROM deal"
    rows = db.rows(f"{sql} WHERE {clause.sql} GROUP BY deal.currency", clause.params)
    return {currency: (count, known, minor) for currency, count, known, minor in rows}
