"""A report in words: its cells as people read them, the same on the screen, in the shell and in a Markdown file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipetui.core.message import Message
from pipetui.core.money import Money
from pipetui.core.report import Cell, Kind, Report, Row
from pipetui.lang import _, money, number, percent, told

RIGHT: frozenset[Kind] = frozenset(("deals", "count", "money", "sums", "percent", "days", "ratio"))
"""Figures end at the same cell; words begin there."""
WAYS = {1: "↑", 0: "=", -1: "↓"}
NOTHING_KNOWN = "–"


def columns(report: Report) -> list[int]:
    """The places of what people read."""
    return [at for at, column in enumerate(report.columns) if not column.data]


def heads(report: Report) -> list[str]:
    """Over those columns."""
    return [told(report.columns[at].title) for at in columns(report)]


def to_right(report: Report, at: int) -> bool:
    """Whether a column ends where its figures end."""
    return report.columns[at].kind in RIGHT


def said(report: Report, at: int, cell: Cell, short: bool = False) -> str:
    """A cell in words; `short` for a narrow column. A difference has its sign."""
    value, kind = cell.value, report.kind(at, cell)
    if value is None:
        return "" if kind in ("text", "split", "trend") else NOTHING_KNOWN
    text = _said(value, kind, short, report.columns[at].name == "difference")
    return f"+{text}" if report.columns[at].name == "difference" and _above(value) else text


def _above(value: object) -> bool:
    return value.minor > 0 if isinstance(value, Money) else isinstance(value, int | float) and value > 0


def _said(value: object, kind: Kind, short: bool, difference: bool) -> str:
    if isinstance(value, Message):
        return told(value)
    if isinstance(value, Money):
        return money(value.minor, value.currency, short)
    if isinstance(value, tuple):
        return ", ".join(f"{_label(part.label)} {number(part.n)}" for part in value)
    if isinstance(value, Mapping):
        return ", ".join(money(minor, code, short) for code, minor in sorted(value.items()))
    if isinstance(value, int | float):
        return _figure(value, kind, difference)
    return str(value)


def _label(label: str | Message) -> str:
    return told(label) if isinstance(label, Message) else label


def _figure(value: float, kind: Kind, difference: bool) -> str:
    if kind == "trend":
        return WAYS[int(value)]
    if kind == "percent":
        digits = 1 if 0 < abs(value) < 0.1 else 0
        return _("{n} pt").format(n=number(100 * value, 1)) if difference else percent(value, digits)
    if kind == "days":
        return _("{n} d").format(n=number(value, 1 if abs(value) < 10 and value != int(value) else 0))
    if kind == "ratio":
        return number(value, 1 if abs(value) >= 10 else 2)
    return number(value)


def lines(report: Report, short: bool = False) -> list[list[str]]:
    """All rows in words, the total last."""
    rows: Sequence[Row] = (*report.rows, *((report.total,) if report.total else ()))
    places = columns(report)
    return [[said(report, at, row[at], short) for at in places] for row in rows]


def notes(report: Report) -> list[str]:
    """What must be said beside the figures."""
    return [told(note.message) for note in report.notes]
