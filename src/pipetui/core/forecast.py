"""The answer to one question: will we make the number, and if not, what is missing, and where?

One `Forecast` feeds the pane and the command line. It is a pure function of counts, so that it takes no longer with a
hundred thousand deals than with a hundred. Money is in minor units of one currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from typing import TYPE_CHECKING, Any

from pipetui.core.book import Book, OpenDeal, Worth, pile
from pipetui.core.deal import Goal, Stage
from pipetui.core.funnel import Chance, Observed, Ratio, ratios, untold, win_chances
from pipetui.core.message import Message, say
from pipetui.core.money import Money
from pipetui.core.outlook import Outlook, outlook
from pipetui.core.plan import Need

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
    amount: float | None
    """Converted; the mean where it is not known, 0 without a rate, None when no amount is known at all."""
    pinned: bool
    cases: Observed
    """What became of the deals that reached its stage."""

    @property
    def contribution(self) -> float | None:
        """Expected revenue; its share of the expected wins is its chance."""
        return None if self.amount is None else self.chance * self.amount


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the figures leave out, or hold only by a stand-in."""

    why: Message
    count: int
    money: Money | None = None


@dataclass(frozen=True, slots=True)
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

    def to_json(self, told: Callable[[Message], str] = str) -> dict[str, Any]:
        """The shape scripts read: amounts are decimal text, what is not known is None."""
        from pipetui.core.forecast_json import shape

        return shape(self, told)


def forecast(
    book: Book, *, as_of: datetime, period: Period, pipeline: str, goal: Goal | None = None
) -> Forecast:
    """The forecast of a pipeline; `goal` is the target of the period, if there is one."""
    found = ratios(book.stages, book.tally)
    chances = win_chances(found)
    worth = Worth(book)
    piles = [pile(book, ratio.stage.id, chances[ratio.stage.id].value, worth) for ratio in found]
    aimed = None if goal is None else outlook(book, goal, found, piles, worth)
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
        deals=tuple(_deals(book, stages, worth)),
        left_out=tuple(_left_out(book, worth)),
    )


def _deals(book: Book, stages: Sequence[StageForecast], worth: Worth) -> Iterator[DealForecast]:
    by_id = {one.stage.id: one for one in stages}
    for deal in book.deals:
        here = by_id.get(deal.stage_id)
        if here is not None:
            yield _deal(deal, here, worth)


def _deal(deal: OpenDeal, here: StageForecast, worth: Worth) -> DealForecast:
    pinned = deal.pinned is not None
    chance = here.chance.value if deal.pinned is None else deal.pinned
    return DealForecast(deal.id, chance, worth.of(deal), pinned, here.ratio.observed)


def _left_out(book: Book, worth: Worth) -> Iterator[LeftOut]:
    """What must be said beside the figures, with how many deals it concerns."""
    standing = book.standing
    parked = [some for some in book.parked if not some.archived]
    if count := sum(some.n for some in parked):
        yield LeftOut(say("parked"), count, Money(round(worth.total(parked)), book.currency))
    if count := untold(book.stages, book.tally):
        yield LeftOut(say("history not known: not in the ratios"), count)
    if count := sum(sign * some.without_amount for sign, some in standing):
        yield LeftOut(say("no amount: counted with the mean of the won deals"), count)
    if count := sum(some.without_amount for some in book.won):
        yield LeftOut(say("won without an amount: not in the revenue"), count)
    counts, sums = Counter[str](), Counter[str]()
    for sign, some in [*standing, *((1, some) for some in book.won)]:
        if worth.factor(some.currency) is None:
            counts[some.currency] += sign * (some.n - some.without_amount)
            sums[some.currency] += sign * some.amount
    for currency in sorted(code for code, count in counts.items() if count):
        why = say("no rate for {currency}: not in the revenue", currency=currency)
        yield LeftOut(why, counts[currency], Money(sums[currency], currency))
