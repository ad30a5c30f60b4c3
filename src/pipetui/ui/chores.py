"""What is done by itself while the board stands: once it has been used a little, and when another day begins."""

from __future__ import annotations

from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from pipetui.ui.app import Pipetui

LATER_SECONDS = 3.0
"""What can wait does so until the board has been used a little."""
MIDNIGHT_SECONDS = 60.0
"""How often it is asked whether another day has begun."""


class Chores:
    """The chores of a day; each ends without a word, and none is done in the past."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self._expired_on: date | None = None
        """The day for which quotes past their validity have expired."""
        self._copied_on: date | None = None
        """The day whose copy was made, or tried."""

    def begin(self) -> None:
        """Do them a little later, and again each day."""
        app = self._app
        app.set_timer(LATER_SECONDS, self._prepare)
        app.set_timer(LATER_SECONDS, partial(app.work, self._measure_pace))
        app.set_timer(LATER_SECONDS, partial(app.work, self._expire))
        app.set_interval(MIDNIGHT_SECONDS, partial(app.work, self._expire))
        app.set_interval(MIDNIGHT_SECONDS, self.turn)
        app.set_timer(LATER_SECONDS, self._keep_copy)
        app.set_interval(MIDNIGHT_SECONDS, self._keep_copy)

    def _prepare(self) -> None:
        """What keys will open is brought in before they are pressed."""
        from pipetui.ui import openings

        Thread(target=openings.prepare, daemon=True).start()

    async def _measure_pace(self) -> None:
        """Once a day, learn from the won deals when others count as stalled; and list who came by a large import."""
        if self._app.travel is not None or not self._app.reading.actor.writes:
            return
        from pipetui.store import parties
        from pipetui.store.pace import measure_pace

        today = self._app.reading.scope.today
        await self._app.writer.write(lambda store: measure_pace(store.db, today))
        await self._app.writer.write(lambda store: parties.ensure(store.db))

    async def _expire(self) -> None:
        """Quotes whose validity is over expire by themselves: when the application opens, and when a day begins."""
        from pipetui.store import offers

        if self._app.travel is not None:
            return
        reading = self._app.reading
        today = reading.clock()[0]
        if today != self._expired_on and offers.over(reading.db, today, reading.actor):
            await self._app.writer.write(lambda store: offers.expire(store, today))
            self._app.reload()
        self._expired_on = today

    def turn(self) -> None:
        """Another day has begun: what was for tomorrow is for today, and this month may be another one."""
        reading = self._app.reading
        if self._app.travel is None and reading.clock()[0] != reading.scope.today:
            self._app.reload()

    def _keep_copy(self) -> None:
        """The copy of the day, made beside everything else, which ends without it."""
        today = self._app.reading.clock()[0]
        if self._app.travel is None and today != self._copied_on:
            from pipetui.store import copies

            self._copied_on = today
            Thread(target=copies.take, args=(self._app.reading.db.url, today), daemon=True).start()
