"""Several acts under one name: recorded while working, played on other deals as one change, kept in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import TODAY, lines
from desktop import Desktop, seen, typed
from pipetui.core.acts import loaded
from pipetui.core.deal import Activity, Deal, Macro, Tag, Tagging

NAMES = ("Acme", "[/b] Boréal", "Dupont")


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def page(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


async def recorded(pilot: Pilot[int], name: str = "[/b] Follow up") -> None:
    """On the first deal: on to the stage of meetings, and a call in three days."""
    await typed(pilot, "semicolon", "m", "=Meeting", "enter", "t", "=in 3 days call back", "enter")
    await seen(pilot, "● rec 2")
    await typed(pilot, "semicolon", f"={name}", "enter")
    await seen(pilot, "Keep the macro")


async def test_what_is_recorded_is_played_on_the_marked_deals_as_one_change(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await recorded(pilot)
        assert "● rec" not in page(pilot)
        [macro] = desktop.other.all(Macro)
        assert [act.verb for act in loaded(macro.acts)] == ["move_to", "plan"]
        await typed(pilot, "h", "h", "g", "space", "space", "comma")
        await seen(pilot, "Play which macro on 2 deals?")
        assert "Move to Meeting · Plan: in 3 days call back" in page(pilot)
        await typed(pilot, "enter")
        await seen(pilot, "Play [/b] Follow up on 2 deals")
        await desktop.writer.settled()
        assert [desktop.stage_of(name) for name in NAMES] == ["Meeting"] * 3
        due = {one.due_on for one in desktop.other.all(Activity)}
        assert due == {TODAY + timedelta(days=3)}
        await typed(pilot, "escape", "u")
        assert [desktop.stage_of(name) for name in NAMES] == ["Meeting", "Lead", "Lead"]
        assert len(desktop.other.all(Activity)) == 1
        assert desktop.other.check() == []


async def test_the_deals_it_leaves_are_told_with_the_reason(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(160, 30)) as pilot:
        await recorded(pilot, "Go")
        await typed(pilot, "space", "h", "h", "space", "comma", "enter")
        await seen(pilot, "one was left, Acme: The deal stands in Meeting already.")
        await desktop.writer.settled()
        assert [desktop.stage_of(name) for name in NAMES] == ["Meeting", "Meeting", "Lead"]
        assert len(desktop.other.all(Activity)) == 2


async def test_what_is_taken_back_is_not_recorded(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "semicolon", "L", "w", "u")
        await seen(pilot, "● rec 1")
        await typed(pilot, "U")
        await seen(pilot, "● rec 2")
        await typed(pilot, "u", "semicolon", "=Once", "enter")
        assert [act.verb for act in loaded(desktop.other.all(Macro)[0].acts)] == ["move_on"]


async def test_a_recording_is_forgotten_or_goes_on(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "semicolon", "semicolon")
        await seen(pilot, "Nothing was recorded.")
        await typed(pilot, "semicolon", "L", "semicolon", "escape")
        await seen(pilot, "● rec 1")
        await typed(pilot, "semicolon", "enter")
        await seen(pilot, "Nothing was kept.")
        assert desktop.other.all(Macro) == []
        await typed(pilot, "comma")
        await seen(pilot, "There is no macro yet. ; records one.")


async def test_macros_are_renamed_changed_and_forgotten_on_a_page(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await recorded(pilot)
        await typed(pilot, "comma", "=change", "enter")
        await seen(pilot, "── Macros")
        assert "▌ [/b] Follow up" in page(pilot)
        await typed(pilot, "r", "end", "= all", "enter")
        await seen(pilot, "▌ [/b] Follow up all")
        await typed(pilot, "j", "e")
        await seen(pilot, "This step has no words to change.")
        await typed(pilot, "j", "K")
        await seen(pilot, "▌    1 Plan: in 3 days call back")
        await typed(pilot, "e", "= again", "enter")
        await seen(pilot, "1 Plan: in 3 days call back again")
        await typed(pilot, "j", "x")
        await seen(pilot, "Change the macro")
        assert "Move to Meeting" not in page(pilot)
        assert [act.verb for act in loaded(desktop.other.all(Macro)[0].acts)] == ["plan"]
        await typed(pilot, "g", "x")
        await seen(pilot, "records one, on the board")
        await typed(pilot, "u")
        await seen(pilot, "[/b] Follow up all")
        await typed(pilot, "enter")
        await seen(pilot, "Play [/b] Follow up all on Acme")
        assert len(desktop.other.all(Activity)) == 2


async def test_two_macros_cannot_have_one_name(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await recorded(pilot, "Go")
        await typed(pilot, "semicolon", "L", "semicolon", "=go")
        await seen(pilot, "There is a macro go already.")
        await typed(pilot, "=ne", "enter")
        assert sorted(one.name for one in desktop.other.all(Macro)) == ["Go", "gone"]


async def test_tags_are_recorded_and_a_played_macro_is_repeated(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "semicolon")
        await desktop.app.acts.tag(desktop.app.cards, ["vip"])
        await typed(pilot, "semicolon", "=VIP", "enter", "j", "comma", "enter", "full_stop")
        await desktop.writer.settled()
        assert len(desktop.other.all(Tag)) == 1
        assert {one.subject_id for one in desktop.other.all(Tagging)} == {
            deal.id for deal in desktop.other.all(Deal)
        }
