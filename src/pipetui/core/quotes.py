"""Offers: made, sent, signed, refused; and the deals they bring forward, price and win."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pipetui.core.change import Change
from pipetui.core.deal import Deal, Quote, QuoteLine, Visit
from pipetui.core.desk import Desk
from pipetui.core.fields import QUOTE, fit
from pipetui.core.message import say
from pipetui.core.moves import Changes, record_event, written
from pipetui.errors import Refused

OPEN = frozenset({"draft", "sent"})


def new_quote(deal: Deal, desk: Desk, *, number: str, **values: Any) -> Changes:
    """A draft. Amount and currency are the deal's unless told otherwise. Raises Refused without an amount, Invalid."""
    given = fit(QUOTE, {"amount": deal.amount, "currency": deal.currency, **values, "number": number})
    if given["amount"] is None:
        raise Refused(
            say("A quote needs an amount."), say("Write what it comes to; its lines will say it exactly.")
        )
    return (Change.add(Quote(id=desk.new_id(), deal_id=deal.id, created_at=desk.now, **given)),)


def copy_quote(
    quote: Quote, lines: Iterable[QuoteLine], desk: Desk, *, number: str, **values: Any
) -> Changes:
    """A new draft with the lines and the amount of another quote: the next version of the offer. Raises Invalid."""
    given = fit(QUOTE, {"number": number, **values})
    made = Quote(
        id=desk.new_id(), deal_id=quote.deal_id, amount=quote.amount, currency=quote.currency, created_at=desk.now,
        notes=quote.notes, **given,
    )  # fmt: skip
    copied = (replace(line, id=desk.new_id(), quote_id=made.id, version=1) for line in lines)
    return (Change.add(made), *(Change.add(line) for line in copied))


def edit_quote(quote: Quote, **values: Any) -> Changes:
    """Other values for a quote nobody has answered. Raises Refused for a signed or refused one, Invalid."""
    _check_status(quote, {"draft", "sent", "expired"})
    given = fit(QUOTE, values)
    if given.get("amount", quote.amount) is None:
        raise Refused(
            say("A quote needs an amount."), say("Write what it comes to; its lines will say it exactly.")
        )
    return written(Change.edit(quote, **given))


def send_quote(quote: Quote, deal: Deal, visit: Visit | None, desk: Desk) -> Changes:
    """It is out; a deal that stands earlier comes to the stage of sent quotes. Raises Refused when it went already."""
    _check_status(quote, {"draft", "expired"})
    return (
        Change.edit(quote, status="sent", sent_on=desk.today),
        *record_event("quote sent", deal, visit, desk),
    )


def sign_quote(quote: Quote, deal: Deal, visit: Visit | None, others: Iterable[Quote], desk: Desk) -> Changes:
    """It is signed: the deal takes its amount and is won; the `others` of the deal that are open expire.

    Raises Refused when it was signed or refused, or another one of the deal was signed: one amount is the deal's.
    """
    _check_status(quote, {"draft", "sent", "expired"})
    if deal.archived_at is not None:
        raise Refused(say("The deal is archived."), hint=say("Restore it first."))
    others = list(others)
    for other in others:
        if other.id != quote.id and other.status == "signed":
            raise Refused(
                say("Quote {number} of this deal is signed already.", number=other.number),
                hint=say("What comes on top is a deal of its own."),
            )
    signed = Change.edit(quote, status="signed", decided_on=desk.today, sent_on=quote.sent_on or desk.today)
    expired = (
        Change.edit(other, status="expired")
        for other in others
        if other.id != quote.id and other.status in OPEN
    )
    return (signed, *expired, *_priced(quote, deal, record_event("quote signed", deal, visit, desk)))


def _priced(quote: Quote, deal: Deal, moved: Changes) -> Changes:
    """The move, with the amount of the quote in the same change of the deal."""
    price = Change.edit(deal, amount=quote.amount, currency=quote.currency)
    if not moved:
        return written(price)
    first, *rest = moved
    before, after = (
        {**(first.before or {}), **(price.before or {})},
        {**(first.after or {}), **(price.after or {})},
    )
    return (replace(first, before=before, after=after), *rest)


def refuse_quote(quote: Quote, desk: Desk) -> Changes:
    """The customer says no. Raises Refused when it was signed or refused."""
    _check_status(quote, {"draft", "sent", "expired"})
    return (Change.edit(quote, status="refused", decided_on=desk.today),)


def leaves_nothing_open(quote: Quote, quotes: Iterable[Quote]) -> bool:
    """Refusing this one refuses the last open offer of the deal: time to propose lost."""
    return not any(other.status in OPEN | {"signed"} for other in quotes if other.id != quote.id)


def _check_status(quote: Quote, allowed: set[str]) -> None:
    if quote.status in allowed:
        return
    if quote.status == "signed":
        raise Refused(say("Quote {number} is signed.", number=quote.number))
    if quote.status == "refused":
        raise Refused(say("Quote {number} was refused.", number=quote.number), hint=say("Make a new one."))
    raise Refused(say("Quote {number} went out already.", number=quote.number))
