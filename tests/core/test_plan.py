"""What the goal takes: the case everybody knows by heart, and longer pipelines worked by hand."""

from __future__ import annotations

from itertools import accumulate
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.plan import Need, Stock, advice, deals_needed, goal_chance, needs, round_up, tightest


def stocks(ratios: list[float], deals: list[int]) -> list[Stock]:
    """Stages named A, B, C... with so many deals each, every deal with the chance of its stage."""
    chances = [prod(ratios[i:]) for i in range(len(ratios))]
    return [
        Stock(chr(65 + i), n * chance, chance)
        for i, (n, chance) in enumerate(zip(deals, chances, strict=True))
    ]


def test_three_clients_from_ten_prospects() -> None:
    found = needs(3, 0, [Stock("Prospects", 10 * 0.5 * 0.2, 0.5 * 0.2), Stock("Quotes", 0.0, 0.2)])
    prospects, quotes = found
    assert sum(stock.value for stock in stocks([0.5, 0.2], [10, 0])) == 1.0
    assert quotes == Need("Quotes", needed=15, has=5, missing=10)
    assert prospects == Need("Prospects", needed=30, has=10, missing=20)
    assert tightest(found) == prospects
    assert str(advice(3, 0, found)) == "Find 20 more deals for Prospects."
    assert goal_chance([(0.1, 10)], 3) == pytest.approx(0.0702, abs=5e-5)


def test_ten_quotes_are_not_enough_either() -> None:
    assert sum(stock.value for stock in stocks([0.5, 0.2], [0, 10])) == 2.0
    assert goal_chance([(0.2, 10)], 3) == pytest.approx(0.3222, abs=5e-5)


def test_an_average_is_not_a_plan() -> None:
    assert goal_chance([(0.1, 30)], 3) == pytest.approx(0.5886, abs=5e-5)
    assert deals_needed([], 0.1, 3, 0.8) == 42
    assert deals_needed([], 0.1, 3, 0.9) == 52


WORKED = [
    # Win chances 0.05, 0.1, 0.2, 0.4; expected 0 + 1 + 1 + 2 = 4 of 10, 1 won: 5 wins are missing.
    ([0.5, 0.5, 0.5, 0.4], [0, 10, 5, 5], 10, 1, [(100, 0, 100), (60, 10, 50), (35, 10, 25), (23, 10, 13)]),
    # The later stages cover the goal alone: nothing is needed from the first.
    ([0.5, 0.5], [4, 8], 3, 0, [(0, 4, 0), (6, 10, 0)]),
    # Exactly enough: 2 + 1 = 3, whatever floating point makes of it.
    ([0.5, 0.2], [20, 5], 3, 0, [(20, 20, 0), (15, 15, 0)]),
    # One stage, 1 of 3 won, chance 0.3, 2 deals expected to bring 0.6: 1.4 missing are 5 deals.
    ([0.3], [2], 3, 1, [(7, 2, 5)]),
    # Everything done already.
    ([0.5, 0.5], [4, 1], 3, 3, [(0, 4, 0), (0, 3, 0)]),
    # An empty pipeline: all of it is missing everywhere.
    ([0.56, 0.55, 0.55, 0.6], [0, 0, 0, 0], 3, 0, [(30, 0, 30), (17, 0, 17), (10, 0, 10), (5, 0, 5)]),
]


@pytest.mark.parametrize(("ratios", "deals", "goal", "won", "figures"), WORKED)
def test_worked_by_hand(
    ratios: list[float], deals: list[int], goal: int, won: int, figures: list[tuple[int, int, int]]
) -> None:
    found = needs(goal, won, stocks(ratios, deals))
    assert [(need.needed, need.has, need.missing) for need in found] == figures


def test_a_deal_pinned_by_hand_counts_for_what_its_chance_is_worth() -> None:
    """One quote is sure, the others are worth 0.2: it stands for five of them."""
    found = needs(3, 0, [Stock("Prospects", 1.0, 0.1), Stock("Quotes", 1.0, 0.2)])
    assert found[1] == Need("Quotes", needed=15, has=10, missing=5)
    assert found[0] == Need("Prospects", needed=20, has=10, missing=10)
    assert goal_chance([(0.1, 10), (1.0, 1)], 3) == pytest.approx(goal_chance([(0.1, 10)], 2))


pipelines = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 40)), min_size=1, max_size=6)


@given(pipelines, st.integers(0, 60), st.integers(0, 60))
def test_the_figures_of_all_stages_tell_one_story(stages: list[tuple[int, int]], goal: int, won: int) -> None:
    own = stocks([percent / 100 for percent, _ in stages], [n for _, n in stages])
    found = needs(goal, won, own)
    short = goal - won - sum(stock.value for stock in own)
    for need, stock, there in zip(found, own, accumulate(stock.value for stock in own), strict=True):
        assert need.needed is not None
        assert need.missing == max(0, need.needed - need.has)
        assert abs(need.has - there / stock.unit) <= 1 + 1e-6 or short <= 1e-6
        if short > 1e-6:
            assert need.missing is not None
            assert short <= need.missing * stock.unit + 1e-6
            assert (need.missing - 1) * stock.unit < short + 1e-6
    assert len({need.missing == 0 for need in found}) == 1 or abs(short) < 1e-6


def test_the_tightest_stage_is_the_last_that_falls_short_unless_all_do() -> None:
    def need(name: str, missing: int) -> Need:
        return Need(name, 10, 10 - missing, missing)

    assert tightest([need("A", 0), need("B", 2), need("C", 1), need("D", 0)]) == need("C", 1)
    assert tightest([need("A", 3), need("B", 2)]) == need("A", 3)
    assert tightest([need("A", 0)]) is None
    assert tightest([]) is None
    assert str(advice(5, 0, [need("A", 0), need("B", 1)])) == "Bring 1 more deal to B."


@pytest.mark.parametrize(
    ("goal", "done", "own", "sentence"),
    [
        (3, 3, [Stock("A", 0, 0.5)], "The goal is reached."),
        (3, 0, [Stock("A", 3.0, 0.5)], "On average, the open deals are enough."),
        (1, 0, [Stock("A", 0.9, 0.5)], "Find 1 more deal for A."),
        (3, 0, [Stock("A", 0.0, 0.0), Stock("B", 0.0, 0.5)], "With these ratios no deal in A would do."),
        (3, 1, [], "Open 2 more deals."),
    ],
)
def test_the_advice_is_one_sentence(goal: int, done: int, own: list[Stock], sentence: str) -> None:
    assert str(advice(goal, done, needs(goal, done, own))) == sentence


def test_where_nothing_comes_of_a_stage_no_number_would_do() -> None:
    assert needs(1, 0, [Stock("A", 0.0, 0.0)]) == (Need("A", None, 0, None),)
    assert needs(0, 0, [Stock("A", 0.0, 0.0)]) == (Need("A", 0, 0, 0),)
    assert deals_needed([], 0.0, 1, 0.8) is None
    assert deals_needed([(1.0, 1)], 0.0, 1, 0.8) == 0
    assert deals_needed([], 1e-9, 1, 0.8) is None


@pytest.mark.parametrize(
    ("x", "up"), [(30.000000000000004, 30), (29.9, 30), (-3.0, 0), (0.0, 0), (1e-12, 0), (0.001, 1)]
)
def test_rounding_up_is_not_fooled_by_floating_point(x: float, up: int) -> None:
    assert round_up(x) == up


def by_hand(chances: list[float], wanted: int) -> float:
    """All outcomes, one deal after the other."""
    mass = [1.0]
    for chance in chances:
        mass = [
            (mass[k] if k < len(mass) else 0) * (1 - chance) + (mass[k - 1] * chance if k else 0)
            for k in range(len(mass) + 1)
        ]
    return sum(mass[wanted:])


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.02, 0.1, 0.33, 0.5, 0.98, 1.0]), st.integers(0, 25)), max_size=6
    ),
    st.integers(0, 80),
)
def test_the_chance_is_exact(groups: list[tuple[float, int]], wanted: int) -> None:
    exact = by_hand([chance for chance, n in groups for _ in range(n)], wanted)
    assert goal_chance(groups, wanted) == pytest.approx(exact, abs=1e-12)


@given(
    st.lists(st.tuples(st.sampled_from([0.02, 0.1, 0.5, 1.0]), st.integers(0, 8)), max_size=4),
    st.sampled_from([0.05, 0.3, 1.0]),
    st.integers(0, 12),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_least_number_of_deals_is_the_least(
    groups: list[tuple[float, int]], chance: float, wanted: int, confidence: float
) -> None:
    n = deals_needed(groups, chance, wanted, confidence)
    assert n is not None
    assert goal_chance([*groups, (chance, n)], wanted) >= confidence - 1e-12
    assert n == 0 or goal_chance([*groups, (chance, n - 1)], wanted) < confidence


def test_a_hundred_thousand_deals_are_a_few_groups() -> None:
    groups = [(0.1, 40_000), (0.18, 30_000), (0.33, 20_000), (0.6, 10_000)]
    mean = 22_000
    assert goal_chance(groups, mean) == pytest.approx(0.5, abs=0.01)
    assert goal_chance(groups, mean - 1000) == pytest.approx(1.0)
    assert goal_chance(groups, mean + 1000) == pytest.approx(0.0, abs=1e-9)
    assert goal_chance([(0.5, 1000)], 500) == pytest.approx(
        sum(comb(1000, k) for k in range(500, 1001)) / 2**1000
    )
