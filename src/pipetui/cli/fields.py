"""`FIELD=VALUE` words as the values of a record: amounts, days and names read the way people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.cli.match import the_one
from pipetui.core.deal import LostReason, Member
from pipetui.core.message import say
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid

if TYPE_CHECKING:
    from datetime import date

    from pipetui.cli.session import Session


def pairs(words: Sequence[str], fields: Mapping[str, Any]) -> dict[str, str]:
    """The values by field. Raises Invalid for a word without `=` and for a field that is none."""
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        field = fold(clean(name)).replace(" ", "_").replace("-", "_")
        if not equals or field not in fields:
            raise Invalid(
                say('"{word}" sets no field.', word=clean(word)),
                say("Write FIELD=VALUE; the fields are {names}.", names=", ".join(fields)),
            )
        values[field] = clean(value, lines=True).strip()
    if not values:
        raise Invalid(
            say("Nothing to change."),
            say("Write FIELD=VALUE; the fields are {names}.", names=", ".join(fields)),
        )
    return values


def day(session: Session, text: str) -> date | None:
    """The day some words name, None for no words. Raises Invalid."""
    from pipetui.core.text import day_from_words
    from pipetui.lang import month_first

    if not text:
        return None
    found = day_from_words(text, session.today, month_first())
    if found is None:
        raise Invalid(say('"{text}" is not a day.', text=text), say("Write it like 2026-11-30 or today."))
    return found


def number(text: str) -> int | None:
    """A whole number, None for no words. Raises Invalid."""
    if not text:
        return None
    if not text.removesuffix("%").strip().lstrip("-").isdecimal():
        raise Invalid(say('"{text}" is not a whole number.', text=text))
    return int(text.removesuffix("%"))


def member(session: Session, text: str) -> int | None:
    """The number of a member by name, login or `me`; None for no words. Raises NotFound."""
    if not text:
        return None
    members = session.store.all(Member)
    if fold(text) in ("me", "moi") and session.store.me is not None:
        return session.store.me
    exact = [one for one in members if fold(one.login) == fold(text)]
    return exact[0].id if exact else the_one(text, members, say("member")).id


def reason(session: Session, text: str) -> int:
    """The number of a lost reason. Raises NotFound."""
    return the_one(text, session.store.all(LostReason), say("lost reason")).id
