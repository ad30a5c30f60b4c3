"""Offers of a deal: made, sent, signed, refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import fields, shapes
from pipetui.cli.output import print_json, print_lines, table, talk
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import offer, settings
from pipetui.core import quotes as rules
from pipetui.core.deal import Quote, QuoteLine, Setting
from pipetui.core.message import say
from pipetui.errors import NotFound, Refused
from pipetui.lang import _
from pipetui.store.offers import next_number

if TYPE_CHECKING:
    from pipetui.core.change import Change


@family("quote", _("A quote is named by its number: 2026-014."))
@click.pass_context
def quote(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(list_quotes)


@quote.command("list", help=_("The quotes, of one deal or all."))
@click.argument("deal_id", type=int, required=False, metavar="[ID]")
@pass_session
def list_quotes(session: Session, deal_id: int | None = None) -> None:
    show(
        session,
        session.store.all(Quote, **({} if deal_id is None else {"deal_id": session.deal(deal_id).id})),
    )


@quote.command("add", help=_("Make a quote for a deal; its amount is the deal's unless told otherwise."))
@click.argument("deal_id", type=int, metavar="ID")
@click.argument("amount_text", metavar=_("[AMOUNT]"), required=False)
@click.option("--number", help=_("Its number; the next one of the year by default."))
@click.option("--valid-until", metavar=_("DATE"), help=_("The day until which it holds."))
@pass_session
def add(
    session: Session, deal_id: int, amount_text: str | None, number: str | None, valid_until: str | None
) -> None:
    deal, desk = session.deal(deal_id), session.desk
    choices = session.store.all(Setting)
    holds = timedelta(days=int(settings.value(choices, "quote_validity")))
    values: dict[str, object] = {
        "valid_until": fields.day(session, valid_until or "") or session.today + holds
    }
    if amount_text:
        from pipetui.core.money import amount_from_text

        money = amount_from_text(amount_text, deal.currency)
        values |= {"amount": money.minor, "currency": money.currency}
    number = number or next_number(session.store, session.today)
    changes = rules.new_quote(deal, desk, number=number, **values)
    done = session.commit(say("Make quote {number}", number=number), changes)
    show(session, [session.store.get(Quote, done.ids[_new(changes)])])


@quote.command("send", help=_("The quote is out; its deal comes to the stage of sent quotes."))
@click.argument("number")
@pass_session
def send(session: Session, number: str) -> None:
    one = find(session, number)
    deal = session.deal(one.deal_id)
    changes = rules.send_quote(one, deal, session.visit(deal), session.desk)
    session.commit(say("Send quote {number}", number=one.number), changes)
    show(session, [session.store.get(Quote, one.id)])


@quote.command("sign", help=_("The quote is signed: its deal takes the amount and is won."))
@click.argument("number")
@pass_session
def sign(session: Session, number: str) -> None:
    one = find(session, number)
    deal = session.deal(one.deal_id)
    others = session.store.all(Quote, deal_id=deal.id)
    changes = rules.sign_quote(one, deal, session.visit(deal), others, session.desk)
    session.commit(say("Sign quote {number}", number=one.number), changes)
    show(session, [session.store.get(Quote, one.id)])


@quote.command("refuse", help=_("The customer refuses the quote."))
@click.argument("number")
@pass_session
def refuse(session: Session, number: str) -> None:
    one = find(session, number)
    session.commit(say("Refuse quote {number}", number=one.number), rules.refuse_quote(one, session.desk))
    show(session, [session.store.get(Quote, one.id)])
    if rules.leaves_nothing_open(one, session.store.all(Quote, deal_id=one.deal_id)):
        talk(_("That was the last open quote. Lost? pipetui lost {id} --reason ...").format(id=one.deal_id))


@quote.command("copy", help=_("A new draft with the same lines: the next version of an offer."))
@click.argument("number")
@pass_session
def copy(session: Session, number: str) -> None:
    one = find(session, number)
    holds = timedelta(days=int(settings.value(session.store.all(Setting), "quote_validity")))
    changes = rules.copy_quote(
        one, lines_of(session, one), session.desk, number=next_number(session.store, session.today),
        valid_until=session.today + holds,
    )  # fmt: skip
    done = session.commit(say("Copy quote {number}", number=one.number), changes)
    show(session, [session.store.get(Quote, done.ids[_new(changes)])])


@quote.command(
    "line",
    help=_(
        "Add a line: pipetui quote line 2026-014 'Two days on site' 2 800€ --tax 20. Other lines by their place:"
        " --at 1 writes the first one anew, --remove 1 takes it off. Without words: the lines."
    ),
)
@click.argument("number")
@click.argument("text", required=False)
@click.argument("quantity", required=False, default="1")
@click.argument("price", required=False)
@click.option("--discount", default="0", metavar="%")
@click.option("--tax", metavar="%", help=_("The tax rate; that of the settings by default."))
@click.option("--at", "place", type=click.IntRange(1), help=_("The line to write anew."))
@click.option("--remove", type=click.IntRange(1), help=_("The line to take off."))
@pass_session
def line(
    session: Session, number: str, text: str | None, quantity: str, price: str | None, discount: str,
    tax: str | None, place: int | None, remove: int | None,
) -> None:  # fmt: skip
    one = find(session, number)
    present = lines_of(session, one)
    entries = [offer.as_entry(each) for each in present]
    at = remove or place
    if at is not None and at > len(entries):
        raise NotFound(say("Quote {number} has no line {n}.", number=one.number, n=at))
    if remove is not None:
        del entries[remove - 1]
    elif text is not None:
        if price is None:
            raise click.UsageError(_("Say what one costs: TEXT QUANTITY PRICE."))
        from pipetui.core.money import amount_from_text

        money = amount_from_text(price, one.currency)
        if money.currency != one.currency:
            raise Refused(say("The quote is in {currency}.", currency=one.currency))
        rate = tax if tax is not None else settings.value(session.store.all(Setting), "quote_tax")
        made = offer.entry(text, money.minor, quantity, discount, rate)
        entries[place - 1 if place else len(entries) : place or len(entries)] = [made]
    if remove is not None or text is not None:
        changes = offer.write_lines(one, present, entries, session.desk)
        session.commit(say("Write the lines of quote {number}", number=one.number), changes)
    show_lines(session, session.store.get(Quote, one.id))


@quote.command("write", help=_("Write a quote out as a document; the suffix says how: .pdf or .md."))
@click.argument("number")
@click.option("--to", "file", required=True, type=click.Path(), help=_("The file to write."))
@pass_session
def write(session: Session, number: str, file: str) -> None:
    from pathlib import Path

    from pipetui.exchange.export import put
    from pipetui.exchange.offer import written
    from pipetui.store.offers import document

    path = Path(file)
    data = written(document(session.store, find(session, number)), path.suffix.lower())
    put(path, data)
    talk(_("Written to {file}.").format(file=path))


def lines_of(session: Session, one: Quote) -> list[QuoteLine]:
    """The lines of a quote, in their order."""
    return sorted(session.store.all(QuoteLine, quote_id=one.id), key=lambda each: (each.position, each.id))


def show_lines(session: Session, one: Quote) -> None:
    """Print the lines of a quote and what they come to."""
    lines = lines_of(session, one)
    sums = offer.totals(lines)
    if session.options.json:
        print_json(whole_shape(one, lines))
        return
    rows = [
        (str(place), each.text, each.quantity, lang.money(each.unit_price, one.currency), f"{each.discount} %",
         f"{each.tax} %", lang.money(amount, one.currency))
        for place, (each, amount) in enumerate(zip(lines, sums.nets, strict=True), start=1)
    ]  # fmt: skip
    heads = (_("No."), _("Item"), _("Quantity"), _("Unit price"), _("Discount"), _("Tax"), _("Net"))
    table(heads, rows, right=[heads[0], *heads[2:]])
    print_lines([_("Net {net}, with tax {gross}").format(
        net=lang.money(sums.net, one.currency), gross=lang.money(sums.gross, one.currency)
    )])  # fmt: skip


def whole_shape(one: Quote, lines: Sequence[QuoteLine]) -> shapes.Json:
    """A quote in JSON with its lines and totals."""
    sums = offer.totals(lines)

    def money(minor: int) -> str | None:
        return shapes.money(minor, one.currency)

    return {
        **shape(one),
        "lines": [
            {"text": each.text, "quantity": each.quantity, "unit_price": money(each.unit_price),
             "discount": each.discount, "tax": each.tax, "net": money(amount)}
            for each, amount in zip(lines, sums.nets, strict=True)
        ],
        "net": money(sums.net),
        "taxes": [{"rate": tax.rate, "base": money(tax.base), "amount": money(tax.amount)} for tax in sums.taxes],
        "gross": money(sums.gross),
    }  # fmt: skip


def find(session: Session, number: str) -> Quote:
    """The newest quote of this number. Raises NotFound."""
    found = session.store.all(Quote, number=number)
    if not found:
        raise NotFound(say('There is no quote "{number}".', number=number), say("See: pipetui quote list"))
    return found[-1]


def show(session: Session, quotes: Iterable[Quote]) -> None:
    """Print quotes."""
    if session.options.json:
        print_json([shape(one) for one in quotes])
        return
    rows = [
        (
            one.number,
            str(one.deal_id),
            status_words()[one.status],
            lang.money(one.amount, one.currency),
            shapes.day(one.sent_on) or "",
            shapes.day(one.decided_on) or "",
        )
        for one in quotes
    ]
    heads = (_("Quote"), _("Deal"), _("Status"), _("Amount"), _("Sent"), _("Decided"))
    table(heads, rows, right=[_("Deal"), _("Amount")])


def shape(one: Quote) -> shapes.Json:
    """One quote in JSON."""
    return shapes.record(one)


def status_words() -> dict[str, str]:
    """What has become of a quote, as people read it."""
    return {
        "draft": _("draft"),
        "sent": _("sent"),
        "signed": _("signed"),
        "refused": _("refused"),
        "expired": _("expired"),
    }


def _new(changes: Sequence[Change]) -> int:
    """The number that the new quote among some changes has until it is written."""
    return next(change.id for change in changes if change.table == Quote.table)


COMMANDS = {"quote": quote}
