"""What the agenda draws: a section with its count, a step with its day, what it is about, and what is to be done."""

from __future__ import annotations

from datetime import date, timedelta

from pipetui.core.agenda import Planned, Section, section
from pipetui.lang import _, again, day, money
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, kind_sign

WIDE = 100
"""From so many columns the amount and the owner are shown."""


def section_word(name: Section) -> str:
    """A section as people read it."""
    words: dict[Section, str] = {
        "overdue": _("Overdue"), "today": _("Today"), "tomorrow": _("Tomorrow"), "week": _("This week"),
        "later": _("Later"),
    }  # fmt: skip
    return words[name]


def section_line(name: Section, count: int) -> Line:
    """The head of a section."""
    role: Role = "bad" if name == "overdue" else "title"
    return [Span("  "), Span(f"{section_word(name)} ", role), Span(f"{count}", "dim")]


def step_line(step: Planned, today: date, width: int, marked: bool) -> Line:
    """A step in so many cells; its day is not said in the section of that day."""
    when = step.due_time or ("" if step.due_on == today else day(step.due_on, today))
    if step.due_time and step.due_on not in (today, today + timedelta(days=1)):
        when = f"{day(step.due_on, today)} {step.due_time}"
    tail: Line = []
    if width >= WIDE:
        amount = "" if step.amount is None else money(step.amount, step.currency or "", short=True)
        tail = [Span(f" {fit(amount, 9, 'right')}", "money"), Span(f"  {fit(step.owner or '', 14)}", "dim")]
    won = f"{GLYPHS.done} " if step.won else ""
    room = width - 23 - sum(cells(span.text) for span in tail) - cells(won)
    about = min(cells(step.about), room * 3 // 5)
    late = section(step.due_on, today) == "overdue"
    return [
        Span(" "),
        Span(GLYPHS.mark if marked else " ", "accent"),
        Span(f" {fit(when, 16)} ", "bad" if late else ""),
        Span(f"{kind_sign(step.kind)} ", "accent"),
        Span(won, "good"),
        Span(fit(step.about, about), "strong"),
        Span(f"  {fit(step.text + again(step.repeat), max(room - about - 2, 0))}"),
        *tail,
    ]
