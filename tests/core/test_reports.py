"""Reports from plain counts: values worked by hand, and money that is never added across currencies."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipetui.core import reports, reports_pace, reports_way
from pipetui.core.frame import Frame
from pipetui.core.funnel import Tally
from pipetui.core.moment import Period
from pipetui.core.money import Money, convert
from pipetui.core.pots import Exchange, Lot, Pot, pots
from pipetui.core.report import BY_NAME, Cell, Report
from pipetui.core.reports_pace import Figures, levers, velocity
from pipetui.core.stage import Stage
from pipetui.core.survival import Lasted

EURO = Exchange("EUR", {"USD": Decimal("0.9"), "JPY": Decimal("0.006")})
NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 12, 1), months=1)
STAGES = [
    Stage(id=n, pipeline_id=1, name=name, kind=kind, definition="…", position=n)  # type: ignore[arg-type]
    for n, (name, kind) in enumerate(
        [("Lead", "open"), ("Quote", "open"), ("Won", "won"), ("Lost", "lost")], 1
    )
]
NAMES = {
    "stage": {one.id: one.name for one in STAGES}, "owner": {7: "Ada", 8: "[/b]"}, "source": {1: "Salon", 2: "Blog"},
    "reason": {5: "Price", 6: "No budget"},
}  # fmt: skip


def frame(name: str, by: str = "") -> Frame:
    return Frame(BY_NAME[name], NOVEMBER, "EUR", by, NAMES)  # type: ignore[arg-type]


def pot(*lots: Lot) -> Pot:
    whole = Pot()
    for lot in lots:
        whole.add(lot, EURO)
    return whole


def euros(n: int, minor: int, days: float = 0.0) -> Pot:
    """So many deals worth so much together, so many days each from creation to closing."""
    return pot(Lot("EUR", None, n, n, minor, days * n, n if days else 0))


def values(report: Report, at: int | None = None) -> dict[str, Any]:
    row = report.total if at is None else report.rows[at]
    assert row is not None
    return {column.name: cell.value for column, cell in zip(report.columns, row, strict=True)}


# Money


@pytest.mark.parametrize(
    ("money", "to", "rates", "found"),
    [
        (Money(100, "EUR"), "EUR", {}, Money(100, "EUR")),
        (Money(1_05, "USD"), "EUR", {"USD": "0.9"}, Money(94, "EUR")),  # 94.5 to even
        (Money(1_15, "USD"), "EUR", {"USD": "0.9"}, Money(104, "EUR")),  # 103.5 to even
        (Money(1000, "JPY"), "EUR", {"JPY": "0.006"}, Money(600, "EUR")),
        (Money(1000, "TND"), "EUR", {"TND": "0.3"}, Money(30, "EUR")),
        (Money(-1_05, "USD"), "EUR", {"USD": "0.9"}, Money(-94, "EUR")),
        (Money(9000, "EUR"), "USD", {"USD": "0.9", "EUR": "1"}, Money(10_000, "USD")),
        (Money(1, "USD"), "EUR", {}, None),
        (Money(1, "USD"), "GBP", {"USD": "0.9", "GBP": "0"}, None),
    ],
)
def test_money_is_converted_with_one_rounding(
    money: Money, to: str, rates: dict[str, str], found: Money | None
) -> None:
    assert convert(money, to, {code: Decimal(value) for code, value in rates.items()}) == found


def test_each_deal_is_rounded_alone_and_what_has_no_rate_is_counted() -> None:
    # Three times 1.05 USD are three times 0.94 EUR, though together they would be 2.84.
    found = pot(
        Lot("USD", 105, 4, 3, 315),
        Lot("EUR", None, 2, 2, 1000),
        Lot("XPF", None, 1, 1, 7),
        Lot("GBP", None, 1, 0, 0),
    )
    assert (found.n, found.known, found.rated, found.minor) == (8, 6, 5, 1000 + 3 * 94)
    assert found.totals == {"USD": 315, "EUR": 1000, "XPF": 7}
    assert found.unrated == Counter(XPF=1)
    assert found.mean == (1000 + 282) / 5


@given(some.integers(0, 10**12), some.sampled_from(("USD", "JPY")))
def test_the_least_amount_worth_so_much(minor: int, code: str) -> None:
    least = EURO.least(minor, code)
    assert least is not None
    below, there = EURO.of(least - 1, code), EURO.of(least, code)
    assert below is not None
    assert there is not None
    assert below < minor <= there


# Won and lost


def test_outcomes_by_reason_won_ones_first() -> None:
    found = pots(
        [
            (("lost", 6), Lot("EUR", None, 1, 1, 100)),
            (("lost", 5), Lot("EUR", None, 2, 2, 300)),
            (("won", None), Lot("EUR", None, 1, 1, 5000)),
        ],
        EURO,
    )
    report = reports.outcomes(frame("winloss", "reason"), found)
    assert [(str(row[0].value), row[1].value, row[2].value) for row in report.rows] == [
        ("won", None, 1), ("lost", "Price", 2), ("lost", "No budget", 1),
    ]  # fmt: skip
    assert [row[4].value for row in report.rows] == [0.25, 0.5, 0.25]
    assert values(report)["amount"] == Money(5400, "EUR")
    assert report.records()[0]["totals"] == {"EUR": "50.00"}


def test_win_rates_by_owner_with_the_reasons() -> None:
    lots = [
        ((7, "won", None), Lot("EUR", None, 1, 1, 1000)),
        ((7, "lost", 5), Lot("EUR", None, 3, 2, 900)),
        ((None, "lost", 6), Lot("EUR", None, 1, 1, 50)),
    ]
    report = reports.win_rates(frame("winloss", "owner"), pots(lots, EURO))
    assert values(report, 0) | {"reasons": None} == {
        "owner": "Ada", "won": 1, "lost": 3, "rate": 0.25, "revenue": Money(1000, "EUR"),
        "lost_amount": Money(900, "EUR"), "reasons": None,
    }  # fmt: skip
    assert report.records()[0]["reasons"] == {"Price": 3}
    assert str(values(report, 1)["owner"]) == "none"
    assert values(report)["rate"] == 0.2
    assert ["1 deal has no amount" in str(note.message) for note in report.notes] == [True]


def test_the_return_on_what_was_spent() -> None:
    new = {(1,): euros(10, 0), (2,): euros(5, 0)}
    won = {(1,): euros(2, 300_000)}
    report = reports.sources(frame("sources"), new, won, {1: 100_000, 2: 5_000}, ())
    assert values(report, 0) == {
        "source": "Salon", "leads": 10, "won": 2, "revenue": Money(300_000, "EUR"), "cost": Money(100_000, "EUR"),
        "cost_per_lead": Money(10_000, "EUR"), "cost_per_client": Money(50_000, "EUR"), "return": 2.0,
    }  # fmt: skip
    assert values(report, 1)["cost_per_client"] is None
    assert values(report, 1)["return"] == -1.0
    assert values(report)["cost"] == Money(105_000, "EUR")


# The way


def test_a_funnel_by_hand() -> None:
    def some_deals(stage: int, furthest: int, n: int, known: int = 1) -> Tally:
        return Tally(stage, furthest, known, 0, "EUR", n, 0, 0)

    tally = [
        some_deals(1, 1, 2), some_deals(2, 2, 1), some_deals(3, 2, 3), some_deals(4, 1, 4), some_deals(4, 2, 1),
        some_deals(3, 0, 9, known=0),
    ]  # fmt: skip
    visited, went = {("", 1): 9, ("", 2): 5}, {("", 1, 2): 5, ("", 1, 4): 4}
    report = reports_way.funnel(frame("funnel"), STAGES, {"": tally}, visited, went)
    lead, quote = values(report, 0), values(report, 1)
    assert (lead["reached"], lead["skipped"], lead["advanced"], lead["lost"], lead["open"]) == (
        11,
        2,
        5,
        4,
        2,
    )
    assert (quote["reached"], quote["skipped"], quote["advanced"], quote["lost"], quote["open"]) == (
        5,
        0,
        3,
        1,
        1,
    )
    assert (lead["ratio"], quote["of_all"]) == (5 / 9, 5 / 11)
    assert report.records()[0]["went"] == {"Quote": 5, "Lost": 4}
    assert (values(report)["reached"], values(report)["lost"], values(report)["open"]) == (3, 5, 3)
    assert "9 deals" in str(report.notes[1].message)


def test_time_in_stage_counts_those_still_there() -> None:
    lasted = {1: [Lasted(24, 2, True), Lasted(48, 1, True), Lasted(96, 3, False)]}
    report = reports_way.times(frame("times"), STAGES, lasted)
    lead = values(report, 0)
    assert (lead["stays"], lead["left"], lead["still_there"]) == (6, 3, 3)
    assert (lead["median"], lead["p90"], lead["median_of_left"]) == (2.0, None, 1.0)
    assert values(report, 1)["median"] is None


def test_ageing_has_a_row_for_each_band_that_holds_deals() -> None:
    found = {(1, 0): euros(2, 500), (1, 5): euros(1, 100), (2, 1): euros(1, 400)}
    report = reports_way.ageing(frame("ageing"), STAGES, found)
    assert [(row[0].value, row[1].value, row[2].value) for row in report.rows] == [
        ("Lead", "0–7", 2), ("Lead", "181+", 1), ("Quote", "8–30", 1),
    ]  # fmt: skip
    assert (values(report)["deals"], values(report)["amount"]) == (4, Money(1000, "EUR"))


# Two periods


def figures(won: Pot, lost: int, opened: int, now: bool = True) -> Figures:
    return Figures(NOVEMBER, euros(9, 0), won, euros(lost, 0), euros(opened, 0), now, activities=4)


def test_velocity_and_the_lever_that_moves_it_most() -> None:
    # 20 open × 5,000 € × 25 % ÷ 50 days = 500 € a day.
    report = reports_pace.velocities(frame("velocity"), figures(euros(2, 1_000_000, 50.0), 6, 20), None)
    assert values(report, 4)["this"] == Money(50_000, "EUR")
    assert [row[-1].value for row in report.rows[:4]] == [Money(5000, "EUR")] * 3 + [Money(5556, "EUR")]
    assert "55.56" in str(report.notes[0].message.values["money"].decimal)  # type: ignore[attr-defined]


def test_no_win_rate_gets_over_one() -> None:
    gains = levers(10, 100.0, 0.95, 10.0)
    assert gains["rate"] == pytest.approx(10 * 100 * 0.05 / 10)
    assert gains["open"] == pytest.approx(9.5)
    assert levers(10, None, 0.5, 10.0) == {}
    assert velocity(10, 100.0, 0.5, 0.0) is None


def test_the_key_figures_beside_those_before() -> None:
    report = reports_pace.kpi(
        frame("kpi"), figures(euros(3, 900, 10.0), 1, 5), figures(euros(2, 1000, 12.0), 2, 7, now=False)
    )
    lines = {str(row[0].value): row for row in report.rows}
    assert [cell.value for cell in lines["won"][2:]] == [3, 2, 1, 1]
    assert lines["revenue"][4:] == (
        Cell(Money(-100, "EUR"), None, "money"), Cell(-1, None, "trend", False),
    )  # fmt: skip
    assert lines["cycle"][5] == Cell(-1, None, "trend", True)
    assert lines["lost"][5].good is True
    assert lines["weighted"][2].value is None
    assert lines["open"][3].behind is not None
    assert lines["open"][3].behind.of == "standing"
    assert {row["trend"] for row in report.records()} == {"up", "down", "same", None}
