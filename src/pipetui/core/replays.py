"""Forecasts made again as of earlier days and held against what came: how far off they were, and for whom
(FORECAST 4 and 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, log, sqrt
from typing import NamedTuple

from pipetui.core.fit import Declared, Timeline

REPLAYS = 12
SHORTEST = 20.0
"""Days of history a replay needs at least, or the horizon when that is shorter."""
SIGMAS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)
USUAL, BREADTH = 0.18, 0.8
"""Where the shock lies for most, and how sure that is, in logarithms."""
WEIGHT = 20
"""A segment is believed to be like all others with the weight of so many wins."""
OVERLAP = 0.5
"""Replays overlap by half, so each case counts half."""


class Case(NamedTuple):
    """A deal that was open then, and what became of it."""

    chance: float
    won: bool
    """Signed within the horizon."""
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have been said on an earlier day, and what came."""

    now: float
    cases: tuple[Case, ...]
    new_mean: float
    new_variance: float
    learned_wins: float
    """Wins it had seen by then, newer ones weighing more."""
    seen: int
    """All wins signed within the horizon."""

    @property
    def mean(self) -> float:
        """Of the number of wins, as it would have been said."""
        return fsum(case.chance for case in self.cases) + self.new_mean

    @property
    def variance(self) -> float:
        """Of that number, each deal on its own, and for what was not known well yet."""
        own = fsum(case.chance * (1 - case.chance) for case in self.cases)
        return own + self.new_variance + self.mean**2 / (self.learned_wins + 3)


def moments(now: float, days: float, start: float) -> list[float]:
    """The days to replay: T - H - r·H/2, as long as there was some history."""
    if days <= 0:
        return []
    found = [now - days - r * days / 2 for r in range(REPLAYS)]
    return [moment for moment in found if moment >= start + min(days, SHORTEST)]


def replays(
    timeline: Timeline, now: float, days: float, declared: Declared, start: float | None = None
) -> list[Replay]:
    """The forecasts of the earlier days, newest first; `start` is where the history begins."""
    begun = timeline.past.start if start is None else start
    known = timeline.replayed
    for moment in (found := moments(now, days, begun)):
        if (moment, days, declared) not in known:
            known[moment, days, declared] = _replay(timeline, moment, days, declared)
    return [known[moment, days, declared] for moment in found]


def _replay(timeline: Timeline, moment: float, days: float, declared: Declared) -> Replay:
    made, won, until = timeline.fit(moment, days, declared), timeline.past.won, moment + days
    cases = tuple(
        Case(made.chance(stay), life.end <= until and life.won_within(won, moment, until), life.traits)
        for life, stay in timeline.standing(moment)
    )
    return Replay(
        moment, cases, made.new.mean, made.new.variance, made.table.wins, timeline.wins(moment, until)
    )


def shock(past: Sequence[Replay], wins: float) -> float:
    """How much good and bad months move all deals together, σ on the scale of log-odds.

    What the replays missed by, over a mild expectation, and the honesty with little data: with `wins` seen,
    √(σ² + 1/(wins + 3)).
    """
    means = [(one.mean, one.variance, one.seen) for one in past]
    scores = []
    for sigma in SIGMAS:
        score = -1.5 * ((log(sigma + 0.03) - log(USUAL)) / BREADTH) ** 2
        for mean, variance, seen in means:
            spread = variance + (mean * sigma) ** 2 + 0.25
            score += 0.5 * (-0.5 * log(spread) - 0.5 * (seen - mean) ** 2 / spread)
        scores.append(score)
    weights = [exp(score - max(scores)) for score in scores]
    squared = fsum(weight * sigma**2 for weight, sigma in zip(weights, SIGMAS, strict=True)) / fsum(weights)
    return sqrt(squared + 1 / (wins + 3))


@dataclass(frozen=True, slots=True)
class Factor:
    """How the deals of a segment fare beside the others."""

    odds: float
    """Their odds are so many times those of deals alike in stage and age."""
    won: float
    """Wins seen, replays that overlap counted half."""
    expected: float
    """Wins the model expected."""


Factors = tuple[Mapping[str, Factor], ...]
"""By variable, then by its value."""


def factors(past: Sequence[Replay], variables: int) -> tuple[Factors, list[Replay]]:
    """The factor of each value of each variable, one variable after the other, and the replays with them applied.

    θ = (O + 20) / (X·(ΣO + 20)/(ΣX + 20) + 20), O the wins seen and X those expected of the value's deals.
    """
    found: list[Mapping[str, Factor]] = []
    for variable in range(variables):
        one = _factors(past, variable)
        found.append(one)
        if one:
            past = [replace(replay, cases=_adjusted(replay.cases, variable, one)) for replay in past]
    return tuple(found), list(past)


def _adjusted(cases: Sequence[Case], variable: int, one: Mapping[str, Factor]) -> tuple[Case, ...]:
    return tuple(
        Case(times(chance, one[traits[variable]].odds), won, traits) for chance, won, traits in cases
    )


def _factors(past: Sequence[Replay], variable: int) -> dict[str, Factor]:
    won: dict[str, float] = defaultdict(float)
    expected: dict[str, float] = defaultdict(float)
    for replay in past:
        for case in replay.cases:
            value = case.traits[variable]
            won[value] += OVERLAP * case.won
            expected[value] += OVERLAP * case.chance
    if len(expected) < 2:
        return {}
    level = (fsum(won.values()) + WEIGHT) / (fsum(expected.values()) + WEIGHT)
    return {
        value: Factor(
            (won[value] + WEIGHT) / (expected[value] * level + WEIGHT), won[value], expected[value] * level
        )
        for value in sorted(expected)
    }


def times(chance: float, odds: float) -> float:
    """A chance whose odds are so many times as high."""
    return chance * odds / (1 - chance + chance * odds) if 0 < chance < 1 else chance


def applied(chance: float, traits: Sequence[str], found: Factors) -> float:
    """A chance with the factors of a deal's values; an unknown value changes nothing."""
    for value, variable in zip(traits, found, strict=False):
        if (factor := variable.get(value)) is not None:
            chance = times(chance, factor.odds)
    return chance
