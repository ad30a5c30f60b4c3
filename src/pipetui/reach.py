"""Phone numbers and e-mail addresses by the rules of the world: checked when they are typed, shown by country.

A number can be right when it has the length of a number of its country: ranges are opened before any list knows them.
What an import or a quick entry brings is kept as it came, so that no lead is lost; here it is told whether it can be
right. The libraries that know the rules are loaded by the first question.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pipetui.core.message import say
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid


@lru_cache(maxsize=256)
def region(country: str | None) -> str | None:
    """The two letters of a country by its name, in English or French, or by its letters; None when it is not known."""
    if not country:
        return None
    from babel import Locale

    wanted = fold(country)
    for language in ("en", "fr"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and wanted in (fold(code), fold(name)):
                return str(code)
    return {"uk": "GB", "usa": "US", "england": "GB", "angleterre": "GB"}.get(wanted)


def home(setting: str | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """The country of numbers without a prefix: that of the setting `country`, else of the locale; None without one."""
    if setting:
        return region(setting)
    for name in ("LC_ALL", "LC_TELEPHONE", "LANG"):
        language, _, territory = environ.get(name, "").split(".")[0].partition("_")
        if language and len(territory) == 2:
            return territory.upper()
    return None


def phone(text: str | None, country: str | None) -> str | None:
    """A number as it is stored: E.164, its extension behind it (`+12125550100 ext. 45`).

    `country` is two letters; without one, a number without prefix stays as it was typed. Raises Invalid for a number
    nobody can have.
    """
    kept = clean(text or "").strip()
    if not kept:
        return None
    import phonenumbers

    try:
        read = phonenumbers.parse(kept, country)
    except phonenumbers.NumberParseException as error:
        if country is None and sum(map(str.isdigit, kept)) >= 6 and not kept.startswith("+"):
            return kept
        raise _no_number(kept) from error
    if not phonenumbers.is_possible_number(read):
        raise _no_number(kept)
    form = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return f"{form} ext. {read.extension}" if read.extension else form


def _no_number(text: str) -> Invalid:
    return Invalid(
        say('"{text}" is no phone number.', text=text[:40]),
        say("Write it with the prefix of the country, like +33 6 12 34 56 78."),
    )


@lru_cache(maxsize=4096)
def phone_shown(text: str, country: str | None, home: str | None = None) -> str:
    """A number of a country as it is dialled from `home`, or from that country when no home is known: without the
    prefix there, with it elsewhere; as it is when wrong."""
    import phonenumbers

    read = _read(text, country)
    if read is None:
        return text
    here = home or country
    country_of = phonenumbers.region_code_for_number(read)
    if country_of is None and not text.startswith("+"):
        return text
    at_home = here is not None and country_of == here
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(read, form.NATIONAL if at_home else form.INTERNATIONAL)


@lru_cache(maxsize=4096)
def phone_key(text: str | None, country: str | None) -> str:
    """Equal for two ways to write one number: E.164 and its extension, or its digits when it cannot be right."""
    if not text:
        return ""
    import phonenumbers

    read = _read(text, country)
    if read is None:
        return "".join(filter(str.isdigit, text))
    form = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return f"{form};{read.extension}" if read.extension else form


def doubtful_phone(text: str | None, country: str | None) -> bool:
    """Whether a number cannot be right; one without prefix and country is not judged."""
    if not text or (country is None and not text.startswith("+")):
        return False
    return _read(text, country) is None


def _read(text: str, country: str | None) -> Any:
    import phonenumbers

    try:
        read = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return read if phonenumbers.is_possible_number(read) else None


def email(text: str | None) -> str | None:
    """An address that can exist, its domain in small letters. No server is asked. Raises Invalid."""
    kept = clean(text or "").strip()
    if not kept:
        return None
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(kept, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid(
            say('"{text}" is not an e-mail address.', text=kept[:60]), say("Write it like marie@example.com.")
        ) from error


@lru_cache(maxsize=4096)
def doubtful_email(text: str | None) -> bool:
    """Whether an address cannot exist."""
    try:
        email(text)
    except Invalid:
        return True
    return False
