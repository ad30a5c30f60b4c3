"""Looking back at the forecast in the app: what it says of itself, and the method that is chosen instead."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from boards import lines
from desktop import Desktop, seen
from dialogs import HOSTILE
from pipetui import demo, hindsight
from pipetui.config import load
from pipetui.core.backtest import OURS, Backtest, DealScores, Look
from pipetui.core.deal import Setting
from pipetui.core.message import say
from pipetui.core.scores import Bucket, Total, TotalScores
from pipetui.errors import StoreProblem
from pipetui.store import learning
from pipetui.store.db import Database
from pipetui.store.method import METHODS
from pipetui.store.store import Store
from pipetui.ui.app import Pipetui
from pipetui.ui.paint import cells, plain
from pipetui.ui.reading import Reading
from pipetui.ui.triallines import Trial, trial_lines
from pipetui.ui.writer import Writer

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 9, tzinfo=UTC)
BETTER = "naive Bayes, in time"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    store = Store.open(str(path), login="marie", now=lambda: NOW)
    demo.write(store, TODAY)
    store.close()
    return path


Opened = Callable[..., Pipetui]


@pytest.fixture
def opened(sample: Path, tmp_path: Path) -> Iterator[Opened]:
    """The board on two years of history; `settings` are lines of the configuration."""
    url, ends = str(tmp_path / "demo.db"), list[Callable[[], None]]()
    shutil.copy(sample, url)

    def store() -> Store:
        return Store.open(url, login="marie", now=lambda: NOW)

    def made(settings: str = "") -> Pipetui:
        (tmp_path / "config.toml").write_text(settings)
        reading, writer = Reading(Database(url), store, lambda: (TODAY, NOW)), Writer(store)
        app = Pipetui(
            load({"HOME": str(tmp_path), "PIPETUI_CONFIG": str(tmp_path / "config.toml")}), reading, writer
        )
        ends.extend((app.close, writer.close, reading.close))
        return app

    yield made
    for end in ends:
        end()


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.app.close()
    made.writer.close()
    made.reading.close()
    made.other.close()


async def screen(pilot: Pilot[int], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
    return "\n".join(lines(pilot.app))


async def test_the_forecast_tells_how_good_it_was(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("B")
        await seen(pilot, "looks back:")
        shown = await screen(pilot)
        assert "How good is the forecast?" in shown
        assert "came out within" in shown
        assert '"same as the' in shown
        assert "Wins in 30 days" in shown
        assert "░ where 8 of 10 should come   │ said   ● came   ✗ came outside" in shown
        assert "2026-10-24" in shown
        assert "Sales · 30 days ahead · not told apart" in shown
        shown = await screen(pilot, "G")
        assert "Log-loss: surprise" in shown
        assert "✓ this forecast" in shown
        assert "Trust it" in await screen(pilot, "g")
        assert "Lead" in await screen(pilot, "escape")


async def test_a_wide_screen_shows_it_all_at_once(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(160, 60)) as pilot:
        await pilot.press("B")
        await seen(pilot, "looks back:")
        shown = await screen(pilot)
        for words in (
            "Wins in 30 days",
            "Of deals given",
            "All wins",
            "Of the deals open then",
            "ECE:",
            "CRPS:",
        ):
            assert words in shown


async def test_one_looks_further_and_tells_the_deals_apart(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(160, 60)) as pilot:
        await pilot.press("B", "+")
        await seen(pilot, "Wins in 60 days")
        assert "60 days ahead" in await screen(pilot, "+", "+", "-")
        await pilot.press("h", "b")
        await seen(pilot, "Single deals by stage")
        shown = await screen(pilot)
        assert "90 days ahead · by stage" in shown
        assert all(name in shown for name in ("Lead", "Prospect", "Meeting", "Quote"))
        await pilot.press("h", "b")
        await seen(pilot, "Single deals by source")
        assert "7 days ahead · by source" in await screen(pilot)


async def test_leaving_early_breaks_nothing(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, let_go = learning.tried, Event()

    def slow(*given: Any) -> Backtest:
        let_go.wait(10)
        return whole(*given)

    monkeypatch.setattr(learning, "tried", slow)
    app = opened()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Looking back…" in await screen(pilot, "B")
        assert "Lead" in await screen(pilot, "+", "b", "j", "m", "escape")
        await pilot.press("B")
        let_go.set()
        await seen(pilot, "looks back:")
        await pilot.press("escape")


async def test_with_too_little_history_it_says_so(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("B")
        await seen(pilot, "There is too little history to tell how good the forecast is.")
        assert "It takes 10 closed deals" in await screen(pilot)
        assert "There is no better method to use." in await screen(pilot, "m")


async def test_a_store_that_fails_is_told(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Backtest:
        raise StoreProblem(say("The disk is gone."))

    monkeypatch.setattr(learning, "tried", broken)
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("B")
        await seen(pilot, "The disk is gone.")
        assert "Looking back" not in await screen(pilot)
        assert "Acme" in await screen(pilot, "escape")


def made(best: str = OURS, looks: int = 12, names: tuple[str, ...] = ("1", "2")) -> Backtest:
    """A backtest in which one method is the nearest."""
    total = Total(mean=4.2, low=2, middle=4, high=7, seen=4, crps=1.0)
    missed = replace(total, seen=9)
    buckets = (Bucket(0.0, 0.1, 900, 0.03, 0.04), Bucket(0.3, 0.4, 61, 0.35, 0.3))
    deals = {
        name: DealScores(961, 0.2 if name == best else 0.3, 0.1, 0.02, buckets)
        for name in dict.fromkeys((OURS, *METHODS))
    }
    totals = {
        name: TotalScores(looks, 1.0 if name == OURS else 2.0, 1.8, -0.4, 10 / 12)
        for name in (*METHODS, "last period", "last three")
    }
    there = [
        Look(20_000.5 - 30 * back, 50, total, missed if back % 6 == 0 else total) for back in range(looks)
    ]
    by = dict.fromkeys(names, deals)
    return Backtest(30.0, 19_000.0, tuple(there), deals, totals, totals, by)


async def test_a_method_that_was_better_is_offered_and_used(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[str]:
        return [setting.value for setting in desktop.other.all(Setting, name=learning.METHOD)]

    monkeypatch.setattr(learning, "tried", lambda *given: made(BETTER))
    async with desktop.app.run_test(size=(100, 24)) as pilot:
        await pilot.press("B")
        await seen(pilot, 'Press m to use "naive Bayes, share in time" for this store.')
        await pilot.press("m")
        await seen(pilot, 'This store forecasts by "naive Bayes, share in time". Press m to go back')
        assert kept() == [BETTER]
        assert 'Forecast by "naive Bayes, share in time".' in lines(pilot.app)[-1]
        await pilot.press("m")
        await seen(pilot, 'Press m to use "naive Bayes, share in time" for this store.')
        assert kept() == []
        await pilot.press("escape", "u")
        await desktop.writer.settled()
        await pilot.pause()
        assert kept() == [BETTER]
        await pilot.press("B")
        await seen(pilot, "This store forecasts by")


async def test_without_unicode_every_sign_is_ascii(opened: Opened) -> None:
    app = opened('glyphs = "ascii"')
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("B")
        await seen(pilot, "looks back:")
        shown = await screen(pilot)
        assert shown.isascii()
        assert "- where 8 of 10 should come   | said   o came   x came outside" in shown


@pytest.mark.parametrize("size", [(20, 6), (60, 20), (250, 60)])
async def test_any_size_breaks_nothing(opened: Opened, size: tuple[int, int]) -> None:
    app = opened()
    async with app.run_test(size=size) as pilot:
        await pilot.press("B", "b")
        await seen(pilot, "by stage" if size[0] > 40 else "Trust")
        await screen(pilot, "G", "k", "pageup", "pagedown", "x", "g")
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        await screen(pilot, "escape")


@pytest.mark.parametrize("width", [78, 110, 150, 240])
@pytest.mark.parametrize("looks", [0, 3, 12])
def test_lines_fit(width: int, looks: int) -> None:
    for best in (OURS, BETTER):
        for used in (OURS, BETTER):
            one = Trial(made(best, looks), "source", (), used)
            assert all(cells(plain(line).rstrip()) <= width for line in trial_lines(one, width))


@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_may_stand_there(text: str) -> None:
    one = Trial(made(names=(text, "")), "owner", (), OURS, hindsight.ASCII)
    shown = "\n".join(plain(line) for line in trial_lines(one, 110))
    assert "none" in shown
    assert all(cells(plain(line).rstrip()) <= 110 for line in trial_lines(one, 110))


def test_what_missed_is_told_by_a_sign_too() -> None:
    rows = [plain(line) for line in trial_lines(Trial(made(), None, (), OURS), 100)]
    missed = [row for row in rows if row.startswith("20") and "✗" in row]
    assert [row.split()[4] for row in missed] == ["9", "9"]
