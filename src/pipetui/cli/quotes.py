"""Offers of a deal: made, sent, signed, refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import fields, shapes
from pipetui.cli.output import print_json, table, talk
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import quotes as rules
from pipetui.core.deal import Quote
from pipetui.core.message import say
from pipetui.errors import NotFound
from pipetui.lang import _

if TYPE_CHECKING:
    from pipetui.store.store import Committed


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
    taken = [one.number for one in session.store.all(Quote)]
    values: dict[str, object] = {"valid_until": fields.day(session, valid_until or "")}
    if amount_text:
        from pipetui.core.money import amount_from_text

        money = amount_from_text(amount_text, deal.currency)
        values |= {"amount": money.minor, "currency": money.currency}
    number = number or rules.next_number(session.today, taken)
    changes = rules.new_quote(deal, desk, number=number, **values)
    done = session.commit(say("Make quote {number}", number=number), changes)
    show(session, [session.store.get(Quote, _only(done))])


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


def _only(done: Committed) -> int:
    return next(iter(done.ids.values()))


COMMANDS = {"quote": quote}
