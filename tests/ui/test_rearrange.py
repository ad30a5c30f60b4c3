"""The stage editor on a real store: what its keys change, what everybody else then finds, and what u takes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from textual import events
from textual.pilot import Pilot

from boards import NOW, TODAY, lines
from desktop import Desktop, seen, typed
from pipetui.core import stages as rules
from pipetui.core.change import Batch
from pipetui.core.deal import Deal, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.stage import Stage
from pipetui.store.store import Store
from pipetui.ui.stages import StageEditor

SIZE = (120, 30)
STANDARD = ["Lead", "Prospect", "Meeting", "Quote", "Won", "Lost"]


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def desk(desktop: Desktop) -> Desk:
    return Desk(now=NOW, today=TODAY, me=desktop.other.me, stages=tuple(desktop.other.all(Stage)))


def names(desktop: Desktop) -> list[str]:
    """The stages in use, in order, as everybody else finds them."""
    return [stage.name for stage in desk(desktop).used]


def stage(desktop: Desktop, name: str) -> Stage:
    return next(stage for stage in desk(desktop).used if stage.name == name)


async def opened(pilot: Pilot[int]) -> None:
    await pilot.press("D")
    await seen(pilot, "Stages of Sales")


async def taken_back(pilot: Pilot[int], what: str) -> None:
    await pilot.press("escape", "u")
    await seen(pilot, f"Undone: {what}")


async def test_a_stage_is_added_and_taken_back(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await typed(pilot, "j", "a", "=Trial", "enter")
        await seen(pilot, "A stage needs a definition.")
        assert names(desktop) == STANDARD
        await typed(pilot, "=It works with it.", "tab", "=20:10", "tab", "ctrl+u", "=30", "enter")
        await seen(pilot, "▌ Trial     20 → 10 · 30 days · 0 deals")
        assert names(desktop) == ["Lead", "Prospect", "Trial", "Meeting", "Quote", "Won", "Lost"]
        await taken_back(pilot, "Add the stage Trial")
        assert names(desktop) == STANDARD
        assert "Trial" not in lines(pilot.app)[2]


async def test_a_stage_is_changed_and_taken_back(desktop: Desktop) -> None:
    before = stage(desktop, "Prospect")
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await typed(pilot, "j", "enter", "ctrl+u", "=[b]Piste", "tab", "tab", "ctrl+u", "=9/3", "enter")
        await seen(pilot, "▌ [b]Piste  9 → 3")
        after = stage(desktop, "[b]Piste")
        assert (after.id, after.ratio_from, after.ratio_to, after.definition) == (
            before.id, 9, 3, before.definition,
        )  # fmt: skip
        await taken_back(pilot, "Change the stage Prospect")
        assert stage(desktop, "Prospect").declared_ratio == before.declared_ratio


async def test_stages_change_places_on_the_board_too(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("J", "J", "K")
        assert names(desktop)[:3] == ["Prospect", "Lead", "Meeting"]
        await pilot.press("escape")
        await pilot.pause()
        header = lines(pilot.app)[2]
        assert header.index("Prospect") < header.index("Lead") < header.index("Meeting")
        await pilot.press("u", "u", "u")
        await seen(pilot, "Undone")
        await desktop.writer.settled()
        assert names(desktop) == STANDARD


async def test_a_merge_gives_the_history_away_and_undo_brings_it_back(desktop: Desktop) -> None:
    lead, meeting = stage(desktop, "Lead").id, stage(desktop, "Meeting").id
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await seen(pilot, "Merge Lead into which stage?")
        await typed(pilot, "=meet", "enter")
        await seen(pilot, "▌ Meeting   20 → 11 · 14 days · 3 deals")
        assert {deal.stage_id for deal in desktop.other.all(Deal)} == {meeting}
        assert {visit.stage_id for visit in desktop.other.all(Visit)} == {meeting}
        await taken_back(pilot, "Merge the stage Lead into Meeting")
        assert {deal.stage_id for deal in desktop.other.all(Deal)} == {lead}
        assert {visit.stage_id for visit in desktop.other.all(Visit)} == {lead}
        assert names(desktop) == STANDARD


async def test_a_retired_stage_keeps_its_history(desktop: Desktop) -> None:
    lead, quote = stage(desktop, "Lead").id, stage(desktop, "Quote").id
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await typed(pilot, "x", "=quote", "enter")
        await seen(pilot, "▌ Quote     5 → 3 · 14 days · 3 deals")
        assert {deal.stage_id for deal in desktop.other.all(Deal)} == {quote}
        assert {visit.stage_id for visit in desktop.other.all(Visit)} == {lead, quote}
        await taken_back(pilot, "Retire the stage Lead")
        assert {deal.stage_id for deal in desktop.other.all(Deal)} == {lead}


async def test_what_somebody_else_changed_is_told_then_shown(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await typed(pilot, "e")
        renamed = rules.edit(stage(desktop, "Lead"), desk(desktop), name="Theirs")
        desktop.other.commit(Batch(say("Change a stage"), renamed))
        await typed(pilot, "ctrl+u", "=Mine", "enter")
        await seen(pilot, "name: theirs Theirs, yours Mine.")
        assert any(line.startswith("▌ Theirs") for line in lines(pilot.app))
        assert names(desktop)[0] == "Theirs"
        await typed(pilot, "e", "ctrl+u", "=Mine", "enter")
        await seen(pilot, "▌ Mine")
        assert names(desktop)[0] == "Mine"


async def test_other_typical_days_are_another_patience_at_once(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=SIZE) as pilot:
        number = stage(desktop, "Lead").id
        assert desktop.reading.paces[number] == 28
        await opened(pilot)
        await pilot.press("e", "tab", "tab", "tab", "ctrl+u", *"3", "enter")
        await seen(pilot, "3 days")
        assert desktop.reading.paces[number] == 6
        await taken_back(pilot, "Change the stage Lead")
        assert desktop.reading.paces[number] == 28


async def test_the_editor_waits_for_what_was_asked_for(desktop: Desktop) -> None:
    free = Event()

    def busy(_store: Store) -> None:
        free.wait(10)

    async with desktop.app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        desktop.writer.write(busy)
        await typed(pilot, "x", "=quote", "enter")
        await seen(pilot, "Moving the deals…")
        assert names(desktop) == STANDARD
        desktop.app.screen.post_message(events.Key("escape", None))
        await asyncio.sleep(0.1)
        assert isinstance(desktop.app.screen, StageEditor)
        free.set()
        await pilot.pause()
        assert not isinstance(desktop.app.screen, StageEditor)
        header = lines(pilot.app)[2]
        assert "Prospect" in header
        assert "Lead" not in header
        assert desktop.stage_of("Acme") == "Quote"
