"""The whole answer: what a rep reads in the pane and a script in its JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import LEAD, LOST, MEETING, NOW, PROSPECT, QUOTE, WON, desk_of
from pipetui.core.book import Book, OpenDeal
from pipetui.core.deal import Goal, Metric, Stage
from pipetui.core.forecast import Forecast, forecast
from pipetui.core.funnel import Tally
from pipetui.core.moment import Period

NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 12, 1))
STAGES = desk_of().stages
OPEN = (LEAD, PROSPECT, MEETING, QUOTE)
PROSPECTS = replace(PROSPECT, name="Prospect", ratio_from=20, ratio_to=10)
QUOTES = replace(QUOTE, name="Quote", ratio_from=5, ratio_to=1)
TWO = (PROSPECTS, QUOTES, WON, LOST)


def some(
    stage: Stage,
    n: int,
    amount: int = 0,
    without: int | None = None,
    currency: str = "EUR",
    furthest: Stage | None = None,
) -> Tally:
    """So many deals in a stage with a sum of amounts; all without one when the sum is 0 and nothing else is said."""
    far = furthest.id if furthest else 0 if stage.kind != "open" else stage.id
    return Tally(
        stage.id, far, 1, 0, currency, n, amount, n if without is None and not amount else without or 0
    )


def goal(target: int, metric: Metric = "wins", **values: Any) -> Goal:
    return Goal(id=1, pipeline_id=1, period="2026-11", metric=metric, target=target, **values)


def asked(book: Book, aim: Goal | None = None) -> Forecast:
    return forecast(book, as_of=NOW, period=NOVEMBER, pipeline="Sales", goal=aim)


def test_ten_opportunities_and_three_clients_to_win() -> None:
    """20 prospects make 10 quotes, 5 quotes make 1 client; 10 open opportunities, all prospects."""
    found = asked(Book(TWO, [some(PROSPECTS, 10)]), goal(3)).to_json()
    assert found["eventual"] == {"wins": 1.0, "revenue": None}
    prospect, quote = found["stages"]
    assert prospect == {
        "stage": "Prospect",
        "open": 10,
        "amount": "0.00",
        "declared": 0.5,
        "observed": {"reached": 10, "advanced": 0, "lost": 0},
        "used": 0.5,
        "low": prospect["low"],
        "high": prospect["high"],
        "n": 0,
        "basis": "default",
        "win_chance": 0.1,
        "expected_wins": 1.0,
        "expected_revenue": None,
        "needed": 30,
        "has": 10,
        "missing": 20,
    }
    assert (quote["needed"], quote["has"], quote["missing"], quote["win_chance"]) == (15, 5, 10, 0.2)
    assert found["goal"] == {
        "metric": "wins",
        "target": 3,
        "chance": pytest.approx(0.0702, abs=5e-5),
        "missing": 2.0,
        "tightest": "Prospect",
        "advice": "Find 20 more deals for Prospect.",
        "plan": None,
    }


def test_the_same_ten_at_quote() -> None:
    found = asked(Book(TWO, [some(QUOTES, 10)]), goal(3))
    assert found.wins == 2.0
    assert found.goal is not None
    assert found.goal.chance == pytest.approx(0.3222, abs=5e-5)
    assert [stage.need.missing for stage in found.stages if stage.need] == [7, 5]


def test_thirty_prospects_are_enough_on_average_and_forty_two_to_be_fairly_sure() -> None:
    enough = asked(Book(TWO, [some(PROSPECTS, 30)]), goal(3)).goal
    assert enough is not None
    assert str(enough.advice) == "On average, the open deals are enough."
    assert enough.chance == pytest.approx(0.5886, abs=5e-5)
    assert enough.for_80 == 12
    none = asked(Book(TWO, []), goal(3)).goal
    assert none is not None
    assert none.for_80 == 42


def test_what_is_signed_counts_for_the_goal() -> None:
    book = Book(TWO, [some(PROSPECTS, 10), some(WON, 2, 200_000)], won=[some(WON, 2, 200_000)])
    found = asked(book, goal(3))
    assert (found.won, found.won_revenue) == (2, 200_000)
    assert found.goal is not None
    assert found.goal.done == 2
    assert found.goal.chance == pytest.approx(1 - (1 - found.stages[0].chance.value) ** 10)
    reached = asked(replace(book, won=[some(WON, 3)]), goal(3)).goal
    assert reached is not None
    assert (reached.chance, str(reached.advice)) == (1.0, "The goal is reached.")


def test_a_pinned_chance_overrides_the_ratios() -> None:
    sure = OpenDeal(4, QUOTES.id, 900_000, "EUR", 0.9)
    book = Book(
        TWO, [some(QUOTES, 10, 2_700_000, 0)], pinned=[sure], deals=[sure, replace(sure, id=5, pinned=None)]
    )
    found = asked(book, goal(3))
    assert found.wins == pytest.approx(9 * 0.2 + 0.9)
    assert found.revenue == pytest.approx(0.2 * 1_800_000 + 0.9 * 900_000)
    assert [(deal.chance, deal.pinned) for deal in found.deals] == [(0.9, True), (0.2, False)]
    assert [deal.contribution for deal in found.deals] == pytest.approx([810_000, 180_000])
    assert found.goal is not None
    assert found.goal.chance is not None
    assert found.goal.chance > 0.3222
    assert found.to_json()["deals"][0] == {
        "id": 4,
        "chance": 0.9,
        "amount": "9000.00",
        "contribution": "8100.00",
        "basis": {"at_this_age": None, "won": 0, "lost": 0},
        "factors": [{"pinned": 0.9}],
    }


def test_a_goal_of_one_owner_takes_the_ratios_of_all() -> None:
    everybody = [some(QUOTES, 40), some(WON, 30), some(LOST, 10, furthest=QUOTES)]
    book = Book(TWO, everybody, stock=[some(QUOTES, 4)], won=[some(WON, 1)])
    found = asked(book, goal(3, owner_id=2))
    assert found.stages[1].ratio.used == pytest.approx((30 + 1.6) / 48)
    assert found.stages[1].open == 4
    assert found.wins == pytest.approx(4 * (30 + 1.6) / 48)
    assert found.goal is not None
    assert found.goal.done == 1


def test_amounts_nobody_knows_take_the_mean_of_the_won_ones() -> None:
    book = Book(TWO, [some(QUOTES, 3, 300_000, 2), some(WON, 4, 800_000, 2)])
    found = asked(book)
    chance = found.stages[1].chance.value
    assert found.revenue == pytest.approx(chance * (300_000 + 2 * 400_000))
    assert [(str(left.why), left.count) for left in found.left_out] == [
        ("no amount: counted with the mean of the won deals", 2)
    ]
    nothing = asked(Book(TWO, [some(QUOTES, 3)]))
    assert (nothing.revenue, nothing.to_json()["eventual"]) == (
        None,
        {"wins": pytest.approx(0.6), "revenue": None},
    )
    before_the_first = asked(Book(TWO, [some(QUOTES, 2, 300_000, 1)]))
    assert before_the_first.revenue == pytest.approx(0.2 * 600_000)


def test_currencies_are_converted_or_counted_aloud() -> None:
    book = Book(
        TWO,
        [
            some(QUOTES, 1, 100_00),
            some(QUOTES, 1, 100_00, 0, "USD"),
            some(QUOTES, 2, 5000, 0, "JPY"),
            some(WON, 1, 10_000),
        ],
        won=[some(WON, 1, 700, 0, "GBP")],
        rates={"USD": Decimal("0.9"), "EUR": Decimal(1)},
    )
    found = asked(book)
    assert found.stages[1].amount == pytest.approx(100_00 + 90_00)
    assert [(str(left.why), left.count, left.money and left.money.minor) for left in found.left_out] == [
        ("no rate for GBP: not in the revenue", 1, 700),
        ("no rate for JPY: not in the revenue", 2, 5000),
    ]
    yen = asked(replace(book, currency="JPY", rates={"JPY": Decimal("0.006")}))
    assert yen.stages[1].amount == 5000
    euros = asked(replace(book, rates={"USD": Decimal("0.9"), "JPY": Decimal("0.006")}))
    assert euros.stages[1].amount == pytest.approx(100_00 + 90_00 + 30_00)


def test_what_is_parked_or_archived_is_out_and_parked_is_said() -> None:
    parked = some(QUOTES, 2, 50_000, 1)
    archived = replace(some(QUOTES, 7, 90_000), archived=1)
    book = Book(TWO, [some(QUOTES, 5, 200_000, 1), archived, replace(some(WON, 3), known=0)], parked=[parked])
    found = asked(book)
    assert (found.stages[1].open, found.stages[1].amount) == (3, 150_000)
    assert [(str(left.why), left.count) for left in found.left_out] == [
        ("parked", 2),
        ("history not known: not in the ratios", 3),
    ]


def test_a_goal_in_money() -> None:
    tally = [some(PROSPECTS, 10, 1_000_000), some(WON, 4, 400_000)]
    book = Book(TWO, tally, won=[some(WON, 1, 100_000)])
    found = asked(book, goal(1_000_000, "revenue", currency="EUR"))
    assert found.goal is not None
    chance = found.stages[0].chance.value
    assert found.goal.missing == pytest.approx(900_000 - chance * 1_000_000)
    assert found.goal.chance is None
    first = found.stages[0].need
    assert first is not None
    assert first.missing is not None
    assert (first.missing - 1) * chance * 100_000 < found.goal.missing <= first.missing * chance * 100_000
    shown = found.to_json()["goal"]
    assert (shown["target"], shown["metric"]) == ("10000.00", "revenue")
    unknown = asked(Book(TWO, [some(QUOTES, 3)]), goal(5, "revenue", currency="EUR")).goal
    assert unknown is not None
    assert str(unknown.advice) == "No amount is known yet, so revenue cannot be planned."


def test_a_goal_to_reach_a_stage_stops_there() -> None:
    stages = (LEAD, PROSPECTS, QUOTES, WON, LOST)
    lead = replace(LEAD, ratio_from=2, ratio_to=1)
    stages = (lead, PROSPECTS, QUOTES, WON, LOST)
    fallen_back = some(PROSPECTS, 5, furthest=QUOTES)
    book = Book(stages, [some(lead, 8), some(PROSPECTS, 4), some(QUOTES, 9), fallen_back], reached=3)
    found = asked(book, goal(15, "reach", stage_id=QUOTES.id))
    assert found.goal is not None
    lead_ratio, prospect_ratio = (found.stages[i].ratio.used for i in (0, 1))
    assert found.goal.expected == pytest.approx(8 * lead_ratio * prospect_ratio + 4 * prospect_ratio)
    assert found.stages[2].need is None
    assert [stage.need is not None for stage in found.stages] == [True, True, False]
    assert found.goal.tightest is not None
    assert found.goal.tightest.name == "Lead"
    first = asked(book, goal(15, "reach", stage_id=lead.id)).goal
    assert first is not None
    assert str(first.advice) == "Open 12 more deals."
    assert first.chance == 0.0


def test_an_empty_pipeline_answers_too() -> None:
    found = asked(Book(STAGES, []), goal(3))
    assert (found.wins, found.revenue, found.won, found.left_out) == (0.0, None, 0, ())
    assert found.goal is not None
    assert found.goal.chance == 0.0
    assert str(found.goal.advice) == "Find 30 more deals for Lead."
    assert asked(Book((WON, LOST), [])).stages == ()


def test_the_answer_is_json() -> None:
    found = asked(Book(TWO, [some(PROSPECTS, 10, 5)]), goal(3)).to_json(lambda message: f"«{message}»")
    assert list(found) == [
        "as_of", "period", "pipeline", "currency", "stages", "won", "eventual", "wins", "revenue", "new_deals", "goal",
        "deals", "left_out",
    ]  # fmt: skip
    assert found["period"] == {"name": "2026-11", "start": "2026-11-01", "end": "2026-11-30"}
    assert found["as_of"] == "2026-11-23T09:30:00.000000Z"
    assert found["goal"]["advice"].startswith("«")
    assert json.loads(json.dumps(found)) == found
    endless = forecast(Book(TWO, []), as_of=NOW, period=Period("all", None, None), pipeline="Sales")
    assert endless.to_json()["period"] == {"name": "all", "start": None, "end": None}


RATES = {"USD": Decimal("0.9"), "JPY": Decimal("0.006")}
open_deals = st.lists(
    st.builds(
        OpenDeal,
        id=st.integers(1, 10**6),
        stage_id=st.sampled_from([stage.id for stage in OPEN]),
        amount=st.none() | st.integers(0, 10**9),
        currency=st.sampled_from(["EUR", "USD", "JPY", "XYZ"]),
        pinned=st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
    ),
    max_size=30,
)
closed = st.lists(
    st.builds(
        some,
        st.sampled_from([WON, LOST]),
        st.integers(1, 30),
        st.integers(1, 10**9),
        furthest=st.sampled_from(OPEN),
    ),
    max_size=6,
)


def counted(deals: list[OpenDeal]) -> list[Tally]:
    """Each deal as a count of one."""
    return [
        Tally(
            deal.stage_id, deal.stage_id, 1, 0, deal.currency, 1, deal.amount or 0, int(deal.amount is None)
        )
        for deal in deals
    ]


def book_of(deals: list[OpenDeal], past: list[Tally], stages: tuple[Stage, ...] = STAGES) -> Book:
    pinned = [deal for deal in deals if deal.pinned is not None]
    return Book(stages, [*counted(deals), *past], pinned=pinned, deals=deals, rates=RATES)


@given(open_deals, closed)
def test_contributions_add_up_to_the_headline(deals: list[OpenDeal], past: list[Tally]) -> None:
    found = asked(book_of(deals, past))
    assert sum(stage.wins for stage in found.stages) == pytest.approx(found.wins)
    assert sum(deal.chance for deal in found.deals) == pytest.approx(found.wins)
    if found.revenue is not None:
        assert sum(stage.revenue or 0 for stage in found.stages) == found.revenue
        assert sum(deal.contribution or 0 for deal in found.deals) == pytest.approx(
            found.revenue, rel=1e-6, abs=0.5 * len(found.stages) + 1e-3
        )


@given(open_deals, closed, st.integers(1, 20))
def test_names_of_stages_change_nothing(deals: list[OpenDeal], past: list[Tally], target: int) -> None:
    renamed = tuple(replace(stage, name=f"{stage.id}") for stage in STAGES)
    here = asked(book_of(deals, past), goal(target)).to_json()
    there = asked(book_of(deals, past, renamed), goal(target)).to_json()
    names = {stage.name: f"{stage.id}" for stage in STAGES}
    for stage in here["stages"]:
        stage["stage"] = names[stage["stage"]]
    for one in (here, there):
        del one["goal"]["tightest"], one["goal"]["advice"]
    assert here == there


@given(open_deals, closed, st.integers(1, 20))
def test_the_same_counts_give_the_same_figures(deals: list[OpenDeal], past: list[Tally], target: int) -> None:
    assert asked(book_of(deals, past), goal(target)) == asked(book_of(deals, past), goal(target))


@given(open_deals, closed, st.integers(1, 20))
def test_one_more_deal_never_makes_the_goal_less_likely(
    deals: list[OpenDeal], past: list[Tally], target: int
) -> None:
    more = [*deals, OpenDeal(0, QUOTE.id, 5, "EUR")]
    with_it, without = (
        asked(book_of(more, past), goal(target)).goal,
        asked(book_of(deals, past), goal(target)).goal,
    )
    assert with_it is not None
    assert without is not None
    assert with_it.chance is not None
    assert without.chance is not None
    assert with_it.chance >= without.chance - 1e-12


def test_meeting_is_a_stage_like_any_other() -> None:
    found = asked(Book(STAGES, [some(MEETING, 2)]), goal(3))
    assert [stage.open for stage in found.stages] == [0, 0, 2, 0]
    assert found.wins == pytest.approx(2 * 0.33)
