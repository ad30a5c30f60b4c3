"""What the period will bring, as lines: ranges and their picture, what they are made of, what the goal takes in time,
and how good such forecasts have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say, say_n
from pipetui.lang import _, money, number, period_name, span, told
from pipetui.ui.paint import BARS, GLYPHS, Line, Role, Span, fit, wrapped

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead, Learned
    from pipetui.core.flow import Strain
    from pipetui.core.forecast import Forecast
    from pipetui.core.outlook import Outlook, StagePlan
    from pipetui.core.totals import Spread

HEIGHTS = f" {BARS}{GLYPHS.full}"
"""A column by eighths of a cell."""
TALL = 4
"""Rows of a picture."""
NOTABLE = 1.25
"""A segment whose odds are nearer to the others' is not worth a line."""


def ahead_lines(one: Forecast, coming: Ahead, width: int) -> list[list[Line]]:
    """The blocks of a pane, from the headline to what it rests on."""
    return [
        _headline(one, coming, width),
        _picture(one, coming, width),
        _made_of(one, coming, width),
    ]


def paragraph(message: Message, width: int, role: Role = "") -> list[Line]:
    """A sentence in as many lines as it needs."""
    return wrapped(told(message), width, role)


def _headline(one: Forecast, coming: Ahead, width: int) -> list[Line]:
    """What is signed, what is to be expected, and by when."""
    low, middle, high = (round(value) for value in (coming.wins.low, coming.wins.middle, coming.wins.high))
    lines: list[Line] = []
    if one.base is None or one.base.learned is None:
        lines += paragraph(
            say("No history yet: your default percentages, whenever the deals close."), width, "dim"
        )
    elif low == high:
        lines += paragraph(
            say_n(
                "{n} more signature by {day}, 8 times out of 10.",
                "{n} more signatures by {day}, 8 times out of 10.",
                low, day=one.period.last_day,
            ),
            width, "strong",
        )  # fmt: skip
    else:
        lines += paragraph(
            say_n(
                "Between {low} and {n} more signature by {day}, 8 times out of 10; {middle} is the middle.",
                "Between {low} and {n} more signatures by {day}, 8 times out of 10; {middle} is the middle.",
                high, low=low, middle=middle, day=one.period.last_day,
            ),
            width, "strong",
        )  # fmt: skip
    if coming.revenue is None:
        lines += paragraph(say("No amount is known, so nothing is said of the revenue."), width, "dim")
    else:
        low_money, middle_money, high_money = (
            short(value, one) for value in (coming.revenue.low, coming.revenue.middle, coming.revenue.high)
        )
        lines += paragraph(
            say(
                "Worth between {low} and {high}; {middle} is the middle.",
                low=low_money, high=high_money, middle=middle_money,
            ),
            width,
        )  # fmt: skip
    return lines + signed(one, width)


def signed(one: Forecast, width: int) -> list[Line]:
    """What is won already in the period."""
    said = say_n(
        "Signed in {period}: {n} deal, {revenue}.",
        "Signed in {period}: {n} deals, {revenue}.",
        one.won,
        period=period_name(one.period),
        revenue=short(one.won_revenue, one),
    )
    return paragraph(said, width, "good" if one.won else "")


# The picture


def _picture(one: Forecast, coming: Ahead, width: int) -> list[Line]:
    """How likely each number of wins is, the signed ones counted, with the goal and the range of 8 in 10."""
    goal = one.goal.target if one.goal and one.goal.goal.metric == "wins" else None
    shown = _columns(coming.wins, width - 2, None if goal is None else goal - one.won)
    if len(shown) < 2:
        return []
    first, step = shown[0][0], shown[1][0] - shown[0][0]
    cell = max(min((width - 2) // len(shown), 6), 1)
    top = max(share for _, share in shown)
    low, high = coming.wins.low, coming.wins.high
    lines: list[Line] = []
    for row in range(TALL, 0, -1):
        line: Line = [Span(" ")]
        for value, share in shown:
            eighths = min(max(round(share / top * TALL * 8) - (row - 1) * 8, 0), 8)
            inside = low - step < value <= high
            line.append(
                Span((HEIGHTS[eighths] * max(cell - 1, 1)).ljust(cell), "accent" if inside else "dim")
            )
        lines.append(line)
    lines.append(_axis([one.won + value for value, _ in shown], cell, None if goal is None else goal))
    caption = _("wins, signed ones counted; in colour: 8 in 10")
    if goal is not None and one.won + first <= goal <= one.won + shown[-1][0] + step:
        caption = f"{GLYPHS.flag} {_('goal')} {GLYPHS.dot} {caption}"
    return [*lines, [Span(fit(f" {caption}", width, "none"), "dim")]]


def _columns(spread: Spread, room: int, wanted: float | None) -> list[tuple[int, float]]:
    """Numbers of wins and how likely they are, as many as fit; some numbers together where there are too many."""
    first, last = int(spread.quantile(0.002)), ceil(spread.quantile(0.998))
    if wanted is not None and wanted <= last * 2 + 4:
        last = max(last, round(wanted))
    step = max(ceil((last - first + 1) / max(room, 1)), 1)
    return [(value, sum(spread.pmf[value : value + step])) for value in range(first, last + 1, step)]


def _axis(values: Sequence[int], cell: int, goal: float | None) -> Line:
    """The numbers below, as many as fit, and the goal among them."""
    text, marked = [" "] * (len(values) * cell + 2), []
    at = 0
    for place, value in enumerate(values):
        here = place * cell
        following = values[place + 1] if place + 1 < len(values) else value + 1
        is_goal = goal is not None and value <= goal < following
        word = (GLYPHS.flag if is_goal else "") + number(value)
        if is_goal or here >= at:
            if here < at:
                continue
            text[here : here + len(word)] = word
            at = here + len(word) + 1
            if is_goal:
                marked.append((here, len(word)))
    row = "".join(text[: len(values) * cell + 1]).rstrip()
    if not marked:
        return [Span(f" {row}", "dim")]
    start, size = marked[0]
    return [
        Span(f" {row[:start]}", "dim"),
        Span(row[start : start + size], "warn"),
        Span(row[start + size :], "dim"),
    ]


# What it is made of


def _made_of(one: Forecast, coming: Ahead, width: int) -> list[Line]:
    """`Expected 8.4 = Quote 3.9 + Meeting 0.9 + to come 0.5`: the shown parts add up to the shown sum."""
    parts = [
        (one.stages[place].stage.name, coming.by_stage[place].wins)
        for place in sorted(coming.by_stage, reverse=True)
    ]
    if coming.new.wins >= 0.05:
        parts.append((_("to come"), coming.new.wins))
    shown = list(_adding_up([wins for _, wins in parts], coming.wins.mean))
    words = " + ".join(
        f"{name} {number(wins, 1)}" for (name, _), wins in zip(parts, shown, strict=True) if wins
    )
    if not words:
        return []
    message = say("Expected {sum} = {parts}.", sum=number(round(coming.wins.mean, 1), 1), parts=words)
    return paragraph(message, width, "dim")


def _adding_up(parts: Sequence[float], total: float) -> Iterator[float]:
    """The parts in tenths that add up to the total in tenths; those nearest to the next tenth are rounded up."""
    tenths = [int(part * 10 + 1e-9) for part in parts]
    lacking = round(total * 10) - sum(tenths)
    order = sorted(range(len(parts)), key=lambda at: tenths[at] - parts[at] * 10)
    for at in order[: max(lacking, 0)]:
        tenths[at] += 1
    yield from (value / 10 for value in tenths)


def short(value: float, one: Forecast) -> str:
    """Money of the forecast in few characters."""
    return money(round(value), one.currency, short=True)


# What the goal takes in time


def plan_lines(one: Forecast, goal: Outlook, width: int) -> list[Line]:
    """How many more deals in each stage make the goal likely, and for which stages it is too late."""
    if (
        not goal.plan
        or goal.done >= goal.target
        or (goal.for_80 is None and not any(s.for_80 for s in goal.plan))
    ):
        return []
    helping = [some for some in reversed(goal.plan) if not some.late and some.for_80]
    late = [some for some in goal.plan if some.late]
    lines: list[Line] = []
    for confidence, words in ((0.8, _("4 out of 5")), (0.5, _("1 out of 2"))):
        options = [_option(some, some.for_80 if confidence == 0.8 else some.for_50) for some in helping]
        if shown := [option for option in options if option]:
            joined = f" {_('or')} ".join(shown)
            lines += paragraph(
                say("To make it {chance}: {deals} more.", chance=words, deals=joined), width, "strong"
            )
    for some in late:
        lines += paragraph(_too_late(some), width, "dim")
    useful = [some for some in helping if some.last_useful_day is not None]
    if useful and useful[-1].last_useful_day is not None:
        first = useful[-1]
        lines += paragraph(
            say("New deals in {stage} still help until {day}.", stage=first.stage.name, day=first.last_useful_day),
            width, "dim",
        )  # fmt: skip
    return lines


def _option(some: StagePlan, deals: int | None) -> str:
    return f"{number(deals)} {some.stage.name}" if deals else ""


def _too_late(some: StagePlan) -> Message:
    if some.median is None:
        return say("Too late for new deals in {stage}.", stage=some.stage.name)
    return say(
        "Too late for new deals in {stage}: half of those that sign do so within {days}.",
        stage=some.stage.name,
        days=span(some.median),
    )


# How it flows, and how good it has been


def rest_lines(one: Forecast, width: int) -> list[Line]:
    """Pace, tight spots, segments and the record, one sentence each."""
    learned = one.base.learned if one.base else None
    messages = [*_pace(one)]
    if learned is not None:
        messages += [*_strains(one, learned), *_segments(learned), *_record(learned)]
    return [line for message in messages for line in paragraph(message, width, "dim")]


def _pace(one: Forecast) -> Iterator[Message]:
    if any(one.paces):
        mean = sum(one.paces) / len(one.paces)
        yield say_n(
            "The period before brought {mean}.",
            "The last {n} periods brought {mean} wins on average.",
            len(one.paces), mean=number(mean, 1),
        )  # fmt: skip


def _strains(one: Forecast, learned: Learned) -> Iterator[Message]:
    for strain in learned.strains:
        yield _strain(one.stages[strain.stage].stage.name, strain)


def _strain(stage: str, strain: Strain) -> Message:
    if strain.kind == "fills up":
        return say_n(
            "{stage} fills up: {n} deal, {usual} would be usual.",
            "{stage} fills up: {n} deals, {usual} would be usual.",
            strain.n, stage=stage, usual=number(strain.usual),
        )  # fmt: skip
    return say(
        "Fewer go on from {stage} lately: {now} of 10 instead of {usual}.",
        stage=stage, now=number(strain.now * 10, 1), usual=number(strain.usual * 10, 1),
    )  # fmt: skip


def _segments(learned: Learned) -> Iterator[Message]:
    for variable in learned.factors:
        for value, factor in sorted(variable.items(), key=lambda pair: -pair[1].odds):
            if value and not 1 / NOTABLE < factor.odds < NOTABLE:
                yield say(
                    "{segment}: odds × {times} ({won} signed, {expected} expected)",
                    segment=value, times=number(factor.odds, 1), won=number(factor.won),
                    expected=number(factor.expected),
                )  # fmt: skip


def _record(learned: Learned) -> Iterable[Message]:
    looks = learned.track
    if len(looks) < 4:
        return []
    inside = sum(look.low <= look.seen <= look.high for look in looks)
    return [
        say_n(
            "The only look back: {inside} came out within its range.",
            "Of the last {n} looks back, {inside} came out within their range.",
            len(looks), inside=inside,
        )
    ]  # fmt: skip
