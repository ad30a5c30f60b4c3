"""Stays by month as the life table counts them, from the texts of the store, fast enough for all stays at once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pipetui.core.lifetable import BINS, EDGES, UNIT, WIDTHS
from pipetui.store.stays import AT_RISK, Cell, Over

LAST = BINS - 1
POINTS = BINS + 1
"""Where, in the row of a month, single bins begin; before it, steps up and down that hold for all bins after."""
EPOCH = date(1970, 1, 1).toordinal()


def days(moment: str) -> float:
    """A moment as the store writes it, in days since 1970, UTC."""
    return datetime.fromisoformat(moment).timestamp() / 86400


class _Months(dict[int, float]):
    """The first instant of each month, in days since 1970; months are counted from the year 0."""

    def __missing__(self, month: int) -> float:
        year, past = divmod(month, 12)
        ordinal = date.max.toordinal() + 1 if year > date.max.year else date(year, past + 1, 1).toordinal()
        begins = self[month] = float(ordinal - EPOCH)
        return begins


class _Names(dict[str, int]):
    """The number of each month by its name."""

    def __missing__(self, name: str) -> int:
        number = self[name] = int(name[:4]) * 12 + int(name[5:7]) - 1
        return number


BEGINS = _Months()
NUMBERS = _Names()


class Counted:
    """Counts of stays that are over."""

    def __init__(self) -> None:
        self._risk: dict[int, dict[int, list[int]]] = defaultdict(_no_months)
        self._left: dict[tuple[int, int, int, int], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, stays: Iterable[Over], sign: int = 1) -> None:
        """Stays come (1) or go (-1).

        This is `lifetable.add_stay` for all months of a stay in one go, with the same roundings. In each month all
        bins from the first to the last get a whole deal; of the first, what it entered late is taken off, of the
        last, what it left early.
        """
        unit, before, end = sign * UNIT, "", 0.0
        for stage, entered, gone, following in stays:
            # A stay mostly begins with the end of the one before.
            start = end if entered == before else days(entered)
            before, end = gone, days(gone)
            month, until = NUMBERS[entered[:7]], end
            if end <= start:
                # What is left at once on the first instant of a month belongs to the month before.
                month, until = month - (start == BEGINS[month]), start
                if end <= BEGINS[month]:
                    continue
            months = self._risk[stage]
            first, began, late = 0, 0.0, 0
            while True:
                upper = BEGINS[month + 1]
                over = until <= upper
                age = (until if over else upper) - start
                last = bisect_right(EDGES, age) - 1
                row = months[month]
                row[first] += unit
                row[POINTS + first] -= late
                if last < LAST:
                    row[last + 1] -= unit
                    share = (age - EDGES[last]) / WIDTHS[last]
                    late, early = sign * round(share * UNIT), sign * round((1 - share) * UNIT)
                else:
                    row[LAST] -= unit
                    row[POINTS + LAST] += sign * round((age - max(began, EDGES[LAST])) / WIDTHS[LAST] * UNIT)
                    late = early = 0
                if over:
                    break
                row[POINTS + last] -= early
                first, began, month = last, age, month + 1
            if following is None:
                row[POINTS + last] -= early
            else:
                sums = self._left[stage, month, last, following]
                sums[0] += unit
                sums[1] += early

    def cells(self) -> Iterator[tuple[Cell, tuple[int, int]]]:
        """What has gathered, where it is not nothing: `n` and `unseen`."""
        for stage, months in self._risk.items():
            for month, row in months.items():
                whole = 0
                for k in range(BINS):
                    whole += row[k]
                    if n := whole + row[POINTS + k]:
                        yield (stage, _name(month), k, AT_RISK), (n, 0)
        for (stage, month, k, following), (n, unseen) in self._left.items():
            if n or unseen:
                yield (stage, _name(month), k, following), (n, unseen)


def _no_months() -> dict[int, list[int]]:
    return defaultdict(lambda: [0] * (POINTS + BINS))


def _name(month: int) -> str:
    year, past = divmod(month, 12)
    return f"{year:04d}-{past + 1:02d}"
