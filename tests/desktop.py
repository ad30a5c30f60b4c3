"""The application on a real store: what the tests press keys in, and what they wait for on its screen."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from textual.events import Key
from textual.keys import _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from boards import NOW, TODAY, lines
from pipetui.config import load
from pipetui.core.change import Batch
from pipetui.core.deal import Deal
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.moves import open_deal
from pipetui.core.stage import Stage
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.ui.app import Pipetui
from pipetui.ui.reading import Reading
from pipetui.ui.writer import Writer


class Desktop:
    """An application on a new store with three deals, and another process beside it."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """`url` is where the store is to be; a file in the folder without it."""
        self.url = url or str(folder / "sales.db")
        self.other = self.opened(make=True)
        stages = tuple(self.other.all(Stage))
        desk = Desk(now=NOW, today=TODAY, me=self.other.me, stages=stages)
        changes = [
            c
            for name in ("Acme", "[/b] Boréal", "Dupont")
            for c in open_deal(desk, title=name, amount=100_000)
        ]
        self.other.commit(Batch(say("Add deals"), tuple(changes)))
        self.reading = Reading(Database(self.url), self.opened, lambda: (TODAY, NOW))
        self.writer = Writer(self.opened)
        config = str(folder / "none")
        self._settings = {
            "HOME": str(folder),
            "PIPETUI_DB": self.url,
            "PIPETUI_CONFIG": config,
            "USER": "marie",
        }
        self.app = self.another_app()

    def another_app(self) -> Pipetui:
        return Pipetui(load(self._settings), self.reading, self.writer)

    def opened(self, login: str = "marie", make: bool = False) -> Store:
        return Store.open(self.url, login=login, now=lambda: datetime.now(UTC), make=make)

    def close(self) -> None:
        """Let go of the store."""
        self.writer.close()
        self.reading.close()
        self.other.close()

    def deal(self, title: str) -> Deal:
        """A deal as it is for everybody else."""
        return next(deal for deal in self.other.all(Deal) if deal.title == title)

    def stage_of(self, title: str) -> str:
        """Where a deal stands for everybody else."""
        deal = next(deal for deal in self.other.all(Deal) if deal.title == title)
        return self.other.get(Stage, deal.stage_id).name


async def seen(pilot: Pilot[int], text: str) -> None:
    """Wait until a text stands on the screen."""
    for _ in range(400):
        if text in "\n".join(lines(pilot.app)):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{text!r} did not come; the screen:\n" + "\n".join(lines(pilot.app)))


async def typed(pilot: Pilot[int], *keys: str) -> None:
    """Keys one after the other; what stands after `=` is typed in one go, as fast as a terminal brings it."""
    for key in keys:
        _send(pilot, *(key[1:] if key.startswith("=") and len(key) > 1 else (key,)))
        await pilot.pause()
    await pilot.pause(0.1)


def _send(pilot: Pilot[int], *keys: str) -> None:
    """Keys as the driver brings them, named or as characters."""
    driver = pilot.app._driver
    assert driver is not None
    for key in keys:
        name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
        try:
            character: str | None = unicodedata.lookup(_get_unicode_name_from_key(name))
        except KeyError:
            character = key if len(key) == 1 else None
        event = Key(name, character)
        event.set_sender(pilot.app)
        driver.send_message(event)


def shown(pilot: Pilot[int]) -> str:
    """The screen as text."""
    return "\n".join(lines(pilot.app))
