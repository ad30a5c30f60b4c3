"""The forecast in one line below the board: what the period comes to, the funnel, and what is short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipetui.core.message import say, say_n
from pipetui.core.said import chain
from pipetui.lang import labelled, money, number, period_name, told
from pipetui.ui.paint import GLYPHS, Line, Span, cells

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead
    from pipetui.core.forecast import Forecast

GAP = 3


def forecast_line(one: Forecast, width: int) -> Line:
    """As much as there is room for, what matters most first; nothing before the ranges are known."""
    if one.ahead is None or not one.stages:
        return []
    line: Line = [Span(" ")]
    room = width - 2
    for part in (_headline(one, one.ahead), _short(one), _funnel(one)):
        wide = sum(cells(span.text) for span in part)
        if part and wide + GAP <= room:
            line += [*([Span(" " * GAP)] if len(line) > 1 else []), *part]
            room -= wide + GAP
    return line if len(line) > 1 else []


def _headline(one: Forecast, coming: Ahead) -> Line:
    """`November 2026: 7.5 wins (7-8), €39.8k (37-44)`; the signed ones count."""
    said = _wins(one, coming)
    if coming.revenue is not None:
        said += f", {_money(one, coming.revenue.mean)} ({'–'.join(_range(one, coming))})"
    return [Span(labelled(period_name(one.period), ""), "dim"), Span(said, "strong")]


def _wins(one: Forecast, coming: Ahead) -> str:
    spread = coming.wins
    low, high = (number(one.won + round(value)) for value in (spread.low, spread.high))
    return told(
        say_n(
            "{wins} win ({range})", "{wins} wins ({range})", round(one.won + spread.mean),
            wins=number(one.won + spread.mean, 1), range=low if low == high else f"{low}–{high}",
        )
    )  # fmt: skip


def _range(one: Forecast, coming: Ahead) -> Iterator[str]:
    assert coming.revenue is not None
    for value in (coming.revenue.low, coming.revenue.high):
        yield _money(one, value)


def _money(one: Forecast, value: float) -> str:
    return money(round(one.won_revenue + value), one.currency, short=True)


def _short(one: Forecast) -> Line:
    """`short: 4 Quote, 8 Lead`: what the goal lacks, the nearest stage first; in time, where the ratios would do."""
    goal = one.goal
    if goal is None or goal.done >= goal.target:
        return []
    lacking = [(need.missing, need.name) for need in reversed(list(goal.needs.values())) if need.missing]
    if not lacking and goal.chance is not None and goal.chance < 0.5:
        lacking = [
            (some.for_50, some.stage.name) for some in reversed(goal.plan) if some.for_50 and not some.late
        ]
    if not lacking:
        return []
    named = ", ".join(f"{number(n)} {name}" for n, name in lacking[:2])
    return [Span(told(say("short: {deals}", deals=named)), "warn")]


def _funnel(one: Forecast) -> Line:
    """`20 Prospect → 10 Quote → 2`."""
    numbers = chain([stage.ratio for stage in one.stages])
    words = [f"{number(n)} {stage.stage.name}" for n, stage in zip(numbers, one.stages, strict=False)]
    return [Span(f" {GLYPHS.arrow} ".join([*words, number(numbers[-1])]), "dim")]
