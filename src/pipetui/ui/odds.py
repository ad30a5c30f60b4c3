"""The chance of one deal, in the words of a colleague: how likely, by when, and which deals say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say, say_n
from pipetui.lang import chance, number, span, told
from pipetui.ui.figures import BASIS_WORDS
from pipetui.ui.paint import Line, wrapped

if TYPE_CHECKING:
    from pipetui.core.deal import Deal
    from pipetui.core.forecast import DealForecast
    from pipetui.core.funnel import Ratio

NOTABLE = 1.15
"""A segment whose odds are nearer to the others' than this is not worth a word."""


@dataclass(frozen=True, slots=True)
class Odds:
    """What is known of a deal's chance."""

    ever: float | None = None
    """Of being won from its stage one day, 0 to 1."""
    ratio: Ratio | None = None
    """Of going on from its stage: what that chance is made of."""
    deal: DealForecast | None = None
    """Its part in the forecast of the period; None until that was made deal by deal."""
    last_day: date | None = None
    """Of the period; None where the chance is not bound to one."""
    within: float = 0.0
    """Days looked ahead."""
    hopeless: tuple[int, int] | None = None
    """An age from which none of so many deals was won in time, when this one is past it."""


def in_short(deal: Deal, odds: Odds, pinned_by: str | None, today: date) -> Message | None:
    """The chance in a line."""
    holds = deal.pinned_until is None or deal.pinned_until >= today
    if deal.pinned_chance is not None and holds:
        return _pinned(deal, pinned_by)
    if odds.ever is None:
        return None
    if odds.deal is not None and odds.last_day is not None:
        return say(
            "{chance} by {day}, {ever} one day",
            chance=chance(odds.deal.chance),
            day=odds.last_day,
            ever=chance(odds.ever),
        )
    return say("{chance} one day", chance=chance(odds.ever))


def in_full(odds: Odds, stage: str, age: float, width: int) -> list[Line]:
    """What the chance rests on, in sentences."""
    return [line for message in _reasons(odds, stage, age) for line in wrapped(told(message), width, "dim")]


def _reasons(odds: Odds, stage: str, age: float) -> Iterable[Message]:
    one = odds.deal
    if one is not None and one.pinned:
        return
    if one is not None and one.cases.n:
        days = max(round(odds.within), 1)
        yield say_n(
            "In {stage} for {age}. Of the one stay of that age, {won} and {lost} within {days} days.",
            "In {stage} for {age}. Of {n} stays of that age, {won} and {lost} within {days} days.",
            one.cases.n,
            stage=stage,
            age=span(age),
            won=_signed(one.cases.won),
            lost=_lost(one.cases.lost),
            days=days,
        )
        if odds.hopeless is not None and odds.hopeless[0]:
            yield say_n(
                "The one stay here of more than {age} days was not signed in time.",
                "None of the {n} stays here of more than {age} days was signed in time.",
                odds.hopeless[1],
                age=odds.hopeless[0],
            )
    elif odds.ratio is not None:
        yield _by_stage(odds.ratio)
    for value, factor in one.factors if one is not None else ():
        if value and not 1 / NOTABLE < factor.odds < NOTABLE:
            yield say(
                "{segment}: odds × {times} ({won} signed, {expected} expected)",
                segment=value,
                times=number(factor.odds, 1),
                won=number(factor.won),
                expected=number(factor.expected),
            )


def _signed(n: int) -> Message:
    return say_n("{n} signed", "{n} signed", n) if n else say("none signed")


def _lost(n: int) -> Message:
    return say_n("{n} was lost", "{n} were lost", n) if n else say("none was lost")


def _by_stage(ratio: Ratio) -> Message:
    seen, basis = ratio.observed, BASIS_WORDS[ratio.basis]
    if not seen.won + seen.gone:
        return say("No deal has been this far and closed yet: {basis}.", basis=basis)
    return say_n(
        "One deal came this far and closed, {won} was won: {basis}.",
        "Of {n} deals that came this far and closed, {won} were won: {basis}.",
        seen.won + seen.gone,
        basis=basis,
        won=seen.won,
    )


def _pinned(deal: Deal, by: str | None) -> Message:
    message = say("{chance}: set by hand", chance=chance((deal.pinned_chance or 0) / 100))
    if by:
        message = say("{chance} by {who}", chance=message, who=by)
    if deal.pinned_until:
        message = say("{chance} until {day}", chance=message, day=deal.pinned_until)
    if deal.pinned_reason:
        message = say("{chance}: {reason}", chance=message, reason=deal.pinned_reason)
    return message
