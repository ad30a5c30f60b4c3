"""What a stage asks to be shown: told at the move, ticked in a list, changed where the stages are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import lines
from desktop import Desktop, seen, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Criterion, Deal, Evidence, Stage
from pipetui.core.message import say

TEXTS = ("The need is said", "[/b] Budget [VIP]", "Who decides is known")


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    lead = next(stage for stage in made.other.all(Stage) if stage.name == "Lead")
    new = [Criterion(id=-1 - n, stage_id=lead.id, text=text, position=n) for n, text in enumerate(TEXTS)]
    made.other.commit(Batch(say("Lists"), tuple(map(Change.add, new))))
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def bar(pilot: Pilot[int]) -> str:
    return lines(pilot.app)[-1]


def page(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


async def test_a_deal_that_goes_on_without_says_what_is_missing_and_one_key_ticks_it(
    desktop: Desktop,
) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("L")
        await seen(pilot, "3 of 3 not shown: v ticks them")
        assert desktop.stage_of("Acme") == "Prospect"
        await pilot.press("v")
        await seen(pilot, "To be shown: Acme")
        await seen(pilot, "▌   ☐ The need is said")
        await pilot.press("space", "j", "space")
        await seen(pilot, "2 of 3 shown")
        assert "✓ [/b] Budget [VIP]" in page(pilot)
        await pilot.press("space")
        await seen(pilot, "1 of 3 shown")
        await pilot.press("asterisk")
        await seen(pilot, "3 of 3 shown")
        await pilot.press("escape", "H", "L")
        await desktop.writer.settled()
        await pilot.pause(0.1)
        assert "not shown" not in bar(pilot)
        assert len(desktop.other.all(Evidence)) == 3
        for _ in range(6):
            await pilot.press("u")
            await pilot.pause(0.05)
        assert desktop.other.all(Evidence) == []
        assert desktop.other.check() == []


async def test_going_back_or_being_lost_asks_for_nothing(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("x", "enter")
        await pilot.pause(0.1)
        await desktop.writer.settled()
        await pilot.pause(0.1)
        assert "not shown" not in bar(pilot)


async def test_the_detail_pane_lists_them(desktop: Desktop) -> None:
    deal = desktop.other.all(Deal)[0]
    first = desktop.other.all(Criterion)[0]
    new = Evidence(id=-1, deal_id=deal.id, criterion_id=first.id, ticked_at=deal.created_at)
    desktop.other.commit(Batch(say("Tick"), (Change.add(new),)))
    async with desktop.app.run_test(size=(140, 45)) as pilot:
        await pilot.press("d")
        await seen(pilot, "To be shown before it leaves Lead")
        assert "✓ The need is said" in page(pilot)
        assert "☐ [/b] Budget [VIP]" in page(pilot)


async def test_the_lists_are_changed_where_the_stages_are(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("D")
        await seen(pilot, "3 things to show")
        await pilot.press("v")
        await seen(pilot, "To be shown before a deal leaves a stage")
        await typed(pilot, "a", "=A date is set", "enter")
        await seen(pilot, "4 A date is set")
        await pilot.press("j", "e")
        await pilot.pause(0.1)
        await typed(pilot, "= aloud", "enter")
        await seen(pilot, "1 The need is said aloud")
        await pilot.press("J")
        await seen(pilot, "2 The need is said aloud")
        await pilot.press("x")
        await pilot.pause(0.2)
        assert "said aloud" not in "\n".join(lines(pilot.app)[:-1])
        await pilot.press("u")
        await seen(pilot, "2 The need is said aloud")
        await pilot.press("j", "j", "j", "x")
        await seen(pilot, "There is nothing here yet: a adds to the list.")
        await pilot.press("escape")
        await seen(pilot, "4 things to show")


async def test_without_a_list_it_says_where_one_is_made(tmp_path: Path) -> None:
    bare = Desktop(tmp_path)
    async with bare.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v")
        await seen(pilot, "No stage asks for anything yet.")
        await pilot.press("space")
        await seen(pilot, "There is nothing to tick here.")
        await pilot.press("D")
        await seen(pilot, "asks for nothing")
    bare.writer.close()
    bare.reading.close()
    bare.other.close()
