"""What a whole column tells of its values: which mark begins the decimals, and whether day or month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from pipetui.core.text import day_from_words

Order = Literal["dmy", "mdy"]
Mark = Literal[".", ","]

_NUMERIC = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_DIGITS = re.compile(r"\d[\d.,'’\s\u00a0\u202f]*")
EPOCH = date(1899, 12, 30)
"""Day zero of spreadsheets."""


@dataclass(slots=True)
class Dates:
    """Evidence of the order of day and month."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    """Dates that both readings allow, and read differently."""

    def see(self, text: str) -> None:
        """Take a cell into account."""
        found = _NUMERIC.fullmatch(text)
        if found is None:
            return
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        elif first != second:
            self.either += 1

    @property
    def order(self) -> Order | None:
        """What the column says; None when it leaves it open or contradicts itself."""
        if bool(self.day_first) != bool(self.month_first):
            return "dmy" if self.day_first else "mdy"
        return None

    @property
    def ambiguous(self) -> bool:
        """Whether somebody has to say."""
        return self.order is None and bool(self.either or self.day_first)


@dataclass(slots=True)
class Amounts:
    """Evidence of the decimal mark."""

    point: int = 0
    comma: int = 0
    either: int = 0
    """Amounts such as `3,100`."""

    def see(self, text: str) -> None:
        """Take a cell into account."""
        found = _DIGITS.search(text)
        if found is None:
            return
        digits = re.sub(r"[^\d.,]", "", found[0]).rstrip(".,")
        last = max(digits.rfind("."), digits.rfind(","))
        if last < 0:
            return
        mark, other = digits[last], "," if digits[last] == "." else "."
        if other in digits or (digits.count(mark) == 1 and len(digits) - last != 4) or digits[0] == "0":
            self._count(mark)
        elif digits.count(mark) > 1:
            self._count(other)
        else:
            self.either += 1

    def _count(self, mark: str) -> None:
        if mark == ".":
            self.point += 1
        else:
            self.comma += 1

    @property
    def mark(self) -> Mark | None:
        """What the column says; None when it leaves it open or contradicts itself."""
        if bool(self.point) != bool(self.comma):
            return "." if self.point else ","
        return None

    @property
    def ambiguous(self) -> bool:
        """Whether somebody has to say."""
        return self.mark is None and bool(self.either or self.point)


def looked_at(evidence: Dates | Amounts, cells: Iterable[str]) -> None:
    """Take a whole column into account."""
    for cell in cells:
        if cell:
            evidence.see(cell)


@lru_cache(maxsize=65536)
def day_of(text: str, order: Order | None, today: date) -> date | None:
    """The day a cell means, None when it is none."""
    moment = moment_of(text, order, today)
    return moment.astimezone().date() if moment else None


@lru_cache(maxsize=65536)
def moment_of(text: str, order: Order | None, today: date) -> datetime | None:
    """The moment a cell means, aware UTC, None when it is none; without a clock the beginning of the local day.

    ISO dates, `30/09/2026 14:05`, `11-Oct-2025`, `Sep 30, 2026`, spreadsheet serials such as `45631.0`.
    """
    try:
        return _moment(text.strip(), order, today)
    except (ValueError, OverflowError):
        return None


def _moment(text: str, order: Order | None, today: date) -> datetime | None:
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(UTC)
    if found := _NUMERIC.fullmatch(text):
        return _numeric(found, order).astimezone(UTC)
    if _SERIAL.fullmatch(text):
        return (datetime.combine(EPOCH, datetime.min.time()) + timedelta(days=float(text))).astimezone(UTC)
    words, _, clock = text.partition("T") if "T" in text and text[:1].isdigit() else (text, "", "")
    day = day_from_words(words, today) if re.search(r"\d{4}", words) and not clock else None
    return datetime.combine(day, datetime.min.time()).astimezone(UTC) if day else None


def _numeric(found: re.Match[str], order: Order | None) -> datetime:
    day, month = int(found[1]), int(found[2])
    if month > 12 or (order == "mdy" and day <= 12):
        day, month = month, day
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    hour = int(found[4] or 0)
    if found[7]:
        hour = hour % 12 + (12 if found[7].lower() == "pm" else 0)
    return datetime(year, month, day, hour, int(found[5] or 0), int(found[6] or 0))  # noqa: DTZ001 - local time
