"""What a store teaches: the same on both engines, from the counts it keeps as from every stay."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from acts import NOW
from pipetui import demo
from pipetui.core import stages as rules
from pipetui.core.ahead import learn
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.fit import Timeline
from pipetui.core.lifetable import Table, blend
from pipetui.core.message import say
from pipetui.core.moment import Period, month_of, range_of
from pipetui.store import learning, lives
from pipetui.store.alike import alike
from pipetui.store.book import all_stages, book
from pipetui.store.store import Store
from pipetui.store.windows import Scope

TODAY = date(2026, 11, 23)
AHEAD = range_of(TODAY, TODAY + timedelta(days=30))


@pytest.fixture
def sample(store: Store) -> Store:
    """The demo, two years of it."""
    demo.write(store, TODAY)
    return store


def test_the_counts_of_the_store_teach_what_its_stays_teach(sample: Store) -> None:
    db, now = sample.db, NOW + timedelta(hours=5)
    stages = all_stages(db, 1)
    learned = learning.learned(db, 1, stages, now, AHEAD)
    assert learned is not None and learned.ended > 100
    past = lives.lives(db, 1, learning.SEGMENTS).until(learning.in_days(now))
    edges = learning.timeline(db, 1, now).edges
    wait, days = learning.horizon(AHEAD, now) or (0.0, 0.0)
    by_hand = learn(Timeline(past, edges), learning.in_days(now), days, learning.said(stages), 2, wait)
    assert by_hand.fit.table == learned.fit.table
    assert (by_hand.sigma, by_hand.factors, by_hand.shares) == (
        learned.sigma,
        learned.factors,
        learned.shares,
    )


def test_every_case_can_be_shown(sample: Store) -> None:
    db = sample.db
    stages = all_stages(db, 1)
    learned = learning.learned(db, 1, stages, NOW, AHEAD)
    assert learned is not None
    for place, stage in enumerate(stages[:4]):
        for age in (0.5, 9.0, 33.0):
            cases = learned.cases.at(place, age)
            shown = Counter(one.outcome for one in alike(db, stage.id, age, learned.fit.horizon.days, NOW))
            assert (sum(shown.values()), shown["won"], shown["lost"]) == (cases.n, cases.won, cases.lost)


def test_without_an_end_or_without_a_deal_nothing_is_learned(store: Store) -> None:
    stages = all_stages(store.db, 1)
    assert learning.learned(store.db, 1, stages, NOW, Period("all", None, None)) is None
    assert learning.learned(store.db, 1, stages, NOW, month_of(TODAY)) is None


def test_an_owner_gets_a_part_of_the_deals_to_come(sample: Store) -> None:
    scope = Scope(1, TODAY, NOW)
    everybody = book(sample.db, scope, AHEAD, "EUR", each=True)
    owners = {deal.traits[1] for deal in everybody.deals}
    assert len(owners) > 1 and everybody.share == 1.0
    numbers = [
        row[0] for row in sample.db.rows("SELECT DISTINCT owner_id FROM deal WHERE owner_id IS NOT NULL")
    ]
    parts = [
        book(sample.db, Scope(1, TODAY, NOW, owner_id=number), AHEAD, "EUR", each=True) for number in numbers
    ]
    assert sum(part.share for part in parts) <= 1.0 + 1e-9
    assert all(0 < part.share < 1 for part in parts)
    assert sum(len(part.deals) for part in parts) <= len(everybody.deals)


def test_trying_the_forecast_on_the_past_says_the_same_twice(sample: Store) -> None:
    stages = all_stages(sample.db, 1)
    first, second = (learning.tried(sample.db, 1, stages, NOW, 30.0, "source") for _ in range(2))
    assert first == second
    assert len(first.looks) > 10


def test_renaming_a_stage_changes_no_figure(sample: Store) -> None:
    def figures() -> tuple[object, ...]:
        learned = learning.learned(sample.db, 1, all_stages(sample.db, 1), NOW, AHEAD)
        assert learned is not None
        return learned.fit.table, learned.sigma, learned.shares, learned.chain, learned.factors, learned.track

    before = figures()
    for stage in sample.all(Stage):
        sample.commit(Batch(say("Rename"), (Change.edit(stage, name=f"{stage.name} [/b]"),)))
    assert figures() == before


def unweighted(store: Store) -> Table:
    """The life table of all that ever happened."""
    known = learning.timeline(store.db, 1, NOW)
    return blend(known.slices(learning.in_days(NOW)), known.past.stages, learning.in_days(NOW), 1e9)


def test_merging_two_stages_gives_one_the_history_of_both(sample: Store) -> None:
    stages = {stage.name: stage for stage in sample.all(Stage)}
    desk = Desk(now=NOW, today=TODAY, me=sample.me, stages=tuple(stages.values()))
    before = unweighted(sample)
    deals = [
        deal for deal in sample.all(Deal) if stages["Meeting"].id in (deal.stage_id, deal.closed_from_id)
    ]
    visits = [
        *sample.all(Visit, stage_id=stages["Meeting"].id),
        *sample.all(Visit, stage_id=stages["Quote"].id),
    ]
    visits += [
        visit for visit in sample.all(Visit, next_stage_id=stages["Meeting"].id) if visit not in visits
    ]
    changes = rules.merge(stages["Meeting"], stages["Quote"], desk, deals, visits)
    sample.commit(Batch(say("Merge"), tuple(changes)))
    after = unweighted(sample)
    assert len(after.at_risk) == len(before.at_risk) - 1
    assert after.wins == pytest.approx(before.wins)
    assert after.cases(2) >= before.cases(3)
