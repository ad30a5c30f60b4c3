"""Deals by the filter language, and all there is about one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipetui.cli.output import print_json, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, query_text, query_verb
from pipetui.lang import _, told
from pipetui.store.orders import SORTS, Sort

if TYPE_CHECKING:
    from pipetui.core.message import Message

SCREENFUL = 100
"""Deals shown on a terminal when no limit is given; a pipe gets them all."""


@query_verb(
    "list", _("QUERY is the filter language: stage:quote owner:me tag:vip amount>10k close:this-month words")
)
@click.argument("query", nargs=-1)
@click.option("--sort", type=click.Choice(SORTS), help=_("The order; by number otherwise."))
@click.option("--limit", type=click.IntRange(0), help=_("At most so many deals; 0 for all."))
@pass_session
def list_deals(session: Session, query: tuple[str, ...], sort: Sort | None, limit: int | None) -> int:
    reading, asked = Reading(session), query_text(query)
    nothing = 1 if asked else 0
    if session.options.json:
        found = [reading.json(line) for line in reading.lines(asked, sort, limit or None)]
        print_json(found)
        return 0 if found else nothing
    for warning in _warnings(reading, asked):
        talk(told(warning))
    most = SCREENFUL if limit is None and sys.stdout.isatty() else limit or None
    lines = list(reading.lines(asked, sort, most + 1 if most else None))
    if not lines:
        talk(_("Nothing matches.") if asked else _("There is no deal yet. Add one: pipetui add Acme 12k"))
        return nothing
    reading.print_table(lines[:most])
    if most and len(lines) > most and limit is None:
        talk(_("Only the first {n} are shown; --limit 0 shows all.").format(n=most))
    return 0


def _warnings(reading: Reading, asked: str) -> list[Message]:
    """What a query asks for that is nowhere; it is no mistake all the same."""
    from pipetui.core.query import strangers

    expr = reading.asked(asked)
    return strangers(expr, (stage.name for stage in reading.stages.values())) if expr else []


COMMANDS = {"list": list_deals}
