"""A manager's minutes with the whole forecast: what is behind each figure, and what would happen if."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import lines
from desktop import seen, typed
from pipetui import demo
from pipetui.config import load
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Goal, Stage
from pipetui.core.message import say
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.ui.app import Pipetui
from pipetui.ui.reading import Reading
from pipetui.ui.writer import Writer

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 3)


class Office:
    """The demo on a screen, and another connection to see what was written."""

    def __init__(self, folder: Path) -> None:
        url = str(folder / "demo.db")

        def opened() -> Store:
            return Store.open(url, login="marie", now=lambda: datetime.now(UTC))

        self.other = opened()
        demo.write(self.other, TODAY)
        goals = self.other.all(Goal)
        goal = Goal(id=-1, pipeline_id=1, period="2026-11", metric="wins", target=9)
        changes = [*(Change.drop(one) for one in goals), Change.add(goal)]
        self.other.commit(Batch(say("Goals"), tuple(changes)))
        self.reading = Reading(Database(url), opened, lambda: (TODAY, NOW))
        self.writer = Writer(opened)
        settings = {"HOME": str(folder), "PIPETUI_DB": url, "PIPETUI_CONFIG": str(folder / "none")}
        self.app = Pipetui(load(settings), self.reading, self.writer)

    def close(self) -> None:
        self.app.close()
        self.writer.close()
        self.reading.close()
        self.other.close()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """The demo, opened."""
    made = Office(tmp_path)
    yield made
    made.close()


async def opened(pilot: Pilot[int]) -> None:
    """The whole forecast is on the screen."""
    await pilot.press("F")
    await seen(pilot, "more signatures by")


def screen(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


async def test_every_figure_opens_the_deals_behind_it(office: Office) -> None:
    async with office.app.run_test(size=(110, 60)) as pilot:
        await opened(pilot)
        assert "Signed already" in screen(pilot) or "Signed in November 2026: 0" in screen(pilot)
        await pilot.press("enter")
        await seen(pilot, "In the stage")
        shown = [line for line in lines(pilot.app) if "%" in line]
        stage = office.other.all(Stage, name="Lead")[0]
        there = [deal for deal in office.other.all(Deal, stage_id=stage.id) if not deal.archived_at]
        assert 0 < len(shown) <= len(there)
        await pilot.press("enter")
        await seen(pilot, "Deals that were there as long")
        await pilot.press("enter")
        await seen(pilot, "n new")
        assert pilot.app.screen is pilot.app.screen_stack[0]


async def test_the_period_and_the_owner_can_be_changed(office: Office) -> None:
    async with office.app.run_test(size=(110, 50)) as pilot:
        await opened(pilot)
        await pilot.press("]")
        await seen(pilot, "by 31 Dec 2026")
        await pilot.press("p")
        await seen(pilot, "Which period?")
        await typed(pilot, "=2027-Q1", "enter")
        await seen(pilot, "by 31 Mar 2027")
        await pilot.press("o")
        await seen(pilot, "Whose deals?")
        await typed(pilot, "=owen", "enter")
        await seen(pilot, "Owen Marsh")
        await pilot.press("escape")
        await seen(pilot, "n new")


async def test_a_ratio_is_tried_and_thrown_away(office: Office) -> None:
    async with office.app.run_test(size=(110, 60)) as pilot:
        await opened(pilot)
        await pilot.press("j", "j", "plus", "plus")
        await seen(pilot, "What if: wins")
        assert "goal" in lines(pilot.app)[-1]
        await pilot.press("a")
        await seen(pilot, "How many more deals?")
        await pilot.press("1", "5", "enter")
        await seen(pilot, "+15")
        await pilot.press("r")
        for _ in range(50):
            if "What if" not in screen(pilot):
                break
            await pilot.pause(0.05)
        assert "What if" not in screen(pilot)
        assert office.other.log()[0].label.text == "Goals"


async def test_what_was_tried_is_written_as_one_step(office: Office) -> None:
    before = {deal.id: deal.stage_id for deal in office.other.all(Deal)}
    async with office.app.run_test(size=(110, 60)) as pilot:
        await opened(pilot)
        await pilot.press("plus", "enter")
        await seen(pilot, "In the stage")
        await pilot.press("m")
        await seen(pilot, "→ Prospect")
        await pilot.press("j", "x")
        await seen(pilot, "dropped")
        await pilot.press("A")
        await seen(pilot, "Why are they lost?")
        await pilot.press("enter")
        await seen(pilot, "takes it back")
        await pilot.press("escape")
        after = {deal.id: deal.stage_id for deal in office.other.all(Deal)}
        changed = {number for number in before if before[number] != after[number]}
        assert len(changed) == 2
        lead = office.other.all(Stage, name="Lead")[0]
        assert (lead.ratio_from, lead.ratio_to) != (25, 14)
        await pilot.press("u")
        await seen(pilot, "Undone")
        assert {deal.id: deal.stage_id for deal in office.other.all(Deal)} == before


async def test_the_levers_are_listed_the_strongest_first(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot)
        await pilot.press("v")
        await seen(pilot, "What would help")
        text = screen(pilot)
        for lever in ("10 more deals in Lead", "go on from Quote", "5 days less", "amounts 10% higher"):
            assert lever in text
        await pilot.press("escape")
        await seen(pilot, "more signatures by")


async def test_a_small_terminal_and_a_key_that_does_nothing(office: Office) -> None:
    async with office.app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("z")
        await seen(pilot, '"z" does nothing here.')
        await pilot.press("g", "x")
        await seen(pilot, "in the sandbox")
        await pilot.press("A")
        await seen(pilot, "There is nothing to apply.")
        await pilot.press("G", "k", "k", "x")
        await seen(pilot, "What if: wins")


async def test_the_cases_of_a_deal_are_one_key_away(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await seen(pilot, "P(goal)")
        await pilot.press("C")
        await seen(pilot, "Deals that were there as long")
        await pilot.press("escape", "escape")
        await seen(pilot, "n new")
        await pilot.press("l", "l", "l", "l", "C")
        await seen(pilot, "It is closed")
