"""Saved filters: views on the number keys, segments for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, table, talk
from pipetui.cli.session import Session
from pipetui.cli.words import QueryVerb, family, pass_session, query_text
from pipetui.core.change import Change
from pipetui.core.deal import View
from pipetui.core.fields import name as fit_name
from pipetui.core.message import say
from pipetui.lang import _, told

if TYPE_CHECKING:
    from pipetui.core.segments import Figures


@family("view", _("A view answers to its number key on the board."))
@click.pass_context
def view(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session, segments=False)


@family("segment")
@click.pass_context
def segment(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session, segments=True)


@view.command("list", help=_("The views."))
@pass_session
def list_views(session: Session) -> None:
    show(session, segments=False)


@segment.command("list", help=_("The segments."))
@pass_session
def list_segments(session: Session) -> None:
    show(session, segments=True)


@view.command("save", cls=QueryVerb, help=_("Save a filter under a name, on a number key if one is given."))
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@click.option("--key", type=click.IntRange(1, 9), help=_("The number key."))
@pass_session
def save_view(session: Session, name: str, query: tuple[str, ...], key: int | None) -> None:
    _save(session, name, query_text(query), key, segments=False)


@segment.command(
    "save",
    cls=QueryVerb,
    help=_(
        "Save a filter under a name: over deals, or over people and companies with contacts: or organizations: first, "
        "as in contacts: tag:newsletter city:lyon."
    ),
)
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@pass_session
def save_segment(session: Session, name: str, query: tuple[str, ...]) -> None:
    _save(session, name, query_text(query), None, segments=True)


@view.command("drop", help=_("Forget a view."))
@click.argument("name")
@pass_session
def drop_view(session: Session, name: str) -> None:
    _drop(session, name, segments=False)


@segment.command("drop", help=_("Forget a segment."))
@click.argument("name")
@pass_session
def drop_segment(session: Session, name: str) -> None:
    _drop(session, name, segments=True)


@segment.command(
    "show", help=_("Who belongs to a segment, how many, and what comes of them, beside the whole.")
)
@click.argument("name")
@pass_session
def show_segment(session: Session, name: str) -> None:
    from pipetui.core import segments as rules
    from pipetui.store.segments import Asker

    one = the_one(name, session.store.all(View, segment=True), say("segment"))
    asked = rules.read(one.query, session.today, session.fiscal_month)
    asker = Asker(session.store.db, session.today, session.now, session.store.me)
    whole = asker.figures(rules.read(f"{asked.subject}s:", session.today))
    mine = asker.figures(asked)
    rows = [_figures(one.name, mine), _figures(_("all"), whole)]
    if session.options.json:
        print_json({"name": one.name, "query": one.query, "segment": rows[0], "whole": rows[1],
                    "lift": mine.lift(whole), "members": asker.members(asked, 0, 2**31)})  # fmt: skip
        return
    heads = (_("Segment"), _("How many"), _("Open"), _("Wins"), _("Losses"), _("Conversion"))
    names = ("name", "size", "open", "won", "lost")
    shown = [
        (
            *(str(row[part]) for part in names),
            f"{row['conversion']:.1%}" if row["conversion"] is not None else "–",
        )
        for row in rows
    ]
    table(heads, shown, right=heads[1:])


def _figures(name: str, one: Figures) -> dict[str, Any]:
    from pipetui.cli.shapes import money

    return {
        "name": name, "size": one.n, "opted_out": one.opted_out, "open": one.open_deals, "won": one.won,
        "lost": one.lost, "conversion": one.conversion,
        "open_value": {code: money(minor, code) for code, minor in one.open_value.items()},
        "won_value": {code: money(minor, code) for code, minor in one.won_value.items()},
    }  # fmt: skip


@segment.command(
    "export",
    help=_("Write the people or companies of a segment: .csv, .xlsx, .vcf. Who opted out stays out."),
)
@click.argument("name")
@click.option("--to", "file", required=True, type=click.Path(), help=_("The file to write."))
@pass_session
def export_segment(session: Session, name: str, file: str) -> None:
    from pathlib import Path

    from pipetui.core import segments as rules
    from pipetui.exchange.audience import write
    from pipetui.store.segments import Asker, writable

    one = the_one(name, session.store.all(View, segment=True), say("segment"))
    asked = rules.read(one.query, session.today, session.fiscal_month)
    asker = Asker(session.store.db, session.today, session.now, session.store.me)
    some, companies, left = writable(session.store, asker, asked)
    write(Path(file), some, companies)
    if session.options.json:
        print_json({"file": file, "written": len(some), "opted_out": left})
    else:
        talk(told(say("{n} written to {file}; {left} want none.", n=len(some), file=file, left=left)))


def _save(session: Session, name: str, query: str, slot: int | None, segments: bool) -> None:
    from pipetui.core import segments as rules
    from pipetui.core.query import parse

    (rules.typed if segments else parse)(query, session.today, session.fiscal_month)
    known = session.store.all(View, segment=segments)
    label = say("Save {name}", name=fit_name(name))
    if there := found(name, known):
        changes = [Change.edit(there, query=query, slot=slot or there.slot)]
    else:
        new = View(id=-1, name=fit_name(name), query=query, slot=slot, segment=segments)
        changes = [Change.add(new)]
    changes += [Change.edit(one, slot=None) for one in known if slot and one.slot == slot and one != there]
    session.commit(label, changes)
    show(session, segments)


def _drop(session: Session, name: str, segments: bool) -> None:
    known = session.store.all(View, segment=segments)
    one = the_one(name, known, say("segment") if segments else say("view"))
    session.commit(say("Forget {name}", name=one.name), [Change.drop(one)])
    show(session, segments)


def show(session: Session, segments: bool) -> None:
    """Print the saved filters."""
    views = sorted(session.store.all(View, segment=segments), key=lambda one: (one.slot or 10, one.name))
    if session.options.json:
        print_json(
            [{"name": one.name, "query": one.query, "sort": one.sort, "key": one.slot} for one in views]
        )
        return
    table((_("Key"), _("Name"), _("Query")), [(str(one.slot or ""), one.name, one.query) for one in views])


COMMANDS = {"view": view, "segment": segment}
