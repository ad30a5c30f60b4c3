"""Periods of the local calendar (days, weeks, months, quarters, fiscal years) and the instants they begin and end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pipetui.core.message import say
from pipetui.core.text import fold
from pipetui.errors import Invalid


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row; both ends None for all time."""

    name: str
    """As it is written: `2026-11`, `2026-Q4`, `2026`, `30d`, `2026-11-01..2026-12-15`, `all`."""
    start: date | None
    """The first day."""
    end: date | None
    """The day after the last."""
    fiscal_month: int = 1
    """The month years and quarters begin with."""
    months: int = 0
    """How many calendar months it is; 0 when it is counted in days."""

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.start is None or day >= self.start) and (self.end is None or day < self.end)

    def instants(self) -> tuple[datetime | None, datetime | None]:
        """The moments it begins and ends, aware UTC, by the local clock."""
        return (midnight(self.start) if self.start else None), (midnight(self.end) if self.end else None)

    @property
    def last_day(self) -> date | None:
        """The last day that lies in it."""
        return self.end - timedelta(days=1) if self.end else None

    def next(self) -> Period:
        """The period after it, of the same kind. Raises Invalid where the calendar ends."""
        return self._shifted(1)

    def previous(self) -> Period:
        """The period before it, of the same kind. Raises Invalid where the calendar ends."""
        return self._shifted(-1)

    def _shifted(self, steps: int) -> Period:
        if self.start is None or self.end is None:
            return self
        if self.months:
            return _named(add_months(self.start, steps * self.months), self.months, self.fiscal_month)
        length = self.end - self.start
        try:
            start = self.start + steps * length
            return range_of(start, start + length)
        except OverflowError as error:
            raise Invalid(say("The calendar ends there.")) from error


def midnight(day: date) -> datetime:
    """The instant a local day begins, aware UTC; in UTC where the calendar has no room for a local clock."""
    try:
        return datetime.combine(day, time()).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.combine(day, time(), UTC)


def local_day(moment: datetime) -> date:
    """The local day of an instant."""
    return moment.astimezone().date()


def add_months(day: date, months: int) -> date:
    """The first of the month so many months after the one of `day`. Raises Invalid outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise Invalid(say("The calendar ends there."))
    return date(year, month + 1, 1)


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    return _named(day.replace(day=1), 1)


def range_of(start: date, end: date) -> Period:
    """The days from `start` up to the one before `end`."""
    return Period(f"{start}..{end - timedelta(days=1)}", start, end)


def period(text: str, today: date, fiscal_month: int = 1) -> Period:
    """A period as people write it: `2026-11`, `2026-Q4`, `2026`, `2026-W48`, `2026-11-30`, `this-month`,
    `next-quarter`, `last-week`, `30d` (the next 30 days), `2026-11-01..2026-12-15`, `all`; in French `ce-mois`,
    `trimestre-prochain`, `semaine-dernière`, `30j`, `tout`.

    Years and quarters begin with `fiscal_month` (1 to 12) and are named after the calendar year they begin in.
    Raises Invalid.
    """
    words = re.sub("[_ '’]", "-", fold(text))
    if words in ("all", "tout", "always"):
        return Period("all", None, None)
    for pattern, build in _SHAPES:
        if found := re.fullmatch(pattern, words):
            try:
                return build(found, today, fiscal_month)
            except (ValueError, OverflowError):
                break
    raise Invalid(
        say('"{text}" is not a period.', text=text[:40]),
        say("Write 2026-11, 2026-Q4, 2026, this-month, next-quarter, 30d or 2026-11-01..2026-12-15."),
    )


def _named(start: date, months: int, fiscal_month: int = 1) -> Period:
    end, into_year = add_months(start, months), (start.month - fiscal_month) % 12
    first = start.year - (start.month < fiscal_month)
    if months == 1:
        return Period(start.isoformat()[:7], start, end, fiscal_month, months)
    if months == 12 and into_year == 0:
        return Period(f"{first:04d}", start, end, fiscal_month, months)
    if months == 3 and into_year % 3 == 0:
        return Period(f"{first:04d}-Q{into_year // 3 + 1}", start, end, fiscal_month, months)
    return range_of(start, end)


Build = Callable[[re.Match[str], date, int], Period]


def _month(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    return _named(date(int(found[1]), int(found[2]), 1), 1, fiscal_month)


def _quarter(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    start = add_months(date(int(found[1]), fiscal_month, 1), 3 * (int(found[2]) - 1))
    return _named(start, 3, fiscal_month)


def _year(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    return _named(date(int(found[1]), fiscal_month, 1), 12, fiscal_month)


def _week(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    start = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return range_of(start, start + timedelta(days=7))


def _day(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    day = date.fromisoformat(found[0])
    return range_of(day, day + timedelta(days=1))


def _ahead(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    return range_of(today, today + timedelta(days=max(int(found[1]), 1)))


def _between(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    start, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
    if last < start:
        raise Invalid(say("The period ends before it begins."))
    return range_of(start, last + timedelta(days=1))


_WHICH = {"this": 0, "next": 1, "last": -1, "previous": -1}


_UNITS = {
    "jour": "day",
    "semaine": "week",
    "mois": "month",
    "trimestre": "quarter",
    "annee": "year",
    "an": "year",
}
_UNIT = "|".join(_UNITS)
_STEPS = {"prochain": 1, "suivant": 1, "dernier": -1, "derniere": -1, "precedent": -1, "passe": -1}
_WHEN = "|".join(_STEPS)


def _relative(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    return _steps_on(_WHICH[found[1]], found[2], today, fiscal_month)


def _relative_in_french(found: re.Match[str], today: date, fiscal_month: int) -> Period:
    """`ce-mois`, `mois-en-cours`, `semaine-prochaine`, `l'année-dernière`."""
    return _steps_on(_STEPS.get(found[3], 0), _UNITS[found[1] or found[2]], today, fiscal_month)


def _steps_on(steps: int, unit: str, today: date, fiscal_month: int) -> Period:
    """The calendar unit so many steps after the one of today."""
    if unit == "day":
        return range_of(today + timedelta(days=steps), today + timedelta(days=steps + 1))
    if unit == "week":
        start = today - timedelta(days=today.weekday()) + timedelta(days=7 * steps)
        return range_of(start, start + timedelta(days=7))
    if unit == "month":
        return _named(add_months(today, steps), 1, fiscal_month)
    length = 3 if unit == "quarter" else 12
    start = add_months(today, -((today.month - fiscal_month) % length) + steps * length)
    return _named(start, length, fiscal_month)


_SHAPES: tuple[tuple[str, Build], ...] = (
    (r"(\d{4})-(\d{2})", _month),
    (r"(\d{4})-?[qt]([1-4])", _quarter),
    (r"(\d{4})", _year),
    (r"(\d{4})-?[ws](\d{1,2})", _week),
    (r"\d{4}-\d{2}-\d{2}", _day),
    (r"(\d{1,4})[dj]", _ahead),
    (r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", _between),
    (r"(this|next|last|previous)-(day|week|month|quarter|year)", _relative),
    (
        rf"(?:c(?:e|et|ette)-)({_UNIT})|(?:(?:le|la|l)-)?({_UNIT})-(?:({_WHEN})e?|en-cours)",
        _relative_in_french,
    ),
)
