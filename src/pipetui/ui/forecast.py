"""The forecast as lines: the funnel in whole numbers, where we stand, what the goal takes, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say, say_n
from pipetui.core.said import chain, price
from pipetui.lang import _, chance, number, percent, period_name, told
from pipetui.ui.figures import tables
from pipetui.ui.foretold import ahead_lines, paragraph, plan_lines, rest_lines, short, signed
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, wrapped

if TYPE_CHECKING:
    from pipetui.core.forecast import Forecast, LeftOut
    from pipetui.core.outlook import Outlook

WIDEST = 110
"""Longer lines are hard to read."""
CONTRIBUTORS = 8
"""Deals listed by what they add."""


def forecast_lines(
    one: Forecast, width: int, won: str = "", names: Mapping[int, str] | None = None
) -> list[Line]:
    """The whole pane in so many cells. `won` is the name of the stage of won deals, `names` those of single deals."""
    width = min(width, WIDEST)
    won = won or _("won")
    blocks = [
        [_title(one, width)],
        _funnel(one, won, width),
        *(ahead_lines(one, one.ahead, width) if one.ahead else [_headline(one, width)]),
        goal_lines(one, width) if one.goal else _no_goal(one, width),
        rest_lines(one, width),
        *tables(one, width),
        _prices(one, won, width),
        _contributions(one, names or {}, width),
        _left_out(one, width),
    ]
    lines: list[Line] = []
    for block in blocks:
        lines += [*([[]] if lines and block else []), *block]
    return lines


def _title(one: Forecast, width: int) -> Line:
    title = _("Forecast")
    return [
        Span(title, "title"),
        Span(fit(f" {GLYPHS.dot} {period_name(one.period)}", width - cells(title), "none"), "dim"),
    ]


def _funnel(one: Forecast, won: str, width: int) -> list[Line]:
    """`20 Prospect → 10 Quote → 2 Won`, and in one line without names where they do not fit."""
    if not one.stages:
        return paragraph(say("This pipeline has no open stage."), width, "warn")
    numbers = chain([stage.ratio for stage in one.stages])
    named = [*(stage.stage.name for stage in one.stages), won]
    words = [f"{number(n)} {name}" for n, name in zip(numbers, named, strict=True)]
    line = f" {GLYPHS.arrow} ".join(words)
    if cells(line) <= width:
        return [[Span(line, "strong")]]
    short = f" {GLYPHS.arrow} ".join(number(n) for n in numbers)
    return [
        [Span(fit(short, width, "none"), "strong")],
        *wrapped(f" {GLYPHS.arrow} ".join(named), width, "dim"),
    ]


def _headline(one: Forecast, width: int) -> list[Line]:
    """What the open deals are expected to bring, and what is signed."""
    count = sum(stage.open for stage in one.stages)
    if not count:
        lines = paragraph(say("There is no open deal, so nothing is expected yet."), width)
    else:
        expected = say_n(
            "The open deal is expected to bring {wins} wins and {revenue}, whenever it closes.",
            "The {n} open deals are expected to bring {wins} wins and {revenue}, whenever they close.",
            count,
            wins=number(one.wins, 1),
            revenue=_("no revenue that is known") if one.revenue is None else short(one.revenue, one),
        )
        lines = paragraph(expected, width)
        lines += paragraph(say("That is {sum}.", sum=_sum(one)), width, "dim")
    return lines + signed(one, width)


def _sum(one: Forecast) -> str:
    """`Quote 3.1 + Meeting 0.9`: the stages that bring something, the last one first."""
    parts = [(stage.stage.name, stage.wins) for stage in reversed(one.stages) if stage.open]
    return " + ".join(f"{name} {number(wins, 1)}" for name, wins in parts)


def _no_goal(one: Forecast, width: int) -> list[Line]:
    message = say(
        'There is no goal for {period}. "pipetui goal set {name} wins 3" sets one.',
        period=period_name(one.period),
        name=one.period.name,
    )
    return paragraph(message, width, "dim")


def goal_lines(one: Forecast, width: int) -> list[Line]:
    """The goal, how far it is, how likely, and what to do about it."""
    goal = one.goal
    assert goal is not None
    share = 0.0 if goal.target <= 0 else min(goal.done / goal.target, 1.0)
    words = f"  {_amount(goal.done, goal, one)} / {_amount(goal.target, goal, one)}"
    room = max(min(width - cells(words), 30), 0)
    full = round(room * share)
    lines: list[Line] = [
        [Span(fit(told(_goal_said(goal, one)), width, "none"), "strong")],
        [Span(GLYPHS.full * full, "good"), Span(GLYPHS.shade * (room - full), "dim"), Span(words)],
    ]
    lines += paragraph(_distance(goal, one), width)
    timed = one.base is not None and one.base.learned is not None
    if goal.chance is not None and goal.done < goal.target:
        role: Role = "good" if goal.chance >= 0.8 else "bad" if goal.chance < 0.2 else "warn"
        shown = chance(goal.chance)
        by_day = say("Chance to reach it by {day}: {chance}.", day=one.period.last_day, chance=shown)
        whenever = say("Chance to reach it, whenever they close: {chance}.", chance=shown)
        lines += paragraph(by_day if timed else whenever, width, role)
    lines += paragraph(say("{sign} {advice}", sign=GLYPHS.arrow, advice=goal.advice), width, "accent")
    if timed:
        lines += plan_lines(one, goal, width)
    elif goal.for_80 and one.stages and goal.done < goal.target:
        first = one.stages[0].stage.name
        likely = say_n(
            "An average is not a plan: {n} new deal in {stage} makes it 80% likely.",
            "An average is not a plan: {n} new deals in {stage} make it 80% likely.",
            goal.for_80,
            stage=first,
        )
        lines += paragraph(likely, width, "dim")
    return lines


def _goal_said(goal: Outlook, one: Forecast) -> Message:
    if goal.goal.metric == "revenue":
        return say("Goal: {money}", money=short(goal.target, one))
    if goal.goal.metric == "reach":
        stage = next((s.stage.name for s in one.stages if s.stage.id == goal.goal.stage_id), "?")
        return say_n(
            "Goal: {n} deal in {stage}", "Goal: {n} deals in {stage}", round(goal.target), stage=stage
        )
    return say_n("Goal: {n} win", "Goal: {n} wins", round(goal.target))


def _distance(goal: Outlook, one: Forecast) -> Message:
    if goal.done >= goal.target:
        return say("It is reached.")
    expected, missing = _expected(goal.expected, goal, one), _expected(goal.missing, goal, one)
    if one.base is not None and one.base.learned is not None and goal.goal.metric != "reach":
        if goal.missing <= 0:
            return say("Expected by {day}: {expected} more.", day=one.period.last_day, expected=expected)
        return say(
            "Expected by {day}: {expected} more. Missing: {missing}.",
            day=one.period.last_day,
            expected=expected,
            missing=missing,
        )
    if goal.missing <= 0:
        return say("Expected of the open deals: {expected}.", expected=expected)
    return say(
        "Expected of the open deals: {expected}. Missing: {missing}.", expected=expected, missing=missing
    )


def _amount(value: float, goal: Outlook, one: Forecast) -> str:
    return short(value, one) if goal.goal.metric == "revenue" else number(round(value))


def _expected(value: float, goal: Outlook, one: Forecast) -> str:
    return short(value, one) if goal.goal.metric == "revenue" else number(value, 1)


def _prices(one: Forecast, won: str, width: int) -> list[Line]:
    """How many deals of each stage make one, and which stage is the tightest, in sentences."""
    if not one.stages:
        return []
    lines: list[Line] = [[Span(_("In whole numbers"), "title")]]
    for stage in one.stages:
        lines += paragraph(price(stage.stage.name, won, stage.chance, stage.ratio.n), width)
    if one.goal and one.goal.tightest:
        tight = say("{sign} The tightest stage is {stage}.", sign=GLYPHS.flag, stage=one.goal.tightest.name)
        lines += paragraph(tight, width, "warn")
    if all(stage.ratio.basis == "default" for stage in one.stages):
        lines += paragraph(say("Mostly your default percentages: few deals have closed yet."), width, "dim")
    return lines


def _contributions(one: Forecast, names: Mapping[int, str], width: int) -> list[Line]:
    """The deals that add most to the expected revenue; to the wins, where no amount is known."""
    known = [deal for deal in one.deals if deal.id in names]
    if not known:
        return []
    known.sort(key=lambda deal: (-(deal.contribution or 0), -deal.chance, deal.id))
    lines: list[Line] = [[Span(_("What adds most"), "title")]]
    for deal in known[:CONTRIBUTORS]:
        share = percent(deal.chance) + (GLYPHS.mark if deal.pinned else "")
        worth = "" if deal.contribution is None else short(deal.contribution, one)
        room = max(width - 14, 8)
        lines.append(
            [
                Span(fit(names[deal.id], room)),
                Span(fit(share, 6, "right"), "dim"),
                Span(fit(worth, 8, "right"), "money"),
            ]
        )
    return lines


def _left_out(one: Forecast, width: int) -> list[Line]:
    """Everything the figures do without, counted aloud."""
    if not one.left_out:
        return []
    lines: list[Line] = [[Span(_("Left out or filled in"), "title")]]
    for some in one.left_out:
        lines += paragraph(left_out_said(some), width, "dim")
    return lines


def left_out_said(some: LeftOut) -> Message:
    """Why some deals are left out, how many they are and what they are worth."""
    if some.money is not None and some.money.minor:
        return say_n(
            "{n} deal, {money}: {why}",
            "{n} deals, {money}: {why}",
            some.count,
            money=some.money,
            why=some.why,
        )
    return say_n("{n} deal: {why}", "{n} deals: {why}", some.count, why=some.why)
