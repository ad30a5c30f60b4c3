"""The answer to one question: will we make the number, and if not, what is missing, and where?

One `Forecast` feeds the pane and the command line. It is a pure function of counts, so that it takes no longer with a
hundred thousand deals than with a hundred. Money is in minor units of one currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Any

from pipetui.core.ahead import Ahead, Candidate, Learned, Money
from pipetui.core.book import Book, Worth, pile
from pipetui.core.cases import Cases
from pipetui.core.deal import Goal, Stage
from pipetui.core.funnel import Chance, Ratio, ratios, untold, win_chances
from pipetui.core.message import Message, say
from pipetui.core.money import Money as Sum
from pipetui.core.outlook import Outlook, outlook, timed
from pipetui.core.plan import Need
from pipetui.core.replays import Factor
from pipetui.core.whatif import Base, WhatIf, tried

if TYPE_CHECKING:
    from pipetui.core.moment import Period


@dataclass(frozen=True, slots=True)
class StageForecast:
    """What stands in one stage and what is expected of it."""

    ratio: Ratio
    """Of going on to the next."""
    chance: Chance
    """Of being won from here."""
    open: int
    amount: float
    """Sum of the amounts known, converted."""
    wins: float
    """Expected."""
    revenue: float | None
    """Expected; None when no amount is known at all."""
    need: Need | None
    """What the goal takes here; None without a goal, or past the stage it aims at."""

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.ratio.stage


@dataclass(frozen=True, slots=True)
class DealForecast:
    """The chance of one deal and what it adds to the totals."""

    id: int
    chance: float
    """Of being won within the period, once that is known; in the end, before."""
    amount: float | None
    """Converted; the mean where it is not known, 0 without a rate, None when no amount is known at all."""
    pinned: bool
    cases: Cases
    """What became of deals alike."""
    factors: tuple[tuple[str, Factor], ...] = ()
    """How its segments fare, by their value."""

    @property
    def contribution(self) -> float | None:
        """Expected revenue; its share of the expected wins is its chance."""
        return None if self.amount is None else self.chance * self.amount


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the figures leave out, or hold only by a stand-in."""

    why: Message
    count: int
    money: Sum | None = None
    open_without_amount: bool = False
    """Whether they are the open deals whose amount is not known."""


@dataclass(frozen=True)
class Forecast:
    """The whole answer as of a moment."""

    as_of: datetime
    period: Period
    pipeline: str
    currency: str
    stages: tuple[StageForecast, ...]
    won: int
    """In the period."""
    won_revenue: float
    wins: float
    """Expected of the open deals, whenever they close."""
    revenue: float | None
    goal: Outlook | None
    deals: tuple[DealForecast, ...]
    left_out: tuple[LeftOut, ...]
    ahead: Ahead | None = None
    """What the period brings, with ranges; None until the open deals were looked at one by one."""
    base: Base | None = None
    """What it was made of, to try changes; `base.learned` is what the past teaches about time."""
    paces: tuple[int, ...] = ()
    """Wins in the periods before this one, the nearest first."""

    @cached_property
    def by_deal(self) -> Mapping[int, DealForecast]:
        """The open deals by number."""
        return {deal.id: deal for deal in self.deals}

    @property
    def chances(self) -> Mapping[int, float]:
        """By open stage: the win chance, 0 to 1."""
        return {one.stage.id: one.chance.value for one in self.stages}

    def without_chance(self) -> Forecast:
        """The same, saying nothing of how likely the goal is: for who will know better in a moment."""
        return self if self.goal is None else replace(self, goal=replace(self.goal, chance=None, for_80=None))

    def to_json(self, told: Callable[[Message], str] = str) -> dict[str, Any]:
        """The shape scripts read: amounts are decimal text, what is not known is None."""
        from pipetui.core.forecast_json import shape

        return shape(self, told)


def forecast(
    book: Book,
    *,
    as_of: datetime,
    period: Period,
    pipeline: str,
    goal: Goal | None = None,
    learned: Learned | None = None,
) -> Forecast:
    """The forecast of a pipeline; `goal` is the target of the period, if there is one.

    With the open deals in the book it tells ranges; with what was `learned`, within the period.
    """
    found = ratios(book.stages, book.tally)
    chances = win_chances(found)
    if learned is not None and not learned.ended:
        learned = None
    if learned is not None:
        found, chances = _learned_ratios(found, learned)
    worth = Worth(book)
    piles = [pile(book, ratio.stage.id, chances[ratio.stage.id].value, worth) for ratio in found]
    if period.end is None:
        learned = None
    base = _base(book, found, worth, learned) if book.each else None
    coming = None if base is None else tried(base, WhatIf())
    aimed = None if goal is None else outlook(book, goal, found, piles, worth)
    if aimed is not None and coming is not None:
        aimed = timed(aimed, coming, [ratio.stage for ratio in found], learned, period)
    needs: Mapping[int, Need] = aimed.needs if aimed else {}
    stages = tuple(
        StageForecast(
            ratio,
            chances[some.stage_id],
            some.open,
            some.amount,
            some.wins,
            some.revenue,
            needs.get(some.stage_id),
        )
        for ratio, some in zip(found, piles, strict=True)
    )
    return Forecast(
        as_of=as_of,
        period=period,
        pipeline=pipeline,
        currency=book.currency,
        stages=stages,
        won=sum(some.n for some in book.won),
        won_revenue=worth.total(book.won),
        wins=fsum(some.wins for some in piles),
        revenue=None if worth.mean is None else fsum(some.revenue or 0.0 for some in piles),
        goal=aimed,
        deals=tuple(_deals(book, stages, worth, coming, learned)),
        left_out=tuple(_left_out(book, worth)),
        ahead=coming,
        base=base,
        paces=tuple(book.paces),
    )


def _learned_ratios(found: Sequence[Ratio], learned: Learned) -> tuple[tuple[Ratio, ...], dict[int, Chance]]:
    """The ratios that count the deals still open, in place of those of the closed ones alone."""
    better = tuple(
        replace(ratio, used=share.value, low=share.low, high=share.high)
        for ratio, share in zip(found, learned.shares, strict=True)
    )
    chances = {
        ratio.stage.id: Chance(share.value, share.low, share.high)
        for ratio, share in zip(found, learned.chain, strict=True)
    }
    return better, chances


def _base(book: Book, found: Sequence[Ratio], worth: Worth, learned: Learned | None) -> Base:
    return Base(
        learned,
        tuple(ratio.used for ratio in found),
        candidates(book, [ratio.stage.id for ratio in found], worth),
        Money(worth.mean, typical(book, worth)),
        book.share,
    )


def candidates(book: Book, stage_ids: Sequence[int], worth: Worth) -> list[Candidate]:
    """The open deals by the place of their stage."""
    places = {stage_id: place for place, stage_id in enumerate(stage_ids)}
    return [
        Candidate(
            deal.id,
            places[deal.stage_id],
            deal.since,
            None if deal.amount is None else worth.of(deal),
            deal.traits,
            deal.pinned,
        )
        for deal in book.deals
        if deal.stage_id in places
    ]


def typical(book: Book, worth: Worth) -> tuple[tuple[float, float], ...]:
    """What the deals won lately brought, each with the same weight."""
    known = [minor * factor for minor, code in book.signed if (factor := worth.factor(code)) is not None]
    return tuple((amount, 1 / len(known)) for amount in known)


def _deals(
    book: Book,
    stages: Sequence[StageForecast],
    worth: Worth,
    coming: Ahead | None,
    learned: Learned | None,
) -> Iterator[DealForecast]:
    places = {one.stage.id: place for place, one in enumerate(stages)}
    for deal in book.deals:
        place = places.get(deal.stage_id)
        if place is None:
            continue
        here = stages[place]
        seen = here.ratio.observed
        chance = here.chance.value if deal.pinned is None else deal.pinned
        cases = Cases(None, seen.won, seen.gone)
        factors: tuple[tuple[str, Factor], ...] = ()
        if coming is not None:
            chance = coming.chances[deal.id]
        if learned is not None:
            cases = learned.cases.at(place, learned.fit.now - deal.since)
            factors = tuple(
                (value, known[value])
                for value, known in zip(deal.traits, learned.factors, strict=False)
                if value in known and deal.pinned is None
            )
        yield DealForecast(deal.id, chance, worth.of(deal), deal.pinned is not None, cases, factors)


def _left_out(book: Book, worth: Worth) -> Iterator[LeftOut]:
    """What must be said beside the figures, with how many deals it concerns."""
    standing = book.standing
    parked = [some for some in book.parked if not some.archived]
    if count := sum(some.n for some in parked):
        yield LeftOut(say("parked"), count, Sum(round(worth.total(parked)), book.currency))
    if count := untold(book.stages, book.tally):
        yield LeftOut(say("history not known: not in the ratios"), count)
    if count := sum(sign * some.without_amount for sign, some in standing):
        why = say("no amount: counted with the mean of the won deals")
        yield LeftOut(why, count, open_without_amount=True)
    if count := sum(some.without_amount for some in book.won):
        yield LeftOut(say("won without an amount: not in the revenue"), count)
    counts, sums = Counter[str](), Counter[str]()
    for sign, some in [*standing, *((1, some) for some in book.won)]:
        if worth.factor(some.currency) is None:
            counts[some.currency] += sign * (some.n - some.without_amount)
            sums[some.currency] += sign * some.amount
    for currency in sorted(code for code, count in counts.items() if count):
        why = say("no rate for {currency}: not in the revenue", currency=currency)
        yield LeftOut(why, counts[currency], Sum(sums[currency], currency))
