"""Calls, e-mails, meetings, tasks and notes: planned, done, noted afterwards; and the deals they bring forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pipetui.core.change import Change
from pipetui.core.deal import Activity, ActivityKind, Deal, Event, Visit
from pipetui.core.desk import Desk
from pipetui.core.fields import ACTIVITY, fit
from pipetui.core.message import say
from pipetui.core.moves import Changes, record_event, written
from pipetui.core.recurrence import following
from pipetui.core.step import Step as Step
from pipetui.core.step import activity as activity_of
from pipetui.errors import Refused


def plan(
    step: Step,
    desk: Desk,
    *,
    deal: Deal | None = None,
    visit: Visit | None = None,
    contact_id: int | None = None,
    organization_id: int | None = None,
) -> Changes:
    """A step to take. A meeting on a deal that stands earlier brings it to the stage of booked meetings.

    Raises Refused when it hangs on nothing, Invalid for a time that is none.
    """
    new = activity_of(step, desk, deal, contact_id, organization_id, due_on=step.due_on or desk.today)
    moved = record_event("meeting booked", deal, visit, desk) if deal and step.kind == "meeting" else ()
    return (Change.add(new), *moved)


def log(
    step: Step,
    desk: Desk,
    *,
    deal: Deal | None = None,
    visit: Visit | None = None,
    contact_id: int | None = None,
    organization_id: int | None = None,
    at: datetime | None = None,
    reached: bool = True,
) -> Changes:
    """Something that was done, now or `at`. A call or a meeting makes contact, unless nobody was `reached`.

    Raises Refused when it hangs on nothing or lies ahead, Invalid for a time that is none.
    """
    if at is not None and at > desk.now:
        raise Refused(say("What is done cannot lie ahead."), hint=say("Plan it instead."))
    new = activity_of(
        step, desk, deal, contact_id, organization_id, due_on=step.due_on, done_at=at or desk.now
    )
    return (Change.add(new), *_brought(step.kind, reached, deal, visit, desk))


def done(
    activity: Activity, desk: Desk, deal: Deal | None = None, visit: Visit | None = None, reached: bool = True
) -> Changes:
    """A planned step was taken; its deal moves as with `log`, and what repeats is planned again.

    Raises Refused when it is done already.
    """
    if activity.done_at is not None:
        raise Refused(say("This is done already."))
    taken = Change.edit(activity, done_at=desk.now)
    return (taken, *_again(activity, desk), *_brought(activity.kind, reached, deal, visit, desk))


def _again(activity: Activity, desk: Desk) -> Changes:
    """The next of what repeats."""
    if activity.repeat is None or activity.due_on is None:
        return ()
    due, repeat = following(activity.due_on, activity.repeat, desk.today)
    comes = replace(
        activity,
        id=desk.new_id(),
        due_on=due,
        repeat=repeat,
        created_at=desk.now,
        external_id=None,
        version=1,
    )
    return (Change.add(comes),)


def skip(activity: Activity, desk: Desk) -> Changes:
    """This time it is not done, but it comes back. Raises Refused when it does not repeat or is done."""
    if activity.repeat is None or activity.due_on is None or activity.done_at is not None:
        raise Refused(say("It does not repeat."), hint=say("Cancel it instead."))
    due, repeat = following(activity.due_on, activity.repeat, max(activity.due_on, desk.today))
    return (Change.edit(activity, due_on=due, repeat=repeat),)


def snooze(activity: Activity, until: date) -> Changes:
    """Due another day. Raises Refused when it is done, Invalid for a day too far away."""
    if activity.done_at is not None:
        raise Refused(say("This is done already."))
    return written(Change.edit(activity, **fit(ACTIVITY, {"due_on": until})))


def change(activity: Activity, **values: Any) -> Changes:
    """Another day, time, kind, text or owner. Raises Invalid, and Refused for a planned step left without a day."""
    given = fit(ACTIVITY, values)
    if activity.done_at is None and given.get("due_on", activity.due_on) is None:
        raise Refused(say("A step to take needs a day."))
    return written(Change.edit(activity, **given))


def cancel(activity: Activity) -> Changes:
    """A planned step will not be taken. Raises Refused when it was: what is done stays."""
    if activity.done_at is not None:
        raise Refused(say("What is done stays in the history."))
    return (Change.drop(activity),)


def _brought(
    kind: ActivityKind, reached: bool, deal: Deal | None, visit: Visit | None, desk: Desk
) -> Changes:
    """A meeting that took place had been booked; a call makes contact; a mail may have gone unread."""
    if deal is None or not reached:
        return ()
    events: dict[ActivityKind, tuple[Event, ...]] = {
        "call": ("contact made",),
        "meeting": ("meeting booked", "contact made"),
    }
    for event in events.get(kind, ()):
        if moved := record_event(event, deal, visit, desk):
            return moved
    return ()
