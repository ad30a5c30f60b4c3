"""What the board looks at: which pipeline, period, filter and order; and everything read from the store for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pipetui.core.access import SYSTEM
from pipetui.core.hygiene import flags
from pipetui.core.moment import period
from pipetui.store import members, start, windows
from pipetui.store.orders import SORTS, Sort
from pipetui.store.pace import paces
from pipetui.store.windows import Scope

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.core.forecast import Forecast
    from pipetui.core.moment import Period
    from pipetui.core.query import Expr
    from pipetui.core.stage import Stage
    from pipetui.store.cards import Card
    from pipetui.store.db import Database
    from pipetui.store.store import Store
    from pipetui.store.windows import Attention, Column
    from pipetui.ui.reckoner import Question

PERIOD = "this-month"


class Reading:
    """The reads of one screen, all on its own connection, none of them slow. A loss of it is told at once."""

    def __init__(
        self,
        db: Database,
        opened: Callable[[], Store],
        clock: Callable[[], tuple[date, datetime]],
        pipeline: str | None = None,
        fiscal_month: int = 1,
        login: str | None = None,
    ) -> None:
        """`opened` opens the store that verbs ask, `clock` tells the local day and the moment.

        `pipeline` is a name; without it the first one is shown. `login` is who looks; without it nothing is barred
        before it is tried.
        """
        self.db = db
        db.patience = 0
        self._opened = opened
        self.clock = clock
        self._fiscal_month = fiscal_month
        self._login = login
        self.actor = SYSTEM
        """Who looks, and in which role; read anew with the columns."""
        self.pipelines = start.pipelines(db)
        self.pipeline = next((p for p in self.pipelines if p.name == pipeline), self.pipelines[0])
        self.sort: Sort = "urgency"
        self.query = ""
        """The filter as it was typed."""
        self.stages: tuple[Stage, ...] = ()
        self.paces: Mapping[int, int] = {}
        """By stage: after how many days a deal counts as stalled."""
        self.chances: Mapping[int, float] = {}
        """By open stage: the win chance, 0 to 1, once the forecast is made; for the orders by chance and by value."""
        today, now = clock()
        self.scope = Scope(self.pipeline.id, today, now, period=period(PERIOD, today, fiscal_month))

    @cached_property
    def store(self) -> Store:
        """The whole store, which the first frame does without; a connection that it loses is made again elsewhere."""
        store = self._opened()
        store.db.patience = 0
        return store

    def find_pipeline(self) -> None:
        """The pipelines as they are now, the same one shown when it is still there."""
        self.pipelines = start.pipelines(self.db)
        self.pipeline = next((p for p in self.pipelines if p.id == self.pipeline.id), self.pipelines[0])

    def beside(self) -> Database:
        """Another connection, for reads on a thread of their own; to be closed by who asked for it."""
        from pipetui.store.db import Database

        return Database(self.db.url, make=False)

    def another(self) -> Store:
        """A store of its own for a thread, to be closed by who asked for it."""
        return self._opened()

    def close(self) -> None:
        """Let go of the store."""
        if "store" in self.__dict__:
            self.store.close()
        self.db.close()

    def columns(self) -> list[Column]:
        """The columns as they are now, after how long their deals count as stalled, and who looks at them."""
        if self._login is not None:
            self.actor = members.actor(self.db, self._login)
        today, now = self.clock()
        months = [period(PERIOD, day, self._fiscal_month) for day in (self.scope.today, today)]
        of = months[1] if self.scope.period == months[0] else self.scope.period
        shown = replace(self.scope, pipeline_id=self.pipeline.id, today=today, now=now, period=of)
        self.scope = replace(shown, chances=self.chances)
        columns = windows.columns(self.db, self.scope)
        self.stages = tuple(column.stage for column in columns)
        self.paces = paces(self.db)
        return columns

    def page(self, column: Column, offset: int, limit: int) -> list[Card]:
        """Cards of a column from an offset on."""
        return windows.page(self.db, self.scope, column.stage.id, self.sort, offset, limit, column.count)

    def place(self, deal_id: int) -> tuple[int, int] | None:
        """Stage and row of a deal; None when the board does not show it."""
        row = windows.place(self.db, self.scope, deal_id, self.sort)
        found = windows.cards(self.db, self.scope, [deal_id]) if row is not None else []
        return (found[0].stage_id, row) if found and row is not None else None

    def cards(self, ids: list[int]) -> list[Card]:
        """These deals as they are now."""
        return windows.cards(self.db, self.scope, ids)

    def attention(self, beside: Database) -> Attention:
        """How many deals ask for something; it takes a look at all that are open, on the connection of a thread."""
        return windows.attention(beside, self.scope)

    @property
    def forecast_period(self) -> Period:
        """The period the forecast is about: the one shown, this month when all is shown."""
        return self.scope.period or period(PERIOD, self.scope.today, self._fiscal_month)

    def forecast(self, given: str | None, beside: Database) -> Forecast:
        """The forecast from counts alone; in the currency `given`, or that of the store."""
        from pipetui.core.forecast import forecast
        from pipetui.store.book import book, currency, goals

        shown = self.forecast_period
        goal = next(iter(goals(beside, self.pipeline.id, shown)), None)
        made_of = book(beside, self._all_deals, shown, given or currency(beside), goal)
        return forecast(made_of, as_of=self.scope.now, period=shown, pipeline=self.pipeline.name, goal=goal)

    def question(self, given: str | None) -> Question:
        """The same forecast with ranges, for who makes it apart."""
        from pipetui.ui.reckoner import Question

        return Question(self._all_deals, self.forecast_period, self.pipeline.name, given)

    @property
    def _all_deals(self) -> Scope:
        """The goal is about all deals, whatever the board is filtered by."""
        return replace(self.scope, filter=None)

    def quick_to_learn(self, beside: Database) -> bool:
        """Whether the forecast's ranges are made in a moment, and need not be asked for."""
        from pipetui.store.learning import quick

        return quick(beside, self.pipeline.id)

    def flags(self, card: Card) -> frozenset[str]:
        """What deserves a look."""
        stage = self.stage(card.stage_id)
        return flags(
            kind=stage.kind,
            next_due=card.next_due,
            stage_since=card.stage_since,
            parked_until=card.parked_until,
            expected_close=card.expected_close,
            stalled_after=self.paces.get(card.stage_id),
            now=self.scope.now,
            today=self.scope.today,
        )

    def stage(self, stage_id: int) -> Stage:
        """A stage of the board by its number."""
        return next(stage for stage in self.stages if stage.id == stage_id)

    def in_sight(self, card: Card, archived: bool) -> bool:
        """Whether the board shows a deal that has just become like this; with a filter, as far as one can tell."""
        if archived or (card.parked_until and card.parked_until > self.scope.today):
            return False
        shown = self.scope.period
        if card.closed_at is None or shown is None:
            return True
        start, end = shown.instants()
        return (start is None or card.closed_at >= start) and (end is None or card.closed_at < end)

    def desk(self) -> Desk:
        """Who acts, when and on which stages."""
        return self.desk_of(self.store)

    def desk_of(self, store: Store) -> Desk:
        """The same for another connection."""
        from pipetui.core.desk import Desk

        today, now = self.clock()
        return Desk(now=now, today=today, me=store.who, stages=self.stages)

    # What is looked at

    def filter(self, query: str, expr: Expr | None) -> None:
        """Look at the deals a filter lets through; None for all."""
        self.query = query if expr is not None else ""
        self.db.make_room()
        self.scope = replace(self.scope, filter=expr, me=self.store.me)

    def turn(self, forward: bool) -> None:
        """Look at the next period, or the one before."""
        shown = self.scope.period or period(PERIOD, self.scope.today, self._fiscal_month)
        self.scope = replace(self.scope, period=shown.next() if forward else shown.previous())

    def sort_on(self) -> Sort:
        """The order after the one in use."""
        return SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]

    def sort_by(self, sort: str) -> None:
        """Sort by one of the orders; an unknown name changes nothing."""
        self.sort = next((known for known in SORTS if known == sort), self.sort)
