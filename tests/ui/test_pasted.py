"""A list of lines pasted into the quick entry: read out line by line, made at once, taken back at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from boards import lines
from desktop import Desktop, seen
from pipetui.core.deal import Deal, Organization


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


async def pasted(pilot: Pilot[int], text: str) -> None:
    await pilot.press("n")
    await pilot.pause(0.1)
    assert pilot.app.focused is not None
    pilot.app.focused.post_message(events.Paste(text))
    await pilot.pause(0.1)


async def test_pasted_lines_become_deals_in_one_change(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pasted(
            pilot, "[/b] Zeta 12k€ stage:quote\r\n\r\nZeta\x1b[31m again 3k\n  Other @Ada !fri call\n"
        )
        await seen(pilot, "New deals")
        page = "\n".join(lines(pilot.app))
        assert "1 [/b] Zeta · €12,000 · Quote" in page
        assert "Other" in page and "3 deals" in page
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert len(desktop.other.all(Deal)) == 6
        assert desktop.other.check() == []
        await pilot.press("u")
        await pilot.pause(0.3)
        assert len(desktop.other.all(Deal)) == 3
        assert desktop.other.all(Organization) == []


async def test_lines_that_can_be_read_are_made_and_the_others_wait_to_be_edited(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pasted(pilot, "Zeta 12k\nEta stage:nowhere\nTheta 3k")
        await seen(pilot, '2 There is no stage "nowhere". Eta stage:nowhere')
        await seen(pilot, "2 deals · 1 line cannot be read")
        await pilot.press("enter")
        await seen(pilot, "2 deals added.")
        assert len(desktop.other.all(Deal)) == 5
        await pilot.press("enter")
        await seen(pilot, "None of these lines can be read yet")
        await pilot.press("e")
        await seen(pilot, "New deal ")
        await pilot.press(*["backspace"] * len("nowhere"), *"quote", "enter")
        await seen(pilot, "1 Eta · Quote")
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert len(desktop.other.all(Deal)) == 6
        assert len(pilot.app.screen_stack) == 1


async def test_pasted_lines_are_dropped_one_by_one_or_by_esc_twice(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pasted(pilot, "Zeta 12k\nEta stage:nowhere\nTheta 3k")
        await seen(pilot, "1 line cannot be read")
        await pilot.press("x")
        await seen(pilot, "2 Theta · €3,000")
        await pilot.press("escape")
        await seen(pilot, "esc once more drops these 2 lines.")
        await pilot.press("up", "escape")
        await seen(pilot, "esc once more drops these 2 lines.")
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert len(pilot.app.screen_stack) == 1
        assert len(desktop.other.all(Deal)) == 3


async def test_what_was_typed_before_lines_were_pasted_is_the_first_of_them(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pilot.press("n", *"Alpha")
        assert pilot.app.focused is not None
        pilot.app.focused.post_message(events.Paste("Zeta 12k\nEta 3k"))
        await seen(pilot, "3 deals")
        assert "1 Alpha" in "\n".join(lines(pilot.app))


async def test_one_pasted_line_stays_in_the_line(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pasted(pilot, "Zeta 12k\n")
        await seen(pilot, "€12,000")
        assert "New deal " in "\n".join(lines(pilot.app))
