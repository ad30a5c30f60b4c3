"""Where deals get stuck, whatever the goal: stages that let fewer through than they used to, and stages that fill up
(FORECAST 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

from pipetui.core.fit import Fit, Timeline
from pipetui.core.funnel import share_range
from pipetui.core.jumps import Share
from pipetui.core.lifetable import blend

LATELY = 90.0
"""Days looked at."""
FULL = 1.5
"""A stage is full when it holds so many times what comes in during an average stay."""
FEW = 5
"""Cases, or deals, below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Strain:
    """Something that holds deals up in a stage."""

    stage: int
    kind: Literal["fewer go on", "fills up"]
    now: float
    """The share that goes on lately, or the deals there."""
    usual: float
    """The share in the long run, or the deals one would expect there."""
    n: int
    """Cases, or deals."""


def strains(timeline: Timeline, made: Fit, shares: Sequence[Share]) -> list[Strain]:
    """What is tight in the flow of the last 90 days, stage by stage."""
    return [*_fewer(timeline, made, shares), *_full(timeline, made)]


def _fewer(timeline: Timeline, made: Fit, shares: Sequence[Share]) -> list[Strain]:
    """Stages whose 80 % range of the last days lies below the long run."""
    recent = [one for one in timeline.slices(made.now) if one.start >= made.now - LATELY]
    table = blend(recent, len(shares), made.now, 1e9)
    found = []
    for s, share in enumerate(shares):
        on = fsum(fsum(row[s + 1 : len(shares) + 1]) for row in table.left[s])
        cases = fsum(fsum(row[s + 1 :]) for row in table.left[s])
        if cases >= FEW and share_range(on / cases, cases)[1] < share.value:
            found.append(Strain(s, "fewer go on", on / cases, share.value, round(cases)))
    return found


def _full(timeline: Timeline, made: Fit) -> list[Strain]:
    """Stages that hold more than 1.5 × entries a day × average stay."""
    since = max(made.now - LATELY, timeline.past.start)
    days = made.now - since
    if days < LATELY / 3:
        return []
    stages = timeline.past.stages
    stock, entered = [0] * stages, [0] * stages
    for _, stay in timeline.standing(made.now):
        stock[stay.stage] += 1
    for stay in timeline.entered(since, made.now):
        entered[stay.stage] += 1
    found = []
    for s, hazard in enumerate(made.hazards):
        usual = entered[s] / days * hazard.days
        if stock[s] >= FEW and stock[s] > FULL * usual:
            found.append(Strain(s, "fills up", stock[s], usual, stock[s]))
    return found
