"""What became of deals alike: those that had been as long in the same stage, within the same number of days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from pipetui.core.horizon import rounded
from pipetui.core.past import Life, Past

AGES = tuple(sorted({rounded(age) for age in range(3000)}))
"""The ages that are told apart, in days."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Deals of one stage and age whose next days are known."""

    n: int | None
    """None where no age was told apart."""
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The cases by stage and age, for a number of days."""

    days: float
    _rows: tuple[tuple[Sequence[int], Sequence[int], Sequence[int]], ...]

    def at(self, stage: int, age: float) -> Cases:
        """Those in a stage for so long."""
        at = min(bisect_left(AGES, rounded(age)), len(AGES) - 1)
        return Cases(*(row[at] for row in self._rows[stage]))

    def none_won_from(self, stage: int) -> tuple[int, int] | None:
        """The age from which none of at least ten deals was ever won in time, and how many there were."""
        n, won, _ = self._rows[stage]
        last = max((at for at, some in enumerate(won) if some), default=-1) + 1
        return (AGES[last], n[last]) if last < len(AGES) and n[last] >= 10 else None


def case_table(past: Past, now: float, days: float) -> CaseTable:
    """Count the cases: a stay is one at every age it reached, as long as what came in the `days` after is known."""
    counts = [[[0] * (len(AGES) + 1) for _ in range(3)] for _ in range(past.stages)]
    for life in past.lives:
        for at, stay in enumerate(life.stays):
            length = min(stay.left, now) - stay.entered
            known = now - days - stay.entered
            last = min(bisect_right(AGES, length), bisect_right(AGES, known))
            if stay.left > stay.entered and last > 0:
                n, won, lost = counts[stay.stage]
                _add(n, 0, last)
                end, outcome = _end(life, at, past)
                if end <= now:
                    first = bisect_left(AGES, end - stay.entered - days)
                    _add(
                        won if outcome == past.won else lost,
                        first,
                        min(last, bisect_left(AGES, end - stay.entered)),
                    )
    return CaseTable(days, tuple(tuple(tuple(accumulate(row))[:-1] for row in rows) for rows in counts))  # type: ignore[misc]


def _add(row: list[int], first: int, last: int) -> None:
    if last > first:
        row[first] += 1
        row[last] -= 1


def _end(life: Life, at: int, past: Past) -> tuple[float, int]:
    """When and how the deal was closed, from one of its stays on."""
    for stay in life.stays[at:]:
        if stay.next in (past.won, past.lost):
            return stay.left, stay.next
    return inf, past.lost
