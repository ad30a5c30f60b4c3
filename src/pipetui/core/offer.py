"""The lines of a quote and what they come to. Money is rounded twice, and nowhere else: each line to a whole minor
unit, and the tax of each rate on the sum of its lines, halves away from zero as invoices do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipetui.core.change import Change
from pipetui.core.deal import Contact, Organization, Quote, QuoteLine
from pipetui.core.desk import Desk
from pipetui.core.fields import MOST, lines
from pipetui.core.message import say
from pipetui.core.moves import Changes, written
from pipetui.errors import Invalid, Refused


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it is written, not stored yet."""

    text: str
    unit_price: int
    """Minor units, without tax."""
    quantity: str = "1"
    discount: str = "0"
    """Percent."""
    tax: str = "0"
    """Percent."""


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of one rate."""

    rate: str
    """Percent."""
    base: int
    amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines come to, in minor units."""

    nets: tuple[int, ...]
    """Of each line."""
    net: int
    taxes: tuple[Tax, ...]
    """By rate, the lowest first; rates of nothing are left out."""

    @property
    def gross(self) -> int:
        """With tax."""
        return self.net + sum(tax.amount for tax in self.taxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that stands on the document of a quote."""

    quote: Quote
    title: str
    """What is sold."""
    lines: tuple[QuoteLine, ...]
    organization: Organization | None
    contact: Contact | None
    seller: str
    address: str
    registered: str
    """The seller's registration and tax numbers."""
    terms: str

    @property
    def totals(self) -> Totals:
        """What it comes to; a quote without lines is one line, without tax."""
        if self.lines:
            return totals(self.lines)
        return Totals((self.quote.amount,), self.quote.amount, ())


def net(entry: Entry | QuoteLine) -> int:
    """Quantity times unit price less the discount, rounded once."""
    exact = Decimal(entry.quantity) * entry.unit_price * (100 - Decimal(entry.discount)) / 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def totals(entries: Iterable[Entry | QuoteLine]) -> Totals:
    """The net of each line, their sum, and the tax of each rate."""
    some = list(entries)
    nets = tuple(net(entry) for entry in some)
    bases: dict[Decimal, int] = {}
    for entry, amount in zip(some, nets, strict=True):
        rate = Decimal(entry.tax)
        bases[rate] = bases.get(rate, 0) + amount
    taxes = tuple(
        Tax(f"{rate.normalize():f}", base, int((base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)))
        for rate, base in sorted(bases.items())
        if rate
    )
    return Totals(nets, sum(nets), taxes)


def decimal(text: str, least: Decimal, most: Decimal) -> str:
    """A decimal number the way people write it, as the store keeps it. Raises Invalid."""
    kept = re.sub(r"[\s\u00a0\u202f']", "", text).removesuffix("%").replace(",", ".")
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,4})?", kept) or not least <= Decimal(kept) <= most:
        raise Invalid(
            say('"{text}" is not a number that fits here.', text=text[:40]),
            say("Write one between {least} and {most}.", least=str(least), most=str(most)),
        )
    number = Decimal(kept).normalize()
    return f"{number:f}"


def quantity(text: str) -> str:
    """How many, or how much: `3`, `1,5`; negative to take something back."""
    return decimal(text or "1", Decimal(-1_000_000), Decimal(1_000_000))


def percentage(text: str) -> str:
    """A discount or a tax rate, 0 to 100."""
    return decimal(text or "0", Decimal(0), Decimal(100))


def entry(text: str, unit_price: int, many: str = "1", discount: str = "0", tax: str = "0") -> Entry:
    """A line, cleaned and checked. Raises Invalid."""
    kept = lines(text)
    if not kept:
        raise Invalid(say("A line says what is offered."))
    made = Entry(kept, unit_price, quantity(many), percentage(discount), percentage(tax))
    if abs(unit_price) > MOST or abs(net(made)) > MOST:
        raise Invalid(say("This amount is too large."))
    return made


def write_lines(quote: Quote, present: Sequence[QuoteLine], entries: Sequence[Entry], desk: Desk) -> Changes:
    """The quote has these lines now, and their sum as its amount.

    `present` are the lines it has. Raises Refused for a quote that was decided, or would come to less than nothing.
    """
    if quote.status in ("signed", "refused"):
        raise Refused(say("Quote {number} is decided: its lines stay.", number=quote.number))
    sum_of_all = totals(entries).net
    if sum_of_all < 0:
        raise Refused(say("A quote cannot come to less than nothing."))
    changes: list[Change] = []
    there = sorted(present, key=lambda line: (line.position, line.id))
    for position, wanted in enumerate(entries):
        values = {
            "position": position, "text": wanted.text, "quantity": wanted.quantity, "unit_price": wanted.unit_price,
            "discount": wanted.discount, "tax": wanted.tax,
        }  # fmt: skip
        if position < len(there):
            changes.append(Change.edit(there[position], **values))
        else:
            changes.append(Change.add(QuoteLine(id=desk.new_id(), quote_id=quote.id, **values)))  # type: ignore[arg-type]
    changes += [Change.drop(line) for line in there[len(entries) :]]
    if entries:
        changes.append(Change.edit(quote, amount=sum_of_all))
    return written(*changes)


def as_entry(line: QuoteLine) -> Entry:
    """A stored line as it can be written again."""
    return Entry(line.text, line.unit_price, line.quantity, line.discount, line.tax)
