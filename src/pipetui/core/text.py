"""Text from people and files: made harmless at the door, folded for comparison, and read as a day."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_TABS = re.compile(r"[\t\v\f\x1c-\x1e\x85\u2028\u2029]")
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI}\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_FOREIGN = re.compile(f"[\x00-\x1f\x7f-\x9f{BIDI}\u2028\u2029\ufeff\ud800-\udfff]")


def clean(text: str, lines: bool = False) -> str:
    """The text without control, C1 and bidi-override characters; what was not UTF-8 shows as U+FFFD.

    Line breaks and tabs become spaces; with `lines` the breaks stay, as `\\n`. Nothing else is altered.
    """
    if text.isprintable() or not _FOREIGN.search(text):
        return text
    one_kind = text.replace("\r\n", "\n").replace("\r", "\n")
    spaced = _TABS.sub(" ", one_kind if lines else one_kind.replace("\n", " "))
    return _SURROGATES.sub("\ufffd", _FORBIDDEN.sub("", spaced))


def fold(text: str) -> str:
    """The text for searching and matching: no case, no accents, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    return _plain(text) if len(text) < 64 else _without_accents(text)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
    return " ".join(plain.split())


_plain = lru_cache(maxsize=16384)(_without_accents)
"""The same names come again and again."""


_WEEKDAYS = {
    word: number
    for number, words in enumerate((
        "mon monday lun lundi", "tue tues tuesday mar mardi", "wed wednesday mer mercredi",
        "thu thur thurs thursday jeu jeudi",
        "fri friday ven vendredi", "sat saturday sam samedi", "sun sunday dim dimanche",
    ))
    for word in words.split()
}  # fmt: skip
_MONTHS = {
    word: number
    for number, words in enumerate((
        "jan january janv janvier", "feb february fev fevr fevrier", "mar march mars", "apr april avr avril", "may mai",
        "jun june juin", "jul july juil juillet", "aug august aout", "sep sept september septembre",
        "oct october octobre",
        "nov november novembre", "dec december decembre",
    ), start=1)
    for word in words.split()
}  # fmt: skip
_FIXED = {
    "today": 0, "tod": 0, "aujourd'hui": 0, "aujourdhui": 0, "auj": 0, "tomorrow": 1, "tom": 1, "tmr": 1,
    "demain": 1, "dem": 1,
    "apres-demain": 2, "apres demain": 2, "yesterday": -1, "hier": -1,
}  # fmt: skip
_UNITS = {"d": 1, "day": 1, "days": 1, "j": 1, "jour": 1, "jours": 1, "w": 7, "week": 7, "weeks": 7, "s": 7, "sem": 7,
          "semaine": 7, "semaines": 7}  # fmt: skip
_MONTH_UNITS = frozenset(("mo", "month", "months", "mois", "m"))
_AGO = re.compile(r"(?:(\d{1,4})\s*([a-z]+) ago|il y a (\d{1,4})\s*([a-z]+)|-\s*(\d{1,4})\s*([a-z]+))")
_AHEAD = re.compile(r"(?:in|dans|\+)\s*(\d{1,3})\s*([a-z]+)")
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_JOINED = re.compile(r"(?<=[a-z])[-_](?=[a-z])")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|er)?[ -]([a-z]{3,10})\.?|([a-z]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?)[ ,-]*(\d{4})?"
)


def day_from_words(text: str, today: date, month_first: bool = False, ahead: bool = False) -> date | None:
    """A day as people write it in English or French, None when it is none.

    `fri`, `vendredi`, `tomorrow`, `demain`, `30/9`, `30/09/2026`, `2026-09-30`, `9 dec`, `in 3 days`,
    `dans 2 semaines`, `+3d`, `next week`, `fin de mois`, `3 months ago`,
    `hier`; `le` or `on` may stand before it, and a hyphen between two words (`fin-de-mois`). A weekday is the next one,
    never today; a day without a year is the first one not more than half a year past, with `ahead` not past at all.
    `month_first` reads `9/30` as Americans do.
    """
    words = fold(text).rstrip(".").replace("’", "'").removeprefix("le ").removeprefix("on ")
    if words not in _FIXED:
        words = _JOINED.sub(" ", words)
    if words in _FIXED:
        return today + timedelta(days=_FIXED[words])
    try:
        return (
            _weekday(words, today)
            or _ahead(words, today)
            or _ago(words, today)
            or _dated(words, today, month_first, ahead)
            or _ends(words, today)
        )
    except (ValueError, OverflowError):
        return None


def weekday(word: str) -> int | None:
    """Which day of the week a word names, Monday 0; one or many of them: `mon`, `Mondays`, `lundis`."""
    folded = fold(word)
    return _WEEKDAYS.get(folded, _WEEKDAYS.get(folded.removesuffix("s")))


def _weekday(words: str, today: date) -> date | None:
    word = words.removeprefix("next ").removesuffix(" prochain").removesuffix(" pro")
    number = _WEEKDAYS.get(word)
    return None if number is None else today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _ahead(words: str, today: date) -> date | None:
    if found := _AHEAD.fullmatch(words):
        amount, unit = int(found[1]), found[2]
        if unit in _MONTH_UNITS:
            return _months_on(today, amount)
        return today + timedelta(days=amount * _UNITS[unit]) if unit in _UNITS else None
    if words in ("next week", "semaine prochaine", "la semaine prochaine"):
        return today + timedelta(days=7 - today.weekday())
    if words in ("next month", "mois prochain"):
        return _months_on(today.replace(day=1), 1)
    return None


def _ago(words: str, today: date) -> date | None:
    """`3 months ago`, `il y a 2 semaines`, `-10d`, `last friday`, `vendredi dernier`, `last month`."""
    if found := _AGO.fullmatch(words):
        amount, unit = next(
            (int(n), unit) for n, unit in zip(found.groups()[::2], found.groups()[1::2], strict=True) if n
        )
        if unit in _MONTH_UNITS:
            return _months_on(today, -amount)
        if unit in ("y", "year", "years", "an", "ans"):
            return _months_on(today, -12 * amount)
        return today - timedelta(days=amount * _UNITS[unit]) if unit in _UNITS else None
    if words in ("last week", "semaine derniere", "la semaine derniere"):
        return today - timedelta(days=7 + today.weekday())
    if words in ("last month", "mois dernier"):
        return _months_on(today.replace(day=1), -1)
    number = _WEEKDAYS.get(words.removeprefix("last ").removesuffix(" dernier"))
    return None if number is None else today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _dated(words: str, today: date, month_first: bool, ahead: bool) -> date | None:
    if found := _ISO.fullmatch(words):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC.fullmatch(words):
        first, second = int(found[1]), int(found[2])
        if second > 12 or (month_first and first <= 12):
            first, second = second, first
        return _in_year(first, second, found[3], today, ahead)
    if found := _NAMED.fullmatch(words):
        month = _MONTHS.get(found[2] or found[3])
        return None if month is None else _in_year(int(found[1] or found[4]), month, found[5], today, ahead)
    return None


def _in_year(day: int, month: int, year: str | None, today: date, ahead: bool) -> date:
    if year is not None:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    earliest = today if ahead else today - timedelta(days=183)
    for candidate in range(earliest.year, earliest.year + 9):
        if day <= monthrange(candidate, month)[1] and date(candidate, month, day) >= earliest:
            return date(candidate, month, day)
    raise ValueError(day)


def _ends(words: str, today: date) -> date | None:
    """The last day of this week's work, of the month, of the year."""
    if words in ("eow", "end of week", "fin de semaine"):
        return today + timedelta(days=(4 - today.weekday()) % 7)
    if words in ("eom", "end of month", "fin de mois", "fin du mois"):
        return today.replace(day=monthrange(today.year, today.month)[1])
    if words in ("eoy", "end of year", "fin d'annee", "fin de l'annee"):
        return date(today.year, 12, 31)
    return None
