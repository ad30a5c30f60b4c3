"""The backtest as scripts read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from math import inf
from typing import Any

from pipetui.core.backtest import Backtest, DealScores, Look
from pipetui.core.change import moment_text
from pipetui.core.message import Message
from pipetui.core.scores import Total, TotalScores

DIGITS = 6
DAY = 86_400
Json = dict[str, Any]


def shape(one: Backtest, pipeline: str, stages: Sequence[str], told: Callable[[Message], str]) -> Json:
    """Everything of a backtest; methods by name, `pipetui` is the forecast itself."""
    return {
        "set_up": {
            "pipeline": pipeline,
            "stages": list(stages),
            "horizon_days": one.days,
            "history_start": _moment(one.start) if one.start < inf else None,
            "methods": list(one.per_deal) + [name for name in one.all_wins if name not in one.per_deal],
            "verdict": told(one.verdict),
            "best": one.best,
        },
        "as_of": [_look(look) for look in one.looks],
        "per_deal": _per_deal(one.per_deal),
        "open_deals": {name: _totals(some) for name, some in one.open_deals.items()},
        "all_wins": {name: _totals(some) for name, some in one.all_wins.items()},
        "by": {value: _per_deal(some) for value, some in one.by.items()},
    }


def _moment(days: float) -> str:
    return moment_text(datetime.fromtimestamp(round(days * DAY), UTC))


def _look(one: Look) -> Json:
    return {
        "as_of": _moment(one.now),
        "open": one.open,
        "open_wins": _total(one.open_wins),
        "all_wins": _total(one.all_wins),
    }


def _total(one: Total) -> Json:
    return {
        "mean": round(one.mean, DIGITS),
        "p10": one.low,
        "p50": one.middle,
        "p90": one.high,
        "seen": one.seen,
        "crps": round(one.crps, DIGITS),
    }


def _totals(one: TotalScores) -> Json:
    return {
        "n": one.n,
        "crps": round(one.crps, DIGITS),
        "mae": round(one.error, DIGITS),
        "bias": round(one.bias, DIGITS),
        "covered": round(one.covered, DIGITS),
    }


def _per_deal(methods: Mapping[str, DealScores]) -> Json:
    return {
        name: {
            "n": one.n,
            "log_loss": round(one.log_loss, DIGITS),
            "brier": round(one.brier, DIGITS),
            "ece": round(one.error, DIGITS),
            "reliability": [
                {key: round(value, DIGITS) for key, value in asdict(bucket).items()}
                for bucket in one.reliability
            ],
        }
        for name, one in methods.items()
    }
