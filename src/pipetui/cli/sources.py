"""Where leads come from, and what was paid for them."""

from __future__ import annotations

from collections.abc import Mapping

import click

from pipetui import lang
from pipetui.cli import fields, shapes
from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import people
from pipetui.core.change import Change
from pipetui.core.deal import Setting, Source, Spending
from pipetui.core.message import say
from pipetui.core.money import amount_from_text
from pipetui.core.settings import value
from pipetui.errors import Refused
from pipetui.lang import _
from pipetui.store.sources import brought


@family("source", _("Their return on cost: pipetui report sources"))
@click.pass_context
def source(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


@source.command("list", help=_("The sources, what came from them and what they cost."))
@pass_session
def list_sources(session: Session) -> None:
    show(session)


@source.command("cost", help=_("Note what was paid: pipetui source cost 'Trade show' 3k --on friday stand"))
@click.argument("name")
@click.argument("amount_text", metavar=_("AMOUNT"))
@click.argument("words", nargs=-1)
@click.option("--on", "day", metavar=_("DATE"), default="", help=_("The day; today by default."))
@pass_session
def cost(session: Session, name: str, amount_text: str, words: tuple[str, ...], day: str) -> None:
    desk = session.desk
    one = found(name, session.store.all(Source)) or people.new_word(Source, desk, name)
    paid = amount_from_text(amount_text, value(session.store.all(Setting), "currency"))
    on = fields.day(session, day) or session.today
    changes = people.spend(one, desk, paid.minor, paid.currency, on, " ".join(words))
    session.commit(
        say("{source} cost {amount}", source=one.name, amount=lang.money(paid.minor, paid.currency)), changes
    )
    show(session)


@source.command("costs", help=_("What was paid, one by one, the newest first."))
@click.argument("name", required=False)
@pass_session
def costs(session: Session, name: str | None) -> None:
    names = {one.id: one.name for one in session.store.all(Source)}
    some = session.store.all(Spending)
    if name is not None:
        wanted = the_one(name, session.store.all(Source), say("source")).id
        some = [one for one in some if one.source_id == wanted]
    some.sort(key=lambda one: (one.spent_on, one.id), reverse=True)
    if session.options.json:
        print_json([
            {"id": one.id, "source": names[one.source_id], "day": one.spent_on.isoformat(),
             "amount": shapes.money(one.amount, one.currency), "currency": one.currency, "text": one.text}
            for one in some
        ])  # fmt: skip
        return
    heads = (_("No."), _("Day"), _("Source"), _("Amount"), _("For"))
    rows = [
        (
            str(one.id),
            lang.day(one.spent_on),
            names[one.source_id],
            lang.money(one.amount, one.currency),
            one.text,
        )
        for one in some
    ]
    table(heads, rows, right=[heads[0], heads[3]])


@source.command("uncost", help=_("Take off a cost that was noted by mistake; by its number in the costs."))
@click.argument("number", type=int)
@pass_session
def uncost(session: Session, number: int) -> None:
    one = session.store.get(Spending, number)
    name = session.store.get(Source, one.source_id).name
    session.commit(say("Take a cost off {source}", source=name), [Change.drop(one)])
    show(session)


@source.command("rename", help=_("Another name for a source."))
@click.argument("name")
@click.argument("new")
@pass_session
def rename(session: Session, name: str, new: str) -> None:
    one = the_one(name, session.store.all(Source), say("source"))
    session.commit(say("Change {name}", name=one.name), people.rename(one, new))
    show(session)


@source.command("drop", help=_("Forget a source that nothing came from."))
@click.argument("name")
@pass_session
def drop(session: Session, name: str) -> None:
    one = the_one(name, session.store.all(Source), say("source"))
    there = next(each for each in brought(session.db) if each.id == one.id)
    if there.deals or there.paid:
        raise Refused(say("{source} stays: deals or costs hang on it.", source=one.name))
    session.commit(say("Delete {name}", name=one.name), [Change.drop(one)])
    show(session)


def show(session: Session) -> None:
    """Print the sources."""
    some = brought(session.db)
    if session.options.json:
        print_json([
            {"id": one.id, "name": one.name, "deals": one.deals, "open": one.open, "won": one.won,
             "value_won": _amounts(one.value), "paid": _amounts(one.paid)}
            for one in some
        ])  # fmt: skip
        return
    heads = (_("Source"), _("Deals"), _("Open"), _("Wins"), _("Value won"), _("Paid"))
    rows = [
        (one.name, str(one.deals), str(one.open), str(one.won), _summed(one.value), _summed(one.paid))
        for one in some
    ]
    table(heads, rows, right=heads[1:])


def _amounts(sums: Mapping[str, int]) -> dict[str, str | None]:
    return {code: shapes.money(minor, code) for code, minor in sums.items()}


def _summed(sums: Mapping[str, int]) -> str:
    return " + ".join(lang.money(minor, code) for code, minor in sorted(sums.items())) or "–"


COMMANDS = {"source": source}
