"""What the goal takes: how many deals in each stage, how many are there, how many are missing, and where (FORECAST 2).

The figures of all stages tell one story. With V the value a stage's own deals are expected to bring (wins, money, or
deals reaching a stage) and v the value one more deal there would bring:

    needed  = (goal − done − Σ V of the later stages) / v      what has to come from this stage
    has     = (V + Σ V of the earlier stages) / v              its own deals and what the earlier stages will bring
    missing = needed − has = (goal − done − Σ V of all stages) / v

An earlier stage brings this one as many deals as pass the ratios between, and each is worth v here: that is why its
V, divided by v, counts its deals in this stage's own measure. A deal with a pinned chance counts for as many as its
chance is worth. So the shortfall is the same everywhere, said in each stage's own number of deals: 10 quotes, that is
20 prospects. Without timing every stage is short or none is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, exp, floor, fsum, lgamma, log, log1p, sqrt

from pipetui.core.message import Message, say, say_n

NOISE = 1e-9
"""What floating point may add to a whole number before it is rounded up."""
NEGLIGIBLE = 1e-18
"""Probabilities below this change no figure anybody sees."""
GIVE_UP = 100_000
"""More deals than anybody finds."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The open deals of a stage, as far as the goal goes."""

    name: str
    value: float
    """What they are expected to bring: wins, minor units, or deals reaching a stage."""
    unit: float
    """What one more deal here would bring; 0 when nothing comes of it."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the goal takes in one stage, in whole deals; `needed - has` is what is missing, and never below zero."""

    name: str
    needed: int | None
    """None when no number of deals here would do."""
    has: int
    """Deals there and deals to be expected from the earlier stages."""
    missing: int | None


def needs(target: float, done: float, stocks: Sequence[Stock]) -> tuple[Need, ...]:
    """What the goal takes in each stage, in the order of the pipeline."""
    total = fsum(stock.value for stock in stocks)
    earlier = 0.0
    found = []
    for stock in stocks:
        earlier += stock.value
        later = total - earlier
        found.append(_need(stock, target - done - later, earlier))
    return tuple(found)


def _need(stock: Stock, wanted: float, there: float) -> Need:
    if stock.unit <= 0:
        short = wanted - there > NOISE * max(1.0, abs(wanted))
        return Need(stock.name, None if short else 0, 0, None if short else 0)
    needed = round_up(wanted / stock.unit)
    missing = round_up((wanted - there) / stock.unit)
    has = needed - missing if missing else max(needed, floor(there / stock.unit + NOISE))
    return Need(stock.name, needed, has, missing)


def round_up(x: float) -> int:
    """The next whole number, never below zero; 30.000000000000004 is 30."""
    return max(0, ceil(x - NOISE * max(1.0, abs(x))))


def tightest(found: Sequence[Need]) -> Need | None:
    """The first stage, from Won backwards, that falls short; when every stage does, the top: there the remedy is.

    None when no stage is short.
    """
    short = [need for need in found if need.missing != 0]
    if not short:
        return None
    return found[0] if len(short) == len(found) else short[-1]


def advice(target: float, done: float, found: Sequence[Need]) -> Message:
    """One sentence: what to do, how much of it, and where."""
    if done >= target:
        return say("The goal is reached.")
    if not found:
        return say_n("Open {n} more deal.", "Open {n} more deals.", round_up(target - done))
    where = tightest(found)
    if where is None:
        return say("On average, the open deals are enough.")
    if where.missing is None:
        return say("With these ratios no deal in {stage} would do.", stage=where.name)
    if where is found[0]:
        return say_n(
            "Find {n} more deal for {stage}.",
            "Find {n} more deals for {stage}.",
            where.missing,
            stage=where.name,
        )
    return say_n(
        "Bring {n} more deal to {stage}.", "Bring {n} more deals to {stage}.", where.missing, stage=where.name
    )


def goal_chance(groups: Iterable[tuple[float, int]], wanted: int) -> float:
    """The probability that at least `wanted` deals succeed, each on its own: exact (Poisson-binomial).

    `groups` are (chance, number of deals with that chance). Only the distinct chances matter, and only the outcomes
    below `wanted`, so that many deals cost little more than few.
    """
    groups = list(groups)
    if wanted <= 0:
        return 1.0
    if sum(n for chance, n in groups if chance > 0) < wanted:
        return 0.0
    return min(max(1.0 - fsum(_below(groups, wanted)[1]), 0.0), 1.0)


def _below(groups: Iterable[tuple[float, int]], wanted: int) -> tuple[int, list[float]]:
    """Where the probabilities of fewer than `wanted` successes begin to matter, and they themselves."""
    alike = Counter[float]()
    for chance, n in groups:
        alike[min(max(chance, 0.0), 1.0)] += n
    start, mass = 0, [1.0]
    for chance, n in sorted(alike.items()):
        begin, part = _binomial(n, chance, wanted)
        start, mass = _trimmed(start + begin, _convolved(mass, part, wanted - start - begin))
    return start, mass


def _trimmed(start: int, mass: list[float]) -> tuple[int, list[float]]:
    """Without what is negligible at both ends."""
    matters = [i for i, one in enumerate(mass) if one >= NEGLIGIBLE]
    return (start + matters[0], mass[matters[0] : matters[-1] + 1]) if matters else (start, [])


def _binomial(n: int, chance: float, wanted: int) -> tuple[int, list[float]]:
    """Where the probabilities of 0, 1, 2... successes below `wanted` begin to matter, and they themselves."""
    if chance == 0 or n == 0:
        return 0, [1.0]
    if chance == 1:
        return n, [1.0] if n < wanted else []
    middle, reach = n * chance, 10 + 10 * sqrt(n * chance * (1 - chance))
    first, last = max(0, int(middle - reach)), min(n, wanted - 1, int(middle + reach))
    yes, no, ways = log(chance), log1p(-chance), lgamma(n + 1)
    return first, [
        exp(ways - lgamma(k + 1) - lgamma(n - k + 1) + k * yes + (n - k) * no) for k in range(first, last + 1)
    ]


def _convolved(left: list[float], right: list[float], length: int) -> list[float]:
    """The distribution of a sum, its first `length` entries."""
    if length <= 0 or not left or not right:
        return []
    if len(left) < len(right):
        left, right = right, left
    sums = [0.0] * min(length, len(left) + len(right) - 1)
    for i, b in enumerate(right[: len(sums)]):
        if b < NEGLIGIBLE:
            continue
        for k, a in enumerate(left[: len(sums) - i], i):
            sums[k] += a * b
    return sums


def deals_needed(
    groups: Sequence[tuple[float, int]], chance: float, wanted: int, confidence: float
) -> int | None:
    """The least number of new deals, each with this chance, that makes `wanted` successes at least so likely.

    An average is not a plan: 30 prospects that bring 3 on average bring 3 or more only 59 % of the time. None when
    more than a hundred thousand would be needed.
    """
    if goal_chance(groups, wanted) >= confidence:
        return 0
    if chance <= 0:
        return None
    start, mass = _below(groups, wanted)

    def likely(n: int) -> bool:
        """Short are those outcomes where what is there brings `start + i` and the new ones less than the rest."""
        begin, part = _binomial(n, chance, wanted)
        at_most = list(accumulate(part))
        rests = range(wanted - 1 - start - begin, -1, -1)
        last = len(at_most) - 1
        short = fsum(here * at_most[min(rest, last)] for here, rest in zip(mass, rests, strict=False) if part)
        return 1.0 - short >= confidence

    low, high = 0, 1
    while not likely(high):
        low, high = high, high * 2
        if high > GIVE_UP:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if likely(middle) else (middle, high)
    return high
