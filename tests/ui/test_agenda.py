"""A day's agenda: done with the next step asked at once, put off, skipped, opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from boards import NOW, TODAY
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Deal
from pipetui.core.message import say
from pipetui.core.stage import Stage


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    acme, boreal, dupont = (deal.id for deal in made.other.all(Deal))
    steps = (
        (acme, "call", "call back", TODAY - timedelta(days=2), None),
        (boreal, "meeting", "[@click=app.quit]demo[/]", TODAY, None),
        (dupont, "task", "report", TODAY + timedelta(days=1), "2w"),
        (dupont, "email", "later", TODAY + timedelta(days=40), None),
    )
    rows = [
        Change.add(
            Activity(id=-n, deal_id=deal, kind=kind, text=text, due_on=due, repeat=repeat, created_at=NOW)
        )  # type: ignore[arg-type]
        for n, (deal, kind, text, due, repeat) in enumerate(steps, 1)
    ]
    made.other.commit(Batch(say("Plan"), tuple(rows)))
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def planned(made: Desktop) -> list[tuple[str, int]]:
    """What is to be done, and in how many days."""
    left = [one for one in made.other.all(Activity, done_at=None) if one.due_on]
    return sorted((one.text, (one.due_on - TODAY).days) for one in left if one.due_on)


async def test_a_step_that_is_done_asks_what_is_next(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "Overdue 1")
        for words in (
            "Today 1",
            "Tomorrow 1",
            "Later 1",
            "Acme",
            "[@click=app.quit]demo[/]",
            "every 2 weeks",
        ):
            assert words in shown(pilot)
        await typed(pilot, "exclamation_mark")
        await seen(pilot, "Done. What is next for Acme?")
        await typed(pilot, "=in 3 days call again", "enter")
        await seen(pilot, "Plan a step for Acme")
        assert ("call again", 3) in planned(desktop)
        assert "Overdue" not in shown(pilot)
        await typed(pilot, "u", "u")
        await seen(pilot, "Overdue 1")
        assert planned(desktop)[0] == ("[@click=app.quit]demo[/]", 0)
        assert len(planned(desktop)) == 4
    assert desktop.other.check() == []


async def test_nothing_following_is_said_plainly(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "A", "exclamation_mark")
        await seen(pilot, "What is next")
        await typed(pilot, "enter")
        await seen(pilot, "has no next step now")


async def test_steps_are_put_off_by_one_key_or_to_a_day(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "Overdue 1")
        await typed(pilot, "z")
        await seen(pilot, "Snooze a step for Acme")
        assert ("call back", 1) in planned(desktop)
        await typed(pilot, "g", "space", "space", "Z")
        await seen(pilot, "Snooze until")
        await typed(pilot, "=in 2 weeks", "enter")
        await seen(pilot, "Snooze 2 steps")
        assert [days for _, days in planned(desktop)].count(14) == 2
        await typed(pilot, "u")
        assert [days for _, days in planned(desktop)].count(14) == 0


async def test_steps_of_parked_deals_sleep_and_those_of_won_ones_are_marked(desktop: Desktop) -> None:
    acme, boreal, dupont = desktop.other.all(Deal)
    until = TODAY + timedelta(days=40)
    parked = (Change.edit(deal, parked_until=until) for deal in (acme, dupont))
    desktop.other.commit(Batch(say("Park"), tuple(parked)))
    won = next(stage for stage in desktop.other.all(Stage) if stage.kind == "won")
    desktop.other.commit(Batch(say("Win"), (Change.edit(boreal, stage_id=won.id, closed_at=NOW),)))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "☾ 2 with parked deals")
        assert "call back" not in shown(pilot) and "report" not in shown(pilot)
        assert "later" in shown(pilot)  # due on the day on which the deal comes back
        assert "✔ [/b] Boréal" in shown(pilot)


async def test_no_step_is_put_off_into_the_past(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "Agenda")
        before = desktop.other.all(Activity)
        await typed(pilot, "Z", "=yesterday", "enter")
        await seen(pilot, "That day is past.")
        await typed(pilot, "escape", "g", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-")
        await pilot.pause(0.3)
        late = {one.id: one.due_on for one in before if one.due_on is not None and one.due_on < TODAY}
        after = desktop.other.all(Activity)
        assert late
        assert {one.id: one.due_on for one in after if one.due_on is not None and one.due_on < TODAY} == late


async def test_where_a_file_goes_is_said_before_it_is_written(desktop: Desktop, tmp_path: Path) -> None:
    there = tmp_path / "there.ics"
    there.write_text("precious")
    async with desktop.app.run_test(size=(140, 30)) as pilot:
        await typed(pilot, "A", "w", "ctrl+u", f"={tmp_path}/nowhere/a.ics", "enter")
        await seen(pilot, "There is no folder")
        await typed(pilot, "ctrl+u", f"={there}")
        await seen(pilot, "replaces the file that is there")
        await typed(pilot, "escape")
        assert there.read_text() == "precious"


async def test_what_repeats_is_skipped_and_what_does_not_is_cancelled(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A", "j", "j")
        await typed(pilot, "x")
        await seen(pilot, "Cancel a step for")
        assert ("report", 15) in planned(desktop)
        await typed(pilot, "g", "x")
        await seen(pilot, "Cancel a step for")
        assert "call back" not in dict(planned(desktop))


async def test_words_find_steps_and_enter_opens_the_deal(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A", "slash", "=dupont", "enter")
        await seen(pilot, "/dupont")
        assert "Acme" not in shown(pilot)
        await typed(pilot, "enter")
        await seen(pilot, "Way through the stages")
        assert "Dupont" in shown(pilot)


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (200, 50)])
async def test_any_size_shows_it(desktop: Desktop, size: tuple[int, int]) -> None:
    async with desktop.app.run_test(size=size) as pilot:
        await typed(pilot, "A", "j", "j", "k", "question_mark", "escape", "escape")
        assert pilot.app.is_running
