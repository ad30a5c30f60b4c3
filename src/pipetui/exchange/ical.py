"""Steps as an iCalendar file (RFC 5545) that calendar programs take in, and take in again without doubling.

A step with an hour is an event of half an hour, at that hour of the wall clock wherever it is read; one without is an
event of the whole day that blocks no time. The identifier of a step stays the same from one file to the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from pipetui.core.agenda import Planned
from pipetui.core.text import clean

LENGTH = timedelta(minutes=30)
UNITS = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}


def calendar(planned: Iterable[Planned], now: datetime, name: str) -> bytes:
    """The file of these steps."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//pipetui//agenda//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", clean(name))
    for step in planned:
        made.add_component(_event(step, now))
    written: bytes = made.to_ical()
    return written


def _event(step: Planned, now: datetime) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"activity-{step.id}@pipetui")
    event.add("dtstamp", now)
    event.add("summary", clean(": ".join(part for part in (step.about, step.text) if part) or step.kind))
    if step.due_time is None:
        event.add("dtstart", step.due_on)
        event.add("dtend", step.due_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        # Without a zone: two o'clock is two o'clock where the calendar is read, as it is in the store.
        start = datetime.combine(step.due_on, time.fromisoformat(step.due_time))
        event.add("dtstart", start)
        event.add("dtend", start + LENGTH)
    event.add("categories", [step.kind])
    if step.repeat:
        interval, unit = int(step.repeat.split("@")[0][:-1]), step.repeat.split("@")[0][-1]
        rule: dict[str, Any] = {"freq": UNITS[unit], "interval": interval}
        if "@" in step.repeat:
            # The last of these days that the month has.
            last = int(step.repeat.split("@")[1])
            rule |= {"bymonthday": list(range(28, last + 1)), "bysetpos": -1}
            if unit == "y":
                rule["bymonth"] = step.due_on.month
        event.add("rrule", rule)
    return event
