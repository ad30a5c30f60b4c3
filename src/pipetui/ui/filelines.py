"""A file on its way in, as lines: what it is, how far it is, what it did or would do."""

from __future__ import annotations

from pipetui.core.message import Message, say, say_n
from pipetui.exchange.intake import notes
from pipetui.exchange.plan import Plan
from pipetui.exchange.report import Report
from pipetui.lang import _, labelled, number, percent, told
from pipetui.ui.mapping import KIND_WORDS
from pipetui.ui.paint import GLYPHS, Line, Span, fit, fitted, wrapped


def plan_lines(plan: Plan, width: int) -> list[Line]:
    """What the file is."""
    rows = told(say_n("{n} row", "{n} rows", plan.rows))
    known = told(say("It looks like an export of {product}.", product=plan.product)) if plan.product else ""
    lines: list[Line] = [[Span(f" {rows}, {told(KIND_WORDS[plan.kind])}. ", "strong"), Span(known, "accent")]]
    if plan.sheet.note:
        lines += [[Span(" "), *row] for row in wrapped(told(plan.sheet.note), width - 2, "warn")]
    return [fitted(line, width) for line in lines]


def progress_lines(what: str, rows: int, of: int, width: int) -> list[Line]:
    """What is being done, and how far it is."""
    share = rows / of if of else 0.0
    room = max(min(width - 12, 50), 4)
    full = round(room * share)
    bar: Line = [Span(" "), Span(GLYPHS.full * full, "accent"), Span(GLYPHS.shade * (room - full), "dim")]
    counted = f" {number(rows)} / {number(of)}" if of else ""
    return [[Span(f" {what}{counted}", "strong")], [], [*bar, Span(f" {percent(share)}" if of else "")]]


def report_lines(report: Report, plan: Plan, dry: bool, width: int) -> list[Line]:
    """What an import did or would do, and every row it left out, with the reason."""
    created, updated = _counts(report, plan, dry)
    lines: list[Line] = [[], [Span(f" {told(created)}", "good" if report.created else "")]]
    lines += [[Span(f" {told(updated)}")]]
    unchanged = say_n("{n} row changes nothing.", "{n} rows change nothing.", report.unchanged)
    lines += [[Span(f" {told(unchanged)}", "dim")]]
    for note in notes(report):
        lines += [[Span(" "), *row] for row in wrapped(told(note), width - 2, "warn")]
    if not report.rejected:
        return [*lines, [], [Span(f" {_('No row is left out.')}", "good")]]
    left_out = say_n("{n} row is left out:", "{n} rows are left out:", len(report.rejected))
    lines += [[], [Span(f" {told(left_out)}", "bad")]]
    for one in report.rejected:
        where = fit(told(say("line {n}", n=str(one.line))), 12)
        what = labelled(one.column, one.value) if one.column else one.value
        reason = f"{what} {GLYPHS.arrow} {told(one.reason)}" if what else told(one.reason)
        rows = wrapped(reason, max(width - 15, 8))
        lines += [[Span(f" {where} ", "dim"), *rows[0]], *([Span(" " * 14), *row] for row in rows[1:])]
    return lines


def _counts(report: Report, plan: Plan, dry: bool) -> tuple[Message, Message]:
    created, updated = report.created, report.updated
    if dry:
        return (
            say_n("{n} row would be new.", "{n} rows would be new.", created),
            say_n("{n} row would change what is known.", "{n} rows would change what is known.", updated),
        )
    return (
        say_n("{n} row is new.", "{n} rows are new.", created),
        say_n("{n} row changed what was known.", "{n} rows changed what was known.", updated),
    )
