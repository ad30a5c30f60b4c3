"""A backtest in words and pictures of plain characters, the same on the screen and in the shell.

A picture is a table whose last column is drawn: a band where the outcome should lie eight times in ten, what was said
inside it, and what came. It needs no colour; who has colours adds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, fsum
from typing import NamedTuple, TypeVar

from pipetui.core.backtest import OURS, Backtest, DealScores, Look, mean_error
from pipetui.core.message import Message, say, say_n
from pipetui.core.moment import local_day
from pipetui.core.rivals import LAST
from pipetui.core.said import method
from pipetui.core.scores import HIGH, LOW, Bucket, TotalScores, poisson_binomial, quantile
from pipetui.lang import _, number, percent, told

DAY = 86_400
LEAST, WIDEST = 12, 60
"""Cells of a drawing."""
STEP = 4
"""Cells one win takes at most."""
STEPS = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))
"""Between the numbers of a scale."""
GAP = 2
"""Cells between two numbers of a scale at least."""

Scores = TypeVar("Scores", DealScores, TotalScores)


class Signs(NamedTuple):
    """What a drawing is made of, one cell each."""

    band: str = "░"
    said: str = "│"
    came: str = "●"
    missed: str = "✗"


SIGNS, ASCII = Signs(), Signs("-", "|", "o", "x")


@dataclass(frozen=True, slots=True)
class Gauge:
    """What was said and what came, in one unit."""

    low: float
    high: float
    """The outcome should lie from `low` to `high` eight times in ten, both included."""
    said: float
    came: float

    @property
    def inside(self) -> bool:
        """Whether it came as said."""
        return self.low <= self.came <= self.high

    def drawn(self, top: float, width: int, signs: Signs = SIGNS) -> str:
        """In so many cells, from 0 to `top`."""
        row = [" "] * width
        for place in range(_cell(self.low, top, width), _cell(self.high, top, width) + 1):
            row[place] = signs.band
        row[_cell(self.said, top, width)] = signs.said
        row[_cell(self.came, top, width)] = signs.came if self.inside else signs.missed
        return "".join(row)


def _cell(value: float, top: float, width: int) -> int:
    return min(max(int(value / top * (width - 1) + 0.5), 0), width - 1)


def scale(top: float, width: int, words: Callable[[float], str] = number) -> str:
    """The numbers above a drawing, as many as there is room for; each begins at its cell, the last may stick out."""
    widest = len(words(top)) + GAP
    step = next(step for step in STEPS if step >= top or step / top * (width - 1) >= widest)
    row = ""
    for at in range(int(top // step) + 1):
        row = row.ljust(_cell(at * step, top, width)) + words(at * step)
    return row


@dataclass(frozen=True, slots=True)
class Picture:
    """A table whose last column is drawn, under its scale."""

    heads: tuple[str, ...]
    """The last one is the scale."""
    rows: tuple[tuple[str, ...], ...]
    gauges: tuple[Gauge, ...]
    """What each row shows."""


def track(looks: Sequence[Look], width: int, signs: Signs = SIGNS) -> Picture:
    """One row for each look back, newest first: the range of the wins said, and the wins that came."""
    totals = [look.all_wins for look in looks]
    gauges = tuple(Gauge(one.low, one.high, one.mean, one.seen) for one in totals)
    top = max((ceil(max(one.high, one.came, one.said)) for one in gauges), default=1) or 1
    facts = [
        (
            local_day(datetime.fromtimestamp(look.now * DAY, UTC)).isoformat(),
            number(look.open),
            number(one.mean, 1),
            f"{number(one.low)}–{number(one.high)}",
            number(one.seen),
        )
        for look, one in zip(looks, totals, strict=True)
    ]
    heads = (_("As of"), _("Open"), _("Said"), _("Between"), _("Came"))
    return _picture(heads, facts, gauges, _Paper(top, width, number), signs)


def reliability(buckets: Sequence[Bucket], width: int, signs: Signs = SIGNS) -> Picture:
    """One row for each tenth of the chances: what was said, what came, and how far chance alone would take it."""
    gauges = []
    for one in buckets:
        spread = poisson_binomial([one.said] * one.n)
        low, high = (100 * quantile(spread, share) / one.n for share in (LOW, HIGH))
        # In whole deals, as both ends are, so that no rounding puts it outside.
        gauges.append(Gauge(low, high, 100 * one.said, 100 * round(one.seen * one.n) / one.n))
    facts = [(percent(one.said), percent(one.seen), number(one.n)) for one in buckets]
    paper = _Paper(100, width, lambda share: percent(share / 100))
    return _picture((_("Said"), _("Came"), _("Cases")), facts, gauges, paper, signs)


class _Paper(NamedTuple):
    """What a picture is drawn on: up to which number, in how many cells with its columns, and how numbers are said."""

    top: float
    width: int
    words: Callable[[float], str]


def _picture(
    heads: tuple[str, ...],
    facts: Sequence[tuple[str, ...]],
    gauges: Sequence[Gauge],
    paper: _Paper,
    signs: Signs,
) -> Picture:
    taken = sum(max(map(len, column)) + GAP for column in zip(heads, *facts, strict=True))
    beyond = len(paper.words(paper.top)) - 1
    top, room = paper.top, min(max(paper.width - taken - beyond, LEAST), WIDEST)
    if top <= room - 1:
        # As many cells for each win, so that the same distance looks the same.
        room = int(top) * min((room - 1) // int(top), STEP) + 1
    return Picture(
        (*heads, scale(top, room, paper.words)),
        tuple((*row, one.drawn(top, room, signs)) for row, one in zip(facts, gauges, strict=True)),
        tuple(gauges),
    )


def legend(signs: Signs = SIGNS) -> list[tuple[str, str]]:
    """What each sign of a drawing means."""
    return [
        (signs.band, _("where 8 of 10 should come")),
        (signs.said, _("said")),
        (signs.came, _("came")),
        (signs.missed, _("came outside")),
    ]


def buckets(found: Backtest) -> tuple[Bucket, ...]:
    """What was said of single deals beside what came."""
    return found.per_deal[OURS].reliability if OURS in found.per_deal else ()


# In words


def record(found: Backtest) -> Message:
    """`Last 12 looks back: 10 came out within the range; mean error 1.8; "same as the last period" 3.2.`"""
    naive = found.all_wins[LAST]
    return say_n(
        'The only look back: {inside} came out within the range; mean error {error}; "{method}" {other}.',
        'Last {n} looks back: {inside} came out within the range; mean error {error}; "{method}" {other}.',
        len(found.looks),
        inside=round(found.all_wins[OURS].covered * len(found.looks)),
        error=mean_error(found.looks),
        method=method(LAST),
        other=naive.error,
    )


def kept(buckets: Sequence[Bucket]) -> Message:
    """`Of deals given 30%, 28% were signed (61 cases).`, about the fullest bucket above the lowest."""
    telling = [one for one in buckets if one.low > 0] or buckets
    one = max(telling, key=lambda bucket: bucket.n)
    return say_n(
        "Of deals given {said}, {seen} were signed ({n} case).",
        "Of deals given {said}, {seen} were signed ({n} cases).",
        one.n,
        said=percent(one.said),
        seen=percent(one.seen),
    )


def ranked(methods: Mapping[str, Scores], error: Callable[[Scores], float]) -> list[tuple[str, Scores]]:
    """The forecast first, then the others, the nearest first."""
    return sorted(methods.items(), key=lambda pair: (pair[0] != OURS, error(pair[1])))


def means(buckets: Sequence[Bucket]) -> tuple[float, float]:
    """The mean chance said and the share that came, of all buckets."""
    n = sum(one.n for one in buckets)
    return fsum(one.n * one.said for one in buckets) / n, fsum(one.n * one.seen for one in buckets) / n


TOTAL_TERMS = (
    say("Off by: wins between what was said and what came, on average."),
    say("Bias: above 0 too many were said, below 0 too few."),
    say("CRPS: how far the whole range was from what came; 0 is perfect."),
    say("In the range: how often it came between the ends of the range; 80% is right."),
)
DEAL_TERMS = (
    say("Log-loss: surprise at what became of the deals; 0 is perfect, 0.69 is tossing a coin."),
    say("Brier: squared distance from what became of them; 0 is perfect, 0.25 is tossing a coin."),
    say("ECE: distance between the shares said and come, as in the picture; 0 is perfect."),
)
"""The terms of the tables, each in one line."""


def total_heads() -> tuple[str, ...]:
    """Over the scores of totals."""
    return _("Method"), _("Off by"), _("Bias"), _("CRPS"), _("In the range")


def total_row(name: str, one: TotalScores) -> tuple[str, ...]:
    """The scores of a method's totals."""
    return (
        told(method(name)),
        number(one.error, 1),
        number(one.bias, 1),
        number(one.crps, 2),
        percent(one.covered),
    )


def deal_heads() -> tuple[str, ...]:
    """Over the scores of single deals."""
    return _("Method"), _("Log-loss"), _("Brier"), _("ECE"), _("Cases")


def deal_row(name: str, one: DealScores) -> tuple[str, ...]:
    """How good a method was for single deals."""
    return (
        told(method(name)),
        number(one.log_loss, 3),
        number(one.brier, 3),
        number(one.error, 3),
        number(one.n),
    )


def group_heads() -> tuple[str, ...]:
    """Over the deals told apart."""
    return _("Deals"), _("Said"), _("Came"), _("Cases"), _("Log-loss"), _("Nearest")


def group_rows(found: Backtest, stages: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """How the forecast fared with the deals of each value, and which method was nearest there.

    `stages` are their names when the deals are told apart by stage.
    """
    return [
        _group(stages[int(value)] if stages else value or _("none"), methods)
        for value, methods in found.by.items()
    ]


def _group(name: str, methods: Mapping[str, DealScores]) -> tuple[str, ...]:
    ours = methods[OURS]
    said, came = means(ours.reliability)
    nearest = min(methods, key=lambda one: methods[one].log_loss)
    return (
        name,
        percent(said),
        percent(came),
        number(ours.n),
        number(ours.log_loss, 3),
        told(method(nearest)),
    )


def offered(found: Backtest, used: str) -> str | None:
    """The method a store may change to: back to the forecast's own, or to a simpler one that was better."""
    if used != OURS:
        return OURS
    return found.best if found.best != OURS else None


def sums(found: Backtest) -> tuple[tuple[Message, Mapping[str, TotalScores]], ...]:
    """The two kinds of total, with the methods that tell them."""
    return (say("All wins"), found.all_wins), (say("Of the deals open then"), found.open_deals)
