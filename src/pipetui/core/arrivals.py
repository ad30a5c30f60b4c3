"""Deals that do not exist yet: how many come a day, stage by stage, and how evenly (FORECAST 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, log
from statistics import fmean, variance

from pipetui.core.horizon import Horizon

HALF_LIFE = 60.0
"""Days after which a new deal counts half."""
WINDOW = 360.0
"""Days looked back at."""
SHORTEST = 28.0
"""Days a history counts for at least: what is typed in on the first days was there before."""
WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """New deals as they come."""

    per_day: tuple[float, ...]
    """By the stage they enter."""
    dispersion: float
    """Variance over mean of the weekly counts; 1 when they come independently of each other."""

    def wins(self, horizon: Horizon) -> NewWins:
        """What those to come will bring within the days of the horizon."""
        days = horizon.days
        mean = fsum(a * days * horizon.fresh_on_average(s) for s, a in enumerate(self.per_day) if a)
        coming = days * fsum(self.per_day)
        return NewWins(mean, 1 + max(self.dispersion - 1, 0.0) * mean / coming if coming else 1.0)


@dataclass(frozen=True, slots=True)
class NewWins:
    """Wins from deals not created yet."""

    mean: float
    dispersion: float
    """Variance over mean."""

    @property
    def variance(self) -> float:
        """Of their number."""
        return self.mean * self.dispersion


def arrivals(births: Sequence[tuple[float, int]], stages: int, now: float, start: float) -> Arrivals:
    """How deals came in up to now: `births` are (day, stage entered), `start` is where the history begins."""
    span = min(WINDOW, now - start)
    if span <= 0:
        return Arrivals((0.0,) * stages, 1.0)
    whole = HALF_LIFE / log(2) * (1 - 0.5 ** (max(span, SHORTEST) / HALF_LIFE))
    sums, weeks = [0.0] * stages, [0] * int(span // WEEK)
    for born, stage in births:
        age = now - born
        if 0 <= age < span:
            sums[stage] += 0.5 ** (age / HALF_LIFE)
            if age < len(weeks) * WEEK:
                weeks[int(age // WEEK)] += 1
    return Arrivals(tuple(one / whole for one in sums), _dispersion(weeks))


def _dispersion(weeks: Sequence[int]) -> float:
    """(6 + (n - 1)·max(variance/mean, ½)) / (n + 3) over at least four weeks with a deal."""
    n = len(weeks)
    if n < 4 or not any(weeks):
        return 1.0
    return (6 + (n - 1) * max(variance(weeks) / fmean(weeks), 0.5)) / (n + 3)
