"""What a report is about, and what its deals are told apart by, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.moment import add_months, midnight
from pipetui.core.money import minor_digits
from pipetui.core.pots import Exchange
from pipetui.core.reports_way import BANDS
from pipetui.store.clause import ALWAYS, Clause, among
from pipetui.store.windows import Scope, asked, live

if TYPE_CHECKING:
    from pipetui.core.moment import Period
    from pipetui.core.stage import Stage
    from pipetui.store.db import Database

SIZES = (100_000, 500_000, 2_000_000, 10_000_000)
"""Where the bands of amounts begin, in minor units of a currency with two decimals."""


@dataclass(frozen=True)
class Question:
    """What a report is about: which deals, when, and in which currency money is told."""

    db: Database
    scope: Scope
    period: Period
    exchange: Exchange
    by: str = ""
    fiscal_month: int = 1

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """All of the pipeline in order, the retired ones too."""
        from pipetui.store.book import all_stages

        return all_stages(self.db, self.scope.pipeline_id)

    def of_kind(self, *kinds: str) -> list[int]:
        """The stages in use of these kinds."""
        return [stage.id for stage in self.stages if stage.kind in kinds and stage.retired_at is None]

    def within(self, column: str, period: Period | None = None, days: bool = False) -> Clause:
        """The moments, or the days, of the period."""
        asked_for = period or self.period
        start, end = asked_for.start, asked_for.end
        clause = Clause(ALWAYS)
        if start is not None:
            clause = clause.also(f"{column} >= ?", start.isoformat() if days else instant(start))
        if end is not None:
            clause = clause.also(f"{column} < ?", end.isoformat() if days else instant(end))
        return clause

    @cached_property
    def own(self) -> Clause:
        """The deals of the pipeline that owner and filter ask for, archived ones too."""
        return asked(self.db, self.scope, Clause("deal.pipeline_id = ?", (self.scope.pipeline_id,)))

    @cached_property
    def lively(self) -> Clause:
        """The same without the archived ones, unless the filter asks for them."""
        return live(self.scope, self.own)

    def shifted(self, period: Period) -> Question:
        """The same of another period."""
        return replace(self, period=period)

    @cached_property
    def cohorts(self) -> list[tuple[str, str]]:
        """The local months or quarters deals were created in: name, and the moment after its end."""
        if self.by not in ("month", "quarter"):
            return []
        found = self.db.one(
            f"SELECT MIN(deal.created_at), MAX(deal.created_at) FROM deal WHERE {self.own.sql}",
            self.own.params,
        )
        if not found or not found[0]:
            return []
        first, last = (datetime.fromisoformat(text).astimezone().date() for text in found)
        step, names = (3 if self.by == "quarter" else 1), []
        start = add_months(first, -((first.month - self.fiscal_month) % step))
        while start <= last:
            after = add_months(start, step)
            year = start.year - (start.month < self.fiscal_month)
            quarter = (start.month - self.fiscal_month) % 12 // 3 + 1
            names.append(
                (f"{year:04d}-Q{quarter}" if step == 3 else f"{start:%Y-%m}", moment_text(midnight(after)))
            )
            start = after
        return names


def instant(day: date) -> str:
    """The moment a local day begins, as the store writes it."""
    return moment_text(midnight(day))


# What deals are told apart by


def _age(question: Question) -> Clause:
    """The band of days in the stage."""
    sql, params = "CASE", list[Any]()
    for at, (first, _) in reversed(list(enumerate(BANDS))):
        if at == 0:
            break
        sql += " WHEN deal.stage_since <= ? THEN " + str(at)
        params.append(moment_text(question.scope.now - timedelta(days=first)))
    return Clause(f"{sql} ELSE 0 END", tuple(params))


def _size(question: Question) -> Clause:
    """The band of the amount, converted; none where it is not known."""
    exchange = question.exchange
    scale = 10 ** max(minor_digits(exchange.currency) - 2, 0)
    sql, params = "CASE", list[Any]()
    for code in (exchange.currency, *exchange.foreign()):
        starts = [exchange.least(start * scale, code) for start in SIZES]
        for at, start in reversed(list(enumerate(starts, 1))):
            if start is not None:
                sql += f" WHEN deal.currency = ? AND deal.amount >= ? THEN {at}"
                params += [code, start]
        sql += " WHEN deal.currency = ? AND deal.amount IS NOT NULL THEN 0"
        params.append(code)
    return Clause(f"{sql} END", tuple(params))


def _cohort(question: Question) -> Clause:
    return cut("deal.created_at", [(end, name) for name, end in question.cohorts])


def cut(column: str, ends: Sequence[tuple[str, str]]) -> Clause:
    """The name of the part a moment falls into; each part with the moment after it, in time.

    Asked by halves: a few comparisons for each row, however many parts there are.
    """
    if not ends:
        return Clause("''")
    if len(ends) == 1:
        return Clause("CAST(? AS TEXT)", (ends[0][1],))
    middle = len(ends) // 2
    before, after = cut(column, ends[:middle]), cut(column, ends[middle:])
    sql = f"CASE WHEN {column} < ? THEN {before.sql} ELSE {after.sql} END"
    return Clause(sql, (ends[middle - 1][0], *before.params, *after.params))


def _rated(question: Question) -> Clause:
    """Whether an amount can be told in our currency: 1 or 0; none without an amount."""
    known = among("deal.currency", [question.exchange.currency, *question.exchange.foreign()])
    return Clause(f"CASE WHEN deal.amount IS NULL THEN NULL WHEN {known.sql} THEN 1 ELSE 0 END", known.params)


def column(name: str) -> Callable[[Question], Clause]:
    """A column of the deal."""
    return lambda question: Clause(f"deal.{name}")


NARROWED: Mapping[str, Callable[[Question], Clause]] = {
    "from": column("closed_from_id"), "owner": column("owner_id"), "source": column("source_id"),
    "reason": column("lost_reason_id"), "currency": column("currency"), "amount": column("amount"),
    "age": _age, "size": _size, "cohort": _cohort, "rated": _rated,
}  # fmt: skip
"""What any set is narrowed by; what else stands among the keys, the set itself knows."""
