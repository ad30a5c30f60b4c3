"""How fast deals leave a stage at each age, and where they go: the life table, softened by what was declared
(FORECAST 3). Without a case of one's own this is exactly the declared model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import exp, fsum, log

from pipetui.core.lifetable import BINS, EDGES, MIDDLES, WIDTHS, Table, bin_of

DEALS = 8
"""What was declared weighs as much as so many deals ..."""
NEIGHBOURS = 10
"""... and each bin leans on the one before with the weight of so many."""
SURE = 0.98
"""No declared ratio is taken for more certain than this."""
SLOPES = (0.0, 0.35, 0.7, 1.05, 1.4, 2.0)
"""How steeply the pace may fall with age."""
LEAN = 0.4
"""How much of the pace and the way of the bin before carries over."""
STALE = 4
"""After so many times its usual stay a deal goes on as those just before it: this lets stale deals fade."""


@dataclass(frozen=True)
class Hazard:
    """One stage: by bin, the pace of leaving per day and the share of each next (stages, won, lost)."""

    rate: list[float]
    split: list[list[float]]
    chance: list[list[float]]
    """Of leaving to each next within the bin, for a deal that enters it."""
    days: float
    """Days in the stage, on average."""

    @cached_property
    def _passed(self) -> list[float]:
        return [0.0, *accumulate(rate * width for rate, width in zip(self.rate, WIDTHS, strict=True))]

    def passed(self, age: float) -> float:
        """The pace added up from 0 to an age in days: exp(-passed) of the deals are still there."""
        k = bin_of(age)
        return self._passed[k] + self.rate[k] * (age - EDGES[k])


def declared_split(chances: Sequence[float], stage: int) -> list[float]:
    """Where deals go from a stage by what was declared: on to the next, or lost; `chances` are those of winning."""
    stages = len(chances)
    later = chances[stage + 1] if stage + 1 < stages else 1.0
    on = min(chances[stage] / later, SURE) if later > 0 else SURE
    split = [0.0] * (stages + 2)
    split[stage + 1] = on
    split[stages + 1] = 1 - on
    return split


def hazards(table: Table, chances: Sequence[float], days: Sequence[float]) -> list[Hazard]:
    """The hazards of every stage. `chances` are the declared ones of winning, `days` the declared stays."""
    return [
        _hazard(table, stage, declared_split(chances, stage), days[stage]) for stage in range(len(chances))
    ]


def _hazard(table: Table, stage: int, said: Sequence[float], typical: float) -> Hazard:
    left, gone = table.left[stage], table.gone(stage)
    n = fsum(gone)
    split = [(fsum(row[j] for row in left) + DEALS * said[j]) / (n + DEALS) for j in range(len(said))]
    stay = fsum(count * middle for count, middle in zip(gone, MIDDLES, strict=True))
    stay = (stay + DEALS * typical) / (n + DEALS)
    base = _curve(table.at_risk[stage], gone, n, stay)
    rate: list[float] = []
    splits: list[list[float]] = []
    chances: list[list[float]] = []
    for k in range(BINS):
        pace, way = base[k], split
        if k and MIDDLES[k] <= STALE * stay:
            pace *= (rate[-1] / base[k - 1]) ** LEAN
            way = [
                LEAN * before + (1 - LEAN) * usual for before, usual in zip(splits[-1], split, strict=True)
            ]
        elif k:
            pace *= rate[-1] / base[k - 1]
            way = splits[-1]
        leaving = NEIGHBOURS * (1 - exp(-pace * WIDTHS[k]))
        risk = table.at_risk[stage][k] + NEIGHBOURS
        chance = [(count + leaving * share) / risk for count, share in zip(left[k], way, strict=True)]
        total = fsum(chance)
        if total > 0.999999:
            chance = [one * 0.999999 / total for one in chance]
            total = 0.999999
        chances.append(chance)
        rate.append(-log(1 - total) / WIDTHS[k])
        splits.append([one / total for one in chance])
    return Hazard(rate, splits, chances, stay)


def _curve(at_risk: Sequence[float], gone: Sequence[float], n: float, stay: float) -> list[float]:
    """A pace that falls smoothly with age, by bin: several slopes, averaged by how well each fits."""
    curves, scores = [], []
    for slope in SLOPES:
        shape = [(1 + middle / stay) ** -slope for middle in MIDDLES]
        time = fsum(
            max(risk - left / 2, 0.0) * width * height
            for risk, left, width, height in zip(at_risk, gone, WIDTHS, shape, strict=True)
        )
        level = (n + DEALS) / (time + DEALS * stay * 1.5**-slope)
        logs = [log(level * height) for height in shape]
        score = -2 * (slope - 0.7) ** 2
        for one, risk, left, width in zip(logs, at_risk, gone, WIDTHS, strict=True):
            within = min(max(1 - exp(-exp(one) * width), 1e-9), 1 - 1e-9)
            score += left * log(within) + (risk - left) * log(1 - within)
        curves.append(logs)
        scores.append(score)
    weights = [exp(score - max(scores)) for score in scores]
    total = fsum(weights)
    return [
        exp(fsum(weight * curve[k] for weight, curve in zip(weights, curves, strict=True)) / total)
        for k in range(BINS)
    ]
