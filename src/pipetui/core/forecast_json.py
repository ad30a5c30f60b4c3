"""The forecast as scripts read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.message import Message
from pipetui.core.money import decimal_text

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead
    from pipetui.core.forecast import DealForecast, Forecast, LeftOut, StageForecast
    from pipetui.core.outlook import Outlook, StagePlan
    from pipetui.core.replays import Factor

DIGITS = 9
"""Decimals of shares and expected numbers: what lies beyond is noise."""
Json = dict[str, Any]


def shape(one: Forecast, told: Callable[[Message], str]) -> Json:
    """Everything of a forecast; `end` is the last day of the period.

    What takes a look at every open deal (ranges, deals to come, the plan) is None when nobody asked for it.
    """
    return {
        "as_of": moment_text(one.as_of),
        "period": {
            "name": one.period.name,
            "start": one.period.start and one.period.start.isoformat(),
            "end": one.period.last_day and one.period.last_day.isoformat(),
        },
        "pipeline": one.pipeline,
        "currency": one.currency,
        "stages": [_stage(stage, one.currency) for stage in one.stages],
        "won": {"count": one.won, "revenue": _money(one.won_revenue, one.currency)},
        "eventual": {"wins": round(one.wins, DIGITS), "revenue": _money(one.revenue, one.currency)},
        "wins": _wins(one.ahead),
        "revenue": _revenue(one.ahead, one.currency),
        "new_deals": one.ahead
        and {
            "wins": round(one.ahead.new.wins, DIGITS),
            "revenue": _money(one.ahead.new.revenue, one.currency),
        },
        "goal": _goal(one.goal, one.currency, told) if one.goal else None,
        "deals": [_deal(deal, one.currency) for deal in one.deals],
        "left_out": [_left_out(some, told) for some in one.left_out],
    }


def _stage(one: StageForecast, currency: str) -> Json:
    ratio, seen = one.ratio, one.ratio.observed
    return {
        "stage": one.stage.name,
        "open": one.open,
        "amount": _money(one.amount, currency),
        "declared": round(ratio.declared, DIGITS),
        "observed": {"reached": seen.reached, "advanced": seen.advanced, "lost": seen.lost},
        "used": round(ratio.used, DIGITS),
        "low": round(ratio.low, DIGITS),
        "high": round(ratio.high, DIGITS),
        "n": ratio.n,
        "basis": ratio.basis,
        "win_chance": round(one.chance.value, DIGITS),
        "expected_wins": round(one.wins, DIGITS),
        "expected_revenue": _money(one.revenue, currency),
        "needed": one.need.needed if one.need else None,
        "has": one.need.has if one.need else None,
        "missing": one.need.missing if one.need else None,
    }


def _goal(one: Outlook, currency: str, told: Callable[[Message], str]) -> Json:
    counts = one.goal.metric != "revenue"
    return {
        "metric": one.goal.metric,
        "target": round(one.target) if counts else _money(one.target, currency),
        "chance": None if one.chance is None else round(one.chance, DIGITS),
        "missing": round(one.missing, DIGITS) if counts else _money(one.missing, currency),
        "tightest": one.tightest.name if one.tightest else None,
        "advice": told(one.advice),
        "plan": [_plan(some) for some in one.plan] or None,
    }


def _deal(one: DealForecast, currency: str) -> Json:
    return {
        "id": one.id,
        "chance": round(one.chance, DIGITS),
        "amount": _money(one.amount, currency),
        "contribution": _money(one.contribution, currency),
        "basis": {"at_this_age": one.cases.n, "won": one.cases.won, "lost": one.cases.lost},
        "factors": [{"pinned": round(one.chance, DIGITS)}]
        if one.pinned
        else [_factor(value, some) for value, some in one.factors],
    }


def _wins(one: Ahead | None) -> Json | None:
    if one is None:
        return None
    spread = one.wins
    return {
        "mean": round(spread.mean, DIGITS),
        "p10": round(spread.low),
        "p50": round(spread.middle),
        "p90": round(spread.high),
        "pmf": [round(chance, DIGITS) for chance in spread.pmf],
    }


def _revenue(one: Ahead | None, currency: str) -> Json | None:
    if one is None or one.revenue is None:
        return None
    spread = one.revenue
    figures = {"mean": spread.mean, "p10": spread.low, "p50": spread.middle, "p90": spread.high}
    return {name: _money(value, currency) for name, value in figures.items()}


def _plan(one: StagePlan) -> Json:
    last = one.last_useful_day
    return {
        "stage": one.stage.name,
        "for_50": one.for_50,
        "for_80": one.for_80,
        "last_useful_day": last and last.isoformat(),
    }


def _factor(value: str, one: Factor) -> Json:
    return {
        "value": value,
        "odds": round(one.odds, DIGITS),
        "won": round(one.won, DIGITS),
        "expected": round(one.expected, DIGITS),
    }


def _left_out(one: LeftOut, told: Callable[[Message], str]) -> Json:
    amount = decimal_text(one.money.minor, one.money.currency) if one.money else None
    return {"why": told(one.why), "count": one.count, "amount": amount}


def _money(minor: float | None, currency: str) -> str | None:
    return None if minor is None else decimal_text(round(minor), currency)
