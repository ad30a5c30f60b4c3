"""The application on a real store: what the tests press keys in, and what they wait for on its screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

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
        self.other = self.opened()
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

    def opened(self, login: str = "marie") -> Store:
        return Store.open(self.url, login=login, now=lambda: datetime.now(UTC))

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
    """Keys one after the other; a text of several characters, or one after `=`, is typed as it stands."""
    for key in keys:
        text = key.removeprefix("=") if key.startswith("=") and len(key) > 1 else None
        for each in text if text is not None else (key,):
            await pilot.press(NAMES.get(each, each))
        await pilot.pause(0.03)
    await pilot.pause(0.1)


def shown(pilot: Pilot[int]) -> str:
    """The screen as text."""
    return "\n".join(lines(pilot.app))


NAMES = {
    " ": "space",
    "/": "slash",
    ":": "colon",
    ".": "full_stop",
    ",": "comma",
    "#": "number_sign",
    "@": "at",
}
"""Characters that Textual presses by name."""
