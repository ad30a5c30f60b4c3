"""The application on a real store: what a key shows is what the store holds after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

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

    def __init__(self, folder: Path) -> None:
        self.url = str(folder / "sales.db")
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
        config = load({"HOME": str(folder), "PIPETUI_DB": self.url, "PIPETUI_CONFIG": str(folder / "none")})
        self.app = Pipetui(config, self.reading, self.writer)

    def opened(self) -> Store:
        return Store.open(self.url, login="marie", now=lambda: datetime.now(UTC))

    def stage_of(self, title: str) -> str:
        """Where a deal stands for everybody else."""
        deal = next(deal for deal in self.other.all(Deal) if deal.title == title)
        return self.other.get(Stage, deal.stage_id).name


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


async def test_a_move_is_seen_written_and_taken_back(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("j", "L", "L")
        await pilot.pause()
        assert lines(desktop.app)[3].split("│")[2].startswith("▌[/b] Boréal")
        await desktop.writer.settled()
        await pilot.pause()
        assert desktop.stage_of("[/b] Boréal") == "Meeting"
        assert "Move [/b] Boréal to Meeting" in lines(desktop.app)[-1]
        await pilot.press("u")
        await pilot.pause()
        assert desktop.stage_of("[/b] Boréal") == "Prospect"
        assert "Undone" in lines(desktop.app)[-1]


async def test_marked_deals_move_as_one_batch(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("space", "space", "L")
        await desktop.writer.settled()
        await pilot.pause()
        assert [desktop.stage_of(name) for name in ("Acme", "[/b] Boréal", "Dupont")] == [
            "Prospect",
            "Prospect",
            "Lead",
        ]
        await pilot.press("escape", "u")
        await pilot.pause()
        assert desktop.stage_of("Acme") == "Lead"


async def test_losing_asks_for_the_reason(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert "Why was it lost?" in "\n".join(lines(desktop.app))
        await pilot.press("escape", "x", "enter")
        await pilot.pause()
        await desktop.writer.settled()
        assert desktop.stage_of("Acme") == "Lost"


async def test_what_the_rules_refuse_is_said_in_the_bar(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("H")
        assert "Lead is the first stage" in lines(desktop.app)[-1]
        await pilot.press("l", "L")
        assert "There is no deal here" in lines(desktop.app)[-1]
        await pilot.press("z")
        assert '"z" does nothing here' in lines(desktop.app)[-1]


async def test_a_change_of_somebody_else_appears_and_the_cursor_stays(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("j")
        desk = Desk(now=NOW, today=TODAY, me=desktop.other.me, stages=tuple(desktop.other.all(Stage)))
        desktop.other.commit(Batch(say("Add a deal"), open_deal(desk, title="Éclair")))
        await pilot.pause(0.6)
        assert "Lead 4" in lines(desktop.app)[2]
        assert desktop.app.board.card is not None
        assert desktop.app.board.card.title == "[/b] Boréal"


async def test_a_filter_is_live_kept_and_cleared(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("slash", *"acme")
        await pilot.pause()
        assert "Lead 1 " in lines(desktop.app)[2]
        await pilot.press("enter")
        await pilot.pause()
        assert "/acme" in lines(desktop.app)[0]
        await pilot.press("escape")
        await pilot.pause()
        assert "Lead 3 " in lines(desktop.app)[2]


async def test_a_planned_step_stands_on_the_card(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("t", *"tomorrow call back", "enter")
        await pilot.pause()
        await desktop.writer.settled()
        await pilot.pause(0.1)
        assert "☎ tomorrow" in "\n".join(lines(desktop.app))


async def test_what_was_shown_is_written_before_the_end(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("L", "q")
    desktop.writer.close()
    assert desktop.stage_of("Acme") == "Prospect"
    desktop.writer = Writer(desktop.opened)
