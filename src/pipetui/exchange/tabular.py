"""A report as a file or a text: CSV and JSON for programs, Markdown for people, XLSX for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipetui.core.report import Report
from pipetui.exchange import export
from pipetui.lang import period_name, told
from pipetui.reporting import columns, heads, lines, notes, to_right


def as_csv(report: Report) -> str:
    """The rows and the total under the names of their columns; bare values, harmless in a spreadsheet."""
    into = io.StringIO()
    writer = csv.writer(into, lineterminator="\n")
    names, rows = _flat(report)
    writer.writerow(names)
    writer.writerows([export.guarded(row[name]) for name in names] for row in rows)
    return into.getvalue()


def as_json(report: Report) -> str:
    """Everything: rows, total and notes."""
    return json.dumps(report.document(told), ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A title, the table as people read it, and what must be said beside."""
    aligned = ["---:" if to_right(report, at) else "---" for at in columns(report)]
    table = [heads(report), aligned, *lines(report)]
    parts = [
        f"# {_plain(told(report.title))} · {period_name(report.period)}",
        "",
        *(f"| {' | '.join(map(_plain, row))} |" for row in table),
        *(["", *(f"- {_plain(note)}" for note in notes(report))] if report.notes else []),
    ]
    return "\n".join(parts) + "\n"


TEXTS: Mapping[str, Callable[[Report], str]] = {"csv": as_csv, "md": as_markdown, "json": as_json}
"""How a report is written, by the name of the format."""


def write(path: Path, report: Report) -> None:
    """Write a report by the suffix of the path. Raises Invalid for an unknown one, or where nothing can be written."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        export.write(path, *_flat(report))
    elif suffix.removeprefix(".") in TEXTS:
        export.write_text(path, TEXTS[suffix.removeprefix(".")](report))
    else:
        raise export.unknown(path)


def _flat(report: Report) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns, and every row as texts; the total is the last one."""
    whole = report.document()
    rows: list[dict[str, Any]] = [*whole["rows"], *([whole["total"]] if whole["total"] else [])]
    names = list(rows[0]) if rows else [column.name for column in report.columns]
    return names, [{name: _text(row[name]) for name in names} for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {part}" for key, part in value.items())
    return str(value)


def _plain(text: str) -> str:
    """Within one cell of a table, and nothing that Markdown takes for its own."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
