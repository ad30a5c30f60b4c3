"""Counts of deals with their money in one currency, converted deal by deal, and what had no rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipetui.core.message import Message, say, say_n
from pipetui.core.money import Money, convert
from pipetui.core.report import Behind, Key, Note


class Lot(NamedTuple):
    """Deals counted together: of one currency, and of one amount each where that must be converted."""

    currency: str
    each: int | None
    """Minor units of every one; None where only their sum is needed."""
    n: int
    known: int
    """Deals among them with an amount."""
    minor: int
    """The sum of those."""
    days: float = 0.0
    """From creation to closing, added up over those `timed`."""
    timed: int = 0


class Exchange:
    """What amounts are worth in one currency, each rounded once."""

    def __init__(self, currency: str, rates: Mapping[str, Decimal]) -> None:
        self.currency, self.rates = currency, rates
        self._known: dict[tuple[int, str], int | None] = {}

    def of(self, minor: int, currency: str) -> int | None:
        """Minor units of ours, None without a rate."""
        if currency == self.currency:
            return minor
        key = minor, currency
        if key not in self._known:
            found = convert(Money(minor, currency), self.currency, self.rates)
            self._known[key] = None if found is None else found.minor
        return self._known[key]

    def least(self, minor: int, currency: str) -> int | None:
        """The smallest amount of another currency that is worth at least so much; None without a rate."""
        if currency == self.currency:
            return minor
        unit = self.of(10**9, currency)
        if not unit or unit < 0:
            return None
        low, high = -(2**62), 2**62
        while low < high:
            middle = (low + high) // 2
            worth = self.of(middle, currency)
            assert worth is not None
            low, high = (middle + 1, high) if worth < minor else (low, middle)
        return low

    def foreign(self) -> list[str]:
        """The currencies that can be converted."""
        return [code for code in self.rates if code != self.currency]


class Pot:
    """Some deals: how many, how many with an amount, and their money."""

    __slots__ = ("days", "known", "minor", "n", "rated", "timed", "totals", "unrated")

    def __init__(self) -> None:
        self.n = self.known = 0
        self.minor = 0
        """Minor units of the report's currency."""
        self.rated = 0
        """Deals whose amount is in `minor`."""
        self.totals: Counter[str] = Counter()
        """Minor units by currency, as they are."""
        self.unrated: Counter[str] = Counter()
        """Deals by currency whose amount has no rate."""
        self.days = 0.0
        self.timed = 0

    def add(self, lot: Lot, exchange: Exchange) -> None:
        """Some more deals."""
        self.n += lot.n
        self.known += lot.known
        self.days += lot.days
        self.timed += lot.timed
        if not lot.known:
            return
        self.totals[lot.currency] += lot.minor
        if lot.each is None:
            worth = lot.minor if lot.currency == exchange.currency else None
        else:
            one = exchange.of(lot.each, lot.currency)
            worth = None if one is None else one * lot.known
        if worth is None:
            self.unrated[lot.currency] += lot.known
        else:
            self.minor += worth
            self.rated += lot.known

    def take(self, other: Pot) -> None:
        """Those of another as well."""
        for name in ("n", "known", "minor", "rated", "days", "timed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.totals.update(other.totals)
        self.unrated.update(other.unrated)

    @property
    def mean(self) -> float | None:
        """The mean of the amounts known, minor units; None without any."""
        return self.minor / self.rated if self.rated else None

    @property
    def cycle(self) -> float | None:
        """Mean days from creation to closing; None when no closing day is known."""
        return self.days / self.timed if self.timed else None


Pots = Mapping[tuple[Key, ...], Pot]
"""By what the deals are told apart by."""


def pots(rows: Iterable[tuple[tuple[Key, ...], Lot]], exchange: Exchange) -> dict[tuple[Key, ...], Pot]:
    """The lots of each kind together."""
    found: dict[tuple[Key, ...], Pot] = {}
    for keys, lot in rows:
        found.setdefault(keys, Pot()).add(lot, exchange)
    return found


def together(some: Iterable[Pot]) -> Pot:
    """All of them."""
    whole = Pot()
    for pot in some:
        whole.take(pot)
    return whole


def narrowed(found: Pots, at: int, value: Key) -> dict[tuple[Key, ...], Pot]:
    """Those with this value in one place of their keys."""
    return {keys: pot for keys, pot in found.items() if keys[at] == value}


def left_out(pot: Pot, behind: Behind, what: Message) -> list[Note]:
    """What the money of these deals does without, counted aloud; `what` they are."""
    notes = []
    if missing := pot.n - pot.known:
        message = say_n("{n} deal has no amount", "{n} deals have no amount", missing)
        notes.append(Note(say("{what}: {message}.", what=what, message=message), behind.also(amount=None)))
    if pot.unrated:
        message = say_n(
            "{n} deal has no rate, {money} left out",
            "{n} deals have no rate, {money} left out",
            sum(pot.unrated.values()),
            money=sums({code: pot.totals[code] for code in pot.unrated}),
        )
        notes.append(Note(say("{what}: {message}.", what=what, message=message), behind.also(rated=0)))
    return notes


def sums(totals: Mapping[str, int]) -> Message:
    """Unlike currencies beside each other, never added."""
    first, *rest = [Money(minor, code) for code, minor in sorted(totals.items())]
    message = say("{money}", money=first)
    for one in rest:
        message = say("{first}, {second}", first=message, second=one)
    return message


def share(part: float, whole: float) -> float | None:
    """A part of a whole, 0 to 1; None of nothing."""
    return part / whole if whole else None


def money(minor: float | None, currency: str) -> Money | None:
    """A figure in minor units as money, rounded where it is none yet."""
    return None if minor is None else Money(round(minor), currency)


def in_order(keys: Iterable[Key], names: Sequence[Key]) -> list[Key]:
    """Keys in a given order, the others after them."""
    places = {name: at for at, name in enumerate(names)}
    return sorted(keys, key=lambda key: (places.get(key, len(places)), str(key)))
