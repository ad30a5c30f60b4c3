"""One shape for all reports: typed cells under columns, a total, and for every figure the deals behind it.

A report is plain data. Who shows it says its cells in words; who writes it for a program takes their bare values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pipetui.core.message import Message, say
from pipetui.core.moment import Period
from pipetui.core.money import Money, decimal_text

Kind = Literal["text", "deals", "count", "money", "sums", "percent", "days", "ratio", "split", "trend"]
"""`deals` counts deals, `count` other things; `percent` is a share, 0 to 1; `split` is a count in parts; `trend` is
1, 0 or -1."""
Key = int | str | None
"""What deals are told apart by: the number of a stage or a member, the name of a band; None for none."""


class Behind(NamedTuple):
    """The deals behind a figure: a set, narrowed by what they are told apart by."""

    of: str
    where: tuple[tuple[str, Key], ...] = ()
    period: Period | None = None
    """When it is another than the one asked for."""

    def also(self, **keys: Key) -> Behind:
        """Fewer of them."""
        return self._replace(where=(*self.where, *keys.items()))


class Part(NamedTuple):
    """One part of a count."""

    label: str | Message
    n: int
    behind: Behind | None = None


Value = str | Message | int | float | Money | Mapping[str, int] | tuple[Part, ...] | None


class Cell(NamedTuple):
    """One figure; None is one that is not known or means nothing here."""

    value: Value = None
    behind: Behind | None = None
    kind: Kind | None = None
    """When it is another than its column's."""
    good: bool | None = None
    """Whether that is welcome, where it is."""


NOTHING = Cell()


class Column(NamedTuple):
    """What stands in one place of all rows."""

    name: str
    """For scripts and files; never translated."""
    title: Message
    kind: Kind = "text"
    data: bool = False
    """Only for scripts and files, not for a table that people read."""


class Note(NamedTuple):
    """What must be said beside the figures, and the deals it is about."""

    message: Message
    behind: Behind | None = None


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to one question about a pipeline."""

    name: str
    title: Message
    period: Period
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    notes: tuple[Note, ...] = ()
    currency: str = "EUR"
    """Of all money in it."""
    bar: str = ""
    """The column a picture of it is drawn from, when it has one."""
    spark: tuple[float, ...] = ()
    """A figure over time, the oldest first."""

    def place(self, name: str) -> int:
        """Where a column stands."""
        return next(at for at, column in enumerate(self.columns) if column.name == name)

    def kind(self, at: int, cell: Cell) -> Kind:
        """What a cell in this column is."""
        return cell.kind or self.columns[at].kind

    def figures(self) -> Iterable[tuple[Column, Cell]]:
        """All cells, the total's too."""
        for row in (*self.rows, *((self.total,) if self.total else ())):
            yield from zip(self.columns, row, strict=True)

    def records(self) -> list[dict[str, Any]]:
        """The rows by the names of the columns, money as decimal text."""
        return [self._record(row) for row in self.rows]

    def _record(self, row: Row) -> dict[str, Any]:
        found = {
            column.name: bare(cell, self.kind(at, cell))
            for at, (column, cell) in enumerate(zip(self.columns, row, strict=True))
        }
        if any(column.kind == "money" for column in self.columns):
            found["currency"] = self.currency
        return found

    def document(self, told: Callable[[Message], str] = str) -> dict[str, Any]:
        """Everything, for a file: rows, total, and what must be said beside, as `told`."""
        return {
            "report": self.name,
            "title": told(self.title),
            "period": self.period.name,
            "currency": self.currency,
            "rows": self.records(),
            "total": self._record(self.total) if self.total else None,
            "notes": [told(note.message) for note in self.notes],
        }


TRENDS = {1: "up", 0: "same", -1: "down"}


def bare(cell: Cell, kind: Kind) -> Any:
    """A cell for a program: money as decimal text, shares 0 to 1, words untranslated, None for what is not known."""
    value = cell.value
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, Money):
        return decimal_text(value.minor, value.currency)
    if isinstance(value, tuple):
        return {str(part.label): part.n for part in value}
    if isinstance(value, Mapping):
        return {code: decimal_text(minor, code) for code, minor in sorted(value.items())}
    if isinstance(value, int) and kind == "trend":
        return TRENDS[value]
    return round(value, 6) if isinstance(value, float) else value


class Sheet(NamedTuple):
    """A report that can be asked for."""

    name: str
    title: Message
    about: Message
    """What it tells, in a sentence."""
    by: tuple[str, ...] = ()
    """What its rows can be told apart by; the first unless another is asked for."""
    period: str = "all"
    """The period it is about unless another is asked for."""


SHEETS: tuple[Sheet, ...] = (
    Sheet("kpi", say("Key figures"), say("The period beside the one before."), (), "this-month"),
    Sheet(
        "funnel", say("Funnel"),
        say("How far deals created in the period came, where they went and were lost."),
        ("all", "quarter", "month"),
    ),
    Sheet(
        "winloss", say("Won and lost"), say("What became of the deals closed in the period, and why."),
        ("reason", "stage", "owner", "source", "segment", "size"),
    ),
    Sheet(
        "velocity", say("Velocity"),
        say("Open deals × mean size × win rate ÷ cycle: what the pipeline brings a day."),
        (), "this-quarter",
    ),
    Sheet(
        "times", say("Time in stage"),
        say("How long deals stay in each stage, those still there counted too."),
    ),
    Sheet("sources", say("Sources"), say("Where leads come from, what they cost and what they bring.")),
    Sheet("owners", say("Owners"), say("What each owner has open, won and lost in the period.")),
    Sheet(
        "activity", say("Activity"), say("What was done in the period, and how much of it a won deal took."),
        ("kind", "owner", "week"), "this-quarter",
    ),
    Sheet("ageing", say("Ageing"), say("How long the open deals have been in their stage.")),
    Sheet("accuracy", say("Forecast accuracy"), say("What the forecast would have said, and what came.")),
    Sheet("evidence", say("Evidence"), say("Deals that left a stage with what it asks for, beside those without.")),
)  # fmt: skip
BY_NAME: Mapping[str, Sheet] = {sheet.name: sheet for sheet in SHEETS}
"""All reports, in the order they are offered."""
