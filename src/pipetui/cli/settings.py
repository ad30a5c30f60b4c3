"""The choices that hold for everybody in the store."""

from __future__ import annotations

import click

from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core import settings as rules
from pipetui.core.deal import Setting
from pipetui.core.message import say
from pipetui.lang import _, told


@verb(
    "settings",
    _("pipetui settings lists them; pipetui settings NAME VALUE changes one, an empty value takes it back."),
)
@click.argument("name", required=False)
@click.argument("value", required=False)
@pass_session
def settings(session: Session, name: str | None, value: str | None) -> None:
    there = session.store.all(Setting)
    if name is not None and value is not None:
        changes = rules.change(there, name, value)
        session.commit(say("Set {name}", name=name), changes)
        there = session.store.all(Setting)
    elif name is not None and name not in rules.KNOWN:
        rules.change(there, name, "")
    shown = [known for known in rules.KNOWN if name in (None, known)]
    if session.options.json:
        print_json({known: rules.value(there, known) or None for known in shown})
        return
    rows = [
        (known, rules.value(there, known).replace("\n", ", "), told(rules.KNOWN[known].meaning))
        for known in shown
    ]
    table((_("Setting"), _("Value"), _("Meaning")), rows)


COMMANDS = {"settings": settings}
