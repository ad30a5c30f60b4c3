"""The stages of the pipeline, each with the definition everybody shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipetui.cli.match import the_one
from pipetui.cli.output import print_json, table, talk
from pipetui.cli.session import Session
from pipetui.cli.words import OneOf, family, pass_session
from pipetui.core import stages as rules
from pipetui.core.deal import Deal, Goal, Visit
from pipetui.core.message import say, say_n
from pipetui.errors import Invalid
from pipetui.lang import _, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipetui.core.deal import Stage


@family("stages")
@click.pass_context
def stages(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


def show(session: Session) -> None:
    """Print the stages of the pipeline."""
    if session.options.json:
        print_json([shape(stage) for stage in session.stages])
        return
    rows = [
        (
            stage.name,
            told(rules.KIND_WORDS[stage.kind]),
            _ratio(stage),
            str(stage.days),
            told(rules.EVENT_WORDS[stage.event]) if stage.event else "",
            stage.definition,
        )
        for stage in session.stages
    ]
    heads = (_("Stage"), _("Kind"), _("Ratio"), _("Days"), _("Event"), _("Definition"))
    table(heads, rows, right=[_("Days")])


def shape(stage: Stage) -> dict[str, Any]:
    """One stage in JSON."""
    ratio = f"{stage.ratio_from}:{stage.ratio_to}" if stage.ratio_from is not None else None
    return {
        "id": stage.id,
        "name": stage.name,
        "kind": stage.kind,
        "definition": stage.definition,
        "ratio": ratio,
        "days": stage.days,
        "event": stage.event,
    }


def _ratio(stage: Stage) -> str:
    return f"{stage.ratio_from} → {stage.ratio_to}" if stage.ratio_from is not None else ""


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--event",
            type=OneOf({**rules.EVENT_WORDS, "none": say("none")}),
            help=_("The event that brings a deal in."),
        ),
        click.option("--days", type=click.IntRange(1), help=_("Typical days a deal stays.")),
        click.option("--ratio", metavar="20:10", help=_("Of 20 deals, 10 go on to the next stage.")),
    ):
        command = option(command)
    return command


def _values(days: int | None, event: str | None, ratio: str | None, **more: str | None) -> dict[str, Any]:
    given = {"days": days, "event": event, **more}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if event == "none":
        values["event"] = None
    if ratio is not None:
        values["ratio_from"], values["ratio_to"] = read_ratio(ratio)
    return values


def read_ratio(text: str) -> tuple[int, int]:
    """`20:10` as said: of 20, 10 go on. Raises Invalid."""
    first, _colon, second = text.replace("→", ":").replace("/", ":").partition(":")
    if not (first.strip().isdecimal() and second.strip().isdecimal()):
        raise Invalid(
            say('"{text}" is not a ratio.', text=text), say("Write it like 20:10: of 20 deals, 10 go on.")
        )
    return int(first), int(second)


@stages.command("add", help=_("Add a stage after another one, or as the last open one."))
@click.argument("name")
@click.option("--definition", required=True, help=_("One or two sentences: when does a deal belong here?"))
@click.option("--after", metavar=_("STAGE"), help=_("The stage it follows."))
@_fields
@pass_session
def add(session: Session, /, name: str, definition: str, after: str | None, **values: Any) -> None:
    before = _stage(session, after) if after else None
    session.commit(
        say("Add the stage {stage}", stage=name),
        rules.add(session.desk, name, definition, before, session.pipeline.id, **_values(**values)),
    )
    show(session)


@stages.command("edit", help=_("Change a stage: its name, definition, ratio, days or event."))
@click.option(
    "--dry-run", is_flag=True, help=_("With --event: say which deals the rule would move; write nothing.")
)
@click.option("--apply", is_flag=True, help=_("With --event: move the deals that the rule would have moved."))
@click.argument("name")
@click.option("--name", "new_name", metavar=_("NEW"), help=_("Another name."))
@click.option("--definition", help=_("One or two sentences: when does a deal belong here?"))
@_fields
@pass_session
def edit(
    session: Session,
    /,
    name: str,
    new_name: str | None,
    definition: str | None,
    dry_run: bool,
    apply: bool,
    **values: Any,
) -> None:
    stage = _stage(session, name)
    changed = _values(**values, name=new_name, definition=definition)
    changes = rules.edit(stage, session.desk, **changed)
    event = changed.get("event")
    if dry_run:
        _show_movers(session, stage, event)
        return
    session.commit(say("Change the stage {stage}", stage=stage.name), changes)
    if apply and event is not None:
        from pipetui.store.rules import moved, movers

        numbers = [one.deal_id for one in movers(session.db, stage, event)]
        label = say_n("Move a deal by a changed rule", "Move {n} deals by a changed rule", len(numbers))
        session.commit(label, moved(session.store, session.desk, event, numbers))
    show(session)


def _show_movers(session: Session, stage: Stage, event: Any) -> None:
    """Print the deals that the rule would move."""
    from pipetui.store.rules import movers

    found = movers(session.db, stage, event) if event is not None else []
    names = {one.id: one.name for one in session.stages}
    if session.options.json:
        print_json([
            {"id": one.deal_id, "title": one.title, "organization": one.organization, "contact": one.contact,
             "from": names[one.stage_id], "to": stage.name}
            for one in found
        ])  # fmt: skip
        return
    talk(
        told(
            say_n(
                "{n} deal would move; nothing is written.",
                "{n} deals would move; nothing is written.",
                len(found),
            )
        )
    )
    if found:
        rows = [
            (str(one.deal_id), " – ".join(part for part in (one.organization or one.contact, one.title) if part),
             names[one.stage_id], stage.name)
            for one in found
        ]  # fmt: skip
        table((_("No."), _("Deal"), _("from"), _("to")), rows, right=[_("No.")])


@stages.command("move", help=_("Give a stage another place: after another one, or first."))
@click.argument("name")
@click.option("--after", metavar=_("STAGE"), help=_("The stage it follows; first without it."))
@pass_session
def move(session: Session, name: str, after: str | None) -> None:
    stage, before = _stage(session, name), _stage(session, after) if after else None
    session.commit(say("Move the stage {stage}", stage=stage.name), rules.move(stage, before, session.desk))
    show(session)


@stages.command("merge", help=_("Put all of stage A into stage B, its history too; A is retired."))
@click.argument("a")
@click.argument("b")
@pass_session
def merge(session: Session, a: str, b: str) -> None:
    old, new, store = _stage(session, a), _stage(session, b), session.store
    deals = {deal.id: deal for stage in (old, new) for deal in store.all(Deal, stage_id=stage.id)}
    deals |= {deal.id: deal for deal in store.all(Deal, closed_from_id=old.id)}
    visits = {visit.id: visit for stage in (old, new) for visit in store.all(Visit, stage_id=stage.id)}
    visits |= {visit.id: visit for stage in (old, new) for visit in store.all(Visit, next_stage_id=stage.id)}
    goals = store.all(Goal, stage_id=old.id)
    session.commit(
        say("Merge the stage {stage} into {into}", stage=old.name, into=new.name),
        rules.merge(old, new, session.desk, deals.values(), visits.values(), goals),
    )
    show(session)


@stages.command("retire", help=_("Use a stage no more: its deals move, its history stays its own."))
@click.argument("name")
@click.option("--into", required=True, metavar=_("STAGE"), help=_("The stage its deals move to."))
@pass_session
def retire(session: Session, name: str, into: str) -> None:
    old, new = _stage(session, name), _stage(session, into)
    deals = [(deal, session.visit(deal)) for deal in session.store.all(Deal, stage_id=old.id)]
    goals = session.store.all(Goal, stage_id=old.id)
    session.commit(
        say("Retire the stage {stage}", stage=old.name), rules.retire(old, new, session.desk, deals, goals)
    )
    show(session)


def _stage(session: Session, word: str) -> Stage:
    return the_one(word, session.stages, say("stage"))


COMMANDS = {"stages": stages}
