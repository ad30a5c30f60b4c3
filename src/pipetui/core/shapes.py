"""Words known by their shape, with the spaces people put into them: money, phones, percents, e-mail addresses."""

from __future__ import annotations

import re

from pipetui.core.money import CODES, SYMBOLS, Money, amount_from_text
from pipetui.errors import Invalid

_SIGN = "|".join(re.escape(sign) for sign in sorted({*SYMBOLS, *CODES}, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:\s\d{3}){1,4}(?:[.,]\d{1,9})?|\d[\d.,'’]*"
_SCALE = rf"[kKmM]|\s?[kKmM]\s?(?={_SIGN})"
MONEY = rf"(?:(?:{_SIGN})\s?)?(?:{_NUMBER})(?:{_SCALE})?(?:\s?(?:{_SIGN}))?"
"""`12k`, `12 500,50 €`, `12 k€`, `USD 500`."""
PERCENT = r"\d{1,3}\s?%"
_NO_PRICE = rf"(?!\d{{1,3}}(?:\s\d{{3}}){{0,4}}(?:[.,]\d{{1,9}})?\s?[kKmM]?\s?(?:{_SIGN})(?!\S))"
PHONE = "|".join(
    (
        r"(?:\+33\s?(?:\(0\)\s?)?\d|0\d)(?:[\s.-]?\d\d){4}",  # +33 6 12 34 56 78, 06 12 34 56 78
        rf"\+\d{{1,3}}(?:\s?\(\d{{1,4}}\))?(?:[\s.-]{_NO_PRICE}\d{{1,4}}){{2,6}}",  # +1 (555) 123-4567
        r"(?:\(\d{3}\)\s?|\d{3}[.-])\d{3}[.-]\d{4}",  # (555) 123-4567
        r"0\d{2,4}\s\d{3,4}\s\d{3,4}",  # 020 7946 0958
        r"(?:\+\d|0)[\d.()/-]{7,20}\d",  # +33(0)612345678
    )
)
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}\.[^\s@<>\".]{2,24}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BARE = re.compile(r"\d{3,}[.,]?|\d{1,3}(?:[\s.,'’]\d{3})+(?:[.,]\d+)?|\d{3,}[.,]\d+")
FEWEST, MOST = 9, 15
"""Digits of a phone number."""


def is_email(text: str) -> bool:
    """Whether a word is an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def is_phone(text: str) -> bool:
    """Whether what has the shape of a phone number has as many digits as one."""
    return FEWEST <= sum(character.isdigit() for character in text) <= MOST


def amount_of(text: str, currency: str) -> Money | None:
    """The money meant by what has its shape: without a currency, `k` or `M` only from 100 on, and never a year.

    So `24/7`, `2026`, `CRM 2.0` and `12.10.2026` stay words. Raises Invalid for what a currency or `k` says is money
    and no amount can be: too large, or in digits that make none.
    """
    bare = not re.search(r"[^\d\s.,'’]", text)
    if bare and (_YEAR.fullmatch(text) or not _BARE.fullmatch(text)):
        return None
    try:
        return amount_from_text(text, currency)
    except Invalid:
        if bare:
            return None
        raise
