"""The forecast's model as of a moment: life table, hazards, chances and arrivals, from what was known then.

A `Timeline` cuts the past into calendar months once, so that looking at it from many moments stays cheap: what a
month shows at its end never changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf, prod
from typing import TYPE_CHECKING

from pipetui.core.arrivals import Arrivals, NewWins, arrivals
from pipetui.core.hazards import Hazard, hazards
from pipetui.core.horizon import Horizon
from pipetui.core.lifetable import (
    SLICES,
    Cell,
    Slice,
    Table,
    add_stay,
    best_half_life,
    blend,
)
from pipetui.core.past import Life, Past, Stay

if TYPE_CHECKING:
    from pipetui.core.replays import Replay


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared for the open stages, in their order."""

    ratios: tuple[float, ...]
    """Share of deals that go on to the next."""
    days: tuple[float, ...]
    """Typical days in the stage."""

    @property
    def chances(self) -> tuple[float, ...]:
        """Of being won, from each stage: the ratios from there on, multiplied."""
        return tuple(prod(self.ratios[s:]) for s in range(len(self.ratios)))


class Timeline:
    """A past and the moments its months begin, seen from any moment."""

    def __init__(
        self, past: Past, months: Sequence[float], counted: Callable[[float], Slice | None] = lambda _: None
    ) -> None:
        """`months` are the moments at which slices end, in order; `counted` knows slices by their start, if any."""
        self.past = past
        self.edges = tuple(months)
        self._counted = counted
        self._fits: dict[tuple[float, float, Declared], Fit] = {}
        self._half_lives: dict[float, float] = {}
        self.replayed: dict[tuple[float, float, Declared], Replay] = {}
        """Replays made already: by moment, days ahead and what was declared; they never change."""

    @cached_property
    def _by_month(self) -> list[list[Stay]]:
        """The stays that overlap each month."""
        found: list[list[Stay]] = [[] for _ in self.edges]
        edges, last = self.edges, len(self.edges) - 1
        for stay in self.past.stays():
            at = max(bisect_right(edges, stay.entered) - 1, 0)
            while at <= last and stay.left >= edges[at]:
                found[at].append(stay)
                at += 1
        return found

    @cached_property
    def _months(self) -> list[Slice]:
        """The whole months, oldest first."""
        found = []
        for at, (start, end) in enumerate(pairwise(self.edges)):
            found.append(self._counted(start) or _slice(self._by_month[at], start, end))
        return found

    @cached_property
    def _ends(self) -> list[float]:
        return [life.end for life in self.past.lives]

    def slices(self, now: float) -> list[Slice]:
        """What was known then by months, newest first; the first one is the month so far."""
        at = max(bisect_right(self.edges, now) - 1, 0)
        whole = self._months[max(at - SLICES + 1, 0) : at]
        if not self.edges or self.edges[at] >= now:
            return whole[::-1]
        return [_slice(self._by_month[at], self.edges[at], now), *reversed(whole)]

    def standing(self, now: float) -> Iterator[tuple[Life, Stay]]:
        """The deals that were open then, and where."""
        born = bisect_right(self._births, (now, inf))
        for life, end in zip(self.past.lives[:born], self._ends, strict=False):
            if end > now and (stay := life.at(now)) is not None:
                yield life, stay

    @cached_property
    def last(self) -> float:
        """When something happened last: a deal came, moved or was closed; minus infinity before the first."""
        stays = self.past.stays()
        return max((stay.left if stay.left < inf else stay.entered for stay in stays), default=-inf)

    @cached_property
    def _births(self) -> list[tuple[float, int]]:
        return [(life.stays[0].entered, life.stays[0].stage) for life in self.past.lives]

    @cached_property
    def _signed(self) -> list[float]:
        """When deals were won, in order."""
        won = self.past.won
        return sorted(stay.left for stay in self.past.stays() if stay.next == won)

    def births(self, after: float, until: float) -> list[tuple[float, int]]:
        """The deals that came after the one moment, up to the other: when, and in which stage."""
        first, last = (bisect_right(self._births, (moment, inf)) for moment in (after, until))
        return self._births[first:last]

    def entered(self, after: float, until: float) -> Iterator[Stay]:
        """The stays that began after the one moment, up to the other."""
        for stay in self.past.stays():
            if after < stay.entered <= until:
                yield stay

    def wins(self, after: float, until: float) -> int:
        """The deals signed after the one moment, up to the other."""
        return bisect_right(self._signed, until) - bisect_right(self._signed, after)

    def half_life(self, now: float) -> float:
        """After how many days the past counts half, by the whole months before."""
        at = max(bisect_right(self.edges, now) - 1, 0)
        key = self.edges[at] if self.edges else 0.0
        if key not in self._half_lives:
            whole = self._months[max(at - SLICES + 1, 0) : at][::-1]
            self._half_lives[key] = best_half_life(whole, self.past.stages)
        return self._half_lives[key]

    def fit(self, now: float, days: float, declared: Declared) -> Fit:
        """The model as of then for so many days ahead; asked for again it costs nothing."""
        key = (now, days, declared)
        if key not in self._fits:
            self._fits[key] = fit(self, now, days, declared)
        return self._fits[key]


def _slice(stays: Sequence[Stay], start: float, end: float) -> Slice:
    counts = Counter[Cell]()
    for stay in stays:
        add_stay(counts, stay, start, end)
    return Slice(start, end, counts)


@dataclass(frozen=True, slots=True)
class Fit:
    """The model as of a moment."""

    now: float
    half_life: float
    table: Table
    hazards: list[Hazard]
    horizon: Horizon
    arrivals: Arrivals
    new: NewWins
    """Wins within the horizon from deals to come."""

    def chance(self, stay: Stay) -> float:
        """Of a deal that stands there to be won within the horizon."""
        return self.horizon.chance(stay.stage, self.now - stay.entered)


def fit(
    timeline: Timeline, now: float, days: float, declared: Declared, half_life: float | None = None
) -> Fit:
    """Learn from what was known at a moment, for `days` ahead. Nothing that came later has a part in it."""
    stages = timeline.past.stages
    half = timeline.half_life(now) if half_life is None else half_life
    table = blend(timeline.slices(now), stages, now, half)
    found = hazards(table, declared.chances, declared.days)
    horizon = Horizon(found, days)
    coming = arrivals(timeline.births(now - 400, now), stages, now, min(timeline.past.start, now))
    return Fit(now, half, table, found, horizon, coming, coming.wins(horizon))
