"""From one stage to the next: the ratios people declare, those their own deals show, and the ones used (FORECAST 1).

Everything comes from plain counts, so that a hundred thousand deals cost what a hundred do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, prod, sqrt
from typing import Literal

from pipetui.core.deal import Kind, Stage

Basis = Literal["default", "mixed", "your data"]

PRIOR = 8
"""The declared ratio weighs as much as so many deals."""
NEUTRAL = 0.5
"""The ratio of a stage for which nobody declared one: as many go on as do not."""
Z80 = 1.2816
"""Standard deviations to either side of the middle 80 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deals there are of one sort."""

    stage_id: int
    furthest_id: int
    """The furthest open stage they reached; 0 when none is known."""
    known: int
    """1 when their way through the stages is known, 0 when they were imported without it."""
    archived: int
    currency: str
    n: int
    amount: int
    """Sum in minor units of those that have an amount."""
    without_amount: int
    """Deals among the `n` whose amount is not known."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of the deals that reached a stage, or a later one."""

    reached: int = 0
    """All of them, those that are still there too."""
    advanced: int = 0
    """Those that reached a later stage or were won."""
    lost: int = 0
    """Those that were lost and never got further."""
    won: int = 0
    """Of all that reached it, those that were won in the end ..."""
    gone: int = 0
    """... and those lost in the end, here or later."""

    @property
    def cases(self) -> int:
        """Deals that tell something about the ratio: those still open in the stage do not yet."""
        return self.advanced + self.lost


@dataclass(frozen=True, slots=True)
class Ratio:
    """The share of deals that go on from a stage, 0 to 1."""

    stage: Stage
    observed: Observed
    used: float
    low: float
    """Lower end of the 80 % range of `used`."""
    high: float

    @property
    def declared(self) -> float:
        """What was declared for the stage, or the neutral ratio."""
        return declared(self.stage)

    @property
    def n(self) -> int:
        """The cases behind the observed ratio."""
        return self.observed.cases

    @property
    def basis(self) -> Basis:
        """What the ratio mostly is: what was declared, or what happened."""
        share = PRIOR / (self.n + PRIOR)
        return "default" if share > 0.6 else "mixed" if share >= 0.2 else "your data"


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of being won from a stage on, 0 to 1, with its 80 % range."""

    value: float
    low: float
    high: float


def declared(stage: Stage) -> float:
    """The declared ratio, or the neutral one."""
    return NEUTRAL if stage.declared_ratio is None else stage.declared_ratio


def open_stages(stages: Iterable[Stage]) -> list[Stage]:
    """The stages in use that deals go through, in order."""
    used = (stage for stage in stages if stage.kind == "open" and stage.retired_at is None)
    return sorted(used, key=lambda stage: stage.position)


def observed(stages: Sequence[Stage], tally: Iterable[Tally]) -> dict[int, Observed]:
    """What the deals with a known history did, by stage; `stages` are all of the pipeline, the retired ones too.

    A won deal reached every stage; any other one those up to the furthest it has been in, skipped ones included. A
    lost deal is lost at that furthest stage, even if it had gone back: so that the ratios of closed deals multiply to
    won / (won + lost). Only how a deal ended counts: a loss that was reopened and won is a win.
    """
    by_id = {stage.id: stage for stage in stages}
    shown = open_stages(stages)
    counts = {stage.id: Counter[str]() for stage in shown}
    for some in tally:
        if _untold(some, by_id):
            continue
        here = by_id[some.stage_id]
        furthest = by_id.get(some.furthest_id, here).position
        if here.kind == "open":
            furthest = max(furthest, here.position)
        for stage in shown:
            if here.kind == "won" or furthest >= stage.position:
                counts[stage.id].update(_outcome(some.n, here.kind, furthest > stage.position))
    return {stage_id: Observed(**count) for stage_id, count in counts.items()}


def _outcome(n: int, kind: Kind, further: bool) -> dict[str, int]:
    """What so many deals that reached a stage tell about it."""
    lost, won = kind == "lost", kind == "won"
    return {
        "reached": n,
        "advanced": n if further or won else 0,
        "lost": n if lost and not further else 0,
        "won": n if won else 0,
        "gone": n if lost else 0,
    }


def untold(stages: Sequence[Stage], tally: Iterable[Tally]) -> int:
    """The deals that say nothing about the ratios, because nobody knows which stages they went through."""
    by_id = {stage.id: stage for stage in stages}
    return sum(some.n for some in tally if _untold(some, by_id))


def _untold(some: Tally, by_id: dict[int, Stage]) -> bool:
    here = by_id.get(some.stage_id)
    return not some.known or here is None or (here.kind == "lost" and some.furthest_id not in by_id)


def ratios(stages: Sequence[Stage], tally: Iterable[Tally]) -> tuple[Ratio, ...]:
    """The ratio of every open stage in use, in order."""
    seen = observed(stages, tally)
    return tuple(_ratio(stage, seen[stage.id]) for stage in open_stages(stages))


def _ratio(stage: Stage, seen: Observed) -> Ratio:
    said = declared(stage)
    used = (seen.advanced + PRIOR * said) / (seen.cases + PRIOR) if seen.cases else said
    low, high = share_range(used, seen.cases + PRIOR)
    return Ratio(stage, seen, used, low, high)


def share_range(share: float, n: float) -> tuple[float, float]:
    """The 80 % range of a share found in n cases: logit(share) ± 1.2816 / √(n·share·(1 − share)).

    Shares of 0 and 1 are given the width of half a case, so that no number of cases makes them certain. A stage
    without a case of its own has the range of the eight deals that its declared ratio weighs.
    """
    inner = min(max(share, 0.5 / n), 1 - 0.5 / n)
    middle, width = log(inner / (1 - inner)), Z80 / sqrt(n * inner * (1 - inner))
    return min(_logistic(middle - width), share), max(_logistic(middle + width), share)


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def win_chances(ratios: Sequence[Ratio]) -> dict[int, Chance]:
    """The chance of a deal in each stage to be won: the ratios from there on, multiplied.

    The range is w·exp(±1.2816·√Σ(1 − r)/(n·r)) over the same stages, cut at 1.
    """
    return {ratio.stage.id: _chance(ratios[i:]) for i, ratio in enumerate(ratios)}


def _chance(ratios: Sequence[Ratio]) -> Chance:
    value = prod(ratio.used for ratio in ratios)
    if value == 0:
        return Chance(0.0, 0.0, max(ratio.high for ratio in ratios))
    spread = exp(Z80 * sqrt(sum((1 - ratio.used) / ((ratio.n + PRIOR) * ratio.used) for ratio in ratios)))
    return Chance(value, value / spread, min(value * spread, 1.0))


def reach_chances(ratios: Sequence[Ratio], stage: Stage) -> dict[int, float]:
    """The chance of a deal in each earlier stage to reach this one."""
    before = [ratio for ratio in ratios if ratio.stage.position < stage.position]
    return {one.stage.id: prod(ratio.used for ratio in before[i:]) for i, one in enumerate(before)}
