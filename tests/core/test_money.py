"""Money is read however it is written and never loses a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.money import MOST, Money, amount_from_text, decimal_text, from_decimal_text
from pipetui.errors import Invalid

currencies = st.sampled_from(["EUR", "USD", "JPY", "TND"])


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12k", "12000.00 EUR"),
        ("12.5 MXN", "12.50 MXN"),
        ("12kMXN", "12000.00 MXN"),
        ("300 KRW", "300 KRW"),
        ("1.5M", "1500000.00 EUR"),
        ("12 500,50 €", "12500.50 EUR"),
        ("12\u202f500,50\u00a0€", "12500.50 EUR"),
        ("$12,500.50", "12500.50 USD"),
        ("-$12.50", "-12.50 USD"),
        ("(32000.00)", "-32000.00 EUR"),
        ("AUD 54000.00", "54000.00 AUD"),
        ("12,5k€", "12500.00 EUR"),
        ("1'234.50 CHF", "1234.50 CHF"),
        ("32.000,00", "32000.00 EUR"),
        ("$1,234,567", "1234567.00 USD"),
        ("3,100", "3100.00 EUR"),
        ("3,10", "3.10 EUR"),
        ("0.125", "0.12 EUR"),
        ("¥1200", "1200 JPY"),
        ("1.234 TND", "1234.000 TND"),
        ("0", "0.00 EUR"),
        ("٣", "3.00 EUR"),
        ("12kr", "12.00 SEK"),
        ("12 kkr", "12000.00 SEK"),
        ("100 Kč", "100.00 CZK"),
        ("Fr. 1'234.50", "1234.50 CHF"),
        ("12 K€", "12000.00 EUR"),
        ("$5 CAD", "5.00 CAD"),
        ("€5 EUR", "5.00 EUR"),
        ("1.5 m chf", "1500000.00 CHF"),
        ("$(500)", "-500.00 USD"),
        ("(32 000 €)", "-32000.00 EUR"),
        ("12,34,567 INR", "1234567.00 INR"),
        ("1 234 567,89", "1234567.89 EUR"),
        ("-0.125", "-0.12 EUR"),
        ("0.135", "0.14 EUR"),
        ("1.5 JPY", "2 JPY"),
    ],
)
def test_amounts_are_read_as_people_and_programs_write_them(typed: str, amount: str) -> None:
    money = amount_from_text(typed, "EUR")
    assert f"{decimal_text(money.minor, money.currency)} {money.currency}" == amount


def test_the_file_says_what_a_lone_separator_is() -> None:
    assert amount_from_text("3,100", "EUR", decimal=",").minor == 310
    assert amount_from_text("3,100", "EUR", decimal=".").minor == 310000
    assert amount_from_text("3.100", "EUR", decimal=",").minor == 310000


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1,2,3.4.5x",
        "12 apples",
        "(12",
        "1e9",
        "--5",
        "9" * 40,
        "9" * 25,
        "k",
        "€",
        "1 2 3 €€€€€",
        "12.10.2026",
        "1.2.3",
        "06 12 34 56 78",
        "1.234,567.89",
        "1'234 567",
        "12 mai",
        "€5 USD",
        "500 TTC",
        "- -5",
        "(5",
        "((5)",
        "[/b] 5 [VIP]",
        "\x1b[31m5",
        "5\u202e",
        "5\x00",
        "\ud800 5",
        "👩‍💻 5",
    ],
)
def test_what_is_no_amount_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        amount_from_text(typed, "EUR")
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    "typed",
    [f"1{' ' * 10_000}x", f"-{' ' * 10_000}x", f"1{' ' * 5_000}k{' ' * 5_000}x", "1," * 5_000, "(" * 10_000],
)
def test_a_very_long_cell_is_refused_at_once(typed: str) -> None:
    with pytest.raises(Invalid):
        amount_from_text(typed, "EUR")


def test_a_store_may_have_a_currency_of_its_own() -> None:
    assert amount_from_text("12k XTC", "XTC") == Money(1_200_000, "XTC")


amounts = st.text(st.sampled_from("0123456789 .,'’()-−+€$kKmMr\u00a0\u202f\x1bEUR"), max_size=30)


@given(st.text(max_size=60) | amounts)
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        money = amount_from_text(text, "EUR")
    except Invalid:
        return
    assert abs(money.minor) <= MOST


@given(st.integers(-MOST, MOST), currencies)
def test_the_decimal_text_is_exact_both_ways(minor: int, currency: str) -> None:
    text = decimal_text(minor, currency)
    assert from_decimal_text(text, currency) == Money(minor, currency)
    assert Decimal(text) == Money(minor, currency).decimal
    assert amount_from_text(text, currency, decimal=".") == Money(minor, currency)
