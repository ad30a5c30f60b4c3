"""Money: integer minor units and an ISO 4217 code, read from however people write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from pipetui.core.message import say
from pipetui.errors import Invalid

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
MOST = 10**15
"""Minor units; ten trillion euros, and thousands of such amounts still add up in 64 bits."""
NO_MINOR = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
))  # fmt: skip
THREE_MINOR = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
SYMBOLS = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS",
    "₫": "VND", "₴": "UAH", "US$": "USD", "A$": "AUD", "C$": "CAD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL",
    "Fr.": "CHF", "zł": "PLN", "kr": "SEK", "Kč": "CZK",
}  # fmt: skip
_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON "
    "RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_ISO_4217.split())
"""What is read as a currency beside a number: ISO 4217, so that `12 mai` and `500 TTC` are not."""
_SHAPE = (
    r"(?P<minus>[-−(]\s*)?(?P<before>[^\d\s.,+()−-][^\d\s,+()−-]{0,3}\s*)?(?P<inner>[-−(]\s*)?"
    r"(?P<digits>\d(?:[\s.,'’]*\d)*[.,]?)(?P<ending>[^\d()]{0,12})(?P<close>\)?)"
)
"""Compiled by the first amount that is read: it takes milliseconds, and a list reads none."""
_GROUPED = re.compile(r"\d+|\d{1,3}([ .,'])\d{3}(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")
"""Whole digits: plain, in threes with one separator, or in twos before the last three as in India."""
_SCALES = {"k": 3, "m": 6}
_CENTS = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
"""Most amounts of most files; they need no second look."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that never lost a cent."""

    minor: int
    """Minor units: cents of euros, yens, thousandths of Tunisian dinars."""
    currency: str
    """ISO 4217."""

    @property
    def digits(self) -> int:
        """Decimals of the currency: 2 for most, 0 for yens, 3 for some dinars."""
        return minor_digits(self.currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-self.digits, context=EXACT)


def minor_digits(currency: str) -> int:
    """Decimals of a currency."""
    return 0 if currency in NO_MINOR else 3 if currency in THREE_MINOR else 2


def decimal_text(minor: int, currency: str) -> str:
    """Minor units as a decimal string: 125000 EUR is `1250.00`."""
    digits = minor_digits(currency)
    if not digits:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}"


def from_decimal(amount: Decimal, currency: str) -> Money:
    """Major units as money, rounded once, half to even. Raises Invalid beyond 10^15 minor units."""
    minor = int(amount.scaleb(minor_digits(currency), context=EXACT).to_integral_value(ROUND_HALF_EVEN))
    if abs(minor) > MOST:
        raise Invalid(say("{amount} is too large an amount.", amount=str(amount)[:40]))
    return Money(minor, currency)


def from_decimal_text(text: str, currency: str) -> Money:
    """What `decimal_text` wrote. Raises Invalid."""
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text):
        raise Invalid(say('"{text}" is not an amount.', text=text[:40]))
    return from_decimal(Decimal(text), currency)


def convert(money: Money, to: str, rates: Mapping[str, Decimal]) -> Money | None:
    """Money in another currency, rounded once, half to even; None without a rate.

    `rates` tells what one unit of each currency is worth in the store's own; one that has none there is the store's.
    """
    if money.currency == to:
        return money
    rate, ours = rates.get(money.currency), rates.get(to, Decimal(1))
    if rate is None or not ours:
        return None
    exact = EXACT.divide(EXACT.multiply(money.decimal, rate), ours).scaleb(minor_digits(to), context=EXACT)
    return Money(int(exact.to_integral_value(ROUND_HALF_EVEN)), to)


def amount_from_text(text: str, currency: str, decimal: str | None = None) -> Money:
    """An amount as people and programs write it: `12k`, `12 500,50 €`, `$12,500.50`, `(32000.00)`, `AUD 54000`.

    A currency in the text wins over `currency`. Where one separator alone leaves it open (`3,100`), `decimal` says
    which is the decimal mark; without it, three digits after a separator are thousands. More decimals than the
    currency has are rounded half to even. Raises Invalid.
    """
    if (plain := _CENTS.fullmatch(text)) and minor_digits(currency) == 2:
        return Money(int(plain[1]) * 100 + int(f"{plain[2] or '':0<2}"), currency)
    return _read(text, currency, decimal)


@lru_cache(maxsize=4096)
def _read(text: str, currency: str, decimal: str | None) -> Money:
    shape = re.fullmatch(_SHAPE, text.strip())
    if shape is None:
        raise _not_an_amount(text)
    signs = [(shape[name] or "")[:1] for name in ("minus", "inner")]
    if signs.count("(") != len(shape["close"]) or (all(signs) and signs[0] != "("):
        raise _not_an_amount(text)
    scale, after = _ending(shape["ending"].strip(), currency, text)
    before = (shape["before"] or "").strip()
    found = after if after and before in ("", "$") else _currency(before, currency)
    if (before and found is None) or (after and found != after):
        raise _not_an_amount(text)
    minor = _minor(*_parts(shape["digits"], decimal, text), scale + minor_digits(found or currency))
    if minor > MOST:
        raise Invalid(say("{amount} is too large an amount.", amount=text[:40]))
    return Money(-minor if any(signs) else minor, found or currency)


def _ending(ending: str, currency: str, text: str) -> tuple[int, str | None]:
    """What follows the digits: the zeros of `k` or `m`, and a currency."""
    if not ending:
        return 0, None
    if found := _currency(ending, currency):
        return 0, found
    zeros, rest = _SCALES.get(ending[0].lower()), ending[1:].strip()
    found = _currency(rest, currency)
    if zeros is None or (rest and found is None):
        raise _not_an_amount(text)
    return zeros, found


def _not_an_amount(text: str) -> Invalid:
    return Invalid(
        say('"{text}" is not an amount.', text=text[:40]), say("Write it like 12k, 12,500.50 or 12 500,50 €.")
    )


def _currency(word: str, own: str) -> str | None:
    if word in SYMBOLS:
        return SYMBOLS[word]
    code = word.upper()
    return code if code in CODES or code == own else None


def _parts(digits: str, decimal: str | None, text: str) -> tuple[str, str]:
    """The digits before and after the decimal mark. Raises Invalid where the separators make no sense."""
    digits = re.sub(r"\s+", " ", digits).replace("’", "'")
    mark = _decimal_mark(re.sub("[ ']", "", digits), decimal)
    whole, _, rest = digits.rpartition(mark) if mark else (digits.rstrip(".,"), "", "")
    if not _GROUPED.fullmatch(whole) or (rest and not rest.isdecimal()) or len(whole) + len(rest) > 30:
        raise _not_an_amount(text)
    return re.sub("[ .,']", "", whole), rest


def _minor(whole: str, rest: str, zeros: int) -> int:
    """The number with so many zeros more, rounded half to even."""
    number, surplus = int(whole + rest), len(rest) - zeros
    if surplus <= 0:
        return number * int(10**-surplus)
    one = int(10**surplus)
    kept, cut = divmod(number, one)
    half = one // 2
    return kept + (cut > half or (cut == half and kept % 2 == 1))


def _decimal_mark(digits: str, decimal: str | None) -> str | None:
    """Which separator, if any, begins the decimals."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    mark = digits[last]
    if ("," in digits and "." in digits) or digits.count(mark) == 1:
        alone = not ("," in digits and "." in digits)
        thousands = alone and len(digits) - last - 1 == 3 and last <= 3 and digits[0] != "0"
        if thousands:
            return mark if decimal == mark else None
        return mark
    return None
