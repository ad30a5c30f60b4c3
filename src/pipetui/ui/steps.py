"""A step as it is typed in one line, `fri 14:00 call back every 2 weeks`, and how it is shown while it is."""

from __future__ import annotations

from datetime import date
from typing import cast, get_args

from pipetui.core.deal import ActivityKind
from pipetui.core.message import say
from pipetui.core.quickadd import Draft, Known, draft
from pipetui.core.step import Step
from pipetui.core.text import day_from_words, fold
from pipetui.errors import Invalid
from pipetui.lang import _, again, day, day_example, kind_word, month_first
from pipetui.ui.paint import KINDS, Line, Span


def example() -> str:
    """What could be typed."""
    return _(
        "fri call back   ·   tomorrow 14:00 meeting   ·   {day} email the offer   ·   mon call every 2 weeks"
    ).format(day=day_example())


def read(text: str, today: date) -> Step:
    """The step of a line. Raises Invalid when a part of it cannot be read."""
    found = _draft(text, today)
    return Step(found.step_kind, found.step or "", found.step_due, found.step_time, found.step_repeat)


def said(text: str, today: date) -> Line:
    """How a step to take is understood. Raises Invalid."""
    found = _draft(text, today)
    when = day(found.step_due or today, today)
    time = f" {found.step_time}" if found.step_time else ""
    return [
        Span(f"{KINDS[found.step_kind]} {when}{time}{again(found.step_repeat)} ", "accent"),
        Span(found.step or ""),
    ]


def said_done(text: str, today: date) -> Line:
    """How something that was done is understood. Raises Invalid."""
    found = _draft(text, today)
    return [Span(f"{KINDS[found.step_kind]} ", "accent"), Span(found.step or "")]


def read_day(text: str, today: date) -> date:
    """A day to come. Raises Invalid."""
    found = day_from_words(text, today, month_first(), ahead=True)
    if found is None:
        raise Invalid(
            say('"{text}" is not a day.', text=text),
            say("Write it like {day}, friday, in 3 months.", day=day_example()),
        )
    return found


def read_kind(text: str) -> ActivityKind:
    """A kind of activity by its name, in the language spoken or in English, or the beginning of it. Raises Invalid."""
    wanted = fold(text)
    for kind in get_args(ActivityKind):
        if wanted and any(fold(name).startswith(wanted) for name in (kind_word(kind), kind)):
            return cast("ActivityKind", kind)
    names = ", ".join(map(kind_word, get_args(ActivityKind)))
    raise Invalid(say("The kinds are {names}.", names=names))


def _draft(text: str, today: date) -> Draft:
    found = draft(f"!{text}", today, Known(month_first=month_first()))
    for problem in found.problems:
        raise Invalid(problem.message)
    return found
