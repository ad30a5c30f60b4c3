"""Saved filters: views on the number keys, segments for reports."""

from __future__ import annotations

import click

from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import QueryVerb, family, pass_session, query_text
from pipetui.core.change import Change
from pipetui.core.deal import View
from pipetui.core.fields import name as fit_name
from pipetui.core.message import say
from pipetui.lang import _


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


@segment.command("save", cls=QueryVerb, help=_("Save a filter under a name."))
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


def _save(session: Session, name: str, query: str, slot: int | None, segments: bool) -> None:
    from pipetui.core.query import parse

    parse(query, session.today, session.fiscal_month)
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
