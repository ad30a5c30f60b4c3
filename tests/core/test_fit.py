"""The model as of a moment: the figures of the simulated pipeline, and that nothing later has a part in them."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden
from pipetui.core import jumps, totals
from pipetui.core.arrivals import NewWins, arrivals
from pipetui.core.effort import Outcomes, timings
from pipetui.core.fit import Declared, Timeline, fit
from pipetui.core.hazards import hazards
from pipetui.core.horizon import Horizon, rounded
from pipetui.core.lifetable import Slice, blend, edges_back, slices
from pipetui.core.past import GONE, Stay
from pipetui.core.replays import replays, shock
from simulated import DECLARED, NOW, months
from simulated import past as past_of

beside = pytest.mark.skipif(
    not golden.FOLDER.exists(), reason="the data set lies beside the repository, not in it"
)


class ExactSlices(Timeline):
    """A timeline cut back from the very moment, with the half-life of the figures."""

    start = 0.0

    def slices(self, now: float) -> list[Slice]:
        return slices(self.past.until(now).stays(), edges_back(now, self.start))

    def half_life(self, now: float) -> float:
        return 365.0


@beside
def test_the_figures_of_the_simulated_pipeline() -> None:
    said, past = golden.expected(), golden.past()
    now, days = golden.day(said["as_of"]), said["horizon_days"]
    timeline = ExactSlices(past, ())
    timeline.start = golden.day(said["history_start"])
    model = timeline.fit(now, days, golden.DECLARED)
    for found, right in zip(model.table.at_risk, said["R"], strict=True):
        assert found == pytest.approx(right, abs=1e-3)
    for found, right in zip(model.table.left, said["N"], strict=True):
        for row, other in zip(found, right, strict=True):
            assert row == pytest.approx(other, abs=1e-3)
    for hazard, right in zip(model.hazards, said["rate_per_day"], strict=True):
        assert hazard.rate == pytest.approx(right, rel=0.01, abs=1e-6)
    fresh = dict(zip(golden.STAGES, map(model.horizon.fresh, range(4)), strict=True))
    assert fresh == pytest.approx(said["F"], rel=0.01)
    chances = {str(life.id): model.chance(stay) for life, stay in timeline.standing(now)}
    assert chances == pytest.approx(said["deals"], rel=0.01, abs=6e-6)
    assert sum(chances.values()) == pytest.approx(said["expected_wins_existing"], rel=0.001)
    assert model.arrivals.per_day == pytest.approx(said["arrivals_per_day"], rel=0.001)
    assert (model.new.mean, model.new.dispersion) == pytest.approx(
        (said["new_wins"], said["dispersion"]), rel=0.001
    )

    past_forecasts = replays(timeline, now, days, golden.DECLARED, timeline.start)
    assert shock(past_forecasts, inf) == pytest.approx(said["sigma_shock"], abs=1e-3)
    sigma = shock(past_forecasts, model.table.wins)
    assert sigma == pytest.approx(said["sigma"], abs=1e-3)

    groups = [(chance, 1) for chance in chances.values()]
    wins = totals.wins(groups, model.new, sigma)
    assert [wins.low, wins.middle, wins.high] == said["wins_P10_P50_P90"]
    assert {n: wins.at_least(int(n)) for n in said["P_at_least"]} == pytest.approx(
        said["P_at_least"], abs=1e-3
    )
    known, signed = golden.amounts(now)
    mean = sum(signed) / len(signed)
    deals = [(chance, known.get(int(deal), mean), 1) for deal, chance in chances.items()]
    money = totals.revenue(totals.Payments(deals, ((mean, 1.0),)), model.new, sigma)
    assert money.mean == pytest.approx(said["revenue_mean"], rel=0.001)
    assert [money.low, money.middle, money.high] == pytest.approx(said["revenue_P10_P50_P90"], rel=0.03)

    outcomes = Outcomes.of(groups, model.new, sigma)
    plan = {stage: outcomes.deals_for(8, chance, 0.8) for stage, chance in fresh.items()}
    assert plan == said["plan_80pct_of_8"]

    shares = jumps.ratios(model.table, model.hazards, golden.DECLARED.ratios)
    chain = jumps.chances(model.table, model.hazards, shares)
    for name, figures in (("r", shares), ("w", chain)):
        assert [one.value for one in figures] == pytest.approx(said["ratios"][name], abs=1.5e-4)
        assert [one.low for one in figures] == pytest.approx(said["ratios"][f"{name}lo"], abs=1.5e-4)
        assert [one.high for one in figures] == pytest.approx(said["ratios"][f"{name}hi"], abs=1.5e-4)
    assert [one.n for one in shares] == pytest.approx(said["ratios"]["n"], abs=1e-3)


@beside
def test_calendar_months_say_nearly_the_same() -> None:
    said, past = golden.expected(), golden.past()
    now = golden.day(said["as_of"])
    edges = [edge for edge in months(2024, 2026) if edge >= golden.day(said["history_start"])]
    timeline = Timeline(past, edges)
    model = fit(timeline, now, said["horizon_days"], golden.DECLARED, half_life=365.0)
    chances = {str(life.id): model.chance(stay) for life, stay in timeline.standing(now)}
    assert chances == pytest.approx(said["deals"], rel=0.02, abs=5e-4)


EDGES = months()


def test_what_came_later_changes_nothing() -> None:
    past = past_of(1, 300)
    for now in (NOW - 200.3, NOW - 31, NOW):
        whole, cut = Timeline(past, EDGES), Timeline(past.until(now), EDGES)
        assert fit(whole, now, 30, DECLARED).table == fit(cut, now, 30, DECLARED).table
        assert fit(whole, now, 30, DECLARED).hazards == fit(cut, now, 30, DECLARED).hazards
        assert replays(whole, now, 30, DECLARED) == replays(cut, now, 30, DECLARED)
        said = [(life.id, whole.fit(now, 30, DECLARED).chance(stay)) for life, stay in whole.standing(now)]
        assert said == [
            (life.id, cut.fit(now, 30, DECLARED).chance(stay)) for life, stay in cut.standing(now)
        ]


def test_known_ways_are_found_again() -> None:
    covered, tried = 0, 0
    for seed in range(12):
        model = fit(Timeline(past_of(seed, 400).until(NOW), EDGES), NOW, 30, DECLARED)
        found = jumps.ratios(model.table, model.hazards, DECLARED.ratios)
        for share, truth in zip(found, (0.6, 0.5, 0.7), strict=True):
            assert share.value == pytest.approx(truth, abs=0.12)
            covered += share.low <= truth <= share.high
            tried += 1
    assert 0.6 <= covered / tried <= 0.97


def test_the_ranges_hold_what_comes_about_as_often_as_they_say() -> None:
    held, tried = 0, 0
    for seed in range(6):
        past = past_of(100 + seed, 500)
        timeline = Timeline(past, EDGES)
        for now in (NOW - 150, NOW - 110, NOW - 70, NOW - 30):
            model = timeline.fit(now, 30, DECLARED)
            groups = [(model.chance(stay), 1) for _, stay in timeline.standing(now)]
            sigma = shock(replays(timeline, now, 30, DECLARED), model.table.wins)
            wins = totals.wins(groups, model.new, sigma)
            held += wins.low <= timeline.wins(now, now + 30) <= wins.high
            tried += 1
    assert 0.7 <= held / tried <= 0.98


def test_without_a_case_it_is_what_was_declared() -> None:
    nothing = blend((), 3, 0.0, 365.0)
    declared = Declared((0.5, 0.4, 0.2), (10.0, 20.0, 5.0))
    made = hazards(nothing, declared.chances, declared.days)
    for s, hazard in enumerate(made):
        for split in hazard.split:
            assert split[s + 1] == pytest.approx(declared.ratios[s])
            assert split[4] == pytest.approx(1 - declared.ratios[s])
    shares = jumps.ratios(nothing, made, declared.ratios)
    assert tuple(share.value for share in shares) == declared.ratios
    chain = jumps.chances(nothing, made, shares)
    assert [one.value for one in chain] == pytest.approx(declared.chances)


def test_a_longer_horizon_never_lowers_a_chance_and_an_older_deal_fades() -> None:
    model = fit(Timeline(past_of(3, 400), EDGES), NOW, 30, DECLARED)
    chances = [Horizon(model.hazards, days).chance(2, 5) for days in (1, 3, 10, 30, 90, 400)]
    assert all(later >= sooner - 0.02 for sooner, later in pairwise(chances))
    assert 0 < model.horizon.chance(0, 1) <= 1
    assert [rounded(age) for age in (-1, 0, 89.9, 90, 94.9, 364, 365, 400)] == [
        0,
        0,
        89,
        92,
        92,
        362,
        375,
        405,
    ]


def test_no_day_left_and_no_chance() -> None:
    model = fit(Timeline(past_of(3, 100), EDGES), NOW, 0, DECLARED)
    assert [model.horizon.fresh(s) for s in range(3)] == [0, 0, 0]
    assert model.horizon.chance(2, 3) == 0
    assert model.new.mean == 0


def test_a_deal_takes_time_to_sign() -> None:
    model = fit(Timeline(past_of(4, 400), EDGES), NOW, 30, DECLARED)
    times = timings(model.hazards)
    assert times[0].median is not None and times[2].median is not None
    assert times[0].median > times[2].median > 0
    assert times[0].useful is not None and times[0].useful > (times[2].useful or 0)


def test_deals_typed_in_on_the_first_day_do_not_promise_as_many_every_day() -> None:
    """Three deals in the first minute of a store are no flood of deals to come."""
    minute = 1 / 1440
    first = arrivals([(NOW - minute / 2, 0)] * 3, 4, NOW, NOW - minute)
    assert 0 < first.per_day[0] < 3 / 21
    later = arrivals([(NOW - day, 0) for day in range(1, 60)], 4, NOW, NOW - 60)
    assert later.per_day[0] == pytest.approx(1, rel=0.05)


stays = st.builds(
    lambda stage, entered, lasted, going: Stay(
        stage, entered, entered + lasted if lasted < 900 else inf, going
    ),
    st.integers(0, 2),
    st.floats(18_000, 19_000),
    st.floats(0, 1000),
    st.sampled_from((0, 1, 2, 3, 4, GONE)),
)


@given(st.lists(stays, max_size=20), stays)
def test_a_win_makes_a_better_ratio_than_a_loss(some: list[Stay], one: Stay) -> None:
    def ratio(*more: Stay) -> float:
        table = blend(slices([*some, *more], edges_back(19_100, 18_000)), 3, 19_100, 365.0)
        return jumps.ratios(table, hazards(table, DECLARED.chances, DECLARED.days), DECLARED.ratios)[
            one.stage
        ].value

    ended = one._replace(left=min(one.left, 19_050.0))
    lost, won = ratio(ended._replace(next=4)), ratio(ended._replace(next=3))
    assert lost <= won + 1e-9


@given(st.lists(stays, max_size=30))
def test_what_is_added_can_be_taken_away_without_a_trace(some: list[Stay]) -> None:
    from collections import Counter

    from pipetui.core.lifetable import Cell, add_stay

    counts = Counter[Cell]()
    for stay in some:
        add_stay(counts, stay, 18_500, 18_530)
    for stay in reversed(some):
        add_stay(counts, stay, 18_500, 18_530, -1)
    assert not any(counts.values())


# Totals


@given(
    st.lists(st.floats(0.001, 0.999), max_size=30),
    st.floats(0, 5),
    st.floats(1, 3),
    st.floats(0, 1),
)
def test_a_distribution_is_whole_and_near_its_mean(
    chances: list[float], coming: float, dispersion: float, sigma: float
) -> None:
    spread = totals.wins([(chance, 1) for chance in chances], NewWins(coming, dispersion), sigma)
    assert sum(spread.pmf) == pytest.approx(1, abs=1e-6)
    assert spread.low <= spread.middle <= spread.high
    mean = sum(k * one for k, one in enumerate(spread.pmf))
    assert mean == pytest.approx(spread.mean, rel=0.1, abs=0.05)


def test_many_deals_are_counted_nearly_as_one_by_one() -> None:
    groups = [(0.01 + 0.0007 * k, 1) for k in range(300)]
    spread = totals.wins(groups, NewWins(2.0, 1.2), 0.2)
    few = totals.wins([(chance, 1) for chance, _ in groups[::-1]], NewWins(2.0, 1.2), 0.2)
    assert (spread.low, spread.middle, spread.high) == (few.low, few.middle, few.high)
    large = totals.wins([(chance, 40) for chance, _ in groups], NewWins(2.0, 1.2), 0.2)
    assert large.low < large.mean < large.high


def test_money_adds_up() -> None:
    deals = [(0.5, 1000.0, 2), (0.2, 5000.0, 3), (0.9, 100.0, 1), (0.01, 200.0, 400)]
    payments = totals.Payments(deals, ((800.0, 0.5), (1200.0, 0.5)))
    spread = totals.revenue(payments, NewWins(1.5, 1.0), 0.1)
    assert sum(spread.pmf) == pytest.approx(1, abs=1e-6)
    assert spread.mean == pytest.approx(1000 + 3000 + 90 + 800 + 1500)
    mean = sum(k * one for k, one in enumerate(spread.pmf)) * spread.step
    assert mean == pytest.approx(spread.mean, rel=0.02)
    assert totals.revenue(totals.Payments((), ()), NewWins(0.0, 1.0), 0.5).mean == 0
