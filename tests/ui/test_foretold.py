"""The forecast in time, as the pane tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from acts import NOW
from pipetui import demo
from pipetui.core.deal import Goal
from pipetui.core.flow import Strain
from pipetui.core.forecast import Forecast, forecast
from pipetui.core.moment import Period, range_of
from pipetui.store.book import all_stages, book
from pipetui.store.db import Database
from pipetui.store.learning import learned
from pipetui.store.store import Store
from pipetui.store.windows import Scope
from pipetui.ui.forecast import forecast_lines
from pipetui.ui.paint import ASCII, BARS, PLAIN, cells, strip

TODAY = date(2026, 11, 23)
AHEAD = range_of(TODAY, TODAY + timedelta(days=60))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo."""
    url = str(tmp_path_factory.mktemp("demo") / "demo.db")
    store = Store.open(url, login="marie", now=lambda: NOW)
    demo.write(store, TODAY)
    yield store.db
    store.close()


def made(db: Database, target: int | None = 16, period: Period = AHEAD, metric: str = "wins") -> Forecast:
    """The forecast of a period."""
    goal = None
    if target is not None:
        goal = Goal(id=1, pipeline_id=1, period=period.name, metric=metric, target=target, currency="EUR")  # type: ignore[arg-type]
    known = learned(db, 1, all_stages(db, 1), NOW, period)
    made_of = book(db, Scope(1, TODAY, NOW), period, "EUR", goal, True)
    return forecast(made_of, as_of=NOW, period=period, pipeline="Sales", goal=goal, learned=known)


def told(one: Forecast, width: int = 90) -> str:
    lines = forecast_lines(one, width)
    assert all(cells("".join(span.text for span in line)) <= width for line in lines)
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def test_the_pane_answers_with_ranges_and_says_what_they_are_made_of(db: Database) -> None:
    one = made(db)
    text = told(one)
    assert one.ahead is not None
    low, high = round(one.ahead.wins.low), round(one.ahead.wins.high)
    assert f"Between {low} and {high} more signatures by 21 Jan 2027, 8 times out of 10" in text
    assert "Worth between €" in text
    assert "⚑16" in text and "⚑ goal" in text
    assert "Expected by 21 Jan 2027:" in text
    assert "Chance to reach it by 21 Jan 2027:" in text
    assert "To make it 4 out of 5: " in text and "To make it 1 out of 2: " in text
    assert "The last 3 periods brought" in text
    assert "Of the last" in text and "looks back" in text


def test_the_parts_add_up_to_the_sum_that_is_shown(db: Database) -> None:
    for days in (10, 30, 60, 90, 200):
        text = " ".join(told(made(db, None, range_of(TODAY, TODAY + timedelta(days=days)))).split())
        found = re.search(r"Expected ([\d.]+) = ([^=]+?)\.(?: |$)", text)
        assert found is not None
        parts = [float(part) for part in re.findall(r"(\d+\.\d)", found[2] + ".")]
        assert round(sum(parts), 1) == float(found[1])


def test_every_width_shows_whole_lines(db: Database) -> None:
    one = made(db)
    for width in (24, 40, 49, 80, 110, 200):
        assert "more" in told(one, width)


def test_a_period_that_is_nearly_over_says_for_what_it_is_too_late(db: Database) -> None:
    text = " ".join(told(made(db, 40, range_of(TODAY, TODAY + timedelta(days=5)))).split())
    assert "Too late for new deals in Lead: half of those that sign do so within" in text


def test_without_a_day_everything_counts_whenever_it_closes(db: Database) -> None:
    text = told(made(db, None, Period("all", None, None)))
    assert "whenever the deals close" in text


def test_revenue_is_held_against_a_goal_of_revenue(db: Database) -> None:
    text = told(made(db, 5_000_000, metric="revenue"))
    assert "Goal: €50k" in text and "Chance to reach it by 21 Jan 2027:" in text


def test_what_holds_deals_up_is_said(db: Database) -> None:
    one = made(db)
    assert one.base is not None and one.base.learned is not None
    strained = replace(
        one.base.learned,
        strains=[Strain(3, "fills up", 23, 12.1, 23), Strain(2, "fewer go on", 0.2, 0.45, 20)],
    )
    text = " ".join(told(replace(one, base=replace(one.base, learned=strained))).split())
    assert "Quote fills up: 23 deals, 12 would be usual." in text
    assert "Fewer go on from Meeting lately: 2.0 of 10 instead of 4.5." in text


def test_the_picture_is_plain_ascii_where_it_must_be(db: Database) -> None:
    lines = forecast_lines(made(db), 80)
    drawn = "".join(strip(line, 80, replace(PLAIN, ascii_only=True)).text for line in lines)
    assert not set(drawn) & {*BARS, "█", "⚑"}
    assert ASCII.full in drawn
