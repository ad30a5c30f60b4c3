"""The flags of a card."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import NOW, TODAY
from pipetui.core.hygiene import days_between, flags, stalled_after

CALM: dict[str, Any] = {
    "kind": "open",
    "next_due": date(2026, 11, 24),
    "stage_since": NOW - timedelta(days=5),
    "parked_until": None,
    "expected_close": date(2026, 11, 23),
    "stalled_after": 14.0,
    "now": NOW,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, set()),
        ({"next_due": None}, {"none"}),
        ({"next_due": date(2026, 11, 22)}, {"late"}),
        ({"next_due": date(2026, 11, 23)}, {"today"}),
        ({"stage_since": NOW - timedelta(days=14)}, set()),
        ({"stage_since": NOW - timedelta(days=14, seconds=1)}, {"stalled"}),
        ({"stalled_after": None, "stage_since": NOW - timedelta(days=900)}, set()),
        ({"expected_close": date(2026, 11, 22)}, {"overdue"}),
        ({"expected_close": None}, set()),
        (
            {"parked_until": date(2026, 11, 24), "next_due": None, "expected_close": date(2020, 1, 1)},
            {"parked"},
        ),
        ({"parked_until": date(2026, 11, 23), "next_due": None}, {"none"}),
        ({"kind": "won", "next_due": None, "stage_since": NOW - timedelta(days=900)}, set()),
        ({"kind": "lost", "parked_until": date(2027, 1, 1)}, set()),
        ({"stage_since": NOW + timedelta(hours=1)}, set()),
    ],
)
def test_a_card_shows(values: dict[str, Any], shown: set[str]) -> None:
    assert flags(**{**CALM, **values}) == shown


def test_few_cases_say_nothing_about_patience() -> None:
    assert stalled_after([], 14) == 28
    assert stalled_after([1.0] * 9, 14) == 28
    assert stalled_after([float(n) for n in range(10, 0, -1)], 14) == 9
    assert stalled_after([float(n) for n in range(1, 101)], 14) == 90


@given(st.lists(st.floats(0, 5000), min_size=10, max_size=200))
def test_nine_in_ten_were_gone_by_then(stays: list[float]) -> None:
    limit = stalled_after(stays, 14)
    assert sum(stay <= limit for stay in stays) >= 0.9 * len(stays) - 1e-9
    assert sum(stay < limit for stay in stays) < 0.9 * len(stays)


def test_days_are_of_24_hours() -> None:
    assert days_between(NOW, NOW + timedelta(hours=36)) == 1.5
