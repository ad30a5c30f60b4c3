"""Quotes as they are read: numbers taken, lists by status, and those whose validity is over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core import numbering, settings
from pipetui.core.access import SYSTEM, Actor, reach
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal, Organization, Quote, QuoteLine, QuoteStatus, Setting
from pipetui.core.message import say_n
from pipetui.core.offer import Offer

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store


class Listed(NamedTuple):
    """One line of the list of all quotes."""

    id: int
    number: str
    status: QuoteStatus
    amount: int
    currency: str
    sent_on: str | None
    valid_until: str | None
    decided_on: str | None
    deal_id: int
    deal: str
    organization: str | None
    contact: str | None


def next_number(store: Store, today: date) -> str:
    """The next free number by the pattern of the store."""
    pattern = settings.value(store.all(Setting), "quote_number")
    begin = numbering.prefix(pattern, today)
    taken = store.db.rows(
        "SELECT number FROM quote WHERE number >= ? AND number < ?", (begin, begin + "\U0010ffff")
    )
    return numbering.next_number(pattern, today, [row[0] for row in taken])


def count(db: Database, status: str | None) -> int:
    """How many quotes there are, all or of one status."""
    test, params = _where(status)
    row = db.one(f"SELECT COUNT(*) FROM quote WHERE {test}", params)
    return row[0] if row else 0


def page(db: Database, status: str | None, offset: int, limit: int) -> list[Listed]:
    """Quotes from an offset on, the newest first."""
    test, params = _where(status)
    sql = f"""SELECT quote.id, quote.number, quote.status, quote.amount, quote.currency, quote.sent_on,
        quote.valid_until, quote.decided_on, quote.deal_id, deal.title, organization.name, contact.name
        FROM (SELECT * FROM quote WHERE {test} ORDER BY id DESC LIMIT ? OFFSET ?) quote
        JOIN deal ON deal.id = quote.deal_id LEFT JOIN organization ON organization.id = deal.organization_id
        LEFT JOIN contact ON contact.id = deal.contact_id ORDER BY quote.id DESC"""
    return [Listed(*row) for row in db.rows(sql, (*params, limit, offset))]


def _where(status: str | None) -> tuple[str, tuple[Any, ...]]:
    return ("1 = 1", ()) if status is None else ("status = ?", (status,))


OVER = "status IN ('draft', 'sent') AND status = 'sent' AND valid_until < ?"


def over(db: Database, today: date, actor: Actor = SYSTEM) -> bool:
    """Whether a quote that is out has outlived its validity, among those this member may change."""
    test, params = _over(today, actor)
    return db.one(f"SELECT 1 FROM quote WHERE {test} LIMIT 1", params) is not None


def _over(today: date, actor: Actor) -> tuple[str, tuple[Any, ...]]:
    within = reach(actor, "change", "quote")
    if within == "any":
        return OVER, (today.isoformat(),)
    if within == "none":
        return "1 = 0", ()
    mine = "SELECT 1 FROM deal WHERE deal.id = quote.deal_id AND (owner_id IS NULL OR owner_id = ?)"
    return f"{OVER} AND EXISTS ({mine})", (today.isoformat(), actor.id)


def expire(store: Store, today: date) -> int:
    """Quotes that are out and past their validity expire by themselves, as far as they are this member's to change;
    how many did. Undo does not offer it."""
    if not over(store.db, today, store.actor):
        return 0
    test, params = _over(today, store.actor)
    numbers = [row[0] for row in store.db.rows(f"SELECT id FROM quote WHERE {test}", params)]
    changes = [Change.edit(store.get(Quote, number), status="expired") for number in numbers]
    label = say_n("A quote expired by itself", "{n} quotes expired by themselves", len(numbers))
    store.load(label, changes, undoable=False)
    return len(numbers)


def document(store: Store, quote: Quote) -> Offer:
    """All that stands on the document of a quote."""
    deal = store.get(Deal, quote.deal_id)
    choices = store.all(Setting)
    lines = sorted(store.all(QuoteLine, quote_id=quote.id), key=lambda line: (line.position, line.id))
    return Offer(
        quote=quote,
        title=deal.title,
        lines=tuple(lines),
        organization=None if deal.organization_id is None else store.get(Organization, deal.organization_id),
        contact=None if deal.contact_id is None else store.get(Contact, deal.contact_id),
        seller=settings.value(choices, "company"),
        address=settings.value(choices, "company_address"),
        registered=settings.value(choices, "company_id"),
        terms=settings.value(choices, "quote_terms"),
    )
