"""Time travel: the board, its panes and all screens over the store as it was on another day, for reading only."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from pipetui.core.message import say
from pipetui.core.moment import local_day, midnight
from pipetui.core.text import day_from_words
from pipetui.errors import Invalid, Refused
from pipetui.lang import month_first
from pipetui.ui.apart import apart
from pipetui.ui.reading import Reading
from pipetui.ui.rights import READ_ONLY
from pipetui.ui.writer import Writer

if TYPE_CHECKING:
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui


def read(text: str, today: date) -> date:
    """A day that is over. Raises Invalid."""
    found = day_from_words(text, today, month_first())
    if found is None:
        raise Invalid(
            say('"{text}" is not a day.', text=text),
            say("Write it like yesterday, 3 months ago, 2026-08-23."),
        )
    if found >= today:
        raise Invalid(say("This day is not over yet."))
    return found


class Past(Writer):
    """In the past nothing is written."""

    def write(self, job: Callable[[Store], Any]) -> Any:
        """Raises Refused."""
        raise Refused(READ_ONLY)


class Travel:
    """One journey: where it came from, and the file that holds the past looked at."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self._present, self._writer = app.reading, app.writer
        self._folder = Path(mkdtemp(prefix="pipetui-"))
        self._number = 0

    @property
    def day(self) -> date:
        """The day looked at."""
        return self._app.reading.scope.today

    async def to(self, day: date) -> None:
        """Look at the end of a day; on the present day come back."""
        if day >= self._present.clock()[0]:
            self.back()
            return
        app, moment = self._app, midnight(day + timedelta(days=1)) - timedelta(microseconds=1)
        app.tell(say("Going back to {day}…", day=day), "dim")
        self._number += 1
        path = self._folder / f"{self._number}.db"
        await self._writer.settled()
        await apart(self._made(moment, path))
        self._show(path, day, moment)

    def _made(self, moment: datetime, path: Path) -> Callable[[], None]:
        beside = self._present.beside

        def job() -> None:
            from pipetui.store.bygone import bygone

            db = beside()
            try:
                bygone(db, moment, path)
            finally:
                db.close()

        return job

    def _show(self, path: Path, day: date, moment: datetime) -> None:
        from pipetui.store.bygone import forget, opened
        from pipetui.store.db import Database

        app, login = self._app, self._app.config.me

        def store() -> Store:
            return opened(path, login, lambda: moment)

        before = app.reading
        reading = Reading(
            Database(str(path)),
            store,
            lambda: (day, moment),
            before.pipeline.name,
            app.config.fiscal_month or 1,
        )
        reading.sort = before.sort
        app.travel = self
        app.look_at(reading, Past(store))
        if before is not self._present:
            before.close()
            forget(Path(before.db.url))
        app.tell(
            say("As of {day}: parentheses step a day, braces a week; T or esc goes back to today.", day=day)
        )

    async def step(self, days: int) -> None:
        """So many days on, back when negative."""
        await self.to(self.day + timedelta(days=days))

    async def to_review(self) -> None:
        """To the day of the review before the day looked at. Raises Refused when there is none."""
        from pipetui.core.deal import Review

        held = [local_day(one.began_at) for one in self._present.store.all(Review)]
        earlier = [one for one in held if one < self.day]
        if not earlier:
            raise Refused(say("No review was held before."))
        await self.to(max(earlier))

    def back(self) -> None:
        """Back to the present, the cursor on the same deal."""
        app, past = self._app, self._app.reading
        app.travel = None
        app.look_at(self._present, self._writer)
        if past is not self._present:
            past.close()
        self.close()
        app.tell(say("Back to today."))

    def close(self) -> None:
        """Remove what was made for the journey."""
        if self._app.travel is self and self._app.reading is not self._present:
            self._app.reading.close()
        shutil.rmtree(self._folder, ignore_errors=True)


async def go(app: Pipetui, day: date) -> None:
    """Begin a journey, or go on with it."""
    await (app.travel or Travel(app)).to(day)
