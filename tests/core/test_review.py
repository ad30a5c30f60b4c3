"""Why a deal deserves a word, in which order, and how the pipeline adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desks import TODAY
from pipetui.core.pots import Exchange
from pipetui.core.review import COMING, PARTS, Facts, State, flags, flow, ranked

FINE = Facts(
    id=1, name="Acme", stage_id=1, amount=100_000, currency="EUR", chance=0.5, days=3, stalled_after=10,
    expected_close=TODAY + timedelta(days=9), pushes=0, next_due=TODAY, has_contact=True, reachable=True,
    quote_sent=None, quote_until=None, touched=TODAY,
)  # fmt: skip
states = st.none() | st.builds(
    State,
    st.sampled_from(["open", "won", "lost"]),
    st.booleans(),
    st.none() | st.integers(0, 10**9),
    st.sampled_from(["EUR", "USD", "JPY"]),
    st.none() | st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=40)),
    st.booleans(),
)


def why(facts: Facts) -> list[str]:
    return [flag.why for flag in flags(facts, TODAY)]


def test_nothing_is_said_of_a_deal_that_goes_well() -> None:
    assert why(FINE) == []


def test_each_thing_that_is_wrong_is_said_and_only_that() -> None:
    ago = lambda days: TODAY - timedelta(days=days)  # noqa: E731
    assert why(replace(FINE, expected_close=ago(1))) == ["overdue"]
    assert why(replace(FINE, expected_close=TODAY)) == []
    assert why(replace(FINE, pushes=1)) == []
    assert why(replace(FINE, pushes=2)) == ["pushed"]
    assert why(replace(FINE, next_due=None)) == ["no step"]
    assert why(replace(FINE, next_due=ago(1))) == ["late"]
    assert why(replace(FINE, days=10)) == []
    assert why(replace(FINE, days=11)) == ["stalled"]
    assert why(replace(FINE, days=400, stalled_after=None)) == []
    assert why(replace(FINE, quote_sent=ago(10))) == []
    assert why(replace(FINE, quote_sent=ago(11))) == ["unanswered"]
    assert why(replace(FINE, quote_until=TODAY + timedelta(days=8))) == []
    assert why(replace(FINE, quote_until=TODAY + timedelta(days=7))) == ["expires"]
    assert why(replace(FINE, amount=None)) == ["no amount"]
    assert why(replace(FINE, has_contact=False, reachable=False)) == ["no contact"]
    assert why(replace(FINE, reachable=False)) == ["unreachable"]
    assert why(replace(FINE, touched=ago(21))) == []
    assert why(replace(FINE, touched=ago(22))) == ["quiet"]


def test_the_most_money_in_doubt_comes_first() -> None:
    some = [
        replace(FINE, id=1, amount=100_000, chance=0.5),
        replace(FINE, id=2, amount=100_000, chance=0.95),
        replace(FINE, id=3, amount=100_000, chance=0.5, next_due=None),
        replace(FINE, id=4, amount=None),
        replace(FINE, id=5, amount=90_000, currency="USD"),
        replace(FINE, id=6, amount=1_000_000, currency="JPY"),
    ]
    found = ranked(some, TODAY, Exchange("EUR", {"USD": Decimal(2), "JPY": Decimal("0.006")}))
    assert [one.facts.id for one in found] == [6, 5, 3, 4, 1, 2]
    by_id = {one.facts.id: one.worth for one in found}
    assert by_id[1] == 100_000
    assert by_id[3] == 150_000
    assert round(by_id[2]) == 19_000
    assert by_id[5] == 180_000
    assert by_id[6] == 600_000
    assert by_id[4] == 1.5 * 100_000


@given(st.dictionaries(st.integers(1, 30), st.tuples(states, states), max_size=30), st.integers(0, 40))
def test_opening_and_parts_make_closing_to_the_cent(
    deals: dict[int, tuple[State | None, State | None]], days: int
) -> None:
    first = TODAY - timedelta(days=days)
    before = {n: pair[0] for n, pair in deals.items()}
    after = {n: pair[1] for n, pair in deals.items()}
    found = flow(before, after, first, TODAY)
    for currency in ("EUR", "USD", "JPY"):
        moved = sum(sums.get(currency, 0) for _, sums in found.parts.values())
        assert found.opening.get(currency, 0) + moved == found.closing.get(currency, 0)

    def summed(states: dict[int, State | None], day: date) -> dict[str, int]:
        sums: dict[str, int] = {}
        for one in states.values():
            if one is not None and one.amount and one.counts(day):
                sums[one.currency] = sums.get(one.currency, 0) + one.amount
        return sums

    assert dict(found.opening) == summed(before, first)
    assert dict(found.closing) == summed(after, TODAY)
    assert set(found.parts) <= set(PARTS)
    came = sum(found.parts[part][0] for part in ("new", "back", "moved in") if part in found.parts)
    left = sum(found.parts[part][0] for part in found.parts if part not in (*COMING, "amounts"))
    assert found.open_deals[0] + came - left == found.open_deals[1]
    assert found.open_deals[1] == sum(one is not None and one.counts(TODAY) for one in after.values())


def test_what_became_of_the_pipeline_is_said_by_its_cause() -> None:
    open_one = State("open", True, 1000, "EUR", None, False)
    cases: dict[str, tuple[State | None, State | None]] = {
        "new": (None, open_one),
        "won": (open_one, open_one._replace(kind="won")),
        "lost": (open_one, open_one._replace(kind="lost")),
        "back": (open_one._replace(kind="lost"), open_one),
        "parked": (open_one, open_one._replace(parked_until=TODAY + timedelta(days=5))),
        "archived": (open_one, open_one._replace(archived=True)),
        "moved out": (open_one, open_one._replace(here=False)),
        "moved in": (open_one._replace(here=False), open_one),
        "gone": (open_one, None),
        "amounts": (open_one, open_one._replace(amount=1500)),
    }
    for part, (was, becomes) in cases.items():
        found = flow({1: was}, {1: becomes}, TODAY, TODAY)
        assert list(found.parts) == [part]
        assert found.parts[part][0] == 1  # type: ignore[index]


def test_a_deal_that_came_and_was_won_in_between_counts_as_both() -> None:
    won = State("won", True, 700, "EUR", None, False)
    found = flow({}, {1: won}, TODAY, TODAY)
    assert found.parts == {"new": (1, {"EUR": 700}), "won": (1, {"EUR": -700})}
    assert (found.opening, found.closing) == ({}, {})


def test_a_deal_that_came_and_was_parked_in_between_counts_as_both() -> None:
    parked = State("open", True, 700, "EUR", TODAY + timedelta(days=9), False)
    assert flow({}, {1: parked}, TODAY, TODAY).parts == {
        "new": (1, {"EUR": 700}),
        "parked": (1, {"EUR": -700}),
    }


def test_a_deal_is_won_at_the_amount_it_was_won_with() -> None:
    was = State("open", True, 700, "EUR", None, False)
    found = flow({1: was}, {1: was._replace(kind="won", amount=900)}, TODAY, TODAY)
    assert found.parts == {"amounts": (1, {"EUR": 200}), "won": (1, {"EUR": -900})}
