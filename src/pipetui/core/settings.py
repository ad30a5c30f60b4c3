"""The choices that hold for everybody in a store: their names, what they mean, and which values fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipetui.core import fields
from pipetui.core.change import Change
from pipetui.core.deal import Setting
from pipetui.core.message import Message, say
from pipetui.core.moves import Changes, written
from pipetui.core.numbering import pattern
from pipetui.core.offer import decimal
from pipetui.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Known:
    """A setting there is."""

    meaning: Message
    read: Callable[[str], str]
    """The value of a text as the store keeps it. Raises Invalid."""
    example: str = ""


def _whole(least: int, most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise Invalid(say("Write a whole number between {least} and {most}.", least=least, most=most))
        return str(int(text))

    return read


def _newcomers(text: str) -> str:
    if text not in ("rep", "reader"):
        raise Invalid(say("Write rep or reader."))
    return text


def _percent(text: str) -> str:
    return decimal(text, Decimal(0), Decimal(100))


KNOWN: Mapping[str, Known] = {
    "currency": Known(say("For amounts typed without one"), fields.currency, "EUR"),
    "fiscal_month": Known(say("The month the fiscal year begins"), _whole(1, 12), "4"),
    "country": Known(say("For phone numbers typed without a prefix"), fields.name, "France"),
    "newcomers": Known(say("The role of somebody who was never here: rep or reader"), _newcomers, "reader"),
    "company": Known(say("Your company, on quotes"), fields.name, "Boréal SARL"),
    "company_address": Known(say("Its address, on quotes"), fields.lines, "12 rue des Tilleuls, 69002 Lyon"),
    "company_id": Known(
        say("Its registration and tax numbers, on quotes"), fields.lines, "SIRET 123 456 789 00012"
    ),
    "quote_number": Known(say("The pattern of quote numbers"), pattern, "{year}-{n:03}"),
    "quote_validity": Known(say("So many days a quote holds"), _whole(1, 3650), "30"),
    "quote_tax": Known(say("The tax rate of a new line, in percent"), _percent, "20"),
    "quote_terms": Known(say("The terms at the foot of a quote"), fields.lines, "Payable within 30 days."),
}
DEFAULTS = {
    "currency": "EUR",
    "quote_number": "{year}-{n:03}",
    "quote_validity": "30",
    "quote_tax": "0",
    "newcomers": "rep",
}


def value(settings: Iterable[Setting], name: str) -> str:
    """The value of a setting, or what holds without one."""
    return next((one.value for one in settings if one.name == name), DEFAULTS.get(name, ""))


def change(settings: Iterable[Setting], name: str, text: str) -> Changes:
    """Another value for a setting; empty for what holds without one. Raises NotFound, Invalid."""
    if name not in KNOWN:
        raise NotFound(
            say('There is no setting "{name}".', name=name), say("There are {names}.", names=", ".join(KNOWN))
        )
    there = next((one for one in settings if one.name == name), None)
    if not text.strip():
        return (Change.drop(there),) if there else ()
    kept = KNOWN[name].read(text)
    if there is not None:
        return written(Change.edit(there, value=kept))
    return (Change.add(Setting(id=-1, name=name, value=kept)),)
