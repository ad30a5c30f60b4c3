"""How a goal stands: what is done, what is expected, what it takes in each stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from math import ceil, fsum
from typing import TYPE_CHECKING

from pipetui.core import plan
from pipetui.core.book import Book, Pile, Worth
from pipetui.core.deal import Goal, Stage
from pipetui.core.effort import WORTHWHILE
from pipetui.core.funnel import Ratio, reach_chances
from pipetui.core.message import Message, say, say_n

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead, Learned
    from pipetui.core.moment import Period

Groups = list[tuple[float, int]]
DealsFor = Callable[[float, float], "int | None"]
"""The fewest new deals, each with such a chance, that make the goal so likely."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """How many new deals, put into a stage now, would make the goal likely."""

    stage: Stage
    chance: float
    """Of one of them to be won in time."""
    for_50: int | None
    """For an even chance; None when no number would do."""
    for_80: int | None
    median: float | None
    """Days until half of those that will be signed are; None without a past."""
    last_useful_day: date | None
    """After this day a new deal here has less than one chance in twenty; None without a past."""
    late: bool
    """Whether that day is past."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A goal and how it stands. Figures count deals, or minor units of the forecast's currency for revenue."""

    goal: Goal
    target: float
    done: float
    """Won, earned, or reached in the period."""
    expected: float
    """What the open deals are expected to bring."""
    chance: float | None
    """Of reaching it; None for revenue until the open deals were looked at one by one."""
    needs: dict[int, plan.Need]
    """By stage, as far as the stage the goal aims at."""
    tightest: plan.Need | None
    """None when the open deals are enough on average."""
    advice: Message
    for_80: int | None
    """New deals in the first stage that make it 80 % likely; None when no number would, and where `chance` is."""

    plan: tuple[StagePlan, ...] = ()
    """What each stage takes in time; empty for a goal that counts deals reaching a stage."""

    @property
    def missing(self) -> float:
        """What the open deals are not expected to bring."""
        return max(0.0, self.target - self.done - self.expected)


def timed(
    one: Outlook, coming: Ahead, stages: Sequence[Stage], learned: Learned | None, period: Period
) -> Outlook:
    """The same with what the period itself will bring: the chance of the goal, and the plan of each stage."""
    short = one.target - one.done
    if one.goal.metric == "reach":
        return one
    if one.goal.metric == "revenue":
        if coming.revenue is None or coming.earnings is None:
            return one
        expected, likely = coming.revenue.mean, coming.revenue.at_least(short)
        deals_for: DealsFor = partial(coming.earnings.deals_for, short)
    else:
        wanted = plan.round_up(short)
        expected, likely = coming.wins.mean, coming.outcomes.likely(wanted)
        deals_for = partial(coming.outcomes.deals_for, wanted)
    made = tuple(_stage_plan(coming, s, stage, deals_for, learned, period) for s, stage in enumerate(stages))
    timely = replace(
        one,
        expected=expected,
        chance=likely,
        for_80=made[0].for_80 if made else None,
        plan=made,
    )
    return replace(timely, advice=_in_time(timely, period)) if learned is not None else timely


def _in_time(one: Outlook, period: Period) -> Message:
    """The advice; where it asks for deals that would come too late, or the deals there would do but not in time, what
    would still help."""
    if one.tightest is not None:
        late = any(some.late and some.stage.name == one.tightest.name for some in one.plan)
        if not late or one.done >= one.target or one.tightest.missing is None:
            return one.advice
        return say(
            "{advice} New ones there would hardly be won by {day}.", advice=one.advice, day=period.last_day
        )
    if one.missing <= 0 or one.done >= one.target:
        return one.advice
    helping = [some for some in one.plan if some.for_50 and not some.late]
    if not helping:
        return say(
            "The open deals would do in the end, but not by {day}, and it is too late for new ones.",
            day=period.last_day,
        )
    nearest = min(helping, key=lambda some: (some.for_50 or 0, some.stage.position))
    return say_n(
        "The open deals would do in the end, but not by {day}: {n} more deal in {stage} would make it an even chance.",
        "The open deals would do in the end, but not by {day}: {n} more deals in {stage} would make it an even chance.",
        nearest.for_50 or 0,
        day=period.last_day,
        stage=nearest.stage.name,
    )


def _stage_plan(
    coming: Ahead, place: int, stage: Stage, deals_for: DealsFor, learned: Learned | None, period: Period
) -> StagePlan:
    chance = coming.fresh[place]
    for_50, for_80 = deals_for(chance, 0.5), deals_for(chance, 0.8)
    if learned is None or period.end is None:
        return StagePlan(stage, chance, for_50, for_80, None, None, False)
    timing = learned.timings[place]
    last = None
    if timing.useful is not None:
        last = period.end - timedelta(days=ceil(timing.useful))
    return StagePlan(stage, chance, for_50, for_80, timing.median, last, chance < WORTHWHILE)


@dataclass(frozen=True, slots=True)
class _Aim:
    """A goal in the terms of the plan."""

    target: float
    done: float
    stocks: dict[int, plan.Stock]
    groups: Groups | None
    """The open deals as (chance to count, how many); None where the goal counts money."""


def outlook(book: Book, goal: Goal, ratios: Sequence[Ratio], piles: Sequence[Pile], worth: Worth) -> Outlook:
    """How the goal stands with these deals."""
    aim = _aim(book, goal, ratios, piles, worth)
    stocks = list(aim.stocks.values())
    found = plan.needs(aim.target, aim.done, stocks)
    wanted = plan.round_up(aim.target - aim.done)
    likely = for_80 = None
    if aim.groups is not None:
        likely = plan.goal_chance(aim.groups, wanted)
        for_80 = plan.deals_needed(aim.groups, stocks[0].unit, wanted, 0.8) if stocks else None
    return Outlook(
        goal=goal,
        target=aim.target,
        done=aim.done,
        expected=fsum(stock.value for stock in stocks),
        chance=likely,
        needs=dict(zip(aim.stocks, found, strict=True)),
        tightest=plan.tightest(found),
        advice=_advice(aim, goal, worth, found),
        for_80=for_80,
    )


def _advice(aim: _Aim, goal: Goal, worth: Worth, found: Sequence[plan.Need]) -> Message:
    if goal.metric == "revenue" and worth.mean is None and aim.done < aim.target:
        return say("No amount is known yet, so revenue cannot be planned.")
    return plan.advice(aim.target, aim.done, found)


def _aim(book: Book, goal: Goal, ratios: Sequence[Ratio], piles: Sequence[Pile], worth: Worth) -> _Aim:
    names = {ratio.stage.id: ratio.stage.name for ratio in ratios}
    won = float(sum(some.n for some in book.won))
    if goal.metric == "revenue":
        unit = worth.mean or 0.0
        money = {
            pile.stage_id: plan.Stock(names[pile.stage_id], pile.revenue or 0.0, pile.chance * unit)
            for pile in piles
        }
        factor = worth.factor(goal.currency or book.currency)
        return _Aim(goal.target * (1.0 if factor is None else factor), worth.total(book.won), money, None)
    if goal.metric == "reach":
        return _reach(book, goal, ratios)
    wins = {pile.stage_id: plan.Stock(names[pile.stage_id], pile.wins, pile.chance) for pile in piles}
    return _Aim(float(goal.target), won, wins, [group for pile in piles for group in pile.groups])


def _reach(book: Book, goal: Goal, ratios: Sequence[Ratio]) -> _Aim:
    """Deals that fell back from the stage have reached it already; a pinned chance says nothing about reaching it."""
    by_id = {stage.id: stage for stage in book.stages}
    aimed = by_id[goal.stage_id or 0]
    ahead = Counter[int]()
    for sign, some in book.standing:
        if not _reached(by_id.get(some.furthest_id), aimed):
            ahead[some.stage_id] += sign * some.n
    chances = reach_chances(ratios, aimed)
    stocks = {
        stage_id: plan.Stock(by_id[stage_id].name, ahead[stage_id] * chance, chance)
        for stage_id, chance in chances.items()
    }
    groups = [(chance, ahead[stage_id]) for stage_id, chance in chances.items()]
    return _Aim(float(goal.target), float(book.reached), stocks, groups)


def _reached(furthest: Stage | None, aimed: Stage) -> bool:
    return furthest is not None and furthest.position >= aimed.position
