"""English and French: the catalogue for sentences, Babel for numbers, money and days. One language at a time.

`use` chooses it once at start; everything shown passes through here. Babel is imported at the first number, since
`--help` shows none.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipetui.core import recurrence
from pipetui.core.message import Message
from pipetui.core.money import Money, minor_digits

if TYPE_CHECKING:
    from pipetui.core.moment import Period

LANGUAGES = ("en", "fr")
UNITS = (10**9, "G"), (10**6, "M"), (10**3, "k")
"""The letters of short amounts."""

USUAL_SIGNS = {
    "en_US": (",.", {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF", "CAD": "CA$"}),
    "fr_FR": ("\u202f,", {"EUR": "€", "USD": "$US", "GBP": "£GB", "JPY": "JPY", "CHF": "CHF", "CAD": "$CA"}),
}
"""What Babel says of thousands, decimals and the usual currencies; a list of deals need not wait for it."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"
_locale = "en_US"
_dates = ""
"""The locale by which days are typed; empty where nobody chose one."""


def preferred(environ: Mapping[str, str] = os.environ) -> str:
    """The locale asked for by the environment, `en_US` when it asks for none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            wanted = value.split(".")[0].split("@")[0].replace("-", "_")
            return wanted if wanted[:2] in LANGUAGES else "en_US"
    return "en_US"


def _of_dates(environ: Mapping[str, str]) -> str:
    """The locale by which days are typed, when it names a country: `C` and `POSIX` are nobody's choice."""
    said = next((value for name in ("LC_ALL", "LC_TIME", "LANG") if (value := environ.get(name))), "")
    locale = said.split(".")[0].split("@")[0].replace("-", "_")
    return locale if "_" in locale else ""


def use(wanted: str | None = None) -> None:
    """Speak `wanted` (`fr`, `en_GB`...) from now on; without it, what the environment asks for."""
    global _catalogue, _code, _locale, _dates
    asked = preferred()
    _locale = asked if wanted is None or asked.startswith(wanted) else wanted
    _code = _locale[:2]
    _locale = {"en": "en_US", "fr": "fr_FR"}.get(_locale, _locale)
    _dates = _of_dates(os.environ)
    _catalogue = gettext.NullTranslations()
    if _code != "en":
        with (
            Path(__file__).with_name("locale").joinpath(_code, "LC_MESSAGES", "pipetui.mo").open("rb") as file
        ):
            _catalogue = gettext.GNUTranslations(file)


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
    value = value if round(value, digits) else 0
    return format_decimal(value, format=pattern, locale=_locale)


def percent(share: float, digits: int = 0) -> str:
    """0.58 as `58%` or `58 %`."""
    from babel.numbers import format_percent

    sign = "%" if _code == "en" else "\u202f%"
    return format_percent(share, format=f"#,##0{'.' + '0' * digits if digits else ''}{sign}", locale=_locale)


def chance(share: float, short: bool = False) -> str:
    """A chance in percent; what is only nearly certain, or nearly impossible, is not said to be."""
    if 0.995 <= share < 1:
        return f"> {percent(0.99)}" if short else _("more than {chance}").format(chance=percent(0.99))
    if 0 < share < 0.005:
        return f"< {percent(0.01)}" if short else _("less than {chance}").format(chance=percent(0.01))
    return percent(share)


def money(minor: int | None, currency: str, short: bool = False) -> str:
    """An amount in minor units as people write it; `short` for a card or a column: `€12.5k`, `12,5 k€` in French."""
    if minor is None:
        return ""
    amount, letter = abs(Money(minor, currency).decimal), ""
    digits = 0 if amount == int(amount) or short else minor_digits(currency)
    if short and amount >= 1000:
        unit, letter = next((unit, letter) for unit, letter in UNITS if amount >= unit)
        amount /= unit
        digits = 0 if amount >= 100 or amount == int(amount) else 1
    symbol, separators = _money_signs(currency, _locale)
    written = f"{amount:,.{digits}f}".translate(separators)
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol}{written}{letter}" if _code == "en" else f"{sign}{written}\u00a0{letter}{symbol}"


@lru_cache(maxsize=256)
def _money_signs(currency: str, locale: str) -> tuple[str, dict[int, int]]:
    """The sign of a currency, and what stands for the `,` and the `.` of Python."""
    separators, symbols = USUAL_SIGNS.get(locale, ("", {}))
    if currency not in symbols:
        from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

        separators = get_group_symbol(locale) + get_decimal_symbol(locale)
        symbols = {currency: get_currency_symbol(currency, locale=locale)}
    symbol = symbols[currency]
    space = "\u00a0" if locale.startswith("en") and symbol[-1:].isalpha() else ""
    return symbol + space, str.maketrans(",.", separators)


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
    written = format_date(value, "d MMM" if near_enough else "d MMM yyyy", locale=_locale)
    return f"1er{written[1:]}" if _code == "fr" and value.day == 1 else written


def month_name(value: date) -> str:
    """The month of a day: `November 2026`."""
    from babel.dates import format_date

    return str(format_date(value, "LLLL yyyy", locale=_locale))


def period_name(period: Period | None) -> str:
    """A period as people say it: `November 2026`, `2026-Q4`, `everything`."""
    if period is None or period.start is None or period.end is None:
        return _("everything")
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    if period.start.day == 1 and period.end.day == 1 and months == 1:
        return month_name(period.start)
    if found := re.fullmatch(r"(\d{4})-Q(\d)", period.name):
        return _("{year}-Q{quarter}").format(year=found[1], quarter=found[2])
    return period.name


def labelled(label: str, value: str) -> str:
    """`Owner: Marie`, with the space that French wants before its colon."""
    return _("{label}: {value}").format(label=label, value=value)


def joined(parts: Iterable[str]) -> str:
    """`late; no next step`, with the space that French wants before its semicolons."""
    return _("{first}; {more}").format(first="", more="").join(parts)


def again(repeat: str | None) -> str:
    """How often something comes back, to stand behind it: ` (every 2 weeks)`; empty when it does not."""
    return f" ({told(recurrence.told(repeat))})" if repeat else ""


def kind_word(kind: str) -> str:
    """A kind of activity as people read it; one that nobody knows as it stands there."""
    from pipetui.core.step import KIND_WORDS

    return told(KIND_WORDS[kind]) if kind in KIND_WORDS else kind


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
def _month_leads(locale: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        pattern = str(Locale.parse(locale).date_formats["short"].pattern).lower()
    except (UnknownLocaleError, ValueError):
        return False
    return pattern.index("m") < pattern.index("d")


def month_first() -> bool:
    """Whether people here write the month before the day: only where a locale such as `en_US` says so."""
    return _code == "en" and bool(_dates) and _month_leads(_dates)


def day_example() -> str:
    """A day of a month as it may be typed here, which no other order would read as another."""
    return "11/30" if month_first() else "30/11"
