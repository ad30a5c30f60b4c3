"""Steps that come back, are put off, and stand in the sections of the agenda."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import MEETING, NOW, TODAY, World, deal_in, desk_of
from pipetui.core import activities
from pipetui.core.agenda import SECTIONS, edges, section
from pipetui.core.deal import Activity
from pipetui.core.recurrence import following, repeat_from_words
from pipetui.errors import Invalid, Refused

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2w", "2w"),
        ("every 2 weeks", "2w"),
        ("every week", "1w"),
        ("toutes les 2 semaines", "2w"),
        ("tous les mois", "1m"),
        ("chaque jour", "1d"),
        ("monthly", "1m"),
        ("hebdomadaire", "1w"),
        ("every 3 days", "3d"),
        ("tous les ans", "1y"),
        ("once", None),
        ("", None),
        ("-", None),
    ],
)
def test_how_often_is_said_in_words(text: str, kept: str | None) -> None:
    assert repeat_from_words(text) == kept


@pytest.mark.parametrize("text", ["0d", "often", "2", "every", "1000w", "\x1b2w"])
def test_what_does_not_say_how_often_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        repeat_from_words(text)


def test_the_end_of_the_month_is_kept_through_shorter_months() -> None:
    due, repeat, seen = date(2027, 1, 31), "1m", []
    for _ in range(4):
        due, repeat = following(due, repeat, due)
        seen.append(due)
    assert seen == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]
    assert following(date(2024, 2, 29), "1y", date(2024, 2, 29)) == (date(2025, 2, 28), "1y@29")


@given(days, st.integers(1, 60), st.sampled_from("dwmy"), st.integers(-400, 4000))
def test_what_comes_back_comes_after_both_days_and_not_a_turn_later(
    due: date, n: int, unit: str, late: int
) -> None:
    done = due + timedelta(days=late)
    ahead, repeat = following(due, f"{n}{unit}", done)
    assert ahead > max(due, done)
    turn = n * {"d": 1, "w": 7, "m": 31, "y": 366}[unit]
    assert ahead <= max(due, done) + timedelta(days=turn)
    if unit in "dw":
        assert (ahead - due).days % turn == 0
        assert repeat == f"{n}{unit}"


@given(days, days)
def test_every_day_stands_in_one_section(today: date, due: date) -> None:
    inside = [
        name
        for name, first, end in edges(today)
        if (first is None or first <= due) and (end is None or due < end)
    ]
    assert inside == [section(due, today)]


def test_the_sections_of_a_monday_and_of_a_weekend() -> None:
    monday = date(2026, 11, 23)
    found = {section(monday + timedelta(days=n), monday) for n in range(-2, 9)}
    assert found == set(SECTIONS)
    assert section(date(2026, 11, 29), monday) == "week"
    assert section(date(2026, 11, 30), monday) == "later"
    sunday = date(2026, 11, 29)
    assert [section(sunday + timedelta(days=n), sunday) for n in range(3)] == ["today", "tomorrow", "later"]


def step(**values: object) -> Activity:
    given = {"deal_id": 1, "kind": "call", "text": "call", "due_on": TODAY, "created_at": NOW, **values}
    return Activity(id=5, **given)  # type: ignore[arg-type]


def test_what_repeats_is_planned_again_when_it_is_done() -> None:
    deal, weekly = deal_in(MEETING), step(due_on=TODAY - timedelta(days=10), repeat="1w")
    world = World(deal, weekly)
    world.write(activities.done(weekly, desk_of(), deal))
    world.settle()
    first, again = world.all(Activity)
    assert first.done_at == NOW
    assert (again.due_on, again.repeat, again.done_at, again.text) == (date(2026, 11, 27), "1w", None, "call")


def test_this_time_not_is_skipped_and_comes_back() -> None:
    (change,) = activities.skip(step(repeat="1m"), desk_of())
    assert change.after == {"due_on": "2026-12-23"}
    for other in (step(), step(repeat="1w", done_at=NOW)):
        with pytest.raises(Refused):
            activities.skip(other, desk_of())


def test_a_step_is_put_off_until_it_is_done() -> None:
    (change,) = activities.snooze(step(), date(2026, 12, 1))
    assert change.after == {"due_on": "2026-12-01"}
    assert activities.snooze(step(), TODAY) == ()
    with pytest.raises(Refused):
        activities.snooze(step(done_at=NOW), TODAY)
