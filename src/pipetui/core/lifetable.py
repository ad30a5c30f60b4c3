"""The life table: how long deals stay in each stage and where they go then (FORECAST 3).

Time is cut into slices, ages into bins. A slice counts, for each stage and age bin, the deals at risk and those that
left, by where they went. Deals still open stay at risk: leaving them out makes a forecast far too rosy. Counts are
kept in millionths of a deal, in whole numbers, so that adding and taking away a stay leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, fsum, log

from pipetui.core.past import GONE, Stay

EDGES = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 545, 730, 1095)
"""The ages, in days, at which the bins begin."""
BINS = len(EDGES)
WIDTHS = (*(float(after - before) for before, after in pairwise(EDGES)), 365.0)
MIDDLES = tuple(edge + width / 2 for edge, width in zip(EDGES, WIDTHS, strict=True))
MONTH = 30.4375
"""Days of a month, on average."""
SLICES = 60
"""Older slices are forgotten."""
UNIT = 1_000_000
"""A deal in the units of the counts."""
AT_RISK = GONE
"""Stands where the next stage would: the count is of deals at risk."""
HALF_LIVES = (90.0, 180.0, 365.0, 730.0, 1e9)
USUAL_HALF_LIFE = 365.0
TESTED = 12
"""Slices, the newest ones, that the half-life is tried on."""

Cell = tuple[int, int, int]
"""Stage, bin and next, or `AT_RISK`."""
Counts = Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class Slice:
    """The counts of the time after `start` up to `end`."""

    start: float
    end: float
    counts: Counts


@dataclass(frozen=True, slots=True)
class Table:
    """Slices blended into one, in deals; every list is by stage, then by bin, then by next (stages, won, lost)."""

    at_risk: list[list[float]]
    left: list[list[list[float]]]

    def gone(self, stage: int) -> list[float]:
        """How many left the stage in each bin, wherever they went."""
        return [fsum(row) for row in self.left[stage]]

    def cases(self, stage: int) -> float:
        """How many left it in all."""
        return fsum(fsum(row) for row in self.left[stage])

    @property
    def wins(self) -> float:
        """How many were won."""
        won = len(self.at_risk)
        return fsum(row[won] for stage in self.left for row in stage)


def bin_of(age: float) -> int:
    """The bin an age in days falls into."""
    return bisect_right(EDGES, age) - 1


def edges_back(end: float, start: float, width: float = MONTH) -> list[float]:
    """The ends of the slices that reach from `end` back to `start`, oldest first."""
    found = [end]
    while found[-1] > start and len(found) <= SLICES:
        found.append(max(found[-1] - width, start))
    return found[::-1]


def add_stay(counts: Counter[Cell], stay: Stay, start: float, end: float, sign: int = 1) -> None:
    """Count what is seen of a stay after `start` up to `end`; nothing when it was over or had not begun."""
    if stay.left <= start or stay.entered > end:
        return
    stage, entered = stay.stage, stay.entered
    over = stay.left <= end
    a0, a1 = max(0.0, start - entered), max(0.0, min(stay.left, end) - entered)
    k0, k1 = bin_of(a0), bin_of(a1)
    last, unit = BINS - 1, sign * UNIT
    for k in range(k0, min(k1, last - 1) + 1):
        counts[stage, k, AT_RISK] += unit
    if k1 == last:
        counts[stage, last, AT_RISK] += sign * round((a1 - max(a0, EDGES[last])) / WIDTHS[last] * UNIT)
    if k0 < last:
        counts[stage, k0, AT_RISK] -= sign * round((a0 - EDGES[k0]) / WIDTHS[k0] * UNIT)
    if not (over and stay.next != GONE) and k1 < last:
        counts[stage, k1, AT_RISK] -= sign * round((1 - (a1 - EDGES[k1]) / WIDTHS[k1]) * UNIT)
    if over and stay.next != GONE:
        counts[stage, k1, stay.next] += unit


def slices(stays: Iterable[Stay], edges: Sequence[float]) -> list[Slice]:
    """The counts between these moments, newest first."""
    found = [Counter[Cell]() for _ in edges[1:]]
    for stay in stays:
        first = max(bisect_right(edges, stay.entered) - 1, 0)
        # Entered just as a slice ends, and left at once, it is counted in that slice.
        if first and edges[first] == stay.entered:
            first -= 1
        for at in range(first, len(found)):
            if stay.left <= edges[at]:
                break
            add_stay(found[at], stay, edges[at], edges[at + 1])
    made = [Slice(edges[at], edges[at + 1], counts) for at, counts in enumerate(found)]
    return made[::-1]


def blend(cut: Sequence[Slice], stages: int, now: float, half_life: float) -> Table:
    """The slices as one table, newer ones weighing more: half as much after `half_life` days.

    In each slice at least those who left were at risk, even where they came late.
    """
    risk: list[list[float]] = [[0.0] * BINS for _ in range(stages)]
    left = [[[0.0] * (stages + 2) for _ in range(BINS)] for _ in range(stages)]
    for one in cut:
        weight = 0.5 ** ((now - one.end) / half_life) / UNIT
        there, gone = _sums(one.counts)
        for (stage, k), n in there.items():
            risk[stage][k] += weight * max(n, gone[stage, k])
        for (stage, k, following), n in one.counts.items():
            if following != AT_RISK:
                left[stage][k][following] += weight * n
    return Table(risk, left)


def _sums(counts: Counts) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """By stage and bin: how many were at risk, how many left."""
    risk, left = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for (stage, k, following), n in counts.items():
        (risk if following == AT_RISK else left)[stage, k] += n
    return risk, left


def best_half_life(cut: Sequence[Slice], stages: int) -> float:
    """After how many days what happened counts half: what foretells the newest slices best, averaged by how well.

    Each of the newest slices is foretold from the older ones, blended by each candidate.
    """
    if len(cut) < 3:
        return USUAL_HALF_LIFE
    tested = min(TESTED, len(cut) - 2)
    tables = {half: _older(cut, stages, half, tested) for half in HALF_LIVES}
    plain = tables[HALF_LIVES[-1]]
    scores = [
        fsum(_foretold(cut[m], plain[m], tables[half][m]) for m in range(tested)) for half in HALF_LIVES
    ]
    weights = [exp(score - max(scores)) for score in scores]
    return fsum(weights) / fsum(weight / half for weight, half in zip(weights, HALF_LIVES, strict=True))


def _older(cut: Sequence[Slice], stages: int, half_life: float, tested: int) -> list[Table]:
    """For each of the newest slices, what the older ones make: what the still older ones make, faded, and one more."""
    found: list[Table] = []
    so_far = blend((), stages, cut[-1].end, half_life)
    for m in range(len(cut) - 2, -1, -1):
        older, newer = cut[m + 1], cut[m]
        one = blend((older,), stages, older.end, half_life)
        fade = 0.5 ** ((newer.start - older.start) / half_life)
        so_far = Table(
            [
                [a + fade * b for a, b in zip(*rows, strict=True)]
                for rows in zip(one.at_risk, so_far.at_risk, strict=True)
            ],
            [
                [[a + fade * b for a, b in zip(*rows, strict=True)] for rows in zip(*tables, strict=True)]
                for tables in zip(one.left, so_far.left, strict=True)
            ],
        )
        if m < tested:
            found.append(so_far)
    return found[::-1]


def _foretold(seen: Slice, plain: Table, blended: Table) -> float:
    """How likely the blended table made what was seen, as a logarithm."""
    risk, left = _sums(seen.counts)
    chances = {place: _chance(plain, blended, *place) for place in risk}
    moved = fsum(
        n / UNIT * log(chances[stage, k][following])
        for (stage, k, following), n in seen.counts.items()
        if following != AT_RISK and n
    )
    stayed = fsum(
        max(n - left[place], 0) / UNIT * log(max(1 - fsum(chances[place]), 1e-6)) for place, n in risk.items()
    )
    return moved + stayed


def _chance(plain: Table, blended: Table, stage: int, k: int) -> list[float]:
    """The chance to leave from a bin to each next, leaning on the plain table with the weight of ten deals."""
    there, here = plain.at_risk[stage][k], blended.at_risk[stage][k]
    return [
        (n + 10 * (every + 0.02) / (there + 1)) / (here + 10)
        for n, every in zip(blended.left[stage][k], plain.left[stage][k], strict=True)
    ]
