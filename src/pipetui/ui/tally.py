"""What takes a look at every open deal: the deals that ask for something, and the forecast. It is counted when calm."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pipetui.errors import ConnectionLost

if TYPE_CHECKING:
    from textual.timer import Timer

    from pipetui.core.forecast import Forecast
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

    @cached_property
    def reckoner(self) -> Reckoner:
        """Who makes the forecast's ranges."""
        from pipetui.ui.reckoner import Reckoner

        return Reckoner(self._app.reading.beside)

    def forget(self) -> None:
        """Another store is looked at: what was counted is true no more."""
        self.close()
        self.__dict__.pop("reckoner", None)
        self.forecast = None

    def close(self) -> None:
        """Let go of who makes the ranges."""
        if "reckoner" in self.__dict__:
            self.reckoner.close()

    def when_calm(self) -> None:
        """Count what takes longer when nothing has happened for a moment."""
        if self._calm is not None:
            self._calm.stop()
        self._calm = self._app.set_timer(CALM_SECONDS, self._count)

    def _count(self) -> None:
        try:
            self._count_up()
        except ConnectionLost as error:
            self._app.lookout.lose(error)

    def _count_up(self) -> None:
        app, reading = self._app, self._app.reading
        attention = reading.attention()
        self.flagged = attention.late + attention.without
        known = self.forecast
        apart = app.side.shows == "forecast" or reading.quick_to_learn
        if known is None or known.ahead is None or known.period != reading.forecast_period:
            quick = reading.forecast(app.config.currency)
            self._foretell(quick.without_chance() if apart else quick)
        if apart:
            app.run_worker(app.attempt(self._reckon()), group="reckon", exclusive=True)
        app.edges.draw_top()

    async def _reckon(self) -> None:
        """Have the ranges made, and show them when they come."""
        made = await self.reckoner.ask(self._app.reading.question(self._app.config.currency))
        if made is not None and made.period == self._app.reading.forecast_period:
            self._foretell(made)

    def _foretell(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self._app.reading.chances = forecast.chances
        self._app.side.draw()
        self._app.edges.draw_glance()
        self._app.edges.draw_top()
