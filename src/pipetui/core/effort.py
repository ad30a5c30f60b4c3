"""What it takes in time: how many new deals a stage needs now for the goal to become likely, and until when that
makes sense (FORECAST 7).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, sqrt

from pipetui.core.arrivals import NewWins
from pipetui.core.hazards import Hazard
from pipetui.core.horizon import Horizon
from pipetui.core.plan import GIVE_UP
from pipetui.core.totals import NORMAL_WINS, Groups, WinsAt, below, binomial, parts, shifted

WORTHWHILE = 0.05
"""A chance below which it is too late for a new deal."""
FAR = 720.0
"""Days looked ahead to find when deals are signed."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The wins at each point of the common shock, to see what more deals would do."""

    parts: tuple[WinsAt, ...]
    sigma: float

    @classmethod
    def of(cls, groups: Groups, new: NewWins, sigma: float) -> Outcomes:
        """Of the open deals and those to come."""
        return cls(tuple(parts(groups, new, sigma)), sigma)

    def likely(self, wanted: int, chance: float = 0.0, more: int = 0) -> float:
        """P(wins >= wanted) with K = `more` deals that each have this chance.

        Σ_z w_z Σ_x pmf_z(x)·P(Bin(K) >= wanted - x)
        """
        if wanted <= 0:
            return 1.0
        return min(
            fsum(
                part.weight * _enough(part, wanted, shifted(chance, part.shock, self.sigma), more)
                for part in self.parts
            ),
            1.0,
        )

    def deals_for(self, wanted: int, chance: float, confidence: float) -> int | None:
        """The fewest new deals with this chance that make the goal so likely; None beyond what anybody finds."""
        return fewest(lambda more: self.likely(wanted, chance, more) >= confidence, chance)


def _enough(part: WinsAt, wanted: int, chance: float, more: int) -> float:
    """P(x + Bin(more, chance) >= wanted), x the wins of a part."""
    if part.pmf is None or wanted > NORMAL_WINS:
        mean, variance = part.mean + more * chance, part.variance + more * chance * (1 - chance)
        return 1 - below(wanted - 0.5, mean, sqrt(max(variance, 0.25)))
    if not more or chance <= 0:
        return fsum(part.pmf[wanted:])
    at_most = list(accumulate(binomial(more, chance, wanted)))
    short = fsum(here * at_most[min(wanted - 1 - x, more)] for x, here in enumerate(part.pmf[:wanted]))
    return 1 - short


@dataclass(frozen=True, slots=True)
class Earnings:
    """The revenue to be expected, to see what more deals would bring; sums of many deals are taken as normal."""

    mean: float
    variance: float
    per_win: float
    """Mean of what a new deal pays once it is won, in minor units ..."""
    squared: float
    """... and the mean of its square."""

    def likely(self, wanted: float, chance: float = 0.0, more: int = 0) -> float:
        """P(revenue >= wanted) with `more` deals that each have this chance."""
        mean = self.mean + more * chance * self.per_win
        variance = self.variance + more * (chance * self.squared - (chance * self.per_win) ** 2)
        return 1 - below(wanted, mean, sqrt(max(variance, 1.0)))

    def deals_for(self, wanted: float, chance: float, confidence: float) -> int | None:
        """The fewest new deals with this chance that make it so likely; None beyond what anybody finds."""
        return fewest(lambda more: self.likely(wanted, chance, more) >= confidence, chance)


def fewest(enough: Callable[[int], bool], chance: float) -> int | None:
    """The least number that is enough, by doubling and halving; None beyond what anybody finds."""
    if enough(0):
        return 0
    if chance <= 0:
        return None
    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
        if high > GIVE_UP:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a deal that enters a stage now takes."""

    median: float | None
    """Days until half of those that will be signed are; None when none ever is."""
    useful: float | None
    """Days it needs for a chance that is worth it; None when it never has one."""


def timings(hazards: Sequence[Hazard]) -> list[Timing]:
    """By stage, from the chances of a deal that enters it, looking two years ahead."""
    far = Horizon(hazards, FAR)
    return [
        Timing(_first(curve, curve[-1] / 2, far.step), _first(curve, WORTHWHILE, far.step))
        for curve in far.entering
    ]


def _first(curve: Sequence[float], level: float, step: float) -> float | None:
    """When a rising curve reaches a level, between its steps by a straight line."""
    if level <= 0 or curve[-1] < level:
        return None
    at = next(h for h, value in enumerate(curve) if value >= level)
    before = curve[at - 1]
    return (at - 1 + (level - before) / (curve[at] - before)) * step
