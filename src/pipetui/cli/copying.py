"""A whole store from one place to another: files, servers, and JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipetui.cli.output import print_json, table, talk
from pipetui.cli.session import Session, shown
from pipetui.cli.words import pass_session, verb
from pipetui.core.message import say
from pipetui.errors import Invalid, Refused
from pipetui.lang import _
from pipetui.paths import path_of

if TYPE_CHECKING:
    from pipetui.exchange.lines import Reader, Rows
    from pipetui.store.copying import Piece, Sums
    from pipetui.store.db import Database

LINES = ".jsonl"


@verb(
    "copy",
    _(
        "A place is a file, a postgresql:// address, or a .jsonl file of JSON lines. Everything goes along: journal,"
        " undo and numbers too. Counts and digests of both are compared before anything is confirmed."
    ),
)
@click.option("--from", "source", metavar="PATH|URL", help=_("Where from; the store itself by default."))
@click.option("--to", required=True, metavar="PATH|URL", help=_("Where to: nothing may be there yet."))
@click.option("--replace", is_flag=True, help=_("Replace what is there; it is kept in a file."))
@pass_session
def copy(session: Session, source: str | None, to: str, replace: bool) -> None:
    source = source or session.url
    if _same(source, to):
        raise Refused(say("That is the same place."))
    with _pieces(source) as pieces:
        if to.endswith(LINES):
            sums, kept = write_lines(pieces, Path(to), replace), None
        else:
            from pipetui.config import make_home
            from pipetui.store.restoring import put

            make_home(to)
            sums, kept = put(pieces, to, replace, datetime.now(UTC))
    _say(session, shown(source), shown(to), sums, kept)


def _same(source: str, to: str) -> bool:
    if "://" in source.removeprefix("sqlite:///") or "://" in to.removeprefix("sqlite:///"):
        return source == to
    return Path(source.removeprefix("sqlite:///")).resolve() == Path(to.removeprefix("sqlite:///")).resolve()


@contextmanager
def _pieces(source: str) -> Iterator[Iterable[Piece]]:
    from pipetui.store import copying, schema
    from pipetui.store.db import Database, dialect

    if source.endswith(LINES):
        from pipetui.exchange.lines import Reader

        yield _vouched(Reader(Path(source)))
        return
    if dialect(source) == "sqlite" and not path_of(source.removeprefix("sqlite:///")).exists():
        raise Refused(say("There is no file {file}.", file=source))
    db: Database = Database(source)
    try:
        if schema.version(db) is None:
            raise Refused(say("There is no store in {place}.", place=shown(source)))
        schema.bring_up(db)
        yield copying.pieces(db)
    finally:
        db.close()


def _vouched(reader: Reader) -> Iterator[Piece]:
    """The rows of a file, which must be as many and as they were when it was written."""
    from pipetui.store import schema
    from pipetui.store.copying import Piece, Sum, Sums

    found = Sums()
    for name, columns, rows in reader.rows():
        if not found:
            schema.refuse_newer(reader.schema)
        found.setdefault(name, Sum()).add(rows)
        yield Piece(name, columns, rows)
    if {name: (one.n, one.digest) for name, one in found.items()} != reader.sums:
        raise Invalid(
            say("{file} is not as it was written: its rows do not add up.", file=reader.path.name),
            say("Nothing was written."),
        )


def write_lines(pieces: Iterable[Piece], path: Path, replace: bool = True) -> Sums:
    """Write a whole store as JSON lines; its sums. Raises Refused when there is such a file already."""
    from pipetui.exchange import lines
    from pipetui.store import schema
    from pipetui.store.copying import Sum, Sums

    if path.exists() and not replace:
        raise Refused(say("{file} exists already.", file=str(path)), say("Choose another name."))
    found, sums = Sums(), {}

    def counted() -> Iterator[Rows]:
        for name, columns, rows in pieces:
            found.setdefault(name, Sum()).add(rows)
            yield name, columns, rows
        sums.update({name: (one.n, one.digest) for name, one in found.items()})

    lines.write(path, schema.HEAD, counted(), sums)
    for _piece in _vouched(lines.Reader(path)):
        pass  # read back to the end, its sums are those that were written
    return found


def _say(session: Session, source: str, to: str, sums: Sums, kept: Path | None) -> None:
    if session.options.json:
        tables = {name: {"rows": one.n, "sha256": one.digest} for name, one in sums.items()}
        print_json({"from": source, "to": to, "kept": kept and str(kept), "tables": tables})
        return
    table(
        (_("Table"), _("Rows"), "SHA-256"),
        [(name, str(one.n), one.digest[:16]) for name, one in sums.items()],
        right=(_("Rows"),),
    )
    talk(_("Copied to {file}; both are equal, table by table.").format(file=to))
    if kept is not None:
        talk(_("What it replaces is kept in {file}.").format(file=str(kept)))


COMMANDS = {"copy": copy}
