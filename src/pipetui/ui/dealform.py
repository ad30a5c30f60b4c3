"""The fields of a deal as a form: what stands in them, how they are read, what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pipetui import reach
from pipetui.core import fields
from pipetui.core.message import say
from pipetui.core.money import Money, amount_from_text, decimal_text
from pipetui.core.text import day_from_words, fold
from pipetui.errors import Invalid
from pipetui.lang import _, day, day_example, money, month_first, percent
from pipetui.ui.form import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """What a deal says before it is edited; names, not numbers."""

    title: str = ""
    organization: str = ""
    contact: str = ""
    email: str = ""
    """Of the contact; of the organization when there is no contact."""
    phone: str = ""
    country: str | None = None
    """Two letters: where numbers without a prefix are dialled from."""
    amount: Money | None = None
    expected_close: date | None = None
    owner: str = ""
    source: str = ""
    tags: Sequence[str] = ()
    pinned_chance: int | None = None
    """Percent."""
    pinned_reason: str = ""
    pinned_until: date | None = None
    owners: Sequence[str] = ()
    """Everybody who can own a deal."""
    sources: Sequence[str] = ()
    """The sources known; another one is new."""
    organizations: Sequence[str] = ()
    contacts: Sequence[str] = ()


def deal_rows(facts: DealFacts, today: date, currency: str) -> list[Row]:
    """The rows of a deal's form; amounts without a currency are in `currency`.

    The values read are texts or None, `amount` a Money or None, days a date or None, `tags` a tuple of names,
    `pinned_chance` percent or None; `owner` is one of the owners.
    """
    when = day_reader(today)
    return [
        Row("title", _("Title"), facts.title, fields.word),
        Row(
            "organization", _("Organization"), facts.organization, known(facts.organizations),
            choices=facts.organizations,
        ),
        Row("contact", _("Contact"), facts.contact, known(facts.contacts), choices=facts.contacts),
        Row("email", _("E-mail"), facts.email, reach.email, example="marie@example.com"),
        Row("phone", _("Phone"), facts.phone, lambda text: reach.phone(text, facts.country)),
        Row(
            "amount", _("Amount"), amount_text(facts.amount, currency), amount_reader(currency), _money_said,
            "12k · 12 500,50 € · $12,500", whole=True,
        ),
        Row(
            "expected_close", _("Close"), _day_text(facts.expected_close), when, _day_said,
            _("{day} · friday · end of month").format(day=day_example()), whole=True,
        ),
        Row("owner", _("Owner"), facts.owner, one_of(facts.owners), choices=facts.owners, whole=True),
        Row("source", _("Source"), facts.source, known(facts.sources), choices=facts.sources, whole=True),
        Row("tags", _("Tags"), ", ".join(facts.tags), tags, _tags_said, _("vip, trade show")),
        Row(
            "pinned_chance", _("Chance by hand"),
            "" if facts.pinned_chance is None else str(facts.pinned_chance),
            chance, _chance_said, _("40% · empty: the chance of its stage"), whole=True,
        ),
        Row("pinned_reason", _("Reason"), facts.pinned_reason, fields.words),
        Row("pinned_until", _("Holds until"), _day_text(facts.pinned_until), when, _day_said, whole=True),
    ]  # fmt: skip


def amount_reader(currency: str) -> Callable[[str], Money | None]:
    """Reads an amount; nothing is not known yet."""

    def read(text: str) -> Money | None:
        return amount_from_text(text, currency) if text else None

    return read


def day_reader(today: date) -> Callable[[str], date | None]:
    """Reads a day the way people write it."""

    def read(text: str) -> date | None:
        if not text:
            return None
        found = day_from_words(text, today, month_first(), ahead=True)
        if found is None:
            raise Invalid(
                say('"{text}" is not a day.', text=text[:40]),
                say("Write it like {day}, friday, in 3 months.", day=day_example()),
            )
        return found

    return read


def one_of(names: Sequence[str]) -> Callable[[str], str | None]:
    """Reads one of these names, or the only one that begins so."""

    def read(text: str) -> str | None:
        if not text:
            return None
        begun = [name for name in names if fold(name).startswith(fold(text))]
        exact = [name for name in begun if fold(name) == fold(text)]
        found = exact or begun
        if len(found) == 1:
            return found[0]
        there = ", ".join((found or names)[:5])
        raise Invalid(
            say('Nobody is called "{text}".', text=text[:40])
            if not found
            else say('"{text}" could be several.', text=text[:40]),
            say("There are {names}.", names=there) if there else None,
        )

    return read


def known(names: Sequence[str]) -> Callable[[str], str | None]:
    """Reads a name; one that is known is written the way it is known."""
    written = {fold(name): name for name in reversed(names)}

    def read(text: str) -> str | None:
        kept = fields.words(text)
        return None if kept is None else written.get(fold(kept), kept)

    return read


def tags(text: str) -> tuple[str, ...]:
    """Reads tags, separated by commas or semicolons, with or without `#`."""
    words = (fields.word(part).lstrip("#").strip() for part in re.split(r"[,;]|\s(?=#)", text))
    return tuple(dict.fromkeys(word for word in words if word))


def chance(text: str) -> int | None:
    """Reads a percentage from 0 to 100."""
    digits = text.removesuffix("%").strip()
    if not digits:
        return None
    if not re.fullmatch(r"\d{1,3}", digits) or int(digits) > 100:
        raise Invalid(say("A chance lies between 0 and 100 percent."))
    return int(digits)


def amount_text(amount: Money | None, currency: str) -> str:
    """An amount as people write it here, as long as it reads back the same."""
    if amount is None:
        return ""
    text = money(amount.minor, amount.currency)
    try:
        if amount_from_text(text, currency) == amount:
            return text
    except Invalid:
        pass
    return f"{decimal_text(amount.minor, amount.currency)} {amount.currency}"


def _day_text(value: date | None) -> str:
    return day(value) if value else ""


def _money_said(value: Money | None) -> str:
    return money(value.minor, value.currency) if value else ""


def _day_said(value: date | None) -> str:
    return day(value) if value else ""


def _tags_said(value: Sequence[str]) -> str:
    return " ".join(f"#{tag}" for tag in value)


def _chance_said(value: int | None) -> str:
    return "" if value is None else percent(value / 100)
