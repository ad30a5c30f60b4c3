"""The simpler methods the forecast is measured against (FORECAST 9), as sales teams and other programs use them.

For each deal: textbook weights by stage, the win rate of closed deals, and the naive Bayes of a well-known open CRM.
They say whether a deal is won, not when; so each comes a second time, scaled by the share of wins that came in time.
For the number of wins: as many as last time, and the mean of the last three times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from math import inf
from statistics import fmean

from pipetui.core.past import Past

RANK, CLOSED, BAYES = "stage rank", "closed deals", "naive Bayes"
IN_TIME = ", in time"
"""Added to the name of a method whose chances are scaled."""
LAST, LAST_THREE = "last period", "last three"
PERIODS = 3
CUTS = 12
"""Earlier moments at which the share of wins in time is looked at."""
PATIENCE = 3
"""So many times `days` a cut lies back at least, where the history allows."""
FEW = 5
"""With fewer wins from a stage, all stages together say what share came in time."""
SMOOTHING = 0.1
"""Added by naive Bayes to each count, so that none is zero."""
SUREST = 0.01, 0.99
"""The chances naive Bayes stays between."""

Trait = tuple[int, str]
"""Which variable of the segments, and its value."""
Method = Callable[[int, tuple[str, ...]], float]
"""The chance of a deal to be won one day, from its stage and its traits."""


@dataclass(frozen=True, slots=True)
class _Closed:
    """Deals that were won or lost."""

    won: int
    lost: list[int]
    """By stage: those that had reached it, or a later one."""
    won_with: Counter[Trait]
    lost_with: Counter[Trait]


@dataclass(frozen=True, slots=True)
class _Known:
    """What all methods are made from, gathered in one pass."""

    open: list[tuple[int, int, tuple[str, ...]]]
    """Id, stage and traits."""
    closed: _Closed


def chances(known: Past, now: float, days: float) -> dict[str, dict[int, float]]:
    """By method, then by deal open at `now`: the chance to be won; `known` ends at `now`.

    Each method says it once for good and once, `IN_TIME`, for the next `days`.
    """
    found = _known(known, now)
    shares = _shares_in_time(known, now, days)
    methods: dict[str, Method] = {
        RANK: _stage_rank(known.stages),
        CLOSED: _closed_deals(found.closed),
        BAYES: _naive_bayes(found.closed),
    }
    said = {}
    for name, method in methods.items():
        ever = {deal: method(stage, traits) for deal, stage, traits in found.open}
        said[name] = ever
        said[name + IN_TIME] = {deal: ever[deal] * shares[stage] for deal, stage, _ in found.open}
    return said


def periods(known: Past, now: float, days: float) -> dict[str, float]:
    """The wins of the `days` up to now, and the mean of the last three such periods.

    Periods that begin before the history does are left out of the mean, except for the last one.
    """
    wins = Counter[int]()
    for life in known.lives:
        if now - life.end < PERIODS * days:
            ages = (now - stay.left for stay in life.stays if stay.next == known.won)
            wins.update({int(age / days) for age in ages if 0 <= age < PERIODS * days})
    whole = [wins[i] for i in range(PERIODS) if i == 0 or now - (i + 1) * days >= known.start]
    return {LAST: float(wins[0]), LAST_THREE: fmean(whole)}


def _known(known: Past, now: float) -> _Known:
    still_open = []
    won, lost = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    furthest = [0] * known.stages
    for life in known.lives:
        stay = life.at(now)
        if stay is not None:
            still_open.append((life.id, stay.stage, life.traits))
        elif life.stays[-1].next == known.won:
            won[life.traits] += 1
        elif life.stays[-1].next == known.lost:
            furthest[max(one.stage for one in life.stays)] += 1
            lost[life.traits] += 1
    reached = [sum(furthest[stage:]) for stage in range(known.stages)]
    return _Known(still_open, _Closed(won.total(), reached, _by_trait(won), _by_trait(lost)))


def _by_trait(alike: Counter[tuple[str, ...]]) -> Counter[Trait]:
    """From deals with the same values in all variables to those with the same value in one."""
    counts = Counter[Trait]()
    for traits, n in alike.items():
        for trait in _traits(traits):
            counts[trait] += n
    return counts


def _traits(values: Iterable[str]) -> Iterable[Trait]:
    return ((i, value) for i, value in enumerate(values) if value)


def _stage_rank(stages: int) -> Method:
    """(rank + 1) / (stages + 1): a third, two thirds... whatever happened."""
    return lambda stage, _: (stage + 1) / (stages + 1)


def _closed_deals(closed: _Closed) -> Method:
    """(won + ½) / (won + lost + 1) of the closed deals that reached the stage, a later one, or were won."""
    return lambda stage, _: (closed.won + 0.5) / (closed.won + closed.lost[stage] + 1)


def _naive_bayes(closed: _Closed) -> Method:
    """W / (W + L), with W = P(won)·Π P(value | won) over the stage reached and the traits, and L alike for lost.

    A won deal counts for every stage, a lost one up to the furthest it reached. A value of a trait never seen on a
    closed deal says nothing.
    """
    seen = closed.won_with.keys() | closed.lost_with.keys()
    won_sums, lost_sums = _sums(closed.won_with, seen), _sums(closed.lost_with, seen)

    @cache
    def chance(stage: int, traits: tuple[str, ...]) -> float:
        # P(lost)·P(stage | lost) = lost/all · reached/lost, and likewise for won: only the counts of the stage remain.
        for_won, for_lost = closed.won + SMOOTHING, closed.lost[stage] + SMOOTHING
        for trait in _traits(traits):
            if trait in seen:
                for_won *= (closed.won_with[trait] + SMOOTHING) / won_sums[trait[0]]
                for_lost *= (closed.lost_with[trait] + SMOOTHING) / lost_sums[trait[0]]
        low, high = SUREST
        return min(max(for_won / (for_won + for_lost), low), high)

    return chance


def _sums(counts: Counter[Trait], seen: Iterable[Trait]) -> dict[int, float]:
    """By variable: all its values, smoothed."""
    sums = Counter[int]()
    values = Counter[int]()
    for trait in seen:
        sums[trait[0]] += counts[trait]
        values[trait[0]] += 1
    return {variable: sums[variable] + SMOOTHING * n for variable, n in values.items()}


def _cuts(now: float, days: float, start: float, back: int) -> list[float]:
    return [cut for i in range(CUTS) if (cut := now - days * (back + i / 2)) >= start][::-1]


def _shares_in_time(known: Past, now: float, days: float) -> list[float]:
    """By stage: of the deals there at an earlier cut that were signed by now, the share signed within `days` of it.

    The cuts lie half of `days` apart, far enough back that late wins had time to come; in a short history nearer.
    Without any case the share is 1.
    """
    cuts = _cuts(now, days, known.start, PATIENCE) or _cuts(now, days, known.start, 1)
    cases, in_time = [0] * known.stages, [0] * known.stages
    for life in known.lives if cuts else ():
        if life.end <= cuts[0]:
            continue
        signed = inf
        for stay in reversed(life.stays):
            if stay.next == known.won:
                signed = stay.left
            if signed < inf:
                first, last = bisect_left(cuts, stay.entered), bisect_left(cuts, stay.left)
                cases[stay.stage] += last - first
                in_time[stay.stage] += max(last - max(first, bisect_left(cuts, signed - days)), 0)
    overall = sum(in_time) / sum(cases) if any(cases) else 1.0
    return [soon / n if n >= FEW else overall for soon, n in zip(in_time, cases, strict=True)]
