"""The way of a deal through the stages: how long it stayed, what it skipped, when it went back, what brought it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipetui.core.message import say
from pipetui.core.moment import local_day
from pipetui.core.stages import EVENT_WORDS
from pipetui.lang import _, day, span, told
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, wrapped

if TYPE_CHECKING:
    from pipetui.core.deal import Deal, Stage, Visit

MARGIN = 2
"""Cells of the sign before each line."""


def journey_lines(
    deal: Deal, visits: Iterable[Visit], stages: Mapping[int, Stage], today: date, now: datetime, width: int
) -> list[Line]:
    """One line for each stay, for each stage passed over, and for how it ended; oldest first."""
    stays = sorted(visits, key=lambda visit: (visit.entered_at, visit.left_at is None, visit.id))
    wide = min(max((cells(stage.name) for stage in stages.values()), default=0), max(width // 3, 8))
    lines: list[Line] = []
    if not deal.history_known:
        lines += wrapped(
            _("Imported without its way through the stages: it stays out of the ratios."), width, "dim"
        )
    before: Stage | None = None
    for visit in stays:
        stage = stages[visit.stage_id]
        lines += [_passed_over(one, wide, width) for one in _skipped(before, stage, stages)]
        lines += _stay(visit, stage, before, wide, today, now, width)
        before = stage
    end = stages[deal.stage_id]
    if end.kind == "won" and deal.history_known:
        lines += [_passed_over(one, wide, width) for one in _skipped(before, end, stages)]
    return lines + _ended(deal, end, wide, today, width)


def _skipped(before: Stage | None, stage: Stage, stages: Mapping[int, Stage]) -> Sequence[Stage]:
    """The stages in use between the one before (or the beginning) and this one."""
    first = -1 if before is None else before.position
    between = (
        one
        for one in stages.values()
        if one.kind == "open" and one.retired_at is None and first < one.position < stage.position
    )
    return sorted(between, key=lambda one: one.position)


def _passed_over(stage: Stage, wide: int, width: int) -> Line:
    words = fit(_("skipped"), max(width - wide - MARGIN - 2, 1), "none")
    return [Span("  "), Span(fit(stage.name, wide), "dim"), Span(f"  {words}", "dim")]


def _stay(
    visit: Visit, stage: Stage, before: Stage | None, wide: int, today: date, now: datetime, width: int
) -> list[Line]:
    days = span(((visit.left_at or now) - visit.entered_at).total_seconds() / 86400)
    here = told(say("{days}, still there", days=days)) if visit.left_at is None else days
    back = before is not None and before.position > stage.position
    again = before is not None and before.position == stage.position
    parts = [day(local_day(visit.entered_at), today), here]
    if back or again:
        parts.append(_("moved back") if back else _("again"))
    if visit.why:
        event = EVENT_WORDS.get(visit.why)
        parts.append(told(say("moved by itself: {event}", event=event or visit.why)))
    role: Role = "warn" if back else "accent"
    return _line(GLYPHS.back if back else GLYPHS.arrow, role, stage.name, wide, parts, width)


def _line(sign: str, role: Role, name: str, wide: int, parts: Sequence[str], width: int) -> list[Line]:
    rows = wrapped(f" {GLYPHS.dot} ".join(parts), max(width - wide - MARGIN - 2, 8))
    indent = Span(" " * (wide + MARGIN + 2))
    return [
        [Span(f"{sign} ", role), Span(fit(name, wide) + "  "), *rows[0]],
        *([indent, *row] for row in rows[1:]),
    ]


def _ended(deal: Deal, stage: Stage, wide: int, today: date, width: int) -> list[Line]:
    if stage.kind == "open":
        return []
    when = day(local_day(deal.closed_at), today) if deal.closed_at else _("nobody knows when")
    won = stage.kind == "won"
    return _line(
        GLYPHS.done if won else GLYPHS.lost, "good" if won else "bad", stage.name, wide, [when], width
    )
