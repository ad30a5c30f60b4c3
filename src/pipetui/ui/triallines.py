"""How good the forecast is, as lines: the verdict, the track record drawn, and the methods beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from pipetui import hindsight
from pipetui.core.backtest import FEW, LEARNED, OURS
from pipetui.core.message import Message, say
from pipetui.core.said import method
from pipetui.lang import _, number, told
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipetui.core.backtest import Backtest
    from pipetui.hindsight import Picture, Signs

WIDEST = 110
"""Longer lines are hard to read."""
TWO, GAP = 150, 4
"""From so many cells there are two columns, and what stands between them."""
BY = {
    None: say("not told apart"), "stage": say("by stage"), "source": say("by source"), "owner": say("by owner"),
}  # fmt: skip
"""How the deals are told apart."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is shown."""

    found: Backtest
    by: str | None
    stages: Sequence[str]
    """Names of the open stages, in order."""
    used: str
    """The method this store forecasts by."""
    signs: Signs = hindsight.SIGNS


def trial_lines(one: Trial, width: int) -> list[Line]:
    """All of it, in so many cells."""
    room = min(width, WIDEST)
    verdict = _verdict(one, room)
    if not one.found.looks:
        return verdict
    if width >= TWO:
        half = min((width - GAP) // 2, WIDEST)
        left = _stacked([_track(one, half)])
        right = _stacked([_reliability(one, half), _groups(one, half), _deals(one, half)])
        everything, there = _totals(one, half)
        return _stacked([verdict, _abreast(left, right, half), _abreast(everything, there, half)])
    pictures = [_track(one, room), _reliability(one, room), _groups(one, room)]
    return _stacked([verdict, *pictures, *_totals(one, room), _deals(one, room)])


def _stacked(blocks: Sequence[list[Line]]) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        lines += [*([[]] if lines and block else []), *block]
    return lines


def _abreast(left: list[Line], right: list[Line], half: int) -> list[Line]:
    """Two blocks side by side."""
    return [
        [*row, Span(" " * (half + GAP - sum(cells(span.text) for span in row))), *other]
        for row, other in zip_longest(left, right, fillvalue=list[Span]())
    ]


def _verdict(one: Trial, width: int) -> list[Line]:
    found = one.found
    known = len(found.looks) >= FEW and OURS in found.all_wins
    good = known and found.best == OURS and found.all_wins[OURS].covered >= 0.6
    lines = wrapped(told(found.verdict), width, "good" if good else "warn")
    if found.looks:
        lines += wrapped(told(hindsight.record(found)), width)
    if not known:
        lines += wrapped(told(_wanted(found)), width, "dim")
    return lines + _offer(one, width)


def _wanted(found: Backtest) -> Message:
    return say(
        "It takes {n} closed deals, and then a few spans of {days} that can be forecast again. Press - for"
        " shorter ones.",
        n=LEARNED,
        days=days(found.days),
    )


def days(span: float) -> str:
    """`30 days`."""
    return _("{n} days").format(n=number(span))


def _offer(one: Trial, width: int) -> list[Line]:
    """The key that changes the method, when there is a reason to."""
    name = hindsight.offered(one.found, one.used)
    if name is None:
        return []
    if name == OURS:
        message = say(
            'This store forecasts by "{method}". Press m to go back to the forecast\'s own method.',
            method=method(one.used),
        )
    else:
        message = say('Press m to use "{method}" for this store.', method=method(name))
    return wrapped(f"{GLYPHS.arrow} {told(message)}", width, "accent")


# The pictures


def _track(one: Trial, width: int) -> list[Line]:
    title = _("Wins in {days}, with those of deals created later").format(days=days(one.found.days))
    return [
        [Span(title, "title")],
        *_legend(one.signs, width),
        *_drawn(hindsight.track(one.found.looks, width, one.signs), one.signs, "bad"),
    ]


def _reliability(one: Trial, width: int) -> list[Line]:
    buckets = hindsight.buckets(one.found)
    if not buckets:
        return []
    return [
        [Span(_("Chances of single deals"), "title")],
        *wrapped(told(hindsight.kept(buckets)), width),
        *_drawn(hindsight.reliability(buckets, width, one.signs), one.signs),
    ]


def _legend(signs: Signs, width: int) -> list[Line]:
    """What the signs mean, in one line where it fits."""
    lines: list[Line] = [[]]
    for sign, words in hindsight.legend(signs):
        entry: Line = [Span(sign, _roles(signs)[sign]), Span(f" {words}   ", "dim")]
        if sum(cells(text) for text, _role in lines[-1] + entry) - 3 > width and lines[-1]:
            lines.append([])
        lines[-1] += entry
    return lines


def _roles(signs: Signs) -> Mapping[str, Role]:
    return {signs.band: "dim", signs.said: "accent", signs.came: "good", signs.missed: "bad"}


def _drawn(picture: Picture, signs: Signs, missed: Role = "") -> list[Line]:
    """The table with its last column in colours, and the facts of what was missed."""
    *heads, ruler = picture.heads
    facts = [row[:-1] for row in picture.rows]
    widths = [max(map(cells, column)) for column in zip(heads, *facts, strict=True)]
    lines = [[*_cells(heads, widths, "dim"), Span(f"  {ruler}", "dim")]]
    for row, gauge in zip(picture.rows, picture.gauges, strict=True):
        facts_shown = _cells(row[:-1], widths, "" if gauge.inside else missed)
        lines.append([*facts_shown, Span("  "), *_colored(row[-1], signs)])
    return lines


def _cells(row: Sequence[str], widths: Sequence[int], role: Role) -> Line:
    """The first value at the left, the others at the right of their columns."""
    first, *rest = zip(row, widths, strict=True)
    line = [Span(fit(*first), role)]
    return line + [Span(fit(value, width + 2, "right"), role) for value, width in rest]


def _colored(drawing: str, signs: Signs) -> Line:
    """A drawing in spans of one kind of sign each."""
    roles, line = _roles(signs), list[Span]()
    for sign in drawing:
        role = roles.get(sign, "")
        if line and line[-1].role == role:
            line[-1] = Span(line[-1].text + sign, role)
        else:
            line.append(Span(sign, role))
    return line


# The tables


def _totals(one: Trial, width: int) -> list[list[Line]]:
    """All wins, and those of the deals open then; the terms stand below the first."""
    blocks = []
    for title, methods in hindsight.sums(one.found):
        order = hindsight.ranked(methods, lambda score: score.crps)
        best = min(methods, key=lambda name: methods[name].crps)
        rows = [hindsight.total_row(*pair) for pair in order]
        marked = [name for name, _score in order].index(best)
        blocks.append([_title(told(title)), *_table(hindsight.total_heads(), rows, marked, width)])
    blocks[0] += _terms(hindsight.TOTAL_TERMS, width)
    return blocks


def _deals(one: Trial, width: int) -> list[Line]:
    order = hindsight.ranked(one.found.per_deal, lambda score: score.log_loss)
    if not order:
        return []
    rows = [hindsight.deal_row(*pair) for pair in order]
    marked = [name for name, _score in order].index(min(order, key=lambda pair: pair[1].log_loss)[0])
    return [
        _title(_("Single deals")),
        *_table(hindsight.deal_heads(), rows, marked, width),
        *_terms(hindsight.DEAL_TERMS, width),
    ]


def _groups(one: Trial, width: int) -> list[Line]:
    if one.by is None or not one.found.by:
        return []
    rows = hindsight.group_rows(one.found, one.stages if one.by == "stage" else ())
    title = _("Single deals {by}").format(by=told(BY[one.by]))
    return [[Span(title, "title")], *_table(hindsight.group_heads(), rows, None, width)]


def _title(text: str) -> Line:
    return [Span(text, "title"), Span(f"   {GLYPHS.mark} {_('nearest')}", "dim")]


def _terms(terms: Sequence[Message], width: int) -> list[Line]:
    return [line for term in terms for line in wrapped(told(term), width, "dim")]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], marked: int | None, width: int) -> list[Line]:
    """The first column gives way where there is little room; the forecast comes first, `marked` is the nearest."""
    widths = [max(map(cells, column)) for column in zip(heads, *rows, strict=True)]
    over = 2 + sum(widths) + 2 * len(widths[1:]) - width
    widths[0] = max(widths[0] - max(over, 0), min(widths[0], 12))
    lines: list[Line] = [[Span("  "), *_cells(heads, widths, "dim")]]
    for place, row in enumerate(rows):
        sign = f"{GLYPHS.mark} " if place == marked else "  "
        role: Role = "strong" if place == marked else ""
        lines.append([Span(sign, "good" if place == 0 else "warn"), *_cells(row, widths, role)])
    return lines
