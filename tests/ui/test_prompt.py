"""One line asked for: what was entered before is there again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import Desktop, seen, shown, typed
from pipetui.core.deal import Activity


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.close()


async def test_a_line_entered_before_comes_back_with_the_arrow_up(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "t")
        assert "earlier ones" not in shown(pilot)
        await typed(pilot, "=in 3 days call back", "enter", "j", "t", "=in 4 days write", "enter", "j", "t")
        await seen(pilot, "up earlier ones")
        await typed(pilot, "=half", "up", "up", "up")
        await seen(pilot, "in 3 days call back")
        await typed(pilot, "down", "down", "down")
        await seen(pilot, " half")
        await typed(pilot, "up", "=n again", "enter")
        await desktop.writer.settled()
        assert [one.text for one in desktop.other.all(Activity)] == ["call back", "write", "writen again"]


async def test_what_is_asked_elsewhere_is_not_mixed_up(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "t", "=in 3 days call back", "enter", "p")
        await seen(pilot, "Park until")
        assert "earlier ones" not in shown(pilot)
        await typed(pilot, "up", "=in 2 weeks", "enter", "p", "j", "p", "up")
        await seen(pilot, "in 2 weeks")
