"""Periods are local calendar periods; each has a next and a previous one and fits between them without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.moment import local_day, midnight, period
from pipetui.errors import Invalid

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-W48", date(2026, 11, 23), date(2026, 11, 29)),
        ("2026-11-30", date(2026, 11, 30), date(2026, 11, 30)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("next-quarter", date(2027, 1, 1), date(2027, 3, 31)),
        ("this-year", date(2026, 1, 1), date(2026, 12, 31)),
        ("this-week", date(2026, 11, 23), date(2026, 11, 29)),
        ("30d", date(2026, 11, 23), date(2026, 12, 22)),
        ("2026-11-01..2026-12-15", date(2026, 11, 1), date(2026, 12, 15)),
        ("0999-05", date(999, 5, 1), date(999, 5, 31)),
        ("all", None, None),
        ("ce-mois", date(2026, 11, 1), date(2026, 11, 30)),
        ("Mois dernier", date(2026, 10, 1), date(2026, 10, 31)),
        ("mois_précédent", date(2026, 10, 1), date(2026, 10, 31)),
        ("trimestre-prochain", date(2027, 1, 1), date(2027, 3, 31)),
        ("ce trimestre", date(2026, 10, 1), date(2026, 12, 31)),
        ("cette-année", date(2026, 1, 1), date(2026, 12, 31)),
        ("l’an dernier", date(2025, 1, 1), date(2025, 12, 31)),
        ("semaine-prochaine", date(2026, 11, 30), date(2026, 12, 6)),
        ("mois-en-cours", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-T4", date(2026, 10, 1), date(2026, 12, 31)),
        ("tout", None, None),
    ],
)
def test_periods_are_read(text: str, start: date | None, last: date | None) -> None:
    read = period(text, TODAY)
    assert (read.start, read.last_day) == (start, last)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-Q5", "2026-W60", "2026-12-15..2026-11-01", "0000", "yesterdays"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        period(text, TODAY)


def test_a_fiscal_year_begins_with_its_month_and_is_named_after_its_first_calendar_year() -> None:
    year = period("this-year", date(2026, 2, 1), fiscal_month=4)
    assert (year.name, year.start, year.end) == ("2025", date(2025, 4, 1), date(2026, 4, 1))
    quarter = period("2025-Q4", TODAY, fiscal_month=4)
    assert (quarter.start, quarter.next().name, quarter.next().next().name) == (
        date(2026, 1, 1),
        "2026-Q1",
        "2026-Q2",
    )


kinds = st.sampled_from(["this-month", "this-quarter", "this-year", "this-week", "30d", "this-day"])


@given(kinds, st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_periods_follow_each_other_without_a_gap(text: str, today: date, fiscal_month: int) -> None:
    now = period(text, today, fiscal_month)
    assert now.holds(today)
    assert now.next().start == now.end
    assert now.previous().end == now.start
    assert now.next().previous() == now
    assert period(now.name, today, fiscal_month) == now


@pytest.mark.parametrize("text", ["9999-12-30", "9998-12", "9998"])
def test_the_calendar_ends(text: str) -> None:
    with pytest.raises(Invalid, match="The calendar ends there"):
        period(text, TODAY).next().next()


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01", "0001"])
def test_the_calendar_begins(text: str) -> None:
    with pytest.raises(Invalid, match="The calendar ends there"):
        period(text, TODAY).previous()


def test_the_first_day_of_the_calendar_begins_too() -> None:
    first, _ = period("0001", TODAY).instants()
    assert first == datetime(1, 1, 1, tzinfo=UTC)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        read = period(text, TODAY)
    except Invalid:
        return
    assert read.start is None or read.end is None or read.start < read.end


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_local_day_begins_at_its_midnight(day: date) -> None:
    assert local_day(midnight(day)) == day
    assert midnight(day).tzinfo is UTC


def test_a_period_holds_the_instants_of_its_days() -> None:
    start, end = period("2026-11", TODAY).instants()
    assert start is not None and end is not None
    assert start <= datetime(2026, 11, 15, tzinfo=UTC) < end
