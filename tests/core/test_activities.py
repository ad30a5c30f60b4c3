"""Steps planned and taken, and the deals they bring forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from desks import LEAD, ME, MEETING, NOW, PROSPECT, QUOTE, TODAY, WON, World, deal_in, desk_of, visit_of
from pipetui.core import activities
from pipetui.core.activities import Step
from pipetui.core.deal import Activity, ActivityKind, Deal, Stage
from pipetui.core.moves import Changes
from pipetui.errors import Invalid, Refused

FRIDAY = date(2026, 11, 27)


def where(deal: Deal, changes: Changes) -> Stage | int:
    world = World(deal, visit_of(deal))
    world.write(change for change in changes if change.before is None or change.table != "activity")
    return world.one(Deal).stage_id


def test_a_step_is_planned_for_a_day() -> None:
    deal = deal_in(QUOTE, contact_id=5)
    world = World(deal)
    world.write(activities.plan(Step("call", " call\tback ", FRIDAY, "09:30"), desk_of(), deal=deal))
    step = world.one(Activity)
    assert (step.text, step.due_on, step.due_time, step.done_at) == ("call back", FRIDAY, "09:30", None)
    assert (step.deal_id, step.contact_id, step.owner_id, step.created_at) == (1, 5, ME, NOW)


def test_without_a_day_it_is_for_today() -> None:
    world = World()
    world.write(activities.plan(Step("task"), desk_of(), organization_id=3))
    assert (world.one(Activity).due_on, world.one(Activity).organization_id) == (TODAY, 3)


@pytest.mark.parametrize("clock", ["25:00", "9:30", "noon", "09:60", "\x1b[m"])
def test_a_time_is_a_time(clock: str) -> None:
    with pytest.raises(Invalid):
        activities.plan(Step("call", "", FRIDAY, clock), desk_of(), contact_id=1)


@pytest.mark.parametrize(
    ("kind", "stage"),
    [("call", PROSPECT), ("meeting", MEETING), ("email", LEAD), ("task", LEAD), ("note", LEAD)],
)
def test_what_was_done_brings_the_deal_on(kind: ActivityKind, stage: Stage) -> None:
    deal, desk = deal_in(LEAD), desk_of()
    assert where(deal, activities.log(Step(kind), desk, deal=deal, visit=visit_of(deal))) == stage.id
    planned = Activity(id=4, deal_id=1, kind=kind, due_on=TODAY, created_at=NOW)
    assert where(deal, activities.done(planned, desk, deal, visit_of(deal))) == stage.id


def test_a_call_nobody_answered_moves_nothing() -> None:
    deal, desk = deal_in(LEAD), desk_of()
    assert (
        where(deal, activities.log(Step("call"), desk, deal=deal, visit=visit_of(deal), reached=False))
        == LEAD.id
    )


def test_a_planned_meeting_is_booked() -> None:
    deal, desk = deal_in(LEAD), desk_of()
    assert where(deal, activities.plan(Step("meeting"), desk, deal=deal, visit=visit_of(deal))) == MEETING.id
    assert where(deal, activities.plan(Step("call"), desk, deal=deal, visit=visit_of(deal))) == LEAD.id
    won = deal_in(WON)
    assert where(won, activities.plan(Step("meeting"), desk, deal=won)) == WON.id


def test_done_is_done() -> None:
    desk = desk_of()
    planned = Activity(id=4, contact_id=2, kind="call", due_on=TODAY, created_at=NOW)
    world = World(planned)
    world.write(activities.done(planned, desk))
    taken = world.one(Activity)
    assert taken == replace(planned, done_at=NOW)
    with pytest.raises(Refused):
        activities.done(taken, desk)
    with pytest.raises(Refused):
        activities.cancel(taken)
    world = World(planned)
    world.write(activities.cancel(planned))
    assert world.all(Activity) == []


def test_a_step_may_wait_but_not_for_ever() -> None:
    planned = Activity(id=4, contact_id=2, kind="call", due_on=TODAY, created_at=NOW)
    world = World(planned)
    world.write(activities.change(planned, due_on=FRIDAY, text="ask for the budget"))
    assert (world.one(Activity).due_on, world.one(Activity).text) == (FRIDAY, "ask for the budget")
    with pytest.raises(Refused, match="day"):
        activities.change(planned, due_on=None)


def test_what_is_done_has_a_subject_and_lies_behind() -> None:
    with pytest.raises(Refused, match="belongs"):
        activities.log(Step("call"), desk_of())
    with pytest.raises(Refused, match="ahead"):
        activities.log(Step("call"), desk_of(), contact_id=1, at=NOW + timedelta(hours=1))
    world = World()
    world.write(activities.log(Step("call"), desk_of(), contact_id=1, at=NOW - timedelta(hours=1)))
    assert world.one(Activity).done_at == NOW - timedelta(hours=1)
