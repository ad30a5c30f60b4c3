"""The numbers of quotes: a pattern such as `{year}-{n:03}`, and the next number that is free."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pipetui.core.message import say
from pipetui.core.text import clean
from pipetui.errors import Invalid

USUAL = "{year}-{n:03}"
PART = re.compile(r"\{(year|yy|month|n)(?::0?(\d))?\}")


def pattern(text: str) -> str:
    """A pattern that can be used: the running number `{n}` once, `{year}`, `{yy}`, `{month}`, anything else as it is.

    Raises Invalid.
    """
    kept = clean(text).strip()
    running = [found for found in PART.finditer(kept) if found[1] == "n"]
    if len(running) != 1 or re.search(r"[{}]", PART.sub("", kept)) or len(kept) > 60:
        raise Invalid(
            say('"{text}" is no pattern for numbers.', text=kept[:60]),
            say(
                "Write it like {example}: the running number once, year and month as you like.",
                example="D{yy}{month}-{n:4}",
            ),
        )
    return kept


def prefix(text: str, today: date) -> str:
    """What all numbers of the day begin with, up to the running number."""
    filled = _filled(text, today)
    return filled[: filled.index("\0")]


def next_number(text: str, today: date, taken: Iterable[str]) -> str:
    """The next free number: `2026-015` after `2026-014`. It begins again when the year or the month of it does."""
    filled = _filled(text, today)
    before, _, after = filled.partition("\0")
    found = next(match for match in PART.finditer(text) if match[1] == "n")
    width = int(found[2] or 1)
    shape = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
    used = [int(match[1]) for number in taken if (match := shape.fullmatch(number))]
    return f"{before}{max(used, default=0) + 1:0{width}d}{after}"


def _filled(text: str, today: date) -> str:
    values = {"year": f"{today:%Y}", "yy": f"{today:%y}", "month": f"{today:%m}", "n": "\0"}
    return PART.sub(lambda found: values[found[1]], text)
