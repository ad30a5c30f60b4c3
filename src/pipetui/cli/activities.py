"""Calls, e-mails, meetings, tasks and notes: planned, done, noted afterwards."""

from __future__ import annotations

from collections.abc import Iterable

import click

from pipetui.cli import fields, shapes
from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import activities as rules
from pipetui.core.deal import Activity, ActivityKind
from pipetui.core.message import Message, say
from pipetui.core.moves import Changes
from pipetui.core.recurrence import repeat_from_words
from pipetui.core.step import Step
from pipetui.lang import _, again, kind_word

KINDS = ("call", "email", "meeting", "task", "note")
_kind = click.argument("kind", type=click.Choice(KINDS))
_text = click.argument("text", nargs=-1)
_unreached = click.option(
    "--no-answer", is_flag=True, help=_("Nobody was reached: the deal stays where it is.")
)


@family("activity")
@click.pass_context
def activity(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(list_activities)


@activity.command("list", help=_("What is planned, by day; with ID, all of one deal."))
@click.argument("deal_id", type=int, required=False, metavar="[ID]")
@pass_session
def list_activities(session: Session, deal_id: int | None = None) -> None:
    if deal_id is not None:
        show(session, session.store.all(Activity, deal_id=session.deal(deal_id).id))
        return
    planned = [one for one in session.store.all(Activity, done_at=None) if one.due_on is not None]
    show(session, sorted(planned, key=lambda one: (str(one.due_on), one.due_time or "24", one.id)))


@activity.command(
    "add", help=_("Plan the next step of a deal: pipetui activity add 12 call --due friday The budget?")
)
@click.argument("deal_id", type=int, metavar="ID")
@_kind
@_text
@click.option("--due", metavar=_("DATE"), default="", help=_("Its day; today by default."))
@click.option("--at", "clock", metavar="HH:MM", help=_("Its time."))
@click.option(
    "--repeat", "often", metavar=_("2w"), default="", help=_("How often it comes back: 2w, 1m, every 3 days.")
)
@pass_session
def add(
    session: Session,
    deal_id: int,
    kind: ActivityKind,
    text: tuple[str, ...],
    due: str,
    clock: str | None,
    often: str,
) -> None:
    deal = session.deal(deal_id)
    step = Step(kind, " ".join(text), fields.day(session, due), clock, repeat_from_words(often))
    changes = rules.plan(step, session.desk, deal=deal, visit=session.visit(deal))
    _write(session, say("Plan a step"), changes)


@activity.command("log", help=_("Note what was done: pipetui activity log 12 call They want a quote"))
@click.argument("deal_id", type=int, metavar="ID")
@_kind
@_text
@_unreached
@pass_session
def log(session: Session, deal_id: int, kind: ActivityKind, text: tuple[str, ...], no_answer: bool) -> None:
    deal = session.deal(deal_id)
    step = Step(kind, " ".join(text))
    changes = rules.log(step, session.desk, deal=deal, visit=session.visit(deal), reached=not no_answer)
    _write(session, say("Note what was done"), changes)


@activity.command("done", help=_("A planned step was taken; NUMBER is its own, as in the list."))
@click.argument("number", type=int)
@_unreached
@pass_session
def done(session: Session, number: int, no_answer: bool) -> None:
    one = session.store.get(Activity, number)
    deal = session.deal(one.deal_id) if one.deal_id is not None else None
    visit = session.visit(deal) if deal else None
    changes = rules.done(one, session.desk, deal, visit, reached=not no_answer)
    session.commit(say("Take a step"), changes)
    show(session, [session.store.get(Activity, number)])


@activity.command("edit", help=_("Another day, time, kind or text: pipetui activity edit 40 due=friday"))
@click.argument("number", type=int)
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE...")
@pass_session
def edit(session: Session, number: int, words: tuple[str, ...]) -> None:
    given = fields.pairs(words, dict.fromkeys(("kind", "text", "due", "time", "owner", "repeat")))
    values: dict[str, object] = {name: given[name] for name in ("kind", "text") if name in given}
    if "due" in given:
        values["due_on"] = fields.day(session, given["due"])
    if "time" in given:
        values["due_time"] = given["time"] or None
    if "repeat" in given:
        values["repeat"] = repeat_from_words(given["repeat"])
    if "owner" in given:
        values["owner_id"] = fields.member(session, given["owner"])
    session.commit(say("Change a step"), rules.change(session.store.get(Activity, number), **values))
    show(session, [session.store.get(Activity, number)])


@activity.command("snooze", help=_("A planned step is due another day: pipetui activity snooze 40 friday"))
@click.argument("number", type=int)
@click.argument("words", nargs=-1)
@pass_session
def snooze(session: Session, number: int, words: tuple[str, ...]) -> None:
    until = fields.day(session, " ".join(words) or "tomorrow")
    assert until is not None
    session.commit(
        say("Snooze a step until {day}", day=until), rules.snooze(session.store.get(Activity, number), until)
    )
    show(session, [session.store.get(Activity, number)])


@activity.command("skip", help=_("What repeats is not done this time, but comes back."))
@click.argument("number", type=int)
@pass_session
def skip(session: Session, number: int) -> None:
    session.commit(say("Skip a step"), rules.skip(session.store.get(Activity, number), session.desk))
    show(session, [session.store.get(Activity, number)])


@activity.command("cancel", help=_("A planned step will not be taken."))
@click.argument("number", type=int)
@pass_session
def cancel(session: Session, number: int) -> None:
    one = session.store.get(Activity, number)
    session.commit(say("Cancel a step"), rules.cancel(one))
    show(session, [one])


def _write(session: Session, label: Message, changes: Changes) -> None:
    """Write a new activity, with the move it brings about, and print it."""
    number = next(change.id for change in changes if change.table == Activity.table)
    show(session, [session.store.get(Activity, session.commit(label, changes).ids[number])])


def show(session: Session, activities: Iterable[Activity]) -> None:
    """Print activities."""
    if session.options.json:
        print_json([shapes.record(one) for one in activities])
        return
    rows = [
        (
            str(one.id),
            str(one.deal_id or ""),
            kind_word(one.kind),
            " ".join(filter(None, (shapes.day(one.due_on), one.due_time))),
            f"{one.done_at.astimezone():%Y-%m-%d}" if one.done_at else "",
            f"{one.text}{again(one.repeat)}".strip(),
        )
        for one in activities
    ]
    heads = (_("No."), _("Deal"), _("Kind"), _("Planned"), _("Done"), _("Text"))
    table(heads, rows, right=[_("No."), _("Deal")])


COMMANDS = {"activity": activity}
