"""What was changed: shown, taken back, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.change import moment_text
from pipetui.lang import _, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipetui.store.log import Entry


@verb("undo", _("Works after a restart too, and takes an import back whole."))
@click.option("--times", "-n", type=click.IntRange(1), default=1, help=_("How many changes to take back."))
@pass_session
def undo(session: Session, times: int) -> None:
    _tell(session, [session.store.undo() for _time in range(times)])


@verb("redo")
@click.option("--times", "-n", type=click.IntRange(1), default=1, help=_("How many changes to make again."))
@pass_session
def redo(session: Session, times: int) -> None:
    _tell(session, [session.store.redo() for _time in range(times)])


@verb("log", _("The newest change comes first. With ID, only what concerns that deal."))
@click.argument("deal_id", type=int, required=False, metavar="[ID]")
@click.option(
    "--limit", "-n", type=click.IntRange(1), default=50, help=_("How many changes."), show_default=True
)
@pass_session
def log(session: Session, deal_id: int | None, limit: int) -> None:
    _tell(session, session.store.log(limit, deal_id=deal_id))


def _tell(session: Session, entries: Iterable[Entry]) -> None:
    if session.options.json:
        print_json([shape(entry) for entry in entries])
        return
    rows = [
        (
            str(entry.id),
            f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
            entry.member or "",
            _kind(entry),
            told(entry.label),
        )
        for entry in entries
    ]
    table((_("No."), _("When"), _("Who"), "", _("What")), rows, right=[_("No.")])


def _kind(entry: Entry) -> str:
    if entry.undone:
        return _("undone")
    return {"undo": _("undo"), "redo": _("redo"), "erase": _("for good")}.get(entry.kind, "")


def shape(entry: Entry) -> dict[str, Any]:
    """One entry of the journal in JSON."""
    return {
        "batch": entry.id,
        "at": moment_text(entry.at),
        "by": entry.member,
        "kind": entry.kind,
        "undone": entry.undone,
        "label": told(entry.label),
        "changes": [
            {"table": change.table, "id": change.id, "before": change.before, "after": change.after}
            for change in entry.changes
        ],
    }


COMMANDS = {"undo": undo, "redo": redo, "log": log}
