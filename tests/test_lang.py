"""Numbers, money and chances as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as some

from pipetui import lang
from pipetui.core.moment import period
from pipetui.core.money import Money
from pipetui.core.text import day_from_words


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


@pytest.mark.parametrize(
    ("environ", "spoken", "example"),
    [
        ({}, "en", "30/11"),
        ({"LANG": "C"}, "en", "30/11"),
        ({"LANG": "C.UTF-8"}, "en", "30/11"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, "en", "30/11"),
        ({"LANG": "en_US.UTF-8"}, "en", "11/30"),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "en_DK.UTF-8"}, "en", "30/11"),
        ({"LANG": "C.UTF-8", "LC_TIME": "en_US.UTF-8"}, "en", "11/30"),
        ({"LANG": "en_GB.UTF-8"}, "en", "30/11"),
        ({"LANG": "de_DE.UTF-8"}, None, "30/11"),
        ({"LANG": "fr_FR.UTF-8"}, "en", "30/11"),
        ({"LANG": "en_US.UTF-8"}, "fr", "30/11"),
        ({"LANG": "xx_[/b]"}, "en", "30/11"),
    ],
)
def test_the_month_comes_first_only_where_a_locale_says_so(
    environ: dict[str, str], spoken: str | None, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_TIME", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    lang.use(spoken)
    assert lang.day_example() == example
    assert day_from_words(lang.day_example(), date(2026, 11, 23), lang.month_first()) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("when", "english", "french"),
    [
        (date(2026, 6, 1), "1 Jun 2026", "1er juin 2026"),
        (date(2026, 11, 1), "1 Nov 2026", "1er nov. 2026"),
        (date(2026, 11, 21), "21 Nov 2026", "21 nov. 2026"),
        (date(2027, 2, 10), "10 Feb 2027", "10 févr. 2027"),
    ],
)
def test_a_day_is_written_as_people_do_and_read_back_the_same(when: date, english: str, french: str) -> None:
    for wanted, written in (("en", english), ("fr", french)):
        lang.use(wanted)
        assert lang.day(when) == written
        assert day_from_words(written, date(2026, 11, 26), ahead=True) == when


@given(when=some.dates(date(2026, 11, 26), date(2029, 12, 31)), wanted=some.sampled_from(("en", "fr")))
def test_any_day_in_a_form_is_read_back(when: date, wanted: str) -> None:
    lang.use(wanted)
    assert day_from_words(lang.day(when), date(2026, 11, 26), ahead=True) == when


@pytest.mark.parametrize(
    ("asked", "english", "french"),
    [
        ("2026-11", "November 2026", "novembre 2026"),
        ("2026-Q4", "2026-Q4", "T4 2026"),
        ("2026", "2026", "2026"),
        ("all", "everything", "tout"),
    ],
)
def test_a_period_has_a_name_people_say(asked: str, english: str, french: str) -> None:
    found = period(asked, date(2026, 11, 26))
    for wanted, name in (("en", english), ("fr", french)):
        lang.use(wanted)
        assert lang.period_name(found) == name


def test_french_puts_a_space_before_its_colons_and_semicolons() -> None:
    lang.use("fr")
    assert lang.labelled("Pipeline", "Ventes") == "Pipeline\u00a0: Ventes"
    assert lang.joined(("en retard", "bloquée")) == "en retard\u202f; bloquée"
    lang.use("en")
    assert lang.labelled("Pipeline", "Sales") == "Pipeline: Sales"
    assert lang.joined(("late", "stalled")) == "late; stalled"


def test_next_to_nothing_has_no_sign() -> None:
    assert lang.number(-0.04, 1) == "0.0"
    assert lang.number(-0.06, 1) == "-0.1"


def test_what_comes_back_says_how_often() -> None:
    assert lang.again("2w") == " (every 2 weeks)"
    assert lang.again(None) == ""
