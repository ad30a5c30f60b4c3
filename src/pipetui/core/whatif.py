"""What if? The forecast with other ratios, more deals, deals moved or dropped, and what each lever would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, prod
from typing import Literal

from pipetui.core.ahead import Ahead, Candidate, Learned, Money, ahead, eventually
from pipetui.core.hazards import Hazard
from pipetui.core.horizon import Horizon
from pipetui.core.replays import times

Kind = Literal["ratio", "leads", "days", "amount"]

POINTS, LEADS, FASTER, DEARER = 0.05, 10, 5.0, 0.1
"""What the levers move: a ratio by five points, ten leads, five days, a tenth of the amounts."""
INNER = 1e-6
"""Shares nearer to 0 or 1 than this are taken for this."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Changes tried in a sandbox; nothing is written."""

    ratios: Mapping[int, float] = field(default_factory=dict)
    """The share that goes on, 0 to 1, by the place of the stage."""
    added: Mapping[int, int] = field(default_factory=dict)
    """New deals put into a stage now."""
    moved: Mapping[int, int] = field(default_factory=dict)
    """The place of the stage by deal."""
    dropped: frozenset[int] = frozenset()
    """Deals that are lost."""
    faster: float = 0.0
    """Days taken off the whole way."""
    dearer: float = 0.0
    """Part by which all amounts rise."""

    @property
    def empty(self) -> bool:
        """Whether nothing is changed."""
        return self == WhatIf()


@dataclass(frozen=True, slots=True)
class Base:
    """What the forecast was made of, to make it again."""

    learned: Learned | None
    """None where nothing is known about time: then every deal counts by its stage alone."""
    ratios: tuple[float, ...]
    """The share that goes on, by stage."""
    deals: Sequence[Candidate]
    money: Money
    share: float = 1.0
    """The part of the deals to come that counts."""


@dataclass(frozen=True, slots=True)
class Lever:
    """What one improvement would bring."""

    kind: Kind
    stage: int | None
    """For a ratio: its stage."""
    wins: float
    """More wins expected."""
    revenue: float | None
    """More revenue expected, in minor units."""
    chance: float | None
    """By how much the goal becomes more likely; None without a goal that counts wins or money."""


def tried(base: Base, change: WhatIf) -> Ahead:
    """The forecast as it would be."""
    now = base.learned.fit.now if base.learned else 0.0
    deals = [
        replace(deal, stage=change.moved[deal.id], entered=now) if deal.id in change.moved else deal
        for deal in base.deals
        if deal.id not in change.dropped
    ]
    lowest = min((deal.id for deal in base.deals), default=0)
    fresh = [place for place, n in sorted(change.added.items()) for _ in range(n)]
    traits = ("",) * max((len(deal.traits) for deal in base.deals), default=0)
    deals += [Candidate(min(lowest, 0) - 1 - at, place, now, None, traits) for at, place in enumerate(fresh)]
    money = base.money
    if change.dearer:
        worth = 1 + change.dearer
        deals = [replace(deal, amount=None if deal.amount is None else deal.amount * worth) for deal in deals]
        money = Money(
            None if money.mean is None else money.mean * worth,
            tuple((amount * worth, weight) for amount, weight in money.typical),
        )
    if base.learned is None:
        ratios = [change.ratios.get(place, ratio) for place, ratio in enumerate(base.ratios)]
        return eventually([prod(ratios[place:]) for place in range(len(ratios))], deals, money)
    return ahead(_changed(base.learned, change), deals, money, base.share)


def _changed(learned: Learned, change: WhatIf) -> Learned:
    if not change.ratios and not change.faster:
        return learned
    made = learned.fit
    hazards = list(made.hazards)
    for place, ratio in change.ratios.items():
        hazards[place] = _with_ratio(hazards[place], place, learned.shares[place].value, ratio)
    if change.faster:
        whole = fsum(hazard.days for hazard in hazards)
        pace = whole / max(whole - change.faster, whole / 2)
        hazards = [replace(hazard, rate=[rate * pace for rate in hazard.rate]) for hazard in hazards]
    horizon = Horizon(hazards, made.horizon.days)
    before = None if learned.before is None else Horizon(hazards, learned.before.days)
    coming = made.arrivals.wins(horizon)
    scale = coming.mean / made.new.mean if made.new.mean else 1.0
    return replace(
        learned,
        fit=replace(made, hazards=hazards, horizon=horizon),
        before=before,
        new=replace(learned.new, mean=learned.new.mean * scale),
    )


def _with_ratio(hazard: Hazard, place: int, was: float, becomes: float) -> Hazard:
    """The hazard with the odds of going on changed alike at every age."""
    was, becomes = (min(max(share, INNER), 1 - INNER) for share in (was, becomes))
    odds = becomes / (1 - becomes) / (was / (1 - was))
    lost = len(hazard.split[0]) - 1
    splits = []
    for split in hazard.split:
        on = fsum(split[place + 1 : lost])
        wanted = times(on, odds)
        up, down = wanted / on if on else 1.0, (1 - wanted) / (1 - on) if on < 1 else 1.0
        splits.append([one * (up if place < j < lost else down) for j, one in enumerate(split)])
    return replace(hazard, split=splits)


def levers(base: Base, wins: int | None = None, revenue: float | None = None) -> list[Lever]:
    """What +5 points on each ratio, +10 leads, -5 days and +10 % amount would bring, one by one.

    `wins` or `revenue` is what the goal still takes. Days bring nothing where no time is known.
    """
    changes: list[tuple[Kind, int | None, WhatIf]] = [
        ("ratio", place, WhatIf(ratios={place: min(ratio + POINTS, 1.0)}))
        for place, ratio in enumerate(base.ratios)
    ]
    changes += [
        ("leads", None, WhatIf(added={0: LEADS})),
        ("days", None, WhatIf(faster=FASTER)),
        ("amount", None, WhatIf(dearer=DEARER)),
    ]
    before = tried(base, WhatIf())
    return [
        _lever(kind, place, before, tried(base, change), wins, revenue) for kind, place, change in changes
    ]


def _lever(
    kind: Kind, place: int | None, before: Ahead, after: Ahead, wins: int | None, revenue: float | None
) -> Lever:
    more = chance = None
    if after.revenue is not None and before.revenue is not None:
        more = after.revenue.mean - before.revenue.mean
        if revenue is not None:
            chance = after.revenue.at_least(revenue) - before.revenue.at_least(revenue)
    if wins is not None:
        chance = after.outcomes.likely(wins) - before.outcomes.likely(wins)
    return Lever(kind, place, after.wins.mean - before.wins.mean, more, chance)
