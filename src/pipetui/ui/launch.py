"""The way from a store's address to its board on the terminal, and out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pipetui.config import make_home
from pipetui.lang import told
from pipetui.store import members
from pipetui.store.db import Database
from pipetui.store.sharing import acting
from pipetui.store.start import ready
from pipetui.ui.app import Pipetui
from pipetui.ui.reading import Reading
from pipetui.ui.terminal import Terminal
from pipetui.ui.writer import Writer

if TYPE_CHECKING:
    from pipetui.config import Config
    from pipetui.store.store import Store


def run(
    config: Config,
    url: str,
    *,
    pipeline: str | None = None,
    clock: Callable[[], datetime] | None = None,
    travel: date | None = None,
) -> int:
    """The board of a store until it is quit; its exit code. All that was shown is written when it returns.

    `clock` tells an aware moment other than the present; `travel` is a day to look back to first. Raises
    StoreProblem; Conflict when the last thing done before the end turns out to be refused.
    """

    def now() -> datetime:
        return clock() if clock else datetime.now(UTC)

    def opened() -> Store:
        from pipetui.store.store import Store

        return Store.open(url, login=config.me, now=now, told=told, make=False)

    def dated() -> tuple[date, datetime]:
        moment = now()
        return moment.astimezone().date(), moment

    make_home(url)
    config = replace(config, me=acting(url, config.me))
    db = Database(url)
    if not ready(db):
        opened().close()
    config = replace(config, me=members.login(db, config.me))
    reading = Reading(db, opened, dated, pipeline, config.fiscal_month or 1, config.me)
    writer = Writer(opened)
    try:
        app = Pipetui(config, reading, writer, Terminal)
        app.travel_first = travel
        app.run()
        app.close()
        if app.failure is not None:
            raise app.failure
        return app.return_code or 0
    finally:
        reading.close()
        writer.close()
