"""How good forecasts were, once the outcome is known (FORECAST 9).

A deal is scored by its chance and whether it was won in time, a total by its distribution and the number seen. A
distribution is the probabilities of 0, 1, 2..., in a list. Scores are means: there has to be at least one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, exp, fsum, lgamma, log, log1p, sqrt
from statistics import fmean

Pair = tuple[float, bool]
"""The chance said, 0 to 1, and whether it happened."""

BINS = 10
SURE = 1e-6
"""No chance counts as surer than this, so that one surprise does not cost infinitely much."""
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""The shares between which eight outcomes in ten should lie, and the one that half of them should."""
EXACT = 300
"""Deals whose number of wins is worked out one by one; what is beyond them is taken together."""
NEGLIGIBLE = 1e-18
"""Probabilities below this change no figure anybody sees."""
NOISE = 1e-12
"""What floating point may take away from a sum of probabilities."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The forecasts whose chance lay between `low` and `high`."""

    low: float
    high: float
    """Not in it any more, except for 1."""
    n: int
    said: float
    """The mean chance."""
    seen: float
    """The share that happened."""


@dataclass(frozen=True, slots=True)
class Total:
    """A distribution beside the number that came."""

    mean: float
    low: int
    """The 10 % quantile."""
    middle: int
    high: int
    """The 90 % quantile."""
    seen: int
    crps: float


@dataclass(frozen=True, slots=True)
class TotalScores:
    """How good several totals were."""

    n: int
    crps: float
    """Mean; 0 is perfect. For a forecast of one number it is the error."""
    error: float
    """Mean of |mean - seen|."""
    bias: float
    """Mean of mean - seen: above zero when the forecasts were too high."""
    covered: float
    """The share of outcomes from the 10 % to the 90 % quantile, both included."""


def log_loss(pairs: Sequence[Pair]) -> float:
    """Mean of -ln(chance of what happened); 0 is perfect, 0.69 is a coin."""
    return -fmean(log(min(max(p if seen else 1 - p, SURE), 1 - SURE)) for p, seen in pairs)


def brier(pairs: Sequence[Pair]) -> float:
    """Mean of (chance - happened)²; 0 is perfect, 0.25 is a coin."""
    return fmean((p - seen) ** 2 for p, seen in pairs)


def reliability(pairs: Iterable[Pair]) -> tuple[Bucket, ...]:
    """Chances said beside shares seen, in ten equal bins; empty ones are left out."""
    bins: list[list[Pair]] = [[] for _ in range(BINS)]
    for p, seen in pairs:
        bins[min(int(p * BINS), BINS - 1)].append((p, seen))
    return tuple(
        Bucket(
            i / BINS, (i + 1) / BINS, len(held), fmean(p for p, _ in held), fmean(seen for _, seen in held)
        )
        for i, held in enumerate(bins)
        if held
    )


def calibration_error(pairs: Sequence[Pair]) -> float:
    """The expected calibration error: Σ n·|said - seen| / Σ n over the bins."""
    buckets = reliability(pairs)
    return fmean((abs(one.said - one.seen) for one in buckets), weights=[one.n for one in buckets])


def crps(pmf: Sequence[float], seen: int) -> float:
    """The continuous ranked probability score: Σ_k (P(X ≤ k) - [k ≥ seen])², in units of what is counted."""
    below = list(accumulate(pmf))
    beyond = max(seen - len(below), 0)
    return fsum((p - (k >= seen)) ** 2 for k, p in enumerate(below)) + (
        beyond * below[-1] ** 2 if beyond else 0.0
    )


def quantile(pmf: Sequence[float], share: float) -> int:
    """The smallest k with P(X ≤ k) ≥ share."""
    for k, p in enumerate(accumulate(pmf)):
        if p >= share - NOISE:
            return k
    return len(pmf) - 1


def total(pmf: Sequence[float], seen: int) -> Total:
    """What a distribution said beside what came."""
    mean = fsum(k * p for k, p in enumerate(pmf))
    low, middle, high = (quantile(pmf, share) for share in (LOW, MIDDLE, HIGH))
    return Total(mean, low, middle, high, seen, crps(pmf, seen))


def summary(totals: Sequence[Total]) -> TotalScores:
    """The scores of several totals."""
    return TotalScores(
        n=len(totals),
        crps=fmean(one.crps for one in totals),
        error=fmean(abs(one.mean - one.seen) for one in totals),
        bias=fmean(one.mean - one.seen for one in totals),
        covered=fmean(one.low <= one.seen <= one.high for one in totals),
    )


def poisson(mean: float) -> list[float]:
    """P(k) = e^-m·m^k / k!, as far as it matters."""
    if mean <= 0:
        return [1.0]
    first, last = _reach(mean, mean)
    return _whole(first, [exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(first, last + 1)])


def poisson_binomial(chances: Iterable[float]) -> list[float]:
    """How many of these deals are won, each on its own: exact for up to 300, by convolving one after the other.

    With more, the 300 with the largest p·(1 - p) are exact and the rest is one binomial of the same mean and
    variance: N = μ²/Σp², rounded, each with the chance μ/N.
    """
    widest = sorted((min(max(p, 0.0), 1.0) for p in chances), key=lambda p: p * (p - 1))
    first, mass = _binomial_like(widest[EXACT:])
    for p in widest[:EXACT]:
        mass = [no * (1 - p) + yes * p for no, yes in zip([*mass, 0.0], [0.0, *mass], strict=True)]
        first, mass = _trimmed(first, mass)
    return _whole(first, mass)


def _binomial_like(chances: Sequence[float]) -> tuple[int, list[float]]:
    """The binomial nearest to the number won: where it begins to matter, and its probabilities from there."""
    mean = fsum(chances)
    if mean <= 0:
        return 0, [1.0]
    n = max(round(mean**2 / fsum(p * p for p in chances)), ceil(mean - NOISE * mean))
    p = min(mean / n, 1.0)
    if p == 1:
        return n, [1.0]
    first, last = _reach(mean, mean * (1 - p))
    yes, no, ways = log(p), log1p(-p), lgamma(n + 1)
    return first, [
        exp(ways - lgamma(k + 1) - lgamma(n - k + 1) + k * yes + (n - k) * no)
        for k in range(first, min(last, n) + 1)
    ]


def _reach(mean: float, variance: float) -> tuple[int, int]:
    """The outcomes that matter: ten standard deviations to both sides, and ten more."""
    reach = 10 + 10 * sqrt(variance)
    return max(0, int(mean - reach)), int(mean + reach)


def _trimmed(first: int, mass: list[float]) -> tuple[int, list[float]]:
    """Without what is negligible at both ends."""
    start, end = 0, len(mass)
    while mass[start] < NEGLIGIBLE:
        start += 1
    while mass[end - 1] < NEGLIGIBLE:
        end -= 1
    return first + start, mass[start:end]


def _whole(first: int, mass: Sequence[float]) -> list[float]:
    """From 0 on, and 1 in all."""
    everything = fsum(mass)
    return [0.0] * first + [p / everything for p in mass]
