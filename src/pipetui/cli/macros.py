"""Macros: acts under a name, recorded on the board, done again on other deals as one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipetui.cli.match import the_one
from pipetui.cli.output import print_json, print_lines, table, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core.acts import batch_changes, check_name, loaded, perform, words
from pipetui.core.bench import Bench
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal, Macro, Organization
from pipetui.core.message import say, say_n
from pipetui.errors import NotFound
from pipetui.lang import _, told

if TYPE_CHECKING:
    from collections.abc import Sequence


@family("macro", _("A macro is recorded on the board with ; and played there with ,"))
@click.pass_context
def macro(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


@macro.command("list", help=_("The macros, each with what it does."))
@pass_session
def list_macros(session: Session) -> None:
    show(session)


@macro.command("play", help=_("Do all it says on these deals, in one batch that undo takes back."))
@click.argument("name")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@pass_session
def play(session: Session, name: str, ids: tuple[int, ...]) -> int:
    one, acts = _one(session, name), loaded(_one(session, name).acts)
    by_pipeline: dict[int, list[int]] = {}
    for number in dict.fromkeys(ids):
        by_pipeline.setdefault(session.deal(number).pipeline_id, []).append(number)
    if set(by_pipeline) - {session.pipeline.id}:
        raise NotFound(
            say("These deals are not in {pipeline}.", pipeline=session.pipeline.name),
            say("Say --pipeline NAME."),
        )
    found = perform(acts, by_pipeline[session.pipeline.id], _bench(session), session.desk)
    changes = batch_changes(found)
    label = say_n("Play {macro} on a deal", "Play {macro} on {n} deals", len(found.ids), macro=one.name)
    session.commit(label, changes)
    for number, error in found.refused:
        why = told(error.message)
        talk(_("{deal} was left: {why}").format(deal=_called(session, number), why=why))
    Reading(session).print_deals(list(found.ids), many=True)
    return 1 if found.refused else 0


@macro.command("rename", help=_("Give it another name."))
@click.argument("name")
@click.argument("new")
@pass_session
def rename(session: Session, name: str, new: str) -> None:
    one = _one(session, name)
    others = [each.name for each in session.store.all(Macro) if each.id != one.id]
    kept = check_name(new, others)
    session.commit(say("Rename {old} to {name}", old=one.name, name=kept), [Change.edit(one, name=kept)])
    show(session)


@macro.command("remove", help=_("Forget it; what it has done stays."))
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    one = _one(session, name)
    session.commit(say("Forget {name}", name=one.name), [Change.drop(one)])
    show(session)


def show(session: Session) -> None:
    """Print the macros."""
    found = sorted(session.store.all(Macro), key=lambda one: one.name)
    if session.options.json:
        print_json([shape(session, one) for one in found])
    elif found:
        rows = [
            (one.name if n == 0 else "", said) for one in found for n, said in enumerate(_said(session, one))
        ]
        table((_("Macro"), _("What it does")), rows)
    else:
        print_lines([_("There is no macro yet: on the board ; records one.")])


def shape(session: Session, one: Macro) -> dict[str, Any]:
    """A macro in JSON: its acts as data, and as people read them."""
    acts = [{"verb": act.verb, **act.given} for act in loaded(one.acts)]
    return {"id": one.id, "name": one.name, "acts": acts, "says": _said(session, one)}


def _said(session: Session, one: Macro) -> list[str]:
    return [told(words(act, session.store)) for act in loaded(one.acts)]


def _one(session: Session, name: str) -> Macro:
    return the_one(name, session.store.all(Macro), say("macro"))


def _bench(session: Session) -> Bench:
    from pipetui.store.roster import FEW, called

    def found(kind: type[Contact | Organization], names: Sequence[str]) -> Sequence[Any]:
        return called(session.store, kind, names, FEW)

    return Bench(session.store, found)


def _called(session: Session, number: int) -> str:
    return session.store.get(Deal, number).title or str(number)


COMMANDS = {"macro": macro}
