"""The backtest drawn and said: what a picture shows, and that it fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.backtest import Look
from pipetui.core.scores import Bucket, Total
from pipetui.hindsight import ASCII, SIGNS, Gauge, kept, legend, reliability, scale, track

VALUES = st.floats(0, 1000)


@given(VALUES, VALUES, VALUES, VALUES, st.integers(2, 80), st.sampled_from([SIGNS, ASCII]))
def test_a_drawing_fits_and_shows_what_came(
    low: float, high: float, said: float, came: float, width: int, signs: type[SIGNS]
) -> None:
    gauge = Gauge(min(low, high), max(low, high), said, came)
    row = gauge.drawn(max(high, low, said, came, 1), width, signs)
    assert len(row) == width
    assert row.count(signs.came) == gauge.inside
    assert row.count(signs.missed) == (not gauge.inside)
    assert set(row) <= {" ", *signs}


def test_a_drawing_by_hand() -> None:
    assert Gauge(3, 9, 6.1, 7).drawn(12, 13) == "   ░░░│●░░   "
    assert Gauge(1, 4, 2, 8).drawn(12, 13, ASCII) == " -|--   x    "


@given(st.integers(1, 10_000), st.integers(12, 80))
def test_the_numbers_of_a_scale_stand_at_their_cells(top: int, width: int) -> None:
    row = scale(top, width, str)
    for text in row.split():
        at = row.index(text) if text != "0" else 0
        assert abs(at - int(text) / top * (width - 1)) <= 1


def look(day: int, seen: int) -> Look:
    total = Total(mean=4.2, low=2, middle=4, high=7, seen=seen, crps=1.0)
    return Look(20_000.5 - 30 * day, 50 + day, total, total)


@pytest.mark.parametrize("width", [30, 60, 80, 100, 200])
def test_the_track_record_is_a_row_for_each_look_back(width: int) -> None:
    drawn = track([look(day, seen) for day, seen in enumerate((4, 9, 2))], width)
    assert [row[:-1] for row in drawn.rows] == [
        ("2024-10-04", "50", "4.2", "2–7", "4"),
        ("2024-09-04", "51", "4.2", "2–7", "9"),
        ("2024-08-05", "52", "4.2", "2–7", "2"),
    ]
    assert [gauge.inside for gauge in drawn.gauges] == [True, False, True]
    assert [SIGNS.missed in row[-1] for row in drawn.rows] == [False, True, False]
    assert all(len(row[-1]) <= max(width - 38, 12) for row in drawn.rows)


def test_a_track_without_any_win_is_drawn_too() -> None:
    nothing = Total(mean=0.0, low=0, middle=0, high=0, seen=0, crps=0.0)
    (row,) = track([Look(20_000.0, 0, nothing, nothing)], 80).rows
    assert row[-1].strip() == SIGNS.came


BUCKETS = (
    Bucket(0.0, 0.1, 900, 0.03, 0.03),
    Bucket(0.3, 0.4, 61, 0.3, 0.28),
    Bucket(0.9, 1.0, 20, 0.95, 0.2),
)


def test_reliability_says_what_came_of_a_chance() -> None:
    assert str(kept(BUCKETS)) == "Of deals given 30%, 28% were signed (61 cases)."
    assert str(kept(BUCKETS[:1])) == "Of deals given 3%, 3% were signed (900 cases)."


def test_what_chance_alone_explains_is_inside() -> None:
    drawn = reliability(BUCKETS, 80)
    assert [row[:3] for row in drawn.rows] == [
        ("3%", "3%", "900"),
        ("30%", "28%", "61"),
        ("95%", "20%", "20"),
    ]
    assert [gauge.inside for gauge in drawn.gauges] == [True, True, False]
    assert drawn.heads[-1].split()[0] == "0%"
    assert drawn.heads[-1].split()[-1] == "100%"


def test_every_sign_is_explained() -> None:
    assert [sign for sign, _words in legend()] == list(SIGNS)
