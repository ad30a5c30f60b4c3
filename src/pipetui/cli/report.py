"""Reports: a table to read, rows for a script, a file, or the deals behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipetui.cli import fields
from pipetui.cli.output import print_json, print_lines, progress_bar, table, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, query_text, query_verb
from pipetui.core.message import Message, say
from pipetui.core.report import BY_NAME, SHEETS, Behind, Cell, Report, Row
from pipetui.core.text import fold
from pipetui.errors import Invalid, NotFound
from pipetui.lang import _, period_name, told

if TYPE_CHECKING:
    from pipetui.store.question import Question

FORMATS = ("table", "csv", "md", "json")
WAYS = tuple(dict.fromkeys(way for sheet in SHEETS for way in sheet.by))


@query_verb(
    "report",
    _(
        "Without a name it lists the reports. QUERY is the filter language. --json prints the rows, --format json the"
        " whole page. --deals prints the deals behind a figure: a row by its number or its first word, and a column"
        " by its name: --deals 2, --deals total:won, --deals Lead:went:Lost."
    ),
)
@click.argument("name", required=False, type=click.Choice(list(BY_NAME)))
@click.argument("query", nargs=-1)
@click.option(
    "--period",
    "text",
    metavar=_("PERIOD"),
    help=_("2026-11, 2026-Q4, this-month, all ...; each has its own."),
)
@click.option("--owner", metavar=_("NAME"), default="", help=_("Only the deals of one owner."))
@click.option("--by", type=click.Choice(WAYS), help=_("What its rows are told apart by."))
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=_("How it is printed."))
@click.option(
    "--deals",
    "figures",
    multiple=True,
    metavar=_("ROW[:COLUMN[:PART]]"),
    help=_("The deals behind a figure."),
)
@pass_session
def report(
    session: Session,
    name: str | None,
    query: tuple[str, ...],
    text: str | None,
    owner: str,
    by: str | None,
    form: str,
    figures: tuple[str, ...],
) -> int:
    if name is None:
        _print_reports(session)
        return 0
    question, found = read(session, name, query_text(query), text, owner, by or "")
    if figures:
        return _print_deals(session, question, found, figures)
    _print(session, found, form)
    return 0


def read(
    session: Session, name: str, query: str = "", text: str | None = None, owner: str = "", by: str = ""
) -> tuple[Question, Report]:
    """What was asked and the report that answers it. Raises Invalid, NotFound."""
    from dataclasses import replace

    from pipetui.cli.reading import Reading
    from pipetui.store import reports

    sheet = BY_NAME[name]
    if by and by not in sheet.by:
        raise Invalid(
            say('The report "{name}" is not told apart by {by}.', name=name, by=by),
            say("Choose among {words}.", words=", ".join(sheet.by)) if sheet.by else None,
        )
    reading = Reading(session)
    scope = reading.scope(session.pipeline.id, reading.asked(query))
    scope = replace(scope, owner_id=fields.member(session, owner), me=session.store.me)
    period = session.period(text or sheet.period)
    session.db.make_room()
    question = reports.ask(session.db, scope, period, session.currency, by, session.fiscal_month)
    if name == "accuracy":
        return question, reports.looked_back(question, progress_bar())
    return question, reports.make(name, question)


def _print_reports(session: Session) -> None:
    from pipetui.store.reports import offered

    sheets = [BY_NAME[name] for name in offered()]
    if session.options.json:
        print_json([{"report": one.name, "about": str(one.about), "by": list(one.by)} for one in sheets])
        return
    rows = [(one.name, told(one.about), ", ".join(one.by)) for one in sheets]
    table((_("Report"), _("What it tells"), _("Told apart by")), rows)


def _print(session: Session, found: Report, form: str) -> None:
    if session.options.json:
        print_json(found.records())
        for note in found.notes:
            talk(told(note.message))
    elif form == "table":
        print_table(found)
    else:
        from pipetui.exchange.tabular import TEXTS

        if form == "json":
            print_json(found.document(told))
        else:
            print_lines(TEXTS[form](found).splitlines())


def print_table(found: Report) -> None:
    """A report as a page of text."""
    from pipetui.reporting import columns, heads, lines, notes, to_right

    shown = heads(found)
    print_lines([f"{told(found.title)} · {period_name(found.period)}", ""])
    if found.rows or found.total:
        right = [head for at, head in zip(columns(found), shown, strict=True) if to_right(found, at)]
        table(shown, lines(found), right=right)
    else:
        print_lines([_("There is nothing to count here.")])
    if found.notes:
        print_lines(["", *notes(found)])


# The deals behind a figure


def _print_deals(session: Session, question: Question, found: Report, figures: tuple[str, ...]) -> int:
    from pipetui.cli.reading import Reading
    from pipetui.store.behind import numbers

    ids: dict[int, None] = {}
    for figure in figures:
        ids.update(dict.fromkeys(numbers(question, behind(found, figure))))
    if not ids and not session.options.json:
        talk(_("There are no deals behind it."))
        return 1
    Reading(session).print_deals(list(ids), many=True)
    return 0 if ids else 1


def behind(found: Report, figure: str) -> Behind:
    """The deals that a figure names: `2`, `total:won`, `Lead:went:Lost`. Raises NotFound."""
    row_name, _colon, rest = figure.partition(":")
    column, _colon, part = rest.partition(":")
    row = _row(found, row_name)
    cells = list(zip(found.columns, row, strict=True))
    if column:
        cells = [(one, cell) for one, cell in cells if fold(column) in (one.name, fold(told(one.title)))]
        if not cells:
            raise NotFound(
                say('There is no column "{name}".', name=column),
                say(
                    "The columns are {names}.",
                    names=", ".join(told(one.title) or one.name for one in found.columns),
                ),
            )
    chosen = next((one for one in (_behind(cell, part) for _column, cell in cells) if one is not None), None)
    if chosen is None:
        raise NotFound(say('No deals stand behind "{figure}".', figure=figure))
    return chosen


def _row(found: Report, name: str) -> Row:
    if name.isdecimal() and 1 <= int(name) <= len(found.rows):
        return found.rows[int(name) - 1]
    if fold(name) == "total" and found.total:
        return found.total
    for row in found.rows:
        if any(fold(name) == fold(word) for cell in row[:2] for word in _words(cell)):
            return row
    raise NotFound(
        say('There is no row "{name}".', name=name),
        say("Name it by its number or its first word, or say total."),
    )


def _words(cell: Cell) -> list[str]:
    if isinstance(cell.value, Message):
        return [str(cell.value), told(cell.value)]
    return [cell.value] if isinstance(cell.value, str) else []


def _behind(cell: Cell, part: str) -> Behind | None:
    if isinstance(cell.value, tuple):
        labels = [
            (told(one.label) if isinstance(one.label, Message) else one.label, one) for one in cell.value
        ]
        return (
            next((one.behind for label, one in labels if fold(label) == fold(part)), None) if part else None
        )
    return cell.behind


COMMANDS = {"report": report}
