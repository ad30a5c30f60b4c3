"""English and French: the catalogue for sentences, Babel for numbers, money and days. One language at a time.

`use` chooses it once at start; everything shown passes through here. Babel is imported at the first number, since
`--help` shows none.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pipetui.core.message import Message
from pipetui.core.money import Money

LANGUAGES = ("en", "fr")
UNITS = (10**9, "G"), (10**6, "M"), (10**3, "k")
"""The letters of short amounts."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"
_locale = "en_US"


def preferred(environ: Mapping[str, str] = os.environ) -> str:
    """The locale asked for by the environment, `en_US` when it asks for none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            wanted = value.split(".")[0].split("@")[0].replace("-", "_")
            return wanted if wanted[:2] in LANGUAGES else "en_US"
    return "en_US"


def use(wanted: str | None = None) -> None:
    """Speak `wanted` (`fr`, `en_GB`...) from now on; without it, what the environment asks for."""
    global _catalogue, _code, _locale
    asked = preferred()
    _locale = asked if wanted is None or asked.startswith(wanted) else wanted
    _code = _locale[:2]
    _locale = {"en": "en_US", "fr": "fr_FR"}.get(_locale, _locale)
    _catalogue = gettext.NullTranslations()
    if _code != "en":
        with (
            Path(__file__).with_name("locale").joinpath(_code, "LC_MESSAGES", "pipetui.mo").open("rb") as file
        ):
            _catalogue = gettext.GNUTranslations(file)
    for cached in (_money, _day_pattern):
        cached.cache_clear()


def code() -> str:
    """The language spoken now: `en` or `fr`."""
    return _code


def _(text: str) -> str:
    """A sentence without values, in the language spoken now."""
    return _catalogue.gettext(text) if text else ""


def told(message: Message) -> str:
    """A message as a sentence in the language spoken now, money, days and messages among its values put in words."""
    if message.plural:
        n = message.values.get("n")
        template = _catalogue.ngettext(message.text, message.plural, n if isinstance(n, int) else 2)
    else:
        template = _(message.text)
    return template.format_map({name: _shown(value) for name, value in message.values.items()})


def _shown(value: object) -> object:
    if isinstance(value, Message):
        return told(value)
    if isinstance(value, Money):
        return money(value.minor, value.currency)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, float):
        return number(value, 1)
    return value


def number(value: float, digits: int = 0) -> str:
    """`12,500` or `12 500`, with so many decimals."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_locale)


def percent(share: float, digits: int = 0) -> str:
    """0.58 as `58%` or `58 %`."""
    from babel.numbers import format_percent

    sign = "%" if _code == "en" else "\u202f%"
    return format_percent(share, format=f"#,##0{'.' + '0' * digits if digits else ''}{sign}", locale=_locale)


def money(minor: int | None, currency: str, short: bool = False) -> str:
    """An amount in minor units as people write it; `short` for a card or a column: `€12.5k`, `12,5 k€` in French."""
    return "" if minor is None else _money(minor, currency, short, _locale)


@lru_cache(maxsize=512)
def _money(minor: int, currency: str, short: bool, locale: str) -> str:
    from babel.numbers import format_currency

    major = Money(minor, currency).decimal
    if short and abs(major) >= 1000:
        unit, letter = next((unit, letter) for unit, letter in UNITS if abs(major) >= unit)
        scaled = major / unit
        digits = 0 if abs(scaled) >= 100 or scaled == int(scaled) else 1
        return _in_pattern(number(float(round(scaled, digits)), digits), letter, currency)
    pattern = _currency_pattern(short or major == int(major), currency)
    return format_currency(major, currency, locale=locale, format=pattern, currency_digits=False)


def _currency_pattern(whole: bool, currency: str) -> str:
    digits = "" if whole else "." + "0" * max(Money(0, currency).digits, 1)
    return f"¤#,##0{digits}" if _code == "en" else f"#,##0{digits}\u00a0¤"


def _in_pattern(scaled: str, letter: str, currency: str) -> str:
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(currency, locale=_locale)
    return f"{symbol}{scaled}{letter}" if _code == "en" else f"{scaled}\u00a0{letter}{symbol}"


def day(value: date, today: date | None = None) -> str:
    """A day in few letters: `today`, `fri` within the week around `today`, else `12 Nov` or `12/11/25`."""
    from babel.dates import format_date

    if isinstance(value, datetime):
        value = value.astimezone().date()
    if today is not None:
        near = (value - today).days
        if near == 0:
            return _("today")
        if near == 1:
            return _("tomorrow")
        if near == -1:
            return _("yesterday")
        if 1 < near < 7:
            return format_date(value, "EEE", locale=_locale).lower().rstrip(".")
    near_enough = today is not None and abs((value - today).days) < 300
    return format_date(value, "d MMM" if near_enough else "d MMM yyyy", locale=_locale)


def month_name(value: date) -> str:
    """The month of a day: `November 2026`."""
    from babel.dates import format_date

    return str(format_date(value, "LLLL yyyy", locale=_locale))


def moment(value: datetime) -> str:
    """A moment in local time: day and clock."""
    local = value.astimezone()
    return f"{day(local.date())} {local:%H:%M}"


def span(days: float) -> str:
    """A length of time in few letters: `12 d`, `5 mo`, `2 y`."""
    if days < 60:
        return _("{n} d").format(n=number(int(days)))
    if days < 730:
        return _("{n} mo").format(n=number(int(days / 30.4375)))
    return _("{n} y").format(n=number(int(days / 365.25)))


@lru_cache(maxsize=16)
def _day_pattern(locale: str) -> bool:
    from babel import Locale

    pattern = str(Locale.parse(locale).date_formats["short"].pattern).lower()
    return pattern.index("m") < pattern.index("d")


def month_first() -> bool:
    """Whether people here write the month before the day."""
    return _day_pattern(_locale)
