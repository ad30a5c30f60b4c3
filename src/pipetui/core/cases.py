"""What became of deals alike: those that had been as long in the same stage, within the same number of days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from pipetui.core.horizon import rounded
from pipetui.core.past import Past

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
    size, won = len(AGES) + 1, past.won
    counts = [([0] * size, [0] * size, [0] * size) for _ in range(past.stages)]
    for life in past.lives:
        end, signed = inf, False
        for stay in reversed(life.stays):
            stage, entered, left, going = stay
            if going >= won:
                end, signed = left, going == won
            last = bisect_left(AGES, min(left, now) - entered)
            last = min(last, bisect_right(AGES, now - days - entered))
            if last > 0:
                row = counts[stage]
                row[0][0] += 1
                row[0][last] -= 1
                if end <= now:
                    first, over = bisect_left(AGES, end - entered - days), bisect_left(AGES, end - entered)
                    over = min(over, last)
                    if over > first:
                        row[1 if signed else 2][first] += 1
                        row[1 if signed else 2][over] -= 1
    return CaseTable(days, tuple(tuple(tuple(accumulate(one))[:-1] for one in row) for row in counts))  # type: ignore[misc]
