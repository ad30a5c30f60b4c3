"""Deals by the filter language, and all there is about one."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

import click

from pipetui.cli.output import amount, print_json, table, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.lang import _
from pipetui.store.windows import SORTS, Sort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipetui.store.listing import Line

SCREENFUL = 100
"""Deals shown on a terminal when no limit is given; a pipe gets them all."""


@verb("list", _("QUERY is the filter language: stage:quote owner:me tag:vip amount>10k close:this-month next:none words."))
@click.argument("query", nargs=-1)
@click.option("--sort", type=click.Choice(SORTS), help=_("The order; by number otherwise."))
@click.option("--limit", "-n", type=click.IntRange(0), help=_("At most so many deals; 0 for all."))
@pass_session
def list_deals(session: Session, query: tuple[str, ...], sort: Sort | None, limit: int | None) -> int:
    reading = Reading(session)
    if session.options.json:
        lines = list(reading.lines(" ".join(query), sort, limit or None))
        print_json([reading.deal(line) for line in lines])
        return 0 if lines or not query else 1
    most = SCREENFUL if limit is None and sys.stdout.isatty() else limit or None
    lines = list(reading.lines(" ".join(query), sort, most + 1 if most else None))
    if not lines:
        talk(_("Nothing matches.") if query else _("There is no deal yet. Add one: pipetui add Acme 12k"))
        return 1 if query else 0
    print_table(reading, list(islice(lines, most)))
    if most and len(lines) > most and limit is None:
        talk(_("Only the first {n} are shown; --limit 0 shows all.").format(n=most))
    return 0


def print_table(reading: Reading, lines: Sequence[Line]) -> None:
    """Deals as aligned columns."""
    rows = [
        (
            str(line.id),
            line.title or line.organization or line.contact or "",
            " · ".join(filter(None, (line.contact, line.organization if line.title else None))),
            reading.stages[line.stage_id].name,
            amount(line.amount, line.currency),
            line.expected_close.isoformat() if line.expected_close else "",
            _step(line),
            " ".join(reading.flag_words(line)),
        )
        for line in lines
    ]
    heads = (_("No."), _("Deal"), _("Contact"), _("Stage"), _("Amount"), _("Close"), _("Next step"), "")
    table(heads, rows, right=[_("No."), _("Amount")])


def _step(line: Line) -> str:
    due = line.next_due.isoformat() if line.next_due else ""
    return " ".join(filter(None, (due, line.next_kind, line.next_text)))
