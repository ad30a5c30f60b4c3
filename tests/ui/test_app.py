"""The application on a real store: what a key shows is what the store holds after it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.strip import Strip

from boards import NOW, TODAY, lines
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch
from pipetui.core.deal import Contact, Deal, Organization
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.moves import open_deal
from pipetui.core.stage import Stage
from pipetui.ui.app import OFTEN
from pipetui.ui.paint import plain
from pipetui.ui.writer import Writer


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


async def test_once_the_board_stands_garbage_is_looked_for_often(desktop: Desktop) -> None:
    before = gc.get_threshold()
    try:
        gc.set_threshold(100_000)
        async with desktop.app.run_test(size=(80, 24)) as pilot:
            await pilot.pause(0.2)
            assert gc.get_threshold()[0] == OFTEN
    finally:
        gc.set_threshold(*before)


async def test_screens_that_were_left_take_what_they_showed_with_them(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        kept = []
        for _ in range(3):
            for key in ("A", "at", "R", "r", "Q", "n"):
                await pilot.press(key, "j", "escape")
                await pilot.pause(0.2)
                assert len(desktop.app.screen_stack) == 1
            gc.collect()
            kept.append(sum(isinstance(one, Strip) for one in gc.get_objects()))
        assert kept[1] == kept[2], kept


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
        await typed(pilot, "slash", "=acme")
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
        await typed(pilot, "t", "=tomorrow call back", "enter")
        await seen(pilot, "☎ tomorrow")


async def test_what_was_shown_is_written_before_the_end(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("L", "q")
    desktop.writer.close()
    assert desktop.stage_of("Acme") == "Prospect"
    desktop.writer = Writer(desktop.opened)


async def test_one_line_opens_a_deal_with_whom_it_is_with(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("n", *'Zephyr audit 12k @"Marie Curie" #vip !fri call back')
        await pilot.pause(0.2)
        assert any("12,000" in line and "Marie Curie" in line for line in lines(desktop.app))
        await pilot.press("enter")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        await pilot.pause(0.2)
        assert "Add Zephyr audit" in lines(desktop.app)[-1]
        (deal,) = [deal for deal in desktop.other.all(Deal) if deal.title == "Zephyr audit"]
        assert deal.amount == 1_200_000
        assert [contact.name for contact in desktop.other.all(Contact)] == ["Marie Curie"]
        assert any(line.startswith("▌Zephyr audit") for line in lines(desktop.app))


async def test_the_form_changes_a_deal_and_whom_it_is_with(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("e")
        await pilot.pause(0.2)
        await typed(pilot, "tab", "=Northwind & fils", "tab", "=Ada", "tab", "=ada@example.org", "enter")
        await pilot.pause(0.3)
        await desktop.writer.settled()
        await pilot.pause(0.2)
        (company,) = desktop.other.all(Organization)
        (person,) = desktop.other.all(Contact)
        assert (company.name, person.name, person.email) == ("Northwind & fils", "Ada", "ada@example.org")
        assert person.organization_id == company.id
        assert any("Northwind & fils" in line for line in lines(desktop.app))


async def test_a_new_stage_is_a_new_column(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(200, 30)) as pilot:
        await pilot.press("D")
        await pilot.pause(0.2)
        await typed(pilot, "a", "=Trial", "tab", "=It works with it.", "enter")
        await pilot.pause(0.4)
        await pilot.press("escape")
        await pilot.pause(0.3)
        header = lines(desktop.app)[2]
        assert header.index("Lead") < header.index("Trial") < header.index("Prospect")


async def test_a_stage_retired_from_the_board_gives_its_deals_away(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(200, 30)) as pilot:
        await pilot.press("D")
        await pilot.pause(0.2)
        await pilot.press("x")
        await pilot.pause(0.2)
        await typed(pilot, "=Meeting", "enter")
        await pilot.pause(0.4)
        await pilot.press("escape")
        await pilot.pause(0.3)
        assert desktop.stage_of("Acme") == "Meeting"
        assert "Lead" not in lines(desktop.app)[2]
        await pilot.press("u")
        await pilot.pause(0.3)
        assert desktop.stage_of("Acme") == "Lead"


async def test_a_file_comes_in_and_goes_again(desktop: Desktop, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("title,amount,stage\nFrom a file,12,Quote\nBroken,twelve,Quote\n")
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "i", f"={file}", "enter")
        await pilot.pause(0.5)
        await pilot.press("i")
        await pilot.pause(0.5)
        assert any("twelve" in line for line in lines(desktop.app))
        await pilot.press("i")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert desktop.stage_of("From a file") == "Quote"
        assert any("From a file" in line for line in lines(desktop.app))
        await pilot.press("u")
        await pilot.pause(0.3)
        assert not any(deal.title == "From a file" for deal in desktop.other.all(Deal))


@pytest.mark.parametrize(
    ("key", "seen"), [("d", "Way through the stages"), ("f", "In whole numbers"), ("question_mark", "Keys")]
)
async def test_panes_stand_beside_the_board_and_take_its_place_where_it_is_narrow(
    desktop: Desktop, key: str, seen: str
) -> None:
    for size in ((120, 40), (80, 24), (80, 40)):
        desktop.app = desktop.another_app()
        async with desktop.app.run_test(size=size) as pilot:
            await pilot.pause(0.5)
            await pilot.press(key)
            await pilot.pause(0.2)
            assert any(
                seen in line for line in [*lines(desktop.app), *map(plain, desktop.app.side.pane.lines)]
            )
            await pilot.press("escape")
            await pilot.pause(0.1)
            assert any(line.startswith("▌Acme") for line in lines(desktop.app))


async def test_the_pane_finds_another_place_in_a_smaller_terminal(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "d")
        await seen(pilot, "Owner")
        assert "│ Acme" in shown(pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.3)
        assert "│" not in shown(pilot)
        await pilot.resize_terminal(120, 40)
        await seen(pilot, "│ Acme")


async def test_a_board_left_when_its_counts_begin_leaves_nothing_behind(desktop: Desktop) -> None:
    """What waits for its turn at that moment was never called; a coroutine would be warned about when it is freed."""
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        desktop.app.work(desktop.app.tally.caught_up)
        desktop.app.workers.cancel_all()
        await pilot.pause()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(one.message) for one in warned] == []
