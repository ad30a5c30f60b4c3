"""Quick entry: one line, one deal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import QueryVerb, pass_session, query_text, short
from pipetui.core import entry
from pipetui.core.deal import Contact, Deal, Organization, Source, Tag
from pipetui.core.message import say, say_n
from pipetui.core.quickadd import Known, draft
from pipetui.core.text import clean
from pipetui.errors import Invalid, PipetuiError
from pipetui.lang import _, month_first

if TYPE_CHECKING:
    from pipetui.core.change import Change
    from pipetui.core.desk import Desk


@click.command(
    "add",
    cls=QueryVerb,
    short_help=short("add"),
    help=_("Open a deal from one line, or one from each line of standard input.")
    + "\n\n\b\n"
    + "pipetui add Acme site web 12k€ @\"Marie Curie\" marie@acme.fr #salon stage:quote close:30/9 '!fri call back'",
)
@click.argument("words", nargs=-1, metavar="TEXT...")
@pass_session
def add(session: Session, words: tuple[str, ...]) -> int:
    lines = [query_text(words)] if words not in ((), ("-",)) else _given()
    if not lines:
        raise Invalid(say("There is nothing to add."), say("Say it in a line: pipetui add Acme 12k"))
    desk = session.desk
    changes = _changes(session, desk, lines)
    new = [change.id for change in changes if change.table == Deal.table and change.before is None]
    label = say_n("Add a deal", "Add {n} deals", len(new))
    done = session.commit(label, changes)
    Reading(session).print_deals([done.ids[number] for number in new], many=words in ((), ("-",)))
    return 0


def _given() -> list[str]:
    """The lines of standard input that say something; bytes that are no UTF-8 are shown as such."""
    if sys.stdin.isatty():
        return []
    text = sys.stdin.buffer.read().decode(errors="replace").removeprefix("\ufeff")
    return [line for line in text.splitlines() if clean(line).strip()]


def _changes(session: Session, desk: Desk, lines: list[str]) -> list[Change]:
    """All lines or none. Raises what the first line that cannot be read raises, with its number."""
    store = session.store
    organizations, sources = store.all(Organization, archived_at=None), store.all(Source)
    register = entry.Register.of(store.all(Contact, archived_at=None), organizations, sources, store.all(Tag))
    names = [one.name for one in organizations]
    known = Known(
        [stage.name for stage in desk.used],
        [source.name for source in sources],
        names,
        session.currency,
        month_first(),
    )
    changes: list[Change] = []
    for number, line in enumerate(lines, start=1):
        try:
            read = draft(clean(line), session.today, known)
            changes += entry.opened(read, desk, register)
            names += [read.organization] if read.organization else []
        except PipetuiError as error:
            if len(lines) == 1:
                raise
            raise Invalid(
                say("Line {number}: {message}", number=str(number), message=error.message),
                error.hint or say("No line was added."),
            ) from error
    return changes


COMMANDS = {"add": add}
