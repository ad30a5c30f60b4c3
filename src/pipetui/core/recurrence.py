"""What comes back: a step that is done and due again some days, weeks, months or years later."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from pipetui.core.message import Message, say, say_n
from pipetui.errors import Invalid

REPEAT = re.compile(r"([1-9]\d{0,2})([dwmy])(?:@([1-9]|[12]\d|3[01]))?")
"""`2w`, `1m`; `1m@31` remembers the day of the month that a shorter month cannot keep."""
WORDS = {"d": "d", "w": "w", "m": "m", "y": "y", "day": "d", "week": "w", "month": "m", "year": "y", "jour": "d",
         "semaine": "w", "mois": "m", "an": "y", "annee": "y", "j": "d", "s": "w", "a": "y"}  # fmt: skip
LIMIT = 1000
"""Steps looked ahead at most; a step that was left for years begins again from the day it was done."""


def repeat_from_words(text: str) -> str | None:
    """`2w`, `every 2 weeks`, `toutes les 2 semaines`, `monthly` as the store keeps it; None for no words.

    Raises Invalid.
    """
    words = text.strip().lower().replace("é", "e")
    if words in ("", "-", "once", "une fois"):
        return None
    named = {"daily": "1d", "weekly": "1w", "monthly": "1m", "yearly": "1y", "quotidien": "1d", "hebdomadaire": "1w",
             "mensuel": "1m", "annuel": "1y"}  # fmt: skip
    if words in named:
        return named[words]
    found = re.fullmatch(r"(?:every|tous les|toutes les|chaque)?\s*(\d{0,3})\s*([a-z]+?)s?", words)
    unit = WORDS.get(found[2]) or WORDS.get(f"{found[2]}s") if found else None
    if found is None or unit is None or found[1] == "0":
        raise Invalid(
            say('"{text}" does not say how often.', text=text), say("Write it like 2w, 1m or every 3 days.")
        )
    return f"{int(found[1] or 1)}{unit}"


def told(repeat: str) -> Message:
    """`every 2 weeks`."""
    n, unit, _ = _parts(repeat)
    sentences = {
        "d": say_n("every day", "every {n} days", n),
        "w": say_n("every week", "every {n} weeks", n),
        "m": say_n("every month", "every {n} months", n),
        "y": say_n("every year", "every {n} years", n),
    }
    return sentences[unit]


def following(due: date, repeat: str, done: date) -> tuple[date, str]:
    """The first due day after both `due` and the day it was done, and how it goes on repeating.

    Months keep the day they began with: 31 January, 28 February, 31 March.
    """
    n, unit, anchor = _parts(repeat)
    if unit in "dw":
        stride = timedelta(days=n * (7 if unit == "w" else 1))
        missed = max((done - due) // stride, 0)
        return due + stride * (missed + 1), repeat
    months, day = n * (12 if unit == "y" else 1), anchor or due.day
    kept = f"{n}{unit}@{day}" if day > 28 else repeat
    for step in range(1, LIMIT):
        ahead = _after_months(due, months * step, day)
        if ahead > done:
            return ahead, kept
    return _after_months(done, months, day), kept


def _parts(repeat: str) -> tuple[int, str, int | None]:
    found = REPEAT.fullmatch(repeat)
    if found is None:
        raise Invalid(
            say('"{text}" does not say how often.', text=repeat), say("Write it like 2w, 1m or every 3 days.")
        )
    return int(found[1]), found[2], int(found[3]) if found[3] else None


def _after_months(start: date, months: int, day: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
