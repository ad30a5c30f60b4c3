"""What takes a look at every open deal: the deals that ask for something, and the forecast. It is counted when calm, on
a thread of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from pipetui.errors import ConnectionLost

if TYPE_CHECKING:
    from textual.timer import Timer

    from pipetui.core.forecast import Forecast
    from pipetui.store.db import Database
    from pipetui.store.windows import Attention
    from pipetui.ui.app import Pipetui
    from pipetui.ui.reckoner import Reckoner

CALM_SECONDS = 0.3
"""Counts that take a look at every open deal wait for so long a pause."""


class Tally:
    """The counts of the store that is looked at, and who makes the slow ones."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self.forecast: Forecast | None = None
        """Of the period shown; None until there was time to make it."""
        self.flagged = 0
        """Open deals that are late or have no next step."""
        self._calm: Timer | None = None
        self._later: Timer | None = None

    @cached_property
    def reckoner(self) -> Reckoner:
        """Who makes the forecast's ranges."""
        from pipetui.ui.reckoner import Reckoner

        return Reckoner(self._app.reading.beside)

    def forget(self) -> Reckoner | None:
        """What was counted is true no more, and is not counted again as it was. Who counted is to be closed."""
        for timer in (self._calm, self._later):
            if timer is not None:
                timer.stop()
        self.forecast = None
        left: Reckoner | None = self.__dict__.pop("reckoner", None)
        return left

    def close(self) -> None:
        """Count nothing more, and wait for what is being counted."""
        if (left := self.forget()) is not None:
            left.close()

    def when_calm(self) -> None:
        """Count what takes longer when nothing has happened for a moment."""
        if self._calm is not None:
            self._calm.stop()
        self._calm = self._app.set_timer(CALM_SECONDS, self._count)

    def _count(self) -> None:
        self._app.work(self._quietly, self._count_up, group="tally", exclusive=True)

    async def _quietly(self, act: Callable[[], Awaitable[None]]) -> None:
        """Nobody asked for these counts: a loss is told on top, and not in the place of what is being said."""
        try:
            await act()
        except ConnectionLost as error:
            self._app.lookout.lose(error)

    async def _count_up(self) -> None:
        """Have the deals counted, and the forecast made from counts alone unless a better one stands there."""
        app, reading, known = self._app, self._app.reading, self.forecast
        currency = app.config.currency
        better = self._better

        def count(db: Database) -> tuple[Attention, bool, Forecast | None]:
            return (
                reading.attention(db),
                reading.quick_to_learn(db),
                None if better else reading.forecast(currency, db),
            )

        attention, quick, forecast = await self.reckoner.read(count)
        if reading is not app.reading:
            return
        if self.forecast is not known and self._better:
            forecast = None
        self.flagged = attention.late + attention.without
        apart = app.side.shows == "forecast" or quick
        if forecast is not None and forecast.period == reading.forecast_period:
            self._foretell(forecast.without_chance() if apart else forecast)
        if apart:
            app.work(self._quietly, self._reckon, group="reckon", exclusive=True)
        app.edges.draw_top()

    @property
    def _better(self) -> bool:
        """Whether a forecast with ranges of the period shown stands there."""
        known = self.forecast
        return (
            known is not None
            and known.ahead is not None
            and known.period == self._app.reading.forecast_period
        )

    async def _reckon(self) -> None:
        """Have the ranges made, and show them when they come."""
        await self._reckoned()

    async def _reckoned(self) -> bool:
        """The same; False when a newer question overtook this one."""
        reading = self._app.reading
        made = await self.reckoner.ask(reading.question(self._app.config.currency))
        if reading is not self._app.reading:
            return True
        if made is not None and made.period == reading.forecast_period:
            self._foretell(made)
        if self.reckoner.late:
            self._again_in(self.reckoner.late)
        return made is not None

    def _again_in(self, seconds: float) -> None:
        """What was learned before the last changes holds for a while, not for good."""
        if self._later is not None:
            self._later.stop()
        self._later = self._app.set_timer(seconds, self.when_calm)

    async def caught_up(self) -> None:
        """Wait until a forecast with ranges, where there is one, is that of the store as it is now."""
        while self._better and not await self._reckoned():
            pass

    def _foretell(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self._app.reading.chances = forecast.chances
        self._app.side.draw()
        self._app.edges.draw_glance()
        self._app.edges.draw_top()
