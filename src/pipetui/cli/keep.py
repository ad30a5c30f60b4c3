"""Keeping the store safe: a copy while it is in use, and a check that explains what it finds."""

from __future__ import annotations

import click

from pipetui.cli.output import print_json, print_lines, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.lang import _, told


@verb("backup", _("The copy is whole whoever writes meanwhile; FILE must not exist yet."))
@click.argument("file", type=click.Path())
@pass_session
def backup(session: Session, file: str) -> None:
    session.store.backup(file)
    if session.options.json:
        print_json({"file": file})
    else:
        talk(_("Copied to {file}.").format(file=file))


@verb("doctor")
@click.option(
    "--repair", is_flag=True, help=_("Make again what is derived: counts, next steps, words to find.")
)
@pass_session
def doctor(session: Session, repair: bool) -> int:
    if repair:
        session.store.recount()
    found = [told(finding) for finding in session.store.check()]
    if session.options.json:
        print_json({"store": session.place, "findings": found})
    elif found:
        print_lines(found)
        talk(_("What is derived can be made again: pipetui doctor --repair"))
    else:
        print_lines([_("{store}: all is well.").format(store=session.place)])
    return 1 if found else 0


COMMANDS = {"backup": backup, "doctor": doctor}
