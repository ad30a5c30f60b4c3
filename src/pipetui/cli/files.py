"""Files in and out: `import` says what it understood before it writes, `export` writes what comes back the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipetui.cli.output import print_json, print_lines, progress_bar, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, query_text, query_verb, verb
from pipetui.core.change import Batch, Change
from pipetui.core.deal import RECORDS, Deal, Record
from pipetui.core.deal import Mapping as Remembered
from pipetui.core.message import say, say_n
from pipetui.core.text import clean
from pipetui.errors import Invalid, Refused
from pipetui.lang import _, labelled, told

if TYPE_CHECKING:
    from pipetui.exchange.columns import Mark, Order
    from pipetui.exchange.events import Events
    from pipetui.exchange.intake import Intake
    from pipetui.exchange.plan import Choices, Plan
    from pipetui.exchange.profiles import Kind
    from pipetui.exchange.report import Report
    from pipetui.store.listing import Line

HEADERS = (
    "id", "title", "stage", "pipeline", "contact", "organization", "email", "phone", "amount", "currency", "owner",
    "source", "tags", "expected_close", "created_at", "stage_since", "closed_at", "lost_reason", "next_step_kind",
    "next_step_due", "next_step_text", "parked_until", "archived_at", "pinned_chance", "probability", "flags",
    "external_id", "notes",
)  # fmt: skip
MARKS: Mapping[str, Mark] = {"point": ".", "comma": ","}
SHOWN = 20
"""Rejected rows listed on a terminal."""


def _some(flag: str, name: str, shape: str, more: str) -> Callable[[Any], Any]:
    return click.option(flag, name, multiple=True, metavar=shape, help=more)


def _one_of(flag: str, name: str, words: tuple[str, ...], more: str) -> Callable[[Any], Any]:
    return click.option(flag, name, type=click.Choice(words), help=more)


@verb(
    "import",
    _("CSV, XLSX, vCard or a JSON export; - reads standard input. The whole file is one step for undo."),
)
@click.argument("file", type=click.Path(allow_dash=True))
@_some("--map", "fields", "FIELD=COLUMN", _("The column of a field; FIELD= leaves it out."))
@_some("--stage", "stages", "VALUE=STAGE", _("The stage a value of the file stands for."))
@_one_of(
    "--format",
    "kind",
    ("deals", "contacts", "organizations", "quotes", "activities"),
    _("What the rows are."),
)
@_one_of("--dates", "order", ("dmy", "mdy"), _("Whether day or month comes first."))
@_one_of("--decimal", "decimal", tuple(MARKS), _("The mark before the decimals."))
@click.option(
    "--history", type=click.Path(), help=_("Stays in the stages: deal, stage, entered_at, left_at, next.")
)
@click.option("--dry-run", is_flag=True, help=_("Say what would happen and write nothing."))
@pass_session
def import_file(
    session: Session, file: str, fields: tuple[str, ...], stages: tuple[str, ...], kind: Kind | None,
    order: Order | None, decimal: str | None, history: str | None, dry_run: bool,
) -> int:  # fmt: skip
    from pipetui.exchange.plan import Choices

    mark = MARKS.get(decimal or "")
    asked = Choices(_pairs(fields, "FIELD=COLUMN"), _pairs(stages, "VALUE=STAGE"), order, mark, kind)
    session.check_right("add", "deal")
    with _given(file) as path:
        if path.suffix.lower() == ".json":
            return _import_whole(session, path, dry_run)
        if path.suffix.lower() == ".jsonl":
            raise Refused(
                say("{file} holds a whole store, which joins no other.", file=path.name),
                say("Make a store of it: pipetui copy --from {file} --to NEW.db", file=path.name),
            )
        if path.suffix.lower() == ".vcf":
            return _import_cards(session, path, dry_run)
        return _import_rows(session, path, asked, Path(history) if history else None, dry_run)


@contextmanager
def _given(file: str) -> Iterator[Path]:
    """The file, or standard input kept in one: a file is read more than once."""
    if file != "-":
        yield Path(file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stdin.csv"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        with path.open("rb") as copy:
            document = copy.read(1) == b"{"
        yield path.rename(path.with_suffix(".json")) if document else path


def _pairs(words: tuple[str, ...], shape: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        left, equals, right = clean(word).partition("=")
        if not equals or not left.strip():
            raise Invalid(say('"{text}" is not of the form {shape}.', text=clean(word), shape=shape))
        pairs[left.strip()] = right.strip()
    return pairs


def _import_rows(session: Session, path: Path, asked: Choices, history: Path | None, dry_run: bool) -> int:
    from pipetui.exchange.events import Events
    from pipetui.exchange.intake import Intake
    from pipetui.exchange.plan import planned
    from pipetui.exchange.profiles import known_headers
    from pipetui.exchange.sheet import opened
    from pipetui.store.roster import roster

    sheet, desk = opened(path, known_headers), session.desk
    choices = asked.over(_remembered(session, sheet))
    plan = planned(sheet, desk.used, choices)
    if not session.options.json:
        _say_plan(plan)
    if plan.questions:
        question = plan.questions[0]
        flags = "  ".join(each.flag for each in plan.questions)
        raise Refused(question.message, say("Say it with {flags}", flags=flags))
    known = roster(session.store, desk, session.currency)
    if plan.kind in ("quotes", "activities"):
        return _import_events(session, Events(plan, known, session.store, progress_bar()), asked, dry_run)
    intake = Intake(plan, known, progress=progress_bar())
    if history is not None:
        intake.visited = _visits(history, desk, choices, intake.report)
    batch = _written(session, intake, dry_run)
    if not dry_run:
        _remember(session, plan, asked)
    return _say_report(session, intake.report, batch, dry_run)


def _import_events(session: Session, events: Events, asked: Choices, dry_run: bool) -> int:
    """What happened to deals, which brings them where a hand would have."""
    changes = tuple(events.changes())
    batch = None
    if changes and not dry_run:
        batch = session.store.commit(Batch(events.label, changes)).batch_id
    if not dry_run:
        _remember(session, events.plan, asked)
    return _say_report(session, events.report, batch, dry_run)


def _visits(history: Path, desk: Any, choices: Choices, report: Report) -> Mapping[str, Any]:
    from pipetui.exchange import visits
    from pipetui.exchange.sheet import opened

    return visits.visits(opened(history, visits.known_headers), desk, choices.stages, choices.order, report)


def _written(session: Session, intake: Intake, dry_run: bool) -> int | None:
    if dry_run:
        for _change in intake.changes():
            pass
        return None
    return session.store.load(intake.label, intake.changes()).batch_id


def _remembered(session: Session, sheet: Any) -> Choices:
    """What was chosen the last time for a file with these headers."""
    from pipetui.exchange.plan import Choices, signature

    found = session.store.all(Remembered, signature=signature(sheet))
    return Choices.from_json(found[-1].choices) if found else Choices()


def _remember(session: Session, plan: Plan, asked: Choices) -> None:
    from pipetui.exchange.plan import Choices

    if asked == Choices():
        return
    found = session.store.all(Remembered, signature=plan.signature)
    earlier = Choices.from_json(found[-1].choices) if found else Choices()
    text = asked.over(earlier).to_json()
    if found:
        change = Change.edit(found[-1], choices=text)
    else:
        change = Change.add(Remembered(id=-1, signature=plan.signature, choices=text))
    session.store.load(
        say("Remember the columns of {file}", file=plan.sheet.path.name), [change], undoable=False
    )


def _say_plan(plan: Plan) -> None:
    headers = ", ".join(f"{name} ← {clean(plan.header(name))}" for name in plan.columns)
    talk(
        _("{product}, {n} rows: {headers}").format(
            product=plan.product or _("A table"), n=plan.rows, headers=headers
        )
    )
    if plan.stages:
        pairs = ", ".join(f"{value} → {stage.name}" for value, stage in plan.stages.items())
        talk(_("Stages: {pairs}").format(pairs=pairs))
    if plan.sheet.note:
        talk(told(plan.sheet.note))


def _say_report(session: Session, report: Report, batch: int | None, dry_run: bool) -> int:
    from pipetui.exchange.intake import notes

    done = report.created + report.updated + report.unchanged
    if session.options.json:
        print_json({
            "batch": batch, "created": report.created, "updated": report.updated, "unchanged": report.unchanged,
            "rejected": [
                {"line": each.line, "column": each.column or None, "value": each.value, "reason": told(each.reason)}
                for each in report.rejected
            ],
        })  # fmt: skip
        return 1 if report.rejected and not done else 0
    would = _("Nothing is written. It would be: ") if dry_run else ""
    print_lines(
        [
            would
            + _("{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected").format(
                created=report.created,
                updated=report.updated,
                unchanged=report.unchanged,
                rejected=len(report.rejected),
            )
        ]
    )
    for note in notes(report):
        talk(told(note))
    for each in report.rejected[:SHOWN]:
        where = _("line {line}").format(line=each.line) + (f", {clean(each.column)}" if each.column else "")
        reason = told(each.reason)
        talk(labelled(where, labelled(reason, clean(each.value)[:60]) if each.value else reason))
    if (more := len(report.rejected) - SHOWN) > 0:
        talk(told(say_n("{n} more; --json lists all.", "{n} more; --json lists all.", more)))
    return 1 if report.rejected and not done else 0


def _import_cards(session: Session, path: Path, dry_run: bool) -> int:
    from pipetui.cli.cards import read_cards
    from pipetui.exchange.report import Report

    report = Report()
    batch = read_cards(session, path, report, dry_run)
    return _say_report(session, report, batch, dry_run)


def _import_whole(session: Session, path: Path, dry_run: bool) -> int:
    from pipetui.exchange import whole
    from pipetui.exchange.report import Report
    from pipetui.store.gate import refusal

    report, store = Report(), session.store
    changes = list(whole.changes(whole.read(path), store.all, session.desk, report))
    if (forbidden := refusal(store.db, store.actor, changes)) is not None:
        raise forbidden
    batch = (
        None
        if dry_run
        else store.commit(Batch(say("Import {file}", file=path.name), tuple(changes))).batch_id
    )
    return _say_report(session, report, batch, dry_run)


@query_verb(
    "export",
    _(
        "The suffix of FILE says how: .csv, .json, .xlsx, .md. JSON holds everything, the history too. .vcf writes"
        " people and companies, .ics what is planned, .jsonl the whole store with its journal."
    ),
)
@click.argument("query", nargs=-1)
@click.option("--to", "file", required=True, type=click.Path(), help=_("The file to write."))
@pass_session
def export_file(session: Session, query: tuple[str, ...], file: str) -> int:
    from pipetui.exchange import export

    path, reading, asked = Path(file), Reading(session), query_text(query)
    if path.suffix.lower() in (".vcf", ".ics") and not asked:
        return _export_people_or_steps(session, path)
    if path.suffix.lower() == ".jsonl" and not asked:
        return _export_lines(session, path)
    if path.suffix.lower() not in export.FORMATS:
        raise export.unknown(path)
    if path.suffix.lower() == ".json":
        n = _export_whole(session, path, reading, asked)
    else:
        n = export.write(path, HEADERS, (_row(reading, line) for line in reading.lines(asked)))
    if session.options.json:
        print_json({"file": str(path), "deals": n})
    else:
        talk(told(say_n("{n} deal written to {file}.", "{n} deals written to {file}.", n, file=str(path))))
    return 1 if asked and not n else 0


def _export_lines(session: Session, path: Path) -> int:
    """Everything there is, the journal too."""
    from pipetui.cli.copying import write_lines
    from pipetui.store.copying import pieces

    sums = write_lines(pieces(session.store.db), path)
    if session.options.json:
        print_json({"file": str(path), "deals": sums["deal"].n, "rows": sum(one.n for one in sums.values())})
    else:
        talk(_("All of the store is in {file}.").format(file=str(path)))
    return 0


def _export_people_or_steps(session: Session, path: Path) -> int:
    """Everybody as vCards, or what is planned as a calendar."""
    from pipetui.cli.cards import say_written, write_cards

    if path.suffix.lower() == ".vcf":
        say_written(session, path, *write_cards(session, path))
        return 0
    from pipetui.exchange.export import put
    from pipetui.exchange.ical import calendar
    from pipetui.store.agenda import Wanted, page

    planned = page(session.db, Wanted(session.today), 0, 2**31)
    put(path, calendar(planned, session.now, _("Sales pipeline")))
    if session.options.json:
        print_json({"file": str(path), "steps": len(planned)})
    else:
        talk(
            told(
                say_n(
                    "{n} step written to {file}.",
                    "{n} steps written to {file}.",
                    len(planned),
                    file=str(path),
                )
            )
        )
    return 0


def _export_whole(session: Session, path: Path, reading: Reading, asked: str) -> int:
    """Everything, or with a query the deals it lets through and all that is not about other deals."""
    from pipetui.exchange import export, whole

    records: list[Record] = [one for kind in RECORDS for one in session.store.all(kind)]
    if asked:
        kept = {line.id for line in reading.lines(asked)}
        kept.add(0)
        records = [one for one in records if (_concerns(one) or 0) in kept]
    export.write_json(path, whole.document(records))
    return sum(isinstance(one, Deal) for one in records)


def _concerns(one: Record) -> int | None:
    """The deal a record is about, None when it is about none."""
    if isinstance(one, Deal):
        return one.id
    if getattr(one, "subject", None) == "deal":
        return int(getattr(one, "subject_id"))  # noqa: B009 - only taggings have one
    deal: int | None = getattr(one, "deal_id", None)
    return deal


def _row(reading: Reading, line: Line) -> dict[str, str]:
    values = {**reading.json(line), "email": line.email, "phone": line.phone, "external_id": line.external_id}
    step = values.pop("next_step") or {}
    values |= {f"next_step_{name}": step.get(name) for name in ("kind", "due", "text")}
    values |= {"notes": line.notes, "pinned_chance": line.pinned_chance}
    values |= {"parked_until": line.parked_until, "archived_at": line.archived_at}
    return {header: _text(values.get(header)) for header in HEADERS}


def _text(value: object) -> str:
    if value is None:
        return ""
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


COMMANDS = {"import": import_file, "export": export_file}
