"""Keeping the store safe: a copy while it is in use, and a check that explains what it finds."""

from __future__ import annotations

import click

from pipetui.cli.output import print_json, print_lines, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.lang import _


@verb("backup", _("The copy is whole whoever writes meanwhile; FILE must not exist yet."))
@click.argument("file", type=click.Path())
@pass_session
def backup(session: Session, file: str) -> None:
    session.store.db.backup(file)
    if session.options.json:
        print_json({"file": file})
    else:
        talk(_("Copied to {file}.").format(file=file))


COMMANDS = {"backup": backup}
