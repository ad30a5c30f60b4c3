"""The forecast in one line below the board."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from acts import NOW
from pipetui import demo
from pipetui.core.deal import Goal
from pipetui.core.forecast import Forecast, forecast
from pipetui.core.moment import range_of
from pipetui.store.book import all_stages, book
from pipetui.store.db import Database
from pipetui.store.learning import learned
from pipetui.store.store import Store
from pipetui.store.windows import Scope
from pipetui.ui.glance import forecast_line
from pipetui.ui.paint import Line

TODAY = date(2026, 11, 23)
AHEAD = range_of(TODAY, TODAY + timedelta(days=30))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo."""
    url = str(tmp_path_factory.mktemp("demo") / "demo.db")
    store = Store.open(url, login="marie", now=lambda: NOW)
    demo.write(store, TODAY)
    yield store.db
    store.close()


def made(db: Database, target: int = 0, each: bool = True) -> Forecast:
    """The forecast of the next 30 days."""
    goal = Goal(id=1, pipeline_id=1, period=AHEAD.name, metric="wins", target=target) if target else None
    known = learned(db, 1, all_stages(db, 1), NOW, AHEAD) if each else None
    made_of = book(db, Scope(1, TODAY, NOW), AHEAD, "EUR", goal, each)
    return forecast(made_of, as_of=NOW, period=AHEAD, pipeline="Sales", goal=goal, learned=known)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_what_the_period_comes_to(db: Database) -> None:
    one = made(db, target=60)
    shown = text(forecast_line(one, 160))
    assert one.ahead is not None
    assert shown.startswith(f" 2026-11-23..2026-12-22: {one.won + one.ahead.wins.mean:.1f} wins (")
    assert "short: " in shown and "Lead →" in shown
    assert text(forecast_line(made(db), 160)).count("short") == 0


def test_the_least_important_goes_first_and_nothing_is_cut(db: Database) -> None:
    one = made(db, target=60)
    shown = [text(forecast_line(one, width)) for width in (160, 110, 80, 30)]
    assert "→" in shown[0] and "→" not in shown[2]
    assert shown[3] == ""
    assert all(len(line) <= width for line, width in zip(shown, (160, 110, 80, 30), strict=True))


def test_nothing_is_said_before_the_ranges_are_known(db: Database) -> None:
    assert forecast_line(made(db, each=False), 160) == []
