"""The lines of a quote and what they come to; the numbers quotes have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import NOW, TODAY, World, desk_of
from pipetui.core import settings
from pipetui.core.deal import Quote, QuoteLine, QuoteStatus, Setting
from pipetui.core.numbering import next_number, pattern, prefix
from pipetui.core.offer import Entry, as_entry, entry, net, totals, write_lines
from pipetui.errors import Invalid, NotFound, Refused

QUOTE = Quote(
    id=1, deal_id=1, number="2026-001", amount=500_000, currency="EUR", status="draft", created_at=NOW
)
entries = st.builds(
    lambda price, many, discount, tax: Entry("x", price, f"{many / 100:f}", str(discount), f"{tax / 10:f}"),
    st.integers(0, 10_000_000),
    st.integers(-100, 10_000),
    st.integers(0, 100),
    st.integers(0, 300),
)


def test_an_invoice_by_hand() -> None:
    some = [
        entry("Two days on site", 80_000, "2", tax="20"),
        entry("Licence, per seat", 1_999, "12,5", "10", "20"),
        entry("A book", 3_333, tax="5,5"),
        entry("Travel", 10_050),
    ]
    sums = totals(some)
    assert sums.nets == (160_000, 22_489, 3_333, 10_050)
    assert sums.net == 195_872
    assert [(tax.rate, tax.base, tax.amount) for tax in sums.taxes] == [
        ("5.5", 3_333, 183),
        ("20", 182_489, 36_498),
    ]
    assert sums.gross == 195_872 + 183 + 36_498


def test_half_a_cent_goes_away_from_zero() -> None:
    assert net(entry("x", 1, "0.5")) == 1
    assert net(entry("x", 1, "-0.5")) == -1
    assert net(entry("x", 3, "0.5")) == 2
    assert [tax.amount for tax in totals([entry("x", 10, tax="5")]).taxes] == [1]


@given(st.lists(entries, max_size=12))
def test_the_total_is_the_sum_of_what_is_shown_and_never_half_a_cent_from_exact(some: list[Entry]) -> None:
    sums = totals(some)
    assert sums.net == sum(sums.nets)
    for one, amount in zip(some, sums.nets, strict=True):
        exact = Fraction(one.quantity) * one.unit_price * (100 - Fraction(one.discount)) / 100
        assert abs(exact - amount) <= Fraction(1, 2)
    assert sum(tax.base for tax in sums.taxes) == sum(
        amount for one, amount in zip(some, sums.nets, strict=True) if Decimal(one.tax)
    )
    for tax in sums.taxes:
        assert abs(Fraction(tax.base) * Fraction(tax.rate) / 100 - tax.amount) <= Fraction(1, 2)
    assert len({Decimal(tax.rate) for tax in sums.taxes}) == len(sums.taxes)


@pytest.mark.parametrize("text", ["many", "1e5", "--2", "1.23456", "9999999", "1 000 000 000 000", "٣٤٥x"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        entry("x", 1, text)


@pytest.mark.parametrize("text", ["-1", "101", "a"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        entry("x", 1, "1", text)
    with pytest.raises(Invalid):
        entry("x", 1, "1", "0", text)


def test_a_line_says_something_and_stays_within_what_can_be_counted() -> None:
    with pytest.raises(Invalid):
        entry(" \x07 ", 1)
    with pytest.raises(Invalid):
        entry("x", 10**17)
    with pytest.raises(Invalid):
        entry("x", 10**15, "1000000")
    assert entry("[/b] \x1b[31mtwo\nlines", 1).text == "[/b] [31mtwo\nlines"


def world_of(*lines: QuoteLine, quote: Quote = QUOTE) -> World:
    return World(quote, *lines)


def test_the_lines_make_the_amount_and_are_written_anew_in_place() -> None:
    world = world_of()
    world.write(write_lines(QUOTE, [], [entry("a", 100), entry("b", 250, "2"), entry("c", 1)], desk_of()))
    world.settle()
    assert world.one(Quote).amount == 601
    there, quote = world.all(QuoteLine), world.one(Quote)
    kept = [as_entry(there[1]), replace(as_entry(there[0]), discount="50")]
    world.write(write_lines(quote, there, kept, desk_of()))
    assert world.one(Quote).amount == 550
    assert [(line.position, line.text) for line in world.all(QuoteLine)] == [(0, "b"), (1, "a")]
    assert {line.id for line in world.all(QuoteLine)} == {line.id for line in there[:2]}
    quote = world.one(Quote)
    world.write(write_lines(quote, world.all(QuoteLine), [], desk_of()))
    assert (world.all(QuoteLine), world.one(Quote).amount) == ([], 550)


@pytest.mark.parametrize("status", ["signed", "refused"])
def test_the_lines_of_what_was_decided_stay(status: QuoteStatus) -> None:
    with pytest.raises(Refused, match="decided"):
        write_lines(replace(QUOTE, status=status), [], [entry("x", 1)], desk_of())


def test_a_quote_does_not_come_to_less_than_nothing() -> None:
    with pytest.raises(Refused, match="less than nothing"):
        write_lines(QUOTE, [], [entry("x", 100), entry("taken back", 101, "-1")], desk_of())


@pytest.mark.parametrize(
    ("text", "taken", "number"),
    [
        ("{year}-{n:03}", [], "2026-001"),
        ("{year}-{n:03}", ["2026-009", "2025-300"], "2026-010"),
        ("{year}-{n:03}", ["2026-999"], "2026-1000"),
        ("D{yy}{month}-{n:4}", ["D2611-0041", "D2610-0099"], "D2611-0042"),
        ("{n}", ["7", "x8"], "8"),
        ("Q-{n:2}/{yy}", ["Q-03/26", "Q-05/25"], "Q-04/26"),
        ("a.c{n}", ["abc5"], "a.c1"),
    ],
)
def test_the_next_number_follows_those_of_its_pattern(text: str, taken: list[str], number: str) -> None:
    assert next_number(pattern(text), TODAY, taken) == number
    assert number.startswith(prefix(text, TODAY))


@pytest.mark.parametrize("text", ["", "2026", "{n}{n}", "{n", "{day}-{n}", "{n:x}", "x" * 60 + "{n}"])
def test_a_pattern_counts_once(text: str) -> None:
    with pytest.raises(Invalid):
        pattern(text)


@given(st.sampled_from(["{year}-{n:03}", "{n}", "D{yy}{month}-{n:4}", "{n:2}-{year}"]), st.integers(1, 60))
def test_numbers_never_come_twice(text: str, several: int) -> None:
    taken: list[str] = []
    for _ in range(several):
        taken.append(next_number(text, date(2026, 3, 1), taken))
    assert len(set(taken)) == several


def test_settings_are_known_checked_and_forgotten() -> None:
    assert settings.value([], "quote_validity") == "30"
    (change,) = settings.change([], "quote_validity", "45")
    assert change.after is not None
    assert change.after["value"] == "45"
    there = Setting(id=3, name="quote_validity", value="45")
    assert settings.value([there], "quote_validity") == "45"
    (dropped,) = settings.change([there], "quote_validity", " ")
    assert dropped.after is None
    for name, text in (
        ("quote_validity", "0"),
        ("quote_tax", "200"),
        ("quote_number", "x"),
        ("fiscal_month", "13"),
    ):
        with pytest.raises(Invalid):
            settings.change([], name, text)
    with pytest.raises(NotFound):
        settings.change([], "colour", "red")
