"""What a period will bring: figures that add up, levers that pull the right way, and looks back that say how good."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulated
from pipetui.core.ahead import Ahead, Candidate, Learned, Money, ahead, eventually, learn
from pipetui.core.backtest import OURS, backtest
from pipetui.core.cases import Cases, case_table
from pipetui.core.fit import Timeline
from pipetui.core.flow import strains
from pipetui.core.past import GONE, Life, Past, Stay
from pipetui.core.replays import applied, factors, replays
from pipetui.core.whatif import Base, Lever, WhatIf, levers, tried
from simulated import DECLARED, NOW

EDGES = simulated.months()
MONEY = Money(4000.0, ((2000.0, 0.5), (6000.0, 0.5)))


def world(seed: int = 1, deals: int = 400, variables: int = 1) -> tuple[Timeline, Learned, list[Candidate]]:
    """A simulated pipeline as of its last day, what was learned from it, and its open deals."""
    timeline = Timeline(simulated.past(seed, deals, ("web", "good")).until(NOW), EDGES)
    deals_open = [
        Candidate(life.id, stay.stage, stay.entered, life.amount if life.id % 5 else None, life.traits)
        for life, stay in timeline.standing(NOW)
    ]
    return timeline, learn(timeline, NOW, 30, DECLARED, variables), deals_open


def parts(one: Ahead, places: dict[int, object] | dict[str, object]) -> float:
    return sum(part.wins for part in places.values())  # type: ignore[attr-defined]


def test_what_deals_add_makes_the_headline() -> None:
    _, learned, deals = world()
    found = ahead(learned, deals, MONEY)
    for places in (found.by_stage, *found.by_trait):
        assert sum(part.wins for part in places.values()) + found.new.wins == pytest.approx(found.wins.mean)
        assert sum(part.deals for part in places.values()) == len(deals)
        assert found.revenue is not None and found.new.revenue is not None
        money = sum(part.revenue or 0 for part in places.values()) + found.new.revenue
        assert money == pytest.approx(found.revenue.mean)
    assert sum(found.chances.values()) + found.new.wins == pytest.approx(found.wins.mean)
    assert found.new.revenue == pytest.approx(found.new.wins * 4000)


def test_a_chance_set_by_hand_is_taken_as_it_is() -> None:
    _, learned, deals = world()
    sure = [replace(deal, pinned=1.0) for deal in deals[:3]]
    assert [ahead(learned, sure, MONEY).chances[deal.id] for deal in sure] == [1.0] * 3


def test_no_amount_known_is_no_revenue_and_not_none_at_all() -> None:
    _, learned, deals = world()
    found = ahead(learned, deals, Money(None))
    assert found.revenue is None and found.new.revenue is None
    assert all(part.revenue is None for part in found.by_stage.values())


def test_a_period_that_begins_later_counts_from_there() -> None:
    timeline, now, deals = world()
    later = learn(timeline, NOW, 60, DECLARED, 1, wait=30)
    both = learn(timeline, NOW, 60, DECLARED, 1)
    first, second, whole = (ahead(one, deals, MONEY).wins.mean for one in (now, later, both))
    assert first + second == pytest.approx(whole, rel=0.03)


def test_nothing_known_and_no_deal() -> None:
    found = eventually((0.1, 0.2, 0.5), (), Money(None))
    assert (found.wins.low, found.wins.middle, found.wins.high, found.revenue) == (0, 0, 0, None)
    empty = Timeline(Past.of(3, ()), ())
    learned = learn(empty, NOW, 30, DECLARED)
    assert learned.ended == 0
    assert ahead(learned, (), MONEY).wins.mean == 0


def test_the_seed_case_without_a_past() -> None:
    """10 prospects at 50 %, then 20 %: one client expected, 7.0 % for three; 42 prospects make it 80 % likely."""
    deals = [Candidate(i, 0, 0.0, None) for i in range(10)]
    found = eventually((0.1, 0.2), deals, Money(None))
    assert found.wins.mean == pytest.approx(1.0)
    assert found.outcomes.likely(3) == pytest.approx(0.0702, abs=1e-4)
    nobody = eventually((0.1, 0.2), (), Money(None)).outcomes
    assert [nobody.deals_for(3, 0.1, p) for p in (0.8, 0.9)] == [42, 52]


# Segments


def test_a_segment_that_fares_better_is_noticed() -> None:
    _, learned, _ = world(deals=900)
    (known,) = learned.factors
    assert known["good"].odds > 1.1 > 0.9 > known["web"].odds
    assert applied(0.5, ("good",), learned.factors) > 0.5
    assert applied(0.5, ("never seen",), learned.factors) == 0.5


def test_a_variable_that_tells_nothing_apart_changes_nothing() -> None:
    timeline = Timeline(simulated.past(1, 300).until(NOW), EDGES)
    again = replays(timeline, NOW, 30, DECLARED)
    assert factors(again, 1) == (({},), again)


# Cases


def test_the_cases_of_an_age() -> None:
    def life(deal: int, entered: float, days: float, to: int) -> Life:
        return Life(deal, (Stay(0, entered, entered + days, to),))

    past = Past.of(
        1,
        [
            life(1, 0, 5, 1),
            life(2, 0, 20, 2),
            life(3, 0, 25, 1),
            life(4, 0, 200, 1),
            life(5, 80, inf, GONE),
            Life(6, (Stay(0, 0, 15, GONE),)),
        ],
    )
    table = case_table(past, 100, 30)
    assert table.at(0, 10) == Cases(4, 1, 1)
    assert table.at(0, 2) == Cases(5, 2, 1)
    assert table.at(0, 80) == Cases(0, 0, 0)
    assert table.none_won_from(0) is None


def test_an_age_from_which_nobody_signs_in_time() -> None:
    lives = [Life(i, (Stay(0, 0, 300, 2),)) for i in range(12)] + [Life(99, (Stay(0, 0, 40, 1),))]
    age, n = case_table(Past.of(1, lives), 1000, 30).none_won_from(0) or (0, 0)
    assert (age, n) == (40, 12)


# The flow


def test_a_stage_that_fills_up_and_one_that_lets_fewer_through() -> None:
    whole = simulated.past(5, 600)
    lives = [
        life._replace(stays=(*life.stays[:1], life.stays[1]._replace(left=inf, next=GONE)))
        if len(life.stays) > 1 and life.stays[1].entered > NOW - 80
        else life
        for life in whole.lives
    ]
    timeline = Timeline(Past.of(3, lives).until(NOW), EDGES)
    made = learn(timeline, NOW, 30, DECLARED)
    found = {(one.kind, one.stage) for one in made.strains}
    assert ("fills up", 1) in found
    assert strains(Timeline(Past.of(3, ()), ()), made.fit, made.shares) == []


# What if


def base(learned: Learned | None, deals: list[Candidate]) -> Base:
    return Base(
        learned, tuple(share.value for share in learned.shares) if learned else (0.5, 0.4, 0.2), deals, MONEY
    )


def test_changes_pull_the_right_way() -> None:
    _, learned, deals = world()
    for known in (learned, None):
        sandbox = base(known, deals)
        plain = tried(sandbox, WhatIf()).wins.mean
        better = WhatIf(ratios={2: sandbox.ratios[2] + 0.1})
        worse = WhatIf(ratios={0: 0.01})
        assert tried(sandbox, better).wins.mean > plain > tried(sandbox, worse).wins.mean
        assert tried(sandbox, WhatIf(added={2: 20})).wins.mean > plain
        at_start = next(deal.id for deal in deals if deal.stage == 0)
        assert tried(sandbox, WhatIf(moved={at_start: 2})).wins.mean > plain
        gone = frozenset(deal.id for deal in deals)
        assert not tried(sandbox, WhatIf(dropped=gone)).chances
        dearer = tried(sandbox, WhatIf(dearer=0.1)).revenue
        usual = tried(sandbox, WhatIf()).revenue
        assert dearer is not None and usual is not None
        assert dearer.mean == pytest.approx(usual.mean * 1.1)
    assert WhatIf().empty and not WhatIf(faster=1).empty


def test_every_lever_says_what_it_brings() -> None:
    _, learned, deals = world()
    found = levers(base(learned, deals), wins=12)
    assert [one.kind for one in found] == ["ratio", "ratio", "ratio", "leads", "days", "amount"]
    by_kind: dict[str, Lever] = {one.kind: one for one in found}
    assert all(one.wins > 0 and (one.chance or 0) > 0 for one in found if one.kind != "amount")
    assert by_kind["amount"].wins == pytest.approx(0) and (by_kind["amount"].revenue or 0) > 0
    assert levers(base(None, deals), revenue=30_000.0)[0].chance is not None


# Looking back


def test_the_forecast_beats_simpler_methods_where_time_matters() -> None:
    timeline = Timeline(simulated.past(11, 1200), EDGES)
    found = backtest(timeline, NOW, 30, DECLARED)
    ours = found.per_deal[OURS]
    assert found.best == OURS
    assert all(ours.log_loss < one.log_loss for name, one in found.per_deal.items() if name != OURS)
    assert 0.7 <= found.all_wins[OURS].covered <= 1
    assert ours.error < 0.05
    assert sum(bucket.n for bucket in ours.reliability) == ours.n
    assert "Trust it" in str(found.verdict)


def test_looking_back_twice_says_the_same_and_by_stage_adds_up() -> None:
    def once() -> object:
        return backtest(Timeline(simulated.past(2, 300, ("a", "b")), EDGES), NOW, 30, DECLARED, 1, by=-1)

    first = backtest(Timeline(simulated.past(2, 300, ("a", "b")), EDGES), NOW, 30, DECLARED, 1, by=-1)
    assert first == once()
    assert sum(one[OURS].n for one in first.by.values()) == first.per_deal[OURS].n
    assert set(first.by) == {"0", "1", "2"}


def test_with_little_history_nothing_is_claimed() -> None:
    for deals in (0, 3, 8):
        found = backtest(Timeline(simulated.past(2, deals), EDGES), NOW, 30, DECLARED)
        assert found.best is None
        assert "too little history" in str(found.verdict)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(1, 200))
def test_what_comes_later_never_changes_what_is_learned(seed: int, days: float) -> None:
    whole = simulated.past(seed, 60, ("web", "good"))
    cut = whole.until(NOW - 100)
    learned = [learn(Timeline(one, EDGES), NOW - 100, days, DECLARED, 1) for one in (whole, cut)]
    for name in ("sigma", "shares", "chain", "factors", "track", "cases", "strains", "new"):
        assert getattr(learned[0], name) == getattr(learned[1], name)


def test_a_store_that_fell_asleep_is_tested_where_it_was_awake() -> None:
    timeline = Timeline(simulated.past(2, 300), simulated.months(2020, 2026))
    found = backtest(timeline, NOW + 1000, 30, DECLARED)
    assert timeline.last < NOW + 400
    assert found.looks[0].now == timeline.last - 30
    assert sum(look.all_wins.seen for look in found.looks) > 50


def test_a_test_tells_how_far_it_is_and_can_be_ended() -> None:
    heard: list[tuple[int, int]] = []
    timeline = Timeline(simulated.past(2, 300), EDGES)
    found = backtest(timeline, NOW, 30, DECLARED, progress=lambda done, of: heard.append((done, of)))
    assert heard == [(done, len(found.looks)) for done in range(len(found.looks) + 1)]

    class Enough(Exception):
        pass

    def enough(done: int, of: int) -> None:
        if done == 2:
            raise Enough

    with pytest.raises(Enough):
        backtest(timeline, NOW, 30, DECLARED, progress=enough)


def test_revenue_is_planned_like_wins() -> None:
    _, learned, deals = world()
    found = ahead(learned, deals, MONEY)
    earnings = found.earnings
    assert earnings is not None and found.revenue is not None
    wanted = found.revenue.mean * 2
    assert earnings.likely(wanted) == pytest.approx(found.revenue.at_least(wanted), abs=0.06)
    for chance in found.fresh:
        even, sure = (earnings.deals_for(wanted, chance, p) for p in (0.5, 0.8))
        assert even is not None and sure is not None and 0 < even < sure
        assert earnings.likely(wanted, chance, sure) >= 0.8 > earnings.likely(wanted, chance, sure - 1)
    assert earnings.deals_for(0.0, 0.1, 0.8) == 0 or earnings.likely(0.0) >= 0.8
    assert earnings.deals_for(wanted, 0.0, 0.8) is None
    assert ahead(learned, deals, Money(None)).earnings is None
