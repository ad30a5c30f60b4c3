"""What is asked of the reports: which one, told apart by what, of which period, owner and deals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say
from pipetui.core.moment import period as read_period
from pipetui.core.report import BY_NAME, SHEETS
from pipetui.lang import _, period_name, told

if TYPE_CHECKING:
    from pipetui.core.deal import Member
    from pipetui.core.moment import Period
    from pipetui.core.query import Expr
    from pipetui.store.question import Question
    from pipetui.ui.app import Pipetui

USUAL = "this-month"
BY: dict[str, Message] = {
    "all": say("all together"), "quarter": say("by quarter"), "month": say("by month"), "reason": say("by reason"),
    "stage": say("by stage"), "owner": say("by owner"), "source": say("by source"), "segment": say("by segment"),
    "size": say("by size"), "kind": say("by kind"), "week": say("by week"),
}  # fmt: skip
Asked = tuple[str, str, str, int | None, str]
"""Name, what it is told apart by, period, owner, filter."""


class Wanted:
    """The report that is wanted now; the filter of the board is taken over."""

    def __init__(self, main: Pipetui) -> None:
        self._main = main
        self.sheet = SHEETS[0]
        self.owner: Member | None = None
        """None for everybody."""
        self._by: dict[str, str] = {}
        self._period: Period | None = None
        """What was chosen; each report has its own until then."""
        self.query, self._filter = main.reading.query, main.reading.scope.filter

    @property
    def by(self) -> str:
        """What the rows are told apart by; empty for a report that is told in one way."""
        return self._by.get(self.sheet.name, next(iter(self.sheet.by), ""))

    @property
    def period(self) -> Period:
        """The period that was chosen, or the report's own."""
        return self._period or self.read(self.sheet.period)

    @property
    def key(self) -> Asked:
        """All that decides what the figures are, but the store."""
        owner = self.owner.id if self.owner else None
        return self.sheet.name, self.by, self.period.name, owner, self.query

    def question(self) -> Callable[[], Question]:
        """To be asked on a thread, with a connection of its own that who asks closes."""
        reading, period, by = self._main.reading, self.period, self.by
        currency, month = self._main.config.currency, self._month
        today, now = reading.clock()
        owner = self.owner.id if self.owner else None
        scope = replace(reading.scope, filter=self._filter, owner_id=owner, today=today, now=now)

        def asked() -> Question:
            from pipetui.store.reports import ask

            db = reading.beside()
            db.make_room()
            return ask(db, scope, period, currency, by, month)

        return asked

    def otherwise(self) -> bool:
        """Tell the rows apart by the next thing; False when there is one way."""
        ways = BY_NAME[self.sheet.name].by
        if ways:
            self._by[self.sheet.name] = ways[(ways.index(self.by) + 1) % len(ways)]
        return bool(ways)

    def turn(self, forward: bool) -> None:
        """The next period, or the one before; from all time to this month and back from there."""
        when = self.period
        if when.start is None:
            when = self.read(USUAL)
            self._period = when if forward else when.previous()
        else:
            self._period = when.next() if forward else when.previous()

    def over(self, text: str) -> None:
        """Of a period as it is typed; each report has its own again without one. Raises Invalid."""
        self._period = self.read(text) if text else None

    def read(self, text: str) -> Period:
        """A period as it is typed. Raises Invalid."""
        return read_period(text, self._main.reading.scope.today, self._month)

    def only(self, text: str) -> None:
        """Of the deals that fit a filter. Raises Invalid."""
        self.query, self._filter = text, self.parsed(text)

    def parsed(self, text: str) -> Expr | None:
        """A filter as it is typed; None for all deals. Raises Invalid."""
        if not text:
            return None
        from pipetui.core.query import parse

        return parse(text, self._main.reading.scope.today, self._month)

    def words(self) -> list[str]:
        """What is wanted, for people to read."""
        parts = [self._main.reading.pipeline.name, period_name(self.period)]
        parts.append(self.owner.name if self.owner else _("everybody"))
        if self.by:
            parts.append(told(BY[self.by]))
        if self.query:
            parts.append(f"/{self.query}")
        return parts

    @property
    def _month(self) -> int:
        return self._main.config.fiscal_month or 1
