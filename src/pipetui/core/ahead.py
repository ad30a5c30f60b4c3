"""What a period will bring: the model learned from the past, laid over the deals that are open now (FORECAST 3 to 7).

Learning takes a while with many deals and is done apart, now and then; looking ahead with what was learned is quick,
so that the figures follow every move.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TypeVar

from pipetui.core import jumps, rivals
from pipetui.core.arrivals import NewWins
from pipetui.core.cases import CaseTable, case_table
from pipetui.core.effort import Earnings, Outcomes, Timing, timings
from pipetui.core.fit import Declared, Fit, Timeline
from pipetui.core.flow import Strain, strains
from pipetui.core.horizon import Horizon
from pipetui.core.replays import Factors, Replay, applied, factors, replays, shock
from pipetui.core.totals import Payments, Spread, laid_over, revenue, wins

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open deal that may be won."""

    id: int
    stage: int
    """Its place among the open stages."""
    entered: float
    """When it came there, in days since 1970."""
    amount: float | None
    """Minor units of the forecast's currency; None when it is not known."""
    traits: tuple[str, ...] = ()
    """Its value for each variable of the segments."""
    pinned: float | None = None
    """Its chance as somebody set it by hand."""


@dataclass(frozen=True, slots=True)
class Track:
    """A replay and what came of it, for the record."""

    now: float
    low: float
    high: float
    mean: float
    seen: int


@dataclass(frozen=True, slots=True)
class Learned:
    """All that the past teaches, as of a moment and for a period."""

    fit: Fit
    before: Horizon | None
    """The time until the period begins, when it has not yet: what is won then does not count."""
    new: NewWins
    """Wins in the period from deals to come."""
    factors: Factors
    sigma: float
    """How much good and bad months move all deals together."""
    shares: list[jumps.Share]
    """By stage: the share that goes on."""
    chain: list[jumps.Share]
    """By stage: the chance of being won in the end."""
    timings: list[Timing]
    strains: list[Strain]
    track: tuple[Track, ...]
    """The replays, newest first."""
    cases: CaseTable
    instead: Mapping[int, float] | None
    """Chances by deal from a simpler method, when the users of the store prefer one."""
    ended: float
    """Stays that are over: without any, nothing is known but what was declared."""

    def chance(self, deal: Candidate) -> float:
        """Of a deal to be won within the period."""
        if deal.pinned is not None:
            return deal.pinned
        if self.instead is not None and deal.id in self.instead:
            return self.instead[deal.id]
        age = self.fit.now - deal.entered
        chance = self.fit.horizon.chance(deal.stage, age)
        if self.before is not None:
            chance = max(chance - self.before.chance(deal.stage, age), 0.0)
        return applied(chance, deal.traits, self.factors)

    def fresh(self, stage: int) -> float:
        """Of a deal that enters the stage now."""
        chance = self.fit.horizon.fresh(stage)
        return max(chance - self.before.fresh(stage), 0.0) if self.before is not None else chance


def learn(
    timeline: Timeline,
    now: float,
    days: float,
    declared: Declared,
    variables: int = 0,
    wait: float = 0.0,
    method: str = "",
) -> Learned:
    """Learn everything from what was known at `now`, for a period that ends in `days` and begins in `wait` days.

    `method` is one of `rivals`, for who prefers its chances.
    """
    made = timeline.fit(now, days, declared)
    again: list[Replay] = replays(timeline, now, days, declared) if days > 0 else []
    found, again = factors(again, variables)
    sigma = shock(again, made.table.wins)
    shares = jumps.ratios(made.table, made.hazards, declared.ratios)
    before = Horizon(made.hazards, wait) if wait > 0 else None
    new = made.new
    if before is not None:
        early = made.arrivals.wins(before)
        new = NewWins(max(new.mean - early.mean, 0.0), new.dispersion)
    instead = rivals.chances(timeline.past.until(now), now, days).get(method) if method else None
    return Learned(
        fit=made,
        before=before,
        new=new,
        factors=found,
        sigma=sigma,
        shares=shares,
        chain=jumps.chances(made.table, made.hazards, shares),
        timings=timings(made.hazards),
        strains=strains(timeline, made, shares),
        track=tuple(_track(one) for one in again),
        cases=case_table(timeline.past, now, days),
        instead=instead,
        ended=fsum(made.table.cases(s) for s in range(timeline.past.stages)),
    )


def _track(one: Replay) -> Track:
    groups = [(case.chance, 1) for case in one.cases]
    new = NewWins(one.new_mean, one.new_variance / one.new_mean if one.new_mean else 1.0)
    spread = wins(groups, new, shock((), one.learned_wins))
    return Track(one.now, spread.low, spread.high, one.mean, one.seen)


@dataclass(frozen=True, slots=True)
class Money:
    """What wins are worth, in minor units."""

    mean: float | None
    """Stands for an amount that is not known; None when no amount is known at all."""
    typical: tuple[tuple[float, float], ...] = ()
    """Amounts of won deals with weights that sum to 1, for the deals to come; empty for the mean alone."""

    @property
    def per_win(self) -> float | None:
        """Of a deal to come, once it is won."""
        return fsum(amount * weight for amount, weight in self.typical) if self.typical else self.mean

    def earnings(self, spread: Spread | None) -> Earnings | None:
        """A distribution of revenue with what a new deal would add to it."""
        if spread is None or self.mean is None or self.per_win is None:
            return None
        mean = fsum(at * spread.step * share for at, share in enumerate(spread.pmf))
        squares = fsum((at * spread.step) ** 2 * share for at, share in enumerate(spread.pmf))
        squared = (
            fsum(amount**2 * weight for amount, weight in self.typical) if self.typical else self.mean**2
        )
        return Earnings(spread.mean, max(squares - mean**2, 0.0), self.per_win, squared)

    def spread(
        self, deals: Sequence[Candidate], chances: Mapping[int, float], new: NewWins, sigma: float
    ) -> Spread | None:
        """The distribution of the revenue; None when no amount is known at all."""
        if self.mean is None:
            return None
        alike = Counter(
            (chances[deal.id], self.mean if deal.amount is None else deal.amount) for deal in deals
        )
        paid = [(chance, amount, n) for (chance, amount), n in alike.items()]
        return revenue(Payments(paid, self.typical or ((self.mean, 1.0),)), new, sigma)


@dataclass(frozen=True, slots=True)
class Part:
    """What some deals add to the expectation."""

    wins: float
    revenue: float | None
    """Minor units; None when no amount is known at all."""
    deals: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the period will bring."""

    wins: Spread
    revenue: Spread | None
    """None when no amount is known at all."""
    new: Part
    """Deals to come."""
    chances: Mapping[int, float]
    """By deal: of being won within the period."""
    outcomes: Outcomes
    earnings: Earnings | None
    """None when no amount is known at all."""
    fresh: tuple[float, ...]
    """By stage: the chance of a deal that enters it now."""
    by_stage: Mapping[int, Part]
    by_trait: tuple[Mapping[str, Part], ...]
    """By variable of the segments, then by value; with the deals to come they add up to the headline."""


def ahead(learned: Learned, deals: Sequence[Candidate], money: Money, share: float = 1.0) -> Ahead:
    """Lay what was learned over the open deals; `share` is the part of the deals to come that counts here."""
    chances = {deal.id: learned.chance(deal) for deal in deals}
    new = NewWins(learned.new.mean * share, 1 + (learned.new.dispersion - 1) * share)
    fresh = tuple(learned.fresh(s) for s in range(len(learned.shares)))
    return _laid(deals, chances, new, fresh, money, learned.sigma)


def eventually(by_stage: Sequence[float], deals: Sequence[Candidate], money: Money) -> Ahead:
    """The same without time, each deal on its own, by the chance of its stage: all that can be said without a past."""
    chances = {deal.id: by_stage[deal.stage] if deal.pinned is None else deal.pinned for deal in deals}
    return _laid(deals, chances, NewWins(0.0, 1.0), tuple(by_stage), money, 0.0)


def _laid(
    deals: Sequence[Candidate],
    chances: Mapping[int, float],
    new: NewWins,
    fresh: tuple[float, ...],
    money: Money,
    sigma: float,
) -> Ahead:
    outcomes = Outcomes.of([(chances[deal.id], 1) for deal in deals], new, sigma)
    spread = money.spread(deals, chances, new, sigma)
    variables = max((len(deal.traits) for deal in deals), default=0)
    return Ahead(
        wins=laid_over(outcomes.parts, fsum(chances.values()) + new.mean),
        revenue=spread,
        new=Part(new.mean, None if money.per_win is None else new.mean * money.per_win, 0),
        chances=chances,
        outcomes=outcomes,
        earnings=money.earnings(spread),
        fresh=fresh,
        by_stage=_parts(((deal.stage, deal) for deal in deals), chances, money.mean),
        by_trait=tuple(
            _parts(((deal.traits[at], deal) for deal in deals), chances, money.mean)
            for at in range(variables)
        ),
    )


def _parts(
    keyed: Iterable[tuple[K, Candidate]], chances: Mapping[int, float], mean: float | None
) -> dict[K, Part]:
    groups: dict[K, list[Candidate]] = defaultdict(list)
    for key, deal in keyed:
        groups[key].append(deal)
    return {key: _part(some, chances, mean) for key, some in groups.items()}


def _part(deals: Sequence[Candidate], chances: Mapping[int, float], mean: float | None) -> Part:
    money = None
    if mean is not None:
        money = fsum(chances[deal.id] * (mean if deal.amount is None else deal.amount) for deal in deals)
    return Part(fsum(chances[deal.id] for deal in deals), money, len(deals))
