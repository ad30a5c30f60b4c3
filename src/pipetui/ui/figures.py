"""The figures of the forecast stage by stage, as tables that fit the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.message import Message, say
from pipetui.lang import _, money, number, percent, told
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit

if TYPE_CHECKING:
    from pipetui.core.forecast import Forecast, StageForecast
    from pipetui.core.plan import Need

BASIS_WORDS: Mapping[str, Message] = {
    "default": say("as declared"),
    "mixed": say("mixed"),
    "your data": say("your data"),
}
"""What a ratio mostly is."""


class Cell(NamedTuple):
    """One value of a table and what it means."""

    text: str
    role: Role = ""


class Column(NamedTuple):
    """A heading and one value per stage, right-aligned."""

    head: str
    values: Sequence[Cell]

    @property
    def wide(self) -> int:
        """Cells it needs, without the gap before it."""
        return max(cells(self.head), *(cells(value.text) for value in self.values))


def tables(one: Forecast, width: int) -> list[list[Line]]:
    """What is there, what goes on, what it takes: side by side as far as there is room, else one below the other."""
    if not one.stages:
        return []
    groups = [_stock(one), _ratios(one)]
    if one.goal:
        groups.append(_needs(one))
    first = min(max(cells(stage.stage.name) + 2 for stage in one.stages), max(width // 3, 8))
    packed: list[list[Column]] = [[]]
    for group in groups:
        for part in [group] if _fits(group, first, width) else [[column] for column in group]:
            if not _fits([*packed[-1], *part], first, width):
                packed.append([])
            packed[-1] += part
    return [_table(one, columns, first, width) for columns in packed if columns]


def _fits(columns: Sequence[Column], first: int, width: int, gap: int = 1) -> bool:
    return first + sum(column.wide + gap for column in columns) <= width


def _table(one: Forecast, columns: Sequence[Column], first: int, width: int) -> list[Line]:
    tight = one.goal.tightest.name if one.goal and one.goal.tightest else None
    gap = 2 if _fits(columns, first, width, 2) else 1
    heads = [Span(fit(column.head, column.wide + gap, "right"), "dim") for column in columns]
    lines: list[Line] = [[Span(fit(_("Stage"), first), "dim"), *heads]]
    for place, stage in enumerate(one.stages):
        marked = stage.stage.name == tight
        name = f"{GLYPHS.flag} {stage.stage.name}" if marked else f"  {stage.stage.name}"
        values = [column.values[place] for column in columns]
        row = [
            Span(fit(value.text, column.wide + gap, "right"), value.role)
            for value, column in zip(values, columns, strict=True)
        ]
        lines.append([Span(fit(name, first), "warn" if marked else "strong"), *row])
    return lines


def _stock(one: Forecast) -> list[Column]:
    stages = one.stages
    return [
        Column(_("Open"), [Cell(number(s.open)) for s in stages]),
        Column(
            _("Amount"), [Cell(money(round(s.amount), one.currency, short=True), "money") for s in stages]
        ),
        Column(_("To win"), [Cell(percent(s.chance.value)) for s in stages]),
        Column(_("Wins"), [Cell(number(s.wins, 1), "strong") for s in stages]),
    ]


def _ratios(one: Forecast) -> list[Column]:
    stages = one.stages
    return [
        Column(_("Said"), [Cell(_declared(s), "dim") for s in stages]),
        Column(_("Seen"), [Cell(_observed(s), "dim") for s in stages]),
        Column(_("Used"), [Cell(percent(s.ratio.used)) for s in stages]),
        Column(_("Basis"), [Cell(told(BASIS_WORDS[s.ratio.basis]), "dim") for s in stages]),
    ]


def _declared(stage: StageForecast) -> str:
    one = stage.stage
    return GLYPHS.none if one.declared_ratio is None else f"{one.ratio_from} {GLYPHS.arrow} {one.ratio_to}"


def _observed(stage: StageForecast) -> str:
    seen = stage.ratio.observed
    return f"{number(seen.cases)} {GLYPHS.arrow} {number(seen.advanced)}" if seen.cases else GLYPHS.none


def _needs(one: Forecast) -> list[Column]:
    needs = [stage.need for stage in one.stages]
    return [
        Column(_("Needed"), [_count(None if need is None else need.needed, need) for need in needs]),
        Column(_("Has"), [_count(None if need is None else need.has, need) for need in needs]),
        Column(_("Missing"), [_missing(need) for need in needs]),
    ]


def _count(value: int | None, need: Need | None) -> Cell:
    return Cell("" if need is None else GLYPHS.none if value is None else number(value))


def _missing(need: Need | None) -> Cell:
    cell = _count(None if need is None else need.missing, need)
    return cell._replace(role="bad") if need is not None and need.missing != 0 else cell
