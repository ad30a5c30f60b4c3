"""The rows of the forecast's own screen. Some can be chosen: what they stand for, and the deals behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipetui.core.message import say, say_n
from pipetui.lang import _, chance, money, number, percent, span, told
from pipetui.ui.forecast import goal_lines, left_out_said
from pipetui.ui.foretold import ahead_lines, rest_lines
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, wrapped
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead, Candidate, Part
    from pipetui.core.forecast import Forecast
    from pipetui.core.whatif import Lever, WhatIf
    from pipetui.store.alike import Alike

MOST = 12
"""Deals listed on the first page."""
LISTED = 200
"""Deals listed behind a figure."""

Kind = Literal["stage", "source", "owner", "won", "deal", "case", "left"]


class Target(NamedTuple):
    """What a row stands for: the place of a stage, the value of a segment, the number of a deal."""

    kind: Kind
    value: int | str = 0


Cells = Sequence[tuple[str, Role]]


def overview(one: Forecast, shown: Ahead, change: WhatIf, names: Mapping[int, str], width: int) -> list[Row]:
    """Everything but single lists: what is to be expected, of what it is made, and what it takes."""
    blocks: list[list[Row]] = [_plain(block) for block in ahead_lines(one, shown, width) if block]
    if one.goal is not None:
        blocks.append(_plain(goal_lines(one, width)))
    blocks.append(_stages(one, shown, change, width))
    for title, kind, variable in ((_("By source"), "source", 0), (_("By owner"), "owner", 1)):
        if variable < len(shown.by_trait) and len(shown.by_trait[variable]) > 1:
            blocks.append(_segment(title, kind, shown, shown.by_trait[variable], one, width))  # type: ignore[arg-type]
    blocks += [_most(one, shown, names, width), _plain(rest_lines(one, width)), _left_out(one, width)]
    rows: list[Row] = []
    for block in blocks:
        rows += [*([Row([])] if rows and block else []), *block]
    return rows


def _plain(lines: Iterable[Line]) -> list[Row]:
    return [Row(line) for line in lines]


def compared(one: Forecast, shown: Ahead) -> str:
    """What the changes that are tried would do, in a line."""
    before = one.ahead
    assert before is not None
    arrow = f" {GLYPHS.arrow} "
    parts = [
        told(
            say("wins {numbers}", numbers=f"{number(before.wins.mean, 1)}{arrow}{number(shown.wins.mean, 1)}")
        )
    ]
    if before.revenue is not None and shown.revenue is not None:
        parts.append(f"{_money(before.revenue.mean, one)}{arrow}{_money(shown.revenue.mean, one)}")
    likely = [goal_chance(one, some) for some in (before, shown)]
    if likely[0] is not None and likely[1] is not None:
        words = f"{chance(likely[0], short=True)}{arrow}{chance(likely[1], short=True)}"
        parts.append(told(say("goal {chances}", chances=words)))
    text = f" {GLYPHS.dot} ".join(parts)
    return told(say("What if: {changes}", changes=text))


def goal_chance(one: Forecast, some: Ahead) -> float | None:
    """Of reaching the goal, as it would be; None without a goal that counts wins or money."""
    goal = one.goal
    if goal is None or goal.goal.metric == "reach":
        return None
    if goal.goal.metric == "revenue":
        return None if some.revenue is None else some.revenue.at_least(goal.target - goal.done)
    return some.outcomes.likely(round(goal.target - goal.done))


# Tables


def _table(heads: Sequence[str], rows: Sequence[tuple[Target | None, Cells]], width: int) -> list[Row]:
    """Rows under their heads, the first column as wide as there is room, the others to the right."""
    wide = [max(cells(head), *(cells(row[at][0]) for _, row in rows)) for at, head in enumerate(heads)]
    while len(wide) > 2 and sum(wide[1:]) + 2 * len(wide) + 8 > width:
        wide.pop()
    first = max(min(wide[0], width - sum(wide[1:]) - 2 * (len(wide) - 1) - 2), 6)
    made = [Row([Span("  "), Span(fit(heads[0], first), "title"), *_right(zip_heads(heads, wide), wide)])]
    for target, row in rows:
        head, role = row[0]
        made.append(
            Row([Span("  "), Span(fit(head, first), role), *_right(row[1 : len(wide)], wide)], target)
        )
    return made


def zip_heads(heads: Sequence[str], wide: Sequence[int]) -> Cells:
    """The heads of the columns that fit, but the first."""
    return [(head, "dim") for head in heads[1 : len(wide)]]


def _right(values: Cells, wide: Sequence[int]) -> Iterator[Span]:
    for (text, role), room in zip(values, wide[1:], strict=False):
        yield Span(fit(text, room + 2, "right"), role)


def _stages(one: Forecast, shown: Ahead, change: WhatIf, width: int) -> list[Row]:
    heads = (
        _("Stage"),
        _("Wins"),
        _("Revenue"),
        _("Open"),
        _("Goes on"),
        _("Range"),
        _("Cases"),
        _("One day"),
    )
    rows: list[tuple[Target | None, Cells]] = []
    for place, stage in enumerate(one.stages):
        part, ratio = shown.by_stage.get(place), stage.ratio
        tried = change.ratios.get(place)
        more = change.added.get(place, 0)
        opened = number(stage.open) + (f"+{more}" if more else "")
        values: Cells = (
            (stage.stage.name, "strong"),
            (number(part.wins, 1) if part else "0", ""),
            (_revenue(part, one), "money"),
            (opened, "accent" if more else ""),
            (percent(ratio.used if tried is None else tried), "accent" if tried is not None else ""),
            (f"{percent(ratio.low)}–{percent(ratio.high)}", "dim"),
            (number(ratio.n), "dim"),
            (percent(stage.chance.value), "dim"),
        )
        rows.append((Target("stage", place), values))
    rows += _to_come(shown, one)
    rows.append((None, ((_("Expected"), "strong"), *_sum(shown, one))))
    if one.won:
        won: Cells = (
            (_("Signed already"), "good"),
            (number(one.won), "good"),
            (_money(one.won_revenue, one), "good"),
        )
        rows.append((Target("won"), won))
    rows = [(target, (*row, *((" ", ""),) * (len(heads) - len(row)))) for target, row in rows]
    said = _(
        "Goes on: the share that reaches a later stage, and its range 8 times out of 10. One day: won in the end."
    )
    return [
        *_table(heads, rows, width),
        *(Row([Span("  "), *line]) for line in wrapped(said, max(width - 2, 8), "dim")),
    ]


def _to_come(shown: Ahead, one: Forecast) -> list[tuple[Target | None, Cells]]:
    if shown.new.wins < 0.005:
        return []
    return [
        (None, ((_("to come"), "dim"), (number(shown.new.wins, 1), ""), (_revenue(shown.new, one), "money")))
    ]


def _sum(shown: Ahead, one: Forecast) -> Cells:
    whole = "" if shown.revenue is None else _money(shown.revenue.mean, one)
    return (number(shown.wins.mean, 1), "strong"), (whole, "strong")


def _segment(
    title: str, kind: Kind, shown: Ahead, parts: Mapping[str, Part], one: Forecast, width: int
) -> list[Row]:
    heads = (title, _("Wins"), _("Revenue"), _("Open"))
    rows: list[tuple[Target | None, Cells]] = [
        (
            Target(kind, value),
            (
                (value or _("none"), "strong"),
                (number(part.wins, 1), ""),
                (_revenue(part, one), "money"),
                (number(part.deals), ""),
            ),
        )
        for value, part in sorted(parts.items(), key=lambda pair: (-pair[1].wins, pair[0]))
    ]
    rows += [(target, (*row, (" ", ""))) for target, row in _to_come(shown, one)]
    return _table(heads, rows, width)


def _most(one: Forecast, shown: Ahead, names: Mapping[int, str], width: int) -> list[Row]:
    known = [deal for deal in one.deals if deal.id in names and deal.id in shown.chances]
    known.sort(key=lambda deal: (-shown.chances[deal.id] * (deal.amount or 1.0), deal.id))
    if not known:
        return []
    heads = (_("What adds most"), _("Chance"), _("Amount"), _("Adds"))
    rows: list[tuple[Target | None, Cells]] = []
    for deal in known[:MOST]:
        likely = shown.chances[deal.id]
        rows.append(
            (
                Target("deal", deal.id),
                (
                    (names[deal.id], ""),
                    (chance(likely, short=True) + (GLYPHS.mark if deal.pinned else ""), ""),
                    ("" if deal.amount is None else _money(deal.amount, one), "money"),
                    ("" if deal.amount is None else _money(likely * deal.amount, one), "strong"),
                ),
            )
        )
    return _table(heads, rows, width)


def _revenue(part: Part | None, one: Forecast) -> str:
    return "" if part is None or part.revenue is None else _money(part.revenue, one)


def _money(value: float, one: Forecast) -> str:
    return money(round(value), one.currency, short=True)


def _left_out(one: Forecast, width: int) -> list[Row]:
    """Everything the figures do without, counted aloud."""
    if not one.left_out:
        return []
    rows = [Row([Span("  "), Span(_("Left out or filled in"), "title")])]
    for at, some in enumerate(one.left_out):
        first, *more = wrapped(told(left_out_said(some)), max(width - 2, 8), "dim")
        rows.append(Row([Span("  "), *first], Target("left", at)))
        rows += [Row([Span("  "), *line]) for line in more]
    return rows


# Lists


def behind(
    one: Forecast,
    shown: Ahead,
    deals: Sequence[Candidate],
    change: WhatIf,
    names: Mapping[int, str],
    width: int,
) -> list[Row]:
    """The open deals behind a figure, those that add most first."""
    by_id = one.by_deal
    heads = (_("Deal"), _("Chance"), _("Amount"), _("Adds"), _("In the stage"))
    rows: list[tuple[Target | None, Cells]] = []
    for deal in deals:
        likely, amount = shown.chances.get(deal.id, 0.0), by_id[deal.id].amount
        moved = deal.id in change.moved or deal.id in change.dropped
        where = one.stages[change.moved.get(deal.id, deal.stage)].stage.name
        word = _("dropped") if deal.id in change.dropped else f"{GLYPHS.arrow} {where}" if moved else ""
        rows.append(
            (
                Target("deal", deal.id),
                (
                    (names.get(deal.id, ""), "accent" if moved else ""),
                    (chance(likely, short=True), ""),
                    ("" if amount is None else _money(amount, one), "money"),
                    ("" if amount is None else _money(likely * amount, one), "strong"),
                    (word or _age(one, deal), "accent" if moved else "dim"),
                ),
            )
        )
    return _table(heads, rows, width) if rows else [Row([Span(f"  {_('No deal.')}", "dim")])]


def _age(one: Forecast, deal: Candidate) -> str:
    return span(max(one.as_of.timestamp() / 86_400 - deal.entered, 0.0))


def signed(deals: Sequence[tuple[int, str, str]], width: int) -> list[Row]:
    """The deals signed in the period: number, name and amount."""
    rows: list[tuple[Target | None, Cells]] = [
        (Target("deal", number_), ((name, ""), (amount, "money"))) for number_, name, amount in deals
    ]
    return (
        _table((_("Deal"), _("Amount")), rows, width) if rows else [Row([Span(f"  {_('No deal.')}", "dim")])]
    )


def cases(found: Sequence[Alike], names: Mapping[int, str], width: int) -> list[Row]:
    """The deals that were as long in a stage as the one looked at, and what became of them."""
    words: Mapping[str, tuple[str, Role]] = {
        "won": (_("won"), "good"), "lost": (_("lost"), "bad"), "open": (_("still open"), "dim"),
    }  # fmt: skip
    rows: list[tuple[Target | None, Cells]] = [
        (
            Target("deal", one.deal_id),
            (
                (names.get(one.deal_id, ""), ""),
                words[one.outcome],
                ("" if one.after is None else span(one.after), "dim"),
            ),
        )
        for one in found[:LISTED]
    ]
    heads = (_("Deals that were there as long"), _("Outcome"), _("After"))
    return _table(heads, rows, width) if rows else [Row([Span(f"  {_('No deal.')}", "dim")])]


def lever_rows(one: Forecast, found: Sequence[Lever], width: int) -> list[Row]:
    """What each lever would bring, the strongest first."""
    best = sorted(found, key=lambda lever: (-(lever.chance or 0.0), -lever.wins, -(lever.revenue or 0.0)))
    heads = (_("What would help"), _("Wins"), _("Revenue"), _("Goal"))
    rows: list[tuple[Target | None, Cells]] = [
        (
            None,
            (
                (_lever(one, lever), "strong"),
                (f"+{number(max(lever.wins, 0.0), 1)}", ""),
                ("" if lever.revenue is None else f"+{_money(max(lever.revenue, 0.0), one)}", "money"),
                ("" if lever.chance is None else _points(lever.chance), "good" if lever.chance else "dim"),
            ),
        )
        for lever in best
    ]
    return _table(heads, rows, width)


def _points(more: float) -> str:
    return told(say_n("+{points} point", "+{points} points", round(more * 100), points=number(more * 100, 1)))


def _lever(one: Forecast, lever: Lever) -> str:
    if lever.kind == "ratio":
        stage = one.stages[lever.stage or 0].stage.name
        return told(say("5 more of 100 go on from {stage}", stage=stage))
    words = {
        "leads": say("10 more deals in {stage}", stage=one.stages[0].stage.name),
        "days": say("the way takes 5 days less"),
        "amount": say("amounts 10% higher"),
    }
    return told(words[lever.kind])
