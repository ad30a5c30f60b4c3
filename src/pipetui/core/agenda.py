"""What is planned, in the sections of the agenda."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipetui.core.deal import ActivityKind

Section = Literal["overdue", "today", "tomorrow", "week", "later"]
SECTIONS: tuple[Section, ...] = ("overdue", "today", "tomorrow", "week", "later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A step to take, with what it is about."""

    id: int
    kind: ActivityKind
    text: str
    due_on: date
    due_time: str | None
    repeat: str | None
    deal_id: int | None
    deal: str | None
    """The title of its deal, empty when the company or the person names it."""
    won: bool
    """Whether that deal is won: what is still to do for it is no longer a step towards it."""
    contact: str | None
    organization: str | None
    owner: str | None
    amount: int | None
    currency: str | None

    @property
    def about(self) -> str:
        """The deal, the company or the person, in one line."""
        parts = (self.organization or self.contact, self.deal)
        return " – ".join(part for part in parts if part)


def edges(today: date) -> Sequence[tuple[Section, date | None, date | None]]:
    """Each section with its first day and the day after its last; None where it is open. The week ends on Sunday."""
    tomorrow, after = today + timedelta(days=1), today + timedelta(days=2)
    monday = max(today + timedelta(days=7 - today.weekday()), after)
    return (
        ("overdue", None, today),
        ("today", today, tomorrow),
        ("tomorrow", tomorrow, after),
        ("week", after, monday),
        ("later", monday, None),
    )


def section(due: date, today: date) -> Section:
    """Where a day stands in the agenda."""
    return next(name for name, _, end in edges(today) if end is None or due < end)
