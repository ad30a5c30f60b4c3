"""What a person may ask for: all there is about them in a file, and to be erased."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipetui import disclosure, parting
from pipetui.cli.output import print_json, print_lines, talk
from pipetui.core.message import say, say_n
from pipetui.core.text import fold
from pipetui.errors import Refused
from pipetui.lang import _, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipetui.cli.session import Session
    from pipetui.core.message import Message
    from pipetui.parting import Prospect


def disclose(session: Session, number: int, file: Path) -> None:
    """Write the document of a person, and say how much it holds."""
    document = disclosure.write(session.store, number, file)
    counts = disclosure.counted(document)
    if session.options.json:
        print_json({"file": str(file), **counts})
        return
    n = sum(counts.values())
    talk(told(say_n("{n} entry written to {file}.", "{n} entries written to {file}.", n, file=str(file))))


def erase(session: Session, number: int, sure: bool) -> None:
    """Tell what goes and what stays, ask, erase. Raises Refused when nobody said yes."""
    ahead = parting.prospect(session.store, number)
    if not session.options.json:
        print_lines(_page(ahead))
    if not sure and not _agreed(ahead):
        raise Refused(say("Nothing was erased."), say("Type the name, or give --yes."))
    done = session.store.erase(number, parting.named)
    if session.options.json:
        print_json({
            "batch": done.batch_id, "contacts": list(ahead.whose.ids), "stays": _told(ahead.stays),
            "elsewhere": _told([*ahead.elsewhere, *([done.rest] if done.rest else [])]),
        })  # fmt: skip
        return
    erased = say("Erased. This cannot be undone.")
    talk(told(erased if done.batch_id is not None else say("Nothing was left to erase.")))
    if done.rest is not None:
        talk(told(done.rest))


def _page(ahead: Prospect) -> Iterator[str]:
    yield _("Erase {name} for good").format(name=ahead.name)
    for title, sentences in (
        (_("Goes"), ahead.goes), (_("Stays"), ahead.stays), (_("Elsewhere"), ahead.elsewhere),
    ):  # fmt: skip
        yield from ("", title, *(f"  {sentence}" for sentence in _told(sentences)))


def _told(sentences: Iterable[Message]) -> list[str]:
    return [told(one) for one in sentences]


def _agreed(ahead: Prospect) -> bool:
    """Whether the name is typed at a terminal."""
    if not sys.stdin.isatty():
        return False
    talk(_("Type the name to erase: {name}").format(name=ahead.name))
    return fold(sys.stdin.readline()) == fold(ahead.name)
