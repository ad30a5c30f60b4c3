"""From stage to stage in the end, whatever the time it takes: ratios and win chances with their ranges (FORECAST 7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp, fsum, log, sqrt

from pipetui.core.funnel import Z80
from pipetui.core.hazards import DEALS, Hazard
from pipetui.core.lifetable import BINS, EDGES, WIDTHS, Table

ENOUGH = 10
"""Deals at risk below which an age says little."""
LONG, LONGEST = 60.0, 730.0
"""A deal that is still in its stage after four usual stays, and after this many days, is stuck."""
SWEEPS = 200


@dataclass(frozen=True, slots=True)
class Share:
    """A share of deals, 0 to 1, its 80 % range and how many deals stand behind it."""

    value: float
    low: float
    high: float
    n: float
    """Cases, newer ones weighing more, and the eight that the declared ratio weighs."""


Jumps = list[list[float]]
"""By stage, by next: the chance that a deal ever goes there from here; what is left is stuck."""


def jumps(table: Table, hazards: Sequence[Hazard]) -> Jumps:
    """The chances to leave each stage, by next, before a deal is stuck: Σ over the ages of surviving · leaving."""
    return [_jump(table.at_risk[s], hazard) for s, hazard in enumerate(hazards)]


def _jump(at_risk: Sequence[float], hazard: Hazard) -> list[float]:
    known = max((EDGES[k] + WIDTHS[k] for k in range(BINS) if at_risk[k] >= ENOUGH), default=0.0)
    stuck = min(max(known, 4 * hazard.days, LONG), LONGEST)
    found = [0.0] * len(hazard.chance[0])
    there = 1.0
    for k in range(BINS):
        if EDGES[k] >= stuck:
            break
        for j, chance in enumerate(hazard.chance[k]):
            found[j] += there * chance
        there *= 1 - fsum(hazard.chance[k])
    return found


def win_chances(found: Jumps) -> list[float]:
    """By stage: w = (I - J)⁻¹·J_W, the chance of being won in the end."""
    stages = len(found)
    return _absorbed(found, range(stages), {stages})


def advance_ratios(found: Jumps) -> list[float]:
    """By stage: the chance of ever reaching a later one, or of being won."""
    stages = len(found)
    return [_absorbed(found, range(s + 1), set(range(s + 1, stages + 1)))[s] for s in range(stages)]


def _absorbed(found: Jumps, among: Sequence[int], goal: Collection[int]) -> list[float]:
    """By stage among these: the chance to end in the goal, moving about among them (x = b + J·x, by sweeps)."""
    direct = [fsum(found[s][j] for j in goal) for s in among]
    chances = list(direct)
    for _ in range(SWEEPS):
        before = list(chances)
        for s in reversed(among):
            chances[s] = direct[s] + fsum(found[s][j] * chances[j] for j in among)
        if chances == before:
            break
    return [min(chance, 1.0) for chance in chances]


def ratios(table: Table, hazards: Sequence[Hazard], declared: Sequence[float]) -> list[Share]:
    """The share of deals that go on from each stage; a stage without a case has its declared ratio as it is.

    The 80 % range is logit(r) ± 1.2816 / √(n·r·(1 - r)).
    """
    stages = len(hazards)
    values = advance_ratios(jumps(table, hazards))
    found = []
    for s, value in enumerate(values):
        exits = fsum(fsum(row[s + 1 :]) for row in table.left[s])
        used = value if table.cases(s) else declared[s]
        n = exits + DEALS
        inner = min(max(used, 0.5 / n), 1 - 0.5 / n)
        middle, width = log(inner / (1 - inner)), Z80 / sqrt(n * inner * (1 - inner))
        found.append(
            Share(used, min(_logistic(middle - width), used), max(_logistic(middle + width), used), n)
        )
    assert len(found) == stages
    return found


def chances(table: Table, hazards: Sequence[Hazard], shares: Sequence[Share]) -> list[Share]:
    """The chance of being won from each stage on: w·exp(± 1.2816·√Σ(1 - r)/(n·r)) over the stages from there.

    Where no later stage has a case either, it is the declared ratios multiplied.
    """
    found = jumps(table, hazards)
    for s in range(len(hazards)):
        if not table.cases(s):
            found[s] = _as_declared(shares[s].value, s, len(hazards))
    values = win_chances(found)
    made = []
    for s, value in enumerate(values):
        ahead = shares[s:]
        if value <= 0 or any(share.value <= 0 for share in ahead):
            made.append(Share(value, 0.0, max((share.high for share in ahead), default=value), shares[s].n))
            continue
        spread = exp(Z80 * sqrt(fsum((1 - share.value) / (share.n * share.value) for share in ahead)))
        made.append(Share(value, value / spread, min(value * spread, 1.0), shares[s].n))
    return made


def _as_declared(ratio: float, stage: int, stages: int) -> list[float]:
    jump = [0.0] * (stages + 2)
    jump[stage + 1], jump[stages + 1] = ratio, 1 - ratio
    return jump


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))
