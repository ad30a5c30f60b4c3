"""Ratios the way people say them: in whole numbers, with the cases behind them."""

from __future__ import annotations

from collections.abc import Sequence

from pipetui.core.funnel import Chance, Ratio
from pipetui.core.message import Message, say

ROUND = (1, 2, 3, 4, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
"""Numbers a ratio may start from when it is said."""


def in_whole(share: float) -> tuple[int, int]:
    """A share in the smallest numbers that say it: 0.5 is 2 → 1, 0.56 is 25 → 14; off by a hundredth at most."""
    for base in ROUND:
        part = round(base * share)
        if part and abs(part / base - share) <= 0.01 * share:
            return base, part
    return ROUND[-1], round(ROUND[-1] * share)


def chain(ratios: Sequence[Ratio]) -> tuple[int, ...]:
    """The funnel from the first stage to won: 20, 10, 2.

    It starts from the smallest of 10, 20, 50, 100... of which at least two are won, so that rounding leaves something
    to say; with hopeless ratios it ends in 0.
    """
    shares = [1.0]
    for ratio in ratios:
        shares.append(shares[-1] * ratio.used)
    starts = (step * 10**power for power in range(1, 6) for step in (1, 2, 5))
    start = next((start for start in starts if round(start * shares[-1], 6) >= 2), 100)
    return tuple(int(start * share + 0.5) for share in shares)


def arrows(numbers: Sequence[int]) -> str:
    """`20 → 10 → 2`."""
    return " → ".join(str(number) for number in numbers)


def price(stage: str, won: str, chance: Chance, cases: int) -> Message:
    """How many deals of a stage make one won deal: "Quote: 5 for 1 Won (between 3 and 9; on 23 cases)."."""
    if chance.value <= 0:
        return say("{stage}: none comes to {won}.", stage=stage, won=won)
    if cases == 0:
        return say("{stage}: {n} for 1 {won} (as declared).", stage=stage, won=won, n=_few(1 / chance.value))
    return say(
        "{stage}: {n} for 1 {won} (between {low} and {high}; on {cases} cases).",
        stage=stage,
        won=won,
        n=_few(1 / chance.value),
        low=_few(1 / chance.high),
        high=_few(1 / chance.low),
        cases=cases,
    )


def _few(number: float) -> int | float:
    """In whole numbers from ten on; below, with one decimal where it says something."""
    rounded = round(number, 1)
    return int(number + 0.5) if number >= 10 or rounded == int(rounded) else rounded


_METHODS = {
    "pipetui": say("this forecast"),
    "stage rank": say("a fixed chance for each stage"),
    "closed deals": say("win rates of closed deals"),
    "naive Bayes": say("naive Bayes"),
    "stage rank, in time": say("a fixed chance for each stage, share in time"),
    "closed deals, in time": say("win rates of closed deals, share in time"),
    "naive Bayes, in time": say("naive Bayes, share in time"),
    "last period": say("same as the last period"),
    "last three": say("mean of the last three periods"),
}


def method(name: str) -> Message:
    """A way to forecast, in words."""
    return _METHODS[name]
