"""A report on the screen: its table with a figure to choose in each row, pictures beside it, and the notes below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.money import Money
from pipetui.core.report import Behind, Cell, Kind, Part, Report, Sheet
from pipetui.lang import _, told
from pipetui.reporting import columns, said, to_right
from pipetui.ui.paint import BARS, GLYPHS, Line, Role, Span, cells, fit, wrapped
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipetui.core.stage import Stage
    from pipetui.store.cards import Card

GAP = 2
BAR_LEAST, BAR_MOST = 8, 40
"""Cells of a picture."""
FEW = 8
"""Rows that a picture below their table is drawn for."""
SPLIT_LEAST = 14
NAME_MOST = 28
KEYS = "1234567890e"
"""The key of each report, in the order they are offered."""


class Target(NamedTuple):
    """What a row of the screen stands for: a row of the report, the last one its total; or a note."""

    kind: str
    at: int


def tabs(sheets: Sequence[Sheet], chosen: str, width: int) -> list[Line]:
    """The reports with their keys, on as many lines as it takes."""
    lines: list[Line] = [[Span(" ")]]
    used = 1
    for key, sheet in zip(KEYS, sheets, strict=False):
        name = told(sheet.title)
        wide = cells(name) + 4
        if used + wide > width and used > 1:
            lines.append([Span(" ")])
            used = 1
        here = sheet.name == chosen
        lines[-1] += [Span(f" {key}", "key"), Span(f" {name} ", "selected" if here else "")]
        used += wide
    return lines


def page(report: Report, place: int, at: int, width: int) -> list[Row]:
    """The table with its pictures, then what must be said; the figure in column `place` of row `at` is chosen."""
    table = Table(report, width, place)
    rows = [Row(line) for line in spark(report, width)]
    rows.append(Row(table.head()))
    first = len(report.rows)
    rows += [Row(table.line(n, n == at), Target("row", n)) for n in range(first + bool(report.total))]
    if not report.rows and not report.total:
        rows.append(Row([Span("  "), Span(_("There is nothing to count here."), "dim")]))
    rows += [Row(line) for line in table.picture()]
    rows.append(Row([]))
    for n, note in enumerate(report.notes):
        target = Target("note", n) if note.behind else None
        first_line, *more = wrapped(told(note.message), max(width - 3, 8), "dim")
        rows.append(Row([Span("  "), *first_line], target))
        rows += [Row([Span("  "), *line]) for line in more]
    return rows


def spark(report: Report, width: int) -> list[Line]:
    """The figure over time, in one line of columns."""
    values = report.spark[-max(width - 20, 1) :]
    if len(values) < 2 or not max(values):
        return []
    top = max(values)
    steps = [*BARS, GLYPHS.full]
    drawn = "".join(steps[min(int(value / top * len(steps)), len(steps) - 1)] for value in values)
    return [[Span("  "), Span(drawn, "accent"), Span(f" {_('over time')}", "dim")], []]


class Table:
    """The columns that fit a width, those around the chosen one when not all do, and a picture where there is room."""

    def __init__(self, report: Report, width: int, place: int) -> None:
        self.report, self.place = report, place
        every = (*report.rows, *((report.total,) if report.total else ()))
        room = self._room = width - 2 * GAP
        for short in (False, True):
            self._short = short
            self._texts = [[said(report, at, row[at], short) for at in range(len(row))] for row in every]
            self._wide = {at: self._width(at) for at in columns(report)}
            if self._needs(list(self._wide)) <= room:
                break
        self._shown = self._around(list(self._wide), room)
        left = room - self._needs(self._shown)
        self._bar = self._bars(every, left)

    def _width(self, at: int) -> int:
        words = max([cells(told(self.report.columns[at].title)), *(cells(row[at]) for row in self._texts)])
        if self.report.columns[at].kind == "split":
            return max(min(words, SPLIT_LEAST), cells(told(self.report.columns[at].title)))
        return (
            min(words, NAME_MOST, max(self._room // 2, 6))
            if self.report.columns[at].kind == "text"
            else words
        )

    def _needs(self, places: Sequence[int]) -> int:
        return sum(self._wide[at] + GAP for at in places) - GAP if places else 0

    def _around(self, places: list[int], room: int) -> list[int]:
        """The first column, and of the others as many as fit, the chosen one among them."""
        first, others = places[0], places[1:]
        start = 0
        while True:
            shown = [first]
            for at in others[start:]:
                if self._needs([*shown, at]) <= room:
                    shown.append(at)
                else:
                    break
            if self.place in shown or start >= len(others) - 1 or self.place not in others:
                break
            start += 1
        splits = [at for at in shown if self.report.columns[at].kind == "split"]
        if splits:
            self._wide[splits[-1]] += max(room - self._needs(shown), 0)
        return shown

    def _bars(self, every: Sequence[Sequence[Cell]], left: int) -> list[str]:
        """A bar for each row but the total."""
        room = min(left - GAP, BAR_MOST)
        if not self.report.bar or room < BAR_LEAST:
            return []
        at = self.report.place(self.report.bar)
        values = [_measure(row[at]) for row in every[: len(self.report.rows)]]
        top = max(values, default=0.0)
        if top <= 0:
            return []
        drawn = [GLYPHS.full * (max(round(value / top * room), 1) if value > 0 else 0) for value in values]
        return [bar.center(room) if self.report.name == "funnel" else bar for bar in drawn]

    def picture(self) -> list[Line]:
        """The bars below the table, when there was no room for them beside it and they are few."""
        if self._bar or not self.report.bar or len(self.report.rows) > FEW:
            return []
        at, labels = self.report.place(self.report.bar), self._labels()
        named, told_at = min(max(map(cells, labels), default=0), NAME_MOST), self._wide.get(at, 0)
        bars = self._bars(self.report.rows, self._room - named - told_at - GAP)
        lines: list[Line] = [[]] if bars else []
        for text, row, bar in zip(labels, self._texts, bars, strict=False):
            label = [Span("  "), Span(fit(text, named), "dim"), Span("  ")]
            lines.append([*label, Span(bar, "accent"), Span(f" {row[at]}", "dim")])
        return lines

    def _labels(self) -> list[str]:
        """What each row is called: its first column, and the second where the first alone names several rows."""
        kinds, first = self.report.columns, self._shown[0]
        rows = self._texts[: len(self.report.rows)]
        told_apart = [at for at in columns(self.report)[:2] if kinds[at].kind == "text"]
        if len({row[first] for row in rows}) == len(rows) or len(told_apart) < 2:
            return [row[first] for row in rows]
        return [f" {GLYPHS.dot} ".join(filter(None, (row[at] for at in told_apart))) for row in rows]

    def head(self) -> Line:
        """The heads of the columns."""
        line: Line = [Span("  ")]
        for n, at in enumerate(self._shown):
            title = told(self.report.columns[at].title)
            role: Role = "title" if n == 0 else "accent" if at == self.place else "dim"
            line.append(Span(self._fitted(at, title, n), role))
        more = self._shown[-1] != list(self._wide)[-1]
        return [*line, Span(f" {GLYPHS.after}" if more else "", "dim")]

    def line(self, n: int, here: bool) -> Line:
        """One row; the total after the last."""
        total = n >= len(self.report.rows)
        row = self.report.total if total else self.report.rows[n]
        assert row is not None
        line: Line = [Span("  ")]
        for place, at in enumerate(self._shown):
            chosen = here and at == self.place
            role: Role = "selected" if chosen else _role(self.report.kind(at, row[at]), row[at], place, total)
            if chosen:
                text = self._fitted(at, self._texts[n][at], place)
                bare = text.strip()
                start = text.index(bare) if bare else len(text)
                line += [Span(text[:start]), Span(bare or " ", role), Span(text[start + len(bare or " ") :])]
            else:
                line.append(Span(self._fitted(at, self._texts[n][at], place), role))
        if self._bar and not total:
            line += [Span(" " * GAP), Span(self._bar[n], "accent")]
        return line

    def _fitted(self, at: int, text: str, place: int) -> str:
        gap = " " * (GAP if place else 0)
        return gap + fit(text, self._wide[at], "right" if to_right(self.report, at) else "left")


def _measure(cell: Cell) -> float:
    if isinstance(cell.value, Money):
        return float(cell.value.minor)
    return float(cell.value) if isinstance(cell.value, int | float) else 0.0


def _role(kind: Kind, cell: Cell, place: int, total: bool) -> Role:
    if cell.good is not None:
        return "good" if cell.good else "bad"
    if total or place == 0:
        return "strong"
    return "money" if kind == "money" else "dim" if kind == "split" else ""


def figure(report: Report, target: Target | None, place: int) -> tuple[Behind | None, tuple[Part, ...]]:
    """The deals behind what is chosen, or its parts."""
    if target is None:
        return None, ()
    if target.kind == "note":
        return report.notes[target.at].behind, ()
    cell = _cell(report, target.at, place)
    return cell.behind, cell.value if isinstance(cell.value, tuple) else ()


def _cell(report: Report, at: int, place: int) -> Cell:
    row = report.rows[at] if at < len(report.rows) else report.total
    assert row is not None
    return row[place]


def named(report: Report, target: Target, place: int) -> str:
    """What the chosen figure is: its row and its column."""
    if target.kind == "note":
        return told(report.notes[target.at].message)
    row = report.rows[target.at] if target.at < len(report.rows) else report.total
    assert row is not None
    words = [said(report, at, row[at]) for at in columns(report)[:2] if report.columns[at].kind == "text"]
    return f" {GLYPHS.dot} ".join([*filter(None, words), told(report.columns[place].title)])


def deal_rows(cards: Sequence[Card], stages: Mapping[int, Stage], width: int) -> list[Row]:
    """The deals behind a figure, one a line."""
    from pipetui.lang import day, money
    from pipetui.ui.card import name

    rows = []
    for card in cards:
        stage = stages[card.stage_id].name if card.stage_id in stages else ""
        when = card.closed_at.astimezone().date() if card.closed_at else card.expected_close
        amount = money(card.amount, card.currency, short=True)
        tail: Line = [
            Span(fit(amount, 10, "right"), "money"),
            Span(f"  {fit(stage, 10)}", "dim"),
            Span(f" {fit(card.owner or '', 14)}", "dim") if width >= 76 else Span(""),
            Span(f" {fit(day(when) if when else '', 14, 'right')}", "dim"),
        ]
        room = width - 2 - sum(cells(span.text) for span in tail)
        rows.append(Row([Span("  "), Span(fit(name(card), max(room, 8))), *tail], Target("deal", card.id)))
    return rows
