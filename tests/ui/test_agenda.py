"""A day's agenda: done with the next step asked at once, put off, skipped, opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from boards import NOW, TODAY
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Deal, Visit
from pipetui.core.message import say
from pipetui.core.moment import period
from pipetui.core.stage import Stage
from pipetui.ui.chores import Chores


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


async def test_words_are_found_without_their_accents(shared: Desktop) -> None:
    deal = shared.other.all(Deal)[0]
    step = Activity(id=-1, deal_id=deal.id, kind="call", text="Réunion ÉLODIE", due_on=TODAY, created_at=NOW)
    shared.other.commit(Batch(say("Plan"), (Change.add(step),)))
    async with shared.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A", "o")
        await seen(pilot, "Réunion")
        for words in ("réunion", "REUNION élodie", "Élo"):
            await typed(pilot, "slash", "ctrl+u", f"={words}")
            await seen(pilot, "1 step")
            await typed(pilot, "escape")


async def test_marked_steps_of_one_deal_leave_it_in_one_place(desktop: Desktop) -> None:
    deal = desktop.other.all(Deal)[0]
    more = Activity(id=-1, deal_id=deal.id, kind="call", text="again", due_on=TODAY, created_at=NOW)
    desktop.other.commit(Batch(say("Plan"), (Change.add(more),)))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "again")
        await typed(pilot, "slash", "=Acme", "enter", "space", "space", "exclamation_mark")
        await seen(pilot, "2 steps are done")
    assert len(desktop.other.all(Visit, deal_id=deal.id, left_at=None)) == 1
    assert desktop.other.check() == []


async def test_a_kind_is_one_of_those_there_are(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A", "e", "tab", "ctrl+u", "=appel", "enter")
        await seen(pilot, "The kinds are call")
        await typed(pilot, "ctrl+u", "=meet", "enter")
        await seen(pilot, "Change a step")
    assert desktop.other.get(Activity, 1).kind == "meeting"


async def test_a_day_too_far_away_is_refused(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A", "Z", "=9999-12-31", "enter")
        await seen(pilot, "too far away")
    assert all(one.due_on is None or one.due_on.year < 2100 for one in desktop.other.all(Activity))


async def test_a_file_nobody_can_name_is_told_while_it_is_typed(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        for name in ("~nosuch/x.ics", "/" + "x" * 300 + "/a.ics", "/proc/nowhere/a.ics"):
            await typed(pilot, "A", "w", "ctrl+u", f"={name}", "enter")
            await seen(pilot, "Write a calendar file")
            await typed(pilot, "escape", "escape")


async def test_a_long_agenda_stands_while_the_store_is_gone(desktop: Desktop, tmp_path: Path) -> None:
    deal = desktop.other.all(Deal)[0]
    steps = (
        Change.add(
            Activity(id=-n, deal_id=deal.id, kind="call", text=f"n° {n}", due_on=TODAY, created_at=NOW)
        )
        for n in range(1, 400)
    )
    desktop.other.commit(Batch(say("Plan"), tuple(steps)))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "A")
        await seen(pilot, "Today 400")
        Path(desktop.url).rename(tmp_path / "away.db")
        await seen(pilot, "Agenda")
        await typed(pilot, "pagedown", "pagedown", "pagedown", "G", "pageup", "slash", "=n", "escape")
        assert desktop.app.is_running
        assert "Agenda" in shown(pilot)
        (tmp_path / "away.db").rename(desktop.url)


async def test_another_day_begins_on_the_screen(desktop: Desktop) -> None:
    days = [TODAY]
    desktop.reading.clock = lambda: (days[-1], NOW + (days[-1] - TODAY))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        days.append(TODAY + timedelta(days=1))
        Chores(desktop.app).turn()
        await typed(pilot, "A")
        await seen(pilot, "Overdue 2")
        days.append(TODAY.replace(month=12))
        Chores(desktop.app).turn()
        await seen(pilot, "Overdue 3")
        assert desktop.reading.scope.period == period("2026-12", days[-1])


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
