"""Values on their way into a record: texts cleaned, numbers and words checked, one rule per field.

Every function takes fields by name and returns them fit for the record; it raises Invalid with the sentence to show
at the field, and TypeError for a field that a verb changes or that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, get_args

from pipetui.core.deal import ActivityKind
from pipetui.core.message import Message, say
from pipetui.core.recurrence import REPEAT
from pipetui.core.text import clean
from pipetui.errors import Invalid

Rule = Callable[[Any], Any]

FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST = 10**15
"""Minor units beyond which an amount is a slip, and sums of many could no longer be stored."""


def word(value: str) -> str:
    """One line of text, trimmed."""
    return clean(value).strip()


def words(value: str | None) -> str | None:
    """One line of text, or None when nothing is left of it."""
    return None if value is None else word(value) or None


def lines(value: str) -> str:
    """Text of several lines."""
    return clean(value, lines=True).strip()


def anything(value: Any) -> Any:
    """A value that needs no rule: a reference."""
    return value


def day(value: date | None) -> date | None:
    """A day that people may mean: beyond, weeks and months can no longer be added to it."""
    if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Invalid(say("{day} is too far away.", day=value.isoformat()))
    return value


def kind(value: str) -> str:
    """A kind of activity."""
    if value not in get_args(ActivityKind):
        raise Invalid(say("The kinds are {names}.", names=", ".join(get_args(ActivityKind))))
    return value


def name(value: str) -> str:
    """A name, never empty."""
    kept = word(value)
    if not kept:
        raise Invalid(say("A name is needed."))
    return kept


def email(value: str | None) -> str | None:
    """An address with one @ and something on both sides; nothing more is known before a mail is sent."""
    kept = words(value)
    if kept is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", kept):
        raise Invalid(
            say('"{text}" is not an e-mail address.', text=kept), say("Write it like marie@example.com.")
        )
    return kept


def amount(value: int | None) -> int | None:
    """Minor units."""
    if value is not None and abs(value) > MOST:
        raise Invalid(say("This amount is too large."))
    return value


def currency(value: str) -> str:
    """An ISO 4217 code."""
    code = word(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Invalid(
            say('"{text}" is not a currency.', text=code), hint=say("Write its three letters, like EUR.")
        )
    return code


def clock(value: str | None) -> str | None:
    """A time of day as `HH:MM`."""
    if value is None or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return value
    raise Invalid(say('"{text}" is not a time of day.', text=word(value)), hint=say("Write it like 09:30."))


def repeat(value: str | None) -> str | None:
    """How often something comes back, as `core.recurrence` writes it."""
    if value is not None and REPEAT.fullmatch(value) is None:
        raise Invalid(
            say('"{text}" does not say how often.', text=value), say("Write it like 2w, 1m or every 3 days.")
        )
    return value


def between(least: int, most: int, message: Message) -> Rule:
    """A whole number in a range, or None."""

    def rule(value: int | None) -> int | None:
        if value is not None and not least <= value <= most:
            raise Invalid(message)
        return value

    return rule


chance = between(0, 100, say("A chance lies between 0 and 100 percent."))

DEAL: Mapping[str, Rule] = {
    "title": word,
    "contact_id": anything,
    "organization_id": anything,
    "amount": amount,
    "currency": currency,
    "owner_id": anything,
    "source_id": anything,
    "expected_close": day,
    "lost_reason_id": anything,
    "pinned_chance": chance,
    "pinned_reason": words,
    "pinned_until": day,
    "notes": lines,
    "external_id": words,
}
ADDRESS: Mapping[str, Rule] = {
    "name": name,
    "email": email,
    "phone": words,
    "address": words,
    "city": words,
    "country": words,
    "notes": lines,
    "owner_id": anything,
    "external_id": words,
}
CONTACT: Mapping[str, Rule] = {**ADDRESS, "organization_id": anything, "job": words}
ORGANIZATION: Mapping[str, Rule] = {
    **ADDRESS,
    "website": words,
    "industry": words,
    "employees": between(0, 10**9, say("The number of employees is not plausible.")),
}
ACTIVITY: Mapping[str, Rule] = {
    "kind": kind,
    "text": lines,
    "due_on": day,
    "due_time": clock,
    "owner_id": anything,
    "repeat": repeat,
}
QUOTE: Mapping[str, Rule] = {
    "number": name,
    "amount": amount,
    "currency": currency,
    "valid_until": day,
    "notes": lines,
    "external_id": words,
}


def fit(rules: Mapping[str, Rule], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as their rules leave them. Raises Invalid, and TypeError for a field without a rule."""
    unknown = values.keys() - rules.keys()
    if unknown:
        raise TypeError(f"not fields to be set: {', '.join(sorted(unknown))}")
    return {field: rules[field](value) for field, value in values.items()}
