"""How good forecasts were: values worked by hand, and what every proper score has to do."""

from __future__ import annotations

from math import comb, exp, fsum, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.scores import (
    Bucket,
    Total,
    brier,
    calibration_error,
    crps,
    log_loss,
    poisson,
    poisson_binomial,
    quantile,
    reliability,
    summary,
    total,
)

CHANCES = st.floats(0, 1)
PAIRS = st.lists(st.tuples(CHANCES, st.booleans()), min_size=1, max_size=60)
PMFS = st.lists(st.floats(0.01, 1), min_size=1, max_size=20).map(
    lambda weights: [weight / fsum(weights) for weight in weights]
)
FOUR = [(0.25, False), (0.25, True), (0.75, True), (0.75, True)]


def point(at: int) -> list[float]:
    return [0.0] * at + [1.0]


def test_four_deals_by_hand() -> None:
    assert log_loss(FOUR) == pytest.approx(-(3 * log(0.75) + log(0.25)) / 4)
    assert brier(FOUR) == (3 * 0.0625 + 0.5625) / 4
    assert reliability(FOUR) == (Bucket(0.2, 0.3, 2, 0.25, 0.5), Bucket(0.7, 0.8, 2, 0.75, 1.0))
    assert calibration_error(FOUR) == 0.25


def test_a_coin() -> None:
    coins = [(0.5, True), (0.5, False)]
    assert log_loss(coins) == pytest.approx(0.6931, abs=5e-5)
    assert brier(coins) == 0.25
    assert calibration_error(coins) == 0


def test_a_surprise_costs_much_but_not_infinitely() -> None:
    assert log_loss([(0.0, True)]) == log_loss([(1.0, False)]) == pytest.approx(13.8155, abs=5e-5)


def test_the_buckets_reach_from_zero_to_one() -> None:
    found = reliability([(0.0, False), (0.1, False), (0.3, True), (0.6, True), (1.0, True)])
    assert [(one.low, one.n) for one in found] == [(0.0, 1), (0.1, 1), (0.3, 1), (0.6, 1), (0.9, 1)]
    assert found[-1].high == 1.0
    assert reliability([]) == ()


@pytest.mark.parametrize("score", [log_loss, brier, calibration_error])
def test_no_deal_has_no_score(score: object) -> None:
    with pytest.raises(ValueError):
        score([])  # type: ignore[operator]


@given(PAIRS)
def test_nothing_beats_knowing(pairs: list[tuple[float, bool]]) -> None:
    perfect = [(float(seen), seen) for _, seen in pairs]
    for score in (log_loss, brier, calibration_error):
        assert 0 <= score(perfect) <= score(pairs) + 1e-15


@given(PAIRS)
def test_the_buckets_hold_all_deals(pairs: list[tuple[float, bool]]) -> None:
    found = reliability(pairs)
    assert sum(one.n for one in found) == len(pairs)
    assert fsum(one.n * one.seen for one in found) == pytest.approx(sum(seen for _, seen in pairs))
    assert all(one.low - 1e-12 <= one.said <= one.high + 1e-12 for one in found)


@given(st.integers(0, 100), CHANCES)
def test_the_share_seen_is_the_best_chance_to_say(wins: int, other: float) -> None:
    outcomes = [True] * wins + [False] * (100 - wins)
    for score in (log_loss, brier):
        best, said = ([(p, seen) for seen in outcomes] for p in (wins / 100, other))
        assert score(best) <= score(said) + 1e-12


def test_a_total_by_hand() -> None:
    thirds = [0.25, 0.5, 0.25]
    assert total(thirds, 1) == Total(mean=1.0, low=0, middle=1, high=2, seen=1, crps=0.0625 + 0.0625)
    assert crps(thirds, 0) == 0.75**2 + 0.25**2
    assert crps(thirds, 4) == 0.25**2 + 0.75**2 + 1 + 1


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_single_number_is_scored_by_its_error(said: int, seen: int) -> None:
    assert crps(point(said), seen) == abs(said - seen)
    assert total(point(said), seen).crps == crps([*point(said), 0.0, 0.0], seen)


@given(PMFS, PMFS)
def test_on_average_no_distribution_beats_the_true_one(true: list[float], said: list[float]) -> None:
    def expected(pmf: list[float]) -> float:
        return fsum(p * crps(pmf, seen) for seen, p in enumerate(true))

    assert expected(true) <= expected(said) + 1e-9


@pytest.mark.parametrize(
    ("share", "k"), [(0.1, 0), (0.3, 2), (0.5, 4), (0.8, 7), (0.81, 8), (0.9, 8), (1, 9)]
)
def test_quantiles_despite_floating_point(share: float, k: int) -> None:
    assert quantile([0.1] * 10, share) == k


@given(PMFS, st.floats(0.001, 0.999))
def test_a_quantile_is_the_first_that_reaches_the_share(pmf: list[float], share: float) -> None:
    k = quantile(pmf, share)
    assert fsum(pmf[: k + 1]) >= share - 1e-9
    assert fsum(pmf[:k]) <= share + 1e-9


def test_a_year_of_totals() -> None:
    totals = [Total(4.0, 2, 4, 6, seen, 0.5) for seen in (1, 2, 6, 9)]
    found = summary(totals)
    assert (found.n, found.crps, found.error, found.bias, found.covered) == (4, 0.5, 3.0, -0.5, 0.5)


def test_distributions_by_hand() -> None:
    assert poisson(2)[:3] == pytest.approx([exp(-2), 2 * exp(-2), 2 * exp(-2)])
    assert poisson_binomial([0.5, 0.2]) == pytest.approx([0.4, 0.5, 0.1])
    assert poisson_binomial([0.2] * 10) == pytest.approx(
        [comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(11)]
    )
    assert poisson(0) == poisson_binomial([]) == poisson_binomial([0, 0]) == [1.0]
    assert poisson_binomial([1, 0, 1, 1]) == poisson_binomial([1.0] * 3) == point(3)
    assert poisson_binomial([1.0] * 500) == point(500)


@given(st.floats(0, 5000))
def test_a_poisson_is_whole(mean: float) -> None:
    pmf = poisson(mean)
    assert fsum(pmf) == pytest.approx(1)
    assert fsum(k * p for k, p in enumerate(pmf)) == pytest.approx(mean)


@given(st.lists(CHANCES, max_size=40))
def test_a_poisson_binomial_is_whole(chances: list[float]) -> None:
    pmf = poisson_binomial(chances)
    assert fsum(pmf) == pytest.approx(1)
    mean = fsum(k * p for k, p in enumerate(pmf))
    assert mean == pytest.approx(fsum(chances), abs=1e-9)
    spread = fsum((k - mean) ** 2 * p for k, p in enumerate(pmf))
    assert spread == pytest.approx(fsum(p * (1 - p) for p in chances), abs=1e-9)


def test_many_deals_are_nearly_as_exact_as_few() -> None:
    many = poisson_binomial([i / 3000 for i in range(1500)])
    mean = fsum(k * p for k, p in enumerate(many))
    assert fsum(many) == pytest.approx(1)
    assert mean == pytest.approx(374.75, rel=1e-6)
    assert fsum((k - mean) ** 2 * p for k, p in enumerate(many)) == pytest.approx(249.875, rel=1e-3)
    # All alike, the rest is exactly the binomial it is taken for.
    alike = poisson_binomial([0.125] * 400)
    assert alike[50] == pytest.approx(comb(400, 50) * 0.125**50 * 0.875**350)
