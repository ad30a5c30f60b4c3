"""The board as text or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli.output import print_json, print_lines
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.shapes import Json, money
from pipetui.cli.words import pass_session, query_text, query_verb
from pipetui.lang import _
from pipetui.store import windows

if TYPE_CHECKING:
    from pipetui.store.listing import Line
    from pipetui.store.windows import Column, Scope

_period = click.option(
    "--period",
    "text",
    default="this-month",
    metavar=_("PERIOD"),
    help=_("2026-11, 2026-Q4, next-month, 30d ..."),
)


@query_verb("board", _("Won and lost deals are those closed in the period; all for every one of them."))
@click.argument("query", nargs=-1)
@_period
@pass_session
def board(session: Session, query: tuple[str, ...], text: str) -> None:
    reading = Reading(session)
    scope = reading.scope(session.pipeline.id, reading.asked(query_text(query)), session.period(text))
    columns = windows.columns(session.db, scope)
    if session.options.json:
        stages = [_column(column, _lines(reading, scope, column), reading) for column in columns]
        print_json({"pipeline": session.pipeline.name, "stages": stages})
        return
    for column in columns:
        print_lines([" · ".join(filter(None, (column.stage.name, str(column.count), *_sums(column.totals))))])
        if column.count:
            reading.print_table(_lines(reading, scope, column))
        print_lines([""])


def _lines(reading: Reading, scope: Scope, column: Column) -> list[Line]:
    cards = windows.page(reading.session.db, scope, column.stage.id, "urgency", 0, column.count)
    return reading.of([card.id for card in cards])


def _column(column: Column, found: list[Line], reading: Reading) -> Json:
    return {
        "name": column.stage.name,
        "kind": column.stage.kind,
        "definition": column.stage.definition,
        "count": column.count,
        "totals": _totals(column.totals),
        "deals": [reading.json(line) for line in found],
    }


def _totals(totals: Mapping[str, tuple[int, int]]) -> Json:
    return {currency: money(minor, currency) for currency, (_known, minor) in sorted(totals.items())}


def _sums(totals: Mapping[str, tuple[int, int]]) -> list[str]:
    return [lang.money(minor, currency) for currency, (_known, minor) in sorted(totals.items())]


COMMANDS = {"board": board}
