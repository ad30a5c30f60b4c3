"""Keeping the store safe: a copy while it is in use, and a check that explains what it finds."""

from __future__ import annotations

import click

from pipetui.cli.output import print_json, print_lines, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.message import say_n
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
@click.option("--head", "noted", metavar="HASH", help=_("The head of the journal as it was noted earlier."))
@pass_session
def doctor(session: Session, repair: bool, noted: str | None) -> int:
    if repair:
        session.store.recount()
    found = [told(finding) for finding in session.store.check()]
    told_head, kept = _head(session, noted)
    found += [] if kept else [told_head]
    if session.options.json:
        head = session.store.head()
        shown = {"batch": head[0], "chain": head[1]} if head else None
        print_json({"store": session.place, "findings": found, "head": shown})
    elif found:
        print_lines(found)
        talk(_("What is derived can be made again: pipetui doctor --repair"))
    else:
        print_lines([_("{store}: all is well.").format(store=session.place), told_head])
    return 1 if found else 0


def _head(session: Session, noted: str | None) -> tuple[str, bool]:
    """What the head of the journal is, or how it stands to the noted one; and whether that is as it should be."""
    head = session.store.head()
    if noted is not None:
        since = session.store.since(noted)
        if since is None:
            return _(
                "The journal does not hold the head {noted} any more: batches were cut off or written anew. Compare"
                " with a backup."
            ).format(noted=noted), False
        return told(
            say_n(
                "The journal still holds the head that was noted, and {n} batch since.",
                "The journal still holds the head that was noted, and {n} batches since.",
                since,
            )
        ), True
    if head is None:
        return _("The journal has no seals yet: the next change begins them."), True
    return _("Head of the journal: batch {n}, {chain}").format(n=head[0], chain=head[1]), True


COMMANDS = {"backup": backup, "doctor": doctor}
