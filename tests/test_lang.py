"""Numbers, money and chances as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as some

from pipetui import lang
from pipetui.core.money import Money


@pytest.fixture(autouse=True)
def _spoken() -> Iterator[None]:
    yield
    lang.use("en")


@pytest.mark.parametrize(
    ("wanted", "minor", "currency", "short", "written"),
    [
        ("en", 1_250_050, "EUR", False, "€12,500.50"),
        ("en", 1_250_000, "EUR", False, "€12,500"),
        ("en", 1_250_050, "EUR", True, "€12.5k"),
        ("en", -1_250_050, "USD", True, "-$12.5k"),
        ("en", 1_250_050, "CHF", False, "CHF\u00a012,500.50"),
        ("en", 99_950, "EUR", True, "€1,000"),
        ("en", 12_500, "JPY", False, "¥12,500"),
        ("fr", 1_250_050, "EUR", False, "12\u202f500,50\u00a0€"),
        ("fr", 1_250_050, "EUR", True, "12,5\u00a0k€"),
        ("fr", None, "EUR", False, ""),
    ],
)
def test_money_as_people_write_it(
    wanted: str, minor: int | None, currency: str, short: bool, written: str
) -> None:
    lang.use(wanted)
    assert lang.money(minor, currency, short) == written


@given(
    minor=some.integers(-(10**15), 10**15),
    currency=some.sampled_from(("EUR", "USD", "GBP", "JPY", "CHF", "CAD", "TND")),
    wanted=some.sampled_from(("en", "fr")),
)
def test_money_is_written_as_babel_writes_it(minor: int, currency: str, wanted: str) -> None:
    lang.use(wanted)
    amount = Money(minor, currency)
    digits = "" if amount.decimal == int(amount.decimal) else "." + "0" * amount.digits
    pattern = f"¤#,##0{digits}" if wanted == "en" else f"#,##0{digits}\u00a0¤"
    locale = {"en": "en_US", "fr": "fr_FR"}[wanted]
    expected = format_currency(amount.decimal, currency, pattern, locale, currency_digits=False)
    if wanted == "en" and currency in ("CHF", "TND"):
        expected = expected.replace(currency, f"{currency}\u00a0")
    assert lang.money(minor, currency) == expected


@pytest.mark.parametrize(
    ("share", "short", "said"),
    [
        (0.0, False, "0%"),
        (0.001, False, "less than 1%"),
        (0.001, True, "< 1%"),
        (0.58, False, "58%"),
        (0.994, True, "99%"),
        (0.9999, False, "more than 99%"),
        (0.9999, True, "> 99%"),
        (1.0, True, "100%"),
    ],
)
def test_certain_is_only_what_is_certain(share: float, short: bool, said: str) -> None:
    lang.use("en")
    assert lang.chance(share, short) == said
