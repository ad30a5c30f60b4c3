"""The chance that a deal is won within some days, from its stage and its age there (FORECAST 4).

The days are cut into at most 120 steps. In each a deal may leave; half of the step is over by then, on average, and
whatever it may still do from its next stage on happens in the time that is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil, exp, fsum
from operator import mul

from pipetui.core.hazards import Hazard
from pipetui.core.lifetable import bin_of

STEPS = 120
SWEEPS = 6
"""Rounds in which what happens within one step, between stages, settles."""
POINTS = 8
"""Looks within a step that is longer than a day."""

Curve = list[float]


class Horizon:
    """The chances within `days` from now, by stage and age."""

    def __init__(self, hazards: Sequence[Hazard], days: float) -> None:
        self.days = max(days, 0.0)
        self.hazards = hazards
        self.steps = min(max(ceil(self.days), 1), STEPS)
        self.step = self.days / self.steps
        self.entering = self._entering()
        """By stage: the chance of a deal that enters it now to be won within 0, 1, ... all steps."""
        self._then = [
            [(ahead[self.steps - u - 1] + ahead[self.steps - u]) / 2 for u in range(self.steps)]
            for ahead in self.entering
        ]
        self._worth = cache(self._worth_from)
        self._aged = cache(self._of_age)

    def chance(self, stage: int, age: float) -> float:
        """Of a deal that has been so many days in a stage; ages are rounded, the older the coarser."""
        return self._aged(stage, rounded(age))

    def fresh(self, stage: int) -> float:
        """Of a deal that enters the stage now."""
        return self.entering[stage][-1]

    def fresh_on_average(self, stage: int) -> float:
        """Of a deal that enters the stage at any moment of the days, all alike."""
        curve = self.entering[stage]
        return (fsum(curve) - (curve[0] + curve[-1]) / 2) / self.steps

    def _of_age(self, stage: int, age: float) -> float:
        hazard, step = self.hazards[stage], self.step
        start = hazard.passed(age)
        before, total = 1.0, 0.0
        for u in range(self.steps):
            after = exp(start - hazard.passed(age + (u + 1) * step))
            total += (before - after) * fsum(
                weight * self._worth(stage, k)[u] for k, weight in _looks(hazard, age + u * step, step)
            )
            before = after
        return min(max(total, 0.0), 1.0)

    def _worth_from(self, stage: int, k: int) -> Curve:
        """By step: the chance of a deal that leaves the stage then, from an age in this bin, to be won in time."""
        split, stages = self.hazards[stage].split[k], len(self.hazards)
        return [
            split[stages] + fsum(split[j] * self._then[j][u] for j in range(stages))
            for u in range(self.steps)
        ]

    def _entering(self) -> list[Curve]:
        """F(h) = (I - d(0)/2)⁻¹ [Σ d_W(u) + ½ Σ Σ_j d_j(u)·(F_j(h-u-1) + F_j(h-u))], F_j(h) taken as 0 inside."""
        stages = len(self.hazards)
        leaving = [_leaving(hazard, self.steps, self.step) for hazard in self.hazards]
        ways = [[j for j in range(stages) if any(leaving[s][j])] for s in range(stages)]
        found: list[Curve] = [[0.0] for _ in range(stages)]
        pairs: list[Curve] = [[] for _ in range(stages)]
        """Per stage, backwards in time: F(h) + F(h-1), for the steps that are known."""
        signed = [0.0] * stages
        for h in range(1, self.steps + 1):
            known = []
            for s in range(stages):
                signed[s] += leaving[s][stages][h - 1]
                part = fsum(
                    leaving[s][j][0] * found[j][-1] + sum(map(mul, leaving[s][j][1:h], reversed(pairs[j])))
                    for j in ways[s]
                )
                known.append(signed[s] + part / 2)
            now = list(known)
            for _ in range(SWEEPS):
                for s in reversed(range(stages)):
                    now[s] = known[s] + fsum(leaving[s][j][0] * now[j] for j in ways[s]) / 2
            for s in range(stages):
                pairs[s].append(now[s] + found[s][-1])
                found[s].append(now[s])
        return found


def _leaving(hazard: Hazard, steps: int, step: float) -> list[Curve]:
    """By next, then by step: the chance of a deal that enters the stage now to leave it then, that way."""
    found: list[Curve] = [[] for _ in hazard.split[0]]
    before = 1.0
    for u in range(steps):
        after = exp(-hazard.passed((u + 1) * step))
        looks = _looks(hazard, u * step, step)
        for j, curve in enumerate(found):
            curve.append((before - after) * fsum(weight * hazard.split[k][j] for k, weight in looks))
        before = after
    return found


def _looks(hazard: Hazard, age: float, step: float) -> Sequence[tuple[int, float]]:
    """The bins of a step and how much of the leaving happens in each."""
    first, last = bin_of(age), bin_of(age + step)
    if first == last or step <= 1:
        return ((bin_of(age + step / 2), 1.0),)
    bins = [bin_of(age + (i + 0.5) * step / POINTS) for i in range(POINTS)]
    total = fsum(hazard.rate[k] for k in bins)
    return [(k, hazard.rate[k] / total) for k in bins]


def rounded(age: float) -> int:
    """An age in begun days below 90; older, the middle of five days, after a year of thirty."""
    grain = 1 if age < 90 else 5 if age < 365 else 30
    return int(max(age, 0.0) / grain) * grain + grain // 2
