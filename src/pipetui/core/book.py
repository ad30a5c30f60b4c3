"""What the forecast is made of: counts of deals, and what their amounts are worth in one currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import fsum

from pipetui.core.deal import Stage
from pipetui.core.funnel import Tally, open_stages
from pipetui.core.money import minor_digits
from pipetui.core.pots import Exchange


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """One open deal, neither parked nor archived."""

    id: int
    stage_id: int
    amount: int | None
    """Minor units of `currency`."""
    currency: str
    pinned: float | None = None
    """Win chance set by hand, 0 to 1, while it holds."""
    since: float = 0.0
    """When it came to its stage, in days since 1970, UTC."""
    traits: tuple[str, ...] = ()
    """Its value for each variable of the segments."""


@dataclass(frozen=True, slots=True)
class Book:
    """The deals of a pipeline as counts. Of single deals only the pinned ones are needed."""

    stages: tuple[Stage, ...]
    """All of the pipeline, the retired ones too."""
    tally: Sequence[Tally]
    """All its deals: they make the ratios."""
    stock: Sequence[Tally] | None = None
    """The deals that count for the goal, of one owner for instance; None for all of `tally`."""
    parked: Sequence[Tally] = ()
    """The open deals of the stock that are parked, so that they can be left out."""
    pinned: Sequence[OpenDeal] = ()
    """The deals of the stock whose chance is pinned now."""
    won: Sequence[Tally] = ()
    """The deals won in the period."""
    reached: int = 0
    """The deals that reached the goal's stage in the period, for a goal that counts those."""
    deals: Sequence[OpenDeal] = ()
    """All deals of the stock one by one, for ranges and for what each of them adds."""
    each: bool = False
    """Whether `deals` holds them."""
    signed: Sequence[tuple[int, str]] = ()
    """Amounts of the deals won lately, with their currency, for what deals to come may bring."""
    paces: Sequence[int] = ()
    """Wins in the periods before this one, the nearest first."""
    share: float = 1.0
    """The part of the deals to come that counts for the stock: those of one owner, or of a filter."""
    currency: str = "EUR"
    """Everything is converted to it."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """What one unit of a currency is worth in the store's own; what is missing here has no rate."""

    @property
    def standing(self) -> list[tuple[int, Tally]]:
        """The open deals of the stock: counts to add (1) and, of those parked, to take away again (-1)."""
        stock = self.tally if self.stock is None else self.stock
        shown = {stage.id for stage in open_stages(self.stages)}
        signed = [*((1, some) for some in stock), *((-1, some) for some in self.parked)]
        return [(sign, some) for sign, some in signed if some.stage_id in shown and not some.archived]


class Worth:
    """What amounts are worth in the currency of a book, in its minor units.

    Sums are converted as sums and not rounded before they are shown; where the deals are known one by one, each is.
    """

    def __init__(self, book: Book) -> None:
        self.currency, self.rates = book.currency, book.rates
        self._factors: dict[str, float | None] = {}
        self._exchange = Exchange(book.currency, book.rates)
        won = {stage.id for stage in book.stages if stage.kind == "won"}
        mean = self._mean(some for some in book.tally if some.stage_id in won)
        self.mean = self._mean(book.tally) if mean is None else mean
        """Stands for an amount nobody knows: the mean of the won deals; before the first, of all. None without any."""

    def factor(self, currency: str) -> float | None:
        """What one minor unit is worth in ours; None without a rate."""
        if currency not in self._factors:
            self._factors[currency] = self._factor(currency)
        return self._factors[currency]

    def _factor(self, currency: str) -> float | None:
        if currency == self.currency:
            return 1.0
        rate, ours = self.rates.get(currency), self.rates.get(self.currency, Decimal(1))
        if rate is None or not ours:
            return None
        return float(rate / ours * Decimal(10) ** (minor_digits(self.currency) - minor_digits(currency)))

    def total(self, tallies: Iterable[Tally]) -> float:
        """The sum of the amounts that have a rate."""
        return fsum(some.amount * (self.factor(some.currency) or 0.0) for some in tallies)

    def exact(self, deals: Iterable[OpenDeal]) -> int:
        """The amounts known that have a rate, each rounded once."""
        known = (self._exchange.of(deal.amount, deal.currency) for deal in deals if deal.amount is not None)
        return sum(minor for minor in known if minor is not None)

    def _mean(self, tallies: Iterable[Tally]) -> float | None:
        rated = [some for some in tallies if self.factor(some.currency) is not None]
        n = sum(some.n - some.without_amount for some in rated)
        return self.total(rated) / n if n > 0 else None

    def of(self, deal: OpenDeal) -> float | None:
        """The amount of a deal, or what stands for it; 0 without a rate, None when no amount is known at all."""
        if deal.amount is None or self.mean is None:
            return self.mean
        return deal.amount * (self.factor(deal.currency) or 0.0)


@dataclass(frozen=True, slots=True)
class Pile:
    """The open deals of one stage."""

    stage_id: int
    chance: float
    """Of each to be won, but for those pinned."""
    open: int
    amount: float
    """Sum of the amounts known."""
    wins: float
    """Expected."""
    revenue: float | None
    """Expected, rounded once: what all stages bring is the sum of what is shown. None when no amount is known."""
    pinned: tuple[float, ...]
    """The chances pinned by hand, of deals among the `open`."""

    @property
    def groups(self) -> list[tuple[float, int]]:
        """The deals as (chance, how many)."""
        return [(self.chance, max(0, self.open - len(self.pinned))), *((pinned, 1) for pinned in self.pinned)]


def pile(book: Book, stage_id: int, chance: float, worth: Worth) -> Pile:
    """What stands in a stage. Without an amount a deal takes the mean; without a rate it brings no revenue."""
    there = [(sign, some) for sign, some in book.standing if some.stage_id == stage_id]
    count = sum(sign * some.n for sign, some in there)
    amount = fsum(sign * some.amount * (worth.factor(some.currency) or 0.0) for sign, some in there)
    if book.each:
        amount = float(worth.exact(deal for deal in book.deals if deal.stage_id == stage_id))
    without = sum(sign * some.without_amount for sign, some in there)
    by_hand = [
        (deal.pinned, deal) for deal in book.pinned if deal.stage_id == stage_id and deal.pinned is not None
    ]
    wins = count * chance + fsum(pinned - chance for pinned, _ in by_hand)
    revenue = None
    if worth.mean is not None:
        more = fsum((pinned - chance) * (worth.of(deal) or 0.0) for pinned, deal in by_hand)
        revenue = float(round(chance * (amount + without * worth.mean) + more))
    return Pile(stage_id, chance, count, amount, wins, revenue, tuple(pinned for pinned, _ in by_hand))
